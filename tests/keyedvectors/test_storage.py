"""Looking up and adding keys and vectors."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ns2vec.exceptions import ConfigError
from ns2vec.keyedvectors import KeyedVectors


def test_as_born():
    kv = KeyedVectors(100, 12)
    assert str(kv) == repr(kv) == "KeyedVectors<vector_size=100, 12 keys>"
    assert kv.vectors.shape == (12, 100)
    assert kv.vectors.dtype == np.float32
    assert kv.index_to_key == [None] * 12
    assert (len(kv), kv.next_index, kv.norms, kv.expandos, kv.mapfile_path) == (12, 0, None, {}, None)


@pytest.mark.parametrize(
    "arguments", [(0,), (-1,), (3, -1), ("3",), (3.5,), (3, "1"), (float("nan"),)], ids=repr
)
def test_impossible_sizes(arguments):
    name = "vector_size" if len(arguments) == 1 else "count"
    with pytest.raises(ConfigError, match=f"^{name} must be a whole number of at least"):
        KeyedVectors(*arguments)


@pytest.mark.parametrize("size", [3.0, np.uint8(3), np.float32(3)], ids=repr)
def test_sizes_may_be_numbers_of_any_kind(size):
    kv = KeyedVectors(size, size)
    assert (kv.vectors.shape, kv.vector_size, type(kv.vector_size)) == ((3, 3), 3, int)


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


# ---- looking up ----


def test_keys_are_words_or_row_numbers(kv):
    assert kv.get_index("king") == kv.get_index(2) == kv.get_index(np.int64(2)) == 2
    assert all(key in kv and kv.has_index_for(key) for key in ("king", 0, np.int32(7)))
    assert not any(key in kv for key in ("kong", 8, -1, 1.5, None))
    assert kv.get_index("kong", -1) == -1
    assert kv.get_index("king", -1) == 2


@pytest.mark.parametrize("key", ["kong", 8, -1])
def test_missing_keys(kv, key):
    for look_up in (kv.get_index, kv.get_vector, kv.__getitem__, lambda k: kv[[k]], kv.most_similar):
        with pytest.raises(KeyError, match=f"Key '{key}' not present"):
            look_up(key)


def test_unhashable_keys_are_type_errors(kv):
    for call in (kv.get_index, kv.get_vector, kv.__contains__):
        with pytest.raises(TypeError, match="unhashable"):
            call(["king"])
    with pytest.raises(TypeError):
        kv[1:3]


def test_rows_are_read_only_views(kv):
    row = kv["king"]
    assert np.shares_memory(row, kv.vectors)
    with pytest.raises(ValueError, match="read-only"):
        row *= 2
    assert kv.vectors.flags.writeable


def test_lists_give_copies(kv):
    for keys in (["king", 0], ("king", "man"), np.array(["king", "man"]), iter(["king", "man"])):
        found = kv[keys]
        assert np.array_equal(found, kv.vectors[[2, 0]])
        assert not np.shares_memory(found, kv.vectors)
    with pytest.raises(ValueError, match="at least one array"):
        kv[[]]


def test_any_hashable_token_can_be_a_key():
    kv = KeyedVectors(2)
    kv.add_vectors([("a", "b"), b"x", 7], np.eye(3, 2) + 1)
    assert kv["a", "b"].tolist() == [2, 1]
    assert kv[7].tolist() == kv[2].tolist() == [1, 1]
    assert kv[b"x"].tolist() == [1, 2]
    assert [key for key, _ in kv.most_similar(("a", "b"))] == [
        key for key, _ in kv.most_similar([("a", "b")])
    ]


def test_vectors_of_length_one(kv):
    found = kv.get_vector("king", norm=True)
    np.testing.assert_allclose(found, kv["king"] / np.linalg.norm(kv["king"]), rtol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(kv.get_normed_vectors(), axis=1), 1, rtol=1e-6)
    kv.vectors[2] = 0
    kv.vectors_changed()
    assert not kv.get_vector("king", norm=True).any()


def test_norms_follow_the_vectors(kv):
    kv.fill_norms()
    first = kv.norms
    kv.fill_norms()
    assert kv.norms is first
    kv.vectors = kv.vectors * 2
    assert kv.norms is None
    kv.fill_norms()
    np.testing.assert_allclose(kv.norms, first * 2)
    kv.vectors *= 2  # assigns, so it counts as a change
    np.testing.assert_allclose(
        kv.get_vector("man", norm=True), kv["man"] / np.linalg.norm(kv["man"]), rtol=1e-6
    )


def test_unit_normalize_all(kv):
    expected = kv.get_normed_vectors()
    kv.unit_normalize_all()
    np.testing.assert_array_equal(kv.vectors, expected)
    np.testing.assert_allclose(kv.norms, np.linalg.norm(kv.vectors, axis=1), rtol=1e-6)


def test_mean_vectors(kv):
    man, king, other = kv["man"], kv["king"], np.ones(6, dtype=np.float32)
    unit = man / np.linalg.norm(man)
    np.testing.assert_allclose(
        kv.get_mean_vector(["man", "king"], pre_normalize=False), (man + king) / 2, rtol=1e-5
    )
    weighted = kv.get_mean_vector(["man", other], weights=[1, -3])
    np.testing.assert_allclose(weighted, (unit - 3 * other) / 4, rtol=1e-5)
    assert weighted.dtype == np.float32
    assert np.linalg.norm(kv.get_mean_vector(["man", "king"], post_normalize=True)) == pytest.approx(1)
    np.testing.assert_allclose(kv.get_mean_vector(["man", "kong"]), unit, rtol=1e-6)
    assert not kv.get_mean_vector(["kong"]).any()
    with pytest.raises(KeyError, match="'kong' not present"):
        kv.get_mean_vector(["man", "kong"], ignore_missing=False)
    with pytest.raises(ValueError, match="cannot compute mean with no input"):
        kv.get_mean_vector([])
    with pytest.raises(ValueError, match="same number of elements"):
        kv.get_mean_vector(["man"], weights=[1, 2])


@pytest.mark.parametrize("options", [{}, {"pre_normalize": False}, {"post_normalize": True}], ids=str)
def test_means_of_many_texts_are_those_of_each(kv, options):
    texts = [["man", "king", "man"], ["kong", "king"], ("woman",)]
    expected = [kv.get_mean_vector(list(text), **options) for text in texts]
    found = kv.get_mean_vectors(iter(texts), **options)
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    assert found.dtype == np.float32
    assert kv.get_mean_vectors([]).shape == (0, kv.vector_size)


def test_means_of_many_texts_refuse_text_that_is_not_split(kv):
    with pytest.raises(TypeError, match="got the str 'king'"):
        kv.get_mean_vectors(["king", "man"])
    with pytest.raises(KeyError, match="'kong' not present"):
        kv.get_mean_vectors([["king"], ["kong"]], ignore_missing=False)


# ---- adding ----


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


# ---- attributes ----


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


# ---- copies ----


def test_pickle_and_deepcopy_of_a_padded_view(kv):
    padded = np.zeros((8, 16), dtype=np.float32)
    padded[:, :6] = kv.vectors
    kv.vectors = padded[:, :6]
    for twin in (pickle.loads(pickle.dumps(kv)), copy.deepcopy(kv)):
        assert np.array_equal(twin.vectors, kv.vectors)
        assert [key for key, _ in twin.most_similar("king")] == [key for key, _ in kv.most_similar("king")]


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
