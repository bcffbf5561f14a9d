r"""Named arrays and text in one file: the safetensors layout, with every array on a 64-byte boundary.

::

    file    = n header array*
    n       = uint64, little-endian: bytes of the header
    header  = JSON object, blanks at its end
              {"__metadata__": {name: text},
               name: {"dtype": "F32", "shape": [..], "data_offsets": [from, to]}}
    array   = the numbers, little-endian, C order; offsets count from the header's end

The layout allows no gaps, so the bytes between arrays belong to arrays named ``padding.1``, ``padding.2`` ...
which readers leave out. Nothing in such a file can run; a header is trusted only if it fits the file's
size, before anything is allocated; if that is unknown (compressed, remote), memory grows as bytes arrive.
The `safetensors` package reads these files. `ns2vec.formats.checksums` describes the sums in their metadata.
"""

from __future__ import annotations

import json
import math
import os
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO, Any, NoReturn

import numpy as np

from ns2vec._typing import Array, PathLike
from ns2vec.exceptions import ConfigError, FormatError
from ns2vec.formats import checksums
from ns2vec.formats.atomic import open_for_read, open_for_write, plain_size
from ns2vec.formats.table import TruncatedFileError, read_exactly

ALIGNMENT = 64
# JSON takes about thirty times its size in memory
MAX_HEADER_BYTES = 16 << 20
MAX_DIGITS = 20
BLOCK_BYTES = 1 << 22
MMAP_MODES = ("r", "r+", "c")
PADDING = re.compile(r"padding\.\d+")
DTYPES = {"BOOL": np.dtype(np.bool_)} | {
    f"{kind.upper()}{8 * n_bytes}": np.dtype(f"<{kind}{n_bytes}")
    for kind in "uif"
    for n_bytes in ((2, 4, 8) if kind == "f" else (1, 2, 4, 8))
}
NAMES = {dtype: name for name, dtype in DTYPES.items()}


@dataclass
class Container:
    """The contents of a file.

    Attributes
    ----------
    arrays : dict of name -> ndarray
    metadata : dict of str -> str
    """

    arrays: dict[str, Array] = field(default_factory=dict)
    metadata: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Entry:
    """The position of an array, in bytes from the start of the data."""

    name: str
    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    start: int
    stop: int


def looks_like_container(start: bytes) -> bool:
    """Whether a file with these first bytes (16 or more) can be one."""
    return len(start) >= 10 and start[8:10] in (b'{"', b"{}") and start[5:8] == b"\0\0\0"


# ---- writing ----------------------------------------------------------------------------------------


