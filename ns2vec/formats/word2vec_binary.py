r"""word2vec's binary format: a header line, then for each key its name and its numbers as bytes.

::

    file   = header record*
    header = n_vectors " " vector_size "\n"           (ASCII)
    record = "\n"* key " " float32{vector_size}       (little-endian)
    key    = bytes without " ", not starting with "\n", in the file's encoding (UTF-8)

word2vec.c writes a newline after each vector, gensim does not; readers skip newlines before a key. Written
files are those of gensim 4.4 to the byte.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from contextlib import closing
from itertools import repeat
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from ns2vec._ahead import map_ahead
from ns2vec._platform import read_at
from ns2vec._typing import PathLike
from ns2vec.exceptions import FormatError
from ns2vec.formats._parse import scan_records
from ns2vec.formats.atomic import ends_by_itself, open_for_read, plain_size
from ns2vec.formats.blocks import block_writer
from ns2vec.formats.lines import MAX_HEADER_BYTES, has_header, has_text_row, parse_header, text_follows
from ns2vec.formats.table import (
    KeyDecodingError,
    TableBuilder,
    TruncatedFileError,
    VectorTable,
    read_counts,
    utf8_keys,
)

NAME = "word2vec_binary"
SUFFIXES = (".bin",)

BLANKS = re.compile(r" |\A\n")
READ_BYTES = 1 << 20
SNIFF_BYTES = 1 << 15
USUAL_KEY_BYTES = 256
MAX_KEY_BYTES = 16 << 20
N_THREADS = 2
NUMBER = np.dtype("<f4")

Bytes = npt.NDArray[np.uint8]


def looks_like(start: bytes) -> bool:
    """Whether a file with these first bytes has a header, followed by something other than text."""
    return has_header(start) and not text_follows(start)


def read(
    path: PathLike,
    *,
    fvocab: PathLike | None = None,
    encoding: str = "utf8",
    unicode_errors: str = "strict",
    limit: int | None = None,
    datatype: npt.DTypeLike = np.float32,
    duplicates: str = "first",
) -> VectorTable:
    """Read a binary file of vectors.

    Parameters
    ----------
    path : path, address, or ``"-"``; decompressed by its suffix
    fvocab : path of a file of ``word count`` lines, optional
    encoding, unicode_errors : how keys are decoded
    limit : int, optional
        Read at most this many vectors.
    datatype : of the vectors in memory; the file always holds float32
    duplicates : {"first", "last", "error"}
        Which of several equal keys to keep.

    Raises
    ------
    FormatError
        With path and byte offset. TruncatedFileError (also an EOFError) if the file ends too early.
    """
    counts = None if fvocab is None else read_counts(fvocab, encoding=encoding, unicode_errors=unicode_errors)
    with open_for_read(path) as stream, np.errstate(over="ignore"):
        header = stream.readline(MAX_HEADER_BYTES)
        n_rows, vector_size = parse_header(header, path)
        reader = _BinaryReader(path, stream, len(header), vector_size)
        wanted = n_rows if limit is None else min(n_rows, limit)
        peek = getattr(stream, "peek", None)
        # the four bytes of a single number may happen to be text
        may_be_text = wanted > 0 and vector_size > 1
        if peek and may_be_text and has_text_row(header + peek(SNIFF_BYTES)[:SNIFF_BYTES]):
            raise FormatError(f"{path}: text follows the header, not binary vectors: pass binary=False")
        reader.check_size(wanted, n_rows)
        with closing(reader):
            for keys, rows in reader.batches(wanted, encoding, unicode_errors):
                if reader.builder is None:  # now a vector of this size has really been read
                    n_max = wanted if reader.n_bytes is not None else -1
                    reader.builder = TableBuilder(path, vector_size, datatype, n_max, duplicates)
                reader.builder.add(keys, rows)
            reader.check_end(wanted, n_rows)
        return (reader.builder or TableBuilder(path, vector_size, datatype, 0)).finish(counts)


class _BinaryReader:
    """The records of one open file.

    Attributes
    ----------
    offset : int
        Of the beginning of the next record.
    n_bytes : int or None
        Size of the file, if known.
    builder : TableBuilder or None
        Collects the records; for a file of known size, it has room for all of them.
    """

    def __init__(self, path: PathLike, stream: IO[bytes], offset: int, vector_size: int) -> None:
        self.path = path
        self.stream = stream
        self.offset = self._start = offset
        self.vector_size = vector_size
        self.vector_bytes = vector_size * NUMBER.itemsize
        self.n_bytes = plain_size(path)
        self.builder: TableBuilder | None = None
        self.n_read = 0
        self._rest = np.empty(0, dtype=np.uint8)
        # before each piece, there is room for the incomplete record at the end of the previous piece
        self._front = min(self.vector_bytes, READ_BYTES) + USUAL_KEY_BYTES
        self._pieces = self._read_ahead()

    def _read_ahead(self) -> Iterator[Bytes]:
        """Yield the file in pieces: read by several threads, by one if only in order, by none from a pipe."""
        if self.n_bytes is not None:
            offsets = range(self._start, self.n_bytes, self._piece_bytes)
            return map_ahead(self._read_at, offsets, N_THREADS)
        if ends_by_itself(self.path):
            return map_ahead(self._read_on, repeat(None), 1)
        return map(self._read_on, repeat(None))

    @property
    def _piece_bytes(self) -> int:
        return max(READ_BYTES, self.vector_bytes)  # long records cost no more

    def _read_at(self, offset: int) -> Bytes:
        """Read a piece of a plain file, and allocate memory for the vectors in it."""
        piece = np.empty(self._front + min(self._piece_bytes, (self.n_bytes or 0) - offset), dtype=np.uint8)
        n_found, n = self._front, 1
        while n_found < len(piece) and n:
            n = read_at(self.stream.fileno(), piece[n_found:].data, offset + n_found - self._front)
            n_found += n
        if self.builder is not None:
            first = (offset - self._start) // self.vector_bytes
            self.builder.provide(first, first + len(piece) // self.vector_bytes + 1)
        return piece[:n_found]

    def _read_on(self, _: None) -> Bytes:
        """Read as much as is left of the last piece, so that long records cost no more."""
        found = self.stream.read(max(READ_BYTES, len(self._rest)))
        piece = np.empty(self._front + len(found), dtype=np.uint8)
        piece[self._front :] = np.frombuffer(found, dtype=np.uint8)
        return piece

    def close(self) -> None:
        if isinstance(self._pieces, Generator):
            self._pieces.close()

    def check_size(self, wanted: int, n_rows: int) -> None:
        """Compare the header's claim with the size of the file before anything is read or allocated."""
        if self.n_bytes is not None and self.n_bytes - self.offset < wanted * (self.vector_bytes + 1):
            raise TruncatedFileError(
                f"{self.path}: unexpected end of input: the header promises {n_rows} vectors of "
                f"{self.vector_bytes} bytes, the file has {self.n_bytes} bytes; "
                f"it is cut off or its header is wrong"
            )

    def batches(
        self, wanted: int, encoding: str, unicode_errors: str
    ) -> Iterator[tuple[list[str], npt.NDArray[np.float32]]]:
        """Yield (keys, rows of shape (n, D)) until `wanted` records have been read."""
        while self.n_read < wanted:
            block = self.next_block()
            rows = self.room(min(wanted - self.n_read, len(block) // (self.vector_bytes + 1)))
            try:
                keys, end = scan_records(block, 0, rows.view(np.uint8), encoding, unicode_errors)
            except UnicodeDecodeError as error:
                raise KeyDecodingError(f"{self.path}: after byte {self.offset}", error) from None
            self._rest = block[end:]
            self.n_read += len(keys)
            if keys:
                yield keys, rows[: len(keys)]
            self.offset += end

    def room(self, n_rows: int) -> npt.NDArray[np.float32]:
        """Return memory for rows: that of the table itself if it has this type of numbers."""
        if self.builder is not None and (rows := self.builder.room(n_rows)).dtype == NUMBER:
            return rows
        return np.empty((n_rows, self.vector_size), dtype=NUMBER)

    def next_block(self) -> Bytes:
        """Return the rest of the last block and what follows."""
        n_rest = len(self._rest)
        if n_rest > MAX_KEY_BYTES and not (self._rest == ord(" ")).any():
            raise FormatError(
                f"{self.path}: byte {self.offset}: the key that begins here is not followed by a space; "
                "is this a binary file?"
            )
        piece = next(self._pieces, self._rest[:0])
        if len(piece) <= self._front:
            raise TruncatedFileError(
                f"{self.path}: byte {self.offset}: unexpected end of input in vector {self.n_read + 1}; "
                "the file is cut off or its header is wrong"
            )
        if n_rest > self._front:
            return np.concatenate((self._rest, piece[self._front :]))
        block = piece[self._front - n_rest :]
        block[:n_rest] = self._rest
        return block

    def check_end(self, wanted: int, n_rows: int) -> None:
        if wanted < n_rows:
            return
        more = next(self._pieces, self._rest[:0])[self._front :]
        if self._rest.tobytes().strip(b"\r\n") or more.tobytes().strip(b"\r\n"):
            raise FormatError(
                f"{self.path}: byte {self.offset}: the header promises {n_rows} vectors, but more follow; "
                f"correct the header, or pass limit={n_rows} to read only those"
            )


def _bytes_of(heads: list[str], rows: npt.NDArray[Any], path: PathLike) -> bytes:
    with np.errstate(over="ignore"):
        little = np.ascontiguousarray(rows, dtype=NUMBER)
    parts: list[Any] = []
    keys = utf8_keys(heads, path, BLANKS, "holds a blank or starts with a newline")
    for key, row in zip(keys, little, strict=True):
        parts += (key, b" ", row.data)
    return b"".join(parts)


write = block_writer(_bytes_of)
