"""Vectors as points of a plane, by two principal components or by UMAP (an extra); and clusters."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ns2vec._typing import Float32Array, Float64Array
from ns2vec.similarity import row_norms, unit_rows

MOST_POINTS = 200_000
MOST_UMAP = 20_000  # about half a minute on two processors
N_CLUSTERS = 8
SAMPLE = 20_000  # rows from which axes and centres are computed before all rows are placed
CHUNK = 16_384  # rows at a time
ROUNDS = 12


def sample_rows(vectors: npt.NDArray[Any], most: int) -> Float32Array:
    """Return some of the first rows, scaled to length 1, the same on every run."""
    n = min(most, len(vectors))
    picked = np.sort(np.random.default_rng(1).choice(n, min(SAMPLE, n), replace=False))
    rows = np.asarray(vectors[picked], dtype=np.float32)
    return np.asarray(unit_rows(rows, row_norms(rows)))


def plane(vectors: npt.NDArray[Any], most: int = MOST_POINTS) -> Float32Array:
    """Return the first two principal components of the directions of vectors, with fixed signs.

    Parameters
    ----------
    vectors : ndarray of shape (V, D)
        The axes are computed from 20,000 of the rows.
    most : int
        Use only this many rows, the first ones.

    Returns
    -------
    ndarray of shape (n, 2), float32

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.app.maps import plane
    >>> plane(np.array([[1.0, 0, 0], [0.8, 0.6, 0], [0.8, -0.6, 0]])).round(3).tolist()[1]
    [0.600, -0.067]
    """
    rows = sample_rows(vectors, most)
    mean = rows.mean(axis=0, dtype=np.float64)
    centred = rows - mean.astype(np.float32)
    _, axes = np.linalg.eigh((centred.T @ centred).astype(np.float64))
    best = with_signs(axes[:, ::-1][:, :2])
    n = min(most, len(vectors))
    found = np.zeros((n, 2), dtype=np.float32)
    for first in range(0, n, CHUNK):
        some = np.asarray(vectors[first : min(first + CHUNK, n)], dtype=np.float32)
        lengths = np.maximum(row_norms(some), np.finfo(np.float32).tiny)
        placed = (some @ best.astype(np.float32)) / lengths[:, None] - (mean @ best).astype(np.float32)
        found[first : first + CHUNK, : best.shape[1]] = placed
    return found


def with_signs(axes: Float64Array) -> Float64Array:
    """Make the largest component of each column positive."""
    largest = np.abs(axes).argmax(axis=0)
    return np.asarray(axes * np.where(axes[largest, np.arange(axes.shape[1])] < 0, -1.0, 1.0))


def umap_plane(vectors: npt.NDArray[Any], most: int = MOST_UMAP) -> Float32Array:
    """Return a map of the first rows by UMAP (McInnes et al. 2018, arXiv:1802.03426).

    Raises
    ------
    ImportError
        Without umap-learn.
    """
    try:
        import umap
    except ImportError:
        raise ImportError("a map by UMAP needs umap-learn: pip install 'ns2vec[map]'") from None
    rows = np.asarray(vectors[: min(most, MOST_UMAP)], dtype=np.float32)
    made = umap.UMAP(n_components=2, metric="cosine", random_state=1, n_jobs=1)
    return np.asarray(made.fit_transform(rows), dtype=np.float32)


def clusters(vectors: npt.NDArray[Any], most: int = MOST_POINTS, n_clusters: int = N_CLUSTERS) -> Any:
    """Group vectors by direction: k-means on the sphere (Dhillon and Modha 2001), on a sample of the rows.

    Parameters
    ----------
    vectors : ndarray of shape (V, D)
    most, n_clusters : int

    Returns
    -------
    ndarray of shape (n,), uint8

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.app.maps import clusters
    >>> clusters(np.array([[1.0, 0], [0, 1], [2, 0.1]]), n_clusters=2).tolist() in ([0, 1, 0], [1, 0, 1])
    True
    """
    rows = sample_rows(vectors, most)
    centres = far_apart(rows, min(n_clusters, len(rows)), np.random.default_rng(1))
    for _ in range(ROUNDS):
        nearest = (rows @ centres.T).argmax(axis=1)
        for number in range(len(centres)):
            if (own := nearest == number).any():
                centres[number] = rows[own].sum(axis=0)
        centres = unit_rows(centres, row_norms(centres))
    n = min(most, len(vectors))
    found = np.empty(n, dtype=np.uint8)
    for first in range(0, n, CHUNK):  # the length of a row makes no difference
        some = np.asarray(vectors[first : min(first + CHUNK, n)], dtype=np.float32)
        found[first : first + CHUNK] = (some @ centres.T).argmax(axis=1)
    return found


def far_apart(rows: Float32Array, n_clusters: int, generator: np.random.Generator) -> Float32Array:
    """Choose initial centres, each unlike those before it (k-means++, Arthur and Vassilvitskii 2007)."""
    chosen = [int(generator.integers(len(rows)))]
    nearest = rows @ rows[chosen[0]]
    while len(chosen) < n_clusters:
        weights = np.maximum(1.0 - nearest.astype(np.float64), 0.0) + 1e-12
        chosen.append(int(generator.choice(len(rows), p=weights / weights.sum())))
        nearest = np.maximum(nearest, rows @ rows[chosen[-1]])
    return rows[chosen]
