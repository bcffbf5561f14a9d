r"""Tables of columns, from files, frames, dicts of columns and iterables of rows, in blocks of rows.

A delimited file is lines of fields, with or without a line of names before them::

    field SEP field SEP ... "\n"

SEP follows from the suffix (``.csv``: commas; ``.tsv`` and RecBole's ``.inter``, ``.item``, ``.user``: tabs);
otherwise it is the first of tabs, ``::``, semicolons, commas and bars in the first line, or blanks. Commas
and semicolons imply the quotes of CSV. RecBole's names have types: ``user_id:token``, ``class:token_seq``.
"""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import os
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from operator import itemgetter
from typing import IO, Any, TypeAlias

import numpy as np

from ns2vec._files import is_remote, strip_compression
from ns2vec._magic import N_BYTES
from ns2vec._options import shown
from ns2vec._typing import PathLike
from ns2vec.exceptions import ConfigError, CorpusError, FormatError
from ns2vec.formats import open_for_read
from ns2vec.formats.strangers import refuse_stranger

Column: TypeAlias = "str | int"
Block: TypeAlias = "list[Sequence[Any]]"

BLOCK_ROWS = 1 << 12
SEPARATORS = {".csv": ",", ".tsv": "\t", ".inter": "\t", ".item": "\t", ".user": "\t"}
GUESSED = ("\t", "::", ";", ",", "|")  # the first of these in the first line
LOOKED_AT = 200  # rows of a file that are checked for running text
MOST_FIELDS = 30  # of a table without names, at most
EVEN = 0.8  # minimum share of the rows of a table with the usual number of fields
ROW_NAMES = ("user", "item", "weight", "time")  # of rows without names
TYPED_NAME = re.compile(r"([^:]+):(token|float)(_seq)?")


@dataclass(frozen=True)
class Table:
    """Columns, accessed by name or number.

    Attributes
    ----------
    label : str
        Its name in messages.
    n_columns : int
    blocks : callable
        Given the numbers of columns, it yields blocks of rows: the values of each of these columns.
    names : sequence of str
        Of the columns; empty if they have none.
    kinds : dict of str to str
        Name -> type, if the file has types: ``"token"``, ``"float"``, ``"token_seq"``, ``"float_seq"``.
    """

    label: str
    n_columns: int
    blocks: Callable[[Sequence[int]], Iterator[Block]]
    names: Sequence[str] = ()
    kinds: dict[str, str] = field(default_factory=dict)

    def place(self, column: Column) -> int:
        """Return the number of a column.

        Raises
        ------
        FormatError
            If there is no such column.
        """
        if isinstance(column, str) and column in self.names:
            return list(self.names).index(column)
        if not isinstance(column, str) and 0 <= column < self.n_columns:
            return column
        if isinstance(column, str) and not self.names:
            raise FormatError(
                f"{self.label}: no column {shown(column)}: they have no names; give its number, from 0"
            )
        known = ", ".join(map(shown, self.names[:20])) or f"{self.n_columns} columns, counted from 0"
        raise FormatError(f"{self.label}: no column {shown(column)}; it has {known}")

    def guess(self, names: Collection[str], kind: str | None = None) -> int | None:
        """Return the number of the first column with one of `names` and this type."""
        found = (place for place, name in enumerate(self.names) if name in names)
        return next((place for place in found if kind in (None, self.kinds.get(self.names[place]))), None)


