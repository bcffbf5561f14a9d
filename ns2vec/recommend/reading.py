"""Interactions from any source: files, frames, sparse matrices, rows."""

from __future__ import annotations

import itertools
import math
import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from datetime import datetime, timezone
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from ns2vec._options import shown
from ns2vec._typing import Float64Array, Int32Array
from ns2vec.exceptions import ConfigError, CorpusError
from ns2vec.recommend.interactions import Interactions
from ns2vec.recommend.tables import Column, Table, open_table

USER_NAMES = ("user_id", "userId", "userid", "user")
ITEM_NAMES = ("item_id", "itemId", "itemid", "item", "movie_id", "movieId")
TIME_NAMES = ("timestamp", "time")


def read_interactions(
    source: Any,
    *,
    user: Column | None = None,
    item: Column | None = None,
    weight: Column | None = None,
    time: Column | None = None,
    negative: Column | None = None,
    separator: str | None = None,
    header: bool | None = None,
    encoding: str = "utf8",
) -> Interactions:
    """Read interactions of users with items.

    Parameters
    ----------
    source : path, DataFrame, dict of columns, sparse matrix, ndarray, iterable of rows, or Interactions
        Files are CSV, TSV, RecBole's ``.inter`` or Parquet (extra ``arrow``); they may be compressed or at
        addresses. Their keys are text; keys from other sources keep their type. Rows are (user, item), (user,
        item, weight) or (user, item, weight, time). A sparse matrix has users in its rows, items in its
        columns and weights in its cells; its keys are the row and column numbers. Interactions are returned
        unchanged.
    user, item : str or int, optional
        Name or number of the column of keys. By default, the column with a usual name (``user_id``, ``item``,
        ``movieId`` ...), otherwise the first and the second.
    weight : str or int, optional
        Name or number of the column of weights; by default all are 1. A weight below zero is an explicit
        negative.
    time : str or int, optional
        Name or number of the column of times: numbers, or dates in ISO 8601 format. By default, a column that
        is called ``timestamp`` or ``time``.
    negative : str or int, optional
        Name or number of a column that is not 0 where the interaction is an explicit negative.
    separator : str, optional
        Separator of the fields in a file, ``""`` for any white space; guessed by default.
    header : bool, optional
        Whether the first line of a file has the names of the columns. By default it does if you name a column
        or if it contains usual names.
    encoding : str, optional
        Encoding of a file.

    Returns
    -------
    Interactions
        Keys have rows in the order in which they first occur; repeated pairs are kept.

    Raises
    ------
    CorpusError
        If there is no interaction, or a key, weight or time is invalid: the message gives its row.
    FormatError
        If a file is not a table, or a column is missing.
    ImportError
        If a Parquet file needs pyarrow.

    Examples
    --------
    >>> from ns2vec.recommend import read_interactions
    >>> listened = read_interactions([("ann", "abba", 3), ("bob", "abba", 1), ("ann", "queen", -1)])
    >>> listened.users.tolist(), listened.items.tolist(), listened.weights.tolist()
    ([0, 1, 0], [0, 0, 1], [3.0, 1.0, -1.0])
    >>> read_interactions({"user": [7, 9], "item": ["a", "b"]}).user_keys
    [7, 9]
    """
    if isinstance(source, Interactions):
        return source
    if sparse.issparse(source):
        return _of_sparse(source)
    asked = {"user": user, "item": item, "weight": weight, "time": time, "negative": negative}
    if header is None and any(isinstance(column, str) for column in asked.values()):
        header = True
    is_told = any(column is not None for column in (user, item))
    with open_table(
        source, separator=separator, header=header, encoding=encoding, known=(USER_NAMES, ITEM_NAMES),
        expected="" if is_told else "a user and an item on each line, separated by a comma, a tab or blanks",
    ) as table:  # fmt: skip
        return _read(table, _places(table, asked))


def _places(table: Table, asked: dict[str, Column | None]) -> dict[str, int]:
    """Return name -> number of its column, for each column to read."""
    places = {name: table.place(column) for name, column in asked.items() if column is not None}
    guesses = {
        "user": table.guess(USER_NAMES),
        "item": table.guess(ITEM_NAMES),
        "weight": table.guess(("weight",), "float"),
        "time": table.guess(TIME_NAMES, "float"),
    }
    for name, place in guesses.items():
        if place is not None:
            places.setdefault(name, place)
    for name, place in (("user", 0), ("item", 1)):
        if name not in places:
            places[name] = table.place(place)
    if places["user"] == places["item"]:
        raise ConfigError(f"{table.label}: users and items cannot both be in column {places['user']}")
    return places


