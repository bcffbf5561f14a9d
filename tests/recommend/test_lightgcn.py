"""LightGCN as a recommender: who has no negatives, and files."""

from __future__ import annotations

import pytest

from ns2vec.exceptions import FormatError
from ns2vec.recommend import LightGCN


def test_who_has_met_everything_has_nothing_to_learn():
    model = LightGCN(vector_size=4, epochs=2).fit([("ann", "tea"), ("ann", "milk")])
    assert model.recommend("ann") == []


def test_a_file_whose_vectors_are_not_those_of_its_keys_is_damaged():
    state = LightGCN(vector_size=4, epochs=1).fit([("ann", "tea"), ("bob", "milk")]).to_state()
    state.arrays["base"] = state.arrays["base"][:-1]
    with pytest.raises(FormatError, match=r"base has shape \(3, 4\), not \(4, 4\)"):
        LightGCN.from_state(state)