@contextmanager
def open_table(
    source: Any,
    *,
    separator: str | None = None,
    header: bool | None = None,
    encoding: str = "utf8",
    known: Collection[Collection[str]] = (),
    expected: str = "",
) -> Iterator[Table]:
    """Open any source of rows.

    Parameters
    ----------
    source : path, mapping of columns, DataFrame, ndarray of shape (n, n_columns), or iterable of rows
    separator : str, optional
        Separator of the fields in a file; ``""``: any blanks.
    header : bool, optional
        Whether a file's first line has the names of its columns; by default it does if they have types,
        or if it contains a name from each of the sets in `known`.
    encoding : str, optional
    known : collection of collections of str
    expected : str
        Description of valid lines, for the error that a file is running text: lines without names
        whose separator was guessed, with too many or too varied fields for a table. Empty: no check.

    Yields
    ------
    Table

    Raises
    ------
    ConfigError
        If the source is none of these.
    FormatError
        If its lines are not a table.
    """
    if isinstance(source, str | os.PathLike):
        suffix = os.path.splitext(strip_compression(source)[0])[1].lower()
        with open_for_read(source, own=("parquet",)) as stream:
            if suffix in (".parquet", ".pq"):
                yield _parquet(stream, source)
            else:
                separator = SEPARATORS.get(suffix) if separator is None else separator
                with _lines(stream, str(source), encoding) as lines:
                    yield _delimited(lines, str(source), separator, header, known, expected)
    elif isinstance(source, Mapping) or hasattr(source, "columns"):
        yield _framed(source)
    elif isinstance(source, np.ndarray) and source.ndim == 2:
        names, kinds = _of_width(source.shape[1])
        columns = source.T
        yield Table(
            "the array", len(columns), lambda places: _sliced([columns[p] for p in places]), names, kinds
        )
    elif isinstance(source, Iterable):
        yield _rows(source)
    else:
        raise ConfigError(
            "expected a path, a DataFrame, a dict of columns, a sparse matrix or an iterable of rows, "
            f"got {shown(source)}"
        )


# ---- delimited files ----


def _delimited(
    lines: Iterator[str],
    label: str,
    separator: str | None,
    header: bool | None,
    known: Collection[Collection[str]],
    expected: str,
) -> Table:
    first = next(lines)
    is_guessed = separator is None
    if separator is None:
        separator = next((mark for mark in GUESSED if mark in first), "")
    rows = _split(itertools.chain([first], lines), separator)
    head = next(rows)
    typed = [TYPED_NAME.fullmatch(name) for name in head]
    if header is None:
        header = all(typed) or (len(known) > 0 and all(set(names) & set(head) for names in known))
    if not header:
        seen = [head]
        if is_guessed and expected:
            seen += itertools.islice(rows, LOOKED_AT - 1)
            _refuse_prose(seen, label, expected)
        return _of_rows(label, itertools.chain(seen, rows), len(head))
    names = [match[1] if match else name.strip() for match, name in zip(typed, head, strict=True)]
    kinds = {match[1]: match[2] + (match[3] or "") for match in typed if match}
    return _of_rows(label, rows, len(head), names, kinds)


def _refuse_prose(seen: Sequence[list[str]], label: str, expected: str) -> None:
    """Raise FormatError if rows are running text.

    They have more fields than a table without names, or varying numbers of fields.
    """
    sizes = Counter(map(len, seen))
    usual, n_usual = sizes.most_common(1)[0]
    is_uneven = max(sizes) > len(ROW_NAMES) and n_usual < EVEN * len(seen)
    if is_uneven or usual > MOST_FIELDS:
        longest = max(seen, key=len)
        raise FormatError(
            f"{label}: this looks like running text, not like a table: lines have from {min(sizes)} to "
            f"{max(sizes)} fields, such as {shown(' '.join(longest[:20]))}; expected {expected}. If it is a "
            "table, say which columns users and items are in"
        )


@contextmanager
def _lines(stream: IO[bytes], label: str, encoding: str) -> Iterator[Iterator[str]]:
    """Yield the lines with their ends, without blank ones."""
    has_mark = codecs.lookup(encoding).name == "utf-8"  # a byte order mark is not part of a name
    text = io.TextIOWrapper(stream, encoding="utf-8-sig" if has_mark else encoding, newline="")
    try:
        lines = filter(str.strip, text)
        first = next(lines, None)
        if first is None:
            raise CorpusError(f"{label}: the file is empty; expected lines of fields")
        refuse_stranger(first.encode(encoding, "replace")[:N_BYTES], label)
        yield itertools.chain([first], lines)
    except UnicodeDecodeError as error:
        raise FormatError(
            f"{label}: expected text in {encoding}: {error}; convert the file or name its encoding"
        ) from error
    except csv.Error as error:
        raise FormatError(f"{label}: {error}; do all quotes close?") from error
    finally:
        text.detach()  # the stream is closed by the caller that opened it


def _split(lines: Iterator[str], separator: str) -> Iterator[list[str]]:
    if separator in (",", ";"):
        return csv.reader(lines, delimiter=separator)
    if separator.strip():
        return (line.rstrip("\r\n").split(separator) for line in lines)
    if separator:  # a tab may end the line, before an empty field
        return (line.strip("\r\n").split(separator) for line in lines)
    return (line.split() for line in lines)


