"""The parts of an open file of fastText, one after another; claims that exceed its size are refused."""

from __future__ import annotations

import math
import struct
from typing import IO, Any, NoReturn

import numpy as np
import numpy.typing as npt

from ns2vec._typing import Array, Int64Array, PathLike
from ns2vec.exceptions import FormatError
from ns2vec.formats._parse import scan_entries
from ns2vec.formats.table import TruncatedFileError

READ_BYTES = 1 << 20
FIRST_BYTES = 16 << 20
MAX_KEY_BYTES = 16 << 20
SMALLEST_ENTRY = 10  # a NUL, a count, a kind

Bytes = npt.NDArray[np.uint8]


class Parts:
    """The rest of a file.

    Parameters
    ----------
    path : the file, for messages and to map it
    stream : binary file object
    n_bytes : int or None
        Size of the file, if known.
    mmap : {None, "r", "c"}

    Attributes
    ----------
    offset : int
        Of the next byte.
    """

    def __init__(self, path: PathLike, stream: IO[bytes], n_bytes: int | None, mmap: str | None) -> None:
        self.path, self.stream, self.n_bytes, self.mmap = path, stream, n_bytes, mmap
        self.offset = 0
        self._rest = memoryview(b"")

    def refuse(self, problem: str) -> NoReturn:
        """Raise FormatError, with the position."""
        raise FormatError(f"{self.path}: byte {self.offset}: {problem}")

    def claim(self, n_bytes: int, part: str) -> None:
        """Raise TruncatedFileError unless this many bytes can follow."""
        if self.n_bytes is not None and n_bytes > self.n_bytes - self.offset:
            self._cut_off(part, f"{n_bytes} bytes are promised and {self.n_bytes - self.offset} follow")

    def _cut_off(self, part: str, found: str) -> NoReturn:
        raise TruncatedFileError(
            f"{self.path}: byte {self.offset}: unexpected end of input in {part}: {found}; "
            "the file is cut off, or it is not a fastText model"
        )

    def fill(self, target: memoryview, part: str) -> None:
        """Fill a buffer with the bytes that follow."""
        n_read = min(len(self._rest), len(target))
        target[:n_read] = self._rest[:n_read]
        self._rest = self._rest[n_read:]
        while n_read < len(target):
            n = self.stream.readinto(target[n_read:])  # type: ignore[attr-defined]
            if not n:
                self.offset += n_read
                self._cut_off(part, f"{len(target)} bytes are promised and {n_read} follow")
            n_read += n
        self.offset += n_read

    def take(self, n_bytes: int, part: str) -> bytes:
        """Return a few bytes."""
        found = bytearray(n_bytes)
        self.fill(memoryview(found), part)
        return bytes(found)

    def unpack(self, layout: struct.Struct, part: str) -> tuple[Any, ...]:
        """Return a few numbers."""
        return layout.unpack(self.take(layout.size, part))

    def flag(self, part: str) -> bool:
        """Return a flag, which is one byte."""
        found = self.take(1, part)[0]
        if found > 1:
            self.refuse(f"expected 0 or 1 before {part}, found {found}")
        return found == 1

    def check_shape(self, part: str, found: tuple[int, ...], expected: tuple[int, ...]) -> None:
        """Raise FormatError unless a matrix has the shape that follows from args and dictionary."""
        if found != expected:
            self.refuse(f"expected {part} of shape {expected}, as args and dictionary say, found {found}")

    def numbers(
        self, dtype: np.dtype[Any], shape: tuple[int, ...], part: str, *, is_mappable: bool = False
    ) -> Array:
        """Return an array of numbers, in the machine's own byte order."""
        n_bytes = math.prod(shape) * dtype.itemsize
        self.claim(n_bytes, part)
        if is_mappable and self.mmap and n_bytes and self.offset % dtype.itemsize == 0:
            place: Any = {"mode": self.mmap, "offset": self.offset, "shape": shape}
            self._skip(n_bytes)
            return np.memmap(self.path, dtype=dtype, **place)
        n_now = n_bytes if self.n_bytes is not None else min(n_bytes, FIRST_BYTES)
        found, done = np.empty(n_now, dtype=np.uint8), 0
        while True:
            self.fill(found[done:].data, part)
            if len(found) == n_bytes:
                break
            done = len(found)
            # nobody else has the array yet, so it may be moved instead of copied
            found.resize(min(n_bytes, 2 * done), refcheck=False)
        return found.view(dtype).reshape(shape).astype(dtype.newbyteorder("="), copy=False)

    def _skip(self, n_bytes: int) -> None:
        self.offset += n_bytes
        self._rest = self._rest[n_bytes:]
        if not self._rest:
            self.stream.seek(self.offset)

    def entries(self, n_entries: int) -> tuple[Bytes, Int64Array, Int64Array, Bytes]:
        """Return text, offsets, counts and kinds of a dictionary's entries."""
        self.claim(SMALLEST_ENTRY * n_entries, "the dictionary")
        blocks = [
            (np.empty(0, np.uint8), np.zeros(1, np.int64), np.empty(0, np.int64), np.empty(0, np.uint8))
        ]
        n_read = 0
        while n_read < n_entries:
            block = self._next_block()
            n_most = min(n_entries - n_read, len(block) // SMALLEST_ENTRY)
            text, kinds = np.empty(len(block), dtype=np.uint8), np.empty(n_most, dtype=np.uint8)
            lengths, counts = np.empty(n_most, dtype=np.int64), np.empty(n_most, dtype=np.int64)
            n, end = scan_entries(block, text, lengths, counts, kinds)
            blocks.append((text[: lengths[:n].sum()].copy(), lengths[:n], counts[:n], kinds[:n]))
            self._rest = block[end:]
            self.offset += end
            n_read += n
        text, lengths, counts, kinds = (np.concatenate(column) for column in zip(*blocks, strict=True))
        return text, np.cumsum(lengths), counts, kinds

    def _next_block(self) -> memoryview:
        """Return the rest of the last block and what follows it."""
        if len(self._rest) > MAX_KEY_BYTES:
            self.refuse(
                f"no word is longer than {MAX_KEY_BYTES} bytes, but this one is; is this a model of fastText?"
            )
        more = self.stream.read(max(READ_BYTES, len(self._rest)))
        if not more:
            self._cut_off("the dictionary", f"an entry has {len(self._rest)} bytes and no end")
        return memoryview(bytes(self._rest) + more)

    def check_end(self) -> None:
        """Raise FormatError if more follows."""
        if self._rest or self.stream.read(1):
            self.refuse("more bytes follow after the outputs, the last part")
