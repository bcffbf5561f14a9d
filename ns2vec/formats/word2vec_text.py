r"""word2vec's text format: a header line, then one line for each key.

::

    file   = header line*
    header = n_vectors " " vector_size "\n"
    line   = key (" " number){vector_size} [" "] ["\r"] "\n"
    key    = characters without " " and "\n", in the file's encoding (UTF-8)
    number = decimal; written as the shortest one that reads back as the same float32

Written lines are those of gensim 4.4 to the byte. The reader also takes what word2vec.c and others write: a
blank before the line's end, CRLF, tabs or several blanks between numbers, a tab after the key where the
line has no blank, blank lines, a byte order mark, no newline at the end of the file, no header; and keys with
blanks (". . .", "new york"), for the last vector_size fields of a line are its numbers. Without a header
vector_size is how many numbers most of the first lines end with.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from typing import IO, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ns2vec._ahead import map_ahead
from ns2vec._typing import PathLike
from ns2vec.exceptions import FormatError
from ns2vec.formats._parse import format_lines, parse_lines
from ns2vec.formats.atomic import ends_by_itself, open_for_read, plain_size
from ns2vec.formats.blocks import block_writer
from ns2vec.formats.lines import (
    MAX_HEADER_BYTES,
    MAX_LINE_BYTES,
    LineParser,
    has_header,
    key_end,
    likely_size,
    parse_header,
    text_follows,
)
from ns2vec.formats.table import (
    TableBuilder,
    TruncatedFileError,
    VectorTable,
    encode_key,
    read_counts,
    unwritable_key,
)

NAME = "word2vec_text"
SUFFIXES = (".txt", ".w2v")

READ_BYTES = 1 << 20
N_THREADS = 2
N_LOOKED_AT = 16

# NumPy 2.3 moved the border between 1000000.0 and 1e+06; a file says what str() says where it is written
SCIENTIFIC_FROM = 1e6 if "e" in str(np.float32(1e6)) else 1e16


def looks_like(start: bytes) -> bool:
    """Whether a file that begins so has a header, and then text."""
    return has_header(start) and text_follows(start)


def read(
    path: PathLike,
    *,
    fvocab: PathLike | None = None,
    encoding: str = "utf8",
    unicode_errors: str = "strict",
    limit: int | None = None,
    datatype: npt.DTypeLike = np.float32,
    no_header: bool = False,
    duplicates: str = "first",
) -> VectorTable:
    """Read a text file of vectors.

    Parameters
    ----------
    path : path, address, or ``"-"``; decompressed by its suffix
    fvocab : path of a file of ``word count`` lines, optional
    encoding, unicode_errors : how keys are decoded
    limit : int, optional
        Read at most so many vectors.
    datatype : of the vectors in memory
    no_header : bool
        The file starts with its first vector.
    duplicates : {"first", "last", "error"}
        Which of several equal keys counts.

    Raises
    ------
    FormatError
        With path and line. TruncatedFileError (also an EOFError) when the file ends too early.
    """
    counts = None if fvocab is None else read_counts(fvocab, encoding=encoding, unicode_errors=unicode_errors)
    with open_for_read(path) as stream:
        reader = _TextReader(path, stream, encoding, unicode_errors, duplicates)
        if no_header:
            return reader.read_rows(None, None, limit, datatype).finish(counts)
        n_rows, vector_size = parse_header(stream.readline(MAX_HEADER_BYTES), path)
        reader.line_no = 1
        return reader.read_rows(n_rows, vector_size, limit, datatype).finish(counts)


class _Block(NamedTuple):
    """Whole lines of a file, and what `parse_lines` made of the first of them."""

    text: bytes
    keys: list[bytes]
    rows: npt.NDArray[Any]
    n_lines: int
    end: int


def _parse_block(text: bytes, vector_size: int, dtype: npt.DTypeLike) -> _Block:
    # a number takes two bytes at least
    n_most = min(text.count(b"\n"), len(text) // (2 * vector_size))
    rows = np.empty((n_most, vector_size), dtype=dtype)
    keys, n_lines, end = parse_lines(text, 0, rows, MAX_LINE_BYTES)
    return _Block(text, keys, rows, n_lines, end)


class _TextReader:
    """The lines of one open file, with the number of the line that was read last."""

    def __init__(
        self, path: PathLike, stream: IO[bytes], encoding: str, unicode_errors: str, duplicates: str
    ) -> None:
        self.path = path
        self.stream = stream
        self.lines = LineParser(path, encoding, unicode_errors)
        self.encoding = encoding
        self.unicode_errors = unicode_errors
        self.duplicates = duplicates
        self.line_no = 0
        self.ahead: list[bytes] = []  # lines that were looked at and not read yet

    def look(self, n: int) -> list[bytes]:
        """Return the next `n` lines that are not blank, or as many as there are, without reading them."""
        filled = [line for line in self.ahead if not line.isspace()]
        while len(filled) < n and (line := self.stream.readline(MAX_LINE_BYTES)):
            self.ahead.append(line)
            self.lines.check_length(line, self.line_no + len(self.ahead), MAX_LINE_BYTES)
            if not line.isspace():
                filled.append(line)
        return filled

    def read_rows(
        self, n_rows: int | None, vector_size: int | None, limit: int | None, datatype: npt.DTypeLike
    ) -> TableBuilder:
        wanted = min((n for n in (n_rows, limit) if n is not None), default=None)
        n_looked_at = N_LOOKED_AT if wanted is None else min(wanted, N_LOOKED_AT)
        has_lines = bool(self.look(1))
        if vector_size is None:
            vector_size = self.lines.first_size(self.look(max(1, n_looked_at)), 1)
        elif has_lines and wanted:
            # before anything is allocated for a vector of that size
            self.check_size(vector_size, n_looked_at)
        most_rows = self.most_rows(wanted, vector_size) if has_lines else 0
        builder = TableBuilder(self.path, vector_size, datatype, most_rows, self.duplicates)
        line = b""
        if has_lines and wanted == 0:
            line = self.look(1)[0]
            self.line_no += 1 + self.ahead.index(line)
        elif has_lines:
            with np.errstate(over="ignore"):  # 1e39 becomes an infinite float32, as everywhere
                line = self.read_blocks(wanted, builder, np.empty(vector_size), datatype)
        self.check_end(builder.n_read, n_rows, limit, line)
        return builder

    def check_size(self, vector_size: int, n_looked_at: int) -> None:
        """Compare the header with the first line; where that has more fields, with several."""
        line = self.look(1)[0]
        n_fields = len(line[key_end(line) :].split())
        if n_fields > vector_size:  # the header is wrong, or this is a key with blanks
            n_fields = max(likely_size(self.look(n_looked_at)), vector_size)
        self.lines.check_count(line, self.line_no + 1 + self.ahead.index(line), n_fields, vector_size)

    def read_blocks(
        self,
        wanted: int | None,
        builder: TableBuilder,
        numbers: npt.NDArray[np.float64],
        datatype: npt.DTypeLike,
    ) -> bytes:
        """Read on all threads; return the line behind the last row that is wanted, ``b""`` if none is."""
        wide = np.float32 if np.dtype(datatype) == np.float32 else np.float64
        parse = partial(_parse_block, vector_size=len(numbers), dtype=wide)
        if ends_by_itself(self.path):
            blocks = map_ahead(parse, self.blocks(), N_THREADS)
        else:  # line by line, and only as far as is wanted
            blocks = (parse(line) for line in self.each_line())
        with closing(blocks):
            for block in blocks:
                if rest := self.add_block(block, wanted, builder, numbers):
                    return rest
        return b""

    def each_line(self) -> Iterator[bytes]:
        """Yield what comes line by line; one that is too long comes in pieces."""
        yield from self.ahead
        self.ahead.clear()
        yield from iter(partial(self.stream.readline, MAX_LINE_BYTES), b"")

    def blocks(self) -> Iterator[bytes]:
        """Yield what comes in blocks of whole lines; a line that is too long ends them."""
        yield b"".join(self.ahead)
        self.ahead.clear()
        rest = b""
        while len(rest) < MAX_LINE_BYTES and (more := self.stream.read(max(READ_BYTES, len(rest)))):
            end = more.rfind(b"\n") + 1
            if end:
                yield rest + more[:end]
                rest = more[end:]
            else:
                rest += more
        if rest:
            yield rest

    def add_block(
        self, block: _Block, wanted: int | None, builder: TableBuilder, numbers: npt.NDArray[np.float64]
    ) -> bytes:
        """Take the rows of a block; return the first line that is not wanted, ``b""`` if there is none."""
        text, keys, rows, n_lines, end = block
        at = 0
        while True:
            if wanted is not None and len(keys) > wanted - builder.n_read:
                keys, n_lines, end = parse_lines(text, at, rows[: wanted - builder.n_read], MAX_LINE_BYTES)
            builder.add_many(self.decode(keys, text, at, numbers), rows[: len(keys)])
            self.line_no += n_lines
            if end == len(text):
                return b""
            at = text.find(b"\n", end) + 1 or len(text)
            line = text[end:at]
            self.line_no += 1
            self.lines.check_length(line, self.line_no, MAX_LINE_BYTES)
            if not line.isspace():
                if builder.n_read == wanted:
                    return line
                builder.add(self.lines.parse(line, self.line_no, numbers), numbers)
            keys, n_lines, end = parse_lines(text, at, rows, MAX_LINE_BYTES)

    def decode(self, keys: list[bytes], text: bytes, at: int, numbers: npt.NDArray[np.float64]) -> list[str]:
        try:
            return [key.decode(self.encoding, self.unicode_errors) for key in keys]
        except UnicodeDecodeError:
            for line in io.BytesIO(text[at:]):  # look for the line to name
                self.line_no += 1
                if not line.isspace():
                    self.lines.parse(line, self.line_no, numbers)
            raise

    def most_rows(self, wanted: int | None, vector_size: int) -> int:
        """Return how many rows there can be, -1 if unknown: a number takes two bytes at least."""
        n_bytes = plain_size(self.path)
        if n_bytes is None:
            return -1
        possible = n_bytes // (2 * vector_size) + 1
        # without a header the number of rows is a guess: grow instead
        return min(wanted, possible) if wanted is not None else min(possible, 1024)

    def check_end(self, n_read: int, n_rows: int | None, limit: int | None, line: bytes) -> None:
        if n_rows is None or (limit is not None and limit < n_rows and n_read == limit):
            return
        if n_read < n_rows:
            raise TruncatedFileError(
                f"{self.path}:{self.line_no}: unexpected end of input: the header promises {n_rows} "
                f"vectors, the file "
                f"has {n_read}; it is cut off or its header is wrong"
            )
        if line:
            raise FormatError(
                f"{self.path}:{self.line_no}: the header promises {n_rows} vectors, but more "
                f"follow; correct the header, "
                f"or pass limit={n_rows} to read only those"
            )


def _bytes_of(heads: list[str], rows: npt.NDArray[Any], path: PathLike) -> bytes:
    for head in heads:
        if " " in head or "\n" in head:
            raise unwritable_key(head, path, "holds a blank or a newline")
    encoded = [encode_key(head, path) for head in heads]
    if rows.dtype == np.float32:
        return format_lines(encoded, rows, SCIENTIFIC_FROM, _spell)
    # numbers of other types as NumPy spells them
    lines = (" ".join(map(str, row)).encode("ascii") for row in rows)
    return b"".join(head + b" " + line + b"\n" for head, line in zip(encoded, lines, strict=True))


def _spell(number: float) -> bytes:
    return str(np.float32(number)).encode("ascii")


write = block_writer(_bytes_of)
