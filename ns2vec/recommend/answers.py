"""Queries of the vectors of users and items: lists with reasons, filters, neighbours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ns2vec._options import flag, number, shown, whole
from ns2vec._typing import BoolArray, Float32Array, Float64Array, Int32Array
from ns2vec.exceptions import ConfigError
from ns2vec.keyedvectors import KeyedVectors
from ns2vec.recommend import serving
from ns2vec.recommend.interactions import Interactions, row_of
from ns2vec.similarity import most_similar, top_k, unit


class Recommendation(NamedTuple):
    """An item for a user.

    Attributes
    ----------
    item : str or int
    score : float
    because : tuple of (key, float)
        Items of the user's history that contribute most, and what each adds to the score.
    """

    item: Any
    score: float
    because: tuple[tuple[Any, float], ...] = ()


class Answers:
    """Lists, neighbours and reasons, for any model with vectors of users and items.

    Attributes
    ----------
    users, items : KeyedVectors
        Keys and vectors of both sides.
    item_bias : ndarray of shape (n_items,), float32, or None
    seen : Interactions
        The training data: items that a user has met are not recommended again.
    """

    users: KeyedVectors
    items: KeyedVectors
    item_bias: Float32Array | None
    seen: Interactions

    def _check_fitted(self) -> None:
        if "users" not in vars(self):
            raise RuntimeError(f"this {type(self).__name__} has not been fitted yet: call fit() first")

    def _see(self, data: Interactions) -> None:
        """Store the interactions of users."""
        self.seen = data
        for name in ("_seen_lists", "_liked_lists"):
            vars(self).pop(name, None)
        self._forget()

    def _forget(self) -> None:
        """Compute again what follows from the vectors."""
        vars(self).pop("_history_map", None)

    # ---- scores and keys ----

    def factors(self) -> tuple[Float32Array, Float32Array, Float32Array | None]:
        """Return vectors of users (n_users, D), of items (n_items, D), and biases (n_items,) or None.

        The score of a user and an item is the dot product of their vectors, plus the bias.
        """
        self._check_fitted()
        return self.users.vectors, self.items.vectors, self.item_bias

    def scores(self, users: npt.ArrayLike) -> Float32Array:
        """Return the scores of all items for some rows of users, shape (n, n_items).

        Parameters
        ----------
        users : array_like of shape (n,), int
            Rows.

        Returns
        -------
        ndarray of shape (n, n_items), float32
        """
        vectors, items, bias = self.factors()
        return serving.scores_of(vectors[np.asarray(users)], items, bias)

    def score(self, user: Any, items: Iterable[Any]) -> Float32Array:
        """Return the scores of some items for a user, shape (n,).

        Parameters
        ----------
        user : str or int
        items : iterable of keys

        Returns
        -------
        ndarray of shape (n,), float32

        Raises
        ------
        KeyError
            If a key is unknown.
        """
        vectors, matrix, bias = self.factors()
        rows = self._item_rows(items)
        found = matrix[rows] @ vectors[self.user_row(user)]
        return np.asarray(found if bias is None else found + bias[rows], dtype=np.float32)

    def user_row(self, user: Any) -> int:
        """Return the row of a user.

        Parameters
        ----------
        user : str or int

        Returns
        -------
        int

        Raises
        ------
        KeyError
            If the user is unknown.
        """
        self._check_fitted()
        return row_of(user, self.users.key_to_index, "user")

    def _item_rows(self, items: Iterable[Any]) -> npt.NDArray[np.int64]:
        self._check_fitted()
        if isinstance(items, str):
            raise ConfigError(f"expected a list of items, got the text {shown(items)}")
        return np.array([row_of(key, self.items.key_to_index, "item") for key in items], dtype=np.int64)

    @cached_property
    def _seen_lists(self) -> serving.Lists:
        """Items that each user has interacted with, liked or not, in CSR form."""
        pairs = np.unique(self.seen.users.astype(np.int64) * self.seen.n_items + self.seen.items)
        n_each = np.bincount(pairs // max(1, self.seen.n_items), minlength=self.seen.n_users)
        offsets = np.concatenate([[0], np.cumsum(n_each)]).astype(np.int64)
        return offsets, (pairs % max(1, self.seen.n_items)).astype(np.int32)

    @cached_property
    def _liked_lists(self) -> serving.Lists:
        """Items that each user has liked, in CSR form."""
        return self.seen.known()

    @cached_property
    def _history_map(self) -> Float64Array:
        vectors, items, _ = self.factors()
        return serving.history_map(vectors, items, self._liked_lists)

    # ---- questions ----

    def recommend(
        self,
        user: Any = None,
        n: int = 10,
        *,
        history: Iterable[Any] | None = None,
        include_seen: bool = False,
        allowed: Iterable[Any] | None = None,
        banned: Iterable[Any] = (),
        diversity: float = 0.0,
        reasons: int = 0,
    ) -> list[Recommendation]:
        """Return items for a user, best first.

        Parameters
        ----------
        user : str or int, optional
        n : int
        history : iterable of keys, optional
            Items of someone who is not among the users, instead of `user`; nothing is trained. Unknown items
            are ignored.
        include_seen : bool
            Items that the user has met may be recommended again.
        allowed : iterable of keys, optional
            Recommend nothing else.
        banned : iterable of keys, optional
        diversity : float
            From 0 (the best items) to 1 (items unlike each other): see `ns2vec.recommend.serving.diverse`.
        reasons : int
            How many items of the history to give as reasons for each recommendation.

        Returns
        -------
        list of Recommendation

        Raises
        ------
        ConfigError
            If an option has a value that cannot work, or not exactly one of `user` and `history` is given.
        KeyError
            If the user, an item of `allowed` or `banned`, or every item of `history` is unknown.

        Examples
        --------
        >>> from ns2vec.recommend import Interactions, MatrixFactorization
        >>> bought = Interactions([0, 0, 1, 1], [0, 1, 0, 2], ["ann", "bob"], ["tea", "milk", "honey"])
        >>> model = MatrixFactorization(vector_size=8, epochs=5).fit(bought)
        >>> [found.item for found in model.recommend("ann")]
        ['honey']
        """
        n, reasons = whole("n", n, 1), whole("reasons", reasons)
        strength = number("diversity", diversity, 0.0, 1.0)
        include = flag("include_seen", include_seen)
        vector, met, liked = self._asker(user, history)
        _, items, bias = self.factors()
        scores = serving.scores_of(vector[np.newaxis], items, bias)
        seen = None if include else (np.array([0, len(met)], dtype=np.int64), met)
        serving.hide(scores, seen, self._allowed(allowed, banned))
        if strength:
            rows = serving.diverse(scores[0], items, n, strength)
        else:
            rows = top_k(scores[0], n)
            rows = rows[scores[0][rows] > -np.inf]
        because = self._reasons(rows, liked, reasons)
        keys = self.items.index_to_key
        return [
            Recommendation(keys[row], float(scores[0, row]), found)
            for row, found in zip(rows.tolist(), because, strict=True)
        ]

    def recommend_many(
        self,
        users: Sequence[Any] | None = None,
        n: int = 10,
        *,
        include_seen: bool = False,
        allowed: Iterable[Any] | None = None,
        banned: Iterable[Any] = (),
    ) -> tuple[Int32Array, Float32Array]:
        """Return rows of the best items of many users, and their scores: see `serving.top_items`.

        Parameters
        ----------
        users : sequence of keys, optional
            By default all users.
        n, include_seen, allowed, banned
            As in `recommend`.

        Returns
        -------
        rows : ndarray of shape (n_users, n), int32
            Rows of ``items.index_to_key``; -1 where there are no more.
        scores : ndarray of shape (n_users, n), float32
        """
        n = whole("n", n, 1)
        vectors, items, bias = self.factors()
        seen = None if flag("include_seen", include_seen) else self._seen_lists
        if users is not None:
            rows = np.array([self.user_row(user) for user in users], dtype=np.int64)
            vectors = vectors[rows]
            seen = None if seen is None else taken(seen, rows)
        return serving.top_items(vectors, items, bias, n, seen=seen, allowed=self._allowed(allowed, banned))

    def similar_items(self, item: Any, n: int = 10) -> list[tuple[Any, float]]:
        """Return the items nearest to an item, by the cosine of their vectors.

        Parameters
        ----------
        item : str or int
        n : int

        Returns
        -------
        list of (key, float)

        Raises
        ------
        KeyError
            If the item is unknown.
        """
        self._check_fitted()
        return nearest(self.items, row_of(item, self.items.key_to_index, "item"), n)

    def similar_users(self, user: Any, n: int = 10) -> list[tuple[Any, float]]:
        """Return the users nearest to a user, by the cosine of their vectors.

        Parameters
        ----------
        user : str or int
        n : int

        Returns
        -------
        list of (key, float)

        Raises
        ------
        KeyError
            If the user is unknown.
        """
        return nearest(self.users, self.user_row(user), n)

    def _asker(self, user: Any, history: Iterable[Any] | None) -> tuple[Float32Array, Int32Array, Int32Array]:
        """Vector of the user, and rows of the items that were seen and liked."""
        if (user is None) == (history is None):
            raise ConfigError("recommend() needs one of a user and history=[...], the items of a new user")
        vectors, items, _ = self.factors()
        if history is None:
            row = self.user_row(user)
            met, liked = (rows[offsets[row] : offsets[row + 1]] for offsets, rows in self._both_lists())
            return vectors[row], met, liked
        if isinstance(history, str):
            raise ConfigError(f"history must be a list of items, got the text {shown(history)}")
        given = list(history)
        known = {self.items.key_to_index[key] for key in given if key in self.items.key_to_index}
        if given and not known:
            self._item_rows(given)  # raises the error for the first item
        met = np.array(sorted(known), dtype=np.int32)
        return serving.fold_in(met, items, self._history_map), met, met

    def _both_lists(self) -> tuple[serving.Lists, serving.Lists]:
        return self._seen_lists, self._liked_lists

    def _allowed(self, allowed: Iterable[Any] | None, banned: Iterable[Any]) -> BoolArray | None:
        """The items that may be recommended; None for all."""
        out = self._item_rows(banned)
        if allowed is None and not len(out):
            return None
        mask = np.full(len(self.items), allowed is None)
        if allowed is not None:
            mask[self._item_rows(allowed)] = True
        mask[out] = False
        return mask

    def _reasons(self, rows: Any, liked: Int32Array, n: int) -> list[tuple[tuple[Any, float], ...]]:
        """The items of a history that contribute most to each score."""
        if not n or not len(liked) or not len(rows):
            return [()] * len(rows)
        added = serving.contributions(rows, liked, self.items.vectors, self._history_map)
        keys, found = self.items.index_to_key, []
        for row, parts in zip(rows, added, strict=True):
            best = [place for place in top_k(parts, n + 1) if liked[place] != row and parts[place] > 0]
            found.append(tuple((keys[liked[place]], float(parts[place])) for place in best[:n]))
        return found


def taken(lists: serving.Lists, rows: npt.NDArray[Any]) -> serving.Lists:
    """Return the lists of some rows, in their order."""
    offsets, members = lists
    parts = [members[offsets[row] : offsets[row + 1]] for row in rows]
    ends = np.cumsum([0, *map(len, parts)])
    return ends.astype(np.int64), np.concatenate([np.empty(0, dtype=np.int32), *parts])


def nearest(store: KeyedVectors, row: int, n: int) -> list[tuple[Any, float]]:
    """Return the keys nearest to the key of a row, with their cosines."""
    vectors = store.vectors
    found, cosines = most_similar(
        vectors, store._ready_norms(), unit(vectors[row]), whole("n", n, 1), exclude=[row]
    )
    keys = store.index_to_key
    return [(keys[other], float(cosine)) for other, cosine in zip(found.tolist(), cosines, strict=True)]
