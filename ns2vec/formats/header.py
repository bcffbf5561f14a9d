r"""The first line of word2vec's files, and whether text or bytes follow it.

::

    header = n_vectors " " vector_size "\n"
"""

from __future__ import annotations

import re

from ns2vec._magic import is_binary
from ns2vec._typing import PathLike
from ns2vec.exceptions import FormatError
from ns2vec.formats.strangers import refuse_stranger
from ns2vec.formats.table import TEXT_BYTES
from ns2vec.formats.text import is_number, numbers_at_end

__all__ = [
    "MAX_HEADER_BYTES",
    "has_header",
    "has_text_row",
    "parse_header",
    "text_follows",
]

MAX_HEADER_BYTES = 1024
MAX_VECTOR_SIZE = 2**31 - 1

BOM = b"\xef\xbb\xbf"
# a number as it should be, or as it should not be: with a comma, or behind its place and a colon
LIKE_A_NUMBER = re.compile(rb"[+-]?[0-9.,:]+(?:[eE][+-]?[0-9]+)?")


def has_header(start: bytes) -> bool:
    """Whether a file that begins so has word2vec's header: two numbers in the first line."""
    fields = start.removeprefix(BOM).partition(b"\n")[0].split()
    return len(fields) == 2 and all(field.isdigit() for field in fields)


def parse_header(line: bytes, path: PathLike) -> tuple[int, int]:
    """Return (number of vectors, vector size) of a word2vec header line.

    Raises
    ------
    FormatError
        If the line is not two numbers that can be true.
    """
    expected = f"{path}:1: expected a header 'number_of_vectors vector_size', found"
    if not line.strip():
        raise FormatError(f"{expected} nothing")
    try:
        n_rows, vector_size = (int(part) for part in line.removeprefix(BOM).split())
        if n_rows < 0 or not 1 <= vector_size <= MAX_VECTOR_SIZE:
            raise ValueError
    except ValueError:
        refuse_stranger(line, path)
        found = f"{expected} {line[:60]!r}"
        if is_binary(line) or not numbers_at_end(line):
            raise FormatError(found) from None
        raise FormatError(f"{found}; a text file without header loads with no_header=True") from None
    return n_rows, vector_size


def text_follows(start: bytes) -> bool:
    """Whether text follows the header of a file that begins so, be its numbers right or wrong."""
    _, _, body = start.partition(b"\n")
    line, newline, _ = body.partition(b"\n")
    if TEXT_BYTES.issuperset(line.partition(b" ")[2]):
        return True
    if is_binary(body):
        return False
    if has_text_row(start):
        return True
    try:
        line.decode("utf8")
    except UnicodeDecodeError:
        return False
    return bool(newline) or numbers_at_end(line) > 0


def has_text_row(start: bytes) -> bool:
    """Whether the second line of a file that begins so is surely text: something like a number ends it."""
    _, _, body = start.partition(b"\n")
    line, newline, _ = body.partition(b"\n")
    fields = line.partition(b" ")[2].split()  # no key of a binary file has a blank
    if not newline or not fields or is_binary(body):
        return False
    return bool(LIKE_A_NUMBER.fullmatch(fields[-1])) or is_number(fields[-1])
