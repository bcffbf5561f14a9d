"""Products of vectors: lengths, cosines, means, 3CosMul; see `ns2vec.similarity` for the arrays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ns2vec._typing import FloatArray
from ns2vec.similarity.half import wide_blocks
from ns2vec.similarity.scan import can_scan, scan

COSMUL_EPSILON = 1e-6  # Levy and Goldberg 2014, equation 4
BLOCK_ROWS = 4096


def _blocks(n_rows: int) -> Iterator[slice]:
    return (slice(start, start + BLOCK_ROWS) for start in range(0, n_rows, BLOCK_ROWS))


def is_blas(array: FloatArray) -> bool:
    """Whether BLAS can multiply arrays of this dtype."""
    return array.dtype in (np.float32, np.float64)


def products(vectors: FloatArray, right: FloatArray) -> FloatArray:
    """Return ``vectors @ right`` in at least float32, without a copy of `vectors`."""
    if is_blas(vectors):
        return np.asarray(vectors @ right.astype(vectors.dtype, copy=False))
    out = np.empty((len(vectors), *right.shape[1:]), dtype=np.float32)
    right = right.astype(np.float32)
    for rows, wide in wide_blocks(vectors):
        out[rows] = wide @ right
    return out


def divisors(norms: FloatArray) -> FloatArray:
    """Return the norms with 1 instead of 0, which makes the similarity of a zero row 0."""
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
    is_wide = is_blas(vectors)
    out = np.empty(len(vectors), dtype=vectors.dtype if is_wide else np.float32)
    blocks = ((rows, vectors[rows]) for rows in _blocks(len(vectors))) if is_wide else wide_blocks(vectors)
    for rows, block in blocks:
        out[rows] = np.linalg.norm(block, axis=1)
    return out


def unit(vector: FloatArray) -> FloatArray:
    """Return the vector of shape (D,) divided by its length, in its own dtype; zeros stay zeros."""
    wide = np.asarray(vector, dtype=np.float64)
    length = np.sqrt(wide @ wide)
    return (wide / length if length else wide).astype(vector.dtype)


def unit_rows(vectors: FloatArray, norms: FloatArray) -> FloatArray:
    """Return a copy of `vectors` with rows of length 1, in its own dtype; rows of zeros stay zeros."""
    return np.asarray(vectors / divisors(norms)[:, np.newaxis]).astype(vectors.dtype, copy=False)


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
    if can_scan(vectors, norms):
        return scan(vectors, norms, query)
    return np.asarray(products(vectors, query) / divisors(norms))


def cosine_similarities(vector: FloatArray, vectors: FloatArray) -> FloatArray:
    """Return the cosine of `vector`, shape (D,), with each row of `vectors`, shape (V,)."""
    lengths = row_norms(vectors) * row_norms(vector[np.newaxis])[0]
    return cosines(vectors, lengths, vector)


def weighted_mean(vectors: FloatArray, weights: Sequence[float] | npt.NDArray[Any]) -> FloatArray:
    """Return sum(w v) / sum(abs(w)) of the rows, shape (D,), float64; zeros when all weights are."""
    wide = np.asarray(weights, dtype=np.float64)
    total = np.abs(wide).sum()
    summed = wide @ np.asarray(vectors, dtype=np.float64)
    return np.asarray(summed / total if total else summed)


def cosmul(vectors: FloatArray, norms: FloatArray, positive: FloatArray, negative: FloatArray) -> FloatArray:
    """Return each row's 3CosMul score: the product of similarities to `positive` over that to `negative`.

    Similarities are shifted to (1 + cos) / 2 so that they are not negative (Levy and Goldberg 2014, section
    6).

    Parameters
    ----------
    vectors, norms : ndarrays of shapes (V, D) and (V,)
    positive, negative : ndarrays of shapes (p, D) and (n, D), rows of length 1

    Returns
    -------
    ndarray of shape (V,)
    """
    lengths = divisors(norms)[:, np.newaxis]
    numerator = np.prod((1 + products(vectors, positive.T) / lengths) / 2, axis=1)
    if not len(negative):
        return np.asarray(numerator / (1 + COSMUL_EPSILON))
    denominator = np.prod((1 + products(vectors, negative.T) / lengths) / 2, axis=1)
    return np.asarray(numerator / (denominator + COSMUL_EPSILON))


def centrality(vectors: FloatArray) -> FloatArray:
    """Return each row's product with the unit vector of their mean, shape (n,); the lowest is the odd one."""
    mean = unit(weighted_mean(vectors, np.ones(len(vectors))))
    return products(vectors, mean)
