"""save and load of KeyedVectors, in ns2vec's and in gensim's format."""

from __future__ import annotations

import copy
import io
import os
import pickle
import threading

import numpy as np
import pytest

from ns2vec.exceptions import ConfigError, FormatError
from ns2vec.formats import native
from ns2vec.formats.state import ModelState, VectorState
from ns2vec.keyedvectors import KeyedVectors, Word2VecKeyedVectors


def same(found: KeyedVectors, kv: KeyedVectors) -> None:
    assert found.index_to_key == kv.index_to_key
    assert found.key_to_index == kv.key_to_index
    assert np.array_equal(found.vectors, kv.vectors)
    assert found.vectors.dtype == kv.vectors.dtype
    assert found.vector_size == kv.vector_size
    assert found.expandos.keys() == kv.expandos.keys()
    assert all(np.array_equal(found.expandos[name], values) for name, values in kv.expandos.items())
    assert found.most_similar("king", topn=3) == kv.most_similar("king", topn=3)


@pytest.mark.parametrize("method", ["save", "save_gensim"])
def test_round_trip(tmp_path, kv, method):
    path = tmp_path / "vectors.kv"
    getattr(kv, method)(path)
    assert [file.name for file in tmp_path.iterdir()] == ["vectors.kv"]
    same(KeyedVectors.load(path), kv)
    same(KeyedVectors.load(str(path)), kv)
    stream = io.BytesIO()
    getattr(kv, method)(stream)
    same(KeyedVectors.load(io.BytesIO(stream.getvalue())), kv)


@pytest.mark.parametrize("method", ["save", "save_gensim"])
def test_mapping(tmp_path, kv, method):
    path = str(tmp_path / "vectors.kv")
    options = {"sep_limit": 1} if method == "save_gensim" else {}
    getattr(kv, method)(path, **options)
    found = KeyedVectors.load(path, mmap="r")
    assert isinstance(found.vectors, np.memmap)
    same(found, kv)
    with pytest.raises(ValueError, match="read-only"):
        found.vectors[0] = 0


def test_compressed(tmp_path, kv):
    path = tmp_path / "vectors.kv.gz"
    kv.save(path)
    same(KeyedVectors.load(path), kv)
    with pytest.raises(OSError, match="cannot map a compressed"):
        KeyedVectors.load(path, mmap="r")


@pytest.mark.parametrize("method", ["save", "save_gensim"])
def test_a_pipe_takes_a_model_and_gives_it(tmp_path, kv, method):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    options = {"sep_limit": 1} if method == "save_gensim" else {}
    writer = threading.Thread(target=getattr(kv, method), args=(pipe,), kwargs=options)
    writer.start()
    found = KeyedVectors.load(pipe)
    writer.join()
    same(found, kv)
    assert os.listdir(tmp_path) == ["pipe"]


def test_saving_over_the_mapped_file_is_safe(tmp_path, kv):
    path = tmp_path / "vectors.kv"
    kv.save(path)
    mapped = KeyedVectors.load(path, mmap="r")
    mapped.save(path)
    same(KeyedVectors.load(path), kv)
    same(mapped, kv)


def test_subclasses_and_their_attributes(tmp_path, kv):
    class Mine(KeyedVectors):
        def __init__(self):
            raise AssertionError("load does not call the constructor")

    kv.note = {"source": ["news", 3]}
    kv.save(tmp_path / "kv")
    found = Mine.load(tmp_path / "kv")
    assert type(found) is Mine
    assert found.note == {"source": ["news", 3]}
    assert type(KeyedVectors.load(tmp_path / "kv")) is KeyedVectors


def cut_all(kv):
    kv.vectors = kv.vectors[:4]
    kv.index_to_key = kv.index_to_key[:4]
    kv.key_to_index = {key: row for row, key in enumerate(kv.index_to_key)}


def cut_vectors(kv):
    kv.vectors = kv.vectors[:4]
    kv.fill_norms()


def cut_keys(kv):
    kv.index_to_key = kv.index_to_key[:4]


def more_of_both(kv):
    kv.index_to_key = [*kv.index_to_key[:3], "new"]
    kv.key_to_index = {key: row for row, key in enumerate(kv.index_to_key)}
    kv.vectors = np.vstack([kv.vectors[:3], kv.vectors[:1]])
    kv.expandos["count"] = kv.expandos["count"][:3]
    kv.vectors_lockf = np.ones(3, np.float32)


def one_value_for_all(kv):
    cut_all(kv)
    kv.expandos["count"] = np.array([50, 40, 30, 20])
    kv.expandos["year"] = 1999


