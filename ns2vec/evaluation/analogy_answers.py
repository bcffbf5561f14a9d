"""The answers to many analogy questions at once: the word nearest to ``b - a + c``, by 3CosAdd.

The score of a word x is cos(x, b) - cos(x, a) + cos(x, c) (Mikolov, Yih and Zweig 2013). A benchmark asks
tens of thousands of questions about a thousand words, so the cosines of these with the whole vocabulary are
cheap, and a question costs one addition and one comparison for each word. What rounding could turn round, and
what needs more than the nearest word, is answered by the product of its query with the vocabulary.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from ns2vec._platform import n_processors
from ns2vec.evaluation._counts import best_sums

__all__ = ["answer_keys"]

FloatArray: TypeAlias = "npt.NDArray[np.floating[Any]]"
IntArray: TypeAlias = "npt.NDArray[np.int64]"

CANDIDATES = 5  # so many nearest words are looked at for one that is no variant of a, b or c
BLOCK_BYTES = 32 << 20  # scores of one block of questions
TABLE_BYTES = 4 << 20  # cosines of one tile of the vocabulary, which should stay in the cache
MAX_TILE = 1024  # words
CLEAR_MARGIN = 1e-5  # far above the rounding of three float32 cosines seen so far; not a proven bound


def answer_keys(vectors: FloatArray, keys: Sequence[Any], inputs: IntArray) -> list[Any]:
    """Return the key that answers each question: the nearest that is not a's, b's or c's.

    Parameters
    ----------
    vectors : ndarray of shape (V, D)
    keys : sequence of length V
        Several words may have the same key, which then is no answer to a question that holds one of them,
        unless the five nearest words are all such.
    inputs : ndarray of shape (n, 3), int64
        The rows of a, b and c.

    Returns
    -------
    list of length n

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.evaluation.analogy_answers import answer_keys
    >>> vectors = np.array([[1, 0, 0], [1, 1, 0], [1, 0, 1], [1, 1, 1], [-1, 0, 0]], dtype=np.float32)
    >>> answer_keys(vectors, ["man", "woman", "king", "queen", "apple"], np.array([[0, 1, 2]]))
    ['queen']
    """
    if not len(inputs):
        return []
    if vectors.dtype not in (np.float32, np.float64):
        vectors = vectors.astype(np.float32)
    norms = np.linalg.norm(vectors, axis=1)
    with np.errstate(divide="ignore"):
        inverse_norms = np.where(norms > 0, 1 / norms, 0).astype(vectors.dtype)
    nearest = _nearest_by_tables(vectors, inverse_norms, inputs)
    answers = [keys[row] for row in nearest.tolist()]
    hard = [
        i
        for i, (row, known) in enumerate(zip(nearest.tolist(), inputs.tolist(), strict=True))
        if row < 0 or answers[i] in (keys[known[0]], keys[known[1]], keys[known[2]])
    ]
    for i, answer in zip(hard, _by_products(vectors, inverse_norms, keys, inputs[hard]), strict=True):
        answers[i] = answer
    return answers


def _nearest_by_tables(vectors: FloatArray, inverse_norms: FloatArray, inputs: IntArray) -> IntArray:
    """Return the row nearest to each query, -1 where another is too near to say."""
    unknown = np.full(len(inputs), -1, dtype=np.int64)
    words, places = np.unique(inputs, return_inverse=True)
    places = places.reshape(inputs.shape)
    pairs, pair_of = np.unique(places[:, :2], axis=0, return_inverse=True)
    n_rows = len(words) + len(pairs)
    if n_rows > len(inputs) or not np.isfinite(inverse_norms).all():
        return unknown
    units = vectors[words] * inverse_norms[words][:, np.newaxis]
    if not np.isfinite(units).all() or not np.isfinite(vectors).all():
        return unknown
    width = int(np.clip(TABLE_BYTES // (units.itemsize * n_rows), 64, MAX_TILE))

    def search(starts: range) -> tuple[FloatArray, IntArray]:
        scores = np.full((len(inputs), 2), -np.inf, dtype=units.dtype)
        rows = unknown.copy()
        for start in starts:
            tile = vectors[start : start + width] * inverse_norms[start : start + width, np.newaxis]
            cosines = units @ tile.T
            of_pairs = cosines[pairs[:, 1]] - cosines[pairs[:, 0]]
            best_sums(of_pairs, cosines, pair_of.reshape(-1), cs, inputs, start, scores, rows)
        return scores, rows

    cs = np.ascontiguousarray(places[:, 2])
    n_threads = n_processors()
    starts = range(0, len(vectors), width)
    with ThreadPoolExecutor(n_threads) as pool:
        found = list(pool.map(search, [starts[i::n_threads] for i in range(n_threads)]))
    return _merged([scores for scores, _ in found], [rows for _, rows in found])


def _merged(scores: list[FloatArray], rows: list[IntArray]) -> IntArray:
    """Return the rows of the highest of all scores, -1 where the second highest is no less or nearly so."""
    best = np.argmax([part[:, 0] for part in scores], axis=0)
    nearest = np.asarray(rows)[best, np.arange(len(best))]
    ordered = np.sort(np.concatenate(scores, axis=1), axis=1)
    with np.errstate(invalid="ignore"):
        is_clear = ordered[:, -1] - ordered[:, -2] > CLEAR_MARGIN
    return np.where(is_clear, nearest, -1)


def _by_products(
    vectors: FloatArray, inverse_norms: FloatArray, keys: Sequence[Any], questions: IntArray
) -> Iterator[Any]:
    n_block = max(1, BLOCK_BYTES // (len(vectors) * vectors.itemsize))
    for start in range(0, len(questions), n_block):
        inputs = questions[start : start + n_block]
        unit = vectors[inputs] * inverse_norms[inputs][:, :, None]
        # The length of the query does not change the order, so the mean is not divided by 3 again.
        scores = (unit[:, 1] + unit[:, 2] - unit[:, 0]) @ vectors.T
        scores *= inverse_norms
        np.put_along_axis(scores, inputs, -np.inf, axis=1)
        best = scores.argmax(axis=1)
        for known, row_scores, row in zip(inputs.tolist(), scores, best.tolist(), strict=True):
            yield _first_new_key(row_scores, row, keys, [keys[word] for word in known])


def _first_new_key(scores: FloatArray, best: int, keys: Sequence[Any], inputs: list[Any]) -> Any:
    """Return the nearest key that is no case variant of an input; the last candidate if all are."""
    for _ in range(CANDIDATES - 1):
        if keys[best] not in inputs:
            break
        scores[best] = -np.inf
        best = int(scores.argmax())
    return keys[best]
