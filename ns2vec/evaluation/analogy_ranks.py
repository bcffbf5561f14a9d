"""The rank of the right answer among all words, for three ways of answering an analogy.

``a is to b as c is to ?`` is answered by the word x with the highest score, other than a, b and c:

- ``3cosadd``: cos(x, b) - cos(x, a) + cos(x, c) (Mikolov, Yih and Zweig 2013);
- ``3cosmul``: cos'(x, b) cos'(x, c) / (cos'(x, a) + 1e-6), where cos' = (1 + cos) / 2 (Levy and Goldberg
  2014, equation 4);
- ``pairdirection``: cos(b - a, x - c) (Levy and Goldberg 2014, equation 2).

All three are sums of tables of cosines between the words of the questions and the vocabulary. A benchmark
asks tens of thousands of questions about a thousand words, so the tables cost little, and each question
costs additions, not a matrix product. The vocabulary is cut into tiles whose tables stay in the cache.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from ns2vec import similarity
from ns2vec._platform import n_processors
from ns2vec._registry import Registry
from ns2vec.evaluation._counts import count_higher
from ns2vec.evaluation.lookup import Lookup

__all__ = ["ANALOGY_METHODS", "AnalogyMethod", "Question", "rank_answers"]

FloatArray: TypeAlias = "npt.NDArray[np.floating[Any]]"
IntArray: TypeAlias = "npt.NDArray[np.int64]"

MAX_TILE = 1024  # words
TABLE_BYTES = 4 << 20  # tables of one tile, which should stay in the cache
QUESTIONS_AT_ONCE = 1 << 15
SMALLEST_SQUARED_DISTANCE = 1e-12


@dataclass(frozen=True, slots=True)
class Question:
    """``a`` is to ``b`` as ``c`` is to one of ``accepted``."""

    a: str
    b: str
    c: str
    accepted: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AnalogyMethod:
    """One way of answering, on cosines between question words and vocabulary.

    Attributes
    ----------
    tables : callable
        Cosines, any shape, float -> what a, b and c bring to the score, three arrays of that shape.
    products : bool
        The score is b's part less a's plus c's; or, if true, times c's, with cos(b, c) - cos(a, c)
        subtracted first.
    """

    tables: Callable[[FloatArray], tuple[FloatArray, FloatArray, FloatArray]]
    products: bool = False

    def score(self, of_pair: FloatArray, of_c: FloatArray, shift: FloatArray) -> FloatArray:
        """Return scores from b's part less a's, c's part, and the shift."""
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


def rank_answers(lookup: Lookup, questions: Sequence[Question], method: str = "3cosadd") -> IntArray:
    """Return the rank from 1 of the best accepted answer of each question.

    Only words that are not a, b, c or another accepted answer, and no case variant of one of these, stand
    before it. A question word that is unknown has the mean vector where `lookup` says so.

    Parameters
    ----------
    lookup : Lookup
    questions : sequence of Question
    method : str
        One of `ANALOGY_METHODS`.

    Returns
    -------
    ndarray of shape (n_questions,), int64
        0 where no accepted answer is known or a question word has no vector.

    Raises
    ------
    ConfigError
        If the method is unknown.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> import numpy as np
    >>> from ns2vec.evaluation.analogy_ranks import Question, rank_answers
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
        batch = _Batch(lookup, questions[start : start + QUESTIONS_AT_ONCE], chosen)
        ranks[start + batch.answerable] = batch.ranks()
    return ranks


class _Batch:
    """Questions that are ranked together, by the numbers of their words."""

    def __init__(self, lookup: Lookup, questions: Sequence[Question], method: AnalogyMethod) -> None:
        self.method = method
        self.vectors = lookup.vectors
        accepted = [[row for word in q.accepted for row in lookup.variants(word)[:1]] for q in questions]
        inputs = np.array([lookup.rows((q.a, q.b, q.c)) for q in questions], dtype=np.int64).reshape(-1, 3)
        possible = np.array([bool(rows) for rows in accepted], dtype=bool)
        if lookup.missing != "mean":
            possible &= (inputs >= 0).all(axis=1)
        self.answerable = np.flatnonzero(possible)
        rows, self.inputs = np.unique(inputs[self.answerable], return_inverse=True)
        self.inputs = self.inputs.reshape(-1, 3)
        self.units = self._unit_vectors(lookup, rows)
        # a benchmark asks each pair (a, b) many times: b's part less a's is computed once
        self.pairs, self.pair_of = np.unique(self.inputs[:, :2], axis=0, return_inverse=True)
        self.pair_of = self.pair_of.reshape(-1)
        self.cs = np.ascontiguousarray(self.inputs[:, 2])
        pairs = [(i, row) for i, q in enumerate(self.answerable) for row in accepted[q]]
        self.accepted = np.array(pairs, dtype=np.int64).reshape(-1, 2)
        excluded = [
            (row, i)
            for i, q in enumerate(self.answerable.tolist())
            for row in _rows_of(lookup, questions[q], accepted[q])
        ]
        # by row, so that those of a tile lie together
        self.excluded = np.array(sorted(excluded), dtype=np.int64).reshape(-1, 2)

    def _unit_vectors(self, lookup: Lookup, rows: npt.NDArray[Any]) -> FloatArray:
        dtype = np.float64 if self.vectors.dtype == np.float64 else np.float32
        found = np.empty((len(rows), self.vectors.shape[1]), dtype=dtype)
        known = rows >= 0
        found[known] = self.vectors[rows[known]]
        found[~known] = lookup.mean
        return np.asarray(similarity.unit_rows(found, similarity.row_norms(found)))

    def ranks(self) -> IntArray:
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
            return np.asarray(sum(job.result() for job in jobs) + 1)

    def _expected(self) -> FloatArray:
        """Return the score of each question's best accepted answer."""
        best = np.full(len(self.answerable), -np.inf, dtype=self.units.dtype)
        for start in range(0, len(self.accepted), 8192):
            number, row = self.accepted[start : start + 8192].T
            answers = self._tile(row)
            a, b, c = (
                self.method.tables(np.einsum("ij,ij->i", self.units[column], answers))[part]
                for part, column in enumerate(self.inputs[number].T)
            )
            np.maximum.at(best, number, self.method.score(b - a, c, self.shifts[number]))
        return best

    def _tile(self, rows: Any) -> FloatArray:
        """Return unit vectors of vocabulary rows."""
        tile = self.vectors[rows].astype(self.units.dtype, copy=False)
        return np.asarray(similarity.unit_rows(tile, similarity.row_norms(tile)))

    def _count(self, starts: range, width: int) -> IntArray:
        """Return how many words of the tiles score higher than the expected answer, for each question."""
        counts = np.zeros(len(self.answerable), dtype=np.int64)
        for start in starts:
            tile = self._tile(slice(start, start + width))
            of_a, of_b, of_c = self.method.tables(self.units @ tile.T)
            of_pairs = of_b[self.pairs[:, 1]] - of_a[self.pairs[:, 0]]
            offset = np.array([start, 0], dtype=np.int64)
            low, high = np.searchsorted(self.excluded[:, 0], [start, start + len(tile)])
            count_higher(
                of_pairs,
                of_c,
                self.pair_of,
                self.cs,
                self.shifts,
                self.expected,
                self.excluded[low:high] - offset,
                self.method.products,
                counts,
            )
        return counts


def _rows_of(lookup: Lookup, question: Question, accepted: list[int]) -> set[int]:
    """Return the rows that do not count as better answers."""
    words = (question.a, question.b, question.c, *question.accepted)
    return {row for word in words for row in lookup.variants(word)}.union(accepted)
