"""Type aliases shared by the package."""

from __future__ import annotations

import os
from collections.abc import Hashable, Iterable, Sequence
from typing import Any, Protocol, TypeAlias, runtime_checkable

import numpy as np
import numpy.typing as npt

PathLike: TypeAlias = "str | os.PathLike[str]"
Token: TypeAlias = Hashable
Sentences: TypeAlias = Iterable[Sequence[Token]]
Key: TypeAlias = "str | int | np.integer[Any]"
Array: TypeAlias = "npt.NDArray[Any]"
BoolArray: TypeAlias = "npt.NDArray[np.bool_]"
FloatArray: TypeAlias = "npt.NDArray[np.floating[Any]]"
Float32Array: TypeAlias = "npt.NDArray[np.float32]"
Float64Array: TypeAlias = "npt.NDArray[np.float64]"
Int32Array: TypeAlias = "npt.NDArray[np.int32]"
Int64Array: TypeAlias = "npt.NDArray[np.int64]"
UInt64Array: TypeAlias = "npt.NDArray[np.uint64]"


@runtime_checkable
class Embedding(Protocol):
    """The interface of a set of vectors that evaluation and formats need.

    A model that can make vectors for unknown words also has a method ``vectors_for(words)``, which
    evaluation calls with words that are not in the vocabulary; others do not need it.

    Attributes
    ----------
    vectors : ndarray of shape (V, D)
    index_to_key : list of length V
    key_to_index : dict, key -> row of `vectors`
    """

    vectors: Any
    index_to_key: list[Any]
    key_to_index: dict[Any, int]


@runtime_checkable
class VectorMaker(Protocol):
    """An `Embedding` that makes vectors for words that are not in its vocabulary."""

    def vectors_for(self, words: Sequence[str]) -> npt.NDArray[Any]:
        """Return the vectors of words, shape (n, D): zeros, or NaN, for a word that cannot have one."""
