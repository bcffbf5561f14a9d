"""ns2vec's own files: one file a model, nothing in it can run, arrays can be mapped.

::

    file      = safetensors layout, see ns2vec.formats.container
    metadata  = format: "ns2vec", version: "1", kind: "KeyedVectors" | "Word2Vec", attributes: JSON,
                vector_attributes: JSON, key_coding: "lines" | "int64" | "json", n_keys: decimal
    arrays    = vectors (V, D), keys, vecattr.NAME (V,), vecattr_json.NAME, wv.NAME, syn1neg (V, D), ...
    keys      = "lines": UTF-8, one key a line; "int64": integers (V,); "json": a JSON list
    JSON      = plain values; {"tuple": [..]}, {"set": [..]}, {"frozenset": [..]}, {"dict": [[key, value]..]},
                {"array": name} for what JSON lacks, and for a dict that looks like one of these
"""

from __future__ import annotations

import json
import logging
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from ns2vec._typing import PathLike
from ns2vec.exceptions import ConfigError, FormatError
from ns2vec.formats.container import Container, read_container, write_container
from ns2vec.formats.state import (
    ModelState,
    VectorState,
    first_rows,
    state_of_table,
    table_of_state,
)
from ns2vec.formats.table import VectorTable

__all__ = ["NAME", "SUFFIXES", "read", "read_state", "write", "write_state"]

NAME = "native"
SUFFIXES = (".ns2v",)

logger = logging.getLogger(__name__)

VERSION = 1
COLLECTIONS: dict[str, Any] = {"tuple": tuple, "set": set, "frozenset": frozenset}
TAGS = frozenset({*COLLECTIONS, "dict", "array"})
PLAIN = (bool, int, float, str, type(None))
Array = npt.NDArray[Any]


def read(
    path: PathLike,
    *,
    limit: int | None = None,
    datatype: npt.DTypeLike | None = None,
    mmap: str | None = None,
) -> VectorTable:
    """Read keys and vectors of a file, whatever model it holds.

    Parameters
    ----------
    path : path, address, or ``"-"``; decompressed by its suffix
    limit : int, optional
        Return at most so many vectors.
    datatype : of the vectors in memory; that of the file unless given
    mmap : {None, "r", "r+", "c"}
        Map the vectors instead of reading them.

    Raises
    ------
    FormatError
        If the file is not what it claims to be.
    """
    state = read_state(path, mmap=mmap)
    return first_rows(table_of_state(state.vectors, path), limit, datatype)


def write(path: PathLike, table: VectorTable) -> None:
    """Write keys, vectors and counts, atomically.

    Raises
    ------
    ConfigError
        If a key is of a type that cannot be written.
    """
    write_state(path, state_of_table(table))


# ---- writing ----------------------------------------------------------------------------------------


def write_state(target: PathLike | IO[bytes], state: ModelState) -> None:
    """Write a model, atomically when `target` is a path.

    Values that no plain data can stand for (functions, open files) are left out with a warning.

    Raises
    ------
    ConfigError
        If a key is of a type that cannot be written.
    """
    arrays: dict[str, Array] = {"vectors": state.vectors.vectors}
    coding, arrays["keys"] = _encode_keys(state.vectors.keys)
    for name, values in state.vectors.expandos.items():
        prefix, stored = _encode_vecattr(np.asarray(values))
        arrays[prefix + name] = stored
    arrays |= state.arrays
    metadata = {
        "format": "ns2vec",
        "version": str(VERSION),
        "kind": state.kind,
        "key_coding": coding,
        "n_keys": str(len(state.vectors.keys)),
        "vector_attributes": _encode_attributes(state.vectors.attributes, "wv.", arrays),
        "attributes": _encode_attributes(state.attributes, "", arrays),
    }
    write_container(target, arrays, metadata)


def _encode_keys(keys: list[Any]) -> tuple[str, Array]:
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
        text = json.dumps([_encode(key, None, "") for key in keys], separators=(",", ":"))
    except TypeError as error:
        raise ConfigError(f"cannot save: a key is {error}; save_gensim() pickles keys of any type") from None
    return "json", np.frombuffer(text.encode("ascii"), dtype=np.uint8)


def _encode_vecattr(values: Array) -> tuple[str, Array]:
    if values.dtype.kind in "biuf":
        return "vecattr.", values
    text = json.dumps([_encode(value, None, "") for value in values.tolist()], separators=(",", ":"))
    return "vecattr_json.", np.frombuffer(text.encode("ascii"), dtype=np.uint8)


def _encode_attributes(attributes: dict[str, Any], prefix: str, arrays: dict[str, Array]) -> str:
    encoded = {}
    for name, value in attributes.items():
        try:
            encoded[name] = _encode(value, arrays, f"{prefix}{name}")
        except TypeError as error:
            logger.warning("attribute %s is not saved: it is %s", name, error)
    return json.dumps(encoded, separators=(",", ":"))


