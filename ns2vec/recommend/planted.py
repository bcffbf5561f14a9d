"""Implicit feedback generated from a known truth: communities, popularity, changes of taste, features."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ns2vec._options import number, whole
from ns2vec._typing import BoolArray, Float64Array, Int64Array
from ns2vec.exceptions import ConfigError
from ns2vec.recommend.features import Features, read_features
from ns2vec.recommend.interactions import Interactions

GENRES = ("jazz", "rock", "folk", "soul", "techno", "opera", "blues", "punk", "disco", "tango")


@dataclass(frozen=True)
class Planted:
    """Generated interactions, and the truth behind them.

    Attributes
    ----------
    interactions : Interactions
        Users ``"u0"``, ``"u1"`` ..., items ``"i0"`` ..., each pair once, with whole times.
    user_features : Features
        ``group``: the right community for most users, another for the rest; ``age``: says nothing.
    item_features : Features
        ``genre``: the community; ``tags``: two, one of which reveals the genre and one nothing; ``price``:
        higher in later communities.
    user_communities, item_communities : ndarray of shape (n_users,) or (n_items,), int64
        For users, the community in which they begin.
    has_moved : ndarray of shape (n_users,), bool
        Which users are in the next community in the second half of the time.
    popularity : ndarray of shape (n_items,), float64
        The probability of an item among the items of its community is proportional to it.
    """

    interactions: Interactions
    user_features: Features
    item_features: Features
    user_communities: Int64Array
    item_communities: Int64Array
    has_moved: BoolArray
    popularity: Float64Array


def planted_interactions(
    n_users: int = 300,
    n_items: int = 200,
    n_communities: int = 6,
    *,
    per_user: int = 20,
    exponent: float = 0.8,
    noise: float = 0.1,
    drift: float = 0.0,
    seed: int = 1,
) -> Planted:
    """Generate interactions of users who prefer the items of their community, popular ones above all.

    It takes about 50 bytes of memory for each pair of a user and an item.

    Parameters
    ----------
    n_users, n_items, n_communities : int, optional
        Users and items are divided among at most 10 communities.
    per_user : int, optional
        Items per user, on average; each user has from half to one and a half times as many.
    exponent : float, optional
        The n-th item of a community is chosen in proportion to n to the power of minus this (Zipf).
    noise : float, optional
        Share of all choices that ignore communities, from 0 to 1.
    drift : float, optional
        Share of the users who move to the next community halfway, from 0 to 1.
    seed : int, optional

    Returns
    -------
    Planted

    Raises
    ------
    ConfigError
        If an option cannot work.

    Examples
    --------
    >>> from ns2vec.recommend import planted_interactions
    >>> made = planted_interactions(50, 40, 2, per_user=8, noise=0)
    >>> data = made.interactions
    >>> bool((made.user_communities[data.users] == made.item_communities[data.items]).all())
    True
    """
    n_communities = whole("n_communities", n_communities, 1, len(GENRES))
    n_users, n_items = (
        whole(name, n, n_communities) for name, n in (("n_users", n_users), ("n_items", n_items))
    )
    most = n_items // n_communities * 2 // 3
    per_user = whole("per_user", per_user, 2)
    if per_user > most:
        raise ConfigError(f"{n_items} items in {n_communities} communities allow per_user of at most {most}")
    noise, drift = number("noise", noise, 0, 1), number("drift", drift, 0, 1)
    rng = np.random.default_rng([whole("seed", seed), 2205])
    of_users, of_items = (rng.permutation(n) % n_communities for n in (n_users, n_items))
    places = np.empty(n_items)
    for community in range(n_communities):
        own = np.flatnonzero(of_items == community)
        places[own] = rng.permutation(len(own)) + 1
    popularity = places ** -number("exponent", exponent, 0)
    has_moved = rng.random(n_users) < drift
    halves = (of_users, np.where(has_moved, of_users + 1, of_users) % n_communities)
    n_chosen = rng.integers(per_user // 2, per_user * 3 // 2 + 1, size=n_users)
    data = _choices(rng, halves, of_items, popularity, n_chosen, noise)
    return Planted(
        data,
        _user_features(rng, data.user_keys, of_users),
        _item_features(rng, data.item_keys, of_items),
        of_users,
        of_items,
        has_moved,
        popularity,
    )


def _choices(
    rng: np.random.Generator,
    halves: tuple[Int64Array, Int64Array],
    of_items: Int64Array,
    popularity: Float64Array,
    n_chosen: Int64Array,
    noise: float,
) -> Interactions:
    """Draw without replacement: the largest of log probabilities with Gumbel noise are such a draw."""
    n_users, n_items = len(n_chosen), len(of_items)
    left = np.ones((n_users, n_items), dtype=bool)
    users, items, times = [], [], []
    for half, communities in enumerate(halves):
        chances = np.where(communities[:, None] == of_items, (1 - noise) * popularity, 0.0)
        chances /= np.maximum(chances.sum(axis=1, keepdims=True), 1e-300)
        chances += noise * popularity / popularity.sum()
        with np.errstate(divide="ignore"):
            keys = np.where(left, np.log(chances), -np.inf) + rng.gumbel(size=left.shape)
        n_now = n_chosen // 2 if half == 0 else n_chosen - n_chosen // 2
        drawn = np.argsort(-keys, axis=1)
        user, place = np.nonzero(np.arange(n_items) < n_now[:, None])
        item = drawn[user, place]
        possible = keys[user, item] > -np.inf
        user, item = user[possible], item[possible]
        left[user, item] = False
        users.append(user)
        items.append(item)
        times.append(rng.integers(0, 1000, size=len(user)) + 1000 * half)
    keys_of = [f"u{n}" for n in range(n_users)], [f"i{n}" for n in range(n_items)]
    return Interactions(np.concatenate(users), np.concatenate(items), *keys_of, times=np.concatenate(times))


def _user_features(rng: np.random.Generator, keys: list[str], communities: Int64Array) -> Features:
    n_communities = int(communities.max()) + 1
    others = rng.integers(0, n_communities, size=len(keys))
    groups = np.where(rng.random(len(keys)) < 0.8, communities, others)
    ages = rng.integers(16, 80, size=len(keys))
    return read_features({"user": keys, "group": [GENRES[group] for group in groups], "age": ages})


def _item_features(rng: np.random.Generator, keys: list[str], communities: Int64Array) -> Features:
    genres = [GENRES[community] for community in communities]
    colours = rng.choice(["red", "green", "blue"], size=len(keys)).tolist()
    tags = [[f"like-{genre}", colour] for genre, colour in zip(genres, colours, strict=True)]
    prices = rng.lognormal(2 + communities / 4, 0.3).round(2)
    return read_features({"item": keys, "genre": genres, "tags": tags, "price": prices})
