"""The names of ``gensim.models.keyedvectors``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from ns2vec._typing import Float32Array, PathLike
from ns2vec.keyedvectors import (
    Doc2VecKeyedVectors,
    EuclideanKeyedVectors,
    KeyedVectors,
    Word2VecKeyedVectors,
)

REAL = np.float32
_KEY_TYPES = (str, int, np.integer)
_EXTENDED_KEY_TYPES = (str, int, np.integer, np.ndarray)

load_word2vec_format = KeyedVectors.load_word2vec_format


class CompatVocab:
    """The attributes of a word as in gensim 3; compared by `count`.

    Examples
    --------
    >>> from ns2vec.compat.gensim.modules.keyedvectors import CompatVocab
    >>> print(CompatVocab(count=3, index=0))
    CompatVocab<count:3, index:0>
    """

    def __init__(self, **kwargs: Any) -> None:
        self.count = 0
        self.__dict__.update(kwargs)

    def __lt__(self, other: Any) -> bool:
        return bool(self.count < other.count)

    def __str__(self) -> str:
        known = ", ".join(
            f"{name}:{value!r}" for name, value in sorted(vars(self).items()) if not name.startswith("_")
        )
        return f"{type(self).__name__}<{known}>"

    __repr__ = __str__


Vocab = CompatVocab


def pseudorandom_weak_vector(
    size: int, seed_string: str | None = None, hashfxn: Callable[[str], int] = hash
) -> Float32Array:
    """Return a vector uniform in [-0.5, 0.5) / size, shape (size,); the same for equal string and hash."""
    seed = None if seed_string is None else hashfxn(seed_string) & 0xFFFFFFFF
    once = np.random.Generator(np.random.SFC64(seed))
    found: Float32Array = (once.random(size).astype(REAL) - REAL(0.5)) / REAL(size)
    return found


def prep_vectors(
    target_shape: tuple[int, int],
    prior_vectors: npt.NDArray[Any] | None = None,
    seed: int = 0,
    dtype: npt.DTypeLike = REAL,
) -> npt.NDArray[Any]:
    """Return `prior_vectors` extended to `target_shape`; new rows are uniform in [-1, 1) / size."""
    if prior_vectors is not None and prior_vectors.shape == target_shape:
        return prior_vectors
    made = KeyedVectors(target_shape[1], dtype=dtype)
    made.index_to_key = [None] * target_shape[0]
    if prior_vectors is not None:
        made.vectors = prior_vectors
    made.resize_vectors(seed=seed)
    return made.vectors.astype(dtype, copy=False)


def _load_word2vec_format(
    cls: Any,
    fname: PathLike,
    fvocab: PathLike | None = None,
    binary: bool = False,
    encoding: str = "utf8",
    unicode_errors: str = "strict",
    limit: int = sys.maxsize,
    datatype: npt.DTypeLike = REAL,
    no_header: bool = False,
    binary_chunk_size: int = 100 * 1024,
) -> Any:
    """Read a word2vec file into `cls`; the size of a read has no effect on the result."""
    return cls.load_word2vec_format(
        fname, fvocab, binary, encoding, unicode_errors, limit, datatype, no_header
    )


def _ensure_list(value: Any) -> Any:
    """Return a list from one key, several, or none."""
    if value is None:
        return []
    if isinstance(value, _KEY_TYPES) or (isinstance(value, np.ndarray) and value.ndim == 1):
        return [value]
    return list(value) if isinstance(value, np.ndarray) else value