MISFITS = {
    "vectors and keys are cut": (cut_all, [50, 40, 30, 20]),
    "vectors are cut": (cut_vectors, [50, 40, 30, 20]),
    "keys are cut": (cut_keys, [50, 40, 30, 20]),
    "keys and vectors have come": (more_of_both, [50, 40, 30, 0]),
    "an attribute is one value": (one_value_for_all, [50, 40, 30, 20]),
}


@pytest.mark.parametrize("method", ["save", "save_gensim"])
@pytest.mark.parametrize("name", MISFITS)
def test_what_does_not_fit_is_cut_and_the_file_can_be_read(tmp_path, kv, caplog, method, name):
    spoil, counts = MISFITS[name]
    spoil(kv)
    getattr(kv, method)(tmp_path / "kv")
    assert "WARNING" in caplog.text
    found = KeyedVectors.load(tmp_path / "kv")
    assert found.index_to_key == kv.index_to_key[:4]
    assert np.array_equal(found.vectors, kv.vectors[:4])
    assert found.expandos["count"].tolist() == counts
    assert found.expandos.keys() == {"count"}
    assert np.linalg.norm(found.get_vector("man", norm=True)) == pytest.approx(1)


def test_rows_that_repeat_a_key_lose_it(tmp_path, kv, caplog):
    kv.index_to_key[5] = kv.index_to_key[6] = "king"
    kv.key_to_index["king"] = 6
    kv.save(tmp_path / "kv")
    assert "rows that repeat a key (the first is 'king')" in caplog.text
    found = KeyedVectors.load(tmp_path / "kv")
    assert found.index_to_key == ["man", "woman", None, "queen", "apple", None, "king", "river"]
    assert np.array_equal(found["king"], kv["king"])


@pytest.mark.parametrize("vectors", [[[1.0, 2.0]], np.ones(8), np.ones((8, 2, 2)), None])
def test_what_is_no_matrix_is_not_written(tmp_path, kv, vectors):
    vars(kv)["vectors"] = vectors
    with pytest.raises(ConfigError, match=r"expected vectors of shape \(V, D\), got"):
        kv.save(tmp_path / "kv")
    assert os.listdir(tmp_path) == []


def test_attributes_of_keys_can_be_rows(tmp_path, kv):
    kv.expandos["place"] = np.arange(16).reshape(8, 2)
    kv.save(tmp_path / "kv")
    assert np.array_equal(KeyedVectors.load(tmp_path / "kv").expandos["place"], kv.expandos["place"])


def test_a_key_that_cannot_be_looked_up_is_not_written(tmp_path, kv):
    kv.index_to_key[2] = ["king"]
    with pytest.raises(ConfigError, match="a key cannot be looked up: unhashable type"):
        kv.save(tmp_path / "kv")


def test_arrays_whose_names_meet_stay_apart(tmp_path, kv):
    kv.notes = {"a": {"b": np.arange(2)}, "a.b": np.arange(3)}
    kv.save(tmp_path / "kv")
    found = KeyedVectors.load(tmp_path / "kv").notes
    assert found["a"]["b"].tolist() == [0, 1]
    assert found["a.b"].tolist() == [0, 1, 2]


def test_a_file_cannot_replace_methods(tmp_path, caplog):
    attributes = {"most_similar": "x", "__class__": "x", "__dict__": {}, "norms": None, "own": 1, "a b": 2}
    state = ModelState("KeyedVectors", VectorState(["a"], np.ones((1, 2), np.float32), {}, attributes))
    native.write_state(tmp_path / "kv", state)
    found = KeyedVectors.load(tmp_path / "kv")
    assert callable(found.most_similar)
    assert found.own == 1
    assert "'most_similar' is not used" in caplog.text


def test_keys_of_all_kinds_and_free_rows(tmp_path):
    kv = KeyedVectors(2, count=3)
    kv.add_vector("a", np.array([1.0, 2.0]))
    kv.add_vector(7, np.array([3.0, 4.0]))
    kv.save(tmp_path / "kv")
    found = KeyedVectors.load(tmp_path / "kv")
    assert found.index_to_key == ["a", 7, None]
    assert found.add_vector("b", np.array([5.0, 6.0])) == 2
    assert found[7].tolist() == [3.0, 4.0]


def test_lifecycle_events(tmp_path, kv):
    kv.save(tmp_path / "kv")
    found = KeyedVectors.load(tmp_path / "kv")
    assert [event["event"] for event in found.lifecycle_events] == ["saving", "loaded"]
    kv.save_word2vec_format(tmp_path / "text")
    read = KeyedVectors.load_word2vec_format(tmp_path / "text")
    read.intersect_word2vec_format(tmp_path / "text")
    events = [event["event"] for event in read.lifecycle_events]
    assert events == ["load_word2vec_format", "intersect_word2vec_format"]
    found.lifecycle_events = None
    found.save(tmp_path / "kv")
    assert found.lifecycle_events is None


