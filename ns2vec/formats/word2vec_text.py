r"""word2vec's text format: a header line, then one line for each key.

::

    file   = header line*
    header = n_vectors " " vector_size "\n"
    line   = key (" " number){vector_size} [" "] ["\r"] "\n"
    key    = characters without " " and "\n", in the file's encoding (UTF-8)
    number = decimal; written as the shortest one that reads back as the same float32

Written lines are those of gensim 4.4 to the byte. The reader also accepts what word2vec.c and others write: a
blank before the line's end, CRLF, tabs or several blanks between numbers, a tab after the key where the
line has no blank, blank lines, a byte order mark, no newline at the end of the file, no header; and keys with
blanks (". . .", "new york"), because the last vector_size fields of a line are its numbers. Without a header,
vector_size is how many numbers most of the first lines end with.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from typing import IO, Any, TypeAlias

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
    check_length,
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
    read_counts,
    utf8_keys,
)

NAME = "word2vec_text"
SUFFIXES = (".txt", ".w2v")

BLANKS = re.compile("[ \n]")
READ_BYTES = 1 << 20
N_THREADS = 2
N_LOOKED_AT = 16

# NumPy 2.3 moved the limit between 1000000.0 and 1e+06; a file has the spelling of str() where it is written
SCIENTIFIC_FROM = 1e6 if "e" in str(np.float32(1e6)) else 1e16

# whole lines, and the result of `parse_lines` for the first of them: keys, rows, number of lines, their end
Block: TypeAlias = tuple[bytes, list[bytes], npt.NDArray[Any], int, int]


def looks_like(start: bytes) -> bool:
    """Whether a file with these first bytes has a header, followed by text."""
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
        Read at most this many vectors.
    datatype : of the vectors in memory
    no_header : bool
        The file starts with its first vector.
    duplicates : {"first", "last", "error"}
        Which of several equal keys to keep.

    Raises
    ------
    FormatError
        With path and line. TruncatedFileError (also an EOFError) if the file ends too early.
    """
    counts = None if fvocab is None else read_counts(fvocab, encoding=encoding, unicode_errors=unicode_errors)
    with open_for_read(path) as stream:
        n_rows = vector_size = None
        if not no_header:
            n_rows, vector_size = parse_header(stream.readline(MAX_HEADER_BYTES), path)
        reader = _TextReader(stream, LineParser(path, encoding, unicode_errors), n_rows, limit)
        return reader.read_rows(vector_size, datatype, duplicates).finish(counts)


