"""Interactions of users with items, as rows of two tables of keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from ns2vec._options import shown
from ns2vec._typing import Float32Array, Int32Array, Int64Array
from ns2vec.exceptions import ConfigError, CorpusError


def row_of(key: Any, rows: dict[Any, int], kind: str) -> int:
    """Return the row of a user or an item.

    Parameters
    ----------
    key : str or int
    rows : dict
        Key -> row.
    kind : str
        ``"user"`` or ``"item"``, for the message.

    Raises
    ------
    KeyError
        If the key is unknown. ``1`` and ``"1"`` are two keys.

    Examples
    --------
    >>> from ns2vec.recommend.interactions import row_of
    >>> row_of(1, {"1": 0}, "user")
    Traceback (most recent call last):
    ...
    KeyError: "unknown user 1: its key is text here, '1'"
    """
    found = rows.get(key)
    if found is not None and not isinstance(key, bool):
        return found
    if str(key) in rows:
        raise KeyError(f"unknown {kind} {shown(key)}: its key is text here, {shown(str(key))}")
    if isinstance(key, str) and key.lstrip("-").isdecimal() and int(key) in rows:
        raise KeyError(f"unknown {kind} {shown(key)}: its key is a number here, {int(key)}")
    raise KeyError(f"unknown {kind} {shown(key)}: it is not one of the {len(rows)} {kind}s")


def check_rows(rows: npt.ArrayLike, n_keys: int, kind: str) -> Int32Array:
    """Return rows as int32.

    Raises
    ------
    CorpusError
        If they are not whole numbers, or one is below zero or has no key.
    """
    found = np.asarray(rows)
    if found.ndim != 1 or (len(found) and found.dtype.kind not in "iu"):
        raise CorpusError(
            f"expected {kind} rows as whole numbers of shape (n,), got {found.dtype} of shape {found.shape}"
        )
    if len(found) and (found.min() < 0 or found.max() >= n_keys):
        place = int(np.flatnonzero((found < 0) | (found >= n_keys))[0])
        raise CorpusError(
            f"interaction {place} has the {kind} row {found[place]}, but rows go from 0 to {n_keys - 1}; "
            f"keys that are numbers belong in {kind}_keys"
        )
    return np.ascontiguousarray(found, dtype=np.int32)


@dataclass(frozen=True)
class Interactions:
    """Which users interacted with which items, how strongly and when.

    Attributes
    ----------
    users, items : ndarray of shape (n,), int32
        Rows of the keys.
    user_keys, item_keys : list of str or int
        Keys in the order of the rows.
    weights : ndarray of shape (n,), float32, or None
        None: all 1. A weight below zero is an explicit negative: the item was shown and not chosen.
    times : ndarray of shape (n,), int64 or float64, or None

    Raises
    ------
    CorpusError
        If lengths differ, a row has no key, or a weight or time is not finite.

    Examples
    --------
    >>> from ns2vec.recommend.interactions import Interactions
    >>> bought = Interactions([0, 0, 1], [1, 0, 1], ["ann", "bob"], ["tea", "milk"])
    >>> bought.n_users, bought.n_items, len(bought)
    (2, 2, 3)
    >>> bought.matrix().toarray().tolist()
    [[1.0, 1.0], [0.0, 1.0]]
    >>> more = bought.joined(Interactions([0], [0], ["cleo"], ["beer"]))
    >>> more.user_keys, more.take([3]).n_users
    (['ann', 'bob', 'cleo'], 3)
    >>> shown = Interactions([0, 0], [0, 1], ["ann"], ["tea", "milk"], weights=[1, -1], times=[7, 5])
    >>> shown.positives().items.tolist(), shown.negatives().items.tolist(), shown.chronological().tolist()
    ([0], [1], [1, 0])
    >>> offsets, items = shown.known()
    >>> items.tolist()
    [0]
    """

    users: Int32Array
    items: Int32Array
    user_keys: list[Any]
    item_keys: list[Any]
    weights: Float32Array | None = None
    times: npt.NDArray[Any] | None = None

    def __post_init__(self) -> None:
        keep = object.__setattr__
        keep(self, "users", check_rows(self.users, len(self.user_keys), "user"))
        keep(self, "items", check_rows(self.items, len(self.item_keys), "item"))
        if self.weights is not None:
            keep(self, "weights", np.ascontiguousarray(self.weights, dtype=np.float32))
        if self.times is not None:
            times = np.asarray(self.times)
            keep(self, "times", times.astype(np.int64 if times.dtype.kind in "iub" else np.float64))
        for name in ("items", "weights", "times"):
            column = getattr(self, name)
            if column is None:
                continue
            if column.shape != self.users.shape:
                raise CorpusError(f"there are {len(self.users)} users, but {name} has shape {column.shape}")
            if not np.isfinite(column).all():
                place = int(np.flatnonzero(~np.isfinite(column))[0])
                raise CorpusError(
                    f"interaction {place} has {column[place]} among its {name}; drop it, or give it a number"
                )

    def __len__(self) -> int:
        return len(self.users)

    @property
    def n_users(self) -> int:
        """How many users have a row, with and without interactions."""
        return len(self.user_keys)

    @property
    def n_items(self) -> int:
        """How many items have a row, with and without interactions."""
        return len(self.item_keys)

    @cached_property
    def user_rows(self) -> dict[Any, int]:
        """Key -> row of each user."""
        return {key: row for row, key in enumerate(self.user_keys)}

    @cached_property
    def item_rows(self) -> dict[Any, int]:
        """Key -> row of each item."""
        return {key: row for row, key in enumerate(self.item_keys)}

    # ---- some of them ----

    def take(self, places: npt.NDArray[Any]) -> Interactions:
        """Return some of the interactions, by position or by a mask, with the same keys.

        Parameters
        ----------
        places : ndarray of shape (m,), int, or of shape (n,), bool

        Returns
        -------
        Interactions
        """
        weights = None if self.weights is None else self.weights[places]
        times = None if self.times is None else self.times[places]
        return replace(self, users=self.users[places], items=self.items[places], weights=weights, times=times)

    def positives(self) -> Interactions:
        """Return the interactions with a weight above zero."""
        return self if self.weights is None else self.take(self.weights > 0)

    def negatives(self) -> Interactions:
        """Return the explicit negatives: the interactions with a weight below zero."""
        return self.take(np.empty(0, dtype=np.int64) if self.weights is None else self.weights < 0)

    def added_up(self) -> Interactions:
        """Return each pair of user and item once, with the sum of its weights and its latest time.

        Examples
        --------
        >>> from ns2vec.recommend.interactions import Interactions
        >>> Interactions([0, 0], [0, 0], ["ann"], ["tea"]).added_up().weights.tolist()
        [2.0]
        """
        pairs = self.users.astype(np.int64) * self.n_items + self.items
        _, first, group = np.unique(pairs, return_index=True, return_inverse=True)
        weights = np.bincount(group, weights=self.weights, minlength=len(first))
        once = replace(self.take(first), weights=weights.astype(np.float32))
        if self.times is None:
            return once
        times = self.times[first]
        np.maximum.at(times, group, self.times)
        return replace(once, times=times)

    def binary(self, least: float, *, below: str = "drop") -> Interactions:
        """Return ratings as choices: a weight of at least `least` becomes 1.

        Parameters
        ----------
        least : float
        below : {"drop", "negative"}
            What happens to the others: they are dropped, or become explicit negatives with weight -1.

        Returns
        -------
        Interactions

        Raises
        ------
        ConfigError
            If there are no weights, or `below` is unknown.

        Examples
        --------
        >>> from ns2vec.recommend.interactions import Interactions
        >>> rated = Interactions([0, 0], [0, 1], ["ann"], ["tea", "milk"], weights=[5, 2])
        >>> rated.binary(4, below="negative").weights.tolist()
        [1.0, -1.0]
        """
        if self.weights is None:
            raise ConfigError("there are no weights to compare; name their column when you read the data")
        if below not in ("drop", "negative"):
            raise ConfigError(f"below must be 'drop' or 'negative', got {shown(below)}")
        chosen = self.weights >= least
        signs = replace(self, weights=np.where(chosen, 1.0, -1.0).astype(np.float32))
        return signs if below == "negative" else signs.take(chosen)

    # ---- with other keys ----

    def onto(self, user_keys: Sequence[Any], item_keys: Sequence[Any]) -> Interactions:
        """Return the same interactions with the rows of these keys; other keys come after them.

        Parameters
        ----------
        user_keys, item_keys : sequence of keys

        Returns
        -------
        Interactions

        Examples
        --------
        >>> from ns2vec.recommend.interactions import Interactions
        >>> later = Interactions([0, 1], [0, 0], ["cleo", "ann"], ["milk"]).onto(["ann", "bob"], ["tea"])
        >>> later.user_keys, later.users.tolist(), later.item_keys
        (['ann', 'bob', 'cleo'], [2, 0], ['tea', 'milk'])
        """
        all_users, users = _renumbered(self.user_keys, user_keys)
        all_items, items = _renumbered(self.item_keys, item_keys)
        return replace(
            self,
            users=users[self.users],
            items=items[self.items],
            user_keys=all_users,
            item_keys=all_items,
        )

    def joined(self, more: Interactions) -> Interactions:
        """Return these interactions and further ones; new keys come after the old ones.

        If only one part has weights, those of the other are 1; times are kept if both parts have them.

        Parameters
        ----------
        more : Interactions

        Returns
        -------
        Interactions
        """
        later = more.onto(self.user_keys, self.item_keys)
        weights = times = None
        if self.weights is not None or later.weights is not None:
            parts = [np.ones(len(one)) if one.weights is None else one.weights for one in (self, later)]
            weights = np.concatenate(parts).astype(np.float32)
        if self.times is not None and later.times is not None:
            times = np.concatenate([self.times, later.times])
        users, items = (
            np.concatenate([getattr(one, n) for one in (self, later)]) for n in ("users", "items")
        )
        return Interactions(users, items, later.user_keys, later.item_keys, weights, times)

    # ---- as other shapes ----

    def matrix(self) -> sparse.csr_matrix:
        """Return the positives, shape (n_users, n_items), float32; weights of repeated pairs are added."""
        kept = self.positives()
        weights = np.ones(len(kept), dtype=np.float32) if kept.weights is None else kept.weights
        return sparse.csr_matrix((weights, (kept.users, kept.items)), shape=(self.n_users, self.n_items))

    def known(self) -> tuple[Int64Array, Int32Array]:
        """Return the positive items of each user, each once, ascending.

        Returns
        -------
        offsets : ndarray of shape (n_users + 1,), int64
            Where the items of each user begin.
        items : ndarray of shape (n_known,), int32
        """
        found = self.matrix()
        found.sort_indices()
        return found.indptr.astype(np.int64), found.indices.astype(np.int32)

    def chronological(self) -> Int64Array:
        """Return positions sorted by user, then time, then position (position only without times)."""
        by_time = () if self.times is None else (self.times,)
        return np.lexsort((*by_time, self.users))


def _renumbered(own: Sequence[Any], others: Sequence[Any]) -> tuple[list[Any], Int32Array]:
    """Return `others` followed by keys that only `own` has, and the row of each of `own` there."""
    rows = {key: row for row, key in enumerate(others)}
    found = np.array([rows.setdefault(key, len(rows)) for key in own], dtype=np.int32)
    return list(rows), found
