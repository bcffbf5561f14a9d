"""Storage of keys and vectors: looking up, adding, attributes of keys, lengths."""

from __future__ import annotations

import logging
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ns2vec import similarity
from ns2vec._options import whole
from ns2vec._typing import Array
from ns2vec.exceptions import FormatError
from ns2vec.formats.keys import StoredKeys

logger = logging.getLogger(__name__)

KEY_TYPES = (str, int, np.integer)


def index_of(keys: list[Any], path: Any) -> dict[Any, int]:
    """Return the row of each key; None, which marks a free row, is not a key.

    Raises
    ------
    FormatError
        If two rows have the same key.
    """
    index = {key: row for row, key in enumerate(keys) if key is not None}
    if len(index) + keys.count(None) != len(keys):
        raise FormatError(f"{path}: two rows have the same key")
    return index


class VectorStore:
    """Keys, one row of `vectors` for each, and arrays of attributes of the keys.

    Attributes
    ----------
    vectors : ndarray of shape (V, D), any stride
        Assigning another array discards `norms`; after writing into the array, call `vectors_changed`.
    index_to_key : list of length V; None marks a free row
        For a mapped file, it is read when first needed, and so is `key_to_index`.
    key_to_index : dict
    norms : ndarray of shape (V,), or None until they are needed
    expandos : dict of attribute name -> ndarray of shape (V,)
    vector_size : int, D
    next_index : int, the row that `add_vector` fills next
    """

    def __init__(
        self,
        vector_size: int,
        count: int = 0,
        dtype: npt.DTypeLike = np.float32,
        mapfile_path: str | None = None,
    ) -> None:
        self.vector_size, count = whole("vector_size", vector_size, 1), whole("count", count)
        self.index_to_key = [None] * count
        self.key_to_index = {}
        self.next_index = 0
        self.norms: Array | None = None
        self.vectors = np.zeros((count, self.vector_size), dtype=dtype)
        self.expandos: dict[str, Array] = {}
        self.mapfile_path = mapfile_path

    def _read_keys(self) -> list[Any]:
        """Return the keys of a mapped file, in the order of the rows."""
        return self._stored("index_to_key").read()

    def _index_keys(self) -> dict[Any, int]:
        """Return the row of each key of a mapped file."""
        return index_of(self.index_to_key, self._stored("key_to_index").path)

    def _stored(self, wanted: str) -> StoredKeys:
        stored: StoredKeys | None = vars(self).get("_stored_keys")
        if stored is None:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {wanted!r}")
        return stored

    # Plain attributes once they are set, and for the type checker; until then a mapped file has them.
    if TYPE_CHECKING:
        index_to_key: list[Any]
        key_to_index: dict[Any, int]
    else:
        index_to_key = cached_property(_read_keys)
        key_to_index = cached_property(_index_keys)

    @property
    def unread_keys(self) -> StoredKeys | None:
        """Keys as they were given; None once `index_to_key` or `key_to_index` has been used."""
        known = vars(self)
        return None if "index_to_key" in known or "key_to_index" in known else known.get("_stored_keys")

    def adopt_keys(self, keys: list[Any] | StoredKeys, path: Any) -> None:
        """Set the keys of a file; those of a mapped file are read when they are first needed.

        Parameters
        ----------
        keys : list, or keys of a mapped file
        path : path
            Of the file, for messages.

        Raises
        ------
        FormatError
            If two rows have the same key; for a mapped file later, when a key is first looked up.

        Examples
        --------
        >>> from ns2vec import KeyedVectors
        >>> wv = KeyedVectors(2)
        >>> wv.adopt_keys(["tea", "milk"], "vectors.bin")
        >>> wv.key_to_index["milk"]
        1
        """
        for name in ("index_to_key", "key_to_index"):
            vars(self).pop(name, None)
        if isinstance(keys, StoredKeys):
            self._stored_keys: StoredKeys | None = keys
        else:
            self.index_to_key = keys
            self.key_to_index = index_of(keys, path)

    @property
    def vectors(self) -> Array:
        """The matrix, shape (V, D)."""
        try:
            found: Array = vars(self)["vectors"]  # gensim's pickles have it there, and clients look for it
        except KeyError:
            raise AttributeError("this object has no vectors yet") from None
        return found

    @vectors.setter
    def vectors(self, vectors: Array) -> None:
        vars(self)["vectors"] = vectors
        self.norms = None

    def vectors_changed(self) -> None:
        """Discard values computed from the vectors; call this after writing into `vectors`."""
        self.norms = None

    def __len__(self) -> int:
        known = vars(self)
        return len(self.index_to_key if "index_to_key" in known else known.get("_stored_keys", ()))

    def __str__(self) -> str:
        return f"{type(self).__name__}<vector_size={self.vector_size}, {len(self)} keys>"

    __repr__ = __str__

    # ---- looking up ----

    def get_index(self, key: Any, default: int | None = None) -> int:
        """Return the row of a key; an integer that is not a key is itself a row number.

        Parameters
        ----------
        key : str or int
        default : int, optional
            Returned if the key is not present.

        Returns
        -------
        int

        Raises
        ------
        KeyError
            If the key is not present and no default is given.
        """
        row = self.key_to_index.get(key)
        if row is not None:
            return row
        if isinstance(key, (int, np.integer)) and 0 <= key < len(self.index_to_key):
            return int(key)
        if default is not None:
            return default
        raise KeyError(f"Key '{key}' not present")

    def has_index_for(self, key: Any) -> bool:
        """Whether the key has its own row.

        Parameters
        ----------
        key : str or int

        Returns
        -------
        bool
        """
        return self.get_index(key, -1) >= 0

    def __contains__(self, key: Any) -> bool:
        return self.has_index_for(key)

    def __getitem__(self, key_or_keys: Any) -> Array:
        """Return a key's vector, read-only, shape (D,), or a copy of those of several keys, shape (n, D).

        Raises
        ------
        KeyError
            If a key is not present.
        """
        if self.is_key(key_or_keys):
            return self.get_vector(key_or_keys)
        return np.vstack([self.get_vector(key) for key in key_or_keys])

    def is_key(self, key: Any) -> bool:
        """Distinguish one key from a collection of keys: any hashable token can be a key, even a tuple.

        Parameters
        ----------
        key : object

        Returns
        -------
        bool
        """
        if isinstance(key, KEY_TYPES):
            return True
        try:
            return key in self.key_to_index
        except TypeError:
            return False

    def get_vector(self, key: Any, norm: bool = False) -> Array:
        """Return a key's vector, shape (D,), as a read-only view; with `norm`, as a copy of length 1.

        Parameters
        ----------
        key : str or int
        norm : bool

        Returns
        -------
        ndarray of shape (D,)

        Raises
        ------
        KeyError
            If the key is not present.
        """
        row = self.get_index(key)
        vector: Array = self.vectors[row]
        if norm:
            length = self._ready_norms()[row]
            vector = vector / length if length else vector.copy()
        else:
            vector = vector.view()
        vector.setflags(write=False)
        return vector

    # ---- lengths ----

    def _ready_norms(self) -> Array:
        if self.norms is None or len(self.norms) != len(self.vectors):
            self.fill_norms(force=True)
        return np.asarray(self.norms)

    def fill_norms(self, force: bool = False) -> None:
        """Compute the vectors' lengths unless they are known; `force` computes them again.

        Parameters
        ----------
        force : bool
        """
        if self.norms is None or force:
            self.norms = similarity.row_norms(self.vectors)

    def get_normed_vectors(self) -> Array:
        """Return a copy of the vectors, each of length 1, shape (V, D)."""
        return similarity.unit_rows(self.vectors, self._ready_norms())

    def unit_normalize_all(self) -> None:
        """Scale all vectors to length 1 in place; training cannot continue well after that."""
        self.fill_norms(force=True)
        self.vectors[...] = self.get_normed_vectors()
        self.norms = np.ones(len(self.vectors), dtype=similarity.row_norms(self.vectors[:0]).dtype)