def _parse_block(text: bytes, vector_size: int, dtype: npt.DTypeLike) -> Block:
    # a number takes at least two bytes
    n_most = min(text.count(b"\n"), len(text) // (2 * vector_size))
    rows = np.empty((n_most, vector_size), dtype=dtype)
    keys, n_lines, end = parse_lines(text, 0, rows, MAX_LINE_BYTES)
    return text, keys, rows, n_lines, end


class _TextReader:
    """The lines of one open file after its header, with the number of the line that was read last."""

    builder: TableBuilder
    numbers: npt.NDArray[np.float64]  # of one line

    def __init__(self, stream: IO[bytes], lines: LineParser, n_rows: int | None, limit: int | None) -> None:
        self.stream, self.lines, self.path = stream, lines, lines.path
        self.n_rows, self.limit = n_rows, limit
        self.wanted = min((n for n in (n_rows, limit) if n is not None), default=None)
        self.line_no = 0 if n_rows is None else 1
        self.ahead: list[bytes] = []  # lines that were looked at but not read yet

    def look(self, n: int) -> list[bytes]:
        """Return the next `n` lines that are not blank, or as many as there are, without consuming them."""
        filled = [line for line in self.ahead if not line.isspace()]
        while len(filled) < n and (line := self.stream.readline(MAX_LINE_BYTES)):
            self.ahead.append(line)
            check_length(line, self.path, self.line_no + len(self.ahead), MAX_LINE_BYTES)
            if not line.isspace():
                filled.append(line)
        return filled

    def read_rows(self, vector_size: int | None, datatype: npt.DTypeLike, duplicates: str) -> TableBuilder:
        wanted = self.wanted
        n_looked_at = N_LOOKED_AT if wanted is None else min(wanted, N_LOOKED_AT)
        has_lines = bool(self.look(1))
        if vector_size is None:
            vector_size = self.lines.first_size(self.look(max(1, n_looked_at)), 1)
        elif has_lines and wanted:
            # before anything is allocated for a vector of this size
            self.check_size(vector_size, n_looked_at)
        most_rows = self.most_rows(vector_size) if has_lines else 0
        self.builder = TableBuilder(self.path, vector_size, datatype, most_rows, duplicates)
        self.numbers = np.empty(vector_size)
        line = b""
        if has_lines and wanted == 0:
            line = self.look(1)[0]
            self.line_no += 1 + self.ahead.index(line)
        elif has_lines:
            with np.errstate(over="ignore"):  # 1e39 becomes an infinite float32, as everywhere
                line = self.read_blocks(np.float32 if np.dtype(datatype) == np.float32 else np.float64)
        self.check_end(line)
        return self.builder

    def check_size(self, vector_size: int, n_looked_at: int) -> None:
        """Compare the header with the first line or, if it has more fields, with several lines."""
        line = self.look(1)[0]
        n_fields = len(line[key_end(line) :].split())
        if n_fields > vector_size:  # the header is wrong, or this is a key with blanks
            n_fields = max(likely_size(self.look(n_looked_at)), vector_size)
        self.lines.check_count(line, self.line_no + 1 + self.ahead.index(line), n_fields, vector_size)

    def read_blocks(self, dtype: npt.DTypeLike) -> bytes:
        """Read on all threads; return the line after the last wanted row, ``b""`` if there is none."""
        parse = partial(_parse_block, vector_size=len(self.numbers), dtype=dtype)
        if ends_by_itself(self.path):
            blocks = map_ahead(parse, self.blocks(self.stream.read), N_THREADS)
        else:  # line by line, and only as far as needed
            blocks = (parse(lines) for lines in self.blocks(self.stream.readline))
        with closing(blocks):
            return next(filter(None, map(self.add_block, blocks)), b"")

    def blocks(self, read: Callable[[int], bytes]) -> Iterator[bytes]:
        """Yield blocks of whole lines; a line that is too long ends them."""
        yield b"".join(self.ahead)
        self.ahead.clear()
        rest = b""
        while len(rest) < MAX_LINE_BYTES and (more := read(max(READ_BYTES, len(rest)))):
            end = more.rfind(b"\n") + 1
            if end:
                yield rest + more[:end]
                rest = more[end:]
            else:
                rest += more
        if rest:
            yield rest

    def add_block(self, block: Block) -> bytes:
        """Append the rows of a block; return the first line that is not wanted, ``b""`` if there is none."""
        text, keys, rows, n_lines, end = block
        builder, wanted, at = self.builder, self.wanted, 0
        while True:
            if wanted is not None and len(keys) > wanted - builder.n_read:
                keys, n_lines, end = parse_lines(text, at, rows[: wanted - builder.n_read], MAX_LINE_BYTES)
            builder.add(self.decode(keys, text, at), rows[: len(keys)])
            self.line_no += n_lines
            if end == len(text):
                return b""
            at = text.find(b"\n", end) + 1 or len(text)
            line = text[end:at]
            self.line_no += 1
            check_length(line, self.path, self.line_no, MAX_LINE_BYTES)
            if not line.isspace():
                if builder.n_read == wanted:
                    return line
                key = self.lines.parse(line, self.line_no, self.numbers)
                builder.add([key], self.numbers[np.newaxis])
            keys, n_lines, end = parse_lines(text, at, rows, MAX_LINE_BYTES)

    def decode(self, keys: list[bytes], text: bytes, at: int) -> list[str]:
        encoding, unicode_errors = self.lines.encoding, self.lines.unicode_errors
        try:
            return [key.decode(encoding, unicode_errors) for key in keys]
        except UnicodeDecodeError:
            for line in io.BytesIO(text[at:]):  # find the line to report
                self.line_no += 1
                if not line.isspace():
                    self.lines.parse(line, self.line_no, self.numbers)
            raise

    def most_rows(self, vector_size: int) -> int:
        """Return the maximum number of rows, -1 if unknown: a number takes at least two bytes."""
        n_bytes = plain_size(self.path)
        if n_bytes is None:
            return -1
        possible = n_bytes // (2 * vector_size) + 1
        # without a header, the number of rows is a guess: grow instead
        return min(1024 if self.wanted is None else self.wanted, possible)

    def check_end(self, line: bytes) -> None:
        """Compare what was read, and the line after it, with what the header promises."""
        n_read, n_rows = self.builder.n_read, self.n_rows
        if n_rows is None or (n_read < n_rows and n_read == self.limit):
            return
        if n_read < n_rows:
            raise TruncatedFileError(
                f"{self.path}:{self.line_no}: unexpected end of input: the header promises {n_rows} "
                f"vectors, the file has {n_read}; it is cut off or its header is wrong"
            )
        if line:
            raise FormatError(
                f"{self.path}:{self.line_no}: the header promises {n_rows} vectors, but more follow; "
                f"correct the header, or pass limit={n_rows} to read only those"
            )


def _bytes_of(heads: list[str], rows: npt.NDArray[Any], path: PathLike) -> bytes:
    encoded = utf8_keys(heads, path, BLANKS, "holds a blank or a newline")
    if rows.dtype == np.float32:
        return format_lines(encoded, rows, SCIENTIFIC_FROM, _spell)
    # numbers of other types in NumPy's spelling
    lines = (" ".join(map(str, row)).encode("ascii") for row in rows)
    return b"".join(head + b" " + line + b"\n" for head, line in zip(encoded, lines, strict=True))


def _spell(number: float) -> bytes:
    return str(np.float32(number)).encode("ascii")


write = block_writer(_bytes_of)
