"""ns2vec's own files: one file per model, nothing in it can run, and arrays can be mapped.

::

    file      = safetensors layout with checksums, see ns2vec.formats.container and .checksums
    metadata  = format: "ns2vec", version: major ["." minor], kind: "KeyedVectors" | "Word2Vec" | "Doc2Vec",
                attributes: JSON, vector_attributes: JSON, key_coding: "lines" | "int64" | "json",
                n_keys: decimal, others: JSON list of names
    arrays    = vectors (V, D), keys, vecattr.NAME (V,), vecattr_json.NAME, norms (V,), wv.NAME,
                attribute.NAME, syn1neg (V, D), ...; scales (V,) where vectors are int8
    others    = further keys and vectors: all their metadata and arrays begin with NAME and a dot
    keys      = see ns2vec.formats.keys
    JSON      = see ns2vec.formats.keys

Readers refuse a larger major version, and read a larger minor one. In a mapped file, the keys are read when
they are first needed, and the vectors as their pages are used.
"""

from __future__ import annotations

import json
import logging
import os
import re
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from ns2vec._typing import Array, PathLike
from ns2vec.exceptions import ConfigError, FormatError
from ns2vec.formats import int8
from ns2vec.formats.atomic import plain_size
from ns2vec.formats.checksums import is_sealed, state_of_seal, unseal
from ns2vec.formats.container import Container, looks_like_container, read_container, write_container
from ns2vec.formats.keys import DAMAGED, StoredKeys, decode, encode, encode_keys, is_storable
from ns2vec.formats.state import ModelState, VectorState, state_of_table, table_of_state
from ns2vec.formats.table import VectorTable

NAME = "native"
SUFFIXES = (".ns2v",)

logger = logging.getLogger(__name__)

MAJOR, MINOR = 1, 1
VERSION = re.compile(r"(\d{1,9})(?:\.\d{1,9})?", re.ASCII)
#: How vectors can be stored.
DTYPES = ("float16", "float32", "float64", "int8")

looks_like = looks_like_container


def read(path: PathLike, *, mmap: str | None = None, verify: bool = False) -> VectorTable:
    """Read keys and vectors of a file, whatever model it contains.

    Parameters
    ----------
    path : path, address, or ``"-"``; decompressed by its suffix
    mmap : {None, "r", "r+", "c"}
        Map the vectors instead of reading them.
    verify : bool
        Compare each part with its sha256.

    Raises
    ------
    FormatError
        If the file is not what it claims to be.
    """
    return table_of_state(read_state(path, mmap=mmap, verify=verify, whole=True).vectors, path)


def write(path: PathLike, table: VectorTable, *, datatype: npt.DTypeLike | None = None) -> None:
    """Write keys, vectors and counts, atomically.

    Parameters
    ----------
    path : path, address, or ``"-"``; compressed by its suffix
    table : VectorTable
    datatype : float16, float32, float64 or int8, optional
        How vectors are stored; by default unchanged.

    Raises
    ------
    ConfigError
        If a key is of a type that cannot be written.
    """
    write_state(path, state_of_table(table), datatype=datatype)


def describe(path: PathLike) -> dict[str, str]:
    """Return version, kind of model and numbers of a file, after comparing each part with its sha256.

    Raises
    ------
    FormatError
        If the file is not what it claims to be. ChecksumError if a part is not what was written.
    """
    found = read_container(path, mmap=None if plain_size(path) is None else "r")
    _check_kind(found, path)
    reason = state_of_seal(found.metadata)
    if reason is None:
        found = read_container(path, mmap=None if plain_size(path) is None else "r", verify=True)
    return {
        "version": found.metadata.get("version", "")[:40],
        "kind": found.metadata.get("kind", "")[:40],
        "stored_as": str(found.arrays["vectors"].dtype),
        "checksums": f"sha256 of {len(found.arrays)} parts agree" if reason is None else reason,
    }


def settings(path: PathLike) -> dict[str, Any]:
    """Return the plain attributes of a model in a file: its options, and the record of its training.

    Arrays are not read.

    Returns
    -------
    dict of str to bool, int, float, str or None
        Empty for vectors without a model. ``trained`` is the date of its last training, if it has one.

    Raises
    ------
    FormatError
        If the file is not what it claims to be.
    """
    found = read_container(path, mmap=None if plain_size(path) is None else "r")
    _check_kind(found, path)
    try:
        attributes = json.loads(found.metadata["attributes"])
        events = attributes.get("lifecycle_events") or []
        trained = [event["datetime"] for event in events if event.get("event") == "train"]
        plain = {name: value for name, value in attributes.items() if not isinstance(value, dict | list)}
        return plain | ({"trained": str(trained[-1])} if trained else {})
    except DAMAGED as error:
        raise FormatError(f"{path}: damaged: {type(error).__name__}: {error}") from None


