"""Arguments of queries in gensim: keys, vectors, and pairs of one of them and a weight."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

import numpy as np

from ns2vec import similarity
from ns2vec._options import whole
from ns2vec._typing import Array
from ns2vec.exceptions import ConfigError
from ns2vec.keyedvectors.storage import VectorStore

UNIT_ERRORS = 4  # rounding errors by which a vector divided by its length may differ from length 1

Neighbours: TypeAlias = list[tuple[Any, float]]


def as_items(store: VectorStore, value: Any) -> list[Any]:
    """Return what gensim accepts as `positive` or `negative` as a list of keys, vectors, (item, weight)."""
    if value is None:
        return []
    if isinstance(value, np.ndarray):
        # a row of numbers is a vector; strings in an array are keys
        return [value] if value.ndim == 1 and value.dtype.kind not in "OUS" else list(value)
    if store.is_key(value):
        return [value]
    if isinstance(value, (tuple, bytes)):
        kind = type(value).__name__
        raise TypeError(f"expected a list of keys, got the {kind} {value!r}; write it as a list")
    return list(value)


def split_item(store: VectorStore, item: Any, sign: float) -> tuple[Any, float]:
    """Return the key or vector of an item, and its weight."""
    if isinstance(item, np.ndarray) or store.is_key(item):
        return item, sign
    try:
        key, weight = item
    except (TypeError, ValueError):
        raise TypeError(f"expected a key, a vector or a pair (key, weight), got {item!r}") from None
    return key, float(weight)


def input_rows(store: VectorStore, keys: Iterable[Any]) -> list[int]:
    """Return the rows of the keys; rows without a key are added, because they must not be answers."""
    rows = [
        store.get_index(key) for key in keys if not isinstance(key, np.ndarray) and store.has_index_for(key)
    ]
    if len(store.key_to_index) < len(store.index_to_key):
        rows.extend(row for row, key in enumerate(store.index_to_key) if key is None)
    return rows


def pairs(store: VectorStore, rows: Array, scores: Array) -> Neighbours:
    """Name the rows."""
    keys = store.index_to_key
    return [(keys[row], score) for row, score in zip(rows.tolist(), scores.tolist(), strict=True)]


def how_many(name: str, value: Any) -> int | None:
    """Return `topn` or `restrict_vocab` as an int; None means all.

    Raises
    ------
    TypeError
        As in gensim, if it is not a whole number.
    """
    try:
        return None if value is None else whole(name, value, -math.inf)
    except ConfigError as error:
        raise TypeError(str(error)) from None


def unit_vectors(store: VectorStore, items: Sequence[Any]) -> Array:
    """Vectors of length 1 of keys and vectors, shape (n, D)."""
    dtype = np.result_type(store.vectors.dtype, np.float32)
    vectors = [unit_vector(store, item) for item in items]
    return np.asarray(vectors, dtype=dtype).reshape(len(items), store.vector_size)


def unit_vector(store: VectorStore, item: Any) -> Array:
    """Return what `get_vector` with ``norm=True`` returns; for vectors, too, whatever their length is."""
    if not isinstance(item, np.ndarray):
        return store.get_vector(item, norm=True)
    length = similarity.row_norms(item[np.newaxis])[0]
    # a second division would change the last digit of a vector that has been scaled to length 1
    is_unit = abs(length - 1.0) <= UNIT_ERRORS * np.finfo(np.result_type(item, np.float16)).eps
    return item if is_unit or not length else item / length


def query_vector(store: VectorStore, item: Any) -> Array:
    """Return the unit vector that `most_similar` searches with for one key or vector."""
    wide = np.asarray(item if isinstance(item, np.ndarray) else store.get_vector(item, norm=True))
    return similarity.unit(wide.astype(np.float64)).astype(store.vectors.dtype)
