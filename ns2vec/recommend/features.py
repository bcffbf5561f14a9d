"""What is known about users or items: categories, tags and numbers, as bags of rows that they share."""

from __future__ import annotations

import itertools
import logging
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from ns2vec._options import shown, whole
from ns2vec._registry import Registry
from ns2vec._typing import Int32Array, Int64Array
from ns2vec.exceptions import CorpusError
from ns2vec.recommend.reading import Keys, number_or_nan
from ns2vec.recommend.tables import Column, Table, open_table

logger = logging.getLogger(__name__)

UNKNOWN = "(unknown)"
KEY_NAMES = ("item_id", "itemId", "item", "user_id", "userId", "user", "movieId", "movie_id")
KIND_OF_TYPE = {"token": "category", "token_seq": "tags", "float": "number", "float_seq": "tags"}

KINDS: Registry[Callable[..., list[list[str]]]] = Registry("kind of feature")


@dataclass(frozen=True)
class Features:
    """Features of users or of items, each a row of one table.

    No bag is empty: if nothing is known about a user or item, it has the row `UNKNOWN`.

    Attributes
    ----------
    keys : list of str or int
        Keys of the users or items.
    offsets : ndarray of shape (n + 1,), int64
    rows : ndarray, int32
        Entity i has the features ``rows[offsets[i]:offsets[i + 1]]``, each once, ascending.
    names : list of str
        Names of the features in the order of their rows; the first is `UNKNOWN`.
    edges : dict of str to tuple of float
        Numeric column -> where its bins end.

    Examples
    --------
    >>> from ns2vec.recommend import Features
    >>> films = Features.of({"heat": ["crime", "1995"], "toys": ["1995"]})
    >>> films.names, films.offsets.tolist(), films.rows.tolist()
    (['(unknown)', 'crime', '1995'], [0, 2, 3], [1, 2, 2])
    """

    keys: list[Any]
    offsets: Int64Array
    rows: Int32Array
    names: list[str]
    edges: dict[str, tuple[float, ...]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.keys)

    @classmethod
    def of(cls, bags: Mapping[Any, Iterable[str]]) -> Features:
        """Make features from the names of the features of each key.

        Parameters
        ----------
        bags : mapping of key -> iterable of str

        Returns
        -------
        Features
        """
        rows = {UNKNOWN: 0}
        pairs = [
            (owner, rows.setdefault(name, len(rows)))
            for owner, names in enumerate(bags.values())
            for name in names
        ]
        owners, found = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
        return cls(list(bags), *_bags(len(bags), owners, found), list(rows))

    def names_of(self, key: Any) -> list[str]:
        """Return the features of one of the keys.

        Parameters
        ----------
        key : str or int

        Returns
        -------
        list of str

        Raises
        ------
        KeyError
            If the key is not among them.
        """
        place = self._places[key]
        return [self.names[row] for row in self.rows[self.offsets[place] : self.offsets[place + 1]]]

    @cached_property
    def _places(self) -> dict[Any, int]:
        return {key: place for place, key in enumerate(self.keys)}

    def onto(self, keys: Sequence[Any]) -> Features:
        """Return the features of these keys in their order; keys without features get `UNKNOWN`.

        Parameters
        ----------
        keys : sequence of keys

        Returns
        -------
        Features

        Examples
        --------
        >>> from ns2vec.recommend import Features
        >>> Features.of({"heat": ["crime"]}).onto(["toys", "heat"]).rows.tolist()
        [0, 1]
        """
        places = np.array([self._places.get(key, -1) for key in keys], dtype=np.int64)
        starts = self.offsets[places]
        lengths = np.where(places < 0, 0, self.offsets[places + 1] - starts)
        ends = np.cumsum(lengths)
        picked = np.repeat(starts - ends + lengths, lengths) + np.arange(lengths.sum())
        owners = np.repeat(np.arange(len(keys)), lengths)
        return Features(list(keys), *_bags(len(keys), owners, self.rows[picked]), self.names, self.edges)

    def with_names(self, names: Sequence[str]) -> Features:
        """Return the same bags with the rows of these names; features that are not among them are dropped.

        Parameters
        ----------
        names : sequence of str

        Returns
        -------
        Features

        Examples
        --------
        >>> from ns2vec.recommend import Features
        >>> new = Features.of({"alien": ["horror", "1979"]})
        >>> new.with_names(["(unknown)", "crime", "1979"]).names_of("alien")
        ['1979']
        """
        rows = {name: row for row, name in enumerate(names)}
        found = np.array([rows.get(name, -1) for name in self.names], dtype=np.int64)[self.rows]
        owners = np.repeat(np.arange(len(self)), np.diff(self.offsets))[found >= 0]
        return Features(self.keys, *_bags(len(self), owners, found[found >= 0]), list(names), self.edges)

    def joined(self, more: Features) -> Features:
        """Return these features and further ones: new keys and new names come after the old ones.

        A key that both have has the features that `more` gives it.

        Parameters
        ----------
        more : Features

        Returns
        -------
        Features

        Examples
        --------
        >>> from ns2vec.recommend import Features
        >>> both = Features.of({"alien": ["horror"]}).joined(Features.of({"heat": ["crime"]}))
        >>> both.keys, both.names_of("heat")
        (['alien', 'heat'], ['crime'])
        """
        names = list(dict.fromkeys([*self.names, *more.names]))
        old, new = self.with_names(names), more.with_names(names)
        keys = list(dict.fromkeys([*self.keys, *more.keys]))
        both = Features(
            old.keys + new.keys,
            np.concatenate([old.offsets, old.offsets[-1] + new.offsets[1:]]),
            np.concatenate([old.rows, new.rows]),
            names,
            {**more.edges, **self.edges},
        )
        return both.onto(keys)  # for a repeated key, the last place counts


