"""Public data sets in their published form: the files of MovieLens and Last.fm.

::

    MovieLens     u.data, u.item, u.user, u.genre (100K); ratings.dat, movies.dat, users.dat (1M, 10M);
                  ratings.csv, movies.csv (20M and later); NAME.inter, NAME.item, NAME.user (RecBole's)
    Last.fm       data1.txt, test1.txt (user, artist, count: a published split); user_artists.dat (HetRec)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ns2vec._typing import PathLike
from ns2vec.exceptions import FormatError
from ns2vec.recommend.features import Features, read_features
from ns2vec.recommend.interactions import Interactions
from ns2vec.recommend.reading import read_interactions
from ns2vec.recommend.splits import Split, given
from ns2vec.recommend.tables import Column, open_table

YEAR = re.compile(r"(\d{4})\)?\s*$")


@dataclass(frozen=True)
class Dataset:
    """A published data set.

    Attributes
    ----------
    interactions : Interactions
    user_features, item_features : Features or None
    split : Split or None
        The split that it is published with.

    Examples
    --------
    >>> from ns2vec.recommend import Dataset, read_interactions
    >>> data = Dataset(read_interactions([("ann", "tea"), ("bob", "milk")]))
    >>> data.interactions.item_keys, data.split
    (['tea', 'milk'], None)
    """

    interactions: Interactions
    user_features: Features | None = None
    item_features: Features | None = None
    split: Split | None = None


def movielens(folder: PathLike, *, ratings: bool = False) -> Dataset:
    """Read MovieLens: who rated which film, the films' genres and decades, and what is known about users.

    Parameters
    ----------
    folder : path
        The folder with the files of any of its sizes.
    ratings : bool, optional
        Keep ratings as weights; otherwise only the fact of a rating counts, as usual for ranking.

    Returns
    -------
    Dataset

    Raises
    ------
    FormatError
        If the folder has no such files.

    Examples
    --------
    >>> from ns2vec.recommend import movielens
    >>> movielens("missing")
    Traceback (most recent call last):
    ...
    ns2vec.exceptions.FormatError: ...
    """
    return _loaded(folder, MOVIELENS, ratings)


def lastfm(folder: PathLike, *, counts: bool = False) -> Dataset:
    """Read Last.fm: who listened to which artist.

    Parameters
    ----------
    folder : path
    counts : bool, optional
        Keep the counts as weights.

    Returns
    -------
    Dataset

    Raises
    ------
    FormatError
        If the folder has no such files.

    Examples
    --------
    >>> from ns2vec.recommend import lastfm
    >>> lastfm("missing")
    Traceback (most recent call last):
    ...
    ns2vec.exceptions.FormatError: ...
    """
    return _loaded(folder, LASTFM, counts)


def _loaded(
    folder: PathLike, layouts: Mapping[str, Callable[[Path, bool], Dataset]], weighted: bool
) -> Dataset:
    """Read the first layout whose files exist."""
    for pattern, reader in layouts.items():
        if found := sorted(Path(folder).glob(pattern)):
            return reader(found[0], weighted)
    raise FormatError(f"{folder}: expected a folder with one of {', '.join(layouts)}; unpack the data set")


def _columns(path: Path, wanted: list[Column], **options: Any) -> list[list[str]]:
    with open_table(path, **options) as table:
        blocks = list(table.blocks([table.place(column) for column in wanted]))
    return [[value for part in parts for value in part] for parts in zip(*blocks, strict=True)]


def _rated(path: Path, ratings: bool, **options: Any) -> Interactions:
    """Read lines of user, film, rating, time."""
    return read_interactions(path, user=0, item=1, weight=2 if ratings else None, time=3, **options)


def _decade(text: str) -> str:
    """Return the decade of a year that ends a text, ``""`` if there is none."""
    found = YEAR.search(text)
    return f"{found[1][:3]}0" if found else ""


def _films(keys: list[str], genres: list[Any], dated: list[str]) -> Features:
    return read_features({"item": keys, "genre": genres, "decade": [_decade(text) for text in dated]})


def _people(path: Path, places: list[Column], **options: Any) -> Features | None:
    """Read key, age, gender and occupation; empty if there is no file."""
    if not path.exists():
        return None
    key, age, gender, occupation = _columns(path, places, **options)
    columns = {"user": key, "age": age, "gender": gender, "occupation": occupation}
    kinds = {"age": "number", "gender": "category", "occupation": "category"}
    return read_features(columns, columns=kinds)


def _ml_100k(path: Path, ratings: bool) -> Dataset:
    names = _columns(path.with_name("u.genre"), [0], separator="|")[0]
    latin = {"separator": "|", "encoding": "latin-1"}
    flags = [5 + place for place in range(len(names))]
    keys, dates, *columns = _columns(path.with_name("u.item"), [0, 2, *flags], **latin)
    genres = [
        [name for name, flag in zip(names, row, strict=True) if flag == "1"]
        for row in zip(*columns, strict=True)
    ]
    people = _people(path.with_name("u.user"), [0, 1, 2, 3], **latin)
    return Dataset(_rated(path, ratings, separator="\t"), people, _films(keys, genres, dates))


def _ml_1m(path: Path, ratings: bool) -> Dataset:
    dat = {"separator": "::", "encoding": "latin-1"}
    keys, titles, genres = _columns(path.with_name("movies.dat"), [0, 1, 2], **dat)
    people = _people(path.with_name("users.dat"), [0, 2, 1, 3], **dat)
    return Dataset(_rated(path, ratings, **dat), people, _films(keys, [g.split("|") for g in genres], titles))


def _ml_csv(path: Path, ratings: bool) -> Dataset:
    keys, titles, genres = _columns(path.with_name("movies.csv"), ["movieId", "title", "genres"], header=True)
    return Dataset(
        _rated(path, ratings, header=True), None, _films(keys, [g.split("|") for g in genres], titles)
    )


def _recbole(path: Path, ratings: bool) -> Dataset:
    with open_table(path.with_suffix(".item")) as table:
        genre = table.names[table.guess(("class", "genre")) or 0]
    keys, genres, years = _columns(path.with_suffix(".item"), ["item_id", genre, "release_year"])
    people = _people(path.with_suffix(".user"), ["user_id", "age", "gender", "occupation"])
    return Dataset(_rated(path, ratings), people, _films(keys, [g.split() for g in genres], years))


def _published_split(path: Path, counts: bool) -> Dataset:
    weight = 2 if counts else None
    parts = (read_interactions(path.with_name(name), weight=weight) for name in ("data1.txt", "test1.txt"))
    split = given(*parts)
    return Dataset(split.train.joined(split.test), split=split)


def _hetrec(path: Path, counts: bool) -> Dataset:
    return Dataset(
        read_interactions(path, user="userID", item="artistID", weight="weight" if counts else None)
    )


MOVIELENS = {"*.inter": _recbole, "u.data": _ml_100k, "ratings.dat": _ml_1m, "ratings.csv": _ml_csv}
LASTFM = {"data1.txt": _published_split, "user_artists.dat": _hetrec}
