"""Simple changes to vectors that often raise scores, to be compared with the raw vectors.

Each function takes an embedding and returns a new one; the given one is never changed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ns2vec import similarity
from ns2vec._registry import Registry
from ns2vec._typing import Embedding, FloatArray
from ns2vec.exceptions import ConfigError

#: Name -> function (embedding) -> embedding.
POSTPROCESSING: Registry[Callable[[Embedding], Embedding]] = Registry("postprocessing")


@dataclass
class Vectors:
    """A minimal embedding."""

    vectors: Any
    index_to_key: list[Any]
    key_to_index: dict[Any, int]


def _float_vectors(embedding: Embedding) -> FloatArray:
    """Return the vectors as float32 or float64, possibly the embedding's own array."""
    vectors = np.asarray(embedding.vectors)
    return vectors if vectors.dtype in (np.float32, np.float64) else vectors.astype(np.float32)


def _with(embedding: Embedding, vectors: FloatArray) -> Vectors:
    return Vectors(vectors, embedding.index_to_key, embedding.key_to_index)


@POSTPROCESSING.entry("normalise")
def normalise(embedding: Embedding) -> Vectors:
    """Divide each vector by its length; cosines are unchanged, sums and centroids change.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> import numpy as np
    >>> from ns2vec.evaluation.postprocessing import normalise
    >>> toy = SimpleNamespace(vectors=np.array([[3.0, 4.0]]), index_to_key=["a"], key_to_index={})
    >>> normalise(toy).vectors.tolist()
    [[0.6, 0.8]]
    """
    vectors = _float_vectors(embedding)
    return _with(embedding, similarity.unit_rows(vectors, similarity.row_norms(vectors)))


@POSTPROCESSING.entry("centre")
def centre(embedding: Embedding) -> Vectors:
    """Subtract the mean vector.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> import numpy as np
    >>> from ns2vec.evaluation.postprocessing import centre
    >>> toy = SimpleNamespace(vectors=np.array([[1.0], [3.0]]), index_to_key=["a", "b"], key_to_index={})
    >>> centre(toy).vectors.tolist()
    [[-1.0], [1.0]]
    """
    vectors = _float_vectors(embedding)
    return _with(embedding, vectors - vectors.mean(axis=0, dtype=np.float64).astype(vectors.dtype))


@POSTPROCESSING.entry("all_but_the_top")
def all_but_the_top(embedding: Embedding, n_components: int | None = None) -> Vectors:
    """Subtract the mean and the first principal components (Mu and Viswanath 2018, algorithm 1).

    Parameters
    ----------
    embedding : Embedding
    n_components : int, optional
        By default D / 100, at least 1.

    Raises
    ------
    ConfigError
        If there are fewer than `n_components` dimensions.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> import numpy as np
    >>> from ns2vec.evaluation.postprocessing import all_but_the_top
    >>> vectors = np.array([[9.0, 1], [-9, 1], [0, -1], [0, -1]])
    >>> toy = SimpleNamespace(vectors=vectors, index_to_key=list("abcd"), key_to_index={})
    >>> bool(np.allclose(all_but_the_top(toy).vectors[:, 0], 0))
    True
    """
    centred = centre(embedding).vectors
    n_dims = centred.shape[1]
    wanted = max(1, n_dims // 100) if n_components is None else n_components
    if not 0 <= wanted <= n_dims:
        raise ConfigError(f"n_components must be 0 ... {n_dims}, got {wanted}")
    covariance = (centred.T @ centred).astype(np.float64)
    _, directions = np.linalg.eigh(covariance)
    top = directions[:, n_dims - wanted :].astype(centred.dtype)
    return _with(embedding, centred - (centred @ top) @ top.T)
