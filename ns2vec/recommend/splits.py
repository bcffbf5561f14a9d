"""Splits of interactions into a training part and a test part, as values that have a name.

A figure from an evaluation says little without the split that it comes from: random splits let a model see
the future, which makes it look better than it will be in use.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ns2vec._options import number, whole
from ns2vec._typing import BoolArray, Int32Array, Int64Array
from ns2vec.exceptions import ConfigError, CorpusError
from ns2vec.recommend.interactions import Interactions


@dataclass(frozen=True)
class Split:
    """Interactions to train on and interactions to predict, with the same keys.

    Attributes
    ----------
    name : str
        How it was made, for reports.
    train, test : Interactions
    history : Interactions or None
        What is known about users who are not in `train` when the model is tested.
    cold_items : ndarray, int32, or None
        Rows of the items that are not in `train`; those in `test` must be found among them.

    Raises
    ------
    CorpusError
        If `train` or `test` is empty.
    ConfigError
        If the two parts have different keys.

    Examples
    --------
    >>> from ns2vec.recommend import Split, read_interactions
    >>> data = read_interactions([("ann", "tea"), ("bob", "milk")])
    >>> split = Split("by hand", data.take([0]), data.take([1]))
    >>> len(split.train), len(split.test)
    (1, 1)
    """

    name: str
    train: Interactions
    test: Interactions
    history: Interactions | None = None
    cold_items: Int32Array | None = None

    def __post_init__(self) -> None:
        for part, data in (("train on", self.train), ("ask for", self.test)):
            if not len(data):
                raise CorpusError(
                    f"{self.name} leaves no interactions to {part}; change the share, or use more data"
                )
        if (self.train.n_users, self.train.n_items) != (self.test.n_users, self.test.n_items):
            raise ConfigError("expected train and test with the same keys; given(train, test) makes them so")

    @property
    def known(self) -> Interactions:
        """What is not to be recommended again: `train`, and `history` if there is one."""
        return self.train if self.history is None else self.train.joined(self.history)


def given(train: Interactions, test: Interactions) -> Split:
    """Use a split that others have made; keys that only one part has get a row in both.

    Parameters
    ----------
    train, test : Interactions

    Returns
    -------
    Split

    Examples
    --------
    >>> from ns2vec.recommend import given, read_interactions
    >>> split = given(read_interactions([("ann", "tea")]), read_interactions([("ann", "milk")]))
    >>> split.train.item_keys, split.test.items.tolist()
    (['tea', 'milk'], [1])
    """
    test = test.onto(train.user_keys, train.item_keys)
    return Split("given", train.onto(test.user_keys, test.item_keys), test)


def by_time(data: Interactions, test: float = 0.2) -> Split:
    """Test on the last share of each user's interactions.

    Parameters
    ----------
    data : Interactions
    test : float, optional
        The share, between 0 and 1; the number for each user is rounded down.

    Returns
    -------
    Split

    Raises
    ------
    ConfigError
        If the interactions have no times, or the share is invalid.
    CorpusError
        If a part is empty.

    Examples
    --------
    >>> from ns2vec.recommend import by_time, read_interactions
    >>> data = read_interactions([("ann", item, 1, time) for time, item in enumerate("abcde")])
    >>> split = by_time(data, 0.4)
    >>> split.name, [data.item_keys[row] for row in split.test.items]
    ('by_time(test=0.4)', ['d', 'e'])
    """
    share = _share("test", test)
    return _last(f"by_time(test={share:g})", data, _times(data), _share_of(data, share))


def leave_last(data: Interactions) -> Split:
    """Test on the last interaction of each user who has two or more.

    Parameters
    ----------
    data : Interactions

    Returns
    -------
    Split

    Raises
    ------
    ConfigError
        If the interactions have no times.
    CorpusError
        If a part is empty.

    Examples
    --------
    >>> from ns2vec.recommend import leave_last, read_interactions
    >>> rows = [("ann", "tea", 1, 5), ("ann", "milk", 1, 9), ("bob", "tea", 1, 7)]
    >>> split = leave_last(read_interactions(rows))
    >>> split.test.items.tolist()
    [1]
    """
    return _last("leave_last", data, _times(data), (_counts(data) > 1).astype(np.int64))


def random_per_user(data: Interactions, test: float = 0.2, *, seed: int = 1) -> Split:
    """Test on a random share of each user's interactions.

    Parameters
    ----------
    data : Interactions
    test : float, optional
        The share, between 0 and 1; the number for each user is rounded down.
    seed : int, optional

    Returns
    -------
    Split

    Raises
    ------
    ConfigError
        If the share or the seed is invalid.
    CorpusError
        If a part is empty.

    Examples
    --------
    >>> from ns2vec.recommend import planted_interactions, random_per_user
    >>> split = random_per_user(planted_interactions(60, 60, 3, per_user=10).interactions, 0.2)
    >>> len(split.test)
    102
    """
    share, seed = _share("test", test), whole("seed", seed)
    drawn = np.random.default_rng(seed).random(len(data))
    name = f"random_per_user(test={share:g}, seed={seed})"
    return _last(name, data, drawn, _share_of(data, share))


def by_user(data: Interactions, users: float = 0.1, *, test: float = 0.2, seed: int = 1) -> Split:
    """Keep a share of the users out of training: how well are new users served?

    The last share of these users' interactions is tested (a random share if there are no times), and the rest
    is their `history`.

    Parameters
    ----------
    data : Interactions
    users : float, optional
        Share of the users, between 0 and 1.
    test : float, optional
        Share of their interactions that is tested, between 0 and 1.
    seed : int, optional

    Returns
    -------
    Split

    Raises
    ------
    ConfigError
        If a share or the seed is invalid.
    CorpusError
        If a part is empty.

    Examples
    --------
    >>> from ns2vec.recommend import by_user, planted_interactions
    >>> split = by_user(planted_interactions(60, 60, 3, per_user=10).interactions, 0.1)
    >>> split.history is not None
    True
    """
    users, test, seed = _share("users", users), _share("test", test), whole("seed", seed)
    is_cold = np.isin(data.users, _drawn(data.n_users, users, seed))
    cold = data.take(is_cold)
    name = f"by_user(users={users:g}, test={test:g}, seed={seed})"
    times = np.random.default_rng(seed).random(len(cold)) if cold.times is None else cold.times
    asked = _last(name, cold, times, _share_of(cold, test))
    return Split(name, data.take(~is_cold), asked.test, history=asked.train)


def by_item(data: Interactions, items: float = 0.1, *, seed: int = 1) -> Split:
    """Keep a share of the items out of training, and test on all interactions with them.

    Parameters
    ----------
    data : Interactions
    items : float, optional
        Share of the items, between 0 and 1.
    seed : int, optional

    Returns
    -------
    Split

    Raises
    ------
    ConfigError
        If the share or the seed is invalid.
    CorpusError
        If a part is empty.

    Examples
    --------
    >>> from ns2vec.recommend import by_item, read_interactions
    >>> split = by_item(read_interactions([(user, item) for user in "ab" for item in "tuvwx"]), 0.2)
    >>> len(split.train), len(split.test), len(split.cold_items)
    (8, 2, 1)
    """
    share, seed = _share("items", items), whole("seed", seed)
    cold = _drawn(data.n_items, share, seed)
    is_cold = np.isin(data.items, cold)
    name = f"by_item(items={share:g}, seed={seed})"
    return Split(name, data.take(~is_cold), data.take(is_cold), cold_items=cold)


def _counts(data: Interactions) -> Int64Array:
    counts: Int64Array = np.bincount(data.users, minlength=data.n_users)
    return counts


def _share_of(data: Interactions, share: float) -> Int64Array:
    """Return the number of interactions in a share of each user's interactions, rounded down."""
    found: Int64Array = np.floor(_counts(data) * share + 1e-9).astype(np.int64)  # .29 * 100 is less than 29
    return found


def _last(name: str, data: Interactions, times: npt.NDArray[np.generic], n_asked: Int64Array) -> Split:
    """Test on the last `n_asked` interactions of each user."""
    order = replace(data, times=times).chronological()
    counts = _counts(data)
    place = np.arange(len(data)) - np.repeat(np.cumsum(counts) - counts, counts)  # among the user's own
    is_asked: BoolArray = np.zeros(len(data), dtype=bool)
    is_asked[order] = place >= np.repeat(counts - n_asked, counts)
    return Split(name, data.take(~is_asked), data.take(is_asked))


def _times(data: Interactions) -> npt.NDArray[np.generic]:
    if data.times is None:
        raise ConfigError(
            "there are no times; name their column when you read the data, or use random_per_user"
        )
    return data.times


def _share(name: str, value: float) -> float:
    found = number(name, value)
    if not 0 < found < 1:
        raise ConfigError(f"{name} must be between 0 and 1, got {found:g}")
    return found


def _drawn(n: int, share: float, seed: int) -> Int32Array:
    """Return a share of the rows, at least one, ascending."""
    n_drawn = max(1, round(n * share))
    return np.sort(np.random.default_rng(seed).permutation(n)[:n_drawn]).astype(np.int32)
