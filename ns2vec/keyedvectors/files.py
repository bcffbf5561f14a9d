"""KeyedVectors from and to word2vec's files, with gensim's parameters."""

from __future__ import annotations

import logging
from contextlib import nullcontext
from typing import Any, TypeVar

import numpy as np

from ns2vec._options import whole
from ns2vec._typing import Int64Array, PathLike
from ns2vec.exceptions import ConfigError
from ns2vec.formats import VectorTable, open_for_write, word2vec_binary, word2vec_text
from ns2vec.formats.fitting import fit_state
from ns2vec.formats.saving import set_attributes
from ns2vec.formats.state import VectorState
from ns2vec.formats.table import write_counts
from ns2vec.keyedvectors.storage import VectorStore
from ns2vec.similarity import row_norms

logger = logging.getLogger(__name__)

# of what a store holds, that which is saved as parts of its own and never taken from a file's attributes
PARTS = frozenset(
    {"vectors", "_vectors", "_stored_keys", "index_to_key", "key_to_index", "norms", "expandos"}
)
PATHS = ("code", "point")  # of a model's Huffman tree, which follows from the counts

Store = TypeVar("Store", bound=VectorStore)


def adopt_table(store: Store, table: VectorTable) -> Store:
    """Make the table's keys and vectors those of `store`; counts are V ... 1 if it has none."""
    n_keys = len(table.keys)
    store.index_to_key = list(table.keys)
    store.key_to_index = table.index or dict(zip(table.keys, range(n_keys), strict=True))
    table.index = None  # it grows with the store from here on
    store.next_index = n_keys
    store.vectors = table.vectors
    store.expandos["count"] = (
        np.arange(n_keys, 0, -1, dtype=np.int64) if table.counts is None else table.counts
    )
    return store


def vector_state(store: VectorStore) -> VectorState:
    """Return keys, vectors and whatever else `store` carries as plain data; what does not fit is cut."""
    attributes = {
        name: value for name, value in vars(store).items() if name not in PARTS and not name.startswith("__")
    }
    expandos = {name: values for name, values in store.expandos.items() if name not in PATHS}
    path = f"these {type(store).__name__}"
    state = VectorState(list(store.index_to_key), store.vectors, expandos, attributes, path=path)
    fit_state(state, lambda: store.key_to_index)
    # not the lengths that queries left behind: nobody may have told that the vectors changed since
    state.norms = row_norms(state.vectors)
    return state


def adopt_state(store: Store, state: VectorState) -> Store:
    """Make a saved state that of `store`.

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


def intersect_word2vec_format(
    store: VectorStore,
    fname: PathLike,
    lockf: float,
    binary: bool,
    encoding: str,
    unicode_errors: str,
) -> int:
    """Do what `KeyedVectors.intersect_word2vec_format` says; return the number of keys in common."""
    read = (word2vec_binary if binary else word2vec_text).read
    table = read(fname, encoding=encoding, unicode_errors=unicode_errors)
    if table.vectors.shape[1] != store.vector_size:
        raise ConfigError(
            f"incompatible vector size {table.vectors.shape[1]} in file {fname}: expected {store.vector_size}"
        )
    common = [
        (row, store.key_to_index[key]) for row, key in enumerate(table.keys) if key in store.key_to_index
    ]
    theirs, ours = np.array(common, dtype=np.int64).reshape(-1, 2).T
    store.vectors[ours] = table.vectors[theirs]
    factors = np.ones(len(store), dtype=np.float32)
    factors[:] = getattr(store, "vectors_lockf", 1.0)
    factors[ours] = lockf
    store.vectors_lockf = factors
    store.vectors_changed()
    logger.info("%d vectors taken from %s", len(common), fname)
    return len(common)


def load_word2vec_format(
    cls: type[Store], fname: PathLike, *, binary: bool, no_header: bool, **options: Any
) -> Store:
    """Do what `KeyedVectors.load_word2vec_format` says, for any class of the same constructor."""
    datatype, limit = options["datatype"], options["limit"]
    if np.dtype(datatype).kind != "f":
        raise ConfigError(f"datatype must be a floating point type such as numpy.float32, got {datatype!r}")
    if binary and no_header:
        raise NotImplementedError("no_header only available for text-format files")
    options["limit"] = None if limit is None else whole("limit", limit) or None
    if no_header:
        options["no_header"] = True
    table = (word2vec_binary if binary else word2vec_text).read(fname, **options)
    logger.info("loaded %d vectors of size %d from %s", *table.vectors.shape, fname)
    n_keys, vector_size = table.vectors.shape
    # as gensim makes it: subclasses have constructors of their own
    dtype: dict[str, Any] = {} if table.vectors.dtype == np.float32 else {"dtype": datatype}
    return adopt_table(cls(vector_size, n_keys, **dtype), table)


def save_word2vec_format(
    store: VectorStore, fname: PathLike, fvocab: PathLike | None, binary: bool, sort_attr: str, **options: Any
) -> None:
    """Do what `KeyedVectors.save_word2vec_format` says; options are those of the writers."""
    if len(store.vectors) != len(store.index_to_key):
        raise ConfigError(
            f"cannot save: there are {len(store.index_to_key)} keys and {len(store.vectors)} "
            f"vectors; call resize_vectors() first"
        )
    order = _order(store, sort_attr, needed=fvocab is not None)
    is_own_order = len(order) == len(store) and np.array_equal(order, np.arange(len(order)))
    write = (word2vec_binary if binary else word2vec_text).write
    logger.info("storing %d vectors of size %d into %s", len(order), store.vector_size, fname)
    # the file of counts is there only if the vectors are
    with nullcontext() if fvocab is None else open_for_write(fvocab) as counts:
        if fvocab is not None and counts is not None:
            values = store.expandos[sort_attr]
            keys = (f"{options['prefix']}{store.index_to_key[row]}" for row in order)
            write_counts(fvocab, counts, zip(keys, values[order], strict=True))
        table = VectorTable(store.index_to_key, store.vectors)
        write(fname, table, order=None if is_own_order else order, **options)


def _order(store: VectorStore, sort_attr: str, *, needed: bool) -> Int64Array:
    """Return the rows that have a key, by falling attribute; keys 0, 1, 2 ... at the front stay there."""
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
