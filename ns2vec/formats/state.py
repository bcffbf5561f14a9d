"""A saved model as plain data: readers of model files return it, and models are made from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from ns2vec._typing import Array
from ns2vec.exceptions import FormatError
from ns2vec.formats.keys import StoredKeys
from ns2vec.formats.table import VectorTable


@dataclass
class VectorState:
    """Keys and vectors of a `KeyedVectors`.

    Attributes
    ----------
    keys : list of length V, or `StoredKeys` of a mapped file; None marks a free row
    vectors : ndarray of shape (V, D)
    expandos : dict of attribute name -> ndarray of shape (V,)
    attributes : dict of further plain values, including small arrays
    norms : ndarray of shape (V,), or None if they were not computed
    path : the file, for messages
    """

    keys: list[Any] | StoredKeys
    vectors: Array
    expandos: dict[str, Array] = field(default_factory=dict)
    attributes: dict[str, Any] = field(default_factory=dict)
    norms: Array | None = None
    path: Any = "file"

    def read_keys(self) -> list[Any]:
        """Return the keys as a list, from the file if they are still there.

        Raises
        ------
        FormatError
            If they are damaged.
        """
        return self.keys.read() if isinstance(self.keys, StoredKeys) else self.keys


@dataclass
class ModelState:
    """A saved model.

    Attributes
    ----------
    kind : str
        Name of the class: ``"KeyedVectors"``, ``"Word2Vec"``, ``"Doc2Vec"``.
    vectors : VectorState
    attributes : dict of plain values by the names that gensim 4 gives them; empty for KeyedVectors
    arrays : dict of attribute name -> ndarray
    name : str
        Where it was read, for messages.
    others : dict of attribute name -> VectorState
        Further keys with vectors: tags of documents.
    """

    kind: str
    vectors: VectorState
    attributes: dict[str, Any] = field(default_factory=dict)
    arrays: dict[str, Array] = field(default_factory=dict)
    name: str = ""
    others: dict[str, VectorState] = field(default_factory=dict)


def table_of_state(state: VectorState, path: Any) -> VectorTable:
    """Return the rows that have a key, with their counts.

    Raises
    ------
    FormatError
        If there is not one vector for each key.
    """
    if state.vectors.ndim != 2 or len(state.vectors) != len(state.keys):
        raise FormatError(f"{path}: {len(state.keys)} keys, but vectors of shape {state.vectors.shape}")
    table = VectorTable(state.read_keys(), state.vectors, state.expandos.get("count"))
    rows = [row for row, key in enumerate(table.keys) if key is not None]
    return table if len(rows) == len(table.keys) else table.take(rows)


def first_rows(table: VectorTable, limit: int | None, datatype: npt.DTypeLike | None) -> VectorTable:
    """Return at most `limit` rows of a table, in the requested dtype (its own for None)."""
    keys: Sequence[Any] = table.keys if limit is None else table.keys[:limit]
    vectors, counts = table.vectors[: len(keys)], table.counts
    with np.errstate(over="ignore"):
        vectors = vectors if datatype is None else vectors.astype(datatype, copy=False)
    return VectorTable(list(keys), vectors, None if counts is None else counts[: len(keys)])


def state_of_table(table: VectorTable) -> ModelState:
    """Return the table as KeyedVectors."""
    expandos = {} if table.counts is None else {"count": np.asarray(table.counts, dtype=np.int64)}
    return ModelState("KeyedVectors", VectorState(list(table.keys), np.asarray(table.vectors), expandos))