def _encode(value: Any, arrays: dict[str, Array] | None, name: str) -> Any:
    """Return what JSON knows of a value; arrays go to `arrays` under `name`.

    Raises
    ------
    TypeError
        If there is no plain form of it; the message is the type.
    """
    if isinstance(value, np.generic):
        value = value.item()
    if type(value) in PLAIN:
        return value
    if isinstance(value, np.ndarray) and arrays is not None and value.dtype.kind in "biuf":
        arrays[name] = value
        return {"array": name}
    if isinstance(value, (list, tuple, set, frozenset)):
        entries = [_encode(entry, arrays, f"{name}.{place}") for place, entry in enumerate(value)]
        if isinstance(value, list):
            return entries
        return {next(tag for tag, kind in COLLECTIONS.items() if isinstance(value, kind)): entries}
    if isinstance(value, dict):
        if all(type(key) is str for key in value) and not (len(value) == 1 and TAGS & value.keys()):
            return {key: _encode(entry, arrays, f"{name}.{key}") for key, entry in value.items()}
        return {"dict": [[_encode(key, None, ""), _encode(entry, None, "")] for key, entry in value.items()]}
    raise TypeError(f"of type {type(value).__name__}")


# ---- reading ----------------------------------------------------------------------------------------


def read_state(source: PathLike | IO[bytes], *, mmap: str | None = None) -> ModelState:
    """Read a model.

    Parameters
    ----------
    source : path, address, ``"-"``, or file object
    mmap : {None, "r", "r+", "c"}
        Map the arrays instead of reading them.

    Raises
    ------
    FormatError
        If the file is not what it claims to be, or was written by a later version of ns2vec.
    """
    found = read_container(source, mmap=mmap)
    name = getattr(source, "name", source)
    if found.metadata.get("format") != "ns2vec":
        raise FormatError(f"{name}: a safetensors file, but not one of ns2vec's")
    version = found.metadata.get("version", "")
    if not version.isascii() or not version.isdigit() or len(version) > 9:
        raise FormatError(f"{name}: expected a version number, found {version[:40]!r}")
    if int(version) > VERSION:
        raise FormatError(
            f"{name}: written in version {version} of the format, but this ns2vec reads up to {VERSION}: "
            "update it"
        )
    try:
        return _decode_state(found)
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError) as error:
        raise FormatError(f"{name}: damaged: {type(error).__name__}: {error}") from None


def _decode_state(found: Container) -> ModelState:
    arrays, metadata = found.arrays, found.metadata
    keys = _decode_keys(arrays.pop("keys"), metadata["key_coding"], int(metadata["n_keys"]))
    vectors = arrays.pop("vectors")
    if vectors.ndim != 2:
        raise ValueError(f"expected vectors of two dimensions, found shape {vectors.shape}")
    expandos = {}
    for name in list(arrays):
        prefix, _, attribute = name.partition(".")
        if prefix in ("vecattr", "vecattr_json"):
            expandos[attribute] = _decode_vecattr(arrays.pop(name), prefix == "vecattr_json", len(keys))
    inner = _decode_attributes(metadata["vector_attributes"], arrays)
    outer = _decode_attributes(metadata["attributes"], arrays)
    return ModelState(metadata["kind"], VectorState(keys, vectors, expandos, inner), outer, arrays)


def _decode_keys(stored: Array, coding: str, n_keys: int) -> list[Any]:
    if coding == "int64":
        keys = stored.astype(np.int64, casting="safe").tolist()
    elif coding == "lines":
        text = stored.tobytes().decode("utf8", "surrogatepass")
        keys = text.split("\n") if n_keys else []
    elif coding == "json":
        keys = [_decode(key, None) for key in json.loads(stored.tobytes().decode("ascii"))]
    else:
        raise ValueError(f"unknown coding of keys {coding!r}")
    if len(keys) != n_keys:
        raise ValueError(f"expected {n_keys} keys, found {len(keys)}")
    return list(keys)


def _decode_vecattr(stored: Array, is_json: bool, n_keys: int) -> Array:
    if is_json:
        values = [_decode(value, None) for value in json.loads(stored.tobytes().decode("ascii"))]
        stored = np.empty(len(values), dtype=object)
        for place, value in enumerate(values):
            stored[place] = value
    if stored.shape != (n_keys,):
        raise ValueError(f"expected an attribute of {n_keys} keys, found shape {stored.shape}")
    return np.array(stored)


def _decode_attributes(text: str, arrays: dict[str, Array]) -> dict[str, Any]:
    return {name: _decode(value, arrays) for name, value in json.loads(text).items()}


def _decode(value: Any, arrays: dict[str, Array] | None) -> Any:
    if isinstance(value, list):
        return [_decode(entry, arrays) for entry in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        tag, content = next(iter(value.items()))
        if tag == "array" and arrays is not None:
            return np.array(arrays.pop(content))  # small and changed in training: never mapped
        if tag == "dict":
            return {_decode(key, arrays): _decode(entry, arrays) for key, entry in content}
        if tag in COLLECTIONS:
            return COLLECTIONS[tag](_decode(entry, arrays) for entry in content)
    return {key: _decode(entry, arrays) for key, entry in value.items()}
