"""What is written for gensim comes back, here and in gensim itself."""

from __future__ import annotations

import io
import pickle
import subprocess
import sys
import warnings

import numpy as np
import pytest

from ns2vec.exceptions import ConfigError, FormatError
from ns2vec.formats import FORMATS, VectorTable, guess_format, read_vectors
from ns2vec.formats.gensim import read_state, write_state
from ns2vec.formats.state import ModelState


def same(found: ModelState, expected: ModelState) -> None:
    assert found.kind == expected.kind
    assert found.vectors.keys == expected.vectors.keys
    assert np.array_equal(found.vectors.vectors, expected.vectors.vectors)
    assert found.vectors.expandos.keys() == expected.vectors.expandos.keys()
    for name, values in expected.vectors.expandos.items():
        assert found.vectors.expandos[name].dtype == values.dtype
        assert np.array_equal(found.vectors.expandos[name], values)
    for name, array in expected.arrays.items():
        assert np.array_equal(found.arrays[name], array)
    for name, value in expected.attributes.items():
        assert found.attributes[name] == value


def test_round_trip(tmp_path, state):
    write_state(tmp_path / "model", state)
    assert [path.name for path in tmp_path.iterdir()] == ["model"]
    same(read_state(tmp_path / "model"), state)
    assert guess_format(tmp_path / "model") == "gensim"


def test_round_trip_of_a_file_object(state):
    stream = io.BytesIO()
    write_state(stream, state, sep_limit=1)
    same(read_state(io.BytesIO(stream.getvalue())), state)


@pytest.mark.parametrize("mmap", [None, "r"])
def test_large_arrays_have_files_of_their_own(tmp_path, state, mmap):
    path = tmp_path / "model"
    write_state(path, state, sep_limit=20)
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "model", "model.syn1neg.npy", "model.wv.vectors.npy",
    ]  # fmt: skip
    found = read_state(path, mmap=mmap)
    same(found, state)
    assert isinstance(found.vectors.vectors, np.memmap) == (mmap is not None)


def test_separately_and_ignore(tmp_path, state):
    path = tmp_path / "model"
    write_state(path, state, separately=["syn1neg"], ignore=frozenset({"comment"}))
    assert sorted(file.name for file in tmp_path.iterdir()) == ["model", "model.syn1neg.npy"]
    same(read_state(path), state)


def test_vectors_alone(tmp_path, state):
    alone = ModelState("KeyedVectors", state.vectors)
    write_state(tmp_path / "kv", alone, sep_limit=20)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["kv", "kv.vectors.npy"]
    same(read_state(tmp_path / "kv"), alone)


def test_what_gensim_could_not_load_is_not_written(tmp_path, state):
    with pytest.raises(ConfigError, match="leave out separately"):
        write_state(tmp_path / "model.gz", state, separately=["vectors"])
    with pytest.raises(ConfigError, match="expected one of Word2Vec, Doc2Vec, FastText"):
        write_state(tmp_path / "model", ModelState("LdaModel", state.vectors))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", [".gz", ".bz2"])
def test_a_compressed_file_needs_no_other(tmp_path, state, suffix):
    path = tmp_path / f"model{suffix}"
    write_state(path, state, sep_limit=1)
    assert list(tmp_path.iterdir()) == [path]
    same(read_state(path), state)
    models = pytest.importorskip("gensim.models", reason="gensim is not installed")
    assert np.array_equal(models.Word2Vec.load(str(path)).wv.vectors, state.vectors.vectors)


def test_a_missing_side_file_is_named(tmp_path, state):
    path = tmp_path / "model"
    write_state(path, state, sep_limit=20)
    (tmp_path / "model.syn1neg.npy").unlink()
    with pytest.raises(FileNotFoundError, match=r"in the same folder.*model\.syn1neg\.npy"):
        read_state(path)
    with pytest.raises(FormatError, match="load it by its path"):
        read_state(io.BytesIO(path.read_bytes()))


def test_the_format(tmp_path):
    table = VectorTable(["b", "a"], np.eye(2, dtype=np.float32), np.array([2, 1]))
    FORMATS["gensim"].write(tmp_path / "file", table)
    found = read_vectors(tmp_path / "file", limit=1)
    assert (found.keys, found.counts.tolist(), found.vectors.tolist()) == (["b"], [2], [[1.0, 0.0]])


