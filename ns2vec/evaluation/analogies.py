"""Analogies: ranks of the right answers, and the measures of a suite of questions.

``a is to b as c is to ?`` is answered by the word x with the highest score, other than a, b and c:

- ``3cosadd``: cos(x, b) - cos(x, a) + cos(x, c) (Mikolov, Yih and Zweig 2013);
- ``3cosmul``: cos'(x, b) cos'(x, c) / (cos'(x, a) + 1e-6), where cos' = (1 + cos) / 2 (Levy and Goldberg
  2014, equation 4);
- ``pairdirection``: cos(b - a, x - c) (Levy and Goldberg 2014, equation 2).

All three are sums of tables of cosines between the words of the questions and the vocabulary. A benchmark
asks tens of thousands of questions about a thousand words, so the tables cost little, and each question
costs additions, not a matrix product. The vocabulary is cut into tiles whose tables stay in the cache.

Questions that ask for the same word pair are not independent (Google's 19,544 questions consist of 550
pairs), so intervals and tests draw pairs, not questions.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ns2vec import similarity
from ns2vec._platform import n_processors
from ns2vec._registry import Registry
from ns2vec._typing import BoolArray, FloatArray, Int64Array
from ns2vec.evaluation._counts import count_not_lower
from ns2vec.evaluation.lookup import Lookup, Words
from ns2vec.evaluation.results import Items, PartResult, TaskResult
from ns2vec.evaluation.statistics import mean

MAX_TILE = 1024  # words
TABLE_BYTES = 4 << 20  # tables of one tile, which should stay in the cache
QUESTIONS_AT_ONCE = 1 << 15
SMALLEST_SQUARED_DISTANCE = 1e-12
TOP_N = (5, 10)


@dataclass(frozen=True, slots=True)
class Question:
    """``a`` is to ``b`` as ``c`` is to one of ``accepted``."""

    a: str
    b: str
    c: str
    accepted: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AnalogySection:
    """Questions about one relation; `group` is the kind of relation, ``""`` if there is none."""

    name: str
    group: str
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class AnalogyMethod:
    """A method of answering, based on cosines between question words and vocabulary.

    Attributes
    ----------
    tables : callable
        Cosines, any shape, float -> the contributions of a, b and c to the score, three arrays of that shape.
    products : bool
        The score is b's part minus a's plus c's; or, if true, times c's, with cos(b, c) - cos(a, c)
        subtracted first.
    """

    tables: Callable[[FloatArray], tuple[FloatArray, FloatArray, FloatArray]]
    products: bool = False

    def score(self, of_pair: FloatArray, of_c: FloatArray, shift: FloatArray) -> FloatArray:
        """Return scores from b's part minus a's, c's part, and the shift."""
        return (of_pair - shift) * of_c if self.products else of_pair + of_c


ANALOGY_METHODS: Registry[AnalogyMethod] = Registry("analogy method")