def _bags(n: int, owners: Any, rows: Any) -> tuple[Int64Array, Int32Array]:
    """Return offsets and rows of n bags; a bag without features gets row 0."""
    empty = np.flatnonzero(np.bincount(owners, minlength=n) == 0)
    owners, rows = np.concatenate([owners, empty]), np.concatenate([rows, np.zeros_like(empty)])
    width = int(rows.max(initial=0)) + 1
    owners, rows = np.divmod(np.unique(owners * width + rows), width)
    offsets = np.concatenate([[0], np.cumsum(np.bincount(owners, minlength=n))])
    return offsets.astype(np.int64), rows.astype(np.int32)


# ---- reading ----


def read_features(
    source: Any,
    *,
    key: Column | None = None,
    columns: Mapping[Column, str] | Iterable[Column] | None = None,
    edges: Mapping[str, Sequence[float]] | None = None,
    n_bins: int = 8,
    separator: str | None = None,
    header: bool | None = None,
    encoding: str = "utf8",
) -> Features:
    """Read what is known about users or items.

    Parameters
    ----------
    source : path, DataFrame, dict of columns, or iterable of rows
        One row per user or item; files as in `read_interactions`.
    key : str or int, optional
        Name or number of the column of keys; by default the column with a usual name (``item_id``, ``userId``
        ...), otherwise the first.
    columns : mapping or iterable, optional
        Which columns to read, or column -> its kind: ``"category"``, ``"tags"`` (several, separated by bars
        or spaces, or a list) or ``"number"`` (one of `n_bins` bins). By default all columns. If a kind is not
        given, the header decides (RecBole's ``token``, ``token_seq``, ``float``); otherwise numbers in a
        DataFrame are numbers, lists are tags, and everything else is a category.
    edges : mapping of str to sequence of float, optional
        Bins of numeric columns, such as ``known.edges``; by default all bins have the same number of values.
    n_bins : int, optional
        Number of bins for a numeric column.
    separator, header, encoding
        As in `read_interactions`; a header is assumed unless `columns` are numbers.

    Returns
    -------
    Features
        Each feature is called ``column=value``. An empty value gives no feature.

    Raises
    ------
    ConfigError
        If a kind of column is unknown.
    CorpusError
        If there is no row, a key is invalid or occurs twice, or a number is invalid.
    FormatError
        If a file is not a table, or a column is missing.

    Examples
    --------
    >>> from ns2vec.recommend import read_features
    >>> films = read_features({"item": [7, 8], "genre": ["crime|drama", "drama"], "year": [1995, 1979]},
    ...                       columns={"genre": "tags", "year": "number"}, n_bins=2)
    >>> films.names_of(7)
    ['genre=crime', 'genre=drama', 'year>=1987']
    """
    n_bins = whole("n_bins", n_bins, 2)
    if header is None and (columns is None or any(isinstance(one, str) for one in columns)):
        header = True
    with open_table(source, separator=separator, header=header, encoding=encoding) as table:
        key_place = (table.guess(KEY_NAMES) or 0) if key is None else table.place(key)
        kinds = _kinds(table, columns, key_place)
        blocks = list(table.blocks([key_place, *kinds]))
    if not blocks:
        raise CorpusError(f"{table.label}: there are no rows in it")
    key_column, *found = ([value for part in parts for value in part] for parts in zip(*blocks, strict=True))
    keys = _unique_keys(key_column, table.label)
    ends = {name: tuple(map(float, one)) for name, one in (edges or {}).items()}
    bags: list[list[str]] = [[] for _ in keys]
    for (place, kind), values in zip(kinds.items(), found, strict=True):
        name = str(table.names[place]) if table.names else f"column {place}"
        encode = KINDS[kind or _kind_of(values)]
        for bag, names in zip(bags, encode(values, name, ends, n_bins), strict=True):
            bag.extend(names)
    return replace(Features.of(dict(zip(keys, bags, strict=True))), edges=ends)