def test_ignored_attributes_are_not_in_the_file(tmp_path, kv):
    kv.note = "secret"
    kv.save(tmp_path / "kv", ignore=["note", "count"])
    found = KeyedVectors.load(tmp_path / "kv")
    assert not hasattr(found, "note")
    assert found.expandos == {}
    assert kv.note == "secret"
    assert "count" in kv.expandos


BAD_OPTIONS = [
    *({"separately": value} for value in ("vectors", 3)),
    *({"sep_limit": value} for value in (-1, 1.5)),
    *({"ignore": value} for value in ("note", [1], ["vectors"])),
    *({"pickle_protocol": value} for value in (9, "x")),
]


@pytest.mark.parametrize("options", BAD_OPTIONS)
def test_options_are_checked(tmp_path, kv, options):
    with pytest.raises(ConfigError, match=next(iter(options))[:6]):
        kv.save(tmp_path / "kv", **options)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", [int, float, np.int16])
def test_gensims_options_are_accepted(tmp_path, kv, kind):
    limit, protocol = kind(1), kind(2)
    kv.save(
        tmp_path / "kv", separately=["vectors"], sep_limit=limit, ignore=frozenset(), pickle_protocol=protocol
    )
    assert [file.name for file in tmp_path.iterdir()] == ["kv"]


def test_what_is_no_model(tmp_path, kv):
    path = tmp_path / "vectors"
    kv.save_word2vec_format(path)
    with pytest.raises(FormatError, match="load_word2vec_format"):
        KeyedVectors.load(path)
    path.write_bytes(b"")
    with pytest.raises(FormatError, match="not a model"):
        KeyedVectors.load(path)
    with pytest.raises(FileNotFoundError):
        KeyedVectors.load(tmp_path / "missing")
    with pytest.raises(ConfigError, match="stdin"):
        KeyedVectors.load("-")


def test_other_kinds_and_repeated_keys(tmp_path):
    vectors = VectorState(["a", "a"], np.ones((2, 2), np.float32))
    native.write_state(tmp_path / "other", ModelState("Atlas", vectors))
    with pytest.raises(FormatError, match="holds a 'Atlas'; expected one of KeyedVectors"):
        KeyedVectors.load(tmp_path / "other")
    native.write_state(tmp_path / "kv", ModelState("KeyedVectors", vectors))
    with pytest.raises(FormatError, match="two rows have the same key"):
        KeyedVectors.load(tmp_path / "kv")


def test_pickle_and_deepcopy(kv):
    for found in (pickle.loads(pickle.dumps(kv)), copy.deepcopy(kv)):
        same(found, kv)
        found["king"] = np.zeros(6)
        assert kv["king"].any()


@pytest.mark.parametrize("copied", [lambda kv: pickle.loads(pickle.dumps(kv)), copy.deepcopy])
def test_a_copy_of_mapped_vectors_needs_no_file(tmp_path, kv, copied):
    kv.save(tmp_path / "kv")
    found = copied(KeyedVectors.load(tmp_path / "kv", mmap="r"))
    os.truncate(tmp_path / "kv", 0)
    same(found, kv)


def test_key_attributes_without_a_plain_form_are_named(tmp_path, kv, caplog):
    kv.set_vecattr("king", "picture", object())
    kv.save(tmp_path / "kv")
    assert "attribute picture of the keys is not saved" in caplog.text
    assert "picture" not in KeyedVectors.load(tmp_path / "kv").expandos


@pytest.mark.parametrize("values", [np.ones(8, np.longdouble), np.ones(8, complex), np.zeros(8, "M8[s]")])
def test_arrays_that_no_file_holds_are_left_out_of_it(tmp_path, kv, caplog, values):
    kv.expandos["odd"] = kv.odd = values
    kv.save(tmp_path / "kv")
    found = KeyedVectors.load(tmp_path / "kv")
    assert "odd" not in found.expandos
    assert not hasattr(found, "odd")
    assert caplog.text.count("is not saved") == 2
    same(found, KeyedVectors.load(tmp_path / "kv"))


def test_the_matrix_is_where_clients_look_for_it(kv):
    """spec2vec takes it out of ``wv.__dict__``, and gensim's pickles have it there."""
    assert vars(kv)["vectors"] is kv.vectors
    twin = copy.copy(kv)
    assert twin.vectors is kv.vectors


def test_the_old_name():
    assert Word2VecKeyedVectors is KeyedVectors
