r"""Python values as JSON and back, and lists of keys as arrays.

Values that JSON lacks are tagged; arrays are stored elsewhere under a name:

::

    value = null | true | false | number | text | [value..] | {text: value..}
            | {"tuple": [value..]} | {"set": [value..]} | {"frozenset": [value..]}
            | {"dict": [[value, value]..]} | {"array": name}

A dict of one entry that looks like one of the tagged forms is itself written as ``{"dict": ..}``. Keys of a
native file are read when they are first needed::

    keys = "lines": UTF-8, one key per line, "\n" between them
         | "int64": integers (V,)
         | "json": a JSON list of such values
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from itertools import takewhile
from typing import Any

import numpy as np

from ns2vec._typing import Array
from ns2vec.exceptions import ConfigError, FormatError

COLLECTIONS: dict[str, Any] = {"tuple": tuple, "set": set, "frozenset": frozenset}
TAGS = frozenset({*COLLECTIONS, "dict", "array"})
MOST_SHARING = 2000
PLAIN = (bool, int, float, str, type(None))
# errors from decoding bytes that are not what they claim to be
DAMAGED = (ValueError, TypeError, KeyError, AttributeError, IndexError, OverflowError, RecursionError)


def is_storable(dtype: np.dtype[Any]) -> bool:
    """Whether a file can hold an array of these numbers: the longest floats differ between machines."""
    return dtype.kind in "biuf" and dtype.itemsize <= 8


def encode(value: Any, arrays: dict[str, Array] | None = None, name: str = "") -> Any:
    """Return a value as JSON types; arrays go to `arrays` under `name`.

    Raises
    ------
    TypeError
        If it has no plain form; the message is the type.

    Examples
    --------
    >>> from ns2vec.formats.keys import decode, encode
    >>> encode({"a": (1, None)})
    {'a': {'tuple': [1, None]}}
    >>> decode(encode({"a": (1, None)}))
    {'a': (1, None)}
    """
    if isinstance(value, np.generic):
        value = value.item()
    if type(value) in PLAIN:
        return value
    if isinstance(value, np.ndarray) and arrays is not None and is_storable(value.dtype):
        while name in arrays:  # {"a": {"b": ..}} and {"a.b": ..} have one name
            name += "'"
        arrays[name] = value
        return {"array": name}
    if isinstance(value, (list, tuple, set, frozenset)):
        entries = [encode(entry, arrays, f"{name}.{place}") for place, entry in enumerate(value)]
        if isinstance(value, list):
            return entries
        return {next(tag for tag, kind in COLLECTIONS.items() if isinstance(value, kind)): entries}
    if isinstance(value, dict):
        if all(type(key) is str for key in value) and not (len(value) == 1 and TAGS & value.keys()):
            return {key: encode(entry, arrays, f"{name}.{key}") for key, entry in value.items()}
        return {"dict": [[encode(key), encode(entry)] for key, entry in value.items()]}
    raise TypeError(f"of type {type(value).__name__}")


def decode(value: Any, arrays: dict[str, Array] | None = None) -> Any:
    """Return the value that `encode` converted; arrays are taken from `arrays`."""
    if isinstance(value, list):
        return [decode(entry, arrays) for entry in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        tag, content = next(iter(value.items()))
        if tag == "array" and arrays is not None:
            return np.array(arrays.pop(content))  # small and changed in training: never mapped
        if tag == "dict":
            keys = lookable([decode(key, arrays) for key, _ in content])
            return dict(zip(keys, (decode(entry, arrays) for _, entry in content), strict=True))
        if tag in COLLECTIONS:
            entries = [decode(entry, arrays) for entry in content]
            return COLLECTIONS[tag](entries if tag == "tuple" else lookable(entries))
    return {key: decode(entry, arrays) for key, entry in value.items()}


def lookable(keys: list[Any]) -> list[Any]:
    """Return keys that a dict can hold without taking for ever.

    Raises
    ------
    TypeError
        If one has no hash.
    ValueError
        If thousands share a hash, as multiples of 2**61 - 1 do: each would be compared with all others.
    """
    shared = Counter(hash(key) for key in keys if key is not None)
    if shared and max(shared.values()) > MOST_SHARING:
        raise ValueError(f"more than {MOST_SHARING} keys share a hash")
    return keys


def encode_keys(keys: Sequence[Any]) -> tuple[str, Array]:
    """Return the name of the coding, and the encoded keys.

    Raises
    ------
    ConfigError
        If a key is of a type that cannot be written.
    """
    if all(type(key) is str for key in keys):
        text = "\n".join(keys)
        if text.count("\n") == max(len(keys) - 1, 0):
            return "lines", np.frombuffer(text.encode("utf8", "surrogatepass"), dtype=np.uint8)
    if keys and all(type(key) is not bool and isinstance(key, (int, np.integer)) for key in keys):
        try:
            return "int64", np.array(keys, dtype=np.int64)
        except OverflowError:
            pass
    try:
        text = json.dumps([encode(key) for key in keys], separators=(",", ":"))
    except TypeError as error:
        raise ConfigError(f"cannot save: a key is {error}; save_gensim() pickles keys of any type") from None
    return "json", np.frombuffer(text.encode("ascii"), dtype=np.uint8)


def n_row_numbers(keys: Sequence[Any]) -> int:
    """How many of the first keys are their row numbers, as those of documents often are.

    Examples
    --------
    >>> from ns2vec.formats.keys import n_row_numbers
    >>> n_row_numbers([0, 1, "a", 3])
    2
    """
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], enumerate(keys)))


class StoredKeys:
    """The keys of a file, which may be mapped; `read` converts them to Python values.

    Parameters
    ----------
    stored : ndarray of uint8, or of integers (V,)
    coding : str
    n_keys : int, V
    path : the file, for messages

    Raises
    ------
    FormatError
        If this number of keys does not fit in the bytes, or the coding is unknown.
    """

    def __init__(self, stored: Array, coding: str, n_keys: int, path: Any) -> None:
        self.stored, self.coding, self.n_keys, self.path = stored, coding, n_keys, path
        most = {"lines": stored.size + 1, "int64": stored.size, "json": stored.size}.get(coding)
        if most is None:
            raise FormatError(f"{path}: unknown coding of keys {coding[:40]!r}")
        if not 0 <= n_keys <= most:
            raise FormatError(f"{path}: damaged: {n_keys} keys do not fit in {stored.nbytes} bytes")

    def __len__(self) -> int:
        return self.n_keys

    def read(self) -> list[Any]:
        """Return the keys.

        Raises
        ------
        FormatError
            If they are damaged, or their number differs from that of the file.
        """
        try:
            keys = self._decode()
        except DAMAGED as error:
            raise FormatError(f"{self.path}: damaged keys: {type(error).__name__}: {error}") from None
        if len(keys) != self.n_keys:
            raise FormatError(f"{self.path}: damaged: expected {self.n_keys} keys, found {len(keys)}")
        return keys

    def _decode(self) -> list[Any]:
        if self.coding == "int64":
            if self.stored.ndim != 1:
                raise TypeError(f"expected one integer for each key, found shape {self.stored.shape}")
            found: list[Any] = self.stored.astype(np.int64, casting="safe").tolist()
            return found
        content = self.stored.tobytes()
        if self.coding == "lines":
            return content.decode("utf8", "surrogatepass").split("\n") if self.n_keys else []
        listed = json.loads(content.decode("ascii"))
        if not isinstance(listed, list):
            raise TypeError("expected a list of keys")
        return lookable([decode(key) for key in listed])
