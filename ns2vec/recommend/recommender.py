"""What every recommender can be asked, once it has vectors of users and items."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt

from ns2vec._options import flag, number, shown, whole
from ns2vec._typing import BoolArray, Float32Array, Float64Array, Int32Array
from ns2vec.evaluation.ranking import (
    Factors,
    RankingEvaluation,
    RankingSettings,
    evaluate_ranking,
    popularity,
)
from ns2vec.exceptions import ConfigError, CorpusError, FormatError
from ns2vec.formats.saving import Saveable, set_attributes
from ns2vec.formats.state import ModelState
from ns2vec.keyedvectors import KeyedVectors
from ns2vec.recommend import serving
from ns2vec.recommend.interactions import Interactions, row_of
from ns2vec.recommend.reading import read_interactions
from ns2vec.recommend.splits import Split
from ns2vec.similarity import most_similar, top_k, unit

if TYPE_CHECKING:
    from typing_extensions import Self


class Recommendation(NamedTuple):
    """An item for a user.

    Attributes
    ----------
    item : str or int
    score : float
    because : tuple of (key, float)
        Items of the user's history that speak for it most, and what each adds to the score.
    """

    item: Any
    score: float
    because: tuple[tuple[Any, float], ...] = ()


class Recommender(Saveable):
    """Base of the recommenders: lists, neighbours, reasons, files.

    Attributes
    ----------
    users, items : KeyedVectors
        Keys and vectors of both sides.
    item_bias : ndarray of shape (n_items,), float32, or None
    seen : Interactions
        What was trained on: what a user has met is not recommended again.
    epoch_losses : list of float
        Loss of an interaction in each epoch, where it is computed.
    """

    users: KeyedVectors
    items: KeyedVectors
    item_bias: Float32Array | None
    seen: Interactions
    epoch_losses: list[float]
    OPTIONS: ClassVar[tuple[str, ...]]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.OPTIONS = tuple(name for name in inspect.signature(cls.__init__).parameters if name != "self")

    def __init__(self) -> None:
        self.lifecycle_events: list[dict[str, Any]] | None = []
        self.epoch_losses = []

    def __repr__(self) -> str:
        usual = {one.name: one.default for one in inspect.signature(type(self)).parameters.values()}
        given = {name: getattr(self, name) for name in self.OPTIONS if getattr(self, name) != usual[name]}
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in given.items())})"

    # ---- training ----

    def fit(self, data: Any) -> Self:
        """Train on interactions; what was learned before is forgotten."""
        raise NotImplementedError

    def _read(self, data: Any) -> Interactions:
        """Interactions, or a source of them, of which some are positive."""
        found = data if isinstance(data, Interactions) else read_interactions(data)
        if not len(found.positives()):
            raise CorpusError(
                "there are no interactions of a weight above 0 to learn from: expected rows "
                "of a user and an item"
            )
        return found

    def _see(self, data: Interactions) -> None:
        """Take note of what users have met."""
        self.seen = data
        for name in ("_seen_lists", "_liked_lists"):
            vars(self).pop(name, None)
        self._forget()

    def _forget(self) -> None:
        """Make again what follows from the vectors."""
        vars(self).pop("_history_map", None)

    def _check_fitted(self) -> None:
        if "users" not in vars(self):
            raise RuntimeError(f"this {type(self).__name__} has learned nothing yet: call fit() first")

    # ---- scores ----

    def factors(self) -> tuple[Float32Array, Float32Array, Float32Array | None]:
        """Return vectors of users (n_users, D), of items (n_items, D), and biases (n_items,) or None.

        The score of a user and an item is the dot product of their vectors, plus the bias.
        """
        self._check_fitted()
        return self.users.vectors, self.items.vectors, self.item_bias

    def scores(self, users: npt.ArrayLike) -> Float32Array:
        """Return the scores of all items for some rows of users, shape (n, n_items)."""
        vectors, items, bias = self.factors()
        return serving.scores_of(vectors[np.asarray(users)], items, bias)

    def score(self, user: Any, items: Iterable[Any]) -> Float32Array:
        """Return the scores of some items for a user, shape (n,).

        Raises
        ------
        KeyError
            If a key is unknown.
        """
        vectors, matrix, bias = self.factors()
        rows = self._item_rows(items)
        found = matrix[rows] @ vectors[self.user_row(user)]
        return np.asarray(found if bias is None else found + bias[rows], dtype=np.float32)

    # ---- keys ----

    def user_row(self, user: Any) -> int:
        """Return the row of a user.

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
        """What each user has met, liked or not, in CSR form."""
        pairs = np.unique(self.seen.users.astype(np.int64) * self.seen.n_items + self.seen.items)
        n_each = np.bincount(pairs // max(1, self.seen.n_items), minlength=self.seen.n_users)
        offsets = np.concatenate([[0], np.cumsum(n_each)]).astype(np.int64)
        return offsets, (pairs % max(1, self.seen.n_items)).astype(np.int32)

    @cached_property
    def _liked_lists(self) -> serving.Lists:
        """What each user has liked, in CSR form."""
        return self.seen.known()

    @cached_property
    def _history_map(self) -> Float64Array:
        vectors, items, _ = self.factors()
        return serving.history_map(vectors, items, self._liked_lists)

    def evaluate(self, split: Split, **settings: Any) -> RankingEvaluation:
        """Rank all items for the users of a split, beside popularity: recall, NDCG and more with intervals.

        A user of whom nothing was trained is folded in from the split's history.

        Parameters
        ----------
        split : Split
            Whose `train` the model was trained on.
        **settings
            Of `ns2vec.evaluation.ranking.RankingSettings`, such as ``ks=(10, 20)``.

        Raises
        ------
        ConfigError
            If the split has other keys than the model.
        """
        self._check_fitted()
        n_users, n_items = len(self.users), len(self.items)
        data = split.known.onto(self.users.index_to_key, self.items.index_to_key)
        asked = split.test.onto(self.users.index_to_key, self.items.index_to_key)
        if (data.n_users, data.n_items) != (n_users, n_items) or asked.n_items != n_items:
            raise ConfigError(
                f"the split has {data.n_users} users and {data.n_items} items, of whom the model knows "
                f"{n_users} and {n_items}: train it on the split's train"
            )
        vectors, items, bias = self.factors()
        if split.history is not None:
            vectors = self._with_newcomers(vectors, data.known())
        cold = split.cold_items
        rows = None if cold is None else self._item_rows(split.train.item_keys[row] for row in cold)
        known = data.matrix()
        scorers = {type(self).__name__: Factors(vectors, items, bias), "popularity": popularity(known)}
        named = RankingSettings(**{"split": split.name, **settings})
        return evaluate_ranking(scorers, known, asked.matrix(), candidates=rows, settings=named)

    def _with_newcomers(self, vectors: Float32Array, histories: serving.Lists) -> Float32Array:
        """The vectors of users, where those who were not trained are folded in."""
        offsets, members = histories
        is_new = (np.diff(self._liked_lists[0]) == 0) & (np.diff(offsets) > 0)
        found = np.array(vectors)
        for row in np.flatnonzero(is_new):
            history = members[offsets[row] : offsets[row + 1]]
            found[row] = serving.fold_in(history, self.items.vectors, self._history_map)
        return found

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
            Items of somebody who is not among the users, instead of `user`: nothing is trained. Unknown items
            are passed over.
        include_seen : bool
            What the user has met may be recommended again.
        allowed : iterable of keys, optional
            Recommend nothing else.
        banned : iterable of keys, optional
        diversity : float
            From 0 (the best) to 1 (unlike each other): see `ns2vec.recommend.serving.diverse`.
        reasons : int
            Items of the history to give as reasons for each.

        Raises
        ------
        ConfigError
            If an option has a value that cannot work, or there is not one of `user` and `history`.
        KeyError
            If the user, or an item of `allowed` or `banned`, is unknown, or all of `history` are.

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
            All users unless given.
        n, include_seen, allowed, banned
            As in `recommend`.

        Returns
        -------
        rows : ndarray of shape (n_users, n), int32
            Of ``items.index_to_key``; -1 where there are no more.
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

        Raises
        ------
        KeyError
            If the item is unknown.
        """
        self._check_fitted()
        return nearest(self.items, row_of(item, self.items.key_to_index, "item"), n)

    def similar_users(self, user: Any, n: int = 10) -> list[tuple[Any, float]]:
        """Return the users nearest to a user, by the cosine of their vectors.

        Raises
        ------
        KeyError
            If the user is unknown.
        """
        return nearest(self.users, self.user_row(user), n)

    def _asker(self, user: Any, history: Iterable[Any] | None) -> tuple[Float32Array, Int32Array, Int32Array]:
        """Vector of who asks, and rows of the items that were met and liked."""
        if (user is None) == (history is None):
            raise ConfigError("recommend() needs one of a user and history=[...], the items of somebody new")
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
            self._item_rows(given)  # it says what is wrong with the first
        met = np.array(sorted(known), dtype=np.int32)
        return serving.fold_in(met, items, self._history_map), met, met

    def _both_lists(self) -> tuple[serving.Lists, serving.Lists]:
        return self._seen_lists, self._liked_lists

    def _allowed(self, allowed: Iterable[Any] | None, banned: Iterable[Any]) -> BoolArray | None:
        """Which items may be recommended; None for all."""
        out = self._item_rows(banned)
        if allowed is None and not len(out):
            return None
        mask = np.full(len(self.items), allowed is None)
        if allowed is not None:
            mask[self._item_rows(allowed)] = True
        mask[out] = False
        return mask

    def _reasons(self, rows: Any, liked: Int32Array, n: int) -> list[tuple[tuple[Any, float], ...]]:
        """The items of a history that add most to each score."""
        if not n or not len(liked) or not len(rows):
            return [()] * len(rows)
        added = serving.contributions(rows, liked, self.items.vectors, self._history_map)
        keys, found = self.items.index_to_key, []
        for row, parts in zip(rows, added, strict=True):
            best = [place for place in top_k(parts, n + 1) if liked[place] != row and parts[place] > 0]
            found.append(tuple((keys[liked[place]], float(parts[place])) for place in best[:n]))
        return found

    # ---- files ----

    @classmethod
    def load(cls, *args: Any, **kwargs: Any) -> Any:
        """Read a recommender that was saved: see `KeyedVectors.load`.

        Raises
        ------
        FormatError
            If the file is damaged, or holds something else.
        """
        found = super().load(*args, **kwargs)
        if not isinstance(found, cls):
            raise FormatError(f"expected a {cls.__name__}, found a {type(found).__name__}")
        return found

    def to_state(self) -> ModelState:
        """Return the model as plain data."""
        self._check_fitted()
        attributes = {name: getattr(self, name) for name in self.OPTIONS}
        attributes |= {"epoch_losses": self.epoch_losses, "lifecycle_events": self.lifecycle_events}
        columns = ("users", "items", "weights", "times")
        arrays = {f"seen_{name}": getattr(self.seen, name) for name in columns}
        arrays |= {"item_bias": self.item_bias, **self._own_arrays()}
        return ModelState(
            self.KIND,
            self.items.to_state().vectors,
            attributes,
            {name: np.asarray(array) for name, array in arrays.items() if array is not None},
            others={"users": self.users.to_state().vectors},
        )

    def _own_arrays(self) -> dict[str, Any]:
        """Further arrays of a file."""
        return {}

    def _take_arrays(self, arrays: dict[str, Any]) -> None:
        """Take what `_own_arrays` had returned, after all else."""

    @classmethod
    def from_state(cls, state: ModelState) -> Self:
        """Make a model of plain data.

        Raises
        ------
        FormatError
            If its parts do not fit each other.
        """
        attributes, arrays = dict(state.attributes), dict(state.arrays)
        made = cls(**{name: attributes.pop(name) for name in cls.OPTIONS if name in attributes})
        set_attributes(made, attributes)
        try:
            made.items = KeyedVectors.from_state(ModelState(KeyedVectors.KIND, state.vectors))
            made.users = KeyedVectors.from_state(ModelState(KeyedVectors.KIND, state.others["users"]))
            made.item_bias = arrays.pop("item_bias", None)
            keys = list(made.users.index_to_key), list(made.items.index_to_key)
            pairs = arrays.pop("seen_users"), arrays.pop("seen_items")
            more = arrays.pop("seen_weights", None), arrays.pop("seen_times", None)
            made._see(Interactions(*pairs, *keys, *more))
            made._check_sizes()
            made._take_arrays(arrays)
        except (KeyError, CorpusError) as error:
            raise FormatError(f"{state.name}: a damaged {cls.__name__}: {error}") from None
        return made

    def _check_sizes(self) -> None:
        sizes = {self.users.vector_size, self.items.vector_size}
        n_biases = len(self.items) if self.item_bias is None else len(self.item_bias)
        if len(sizes) > 1 or n_biases != len(self.items):
            raise FormatError(
                f"vectors of users and items have {' and '.join(map(str, sizes))} numbers, "
                f"{len(self.items)} items have {n_biases} biases"
            )


def taken(lists: serving.Lists, rows: npt.NDArray[Any]) -> serving.Lists:
    """Return the lists of some rows, in their order."""
    offsets, members = lists
    parts = [members[offsets[row] : offsets[row + 1]] for row in rows]
    ends = np.cumsum([0, *map(len, parts)])
    return ends.astype(np.int64), np.concatenate([np.empty(0, dtype=np.int32), *parts])


def nearest(store: KeyedVectors, row: int, n: int) -> list[tuple[Any, float]]:
    """Return the keys nearest to that of a row, with their cosines."""
    vectors = store.vectors
    found, cosines = most_similar(
        vectors, store._ready_norms(), unit(vectors[row]), whole("n", n, 1), exclude=[row]
    )
    keys = store.index_to_key
    return [(keys[other], float(cosine)) for other, cosine in zip(found.tolist(), cosines, strict=True)]
