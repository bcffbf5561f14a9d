r"""The ``.npy`` files that gensim writes next to a model, read without trusting their headers.

::

    file   = "\x93NUMPY" major minor n header numbers
    n      = uint16 (major 1) or uint32, little-endian: bytes of the header
    header = {'descr': '<f4', 'fortran_order': False, 'shape': (V, D), }
"""

from __future__ import annotations

import io
import math
import os
import re
import stat
import sys
import zipfile
import zlib
from typing import IO, Any

import numpy as np

from ns2vec._magic import N_BYTES
from ns2vec._typing import Array, PathLike
from ns2vec.exceptions import FormatError
from ns2vec.formats.strangers import refuse_stranger
from ns2vec.formats.table import TruncatedFileError, read_exactly

MAGIC = b"\x93NUMPY"
MAX_HEADER_BYTES = 4096
# an archive may unpack to this, or to this many times its own size
MAX_UNPACKED_BYTES = 256 << 20
MAX_UNPACKED_TIMES = 100
HEADER = re.compile(
    rb"\{'descr': '(?P<descr>[<>=|]?[biuf][1248])', 'fortran_order': (?P<fortran>True|False), "
    rb"'shape': \((?P<shape>[0-9L, ]{0,200})\),? *\}\s*"
)


def read_npy(path: PathLike, mmap: str | None = None) -> Array:
    """Read or map an array of numbers.

    Parameters
    ----------
    path : path of a regular file
    mmap : {None, "r", "r+", "c"}

    Raises
    ------
    FormatError
        If it is not an array of numbers, or their count differs from the header.
    OSError
        If it cannot be opened.
    """
    n_file = _check_regular(path).st_size
    with open(path, "rb") as stream:
        dtype, shape, order, start = _header(stream, path)
        n_bytes = math.prod(shape) * dtype.itemsize
        if n_bytes != n_file - start:
            _refuse_size(path, shape, n_bytes, n_file - start)
        if mmap and n_bytes:
            return np.memmap(path, dtype=dtype, mode=mmap, offset=start, shape=shape, order=order)  # type: ignore[call-overload, no-any-return]
        numbers = np.fromfile(stream, dtype=dtype, count=math.prod(shape))
    if numbers.nbytes != n_bytes:
        _refuse_size(path, shape, n_bytes, numbers.nbytes)
    return numbers.reshape(shape, order=order).astype(dtype.newbyteorder("="), copy=False)


def looks_like_npy(start: bytes) -> bool:
    """Whether a file with these first bytes can be one."""
    return start.startswith(MAGIC)


def read_npy_stream(stream: IO[bytes], path: PathLike) -> Array:
    """Read an array of numbers from a stream of unknown length; memory grows as the numbers arrive.

    Raises
    ------
    FormatError
        If it is not an array of numbers, or their count differs from the header.
    """
    dtype, shape, order, _ = _header(stream, path)
    content = read_exactly(stream, math.prod(shape) * dtype.itemsize, path, "numbers")
    if stream.read(1):
        raise FormatError(f"{path}: more bytes follow an array of shape {shape}")
    numbers = np.frombuffer(content, dtype=dtype).reshape(shape, order=order)
    return numbers.astype(dtype.newbyteorder("="), copy=False)


def read_npz(path: PathLike) -> Array:
    """Read the array ``val`` of a ``.npz`` file.

    Raises
    ------
    FormatError
        If there is none, or the file is damaged.
    """
    _check_regular(path)
    try:
        with zipfile.ZipFile(path) as archive, archive.open("val.npy") as stream:
            found = archive.getinfo("val.npy")
            if found.file_size > max(MAX_UNPACKED_BYTES, MAX_UNPACKED_TIMES * found.compress_size):
                raise FormatError(
                    f"{path}: {found.compress_size} bytes unpack to {found.file_size}: no file of "
                    "vectors does that"
                )
            content = stream.read()
    except (KeyError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise FormatError(f"{path}: expected a .npz file with an array 'val': {error}") from None
    return read_npy_stream(io.BytesIO(content), path)


def write_npy(stream: IO[bytes], array: Array) -> None:
    """Write an array of numbers, a few megabytes at a time if it is not contiguous."""
    target: Any = stream if stream.seekable() else _Unseekable(stream)
    np.lib.format.write_array(target, np.asarray(array), allow_pickle=False)


class _Unseekable:
    """Hides from NumPy that a compressing stream is based on a file, whose position it would query."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.write = stream.write


def _check_regular(path: PathLike) -> os.stat_result:
    """Return the status of a file; opening a pipe in the place of a side file would wait for ever."""
    found = os.stat(path)
    if not stat.S_ISREG(found.st_mode):
        raise FormatError(f"{path}: expected a regular file")
    return found


def _header(stream: IO[bytes], path: PathLike) -> tuple[np.dtype[Any], tuple[int, ...], Any, int]:
    """Return dtype, shape, order and the start of the numbers."""
    start = stream.read(10)
    if len(start) < 10 or start[:6] != MAGIC or start[6] not in (1, 2, 3):
        refuse_stranger(start + stream.read(N_BYTES), path, own=("npy",))
        raise FormatError(f"{path}: expected a .npy file, found {start!r}")
    n_header, begin = int.from_bytes(start[8:10], "little"), 10
    if start[6] > 1:
        n_header, begin = int.from_bytes(start[8:10] + stream.read(2), "little"), 12
    if n_header > MAX_HEADER_BYTES:
        raise FormatError(f"{path}: the .npy header has {n_header} bytes, which no array of numbers needs")
    header = stream.read(n_header)
    match = HEADER.fullmatch(header)
    try:
        if match is None:
            raise ValueError
        dtype = np.dtype(match["descr"].decode("ascii"))
        shape = tuple(int(number.rstrip(b"L ")) for number in match["shape"].split(b",") if number.strip())
        if len(shape) > 8 or math.prod(n or 1 for n in shape) * dtype.itemsize > sys.maxsize:
            raise ValueError
    except (TypeError, ValueError):
        raise FormatError(
            f"{path}: expected an array of numbers, its header says {header[:80]!r}; "
            "arrays of objects could run code and are not read"
        ) from None
    return dtype, shape, "F" if match["fortran"] == b"True" else "C", begin + n_header


def _refuse_size(path: PathLike, shape: Any, expected: int, found: int) -> None:
    error = TruncatedFileError if found < expected else FormatError
    raise error(f"{path}: an array of shape {shape} takes {expected} bytes, {found} follow the header")
