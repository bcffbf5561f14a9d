"""Attributes of keys: counts and other values for each key."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from ns2vec._typing import Array
from ns2vec.keyedvectors.storage import VectorStore


class KeyAttributes(VectorStore):
    """A store with attributes that have a value for each key."""

    def allocate_vecattrs(
        self, attrs: Iterable[str] | None = None, types: Iterable[Any] | None = None
    ) -> None:
        """Make sure that the attributes have one value for each key; new values are 0.

        Parameters
        ----------
        attrs, types : lists of names and types; all known attributes unless given

        Raises
        ------
        TypeError
            If an attribute exists with a type that cannot hold the requested one.

        Examples
        --------
        >>> import numpy as np
        >>> from ns2vec import KeyedVectors
        >>> wv = KeyedVectors(2)
        >>> wv.add_vectors(["tea", "milk"], [[1.0, 0.0], [0.0, 1.0]])
        >>> wv.allocate_vecattrs(["price"], [np.float32])
        >>> float(wv.get_vecattr("milk", "price"))
        0.0
        """
        if attrs is None:
            attrs, types = list(self.expandos), [array.dtype.type for array in self.expandos.values()]
        for name, kind in zip(attrs, types or (), strict=True):
            dtype = self._checked_type(name, kind)
            present = self.expandos.get(name)
            if present is not None and len(present) == len(self.index_to_key):
                continue
            grown: Array = np.zeros(len(self.index_to_key), dtype=dtype)
            if present is not None:
                n_kept = min(len(present), len(grown))
                grown[:n_kept] = present[:n_kept]
            self.expandos[name] = grown

    def _checked_type(self, name: str, kind: Any) -> np.dtype[Any]:
        dtype = np.dtype({int: np.int64, str: object}.get(kind, kind))
        present = self.expandos.get(name)
        if present is None:
            return dtype if dtype.kind not in "US" else np.dtype(object)
        if not np.can_cast(dtype, present.dtype, "safe"):
            raise TypeError(
                f"Can't allocate type {kind} for attribute {name}, conflicts with its existing type "
                f"{present.dtype}"
            )
        return present.dtype

    def set_vecattr(self, key: Any, attr: str, val: Any) -> None:
        """Set a key's attribute; the first value creates the attribute for all keys.

        Parameters
        ----------
        key : str or int
        attr : str
        val : number or object

        Raises
        ------
        KeyError
            If the key is not present.
        TypeError
            If the attribute's type cannot hold the value.
        """
        row = self.get_index(key)
        self.allocate_vecattrs([attr], [type(val)])
        self.expandos[attr][row] = val

    def get_vecattr(self, key: Any, attr: str) -> Any:
        """Return a key's attribute, such as its ``"count"``.

        Parameters
        ----------
        key : str or int
        attr : str

        Returns
        -------
        number or object

        Raises
        ------
        KeyError
            If the key or the attribute is not present.
        """
        return self.expandos[attr][self.get_index(key)]

    def sort_by_descending_frequency(self) -> None:
        """Sort the rows by descending count, ties by descending row number; without counts nothing changes.

        Examples
        --------
        >>> from ns2vec import KeyedVectors
        >>> wv = KeyedVectors(2)
        >>> wv.add_vectors(["tea", "milk"], [[1.0, 0.0], [0.0, 1.0]])
        >>> for key, count in (("tea", 3), ("milk", 8)):
        ...     wv.set_vecattr(key, "count", count)
        >>> wv.sort_by_descending_frequency()
        >>> wv.index_to_key, int(wv.get_vecattr("milk", "count"))
        (['milk', 'tea'], 8)
        """
        if not len(self) or "count" not in self.expandos:
            return
        counts = self.expandos["count"]
        order = np.lexsort((-np.arange(len(counts)), -counts))
        self.index_to_key = [self.index_to_key[row] for row in order]
        self.expandos = {name: array[order] for name, array in self.expandos.items()}
        if len(self.vectors):
            self.vectors = self.vectors[order]
        self.key_to_index = {key: row for row, key in enumerate(self.index_to_key) if key is not None}
