"""Rounding a matrix to a few centroids: product quantization, the result of which is in fastText's ``.ftz``
files.

Jégou et al. 2011, "Product quantization for nearest neighbor search": rows are cut into pieces, and each
piece becomes the number of the nearest of 256 centroids, which k-means finds for its place in the row.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.cluster.vq import vq

from ns2vec._options import flag, whole
from ns2vec._typing import Float32Array, Int64Array
from ns2vec.exceptions import ConfigError
from ns2vec.formats.fasttext_quantized import N_CENTROIDS, QuantizedMatrix

N_SAMPLED = 32 * N_CENTROIDS  # rows for computing centroids
N_ROUNDS = 12

Codes = npt.NDArray[np.uint8]


def quantize_matrix(
    matrix: Float32Array, width: int = 4, *, has_lengths: bool = False, seed: int = 1
) -> QuantizedMatrix:
    """Return a matrix as codes of centroids.

    Parameters
    ----------
    matrix : ndarray of shape (n, D), float32
    width : int
        Numbers per piece, for each of which a row has one byte.
    has_lengths : bool
        Round directions, and the lengths of rows separately, with one more byte per row.
    seed : int
        Of the sample of rows for k-means.

    Raises
    ------
    ConfigError
        If a number is not finite, or `width` is larger than D.

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.formats.product_quantization import quantize_matrix
    >>> rows = np.random.default_rng(1).normal(size=(1000, 8)).astype(np.float32)
    >>> found = quantize_matrix(rows, 2)
    >>> found.codes.shape, bool(np.abs(found.decoded() - rows).mean() < 0.1)
    ((1000, 4), True)
    """
    rows = np.asarray(matrix, dtype=np.float32)
    if not np.isfinite(rows).all():
        raise ConfigError("expected finite numbers to round, got infinity or NaN: train the model again")
    width = whole("width", width, 1, rows.shape[1])
    rng = np.random.default_rng(seed)
    norms = np.linalg.norm(rows, axis=1).astype(np.float32)
    sample = sampled(norms, rng)
    lengths: dict[str, Any] = {}
    if flag("has_lengths", has_lengths):
        rows = rows / np.where(norms > 0, norms, np.float32(1.0))[:, None]
        codes, centroids = quantize_pieces(norms[:, None], sample, rng)
        lengths = {"length_codes": codes, "lengths": centroids.reshape(-1)}
    starts = range(0, rows.shape[1], width)
    pieces = [quantize_pieces(rows[:, start : start + width], sample, rng) for start in starts]
    codes = np.stack([codes for codes, _ in pieces], axis=1)
    flat = np.concatenate([centroids.reshape(-1) for _, centroids in pieces])
    return QuantizedMatrix(codes, flat, width, **lengths)


def sampled(norms: Float32Array, rng: np.random.Generator) -> Int64Array:
    """A sample of rows for centroids, long ones more often: they matter most, and most rows are short."""
    if not norms.any():
        return np.arange(min(1, len(norms)), dtype=np.int64)
    shares = norms.astype(np.float64)
    return rng.choice(len(norms), N_SAMPLED, p=shares / shares.sum())


def quantize_pieces(
    pieces: Float32Array, sample: Int64Array, rng: np.random.Generator
) -> tuple[Codes, Float32Array]:
    """Code of each piece, shape (n,), and the centroids, shape (256, width); unused ones are zeros."""
    found = np.zeros((N_CENTROIDS, pieces.shape[1]), dtype=np.float32)
    points = np.ascontiguousarray(pieces[sample])
    distinct = np.unique(points, axis=0)
    n_used = min(N_CENTROIDS, len(distinct))
    found[:n_used] = distinct[rng.choice(len(distinct), n_used, replace=False)]
    if len(distinct) > N_CENTROIDS:
        for _ in range(N_ROUNDS):
            found = nearer(found, points, rng)
    codes = vq(np.ascontiguousarray(pieces), found, check_finite=False)[0] if len(pieces) else []
    return np.asarray(codes, dtype=np.uint8), found


def nearer(centroids: Float32Array, points: Float32Array, rng: np.random.Generator) -> Float32Array:
    """A round of k-means: the mean of the points nearest to each centroid; any point, if there are none."""
    nearest = vq(points, centroids, check_finite=False)[0]
    counts = np.bincount(nearest, minlength=N_CENTROIDS)
    sums = [np.bincount(nearest, weights=column, minlength=N_CENTROIDS) for column in points.T]
    found = (np.stack(sums, axis=1) / np.maximum(counts, 1)[:, None]).astype(np.float32)
    empty = np.flatnonzero(counts == 0)
    found[empty] = points[rng.choice(len(points), len(empty))]
    return found
