"""Splits do not leak, have names, and are never empty."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec.exceptions import ConfigError, CorpusError
from ns2vec.recommend import (
    Interactions,
    Split,
    by_item,
    by_time,
    by_user,
    given,
    leave_last,
    planted_interactions,
    random_per_user,
)

DATA = planted_interactions(60, 60, 3, per_user=12).interactions
SPLITS = {
    "by_time(test=0.2)": by_time,
    "leave_last": leave_last,
    "random_per_user(test=0.2, seed=1)": random_per_user,
    "by_user(users=0.1, test=0.2, seed=1)": by_user,
    "by_item(items=0.1, seed=1)": by_item,
}


def cells(*parts):
    """User, item and time of all interactions of some parts, in order."""
    return sorted(
        (user, item, time)
        for part in parts
        if part is not None
        for user, item, time in zip(
            part.users.tolist(), part.items.tolist(), part.times.tolist(), strict=True
        )
    )


@pytest.mark.parametrize("name", SPLITS)
def test_every_interaction_is_in_one_part(name):
    split = SPLITS[name](DATA)
    assert split.name == name
    assert cells(split.train, split.test, split.history) == cells(DATA)
    assert cells(split.known) == cells(split.train, split.history)
    again = SPLITS[name](DATA)
    assert cells(again.test) == cells(split.test)


@pytest.mark.parametrize("split", [by_time(DATA), leave_last(DATA)], ids=["by_time", "leave_last"])
def test_nothing_that_is_trained_is_later_than_what_is_asked(split):
    last, first = np.full(DATA.n_users, -1), np.full(DATA.n_users, 10**9)
    np.maximum.at(last, split.train.users, split.train.times)
    np.minimum.at(first, split.test.users, split.test.times)
    assert (last <= first).all()


def test_shares_are_of_each_user_rounded_down():
    counts = np.bincount(DATA.users)
    for share in (0.2, 0.29):
        for split in (by_time(DATA, share), random_per_user(DATA, share)):
            expected = [int(n * round(share * 100)) // 100 for n in counts.tolist()]
            assert np.bincount(split.test.users, minlength=len(counts)).tolist() == expected
    assert (np.bincount(leave_last(DATA).test.users) == 1).all()
    lonely = Interactions([0, 1, 1], [0, 0, 1], ["a", "b"], ["x", "y"], times=[1, 2, 3])
    assert leave_last(lonely).test.users.tolist() == [1]


def test_cold_users_have_a_history_and_cold_items_none():
    split = by_user(DATA, 0.2)
    assert not set(split.train.users) & set(split.test.users)
    assert len(set(split.history.users)) == round(0.2 * DATA.n_users)
    split = by_item(DATA, 0.2)
    assert not set(split.train.items) & set(split.cold_items)
    assert set(split.test.items) <= set(split.cold_items)
    assert len(split.cold_items) == round(0.2 * DATA.n_items)


def test_given_parts_get_common_keys():
    train = Interactions([0, 1], [0, 0], ["a", "b"], ["x"])
    test = Interactions([0, 1], [0, 1], ["b", "c"], ["y", "x"])
    split = given(train, test)
    assert split.train.user_keys == split.test.user_keys == ["a", "b", "c"]
    assert split.train.item_keys == split.test.item_keys == ["x", "y"]
    with pytest.raises(ConfigError, match="the same keys; given"):
        Split("mine", train, test)


def test_what_cannot_be_split():
    untimed = Interactions([0, 0], [0, 1], ["a"], ["x", "y"])
    for split in (by_time, leave_last):
        with pytest.raises(ConfigError, match="there are no times; name their column"):
            split(untimed)
    for share in (0, 1, -0.1, "a"):
        with pytest.raises(ConfigError, match="test must be"):
            by_time(DATA, share)
    timed = Interactions([0, 1], [0, 1], ["a", "b"], ["x", "y"], times=[1, 2])
    with pytest.raises(CorpusError, match="leave_last leaves no interactions to ask for"):
        leave_last(timed)
    with pytest.raises(
        CorpusError, match=r"random_per_user\(test=0.2, seed=1\) leaves no interactions to ask"
    ):
        random_per_user(untimed)
    with pytest.raises(CorpusError, match="leaves no interactions to train on"):
        by_item(Interactions([0], [0], ["a"], ["x"]))
