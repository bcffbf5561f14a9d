"""Where keys and vectors live: looking up, adding, attributes of keys, lengths."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ns2vec import similarity
from ns2vec._options import shown, whole
from ns2vec.exceptions import ConfigError, FormatError
from ns2vec.formats.keys import StoredKeys
from ns2vec.vocab import is_missing

logger = logging.getLogger(__name__)

KEY_TYPES = (str, int, np.integer)

Array = npt.NDArray[Any]


def index_of(keys: list[Any], path: Any) -> dict[Any, int]:
    """Return the row of each key; None, which marks a free row, is no key.

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
        Assigning another array forgets `norms`; after writing into the array call `vectors_changed`.
    index_to_key : list of length V; None marks a free row
        Of a mapped file it is read when it is first asked for, and so is `key_to_index`.
    key_to_index : dict
    norms : ndarray of shape (V,), or None until somebody needs it
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

    # Plain attributes once they are there, and to the type checker; until then a mapped file has them.
    if TYPE_CHECKING:
        index_to_key: list[Any]
        key_to_index: dict[Any, int]
    else:
        index_to_key = cached_property(_read_keys)
        key_to_index = cached_property(_index_keys)

    def adopt_keys(self, keys: list[Any] | StoredKeys, path: Any) -> None:
        """Take the keys of a file; those of a mapped one are read when they are first asked for.

        Parameters
        ----------
        keys : list, or keys of a mapped file
        path : path
            Of the file, for messages.

        Raises
        ------
        FormatError
            If two rows have the same key; of a mapped file later, with the first question for a key.

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
            found: Array = vars(self)["vectors"]  # where gensim's pickles have it, and clients look for it
        except KeyError:
            raise AttributeError("this object has no vectors yet") from None
        return found

    @vectors.setter
    def vectors(self, vectors: Array) -> None:
        vars(self)["vectors"] = vectors
        self.norms = None

    def vectors_changed(self) -> None:
        """Forget what was computed from the vectors; to be called after writing into `vectors`."""
        self.norms = None

    def __len__(self) -> int:
        known = vars(self)
        return len(self.index_to_key if "index_to_key" in known else known.get("_stored_keys", ()))

    def __str__(self) -> str:
        return f"{type(self).__name__}<vector_size={self.vector_size}, {len(self)} keys>"

    __repr__ = __str__

    # ---- looking up ----

    def get_index(self, key: Any, default: int | None = None) -> int:
        """Return the row of a key; an integer that is no key is a row number itself.

        Parameters
        ----------
        key : str or int
        default : int, optional
            Returned where the key is not present.

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
        """Whether the key has a row of its own.

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
        """Tell one key from a collection of keys: any hashable token can be a key, a tuple too.

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
        """Return a key's vector, shape (D,), as a read-only view; with `norm` a copy of length 1.

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

    def get_mean_vector(
        self,
        keys: Any,
        weights: Any = None,
        pre_normalize: bool = True,
        post_normalize: bool = False,
        ignore_missing: bool = True,
    ) -> Array:
        """Return sum(w v) / sum(abs(w)) over keys and vectors, shape (D,).

        Parameters
        ----------
        keys : list of keys and ndarrays of shape (D,); arrays are taken as they are
        weights : list of numbers, optional
            1 for each key unless given.
        pre_normalize, post_normalize : bool
            Bring the keys' vectors, or the result, to length 1.
        ignore_missing : bool
            Leave unknown keys out instead of raising.

        Returns
        -------
        ndarray of shape (D,), float32

        Raises
        ------
        ValueError
            If there are no keys, or not as many weights as keys.
        KeyError
            If a key is not present and `ignore_missing` is false.
        """
        if len(keys) == 0:
            raise ValueError("cannot compute mean with no input")
        weights = np.ones(len(keys)) if weights is None else np.asarray(weights, dtype=np.float64)
        if len(keys) != len(weights):
            raise ValueError("keys and weights array must have same number of elements")
        rows, used = [], []
        for key, weight in zip(keys, weights, strict=True):
            if isinstance(key, np.ndarray):
                rows.append(key)
            elif key in self:
                rows.append(self.get_vector(key, norm=pre_normalize))
            elif ignore_missing:
                continue
            else:
                raise KeyError(f"Key '{key}' not present in vocabulary")
            used.append(weight)
        if not rows:
            return np.zeros(self.vector_size, dtype=self.vectors.dtype)
        mean = similarity.weighted_mean(np.asarray(rows), used)
        return (similarity.unit(mean) if post_normalize else mean).astype(self.vectors.dtype)

    def get_mean_vectors(
        self,
        texts: Iterable[Sequence[Any]],
        pre_normalize: bool = True,
        post_normalize: bool = False,
        ignore_missing: bool = True,
    ) -> Array:
        """Return `get_mean_vector` of many texts at once, shape (N, D); gensim has no such method.

        Parameters
        ----------
        texts : iterable of lists of keys
        pre_normalize, post_normalize : bool
            Scale the keys' vectors, or the results, to length 1.
        ignore_missing : bool
            Leave unknown keys out instead of raising. A text without a known key becomes zeros.

        Returns
        -------
        ndarray of shape (N, D), float32

        Raises
        ------
        TypeError
            If a text is a str.
        KeyError
            If a key is not present and `ignore_missing` is false.

        Examples
        --------
        >>> from ns2vec import KeyedVectors
        >>> wv = KeyedVectors(2)
        >>> wv.add_vectors(["north", "east"], [[0.0, 2.0], [4.0, 0.0]])
        >>> wv.get_mean_vectors([["north", "east"], ["east", "east", "south"], []]).tolist()
        [[0.5, 0.5], [1.0, 0.0], [0.0, 0.0]]
        """
        from scipy.sparse import csr_matrix  # slow to import

        column_of: dict[Any, int] = {}
        columns, ends = [], [0]
        for text in texts:
            if isinstance(text, str):
                raise TypeError(
                    f"expected lists of keys, got the str {text[:40]!r}: split it into words first"
                )
            for key in text:
                if key in column_of or key in self:
                    columns.append(column_of.setdefault(key, len(column_of)))
                elif not ignore_missing:
                    raise KeyError(f"Key '{key}' not present in vocabulary")
            ends.append(len(columns))
        found = np.zeros((len(ends) - 1, self.vector_size), dtype=self.vectors.dtype)
        if column_of:
            table = np.asarray([self.get_vector(key, norm=pre_normalize) for key in column_of], np.float32)
            n_keys = np.diff(ends)
            each = np.repeat(1 / np.maximum(n_keys, 1), n_keys)
            means = csr_matrix((each, columns, ends), shape=(len(n_keys), len(table))) @ table
            found[...] = similarity.unit_rows(means, similarity.row_norms(means)) if post_normalize else means
        return found

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
        """Bring all vectors to length 1 in place; training cannot continue well from there."""
        self.fill_norms(force=True)
        self.vectors[...] = self.get_normed_vectors()
        self.norms = np.ones(len(self.vectors), dtype=similarity.row_norms(self.vectors[:0]).dtype)

    # ---- adding ----

    def __setitem__(self, keys: Any, weights: Any) -> None:
        """Store the vector of a key, or the vectors of a list of keys, over what was there."""
        self.add_vectors(keys, weights, replace=True)

    def add_vector(self, key: Any, vector: Any) -> int:
        """Store one vector in a free row, at the end when there is none; return its row.

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
            If the numbers of keys, vectors and extra values, or the vectors' size, do not fit, or a key is a
            missing value (None, NaN). Nothing is changed then.
        """
        if isinstance(keys, KEY_TYPES):
            keys, weights = [keys], np.asarray(weights).reshape(1, -1)
        keys = list(keys)
        rows = self._checked(weights, keys)
        columns = {
            name: self._checked_extra(name, values, len(keys)) for name, values in (extras or {}).items()
        }

        n_before = len(self)
        fresh: dict[Any, int] = {}  # key -> place in `keys` of the vector to be stored
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

    # ---- attributes of keys ----

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
            If an attribute exists with a type that cannot hold the asked one.

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
        """Set a key's attribute, which comes into being for all keys with its first value.

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
        """Order the rows by falling count, ties by falling row number; without counts nothing changes.

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
