r"""The common part of text formats: lines of limited length, keys and numbers, pairs of files.

The first line of word2vec's files::

    header = n_vectors " " vector_size "\n"
"""

from __future__ import annotations

import itertools
import logging
import os
import re
from collections import Counter
from collections.abc import Iterator
from typing import IO

import numpy as np
import numpy.typing as npt

from ns2vec._files import strip_compression
from ns2vec._magic import is_binary
from ns2vec._platform import descriptor_of
from ns2vec._typing import Int64Array, PathLike
from ns2vec.exceptions import ConfigError, FormatError
from ns2vec.formats._parse import parse_numbers
from ns2vec.formats.strangers import refuse_stranger
from ns2vec.formats.table import TEXT_BYTES, KeyDecodingError, TruncatedFileError

logger = logging.getLogger(__name__)

REMEDIES = (
    (re.compile(rb".*[\x00-\x08\x0e-\x1f\x7f].*", re.DOTALL), "if the vectors are bytes, pass binary=True"),
    (
        re.compile(rb"[+-]?[0-9]*,[0-9]+(?:[eE][+-]?[0-9]+)?"),
        "numbers have a decimal point here, no comma: replace it",
    ),
    (re.compile(rb"[^:]*:[^:]+"), "pairs index:value are no vector here: write out all numbers of each"),
    (
        re.compile(rb"[^,]*,.*", re.DOTALL),
        "fields are separated by blanks here, not by commas: replace them",
    ),
)

# split into numbers, a line takes about twenty times its size in memory
MAX_LINE_BYTES = 16 << 20
MAX_HEADER_BYTES = 1024
MAX_VECTOR_SIZE = 2**31 - 1
BOM = b"\xef\xbb\xbf"
# a number as it should be, or in a wrong form: with a comma, or after its index and a colon
LIKE_A_NUMBER = re.compile(rb"[+-]?[.,]*[0-9][0-9.,:]*(?:[eE][+-]?[0-9]+)?")
# "windows 95" is a key; a line with more numbers before its last ones is two lines without a newline between
MOST_NUMBERS_IN_KEY = 4


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
        check_length(line, path, line_no, MAX_LINE_BYTES)
        yield line_no, line


def check_length(line: bytes, path: PathLike, line_no: int, most: int) -> None:
    """Refuse a line that is longer than any that holds a vector."""
    if len(line) >= most:
        raise FormatError(f"{path}:{line_no}: the line is longer than {most} bytes")


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


def check_row(
    line: bytes, where: str, n_found: int, vector_size: int, what: str = "numbers", remedy: str = ""
) -> None:
    """Compare the number of numbers in a line with the expected one.

    Raises
    ------
    FormatError
        If they differ, with the remedy. TruncatedFileError if the file ends inside the line.
    """
    if n_found == vector_size:
        return
    message = f"{where}: expected {vector_size} {what}, found {n_found}"
    if n_found < vector_size and not line.endswith(b"\n") and not is_binary(line):
        raise TruncatedFileError(f"{message}, and the file ends here: it is cut off; write or fetch it again")
    raise FormatError(message + (remedy or "; do all lines belong to one set of vectors?"))


def remedy_for(word: bytes) -> str:
    """Return what to do about a field that should be a number but is not, as the end of a message.

    Examples
    --------
    >>> from ns2vec.formats.lines import remedy_for
    >>> remedy_for(b"0,25")
    '; numbers have a decimal point here, no comma: replace it'
    """
    for pattern, remedy in REMEDIES:
        if pattern.fullmatch(word):
            return f"; {remedy}"
    return ""


def key_lines(keys: list[bytes], counts: Int64Array | None) -> Iterator[bytes]:
    """Return the lines of keys, with their counts if counts are kept."""
    if counts is None:
        return (key + b"\n" for key in keys)
    return (b"%s\t%d\n" % pair for pair in zip(keys, counts, strict=True))


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
    >>> from ns2vec.formats.lines import numbers_at_end
    >>> numbers_at_end(b"my name 0.5 1e-3"), numbers_at_end(b"1 2 3")
    (2, 2)
    """
    _, _, behind = line.partition(b" " if b" " in line else b"\t")
    return sum(1 for _ in itertools.takewhile(is_number, reversed(behind.split())))


def plain_stem(path: PathLike) -> tuple[str, str]:
    """Split a path into the part before its suffix and the suffix of its compression.

    Examples
    --------
    >>> from ns2vec.formats.lines import plain_stem
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
        raise ConfigError(f"{text}: this format needs a second file next to the first: give a file name")


# ---- the header ---------------------------------------------------------------------------------------


def has_header(start: bytes) -> bool:
    """Whether a file with these first bytes has word2vec's header: two numbers in the first line."""
    fields = start.removeprefix(BOM).partition(b"\n")[0].split()
    return len(fields) == 2 and all(field.isdigit() for field in fields)