# ---- writing ----------------------------------------------------------------------------------------


def write_state(
    target: PathLike | IO[bytes], state: ModelState, *, datatype: npt.DTypeLike | None = None
) -> None:
    """Write a model, atomically when `target` is a path.

    Values that have no form as plain data (functions, open files) are left out with a warning.

    Parameters
    ----------
    target : path, or file object opened for writing bytes
    state : ModelState
    datatype : float16, float32, float64 or int8, optional
        How vectors are stored; by default unchanged.

    Raises
    ------
    ConfigError
        If a key is of a type that cannot be written, or vectors cannot be stored as `datatype`.
    """
    metadata = {"format": "ns2vec", "version": f"{MAJOR}.{MINOR}", "kind": state.kind}  # identifies the file
    arrays, about = _encode_keyed(state.vectors, datatype)
    metadata |= about
    arrays |= state.arrays
    for name, other in state.others.items():
        more, about = _encode_keyed(other, None)
        arrays |= {f"{name}.{part}": array for part, array in more.items()}
        metadata |= {f"{name}.{part}": text for part, text in about.items()}
    metadata["attributes"] = _encode_attributes(state.attributes, "attribute.", arrays)
    if state.others:
        metadata["others"] = json.dumps([*state.others])
    write_container(target, arrays, metadata, checked=True)


def _encode_keyed(
    state: VectorState, datatype: npt.DTypeLike | None
) -> tuple[dict[str, Array], dict[str, str]]:
    """Return arrays and metadata of keys with their vectors."""
    arrays = _encode_vectors(state, datatype)
    coding, arrays["keys"] = encode_keys(state.read_keys())
    for name, values in state.expandos.items():
        try:
            prefix, stored = _encode_vecattr(np.asarray(values))
        except TypeError as error:
            logger.warning("attribute %s of the keys is not saved: a value of it is %s", name, error)
            continue
        arrays[prefix + name] = stored
    metadata = {
        "key_coding": coding,
        "n_keys": str(len(state.keys)),
        "vector_attributes": _encode_attributes(state.attributes, "wv.", arrays),
    }
    return arrays, metadata


def _encode_vectors(state: VectorState, datatype: npt.DTypeLike | None) -> dict[str, Array]:
    vectors = state.vectors
    dtype = vectors.dtype if datatype is None else np.dtype(datatype)
    if dtype.name not in DTYPES:
        raise ConfigError(f"vectors are stored as one of {', '.join(DTYPES)}, got {dtype.name}")
    if dtype == np.int8:
        stored, scales = int8.pack(vectors)
        return {"vectors": stored, "scales": scales}
    if dtype != vectors.dtype:
        with np.errstate(over="ignore"):  # 1e39 becomes an infinite float32, as everywhere
            return {"vectors": vectors.astype(dtype)}
    return {"vectors": vectors} if state.norms is None else {"vectors": vectors, "norms": state.norms}


def _encode_vecattr(values: Array) -> tuple[str, Array]:
    if is_storable(values.dtype):
        return "vecattr.", values
    text = json.dumps([encode(value) for value in values.tolist()], separators=(",", ":"))
    return "vecattr_json.", np.frombuffer(text.encode("ascii"), dtype=np.uint8)


def _encode_attributes(attributes: dict[str, Any], prefix: str, arrays: dict[str, Array]) -> str:
    encoded = {}
    for name, value in attributes.items():
        try:
            encoded[name] = encode(value, arrays, f"{prefix}{name}")
        except TypeError as error:
            logger.warning("attribute %s is not saved: it is %s", name, error)
    return json.dumps(encoded, separators=(",", ":"))


# ---- reading ----------------------------------------------------------------------------------------


