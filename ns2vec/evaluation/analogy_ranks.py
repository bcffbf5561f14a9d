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

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from ns2vec import similarity
from ns2vec._registry import Registry
from ns2vec.evaluation.lookup import Lookup

__all__ = ["ANALOGY_METHODS", "AnalogyMethod", "Question", "rank_answers"]

FloatArray: TypeAlias = "npt.NDArray[np.floating[Any]]"
IntArray: TypeAlias = "npt.NDArray[np.int64]"

MAX_TILE = 1024  # words; rows of the mask are counted in bytes, so at most 8 * 255
TABLE_BYTES = 8 << 20
BLOCK_BYTES = 1 << 19  # scores of a block of questions in one tile
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
    finish : callable
        ``finish(scores, part_of_c, shift)`` turns ``scores``, b's part less a's, into the final scores in
        place; ``shift`` is cos(b, c) - cos(a, c) of each question and can be broadcast.
    """

    tables: Callable[[FloatArray], tuple[FloatArray, FloatArray, FloatArray]]
    finish: Callable[[FloatArray, FloatArray, FloatArray], None]


ANALOGY_METHODS: Registry[AnalogyMethod] = Registry("analogy method")


def _add(scores: FloatArray, part_of_c: FloatArray, shift: FloatArray) -> None:
    del shift
    np.add(scores, part_of_c, out=scores)


def _project(scores: FloatArray, part_of_c: FloatArray, shift: FloatArray) -> None:
    np.subtract(scores, shift, out=scores)
    np.multiply(scores, part_of_c, out=scores)


def _log_tables(cosines: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    shifted = np.maximum((1 + cosines) / 2, 0)
    with np.errstate(divide="ignore"):
        logs = np.log(shifted)
    return np.log(shifted + similarity.COSMUL_EPSILON), logs, logs


def _direction_tables(cosines: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    squared_distances = np.maximum(2 - 2 * cosines, SMALLEST_SQUARED_DISTANCE)
    return cosines, cosines, 1 / np.sqrt(squared_distances)


ANALOGY_METHODS.register("3cosadd", AnalogyMethod(lambda cosines: (cosines, cosines, cosines), _add))
ANALOGY_METHODS.register("3cosmul", AnalogyMethod(_log_tables, _add))
ANALOGY_METHODS.register("pairdirection", AnalogyMethod(_direction_tables, _project))


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
        width = int(np.clip(TABLE_BYTES // (4 * n_rows), 64, MAX_TILE)) // 8 * 8
        starts = range(0, len(self.vectors), width)
        n_threads = len(os.sched_getaffinity(0))
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
            scores = b - a
            self.method.finish(scores, c, self.shifts[number])
            np.maximum.at(best, number, scores)
        return best

    def _tile(self, rows: Any) -> FloatArray:
        """Return unit vectors of vocabulary rows."""
        tile = self.vectors[rows].astype(self.units.dtype, copy=False)
        return np.asarray(similarity.unit_rows(tile, similarity.row_norms(tile)))

    def _count(self, starts: range, width: int) -> IntArray:
        """Return how many words of the tiles score higher than the expected answer, for each question."""
        n_questions = len(self.answerable)
        n_block = max(1, BLOCK_BYTES // (4 * width))
        scores = np.empty((n_block, width), dtype=self.units.dtype)
        part = np.empty_like(scores)
        counts = np.zeros(n_questions, dtype=np.int64)
        for start in starts:
            tile = self._tile(slice(start, start + width))
            of_a, of_b, of_c = self.method.tables(self.units @ tile.T)
            differences = of_b[self.pairs[:, 1]] - of_a[self.pairs[:, 0]]
            low, high = np.searchsorted(self.excluded[:, 0], [start, start + len(tile)])
            excluded = self.excluded[low:high] - [start, 0]
            excluded = excluded[np.argsort(excluded[:, 1])]
            higher = np.zeros((n_block, width), dtype=bool)
            for first in range(0, n_questions, n_block):
                stop = min(first + n_block, n_questions)
                block = slice(first, stop)
                target, scratch = scores[: stop - first, : len(tile)], part[: stop - first, : len(tile)]
                # mode="clip" lets NumPy write into `out` without a copy of its own
                np.take(differences, self.pair_of[block], axis=0, out=target, mode="clip")
                np.take(of_c, self.inputs[block, 2], axis=0, out=scratch, mode="clip")
                self.method.finish(target, scratch, self.shifts[block, None])
                low, high = np.searchsorted(excluded[:, 1], [first, stop])
                target[excluded[low:high, 1] - first, excluded[low:high, 0]] = -np.inf
                np.greater(target, self.expected[block, None], out=higher[: stop - first, : len(tile)])
                counts[block] += _count_rows(higher[: stop - first])
        return counts


def _rows_of(lookup: Lookup, question: Question, accepted: list[int]) -> set[int]:
    """Return the rows that do not count as better answers."""
    words = (question.a, question.b, question.c, *question.accepted)
    return {row for word in words for row in lookup.variants(word)}.union(accepted)


def _count_rows(mask: npt.NDArray[np.bool_]) -> IntArray:
    """Return the number of True in each row; eight bytes are added at once, none overflows."""
    by_eight = np.ascontiguousarray(mask).view(np.uint64).sum(axis=1)
    return np.asarray(by_eight.reshape(-1, 1).view(np.uint8).sum(axis=1), dtype=np.int64)
