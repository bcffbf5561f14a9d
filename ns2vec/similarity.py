"""Cosine similarity, nearest rows, analogies, the odd one out: functions on arrays.

`vectors` has shape (V, D) and any stride; `norms` has shape (V,) and holds the rows' Euclidean lengths. A
row of zeros has similarity 0 to everything. Ties are broken by the lower row number, and rows whose score
is not a number come last, so equal inputs give equal lists.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = [
    "best_without",
    "centrality",
    "cosine",
    "cosine_similarities",
    "cosines",
    "cosmul",
    "most_similar",
    "most_similar_many",
    "row_norms",
    "top_k",
    "unit",
    "unit_rows",
    "weighted_mean",
]

FloatArray: TypeAlias = "npt.NDArray[np.floating[Any]]"
Rows: TypeAlias = "npt.NDArray[np.intp]"

COSMUL_EPSILON = 1e-6  # Levy and Goldberg 2014, equation 4
BLOCK_ROWS = 4096
BLOCK_SCORES = 1 << 23  # scores held at once by a batched query: 32 MiB
GROUPS = 64


def _blocks(n_rows: int) -> Iterator[slice]:
    return (slice(start, start + BLOCK_ROWS) for start in range(0, n_rows, BLOCK_ROWS))


def _is_blas(array: FloatArray) -> bool:
    return array.dtype in (np.float32, np.float64)


def _products(vectors: FloatArray, right: FloatArray) -> FloatArray:
    """Return ``vectors @ right`` in float32 at least, without a copy of `vectors`."""
    if _is_blas(vectors):
        return np.asarray(vectors @ right.astype(vectors.dtype, copy=False))
    out = np.empty((len(vectors), *right.shape[1:]), dtype=np.float32)
    for block in _blocks(len(vectors)):
        out[block] = vectors[block].astype(np.float32) @ right.astype(np.float32)
    return out


def _divisors(norms: FloatArray) -> FloatArray:
    """Return the norms with 1 in place of 0, which makes the similarity of a zero row 0."""
    if len(norms) and norms.min() > 0:
        return norms
    return np.where(norms == 0, norms.dtype.type(1), norms)


def row_norms(vectors: FloatArray) -> FloatArray:
    """Return the Euclidean length of each row, shape (V,), without a temporary of the size of `vectors`.

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.similarity import row_norms
    >>> row_norms(np.array([[3.0, 4.0], [0.0, 2.0]])).tolist()
    [5.0, 2.0]
    """
    wide = vectors.dtype if _is_blas(vectors) else np.dtype(np.float32)
    out = np.empty(len(vectors), dtype=wide)
    for block in _blocks(len(vectors)):
        out[block] = np.linalg.norm(vectors[block].astype(wide, copy=False), axis=1)
    return out


def unit(vector: FloatArray) -> FloatArray:
    """Return the vector of shape (D,) divided by its length, in its own dtype; zeros stay zeros."""
    wide = np.asarray(vector, dtype=np.float64)
    length = np.sqrt(wide @ wide)
    return (wide / length if length else wide).astype(vector.dtype)


def unit_rows(vectors: FloatArray, norms: FloatArray) -> FloatArray:
    """Return a copy of `vectors` with rows of length 1, in its own dtype; rows of zeros stay zeros."""
    return np.asarray(vectors / _divisors(norms)[:, np.newaxis]).astype(vectors.dtype, copy=False)


def cosine(a: FloatArray, b: FloatArray) -> float:
    """Return the cosine of two vectors, computed in float64; 0 when one of them is zero.

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.similarity import cosine
    >>> cosine(np.array([1.0, 0.0]), np.array([1.0, 1.0])).__round__(4)
    0.7071
    """
    a, b = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    lengths = np.sqrt(a @ a) * np.sqrt(b @ b)
    return float(a @ b / lengths) if lengths else 0.0


def cosines(vectors: FloatArray, norms: FloatArray, query: FloatArray) -> FloatArray:
    """Return the cosine of each row with a unit `query` of shape (D,), shape (V,)."""
    return np.asarray(_products(vectors, query) / _divisors(norms))


def cosine_similarities(vector: FloatArray, vectors: FloatArray) -> FloatArray:
    """Return the cosine of `vector`, shape (D,), with each row of `vectors`, shape (V,)."""
    lengths = row_norms(vectors) * row_norms(vector[np.newaxis])[0]
    return np.asarray(_products(vectors, vector) / _divisors(lengths))


def weighted_mean(vectors: FloatArray, weights: Sequence[float] | npt.NDArray[Any]) -> FloatArray:
    """Return sum(w v) / sum(abs(w)) of the rows, shape (D,), float64; zeros when all weights are."""
    wide = np.asarray(weights, dtype=np.float64)
    total = np.abs(wide).sum()
    summed = wide @ np.asarray(vectors, dtype=np.float64)
    return np.asarray(summed / total if total else summed)


def top_k(scores: FloatArray, k: int) -> Rows:
    """Return the indices of the `k` highest scores, best first; ties by lower index, NaN last.

    Parameters
    ----------
    scores : ndarray of shape (V,)
    k : int
        More than V gives all V.

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.similarity import top_k
    >>> top_k(np.array([0.5, 0.9, 0.5, 0.1]), 2).tolist()
    [1, 0]
    """
    if k <= 0:
        return np.empty(0, dtype=np.intp)
    candidates = _candidates(scores, k)
    # a stable sort of ascending indices keeps ties in order and puts NaN last
    best = np.argsort(-scores[candidates], kind="stable")[:k]
    return candidates[best]


def _candidates(scores: FloatArray, k: int) -> Rows:
    """Return ascending indices that hold the `k` best: a cheap lower bound of the k-th best score picks them.

    The scores are dealt into groups; each of the k best group maxima is a score, so the k-th of them is a
    bound.
    """
    n_columns = len(scores) // GROUPS
    if n_columns <= 2 * k:
        return np.arange(len(scores))
    maxima = scores[: n_columns * GROUPS].reshape(GROUPS, n_columns).max(axis=0)
    bound = np.partition(maxima, n_columns - k)[n_columns - k]
    chosen = np.flatnonzero(scores >= bound)
    # NaN spoils maxima; then, or when almost everything ties, sort all
    return chosen if len(chosen) >= k and not np.isnan(maxima).any() else np.arange(len(scores))


def most_similar(
    vectors: FloatArray,
    norms: FloatArray,
    query: FloatArray,
    topn: int,
    *,
    start: int = 0,
    stop: int | None = None,
    exclude: Sequence[int] | npt.NDArray[Any] = (),
) -> tuple[Rows, FloatArray]:
    """Return the rows of ``vectors[start:stop]`` nearest to a unit query, best first.

    Parameters
    ----------
    vectors, norms : see the module
    query : ndarray of shape (D,), of length 1
    topn : int
    exclude : row numbers that must not be among the results

    Returns
    -------
    rows : ndarray of int, at most `topn`, counted from the first row of `vectors`
    similarities : ndarray of the same length
    """
    found = cosines(vectors[start:stop], norms[start:stop], query)
    return best_without(found, topn, exclude, start)


def best_without(
    scores: FloatArray, topn: int, exclude: Sequence[int] | npt.NDArray[Any], start: int = 0
) -> tuple[Rows, FloatArray]:
    """Return the rows, counted from `start`, and scores of the `topn` best that are not in `exclude`."""
    rows = top_k(scores, topn + len(exclude))
    if len(exclude):
        unwanted = set(np.asarray(exclude).tolist())
        rows = rows[[row + start not in unwanted for row in rows.tolist()]]
    rows = rows[:topn]
    return rows + start, scores[rows]


def most_similar_many(
    vectors: FloatArray,
    norms: FloatArray,
    queries: FloatArray,
    topn: int,
    *,
    exclude: Sequence[Sequence[int] | npt.NDArray[Any]] | None = None,
) -> Iterator[tuple[Rows, FloatArray]]:
    """Yield what `most_similar` returns for each of many unit queries; matrix products in bounded blocks.

    Parameters
    ----------
    queries : ndarray of shape (n, D), rows of length 1
    exclude : for each query the row numbers that must not be among its results
    """
    step = max(1, BLOCK_SCORES // max(1, len(vectors)))
    divisors = _divisors(norms)
    for first in range(0, len(queries), step):
        block = queries[first : first + step]
        scores = _products(block, vectors.T) if _is_blas(vectors) else _products(vectors, block.T).T
        scores = np.ascontiguousarray(scores)
        scores /= divisors
        for i, row in enumerate(scores, start=first):
            yield best_without(row, topn, () if exclude is None else exclude[i])


def cosmul(vectors: FloatArray, norms: FloatArray, positive: FloatArray, negative: FloatArray) -> FloatArray:
    """Return each row's 3CosMul score: the product of similarities to `positive` over that to `negative`.

    Similarities are shifted to (1 + cos) / 2 so that they are not negative (Levy and Goldberg 2014, section
    6).

    Parameters
    ----------
    positive, negative : ndarrays of shapes (p, D) and (n, D), rows of length 1

    Returns
    -------
    ndarray of shape (V,)
    """
    divisors = _divisors(norms)[:, np.newaxis]
    numerator = np.prod((1 + _products(vectors, positive.T) / divisors) / 2, axis=1)
    if not len(negative):
        return np.asarray(numerator / (1 + COSMUL_EPSILON))
    denominator = np.prod((1 + _products(vectors, negative.T) / divisors) / 2, axis=1)
    return np.asarray(numerator / (denominator + COSMUL_EPSILON))


def centrality(vectors: FloatArray) -> FloatArray:
    """Return each row's product with the unit vector of their mean, shape (n,); lowest is the odd one."""
    mean = unit(weighted_mean(vectors, np.ones(len(vectors))))
    return _products(vectors, mean)
