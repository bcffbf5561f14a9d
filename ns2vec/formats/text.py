"""What the text formats share: numbered lines of bounded length, keys as text, files side by side."""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Iterator
from typing import IO

from ns2vec._files import strip_compression
from ns2vec._platform import descriptor_of
from ns2vec._typing import PathLike
from ns2vec.exceptions import ConfigError, FormatError
from ns2vec.formats.table import TEXT_BYTES, KeyDecodingError, TruncatedFileError

__all__ = [
    "check_beside",
    "check_row",
    "decode_key",
    "find_beside",
    "is_number",
    "key_line",
    "lines_of",
    "numbers_at_end",
    "plain_stem",
    "remedy_for",
]

REMEDIES = (
    (re.compile(rb".*[\x00-\x08\x0e-\x1f\x7f].*", re.DOTALL), "if the vectors are bytes, pass binary=True"),
    (
        re.compile(rb"[+-]?[0-9]*,[0-9]+(?:[eE][+-]?[0-9]+)?"),
        "numbers have a decimal point here, no comma: replace it",
    ),
    (re.compile(rb"[^:]*:[^:]+"), "pairs index:value are no vector here: write out all numbers of each"),
    (
        re.compile(rb"[^,]*,.*", re.DOTALL),
        "fields stand between blanks here, not between commas: replace them",
    ),
)

# split into numbers, a line takes some twenty times its size in memory
MAX_LINE_BYTES = 16 << 20


def lines_of(stream: IO[bytes], path: PathLike) -> Iterator[tuple[int, bytes]]:
    """Yield the lines, newlines included, with their numbers from 1.

    Raises
    ------
    FormatError
        If a line is longer than any that holds a vector.
    """
    line_no = 0
    while line := stream.readline(MAX_LINE_BYTES):
        line_no += 1
        if len(line) == MAX_LINE_BYTES:
            raise FormatError(f"{path}:{line_no}: the line is longer than {MAX_LINE_BYTES} bytes")
        yield line_no, line


def decode_key(key: bytes, where: str, encoding: str, unicode_errors: str) -> str:
    """Return a key as text.

    Raises
    ------
    KeyDecodingError
        If it is not valid in the encoding.
    """
    try:
        return key.decode(encoding, unicode_errors)
    except UnicodeDecodeError as error:
        raise KeyDecodingError(where, error) from None


def check_row(line: bytes, where: str, n_found: int, vector_size: int) -> None:
    """Compare how many numbers a line has with how many the first one had.

    Raises
    ------
    FormatError
        If they differ. TruncatedFileError when the file ends inside the line.
    """
    if n_found == vector_size:
        return
    message = f"{where}: expected {vector_size} numbers, found {n_found}"
    if n_found < vector_size and not line.endswith(b"\n"):
        raise TruncatedFileError(f"{message}, and the file ends here: it is cut off; write or fetch it again")
    raise FormatError(f"{message}; do all lines belong to one set of vectors?")


def remedy_for(word: bytes) -> str:
    """Return what to do about a field that should be a number and is none, as the end of a message.

    Examples
    --------
    >>> from ns2vec.formats.text import remedy_for
    >>> remedy_for(b"0,25")
    '; numbers have a decimal point here, no comma: replace it'
    """
    for pattern, remedy in REMEDIES:
        if pattern.fullmatch(word):
            return f"; {remedy}"
    return ""


def key_line(key: bytes, count: int | None) -> bytes:
    """Return the line of a key, with its count where counts are kept."""
    return key + (b"\n" if count is None else b"\t%d\n" % count)


def is_number(field: bytes) -> bool:
    """Whether the bytes are a decimal number, or the name of one that is not finite."""
    try:
        float(field)
    except ValueError:
        return False
    return TEXT_BYTES.issuperset(field)


def numbers_at_end(line: bytes) -> int:
    """Return how many numbers the line ends with; its first field is the key.

    Examples
    --------
    >>> from ns2vec.formats.text import numbers_at_end
    >>> numbers_at_end(b"my name 0.5 1e-3"), numbers_at_end(b"1 2 3")
    (2, 2)
    """
    _, _, behind = line.partition(b" " if b" " in line else b"\t")
    return sum(1 for _ in itertools.takewhile(is_number, reversed(behind.split())))


def plain_stem(path: PathLike) -> tuple[str, str]:
    """Split a path into what stands before its suffix and the suffix of its compression.

    Examples
    --------
    >>> from ns2vec.formats.text import plain_stem
    >>> plain_stem("folder/vectors.npy.gz")
    ('folder/vectors', '.gz')
    """
    plain, compression = strip_compression(path)
    return os.path.splitext(plain)[0], compression


def check_beside(path: PathLike) -> None:
    """Check that a second file can lie beside this one.

    Raises
    ------
    ConfigError
        If the path is standard output or another open file, which has no folder.
    """
    text = os.fspath(path)
    if text == "-" or descriptor_of(text) is not None:
        raise ConfigError(f"{text}: this format has a second file beside the first: name a file to write")


def find_beside(candidates: list[str]) -> str | None:
    """Return the first of these paths that is a file, compressed as the others of its set or not."""
    return next((path for path in candidates if os.path.isfile(path)), None)