class Keys:
    """Keys with rows in order of first appearance.

    Parameters
    ----------
    kind, label : str
        Their kind, ``"user"`` or ``"item"``, and the source, for messages.
    """

    def __init__(self, kind: str, label: str) -> None:
        self.kind, self.label = kind, label
        self.n_taken = 0
        self._rows: defaultdict[Any, int] = defaultdict()
        self._rows.default_factory = self._rows.__len__

    def take(self, column: Sequence[Any]) -> Int32Array:
        """Return the row of each key.

        Raises
        ------
        CorpusError
            If a key is neither text nor a whole number of at least 0.
        """
        n_known = len(self._rows)
        try:
            rows = np.fromiter(map(self._rows.__getitem__, column), np.int32, len(column))
        except TypeError:  # perhaps a list
            wrong = next(place for place, key in enumerate(column) if not isinstance(key, Hashable))
            raise self._refusal(wrong, column[wrong]) from None
        for key in itertools.islice(self._rows, n_known, None):
            if _key(key) is None:
                raise self._refusal(int(np.flatnonzero(rows == self._rows[key])[0]), key)
        self.n_taken += len(column)
        return rows

    def _refusal(self, place: int, key: Any) -> CorpusError:
        row = self.n_taken + place + 1
        return CorpusError(
            f"{self.label}: row {row} has the {self.kind} {shown(key)}; expected text or "
            "a whole number of at least 0: drop the row, or turn the key into text"
        )

    def listed(self) -> list[Any]:
        """Return all keys, numbers as int."""
        return list(map(_key, self._rows))


def _key(key: Any) -> str | int | None:
    """Return the stored form of a key, None if it is invalid."""
    if isinstance(key, str):
        return str(key) or None
    is_number = isinstance(key, int | float | np.number) and not isinstance(key, bool)
    return int(key) if is_number and key >= 0 and key % 1 == 0 else None


def _read(table: Table, places: dict[str, int]) -> Interactions:
    keys = {kind: Keys(kind, table.label) for kind in ("user", "item")}
    found: dict[str, list[npt.NDArray[Any]]] = {name: [] for name in places}
    n_read = 0
    for block in table.blocks(list(places.values())):
        for name, column in zip(places, block, strict=True):
            if name in keys:
                found[name].append(keys[name].take(column))
            else:
                found[name].append(numbers(column, name, table.label, n_read))
        n_read += len(block[0])
    if not n_read:
        raise CorpusError(f"{table.label}: there are no interactions in it")
    columns = {name: np.concatenate(blocks) for name, blocks in found.items()}
    weights = columns.get("weight")
    if "negative" in columns:
        weights = np.ones(n_read) if weights is None else np.abs(weights)
        weights = np.where(columns["negative"] != 0, -weights, weights)
    return Interactions(
        columns["user"],
        columns["item"],
        keys["user"].listed(),
        keys["item"].listed(),
        None if weights is None else weights.astype(np.float32),
        _whole_if_all_are(columns["time"]) if "time" in columns else None,
    )


def numbers(column: Sequence[Any], what: str, label: str, n_before: int = 0) -> Float64Array:
    """Return a column as numbers; a time may be a date.

    Parameters
    ----------
    column : sequence of numbers or str
    what, label : str
        Their kind, and the source, for messages.
    n_before : int
        Number of rows before the first.

    Raises
    ------
    CorpusError
        If a value is not a finite number; the message gives its row.
    """
    try:
        found = np.fromiter(map(float, column), np.float64, len(column))
    except (TypeError, ValueError, OverflowError):
        convert = _seconds if what == "time" else float
        found = np.fromiter((number_or_nan(value, convert) for value in column), np.float64, len(column))
    wrong = np.flatnonzero(~np.isfinite(found))
    if len(wrong):
        place, also = int(wrong[0]), " or an ISO 8601 date" if what == "time" else ""
        remedy = "correct or drop the row" if n_before + place else "say header=True if these are names"
        raise CorpusError(
            f"{label}: row {n_before + place + 1} has the {what} {shown(column[place])}; expected a finite "
            f"number{also}: {remedy}"
        )
    return found


def number_or_nan(value: Any, convert: Callable[[Any], float] = float) -> float:
    """Return a value as a number, NaN if it is not one."""
    try:
        return convert(value)
    except (TypeError, ValueError, OverflowError):
        return math.nan


def _seconds(value: Any) -> float:
    """Return seconds since 1970 for a number or a date, which is in UTC unless it has a time zone."""
    if isinstance(value, int | float):
        return float(value)
    date = datetime.fromisoformat(re.sub("Z$", "+00:00", str(value).strip()))
    return (date if date.tzinfo else date.replace(tzinfo=timezone.utc)).timestamp()


def _whole_if_all_are(values: Float64Array) -> npt.NDArray[Any]:
    whole = (np.abs(values) < 2**53).all() and (values % 1 == 0).all()
    return values.astype(np.int64) if whole else values


def _of_sparse(matrix: Any) -> Interactions:
    cells = sparse.coo_matrix(matrix)
    n_users, n_items = cells.shape
    if not cells.nnz:
        raise CorpusError(f"the sparse matrix of shape {cells.shape} has no cells; expected interactions")
    weights = cells.data.astype(np.float32)
    return Interactions(cells.row, cells.col, list(range(n_users)), list(range(n_items)), weights)