def _kinds(
    table: Table, columns: Mapping[Column, str] | Iterable[Column] | None, key_place: int
) -> dict[int, str | None]:
    """Return number of each column -> its kind, None if only its values can show it."""
    if columns is None:
        columns = [place for place in range(table.n_columns) if place != key_place]
    asked = dict(columns) if isinstance(columns, Mapping) else dict.fromkeys(columns)
    for kind in asked.values():
        if kind is not None:
            _ = KINDS[kind]
    found = {table.place(column): kind for column, kind in asked.items()}
    typed = {table.place(name): KIND_OF_TYPE[of_file] for name, of_file in table.kinds.items()}
    return {place: kind or typed.get(place) for place, kind in found.items()}


def _unique_keys(column: Sequence[Any], label: str) -> list[Any]:
    table = Keys("key", label)
    rows = table.take(column)
    keys = table.listed()
    if len(keys) < len(rows):
        twice = int(np.argmax(np.bincount(rows)))
        raise CorpusError(
            f"{label}: {shown(keys[twice])} comes {np.bincount(rows)[twice]} times; expected one row for "
            "each key: put what it has into one row, as tags"
        )
    return keys


def _kind_of(values: Sequence[Any]) -> str:
    """Return the kind of a column, judged by its values alone."""
    value = next((value for value in values if not _is_missing(value)), None)
    if isinstance(value, list | tuple | set | frozenset | np.ndarray):
        return "tags"
    is_number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
    return "number" if is_number else "category"


def _is_missing(value: Any) -> bool:
    return value is None or value == "" or (isinstance(value, float) and math.isnan(value))


@KINDS.entry("category")
def categories(
    values: Sequence[Any], name: str, edges: dict[str, tuple[float, ...]], n_bins: int
) -> list[list[str]]:
    """Return one feature for each value."""
    return [[] if _is_missing(value) else [f"{name}={value}"] for value in values]


@KINDS.entry("tags")
def tags(
    values: Sequence[Any], name: str, edges: dict[str, tuple[float, ...]], n_bins: int
) -> list[list[str]]:
    """Return one feature for each part of each value."""
    has_bars = any("|" in value for value in values if isinstance(value, str))
    parts = (value.split("|" if has_bars else None) if isinstance(value, str) else value for value in values)
    return [
        [] if _is_missing(value) else [f"{name}={part}" for part in dict.fromkeys(value)] for value in parts
    ]


@KINDS.entry("number")
def bins(
    values: Sequence[Any], name: str, edges: dict[str, tuple[float, ...]], n_bins: int
) -> list[list[str]]:
    """Return the bin of each value; the edges of bins are added to `edges` if it lacks them.

    Raises
    ------
    CorpusError
        If no value is a number.
    """
    found = np.array([number_or_nan(value) for value in values])
    is_there = np.isfinite(found)
    others = [
        value for value, there in zip(values, is_there, strict=True) if not (there or _is_missing(value))
    ]
    if others and not is_there.any():
        raise CorpusError(f"{name}: expected numbers, got {shown(others[0])}; read it as a category or tags")
    if others:
        text = "%s: %d values are not numbers, such as %s; they give no feature"
        logger.warning(text, name, len(others), shown(others[0]))
    if name not in edges:
        quantiles = (
            np.quantile(found[is_there], np.linspace(0, 1, n_bins + 1)[1:-1]) if is_there.any() else ()
        )
        edges[name] = tuple(map(float, np.unique(quantiles)))
    ends = edges[name]
    labels = _bin_labels(name, ends)
    places = np.searchsorted(ends, found, side="right")
    return [[labels[place]] if there else [] for place, there in zip(places, is_there, strict=True)]


def _bin_labels(name: str, ends: tuple[float, ...]) -> list[str]:
    texts = [f"{end:.12g}" for end in ends]
    if not texts:
        return [name]
    between = [f"{low}<={name}<{high}" for low, high in itertools.pairwise(texts)]
    return [f"{name}<{texts[0]}", *between, f"{name}>={texts[-1]}"]