def parse_header(line: bytes, path: PathLike) -> tuple[int, int]:
    """Return (number of vectors, vector size) of a word2vec header line.

    Raises
    ------
    FormatError
        If the line is not two plausible numbers.
    """
    expected = f"{path}:1: expected a header 'number_of_vectors vector_size', found"
    if not line.strip():
        raise FormatError(f"{expected} nothing; is the file empty?")
    try:
        n_rows, vector_size = (int(part) for part in line.removeprefix(BOM).split())
        if n_rows < 0 or not 1 <= vector_size <= MAX_VECTOR_SIZE:
            raise ValueError
    except ValueError:
        refuse_stranger(line, path)
        found = f"{expected} {line[:20] if is_binary(line) else line[:60]!r}"
        if is_binary(line) or not numbers_at_end(line):
            raise FormatError(f"{found}; is this a file of vectors?") from None
        raise FormatError(f"{found}; a text file without header loads with no_header=True") from None
    return n_rows, vector_size


def text_follows(start: bytes) -> bool:
    """Whether text follows the header of a file with these first bytes, even if its numbers are wrong."""
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
    """Whether the second line of a file is certainly text: it ends with something like a number."""
    _, _, body = start.partition(b"\n")
    line, newline, _ = body.partition(b"\n")
    fields = line.partition(b" ")[2].split()  # no key of a binary file contains a blank
    if not newline or not fields or is_binary(body):
        return False
    return bool(LIKE_A_NUMBER.fullmatch(fields[-1])) or is_number(fields[-1])


# ---- lines of vectors -----------------------------------------------------------------------------------


def key_end(line: bytes) -> int:
    """Return where the first field ends: at a blank, or at a tab if there is no blank."""
    end = line.find(b" ")
    if end < 0:
        end = line.find(b"\t")
    return end if end >= 0 else len(line.rstrip())


def likely_size(lines: list[bytes]) -> int:
    """Return how many numbers most of the lines end with; of equally frequent sizes, the first one."""
    return Counter(map(numbers_at_end, lines)).most_common(1)[0][0]


class LineParser:
    """Converts the lines of one file to keys and numbers.

    Parameters
    ----------
    path : the file, for messages
    encoding, unicode_errors : how keys are decoded
    """

    def __init__(self, path: PathLike, encoding: str, unicode_errors: str) -> None:
        self.path, self.encoding, self.unicode_errors = path, encoding, unicode_errors
        self._has_warned = False

    def first_size(self, lines: list[bytes], line_no: int) -> int:
        """Return the vector size of a file without header, given its first lines."""
        if not lines:
            raise FormatError(f"{self.path}: the file is empty; expected lines 'key number number ...'")
        size = likely_size(lines)
        if size < 1:
            refuse_stranger(lines[0], self.path)
            raise FormatError(
                f"{self.path}:{line_no}: expected 'key number number ...', found {lines[0][:60]!r}"
                f"{remedy_for(lines[0].split()[-1])}"
            )
        return size

    def parse(self, line: bytes, line_no: int, numbers: npt.NDArray[np.float64]) -> str:
        """Fill `numbers`, shape (D,), from the line and return its key.

        Raises
        ------
        FormatError
            If the line does not end with D numbers. TruncatedFileError if the file ends inside it.
        """
        where = f"{self.path}:{line_no}"
        end, problem = key_end(line), ""
        try:
            n_found = parse_numbers(line, end, numbers)
        except ValueError as error:
            problem, n_found = str(error), -1
        if problem or n_found > len(numbers):
            found = self._long_key_end(line, line_no, numbers)
            end, problem, n_found = (found, "", len(numbers)) if found else (end, problem, n_found)
        if problem and not line.endswith(b"\n") and is_number(line.split()[-1]):
            # cut off, whatever precedes it
            problem, n_found = "", min(numbers_at_end(line), len(numbers) - 1)
        if problem:
            word = next((field for field in line[end:].split() if not is_number(field)), b"")
            raise FormatError(f"{where}: {problem}{remedy_for(word)}")
        self.check_count(line, line_no, n_found, len(numbers))
        return decode_key(line[:end], where, self.encoding, self.unicode_errors)

    def _long_key_end(self, line: bytes, line_no: int, numbers: npt.NDArray[np.float64]) -> int:
        """Fill `numbers` from the right and return where the key ends; 0 if it is not a key with blanks."""
        fields = line.rsplit(None, len(numbers))
        if len(fields) <= len(numbers) or len(fields[0]) <= key_end(line):
            return 0
        key = fields[0]
        n_in_key = sum(map(is_number, key.split()[1:]))
        try:
            parse_numbers(line, len(key), numbers)
        except ValueError:
            return 0
        if n_in_key > MOST_NUMBERS_IN_KEY:
            return 0
        if n_in_key and not self._has_warned:
            self._has_warned = True
            logger.warning(
                "%s:%d: the last %d fields are taken as the numbers, so the key is %r",
                self.path, line_no, len(numbers), key.decode(self.encoding, "backslashreplace"),
            )  # fmt: skip
        return len(key)

    def check_count(self, line: bytes, line_no: int, n_found: int, vector_size: int) -> None:
        """Do the same as `check_row`, with a remedy if one can be suggested.

        Raises
        ------
        FormatError
            If the numbers differ. TruncatedFileError if the file ends inside the line.
        """
        if n_found == vector_size:
            return
        remedy = "" if n_found else remedy_for(line[: key_end(line)])
        if is_binary(line):
            remedy = "; if the vectors are bytes, pass binary=True"
        elif line_no == 1 and has_header(line):
            remedy = "; this line is word2vec's header: leave out no_header=True"
        check_row(line, f"{self.path}:{line_no}", n_found, vector_size, "numbers after the key", remedy)
