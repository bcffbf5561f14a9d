"""Looking up and adding keys and vectors."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

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


# ---- copies ----


def test_pickle_and_deepcopy_of_a_padded_view(kv):
    padded = np.zeros((8, 16), dtype=np.float32)
    padded[:, :6] = kv.vectors
    kv.vectors = padded[:, :6]
    for twin in (pickle.loads(pickle.dumps(kv)), copy.deepcopy(kv)):
        assert np.array_equal(twin.vectors, kv.vectors)
        assert [key for key, _ in twin.most_similar("king")] == [key for key, _ in kv.most_similar("king")]
