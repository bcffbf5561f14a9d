"""Python values as JSON and back: what JSON lacks is tagged, arrays go elsewhere under a name.

::

    value = null | true | false | number | text | [value..] | {text: value..}
            | {"tuple": [value..]} | {"set": [value..]} | {"frozenset": [value..]}
            | {"dict": [[value, value]..]} | {"array": name}

A dict of one entry that looks like one of the tagged forms is itself written as ``{"dict": ..}``.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["decode", "encode", "is_storable", "lookable"]

COLLECTIONS: dict[str, Any] = {"tuple": tuple, "set": set, "frozenset": frozenset}
TAGS = frozenset({*COLLECTIONS, "dict", "array"})
MOST_SHARING = 2000
PLAIN = (bool, int, float, str, type(None))
Array = npt.NDArray[Any]


def is_storable(dtype: np.dtype[Any]) -> bool:
    """Whether a file can hold an array of these numbers: the longest floats differ between machines."""
    return dtype.kind in "biuf" and dtype.itemsize <= 8


def encode(value: Any, arrays: dict[str, Array] | None = None, name: str = "") -> Any:
    """Return what JSON knows of a value; arrays go to `arrays` under `name`.

    Raises
    ------
    TypeError
        If there is no plain form of it; the message is the type.

    Examples
    --------
    >>> from ns2vec.formats.plain import decode, encode
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
    """Return the value that `encode` made JSON of; arrays are taken out of `arrays`."""
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
        If thousands share a hash, as multiples of 2**61 - 1 do: each is compared with all others then.
    """
    shared = Counter(hash(key) for key in keys if key is not None)
    if shared and max(shared.values()) > MOST_SHARING:
        raise ValueError(f"more than {MOST_SHARING} keys share a hash")
    return keys
