"""Adding and removing keys and vectors."""

from __future__ import annotations

import copy

import numpy as np
import pytest

from ns2vec.exceptions import ConfigError
from ns2vec.keyedvectors import KeyedVectors


@pytest.mark.parametrize("key", [None, float("nan"), np.float64("nan")], ids=repr)
def test_a_missing_value_is_no_key(kv, key):
    """None marks a free row: after saving and loading the key would be gone."""
    for add in (
        lambda: kv.add_vectors(["new", key], np.ones((2, 6))),
        lambda: kv.add_vector(key, np.ones(6)),
        lambda: kv.__setitem__(["new", key], np.ones((2, 6))),
    ):
        with pytest.raises(ConfigError, match="is a missing value, not a key"):
            add()
    assert len(kv) == len(kv.key_to_index) == 8


def test_adding_forgets_norms(kv):
    kv.fill_norms()
    kv.add_vectors(["new"], [np.ones(6)])
    assert len(kv.most_similar("new", topn=99)) == 8
    kv["new"] = kv["king"] * 3
    assert kv.most_similar("new", topn=1)[0][0] == "king"
    assert kv.most_similar("new", topn=1)[0][1] == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("replace", [False, True])
def test_equal_keys_in_one_call(kv, replace):
    kv.add_vectors(["new", "king", "new"], np.arange(18).reshape(3, 6), replace=replace)
    assert len(kv) == len(kv.vectors) == len(kv.expandos["count"]) == 9
    assert kv["new"].tolist() == list(range(12, 18) if replace else range(6))
    assert (kv["king"].tolist() == list(range(6, 12))) is replace


def test_extras(kv):
    kv.add_vectors(["a", "king"], np.zeros((2, 6)), extras={"count": [7, 8], "tag": ["x", "y"]}, replace=True)
    assert (kv.get_vecattr("a", "count"), kv.get_vecattr("king", "count")) == (7, 8)
    assert (kv.get_vecattr("a", "tag"), kv.get_vecattr("king", "tag"), kv.get_vecattr("man", "tag")) == (
        "x",
        "y",
        0,
    )


@pytest.mark.parametrize(
    ("keys", "weights", "extras"),
    [
        (["a"], [[1, 2]], None),
        (["a", "b"], np.zeros((1, 6)), None),
        ("a", [1, 2, 3], None),
        (["a"], np.zeros((1, 6)), {"count": [1, 2]}),
        (["a"], np.zeros((1, 6)), {"count": 1.5 * np.ones(1)}),
    ],
)
def test_a_refused_call_changes_nothing(kv, keys, weights, extras):
    before = copy.deepcopy(kv)
    with pytest.raises((ValueError, TypeError), match=r"expected|Can't allocate"):
        kv.add_vectors(keys, weights, extras=extras)
    assert kv.index_to_key == before.index_to_key
    assert kv.key_to_index == before.key_to_index
    assert np.array_equal(kv.vectors, before.vectors)
    assert kv.expandos.keys() == before.expandos.keys()


def test_dtype_is_that_of_the_store():
    kv = KeyedVectors(2, dtype=np.float16)
    kv.add_vectors(["a"], np.ones((1, 2)))
    assert kv.vectors.dtype == np.float16


def test_adding_into_reserved_rows():
    kv = KeyedVectors(2, count=2)
    assert [kv.add_vector("a", [1, 2]), kv.add_vector("b", [3, 4])] == [0, 1]
    assert kv.most_similar("a")[0][0] == "b"
    with pytest.warns(UserWarning, match="one call of add_vectors"):
        assert kv.add_vector("c", [5, 6]) == 2
    assert kv.add_vector("a", [7, 8]) == 0
    assert kv.vectors.tolist() == [[7, 8], [3, 4], [5, 6]]
    assert kv.index_to_key == ["a", "b", "c"]
    with pytest.raises(ValueError, match="expected vectors of shape"):
        kv.add_vector("d", [1])


def test_free_rows_are_no_results():
    kv = KeyedVectors(2, count=4)
    kv.add_vector("a", [1, 2])
    kv.add_vector("b", [3, 4])
    assert [key for key, _ in kv.most_similar("a")] == ["b"]
    assert [[key for key, _ in found] for found in kv.most_similar_many(["a", np.ones(2)])] == [
        ["b"],
        ["b", "a"],
    ]


def test_assignment(kv):
    kv[["king", "new"]] = np.zeros((2, 6))
    assert not kv[["king", "new"]].any()
    kv["newer"] = [1, 2, 3, 4, 5, 6]
    assert kv["newer"].tolist() == [1, 2, 3, 4, 5, 6]


def test_resizing(kv):
    kv.index_to_key.append("new")
    kv.key_to_index["new"] = 8
    old = kv.vectors
    kv.resize_vectors(seed=5)
    assert np.array_equal(kv.vectors[:8], old)
    rng = np.random.default_rng(5)
    assert np.array_equal(kv["new"], ((rng.random((9, 6), dtype=np.float32) * 2 - 1) / 6)[8])
    assert kv.get_vecattr("new", "count") == 0


def test_keys_are_removed(kv):
    kv.vectors_lockf = np.arange(8, dtype=np.float32)
    before = {key: kv[key].copy() for key in kv.index_to_key}
    kv.fill_norms()
    kv.remove_keys(["king", "river"])
    assert kv.index_to_key == ["man", "woman", "queen", "apple", "pear", "stone"]
    assert all(np.array_equal(kv[key], before[key]) for key in kv.index_to_key)
    assert kv.expandos["count"].tolist() == [50, 40, 20, 10, 5, 5]
    assert kv.vectors_lockf.tolist() == [0, 1, 3, 4, 5, 6]
    assert "king" not in kv
    assert len(kv.most_similar("man", topn=20)) == 5
    kv.remove_keys("apple")
    assert len(kv) == 5


def test_a_missing_key_leaves_all_as_it_was(kv):
    with pytest.raises(KeyError, match="Key 'unicorn' not present"):
        kv.remove_keys(["man", "unicorn"])
    assert len(kv) == 8
