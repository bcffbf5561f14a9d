"""Classes of a user's own: pickled by `save`, unpickled where the file is trusted."""

from __future__ import annotations

import io

import numpy as np
import pytest

from ns2vec.exceptions import ConfigError, FormatError
from ns2vec.formats.saving import Saveable
from ns2vec.keyedvectors import KeyedVectors


@pytest.fixture
def kv():
    found = KeyedVectors(2)
    found.add_vectors(["cat", "dog"], np.eye(2, dtype=np.float32))
    return found


class Own(Saveable):
    """A class of a user's own: ``gensim.utils.SaveLoad`` means `Saveable` under the alias."""

    def __init__(self, kv):
        self.kv, self.note, self.cache = kv, {"a": 1}, [1, 2]


@pytest.mark.parametrize("name", ["own", "own.gz"])
def test_a_class_of_ones_own_is_pickled_and_read_where_it_is_trusted(kv, tmp_path, name):
    path = tmp_path / name
    Own(kv).save(path, ignore=["cache"], separately=[], sep_limit=5)
    with pytest.raises(FormatError, match=r"Own\.load\(path, trust_pickle=True\) unpickles it"):
        Own.load(path)
    same = Own.load(path, trust_pickle=True)
    assert (same.note, same.cache, same.kv.index_to_key) == ({"a": 1}, None, kv.index_to_key)
    assert (same.kv.vectors == kv.vectors).all()


def test_a_class_of_ones_own_through_a_handle(kv):
    stream = io.BytesIO()
    Own(kv).save(stream, pickle_protocol=2)
    stream.seek(0)
    assert Own.load(stream, trust_pickle=True).note == {"a": 1}


def test_trust_is_not_asked_for_models(kv, tmp_path):
    kv.save(tmp_path / "kv")
    assert (
        Own.load(tmp_path / "kv").index_to_key == kv.index_to_key
    )  # as in gensim, any class loads any model
    with pytest.raises(ConfigError, match="trust_pickle is for classes that save"):
        KeyedVectors.load(tmp_path / "kv", trust_pickle=True)


def test_what_cannot_be_pickled_or_unpickled_is_said(kv, tmp_path):
    own = Own(kv)
    own.save(tmp_path / "own")
    own.note = lambda: None
    with pytest.raises(ConfigError, match=r"cannot save a Own: .*; name the attribute in ignore"):
        own.save(tmp_path / "own")
    assert Own.load(tmp_path / "own", trust_pickle=True).note == {"a": 1}  # the old file is untouched
    (tmp_path / "bad").write_bytes(b"not a pickle")
    with pytest.raises(FormatError, match="bad: cannot be unpickled"):
        Own.load(tmp_path / "bad", trust_pickle=True)
    (tmp_path / "zip").write_bytes(b"PK\x03\x04abc")
    with pytest.raises(FormatError, match="zip: this is a zip archive"):
        Own.load(tmp_path / "zip", trust_pickle=True)
    with pytest.raises(FormatError, match=r"cannot be unpickled: .*\Z"):  # one line
        Own.load(io.BytesIO(b"P0\n."), trust_pickle=True)
    with pytest.raises(FormatError, match="expected a Other, found a Own"):
        type("Other", (Saveable,), {}).load(tmp_path / "own", trust_pickle=True)
    with pytest.raises(NotImplementedError, match="a Own cannot be stored as plain data"):
        own.to_state()
