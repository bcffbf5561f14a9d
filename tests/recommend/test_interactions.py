"""Interactions check themselves once, and count as their weights say."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec.exceptions import ConfigError, CorpusError
from ns2vec.recommend import Interactions
from ns2vec.recommend.interactions import row_of


def made(**changes):
    fields = {
        "users": [1, 0, 1, 1], "items": [0, 2, 0, 1], "user_keys": ["a", "b"], "item_keys": [7, 8, 9],
        "weights": [1, 2, 3, -1], "times": [5, 9, 4, 2],
    }  # fmt: skip
    return Interactions(**{**fields, **changes})


def test_what_does_not_fit_is_refused_with_its_place():
    wrong = [
        ({"users": [1, 0, -1, 1]}, "interaction 2 has the user row -1, but rows go from 0 to 1; keys that"),
        ({"items": [0, 2, 0, 3]}, "interaction 3 has the item row 3"),
        ({"items": [0.5, 1, 1, 1]}, "expected item rows as whole numbers"),
        ({"items": [0, 1]}, r"there are 4 users, but items has shape \(2,\)"),
        ({"weights": [1, np.nan, 1, 1]}, "interaction 1 has nan among its weights"),
        ({"times": [1, 2, np.inf, 1]}, "interaction 2 has inf among its times"),
    ]
    for changes, message in wrong:
        with pytest.raises(CorpusError, match=message):
            made(**changes)


def test_weights_add_up_and_negatives_are_no_positives():
    data = made()
    assert data.matrix().toarray().tolist() == [[0, 0, 2], [4, 0, 0]]
    offsets, items = data.known()
    assert (offsets.tolist(), items.tolist()) == ([0, 1, 2], [2, 0])
    once = data.added_up()
    assert sorted(zip(once.users, once.items, once.weights, once.times, strict=True)) == [
        (0, 2, 2, 9), (1, 0, 4, 5), (1, 1, -1, 2),
    ]  # fmt: skip
    assert (len(data.positives()), data.negatives().items.tolist()) == (3, [1])
    assert len(made(weights=None).negatives()) == 0


def test_ratings_become_choices():
    assert made().binary(2).items.tolist() == [2, 0]
    assert made().binary(2, below="negative").weights.tolist() == [-1, 1, 1, -1]
    with pytest.raises(ConfigError, match="no weights to compare"):
        made(weights=None).binary(2)
    with pytest.raises(ConfigError, match="'drop' or 'negative', got 'keep'"):
        made().binary(2, below="keep")


def test_order_is_by_user_then_time_then_place():
    assert made().chronological().tolist() == [1, 3, 2, 0]
    assert made(times=None).chronological().tolist() == [1, 0, 2, 3]


def test_rows_can_be_those_of_other_keys_and_grow():
    there = made().onto(["c", "b"], [9])
    assert (there.user_keys, there.item_keys) == (["c", "b", "a"], [9, 7, 8])
    assert [there.user_keys[row] for row in there.users] == ["b", "a", "b", "b"]
    both = made().joined(Interactions([0], [0], ["new"], [9]))
    assert (both.user_keys, both.users[-1], both.items[-1]) == (["a", "b", "new"], 2, 2)
    assert both.weights.tolist() == [1, 2, 3, -1, 1]
    assert both.times is None


def test_an_unknown_key_says_what_is_there():
    for key, rows, message in [
        (1, {"1": 0}, "its key is text here, '1'"),
        ("1", {1: 0}, "its key is a number here, 1"),
        (True, {1: 0}, "unknown item True"),
        ("x", {"y": 0}, "not one of the 1 items"),
    ]:
        with pytest.raises(KeyError, match=message):
            row_of(key, rows, "item")
