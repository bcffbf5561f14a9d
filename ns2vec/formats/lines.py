"""One line of a text file of vectors: where its key ends, its numbers, and what is wrong with it.

The vector size is known, from the header or from the first lines, so the last fields of a line are its
numbers, and what comes before them is the key, which may hold blanks.
"""

from __future__ import annotations

import logging
from collections import Counter

import numpy as np
import numpy.typing as npt

from ns2vec._magic import is_binary
from ns2vec._typing import PathLike
from ns2vec.exceptions import FormatError
from ns2vec.formats._parse import parse_numbers
from ns2vec.formats.header import has_header
from ns2vec.formats.strangers import refuse_stranger
from ns2vec.formats.table import TruncatedFileError
from ns2vec.formats.text import decode_key, is_number, numbers_at_end, remedy_for

__all__ = ["LineParser", "key_end", "likely_size"]

logger = logging.getLogger(__name__)

# "windows 95" is a key; a line with more numbers before its last ones is two lines without a newline between
MOST_NUMBERS_IN_KEY = 4


def key_end(line: bytes) -> int:
    """Return where the first field ends: at a blank, at a tab where there is none."""
    end = line.find(b" ")
    if end < 0:
        end = line.find(b"\t")
    return end if end >= 0 else len(line.rstrip())


def likely_size(lines: list[bytes]) -> int:
    """Return how many numbers most of the lines end with, of equally frequent sizes that which came first."""
    return Counter(map(numbers_at_end, lines)).most_common(1)[0][0]


class LineParser:
    """Makes keys and numbers of the lines of one file.

    Parameters
    ----------
    path : the file, for messages
    encoding, unicode_errors : how keys are decoded
    """

    def __init__(self, path: PathLike, encoding: str, unicode_errors: str) -> None:
        self.path, self.encoding, self.unicode_errors = path, encoding, unicode_errors
        self._has_warned = False

    def check_length(self, line: bytes, line_no: int, most: int) -> None:
        """Refuse a line that is longer than any that holds a vector."""
        if len(line) >= most:
            raise FormatError(f"{self.path}:{line_no}: the line is longer than {most} bytes")

    def first_size(self, lines: list[bytes], line_no: int) -> int:
        """Return the vector size of a file without header, of which these are the first lines."""
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
            If the line does not end with D numbers. TruncatedFileError when the file ends inside it.
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
            # cut off, whatever comes before
            problem, n_found = "", min(numbers_at_end(line), len(numbers) - 1)
        if problem:
            word = next((field for field in line[end:].split() if not is_number(field)), b"")
            raise FormatError(f"{where}: {problem}{remedy_for(word)}")
        self.check_count(line, line_no, n_found, len(numbers))
        return decode_key(line[:end], where, self.encoding, self.unicode_errors)

    def _long_key_end(self, line: bytes, line_no: int, numbers: npt.NDArray[np.float64]) -> int:
        """Fill `numbers` from the right and return where the key ends; 0 if that is no key with blanks."""
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
                "%s:%d: the last %d fields are taken for the numbers, so the key is %r",
                self.path, line_no, len(numbers), key.decode(self.encoding, "backslashreplace"),
            )  # fmt: skip
        return len(key)

    def check_count(self, line: bytes, line_no: int, n_found: int, vector_size: int) -> None:
        """Compare how many numbers a line has with how many there should be.

        Raises
        ------
        FormatError
            If they differ. TruncatedFileError when the file ends inside the line.
        """
        if n_found == vector_size:
            return
        message = f"{self.path}:{line_no}: expected {vector_size} numbers after the key, found {n_found}"
        if is_binary(line):
            raise FormatError(f"{message}; if the vectors are bytes, pass binary=True")
        if n_found < vector_size and not line.endswith(b"\n"):
            raise TruncatedFileError(
                f"{message}, and the file ends here: it is cut off; write or fetch it again"
            )
        if line_no == 1 and has_header(line):
            raise FormatError(f"{message}; this line is word2vec's header: leave out no_header=True")
        remedy = "" if n_found else remedy_for(line[: key_end(line)])
        raise FormatError(f"{message}{remedy or '; do all lines belong to one set of vectors?'}")