def write_container(
    target: PathLike | IO[bytes],
    arrays: Mapping[str, Array],
    metadata: Mapping[str, str],
    *,
    checked: bool = False,
) -> None:
    """Write arrays and text, atomically when `target` is a path.

    Parameters
    ----------
    target : path, or file object opened for writing bytes
    arrays : dict of name -> ndarray of any shape and strides; bool, integers, float16, float32 or float64
    metadata : dict of str -> str
    checked : bool
        Put the sha256 of each part into the metadata; the arrays are then read twice.

    Raises
    ------
    ConfigError
        If an array has a dtype that the layout does not have, or a name that it reserves.
    OSError
        If the file cannot be written; the old one is then unchanged.

    Examples
    --------
    >>> import io
    >>> import numpy as np
    >>> from ns2vec.formats.container import read_container, write_container
    >>> file = io.BytesIO()
    >>> write_container(file, {"vectors": np.eye(2, dtype=np.float32)}, {"made": "by hand"})
    >>> read_container(io.BytesIO(file.getvalue())).arrays["vectors"].tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    if checked:
        metadata = checksums.sealed(metadata, {name: _blocks(array) for name, array in arrays.items()})
    header, order = _header(arrays, metadata)
    with open_for_write(target) as stream:
        stream.write(header)
        position = 0
        for name, start, n_bytes in order:
            stream.write(bytes(start - position))
            for block in _blocks(arrays[name]):
                stream.write(block)
            position = start + n_bytes


def _described(dtype: str, shape: list[int], start: int, n_bytes: int) -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape, "data_offsets": [start, start + n_bytes]}


def _header(
    arrays: Mapping[str, Array], metadata: Mapping[str, str]
) -> tuple[bytes, list[tuple[str, int, int]]]:
    entries: dict[str, Any] = {"__metadata__": dict(metadata)}
    order, position = [], 0
    for number, (name, array) in enumerate(arrays.items()):
        if name == "__metadata__" or PADDING.fullmatch(name):
            raise ConfigError(f"an array cannot be named {name!r}: the file layout reserves that name")
        dtype = array.dtype.newbyteorder("<")
        if dtype not in NAMES:
            raise ConfigError(f"array {name!r}: expected bool, integers or floats, got {array.dtype}")
        gap = -position % ALIGNMENT
        if gap:
            entries[f"padding.{number}"] = _described("U8", [gap], position, gap)
        start, n_bytes = position + gap, array.size * dtype.itemsize
        entries[name] = _described(NAMES[dtype], list(array.shape), start, n_bytes)
        order.append((name, start, n_bytes))
        position = start + n_bytes
    text = json.dumps(entries, ensure_ascii=True, separators=(",", ":")).encode("ascii")
    text += b" " * (-(len(text) + 8) % ALIGNMENT)
    if len(text) > MAX_HEADER_BYTES:
        raise ConfigError(
            f"the attributes would take {len(text)} bytes of the header, which may have {MAX_HEADER_BYTES}: "
            "turn the large ones into arrays, or leave them out (ignore=...)"
        )
    return len(text).to_bytes(8, "little") + text, order


def _blocks(array: Array) -> Iterator[Any]:
    """Yield the numbers of an array in file order, a few megabytes at a time."""
    dtype = array.dtype.newbyteorder("<")
    if array.ndim == 0 or array.size == 0:
        yield np.asarray(array, dtype=dtype).tobytes()
        return
    row_bytes = max(1, array.size // len(array) * dtype.itemsize)
    step = max(1, BLOCK_BYTES // row_bytes)
    for start in range(0, len(array), step):
        block = np.ascontiguousarray(array[start : start + step], dtype=dtype)
        yield block.reshape(-1).view(np.uint8).data


# ---- reading ----------------------------------------------------------------------------------------


def read_container(
    source: PathLike | IO[bytes], *, mmap: str | None = None, verify: bool = False
) -> Container:
    """Read arrays and text.

    Parameters
    ----------
    source : path, address or ``"-"``, decompressed by its suffix; or file object
    mmap : {None, "r", "r+", "c"}
        Map the arrays instead of reading them: the file is read as its pages are used, and shared with other
        processes. ``"r"`` forbids changes, ``"c"`` keeps them in memory, ``"r+"`` writes them into the file.
    verify : bool
        Compare each part with its sha256.

    Raises
    ------
    ConfigError
        If `mmap` is not one of these.
    FormatError
        If the file does not match its header. TruncatedFileError (also an EOFError) if it ends too early;
        ChecksumError if a part is not what was written.
    OSError
        If it cannot be read, or cannot be mapped because it is compressed or not a regular file.
    """
    if mmap is not None and mmap not in MMAP_MODES:
        raise ConfigError(f"expected mmap to be None or one of {', '.join(MMAP_MODES)}, got {mmap!r}")
    if not isinstance(source, (str, os.PathLike)):
        if mmap:
            raise OSError("cannot map a file object: give the path of the file")
        return _from_stream(source, None, getattr(source, "name", "file object"), verify)
    n_bytes = plain_size(source)
    if mmap and n_bytes is None:
        raise OSError(f"{os.fspath(source)}: cannot map a compressed or remote file: unpack it first")
    with open_for_read(source, own=("ns2vec", "safetensors")) as stream:
        if not mmap:
            return _from_stream(stream, n_bytes, source, verify)
        entries, metadata, start = _read_header(stream, n_bytes, source)
        found = Container(_mapped(source, mmap, entries, start), metadata)
    if verify:
        _verify(found, source)
    return found


def _verify(found: Container, name: Any) -> None:
    checksums.verify(found.metadata, {key: _blocks(array) for key, array in found.arrays.items()}, name)


def _mapped(path: PathLike, mode: str, entries: list[_Entry], start: int) -> dict[str, Array]:
    found = {}
    for entry in entries:
        if PADDING.fullmatch(entry.name):
            continue
        if not math.prod(entry.shape):
            found[entry.name] = np.empty(entry.shape, dtype=entry.dtype)
            continue
        found[entry.name] = np.memmap(
            path,
            dtype=entry.dtype,
            mode=mode,
            offset=start + entry.start,
            shape=entry.shape,  # type: ignore[call-overload]
        )
    return found


def _from_stream(stream: IO[bytes], n_bytes: int | None, name: Any, verify: bool) -> Container:
    entries, metadata, _ = _read_header(stream, n_bytes, name)
    found = Container({}, metadata)
    for entry in entries:
        is_there = n_bytes is not None
        content = read_exactly(stream, entry.stop - entry.start, name, entry.name, is_there=is_there)
        if not PADDING.fullmatch(entry.name):
            numbers = np.frombuffer(content, dtype=entry.dtype).reshape(entry.shape)
            found.arrays[entry.name] = _native(numbers)
    if stream.read(1):
        _refuse(name, "more bytes follow after the last array")
    if verify:
        _verify(found, name)
    return found


def _native(array: Array) -> Array:
    return array.astype(array.dtype.newbyteorder("="), copy=False)


def _read_header(
    stream: IO[bytes], n_bytes: int | None, name: Any
) -> tuple[list[_Entry], dict[str, str], int]:
    """Return the arrays' positions, the metadata and the start of the data; all fits the file's size."""
    first = stream.read(8)
    n_header = int.from_bytes(first, "little")
    if len(first) < 8 or n_header > MAX_HEADER_BYTES:
        _refuse(name, f"expected the length of a header in the first 8 bytes, found {first!r}")
    if n_bytes is not None and n_header > n_bytes - 8:
        raise TruncatedFileError(f"{name}: the header takes {n_header} bytes, the file has {n_bytes}")
    text = stream.read(n_header)
    if len(text) < n_header:
        raise TruncatedFileError(f"{name}: the header takes {n_header} bytes, {len(text)} follow")
    metadata, entries = _parse_header(text, name)
    position = 0
    for entry in entries:
        if entry.start != position:
            _refuse(name, f"array {entry.name!r} starts at {entry.start}, expected {position}")
        position = entry.stop
    n_follow = position if n_bytes is None else n_bytes - 8 - n_header
    if position != n_follow:
        error_type = TruncatedFileError if position > n_follow else FormatError
        raise error_type(f"{name}: the arrays take {position} bytes, but {n_follow} follow the header")
    return entries, metadata, 8 + n_header


def _parse_header(text: bytes, name: Any) -> tuple[dict[str, str], list[_Entry]]:
    try:
        header = json.loads(text.decode("utf8"), object_pairs_hook=_unique, parse_int=_small_int)
    except (ValueError, RecursionError) as error:
        _refuse(name, f"the header is no JSON: {error}")
    if not isinstance(header, dict):
        _refuse(name, "the header is no JSON object")
    metadata = header.pop("__metadata__", {})
    if not isinstance(metadata, dict) or not all(isinstance(value, str) for value in metadata.values()):
        _refuse(name, "expected __metadata__ to map names to texts")
    entries = [_entry(key, value, name) for key, value in header.items()]
    return metadata, sorted(entries, key=lambda entry: (entry.start, entry.stop))


def _entry(key: str, value: Any, name: Any) -> _Entry:
    try:
        dtype, shape = DTYPES[value["dtype"]], tuple(value["shape"])
        start, stop = value["data_offsets"]
        numbers = (*shape, start, stop)
        if not all(type(number) is int and number >= 0 for number in numbers) or len(shape) > 8:
            raise ValueError
        if stop - start != math.prod(shape) * dtype.itemsize:
            raise ValueError
        if math.prod(n or 1 for n in shape) * dtype.itemsize > sys.maxsize:  # no array, even if empty
            raise ValueError
    except (KeyError, TypeError, ValueError):
        _refuse(name, f"the header describes the array {key!r} wrongly: {str(value)[:100]}")
    return _Entry(key, dtype, shape, start, stop)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name occurs twice")
    return found


def _small_int(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise ValueError(f"a number of {len(digits)} digits")
    return int(digits)


def _refuse(name: Any, what: str) -> NoReturn:
    raise FormatError(f"{name}: not a file of named arrays (safetensors layout): {what}")
