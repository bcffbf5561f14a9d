"""KeyedVectors from and to tables and plain data, and the order of their rows in a file."""

from __future__ import annotations

import logging
from typing import TypeVar

import numpy as np

from ns2vec._typing import Int64Array
from ns2vec.formats import VectorTable
from ns2vec.formats.fitting import fit_state
from ns2vec.formats.saving import set_attributes
from ns2vec.formats.state import VectorState
from ns2vec.keyedvectors.storage import VectorStore
from ns2vec.similarity import row_norms

logger = logging.getLogger(__name__)

# parts of a store that are saved separately and never set from a file's attributes
PARTS = frozenset(
    {"vectors", "_vectors", "_stored_keys", "index_to_key", "key_to_index", "norms", "expandos"}
)
PATHS = ("code", "point")  # of a model's Huffman tree, which follows from the counts

Store = TypeVar("Store", bound=VectorStore)


def adopt_table(store: Store, table: VectorTable) -> Store:
    """Set the keys and vectors of `store` from a table; counts are V ... 1 if it has none."""
    n_keys = len(table.keys)
    store.index_to_key = list(table.keys)
    store.key_to_index = table.index or dict(zip(table.keys, range(n_keys), strict=True))
    table.index = None  # from here on, it grows with the store
    store.next_index = n_keys
    store.vectors = table.vectors
    store.expandos["count"] = (
        np.arange(n_keys, 0, -1, dtype=np.int64) if table.counts is None else table.counts
    )
    return store


def vector_state(store: VectorStore) -> VectorState:
    """Return keys, vectors and all other parts of `store` as plain data; parts that do not fit are cut."""
    attributes = {
        name: value for name, value in vars(store).items() if name not in PARTS and not name.startswith("__")
    }
    expandos = {name: values for name, values in store.expandos.items() if name not in PATHS}
    path = f"these {type(store).__name__}"
    state = VectorState(list(store.index_to_key), store.vectors, expandos, attributes, path=path)
    fit_state(state, lambda: store.key_to_index)
    # not the lengths cached by queries: the vectors may have been changed since
    state.norms = row_norms(state.vectors)
    return state


def adopt_state(store: Store, state: VectorState) -> Store:
    """Set `store` to a saved state.

    Raises
    ------
    FormatError
        If two rows have the same key; see `VectorStore.adopt_keys`.
    """
    store.adopt_keys(state.keys, state.path)
    store.vectors = state.vectors
    store.norms = state.norms
    store.expandos = dict(state.expandos)
    attributes = {name: value for name, value in state.attributes.items() if name not in PARTS}
    set_attributes(store, {**attributes, "vector_size": state.vectors.shape[1]})
    return store


def falling_order(store: VectorStore, sort_attr: str, *, needed: bool) -> Int64Array:
    """Return the rows that have a key, by descending attribute; keys 0, 1, 2 ... at the front stay there."""
    rows = np.fromiter((row for row, key in enumerate(store.index_to_key) if key is not None), dtype=np.int64)
    values = store.expandos.get(sort_attr)
    if values is None:
        if needed:
            raise ValueError(
                f"Cannot store vocabulary with '{sort_attr}' because that attribute does not exist"
            )
        logger.warning("attribute %s not present; the vectors are stored in their own order", sort_attr)
        return rows
    n_leading = 0
    while n_leading < len(rows) and store.index_to_key[n_leading] == n_leading:
        n_leading += 1
    rest = rows[n_leading:]
    falling = sorted(rest.tolist(), key=lambda row: values[row], reverse=True)
    return np.concatenate([rows[:n_leading], np.asarray(falling, dtype=np.int64)])