def read_state(
    source: PathLike | IO[bytes], *, mmap: str | None = None, verify: bool = False, whole: bool = False
) -> ModelState:
    """Read a model.

    Parameters
    ----------
    source : path, address, ``"-"``, or file object
    mmap : {None, "r", "r+", "c"}
        Map the arrays instead of reading them; the keys stay in the file until they are needed.
    verify : bool
        Compare each part with its sha256.
    whole : bool
        Unpack int8 vectors even if the file is mapped.

    Raises
    ------
    FormatError
        If the file is not what it claims to be, or was written by a later version of ns2vec.
    ConfigError
        If int8 vectors are to be mapped: there is no array of floating-point numbers in the file.
    """
    found = read_container(source, mmap=mmap, verify=verify)
    name = getattr(source, "name", source)
    _check_kind(found, name)
    if mmap and "scales" in found.arrays and not whole:
        raise ConfigError(
            f"{name}: int8 vectors cannot be mapped: load them without mmap, or save them as float16"
        )
    try:
        state = _decode_state(found, name, mmap)
    except FormatError:
        raise
    except DAMAGED as error:
        raise FormatError(f"{name}: damaged: {type(error).__name__}: {error}") from None
    if mmap is None:
        for part in (state.vectors, *state.others.values()):
            part.keys = part.read_keys()
    if mmap == "r+" and isinstance(source, (str, os.PathLike)):
        unseal(source)  # not earlier: a refused call changes nothing
    return state


def _check_kind(found: Container, name: Any) -> None:
    if found.metadata.get("format") != "ns2vec":
        raise FormatError(f"{name}: a safetensors file, but not one of ns2vec's")
    version = found.metadata.get("version", "")
    match = VERSION.fullmatch(version)
    if match is None:
        raise FormatError(f"{name}: expected a version number, found {version[:40]!r}")
    if int(match[1]) > MAJOR:
        raise FormatError(
            f"{name}: written in version {version} of the format, but this ns2vec reads up to {MAJOR}: "
            "update ns2vec"
        )
    if "vectors" not in found.arrays:
        raise FormatError(f"{name}: damaged: it holds no vectors")


def _decode_state(found: Container, name: Any, mmap: str | None) -> ModelState:
    arrays, metadata = found.arrays, found.metadata
    has_norms = mmap != "r+" and is_sealed(metadata)  # otherwise vectors may have changed
    others = {}
    for other in json.loads(metadata.get("others", "[]")):
        begin = f"{other}."
        more = {part: arrays.pop(part) for part in [*arrays] if part.startswith(begin)}
        about = {part.removeprefix(begin): text for part, text in metadata.items() if part.startswith(begin)}
        more = {part.removeprefix(begin): array for part, array in more.items()}
        others[other] = _decode_keyed(more, about, name, has_norms)
    inner = _decode_keyed(arrays, metadata, name, has_norms)
    outer = _decode_attributes(metadata["attributes"], arrays)
    return ModelState(metadata["kind"], inner, outer, arrays, str(name), others)


def _decode_keyed(
    arrays: dict[str, Array], metadata: dict[str, str], name: Any, has_norms: bool
) -> VectorState:
    """Take keys and their vectors from the arrays."""
    keys = StoredKeys(arrays.pop("keys"), metadata["key_coding"], int(metadata["n_keys"]), name)
    state = VectorState(keys, _decode_vectors(arrays), path=name)
    norms = arrays.pop("norms", None)
    if norms is not None and has_norms:
        if norms.shape != state.vectors.shape[:1] or norms.dtype.kind != "f":
            raise ValueError(f"expected one length for each vector, found {norms.dtype} {norms.shape}")
        state.norms = norms
    for array in list(arrays):
        prefix, _, attribute = array.partition(".")
        if prefix in ("vecattr", "vecattr_json"):
            stored = arrays.pop(array)
            state.expandos[attribute] = _decode_vecattr(stored, prefix == "vecattr_json", len(keys))
    state.attributes = _decode_attributes(metadata["vector_attributes"], arrays)
    return state


def _decode_vectors(arrays: dict[str, Array]) -> Array:
    vectors = arrays.pop("vectors")
    if vectors.ndim != 2:
        raise ValueError(f"expected vectors of two dimensions, found shape {vectors.shape}")
    if "scales" in arrays:
        return int8.unpack(vectors, arrays.pop("scales"))
    if vectors.dtype.kind != "f":
        raise ValueError(f"expected vectors of floating-point numbers, found {vectors.dtype}")
    return vectors


def _decode_vecattr(stored: Array, is_json: bool, n_keys: int) -> Array:
    if is_json:
        values = [decode(value) for value in json.loads(stored.tobytes().decode("ascii"))]
        stored = np.empty(len(values), dtype=object)
        for place, value in enumerate(values):
            stored[place] = value
    if stored.shape[:1] != (n_keys,):
        raise ValueError(f"expected an attribute of {n_keys} keys, found shape {stored.shape}")
    return np.array(stored)


def _decode_attributes(text: str, arrays: dict[str, Array]) -> dict[str, Any]:
    return {name: decode(value, arrays) for name, value in json.loads(text).items()}
