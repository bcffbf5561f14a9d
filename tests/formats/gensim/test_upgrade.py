"""Model files of gensim 0.12 to 4.4, read as gensim 4.4 reads them, with gensim blocked from import."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import warnings

import numpy as np
import pytest

from ns2vec.exceptions import FormatError
from ns2vec.formats.gensim import looks_like_pickle, read_state, upgrade, write_state

VERSIONS = (
    "0.12.0 0.12.1 0.12.2 0.12.3 0.12.4 0.13.0 0.13.1 0.13.2 0.13.3 0.13.4 "
    "1.0.0 1.0.1 2.0.0 2.1.0 2.2.0 2.3.0 3.0.0 3.1.0 3.2.0 3.3.0 3.4.0"
)

# what the wheel of gensim 4.4 carries
NAMES = [
    "model-from-gensim-3.8.0.w2v",
    "old_keyedvectors_320.dat",
    "w2v-lee-v0.12.0",
    "word2vec_3.3",
    "word2vec_old",
    "word2vec_old_sep",
    "word2vec_pre_kv_py2",
    "word2vec_pre_kv_py3",
    "word2vec_pre_kv_py3_4",
    "word2vec_pre_kv_sep_py2",
    "word2vec_pre_kv_sep_py3",
    "word2vec_pre_kv_sep_py3_4",
    *[f"old_w2v_models/w2v_{version}.mdl" for version in VERSIONS.split()],
]
PHRASES = [
    f"phrase{kind}-{name}"
    for kind in "rs"
    for name in ("3.6.0.model", "no-common-terms.pkl", "no-scoring.pkl", "scoring-str.pkl")
]

# those with n-grams, of which gensim reads the first alone
WITH_NGRAMS = ["compatible-hash-true.model", "fasttext_old", "fasttext_old_sep"]

READ_ALL = """
import json, sys
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "gensim":
            raise ImportError(name)
sys.meta_path.insert(0, Blocked())
from ns2vec.formats.gensim import read_state
folder, names = sys.argv[1], json.loads(sys.argv[2])
print(json.dumps([len(read_state(f"{folder}/{name}").vectors.keys) for name in names]))
assert "gensim" not in sys.modules
"""


def test_all_load_with_gensim_blocked(wheel_data):
    run = subprocess.run(
        [sys.executable, "-c", READ_ALL, str(wheel_data), json.dumps(NAMES + PHRASES)],
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout)[:3] == [3, 12, 806]


def test_the_list_is_complete(wheel_data):
    """The list contains exactly those pickles in the wheel that ns2vec does not refuse."""
    found = set()
    for path in sorted(wheel_data.rglob("*")):
        if not path.is_file() or not looks_like_pickle(path.read_bytes()[:2]):
            continue
        try:
            if read_state(path).kind == "Doc2Vec":
                continue  # test_doc2vec.py
            found.add(path.relative_to(wheel_data).as_posix())
        except FormatError as error:
            message = str(error)
            assert any(why in message for why in ("refused to load", "holds a", "a pickled list"))
    assert found == {*NAMES, *PHRASES, *WITH_NGRAMS}


@pytest.mark.parametrize("name", WITH_NGRAMS)
def test_rows_of_ngrams_fit_their_buckets(wheel_data, name):
    attributes = read_state(wheel_data / name).vectors.attributes
    buckets = attributes.get("ngram_buckets", range(attributes["bucket"]))
    assert len(attributes["ngram_rows"]) == len(buckets)


@pytest.mark.parity
@pytest.mark.parametrize("name", NAMES)
def test_equal_to_gensims_own_reading(wheel_data, name):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        models = pytest.importorskip("gensim.models", reason="gensim is not installed")
        kind = models.KeyedVectors if "keyedvectors" in name else models.Word2Vec
        try:
            theirs = kind.load(str(wheel_data / name))
        except AttributeError as error:
            pytest.skip(f"gensim itself does not read it: {error}")
    found = read_state(wheel_data / name)
    wv = getattr(theirs, "wv", theirs)
    assert found.kind == type(theirs).__name__
    assert found.vectors.keys == wv.index_to_key
    assert np.array_equal(found.vectors.vectors, wv.vectors)
    for attribute in ("count", "sample_int"):
        expected = np.clip(wv.expandos[attribute].astype(np.int64), 0, 2**32 - 1)
        assert np.array_equal(found.vectors.expandos[attribute], expected)
    for attribute in ("syn1neg", "syn1"):
        if hasattr(theirs, attribute) and getattr(theirs, attribute) is not None:
            assert np.array_equal(found.arrays[attribute], getattr(theirs, attribute))
    if kind is models.Word2Vec:
        assert set(found.attributes) >= {"vector_size", "window", "negative", "hs", "sg", "epochs", "alpha"}
        for attribute, value in found.attributes.items():
            if attribute not in {"lifecycle_events", "raw_vocab"} and hasattr(theirs, attribute):
                assert getattr(theirs, attribute) == value, attribute


def test_side_files_are_mapped(wheel_data, tmp_path):
    for path in wheel_data.glob("word2vec_old_sep*"):
        shutil.copy(path, tmp_path)
    found = read_state(tmp_path / "word2vec_old_sep", mmap="r")
    assert isinstance(found.arrays["syn1neg"], np.memmap)


def test_other_models_are_named(wheel_data):
    with pytest.raises(FormatError, match=r"holds a FastText of gensim's old wrapper.* load_facebook_model"):
        read_state(wheel_data / "ft_model_2.3.0")


def keys_alone(state):
    state.keys = state.keys[:3]


def vectors_alone(state):
    state.vectors = state.vectors[:3]


def keys_and_vectors(state):
    keys_alone(state)
    vectors_alone(state)


@pytest.mark.parametrize("cut", [keys_alone, vectors_alone, keys_and_vectors])
def test_what_does_not_fit_is_cut(tmp_path, caplog, state, cut):
    """gensim reads such files, which assigning to a model's attributes makes (gensim #2427)."""
    words, vectors, weights = state.vectors.keys, state.vectors.vectors, state.arrays["syn1neg"]
    cut(state.vectors)
    write_state(tmp_path / "model", state)
    found = read_state(tmp_path / "model")
    assert found.vectors.keys == words[:3]
    assert np.array_equal(found.vectors.vectors, vectors[:3])
    assert found.vectors.expandos["count"].tolist() == [9, 5, 3]
    assert np.array_equal(found.arrays["syn1neg"], weights[:3])
    assert "the attribute count has 5 values for 3 keys: the first are kept" in caplog.text


def test_words_that_an_old_vocabulary_lacks_are_free_rows(wheel_data, monkeypatch, caplog):
    whole = read_state(wheel_data / "word2vec_3.3").vectors

    def without_one(self, vocab, keys):
        return known_words(self, {key: entry for key, entry in vocab.items() if key != whole.keys[1]}, keys)

    known_words = upgrade._Upgrade.known_words
    monkeypatch.setattr(upgrade._Upgrade, "known_words", without_one)
    found = read_state(wheel_data / "word2vec_3.3").vectors
    assert found.keys == [whole.keys[0], None, *whole.keys[2:]]
    assert found.expandos["count"].tolist()[:3] == [whole.expandos["count"][0], 0, whole.expandos["count"][2]]
    assert "1 words (the first is" in caplog.text
