r"""GloVe's text format: word2vec's without the header.

::

    file   = line*
    line   = key (" " number){D} "\n"
    key    = characters without "\n", in the file's encoding (UTF-8); some published files have keys with
             blanks (". . .", "at name@domain.com"), so the last D fields of a line are its numbers
    number = decimal; written as the shortest one that reads back as the same float32

D is how many numbers most of the first lines end with. Keys with blanks are read, but not written: other
readers would take them for numbers. Pennington, Socher, Manning 2014, "GloVe: Global vectors
for word representation".
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from typing import IO

import numpy as np
import numpy.typing as npt

from ns2vec._typing import PathLike
from ns2vec.exceptions import FormatError
from ns2vec.formats import word2vec_text
from ns2vec.formats._parse import parse_numbers
from ns2vec.formats.atomic import open_for_read
from ns2vec.formats.table import TableBuilder, VectorTable
from ns2vec.formats.text import check_row, decode_key, is_number, lines_of

__all__ = ["NAME", "SUFFIXES", "looks_like", "read", "write"]

NAME = "glove"
SUFFIXES = (".glove",)

N_LOOKED_AT = 16


def looks_like(start: bytes) -> bool:
    """Whether a file that begins so has keys and numbers in its lines, and no header."""
    first, newline, _ = start.partition(b"\n")
    _, blank, numbers = first.partition(b" " if b" " in first else b"\t")
    fields = numbers.split()
    if not newline and len(fields) > 1:
        fields.pop()  # it may be cut in the middle
    return bool(blank) and len(fields) > 1 and b"\0" not in first and all(map(is_number, fields[-2:]))


def read(
    path: PathLike,
    *,
    encoding: str = "utf8",
    unicode_errors: str = "strict",
    limit: int | None = None,
    datatype: npt.DTypeLike = np.float32,
    duplicates: str = "first",
) -> VectorTable:
    """Read a text file of vectors that has no header.

    Parameters
    ----------
    path : path, address, or ``"-"``; decompressed by its suffix
    encoding, unicode_errors : how keys are decoded
    limit : int, optional
        Read at most so many vectors.
    datatype : of the vectors in memory
    duplicates : {"first", "last", "error"}
        Which of several equal keys counts.

    Raises
    ------
    FormatError
        With path and line. TruncatedFileError (also an EOFError) when the file ends too early.
    """
    with open_for_read(path) as stream, np.errstate(over="ignore"):
        lines = _filled_lines(stream, path)
        first = list(itertools.islice(lines, N_LOOKED_AT if limit is None else min(limit, N_LOOKED_AT)))
        if not first:
            if limit == 0:
                return VectorTable([], np.empty((0, 1), dtype=datatype))
            raise FormatError(f"{path}: the file is empty; expected lines 'key number number ...'")
        # of equally frequent ones most_common lists the one that came first
        vector_size = Counter(_count_numbers(line) for _, line in first).most_common(1)[0][0]
        if vector_size < 1:
            raise FormatError(f"{path}:1: expected 'key number number ...', found {first[0][1][:60]!r}")
        builder = TableBuilder(path, vector_size, datatype, -1, duplicates)
        numbers = np.empty(vector_size)
        for line_no, line in itertools.chain(first, lines):
            if builder.n_read == limit:
                break
            key = _parse(line, numbers, f"{path}:{line_no}")
            builder.add(decode_key(key, f"{path}:{line_no}", encoding, unicode_errors), numbers)
        return builder.finish(None)


def _filled_lines(stream: IO[bytes], path: PathLike) -> Iterator[tuple[int, bytes]]:
    return ((line_no, line) for line_no, line in lines_of(stream, path) if not line.isspace())


def _count_numbers(line: bytes) -> int:
    """Return how many numbers the line ends with; its first field is the key."""
    _, _, behind = line.partition(b" " if b" " in line else b"\t")
    return sum(1 for _ in itertools.takewhile(is_number, reversed(behind.split())))


def _parse(line: bytes, numbers: npt.NDArray[np.float64], where: str) -> bytes:
    """Fill `numbers` from the line and return its key."""
    end = line.find(b" ")
    if end < 0:
        end = max(line.find(b"\t"), 0)
    n_found = 0
    try:
        n_found = parse_numbers(line, end, numbers)
        problem = ""
    except ValueError as error:
        problem = str(error)
    if problem or n_found > len(numbers):
        # a key with blanks: count from the right
        end = len(line.rstrip().rsplit(b" ", len(numbers))[0])
        try:
            n_found = parse_numbers(line, end, numbers)
        except ValueError as error:
            raise FormatError(f"{where}: {error}; is this a GloVe file?") from None
    check_row(line, where, n_found, len(numbers))
    return line[:end]


def write(path: PathLike, table: VectorTable) -> None:
    """Write a text file of vectors without header, atomically.

    Parameters
    ----------
    path : path, address, or ``"-"``; compressed by its suffix
    table : VectorTable

    Raises
    ------
    FormatError
        If a key holds a blank or a newline.
    OSError
        If the file cannot be written.
    """
    word2vec_text.write(path, table, write_header=False)
