"""Adding and removing keys, with their vectors and attributes."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ns2vec._options import shown, whole
from ns2vec._typing import Array
from ns2vec.exceptions import ConfigError
from ns2vec.keyedvectors.attributes import KeyAttributes
from ns2vec.keyedvectors.storage import KEY_TYPES
from ns2vec.vocab import is_missing


class ChangingVectors(KeyAttributes):
    """A store to which keys can be added and from which they can be removed."""

    def __setitem__(self, keys: Any, weights: Any) -> None:
        """Store the vector of a key, or the vectors of a list of keys, in place of existing ones."""
        self.add_vectors(keys, weights, replace=True)

    def add_vector(self, key: Any, vector: Any) -> int:
        """Store one vector in a free row, or at the end if there is none; return its row.

        A key that is present gets the new vector in its old row.

        Parameters
        ----------
        key : str or int
        vector : array_like of shape (D,)

        Returns
        -------
        int
            The row.

        Examples
        --------
        >>> from ns2vec import KeyedVectors
        >>> wv = KeyedVectors(2, count=2)
        >>> wv.add_vector("tea", [1.0, 0.0]), wv.add_vector("milk", [0.0, 1.0])
        (0, 1)
        """
        if key in self.key_to_index:
            self.add_vectors([key], [vector], replace=True)
            return self.key_to_index[key]
        checked = self._checked([vector], [key])
        row = self.next_index
        if row >= len(self) or self.index_to_key[row] is not None:
            warnings.warn(
                "adding single vectors one by one copies the whole matrix each time; "
                "add them in one call of add_vectors, or reserve rows with KeyedVectors(..., count=N)",
                UserWarning,
                stacklevel=2,
            )
            row = len(self)
            self.add_vectors([key], checked)
        else:
            self.vectors[row] = checked[0]
            self.index_to_key[row] = key
            self.key_to_index[key] = row
            self.vectors_changed()
        self.next_index = row + 1
        return row

    def add_vectors(
        self,
        keys: Any,
        weights: Any,
        extras: Mapping[str, Sequence[Any] | Array] | None = None,
        replace: bool = False,
    ) -> None:
        """Store vectors at the end; a key that is present keeps its row, and its vector unless `replace`.

        Parameters
        ----------
        keys : list of keys, or one key
        weights : array of shape (n, D), or list of n vectors; (D,) for one key
        extras : dict of attribute name -> array of n values, optional
        replace : bool

        Raises
        ------
        ValueError
            If the numbers of keys, vectors and extra values differ, the vectors have the wrong size, or a key
            is a missing value (None, NaN). Nothing is changed then.
        """
        if isinstance(keys, KEY_TYPES):
            keys, weights = [keys], np.asarray(weights).reshape(1, -1)
        keys = list(keys)
        rows = self._checked(weights, keys)
        columns = {
            name: self._checked_extra(name, values, len(keys)) for name, values in (extras or {}).items()
        }

        n_before = len(self)
        fresh: dict[Any, int] = {}  # key -> index in `keys` of the vector to store
        known: dict[Any, int] = {}
        for place, key in enumerate(keys):
            target = known if key in self.key_to_index else fresh
            if replace or key not in target:
                target[key] = place
        self.index_to_key.extend(fresh)
        self.key_to_index.update(zip(fresh, range(n_before, n_before + len(fresh)), strict=True))
        if fresh:
            added = rows[list(fresh.values())].astype(self.vectors.dtype)
            self.vectors = np.vstack([self.vectors, added])
        if replace and known:
            self.vectors[[self.key_to_index[key] for key in known]] = rows[list(known.values())]
        self.vectors_changed()
        self.allocate_vecattrs(list(columns), [values.dtype.type for values in columns.values()])
        self.allocate_vecattrs()
        for stored in (fresh, known) if replace else (fresh,):
            targets = [self.key_to_index[key] for key in stored]
            for name, values in columns.items():
                self.expandos[name][targets] = values[list(stored.values())]

    def remove_keys(self, keys: Any) -> None:
        """Remove keys with their vectors and attributes; the rows after them move up.

        Parameters
        ----------
        keys : list of keys, or one key

        Raises
        ------
        KeyError
            If a key is not present. Nothing is changed then.

        Examples
        --------
        >>> from ns2vec import KeyedVectors
        >>> wv = KeyedVectors(2)
        >>> wv.add_vectors(["tea", "milk"], [[1.0, 0.0], [0.0, 1.0]])
        >>> wv.remove_keys("tea")
        >>> wv.index_to_key, wv.vectors.tolist()
        (['milk'], [[0.0, 1.0]])
        """
        keys = [keys] if self.is_key(keys) else list(keys)
        gone = set()
        for key in keys:
            if key not in self.key_to_index:
                raise KeyError(f"Key '{key}' not present")
            gone.add(self.key_to_index[key])
        n_rows = len(self.index_to_key)
        kept = np.array([row for row in range(n_rows) if row not in gone], dtype=np.int64)
        self.next_index -= sum(row < self.next_index for row in gone)
        self.index_to_key = [self.index_to_key[row] for row in kept]
        self.key_to_index = {key: row for row, key in enumerate(self.index_to_key) if key is not None}
        self.expandos = {name: values[kept] for name, values in self.expandos.items()}
        lock = getattr(self, "vectors_lockf", None)
        if lock is not None and len(lock) == n_rows > 1:
            self.vectors_lockf = lock[kept]
        self.vectors = self.vectors[kept]

    def _checked(self, weights: Any, keys: list[Any]) -> Array:
        for key in keys:
            if type(key) is not str and is_missing(key):
                raise ConfigError(
                    f"{shown(key)} is a missing value, not a key (None marks a free row): leave it out"
                )
        rows, n_keys = np.asarray(weights), len(keys)
        if n_keys == 0 and rows.size == 0:
            return rows.reshape(0, self.vector_size)
        if rows.shape != (n_keys, self.vector_size):
            raise ValueError(
                f"expected vectors of shape {(n_keys, self.vector_size)} for {n_keys} keys, got {rows.shape}"
            )
        return rows

    def _checked_extra(self, name: str, values: Any, n_keys: int) -> Array:
        array = np.asarray(values)
        if array.dtype.kind in "US":
            array = array.astype(object)
        if len(array) != n_keys:
            raise ValueError(f"expected {n_keys} values of {name!r}, one for each key, got {len(array)}")
        self._checked_type(name, array.dtype.type)
        return array

    def resize_vectors(self, seed: int = 0) -> None:
        """Give `vectors` as many rows as there are keys; new rows are uniform in [-1, 1) / D from `seed`.

        Parameters
        ----------
        seed : int

        Examples
        --------
        >>> from ns2vec import KeyedVectors
        >>> wv = KeyedVectors(2)
        >>> wv.adopt_keys(["tea", "milk"], "none")
        >>> wv.resize_vectors(seed=1)
        >>> wv.vectors.shape
        (2, 2)
        """
        shape = (len(self.index_to_key), self.vector_size)
        fresh = np.random.default_rng(whole("seed", seed)).random(shape, dtype=np.float32)
        fresh = ((fresh * 2 - 1) / self.vector_size).astype(self.vectors.dtype, copy=False)
        n_kept = min(len(self.vectors), len(fresh))
        fresh[:n_kept] = self.vectors[:n_kept]
        self.vectors = fresh
        self.allocate_vecattrs()