def _log_tables(cosines: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    shifted = np.maximum((1 + cosines) / 2, 0)
    with np.errstate(divide="ignore"):
        logs = np.log(shifted)
    return np.log(shifted + similarity.COSMUL_EPSILON), logs, logs


def _direction_tables(cosines: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    squared_distances = np.maximum(2 - 2 * cosines, SMALLEST_SQUARED_DISTANCE)
    return cosines, cosines, 1 / np.sqrt(squared_distances)


ANALOGY_METHODS.register("3cosadd", AnalogyMethod(lambda cosines: (cosines, cosines, cosines)))
ANALOGY_METHODS.register("3cosmul", AnalogyMethod(_log_tables))
ANALOGY_METHODS.register("pairdirection", AnalogyMethod(_direction_tables, products=True))


def rank_answers(
    lookup: Lookup,
    questions: Sequence[Question],
    method: str = "3cosadd",
    *,
    pass_over_variants: bool = True,
) -> Int64Array:
    """Return the rank from 1 of the best accepted answer of each question.

    Any case variant of an accepted word is an answer, but a, b and c never are. Words that score as high as
    the best accepted answer are ranked before it.

    Parameters
    ----------
    lookup : Lookup
        Answers are words of its vocabulary. A question word without a vector has the mean vector if
        the policy of `lookup` is so.
    questions : sequence of Question
    method : str
        One of `ANALOGY_METHODS`.
    pass_over_variants : bool, optional
        Leave case variants of a, b and c out of the ranking, like a, b and c.

    Returns
    -------
    ndarray of shape (n_questions,), int64
        0 if no accepted answer is known, a question word has no vector, or the answer's score is not a
        number.

    Raises
    ------
    ConfigError
        If the method is unknown.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> import numpy as np
    >>> from ns2vec.evaluation.analogies import Question, rank_answers
    >>> from ns2vec.evaluation.lookup import Lookup
    >>> words = ["man", "woman", "king", "queen", "apple"]
    >>> vectors = np.array([[1, 0, 0], [1, 1, 0], [1, 0, 1], [1, 1, 1], [-1, 0, 0]])
    >>> toy = SimpleNamespace(vectors=vectors, index_to_key=words, key_to_index={})
    >>> rank_answers(Lookup(toy), [Question("man", "woman", "king", ("queen", "duchess"))]).tolist()
    [1]
    """
    chosen = ANALOGY_METHODS[method]
    ranks = np.zeros(len(questions), dtype=np.int64)
    for start in range(0, len(questions), QUESTIONS_AT_ONCE):
        batch = _Batch(lookup, questions[start : start + QUESTIONS_AT_ONCE], chosen, pass_over_variants)
        ranks[start + batch.answerable] = batch.ranks()
    return ranks


class _Batch:
    """Questions that are ranked together, by the numbers of their words."""

    def __init__(
        self, lookup: Lookup, questions: Sequence[Question], method: AnalogyMethod, pass_over_variants: bool
    ) -> None:
        self.method = method
        self.vectors = lookup.vectors
        asked = [word for question in questions for word in (question.a, question.b, question.c)]
        inputs = lookup.rows(asked).reshape(-1, 3)
        has_inputs = (inputs >= 0).all(axis=1) | (lookup.missing == "mean")
        answerable: list[int] = []
        accepted: list[tuple[int, int]] = []  # number of the question, row of an answer
        unranked: list[tuple[int, int]] = []  # row, number of a question in whose ranking it is left out
        for number in np.flatnonzero(has_inputs).tolist():
            question, place = questions[number], len(answerable)
            passed = set(_variants(lookup, asked[3 * number : 3 * number + 3]))
            answers = [row for row in _variants(lookup, question.accepted) if row not in passed]
            if not answers:
                continue
            answerable.append(number)
            accepted += [(place, row) for row in answers]
            hidden = passed if pass_over_variants else inputs[number].tolist()
            unranked += [(row, place) for row in {*answers, *hidden}]
        self.answerable = np.array(answerable, dtype=np.int64)
        self.accepted = np.array(accepted, dtype=np.int64).reshape(-1, 2)
        # sorted by row, so that those of a tile are consecutive
        self.unranked = np.array(sorted(unranked), dtype=np.int64).reshape(-1, 2)
        self._number_words(lookup, inputs[self.answerable])

    def _number_words(self, lookup: Lookup, inputs: npt.NDArray[np.intp]) -> None:
        """Number the different words and pairs (a, b), which a benchmark repeats many times."""
        rows, numbers = np.unique(inputs, return_inverse=True)
        self.inputs = numbers.reshape(-1, 3)
        self.pairs, pair_of = np.unique(self.inputs[:, :2], axis=0, return_inverse=True)
        self.pair_of = pair_of.reshape(-1)
        self.cs = np.ascontiguousarray(self.inputs[:, 2])
        dtype = np.float64 if self.vectors.dtype == np.float64 else np.float32
        self.units = _unit_rows(lookup.vectors_at(rows).astype(dtype))

    def ranks(self) -> Int64Array:
        """Return the ranks of the answerable questions."""
        if not len(self.answerable):
            return np.zeros(0, dtype=np.int64)
        a, b, c = (self.units[column] for column in self.inputs.T)
        self.shifts = np.einsum("ij,ij->i", b, c) - np.einsum("ij,ij->i", a, c)
        self.expected = self._expected()
        n_rows = len(self.units) + len(self.pairs)
        width = int(np.clip(TABLE_BYTES // (4 * n_rows), 64, MAX_TILE))
        starts = range(0, len(self.vectors), width)
        n_threads = n_processors()
        with ThreadPoolExecutor(n_threads) as pool:
            jobs = [pool.submit(self._count, starts[i::n_threads], width) for i in range(n_threads)]
            ranks = np.asarray(sum(job.result() for job in jobs) + 1)
        return np.where(np.isnan(self.expected), 0, ranks)

    def _expected(self) -> FloatArray:
        """Return the score of each question's best accepted answer."""
        best = np.full(len(self.answerable), -np.inf, dtype=self.units.dtype)
        rows, columns = np.unique(self.accepted[:, 1], return_inverse=True)
        order = np.argsort(columns, kind="stable")
        for start in range(0, len(rows), MAX_TILE):
            # by the same products as in `_count`, so that equal vectors have equal scores
            of_a, of_b, of_c = self.method.tables(self.units @ self._tile(rows[start : start + MAX_TILE]).T)
            low, high = np.searchsorted(columns, [start, start + MAX_TILE], sorter=order)
            chosen = order[low:high]
            number, column = self.accepted[chosen, 0], columns[chosen] - start
            a, b, c = self.inputs[number].T
            of_pair = of_b[b, column] - of_a[a, column]
            np.maximum.at(best, number, self.method.score(of_pair, of_c[c, column], self.shifts[number]))
        return best

    def _tile(self, rows: Any) -> FloatArray:
        """Return unit vectors of vocabulary rows."""
        return _unit_rows(self.vectors[rows].astype(self.units.dtype, copy=False))

    def _count(self, starts: range, width: int) -> Int64Array:
        """Return how many words of the tiles score as high as the expected answer, for each question."""
        counts = np.zeros(len(self.answerable), dtype=np.int64)
        for start in starts:
            tile = self._tile(slice(start, start + width))
            of_a, of_b, of_c = self.method.tables(self.units @ tile.T)
            of_pairs = of_b[self.pairs[:, 1]] - of_a[self.pairs[:, 0]]
            offset = np.array([start, 0], dtype=np.int64)
            low, high = np.searchsorted(self.unranked[:, 0], [start, start + len(tile)])
            count_not_lower(
                of_pairs,
                of_c,
                self.pair_of,
                self.cs,
                self.shifts,
                self.expected,
                self.unranked[low:high] - offset,
                self.method.products,
                counts,
            )
        return counts


def _unit_rows(vectors: FloatArray) -> FloatArray:
    """Return rows of length 1, of zeros or, if a row has numbers that are not finite, of NaN."""
    with np.errstate(invalid="ignore"):
        return similarity.unit_rows(vectors, similarity.row_norms(vectors))


def _variants(lookup: Lookup, words: Iterable[str]) -> Iterator[int]:
    """Yield the rows of all case variants of words."""
    for word in words:
        yield from lookup.variants(word)


def words_of_sections(sections: Sequence[AnalogySection]) -> list[Words]:
    """Return the words that each question of the sections needs: a, b, c, and one of the answers."""
    return [(q.a, q.b, q.c, q.accepted) for section in sections for q in section.questions]


def score_analogies(
    lookup: Lookup,
    sections: Sequence[AnalogySection],
    *,
    keep: BoolArray | None = None,
    method: str = "3cosadd",
) -> TaskResult:
    """Answer analogy questions and score the answers: accuracy by section and group, top-n, ranks.

    Parameters
    ----------
    lookup : Lookup
        With the policy ``"skip"``, a question counts if a, b, c have vectors and an accepted answer is
        in the vocabulary; with ``"zero"`` and ``"mean"``, all questions count.
    sections : sequence of AnalogySection
    keep : ndarray of shape (n_questions,), bool, optional
        The only questions to use, all sections concatenated.
    method : str, optional
        One of `ANALOGY_METHODS`.

    Returns
    -------
    TaskResult
        Measures ``accuracy`` (micro: over questions; the score), ``macro`` (over sections), ``top5``,
        ``top10``, ``mean_rank``, ``median_rank`` (of answers that are known), and ``accuracy:GROUP``. One
        part for each section, with the same measures.

    Raises
    ------
    ConfigError
        If the method is unknown.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> import numpy as np
    >>> from ns2vec.evaluation.analogies import AnalogySection, Question, score_analogies
    >>> from ns2vec.evaluation.lookup import Lookup
    >>> words = ["man", "woman", "king", "queen", "apple"]
    >>> vectors = np.array([[1, 0, 0], [1, 1, 0], [1, 0, 1], [1, 1, 1], [-1, 0, 0]])
    >>> toy = SimpleNamespace(vectors=vectors, index_to_key=words, key_to_index={})
    >>> section = AnalogySection("gender", "semantic", (Question("man", "woman", "king", ("queen",)),))
    >>> result = score_analogies(Lookup(toy), [section])
    >>> result.score, result.measures["mean_rank"]
    (1.0, 1.0)
    """
    questions = [question for section in sections for question in section.questions]
    positions, coverage = lookup.choose(words_of_sections(sections), keep)
    ranks = rank_answers(lookup, [questions[position] for position in positions.tolist()], method)
    of_questions = np.full(len(questions), -1, dtype=np.int64)  # -1: not used
    of_questions[positions] = ranks
    ends = np.cumsum([0, *(len(section.questions) for section in sections)])
    parts = tuple(
        _part(section, of_questions[end - len(section.questions) : end])
        for section, end in zip(sections, ends[1:], strict=True)
    )
    measures = _measures(ranks)
    measures["macro"] = mean([part.score for part in parts if part.n_used])
    groups = np.array([s.group for s in sections for _ in s.questions], dtype=object)[positions]
    for group in dict.fromkeys(section.group for section in sections if section.group):
        measures[f"accuracy:{group}"] = _measures(ranks[groups == group])["accuracy"]
    asked = _asked_pairs(questions)[positions]
    hits = (ranks == 1).astype(np.float64)
    return TaskResult("accuracy", coverage, measures, parts, Items(positions, hits, None, asked))


def _asked_pairs(questions: Sequence[Question]) -> Int64Array:
    """Number the word pairs (c, answers) that are asked for."""
    numbers: dict[Any, int] = {}
    found = (numbers.setdefault((question.c, question.accepted), len(numbers)) for question in questions)
    return np.fromiter(found, dtype=np.int64, count=len(questions))


def _measures(ranks: Int64Array) -> dict[str, float]:
    """Return the measures of the used questions; rank 0 is a wrong answer without a rank."""
    ranked = ranks[ranks > 0]
    return {
        "accuracy": mean(ranks == 1),
        **{f"top{n}": mean((ranks >= 1) & (ranks <= n)) for n in TOP_N},
        "mean_rank": mean(ranked),
        "median_rank": float(np.median(ranked)) if len(ranked) else math.nan,
    }


def _part(section: AnalogySection, ranks: Int64Array) -> PartResult:
    used = ranks[ranks >= 0]
    measures = _measures(used)
    return PartResult(section.name, measures["accuracy"], len(used), len(ranks), measures)
