"""Attributes of keys."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ns2vec.keyedvectors import KeyedVectors


def test_attributes(kv):
    kv.set_vecattr("king", "height", 1.5)
    kv.set_vecattr("king", "name", "Arthur")
    assert kv.get_vecattr("king", "height") == 1.5
    assert kv.get_vecattr("man", "height") == 0
    assert kv.get_vecattr("king", "name") == "Arthur"
    assert kv.expandos["count"].dtype == np.int64
    with pytest.raises(
        TypeError, match="Can't allocate type <class 'float'> for attribute count, conflicts with its"
    ):
        kv.set_vecattr("king", "count", 1.5)
    with pytest.raises(KeyError, match="'kong' not present"):
        kv.set_vecattr("kong", "fresh", 1)
    assert "fresh" not in kv.expandos
    with pytest.raises(KeyError, match="depth"):
        kv.get_vecattr("king", "depth")


@given(st.lists(st.integers(0, 3), min_size=1, max_size=12))
@settings(deadline=None)
def test_sorting_by_frequency(counts):
    kv = KeyedVectors(1)
    keys = [f"w{i}" for i in range(len(counts))]
    kv.add_vectors(keys, np.arange(len(counts))[:, None], extras={"count": counts})
    kv.sort_by_descending_frequency()
    expected = sorted(range(len(counts)), key=lambda i: (-counts[i], -i))
    assert kv.index_to_key == [f"w{i}" for i in expected]
    assert kv.vectors[:, 0].tolist() == expected
    assert all(kv.get_vecattr(key, "count") == counts[int(key[1:])] for key in keys)


def test_sorting_without_counts_changes_nothing():
    kv = KeyedVectors(1)
    kv.add_vectors(["a", "b"], [[1], [2]])
    kv.sort_by_descending_frequency()
    assert kv.index_to_key == ["a", "b"]
