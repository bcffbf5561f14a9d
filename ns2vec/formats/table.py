"""What every format reads and writes: keys, a matrix, and perhaps counts; and how a table grows from a file.

A header is a claim, not a fact: nothing is allocated on its word alone. A file of known size bounds the
number of rows; any other source grows the table as vectors really arrive.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt

from ns2vec._typing import Int64Array, PathLike
from ns2vec.exceptions import FormatError
from ns2vec.formats.atomic import open_for_read

__all__ = [
    "KeyDecodingError",
    "TableBuilder",
    "TruncatedFileError",
    "VectorTable",
    "encode_key",
    "parse_header",
    "read_counts",
]

logger = logging.getLogger(__name__)

MAX_HEADER_BYTES = 1024
MAX_VECTOR_SIZE = 2**31 - 1
FIRST_ALLOCATION_BYTES = 16 << 20
WRITE_BLOCK_BYTES = 1 << 20


class TruncatedFileError(FormatError, EOFError):
    """A file ends before everything its header promises."""


class KeyDecodingError(FormatError, UnicodeDecodeError):
    """A key is not valid in the encoding that was asked for."""

    def __init__(self, where: str, error: UnicodeDecodeError) -> None:
        super().__init__(error.encoding, error.object, error.start, error.end, error.reason)
        self.message = (
            f"{where}: the key {error.object[:40]!r} is not valid {error.encoding}; "
            "name the file's encoding, or pass unicode_errors='replace'"
        )

    def __str__(self) -> str:
        return self.message


@dataclass
class VectorTable:
    """Keys and their vectors, as they stand in a file.

    Attributes
    ----------
    keys : list of length V
    vectors : ndarray of shape (V, D), floating point
    counts : ndarray of shape (V,), int64, or None when the format keeps none
    """

    keys: list[Any]
    vectors: npt.NDArray[Any]
    counts: Int64Array | None = None

    def __post_init__(self) -> None:
        shape = np.shape(self.vectors)
        if len(shape) != 2 or shape[0] != len(self.keys):
            raise ValueError(
                f"expected vectors of shape ({len(self.keys)}, D), one row for each key, got {shape}"
            )
        if self.counts is not None and len(self.counts) != len(self.keys):
            raise ValueError(f"expected one count for each of {len(self.keys)} keys, got {len(self.counts)}")

    def blocks(self, order: Int64Array | None = None) -> Iterator[tuple[list[Any], npt.NDArray[Any]]]:
        """Yield (keys, rows) of at most about a megabyte, in the order of the rows listed in `order`."""
        n_rows = len(self.keys) if order is None else len(order)
        row_bytes = max(1, self.vectors.shape[1] * self.vectors.dtype.itemsize)
        step = max(1, WRITE_BLOCK_BYTES // row_bytes)
        for start in range(0, n_rows, step):
            if order is None:
                yield self.keys[start : start + step], self.vectors[start : start + step]
            else:
                rows = order[start : start + step]
                yield [self.keys[row] for row in rows], self.vectors[rows]


class TableBuilder:
    """A table that grows while a file is read; the first of several equal keys wins.

    Parameters
    ----------
    path : the file, for messages
    vector_size : int
        D.
    dtype : of the table
    n_max : int
        Rows that can come at most, by what is known for sure; negative when nothing is.
    """

    def __init__(self, path: PathLike, vector_size: int, dtype: npt.DTypeLike, n_max: int) -> None:
        self.path = path
        self.n_read = 0
        self._keys: dict[str, None] = {}
        self._first_duplicate: str | None = None
        first = max(1, FIRST_ALLOCATION_BYTES // (4 * vector_size))
        self._vectors: npt.NDArray[Any] = np.empty((first if n_max < 0 else n_max, vector_size), dtype=dtype)

    def add(self, key: str, vector: npt.NDArray[Any]) -> None:
        """Take one row of shape (D,), unless its key is known already."""
        self.add_many([key], vector[np.newaxis])

    def add_many(self, keys: list[str], vectors: npt.NDArray[Any]) -> None:
        """Take rows of shape (n, D), unless their keys are known already."""
        self.n_read += len(keys)
        start = len(self._keys)
        self._keys.update(dict.fromkeys(keys))
        n_fresh = len(self._keys) - start
        if n_fresh < len(keys):
            vectors = vectors[self._fresh(keys, n_fresh)]
        if start + n_fresh > len(self._vectors):
            self._grow(max(2 * start, start + n_fresh))
        self._vectors[start : start + n_fresh] = vectors

    def _fresh(self, keys: list[str], n_fresh: int) -> list[int]:
        """Return where each of the keys that came last stands first in `keys`."""
        fresh = set(islice(reversed(self._keys), n_fresh))
        places = []
        for place, key in enumerate(keys):
            if key in fresh:
                fresh.remove(key)
                places.append(place)
            elif self._first_duplicate is None:
                self._first_duplicate = key
        return places

    def _grow(self, n_rows: int) -> None:
        # nobody else holds the array yet, so it may move in place of being copied
        self._vectors.resize((n_rows, self._vectors.shape[1]), refcheck=False)

    def finish(self, counts: dict[str, int] | None) -> VectorTable:
        """Return the table; `counts` maps keys to counts (a missing key counts 0)."""
        if self._first_duplicate is not None:
            logger.warning(
                "%s: %d rows repeat a key of an earlier row (the first is %r) and are left out",
                self.path,
                self.n_read - len(self._keys),
                self._first_duplicate,
            )
        self._vectors.resize((len(self._keys), self._vectors.shape[1]), refcheck=False)
        keys = list(self._keys)
        if counts is None:
            return VectorTable(keys, self._vectors)
        missing = [key for key in keys if key not in counts]
        if missing:
            logger.warning(
                "the vocabulary file lacks %d keys of %s (the first is %r): their count is 0",
                len(missing),
                self.path,
                missing[0],
            )
        found = np.fromiter((counts.get(key, 0) for key in keys), dtype=np.int64, count=len(keys))
        return VectorTable(keys, self._vectors, found)


def parse_header(line: bytes, path: PathLike) -> tuple[int, int]:
    """Return (number of vectors, vector size) of a word2vec header line.

    Raises
    ------
    FormatError
        If the line is not two numbers that can be true.
    """
    if not line.strip():
        raise FormatError(f"{path}:1: expected a header 'number_of_vectors vector_size', found nothing")
    try:
        n_rows, vector_size = (int(part) for part in line.removeprefix(b"\xef\xbb\xbf").split())
        if n_rows < 0 or not 1 <= vector_size <= MAX_VECTOR_SIZE:
            raise ValueError
    except ValueError:
        raise FormatError(
            f"{path}:1: expected a header 'number_of_vectors vector_size', found {line[:60]!r}; "
            "a text file without header loads with no_header=True"
        ) from None
    return n_rows, vector_size


def encode_key(text: str, path: PathLike) -> bytes:
    """Return a key in UTF-8.

    Raises
    ------
    FormatError
        If it holds half a surrogate pair, which UTF-8 cannot express.
    """
    try:
        return text.encode("utf8")
    except UnicodeEncodeError as error:
        raise FormatError(
            f"{path}: the key {text!r} is not valid Unicode ({error.reason}); replace it"
        ) from None


def read_counts(path: PathLike, *, encoding: str = "utf8", unicode_errors: str = "strict") -> dict[str, int]:
    """Read a word2vec vocabulary file: one ``key count`` a line.

    Raises
    ------
    FormatError
        If a line does not end with a count.
    """
    counts: dict[str, int] = {}
    with open_for_read(path) as stream:
        for line_no, line in enumerate(stream, start=1):
            try:
                key, count = line.strip().rsplit(None, 1)
                counts[key.decode(encoding, unicode_errors)] = int(count)
            except UnicodeDecodeError as error:
                raise KeyDecodingError(f"{path}:{line_no}", error) from None
            except ValueError:
                raise FormatError(f"{path}:{line_no}: expected 'word count', found {line[:60]!r}") from None
    return counts