CHECK = """
import sys
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "ns2vec":
            raise ImportError(name)
sys.meta_path.insert(0, Blocked())
import numpy as np
from gensim.models import KeyedVectors, Word2Vec
folder = sys.argv[1]
model = Word2Vec.load(folder + "/model", mmap="r")
assert type(model) is Word2Vec and type(model.wv) is KeyedVectors
assert isinstance(model.wv.vectors, np.memmap) and isinstance(model.syn1neg, np.memmap)
assert model.wv.index_to_key == ["the", "naïve", "cat", "日本", "a\\nb"]
assert model.wv.get_vecattr("cat", "count") == 3
assert "ns2vec" not in sys.modules
writable = Word2Vec.load(folder + "/model")
before = writable.wv["cat"].copy()
writable.train([["the", "cat", "naïve"]] * 50, total_examples=50, epochs=2)
assert (writable.wv["cat"] != before).any()
assert writable.cum_table is not None
tree = Word2Vec.load(folder + "/tree")
assert tree.cum_table is None
Word2Vec(min_count=1, hs=1, negative=0).reset_from(tree)
assert str(writable) == "Word2Vec<vocab=5, vector_size=4, alpha=0.025>", str(writable)
kv = KeyedVectors.load(folder + "/kv")
print([key for key, _ in kv.most_similar("cat", topn=2)])
"""


@pytest.mark.parity
def test_gensim_loads_maps_and_trains_it_without_ns2vec(tmp_path, state):
    pytest.importorskip("gensim", reason="gensim is not installed")
    write_state(tmp_path / "model", state, sep_limit=20)
    write_state(tmp_path / "kv", ModelState("KeyedVectors", state.vectors))
    tree = {**state.attributes, "hs": 1, "negative": 0}
    write_state(
        tmp_path / "tree", ModelState("Word2Vec", state.vectors, tree, {"syn1": state.arrays["syn1neg"]})
    )
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", CHECK, str(tmp_path)],
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert run.returncode == 0, run.stderr
    vectors = state.vectors.vectors / np.linalg.norm(state.vectors.vectors, axis=1, keepdims=True)
    order = np.argsort(-vectors @ vectors[2])
    assert run.stdout.strip() == str([state.vectors.keys[row] for row in order if row != 2][:2])


@pytest.mark.parity
def test_gensims_own_files_come_back(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        models = pytest.importorskip("gensim.models", reason="gensim is not installed")
        sentences = [["a", "b", "c"], ["a", "c"], ["d"]] * 20
        for hs in (0, 1):
            theirs = models.Word2Vec(sentences, vector_size=6, min_count=1, hs=hs, workers=1, seed=3)
            for protocol in (2, 3, 4, 5):
                path = str(tmp_path / f"model{hs}{protocol}")
                theirs.save(path, pickle_protocol=protocol, sep_limit=20 if hs else 10**9)
                found = read_state(path)
                assert found.vectors.keys == theirs.wv.index_to_key
                assert np.array_equal(found.vectors.vectors, theirs.wv.vectors)
                assert np.array_equal(found.arrays["syn1neg"], theirs.syn1neg)
                assert ("syn1" in found.arrays) == bool(hs)
                assert found.attributes["hashfxn"] is hash
                assert found.attributes["epochs"] == 5
                assert found.vectors.expandos["count"].tolist() == theirs.wv.expandos["count"].tolist()


@pytest.mark.parity
@pytest.mark.parametrize("separately", [None, ["vectors", "syn1neg"]])
def test_a_plain_pickle_of_gensims_object_is_read(tmp_path, separately):
    """After a save with side files gensim's object still says that it has them; its pickle has the arrays."""
    models = pytest.importorskip("gensim.models", reason="gensim is not installed")
    theirs = models.Word2Vec([["a", "b"], ["c"]] * 9, vector_size=6, min_count=1, workers=1)
    theirs.save(str(tmp_path / "saved"), separately=separately)
    for name, value in (("model", theirs), ("kv", theirs.wv)):
        (tmp_path / name).write_bytes(pickle.dumps(value))
        found = read_state(tmp_path / name)
        assert np.array_equal(found.vectors.vectors, theirs.wv.vectors)
    assert np.array_equal(read_state(tmp_path / "model").arrays["syn1neg"], theirs.syn1neg)
