"""The common data of all formats: keys, a matrix, and possibly counts; and a table that grows while reading.

A header is a claim, not a fact: nothing is allocated because of it alone. The size of a file limits the
number of rows; for other sources, the table grows as vectors are read.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from ns2vec._platform import advise_huge_pages, provide_memory
from ns2vec._typing import Int64Array, PathLike
from ns2vec.exceptions import ConfigError, FormatError
from ns2vec.formats.atomic import open_for_read

logger = logging.getLogger(__name__)

FIRST_ALLOCATION_BYTES = 16 << 20
HUGE_BYTES = 4 << 20
WRITE_BLOCK_BYTES = 1 << 20
READ_BLOCK_BYTES = 1 << 22
#: How numbers in lines are separated and written.
TEXT_BYTES = frozenset(b"0123456789+-.eEinfatyINFATY \t\r\n")
NEWLINE = re.compile("\n")
#: Which of several rows with equal keys to keep.
DUPLICATES = ("first", "last", "error")


class TruncatedFileError(FormatError, EOFError):
    """A file ends before everything that its header promises."""


class KeyDecodingError(FormatError, UnicodeDecodeError):
    r"""A key is not valid in the given encoding.

    Parameters
    ----------
    where : str
        Path and position.
    error : UnicodeDecodeError

    Examples
    --------
    >>> from ns2vec.formats import KeyDecodingError
    >>> error = UnicodeDecodeError("utf-8", b"caf\xe9", 3, 4, "unexpected end of data")
    >>> KeyDecodingError("vectors.bin: word 3", error).message[:19]
    'vectors.bin: word 3'
    """

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
    """Keys and their vectors, as in a file.

    Attributes
    ----------
    keys : list of length V
    vectors : ndarray of shape (V, D), floating point
    counts : ndarray of shape (V,), int64, or None if the format keeps none
    index : dict of key -> row, or None if reading made none

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.formats import VectorTable
    >>> table = VectorTable(["tea", "milk"], np.eye(2, dtype=np.float32))
    >>> table.take([1]).keys, [keys for keys, rows in table.blocks()]
    (['milk'], [['tea', 'milk']])
    """

    keys: list[Any]
    vectors: npt.NDArray[Any]
    counts: Int64Array | None = None
    index: dict[Any, int] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        shape = np.shape(self.vectors)
        if len(shape) != 2 or shape[0] != len(self.keys):
            raise ValueError(
                f"expected vectors of shape ({len(self.keys)}, D), one row for each key, got {shape}"
            )
        if self.counts is not None and len(self.counts) != len(self.keys):
            raise ValueError(f"expected one count for each of {len(self.keys)} keys, got {len(self.counts)}")

    def take(self, rows: Any, keys: list[Any] | None = None) -> VectorTable:
        """Return a table of some rows, in that order, with these keys if they are already known.

        Parameters
        ----------
        rows : array_like of shape (n,), int
        keys : list, optional

        Returns
        -------
        VectorTable
        """
        counts = None if self.counts is None else self.counts[rows]
        keys = [self.keys[row] for row in rows] if keys is None else keys
        return VectorTable(keys, self.vectors[rows], counts)

    def blocks(self, order: Int64Array | None = None) -> Iterator[tuple[list[Any], npt.NDArray[Any]]]:
        """Yield (keys, rows) of at most about a megabyte, in the order of the rows in `order`.

        Parameters
        ----------
        order : ndarray of shape (n,), int64, optional
            By default all rows in their order.

        Yields
        ------
        keys : list
        rows : ndarray of shape (m, D)
        """
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
    """A table that grows while a file is read.

    Parameters
    ----------
    path : the file, for messages
    vector_size : int
        D.
    dtype : of the table
    n_max : int
        Upper limit of the number of rows; negative if it is unknown.
    duplicates : {"first", "last", "error"}
        Which of the rows with equal keys to keep; its place is that of the first.
    """

    def __init__(
        self,
        path: PathLike,
        vector_size: int,
        dtype: npt.DTypeLike,
        n_max: int,
        duplicates: str = "first",
    ) -> None:
        check_duplicates(duplicates)
        self.path = path
        self.duplicates = duplicates
        self.n_read = 0
        self._keys: dict[str, int] = {}
        self._first_duplicate: str | None = None
        self._n_ahead = max(1, FIRST_ALLOCATION_BYTES // (4 * vector_size))
        n_rows = self._n_ahead if n_max < 0 else n_max
        self._vectors: npt.NDArray[Any] = np.empty((n_rows, vector_size), dtype=dtype)
        # filled once from front to back: small pages have a constant cost, huge ones an unpredictable one
        self._advise_huge_pages(False)

    def _advise_huge_pages(self, wanted: bool) -> None:
        if self._vectors.nbytes >= HUGE_BYTES:
            advise_huge_pages(self._vectors, wanted)

    def add(self, keys: list[str], vectors: npt.NDArray[Any]) -> None:
        """Append rows of shape (n, D), which `room` may have returned, except rows with a known key."""
        start, index, target = len(self._keys), self._keys, self.room(len(keys))
        rows = [index.setdefault(key, len(index)) for key in keys]
        self.n_read += len(keys)
        if len(index) < start + len(keys):
            self._add_some(start, keys, np.array(rows), vectors)
        elif vectors.ctypes.data != target.ctypes.data:
            target[:] = vectors

    def _add_some(self, start: int, keys: list[str], rows: Int64Array, vectors: npt.NDArray[Any]) -> None:
        """Append rows of which some repeat a key: for these, follow `duplicates`."""
        is_first = np.diff(np.maximum.accumulate(np.maximum(rows, start - 1)), prepend=start - 1) > 0
        if self._first_duplicate is None:
            self._first_duplicate = keys[int(np.argmin(is_first))]
        if self.duplicates == "error":
            tell_duplicates("error", self.path, 1, self._first_duplicate)
        taken = is_first | (self.duplicates == "last")
        self._vectors[rows[taken]] = vectors[taken]

    def room(self, n_rows: int) -> npt.NDArray[Any]:
        """Return memory for the next rows, shape (n, D); `add` need not copy what is written there."""
        start = len(self._keys)
        if start + n_rows > len(self._vectors):
            # nobody else has the array yet, so it may be moved instead of copied
            shape = (max(2 * start, start + n_rows), self._vectors.shape[1])
            self._vectors.resize(shape, refcheck=False)
        return self._vectors[start : start + n_rows]

    def provide(self, first: int, end: int) -> None:
        """Allocate memory for rows that will be reached soon.

        Getting memory from the system takes longer than filling it. Nothing is allocated far beyond the rows
        that have been read, because rows with equal keys need none. Any thread may call this for a table
        whose `n_max` is known.
        """
        provide_memory(self._vectors[first : min(end, len(self._keys) + self._n_ahead)])

    def finish(self, counts: dict[str, int] | None) -> VectorTable:
        """Return the table; `counts` maps keys to counts (0 for a missing key)."""
        if self._first_duplicate is not None:
            n_repeated = self.n_read - len(self._keys)
            tell_duplicates(self.duplicates, self.path, n_repeated, self._first_duplicate)
        self._vectors.resize((len(self._keys), self._vectors.shape[1]), refcheck=False)
        self._advise_huge_pages(True)
        keys = list(self._keys)
        if counts is None:
            return VectorTable(keys, self._vectors, index=self._keys)
        missing = [key for key in keys if key not in counts]
        if missing:
            message = "the vocabulary file lacks %d keys of %s (the first is %r): their count is 0"
            logger.warning(message, len(missing), self.path, missing[0])
        found = np.fromiter((counts.get(key, 0) for key in keys), dtype=np.int64, count=len(keys))
        return VectorTable(keys, self._vectors, found, self._keys)


def read_exactly(
    stream: IO[bytes], n_bytes: int, path: Any, part: str, *, is_there: bool = False
) -> bytearray:
    """Read this many bytes; unless `is_there` says that the file has them, memory grows as they arrive.

    Raises
    ------
    TruncatedFileError
        If the stream ends earlier.
    """
    content = bytearray(n_bytes if is_there else min(n_bytes, WRITE_BLOCK_BYTES))
    n_read = 0
    while n_read < n_bytes:
        if n_read == len(content):
            content += bytes(min(n_bytes, 2 * n_read) - n_read)
        block = stream.read(min(READ_BLOCK_BYTES, len(content) - n_read))
        if not block:
            raise TruncatedFileError(f"{path}: the file ends after {n_read} of {n_bytes} bytes of {part!r}")
        content[n_read : n_read + len(block)] = block
        n_read += len(block)
    return content


def unique_rows(table: VectorTable, duplicates: str, path: PathLike) -> VectorTable:
    """Return a table without equal keys; the same table if there are none.

    Parameters
    ----------
    table : VectorTable
    duplicates : {"first", "last", "error"}
        Which of the rows with equal keys to keep; its place is that of the first.
    path : the file, for messages

    Raises
    ------
    FormatError
        If there are equal keys and `duplicates` is ``"error"``.
    """
    check_duplicates(duplicates)
    chosen: dict[Any, int] = {}
    repeated: list[Any] = []
    for row, key in enumerate(table.keys):
        if chosen.setdefault(key, row) != row:
            repeated.append(key)
            if duplicates == "last":
                chosen[key] = row
    if not repeated:
        return table
    tell_duplicates(duplicates, path, len(repeated), repeated[0])
    return table.take(list(chosen.values()), list(chosen))


def check_duplicates(duplicates: str) -> None:
    """Check the name of a policy.

    Raises
    ------
    ConfigError
        If it is unknown.
    """
    if duplicates not in DUPLICATES:
        raise ConfigError(f"duplicates must be one of {', '.join(DUPLICATES)}, got {duplicates!r}")


def tell_duplicates(duplicates: str, path: PathLike, n_rows: int, key: Any) -> None:
    """Warn about rows that repeat a key, or refuse the file for them."""
    found = f"{path}: {n_rows} rows repeat a key of an earlier row (the first is {key!r})"
    if duplicates == "error":
        raise FormatError(f"{found}; duplicates='first' or 'last' reads it anyway")
    logger.warning("%s and %s", found, "are left out" if duplicates == "first" else "take its place")


def utf8_keys(keys: Sequence[str], path: PathLike, refused: re.Pattern[str], problem: str) -> list[bytes]:
    """Return keys in UTF-8.

    Parameters
    ----------
    keys : sequence of str
    path : the file, for messages
    refused : pattern of characters that the format cannot keep
    problem : description of such a key, for messages

    Raises
    ------
    FormatError
        If the pattern is found in a key, or half a surrogate pair, which UTF-8 cannot express.
    """
    for key in filter(refused.search, keys):
        raise FormatError(
            f"{path}: the key {key!r} {problem}, which this format cannot keep; "
            "replace it, by '_' for example"
        )
    try:
        return [key.encode("utf8") for key in keys]
    except UnicodeEncodeError as error:
        raise FormatError(
            f"{path}: the key {error.object!r} is not valid Unicode ({error.reason}); replace it"
        ) from None


def write_counts(path: PathLike, out: IO[bytes], pairs: Iterable[tuple[str, Any]]) -> None:
    """Write a word2vec vocabulary file: one ``key count`` per line.

    Parameters
    ----------
    path : the file, for messages
    out : file object opened for writing bytes
    pairs : of key and count

    Raises
    ------
    FormatError
        If a key contains a newline, which no reader could distinguish from the file's own.
    """
    for key, count in pairs:
        (encoded,) = utf8_keys([key], path, NEWLINE, "holds a newline")
        out.write(encoded + f" {count}\n".encode())


def read_counts(path: PathLike, *, encoding: str = "utf8", unicode_errors: str = "strict") -> dict[str, int]:
    """Read a word2vec vocabulary file: one ``key count`` per line.

    Raises
    ------
    FormatError
        If a line does not end with a count.
    """
    counts: dict[str, int] = {}
    with open_for_read(path) as stream:
        for line_no, line in enumerate(stream, start=1):
            # as they are written here; others write tabs, or blanks at the end
            key, blank, count = line.rpartition(b" ")
            try:
                if not (blank and count.strip().isdigit()):
                    key, count = line.strip().rsplit(None, 1)
                counts[key.strip(b" ").decode(encoding, unicode_errors)] = int(count)
            except UnicodeDecodeError as error:
                raise KeyDecodingError(f"{path}:{line_no}", error) from None
            except ValueError:
                raise FormatError(f"{path}:{line_no}: expected 'word count', found {line[:60]!r}") from None
    return counts