def _of_rows(
    label: str,
    rows: Iterator[Sequence[Any]],
    n_columns: int,
    names: Sequence[str] = (),
    kinds: dict[str, str] | None = None,
) -> Table:
    """Return the table of consecutive rows."""

    def blocks(places: Sequence[int]) -> Iterator[Block]:
        pick = itemgetter(*places)
        first = 1
        while block := list(itertools.islice(rows, BLOCK_ROWS)):
            try:
                picked = list(map(pick, block))
            except IndexError:
                short = next(n for n, row in enumerate(block) if len(row) <= max(places))
                raise FormatError(
                    f"{label}: row {first + short} has {len(block[short])} fields, "
                    f"expected at least {max(places) + 1}: {shown(block[short])}"
                ) from None
            yield [picked] if len(places) == 1 else list(zip(*picked, strict=True))
            first += len(block)

    return Table(label, n_columns, blocks, names, kinds or {})


def _rows(source: Iterable[Any]) -> Table:
    rows = iter(source)
    first = next(rows, None)
    if first is None:
        raise CorpusError("the iterable is empty; expected rows such as (user, item)")
    if isinstance(first, str | bytes) or not hasattr(first, "__getitem__") or not hasattr(first, "__len__"):
        raise CorpusError(f"expected rows such as (user, item), got {shown(first)}")
    return _of_rows("the iterable", itertools.chain([first], rows), len(first), *_of_width(len(first)))


def _of_width(n_columns: int) -> tuple[Sequence[str], dict[str, str]]:
    """Return names and types of the columns of rows with this many fields."""
    names = ROW_NAMES[:n_columns]
    return (names, dict.fromkeys(names[2:], "float")) if n_columns <= len(ROW_NAMES) else ((), {})


# ---- columns in memory ----


def _framed(source: Any) -> Table:
    """Return the table of a pandas, Polars or Arrow frame, or of a dict of columns."""
    found = source if isinstance(source, Mapping) else getattr(source, "column_names", source.columns)
    names = list(map(str, found))
    keys = list(found)

    def blocks(places: Sequence[int]) -> Iterator[Block]:
        return _sliced([_values(source[keys[place]]) for place in places])

    label = "the dict" if isinstance(source, Mapping) else f"the {type(source).__name__}"
    return Table(label, len(names), blocks, names)


def _values(column: Any) -> Any:
    """Return a column as an array or a list; dates are seconds since 1970."""
    values = column.to_numpy() if hasattr(column, "to_numpy") else column
    if not isinstance(values, np.ndarray):
        return list(values)
    if values.dtype.kind != "M":
        return values
    seconds = values.astype("datetime64[us]").astype(np.int64) / 1e6
    return np.where(np.isnat(values), np.nan, seconds)


def _sliced(columns: Sequence[Any]) -> Iterator[Block]:
    lengths = {len(column) for column in columns}
    if len(lengths) > 1:
        raise CorpusError(
            f"columns have {', '.join(map(str, sorted(lengths)))} values; expected the same number"
        )
    for start in range(0, max(lengths, default=0), BLOCK_ROWS):
        block = [column[start : start + BLOCK_ROWS] for column in columns]
        yield [part.tolist() if isinstance(part, np.ndarray) else part for part in block]


def _parquet(stream: IO[bytes], path: PathLike) -> Table:
    try:
        from pyarrow import parquet
    except ImportError as error:
        raise ImportError(f"cannot read {path}: Parquet files need: pip install ns2vec[arrow]") from error

    try:
        file = parquet.ParquetFile(io.BytesIO(stream.read()) if is_remote(path) else stream)
    except ValueError as error:  # ArrowInvalid
        raise FormatError(f"{path}: this is not a Parquet file: {error}") from error
    names = file.schema_arrow.names

    def blocks(places: Sequence[int]) -> Iterator[Block]:
        wanted = [names[place] for place in places]
        for batch in file.iter_batches(batch_size=BLOCK_ROWS, columns=wanted):
            columns = [batch.column(name).to_numpy(zero_copy_only=False) for name in wanted]
            yield from _sliced([_values(column) for column in columns])

    return Table(str(path), len(names), blocks, names)
