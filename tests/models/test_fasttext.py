"""FastText: rows of words and n-grams, unknown words, Facebook's files."""

from __future__ import annotations

import copy

import numpy as np
import pytest

from ns2vec import FastText, KeyedVectors, Word2Vec
from ns2vec._typing import VectorMaker
from ns2vec.exceptions import ConfigError, FormatError
from ns2vec.fasttext import (
    FastTextKeyedVectors,
    load_facebook_model,
    load_facebook_vectors,
    save_facebook_model,
)

SMALL = {"vector_size": 12, "min_count": 1, "sample": 0, "workers": 1, "seed": 3, "bucket": 2000, "epochs": 2}
SENTENCES = [["walk", "walked", "slowly"], ["walks", "fast", "Österreich"], ["trees", "grow", "slowly"]] * 40
UNKNOWN = ["walking", "slow", "Österreicher", "xq", "treetop", "f"]


@pytest.fixture(scope="module")
def model():
    return FastText(SENTENCES, **SMALL)


def same(one, other):
    words = [*one.wv.index_to_key, *UNKNOWN]
    assert np.array_equal(one.wv.vectors_vocab, other.wv.vectors_vocab)
    return np.array_equal(one.wv.vectors_for(words), other.wv.vectors_for(words))


# ---- rows ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sg", [0, 1])
@pytest.mark.parametrize("objective", ["negative_sampling", "hierarchical_softmax", "softmax"])
def test_rows_that_no_word_uses_are_as_if_they_had_been_there(sg, objective):
    compact, full = (
        FastText(SENTENCES, **SMALL, sg=sg, objective=objective, compact=compact) for compact in (True, False)
    )
    assert len(compact.wv._ngrams.rows) < len(full.wv._ngrams.rows) == SMALL["bucket"]
    assert same(compact, full)
    for one in (compact, full):
        one.build_vocab([["growing", "treetop"]] * 9, update=True)
        one.train([["growing", "treetop"]] * 9, total_examples=9, epochs=2)
    assert same(compact, full)
    assert np.array_equal(compact.wv.vectors_ngrams, full.wv.vectors_ngrams)


def test_a_vector_is_the_mean_of_a_words_own_row_and_those_of_its_ngrams(model):
    wv, rows = model.wv, model.wv._ngrams.whole(SMALL["bucket"]).astype(float)
    buckets = dict(zip(wv.index_to_key, wv.buckets_word, strict=True))
    for word in ("walked", "Österreich"):
        own = wv.vectors_vocab[wv.get_index(word)][np.newaxis].astype(float)
        expected = np.concatenate([own, rows[buckets[word]]]).mean(axis=0)
        np.testing.assert_allclose(wv[word], expected, rtol=1e-5)


def test_without_ngrams_it_is_word2vec():
    options = {name: value for name, value in SMALL.items() if name != "bucket"}
    ours, plain = FastText(SENTENCES, **options, max_n=0), Word2Vec(SENTENCES, **options)
    np.testing.assert_allclose(ours.wv.vectors, plain.wv.vectors, atol=1e-6)
    assert "walking" not in ours.wv
    with pytest.raises(KeyError, match="cannot calculate vector for OOV word without ngrams"):
        ours.wv["walking"]


def test_locked_rows_stay():
    model = FastText(**SMALL)
    model.build_vocab(SENTENCES)
    model.wv.vectors_ngrams_lockf = np.zeros(1, np.float32)
    model.wv.vectors_vocab_lockf = np.ones(len(model.wv), np.float32)
    model.wv.vectors_vocab_lockf[2] = 0.0
    words, ngrams = model.wv.vectors_vocab.copy(), model.wv._ngrams.rows.copy()
    model.train(SENTENCES, total_examples=len(SENTENCES), epochs=1)
    assert np.array_equal(model.wv._ngrams.rows, ngrams)
    assert np.flatnonzero((model.wv.vectors_vocab == words).all(axis=1)).tolist() == [2]


def test_rows_that_a_user_puts_in_place_are_trained():
    model = FastText(**SMALL)
    model.build_vocab(SENTENCES)
    rows = np.zeros((SMALL["bucket"], 12), np.float32)
    model.wv.vectors_ngrams = rows
    model.train(SENTENCES, total_examples=len(SENTENCES), epochs=1)
    used = np.unique(np.concatenate(model.wv.buckets_word))
    moved = np.flatnonzero(model.wv.vectors_ngrams.any(axis=1))
    assert np.array_equal(moved, used)


# ---- unknown words ------------------------------------------------------------------------------------


def test_questions_take_unknown_words(model):
    wv = model.wv
    assert "walking" in wv
    assert not wv.has_index_for("walking")
    assert wv.most_similar("walkes", topn=1)[0][0] in ("walk", "walks", "walked")
    assert wv.most_similar_many(["walkes"], topn=1)[0][0][0] == wv.most_similar("walkes", topn=1)[0][0]
    assert wv.similarity("walkes", "walks") > wv.similarity("walkes", "trees")
    assert np.linalg.norm(wv.get_vector("walkes", norm=True)) == pytest.approx(1, abs=1e-6)
    assert wv.vectors_for_all(["walks", "walkes"]).index_to_key == ["walks", "walkes"]
    assert wv.get_sentence_vector(["walks", "walkes"]).shape == (12,)


def test_a_word_without_ngrams_has_zeros_and_a_warning(model, caplog):
    assert not model.wv[""].any()
    assert "could not extract any ngrams from ''" in caplog.text


def test_vectors_for_evaluation_are_those_of_known_and_unknown_words(model):
    assert isinstance(model.wv, VectorMaker)
    found = model.wv.vectors_for(["walks", "walking", ""])
    assert np.array_equal(found[:2], model.wv[["walks", "walking"]])
    assert not found[2].any()


# ---- files --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("options", [{}, {"hs": 1, "negative": 0, "sg": 1}, {"max_n": 0}], ids=str)
def test_facebooks_files_bring_the_model_back(options, tmp_path):
    model, path = FastText(SENTENCES, **(SMALL | options)), tmp_path / "model.bin"
    save_facebook_model(model, path)
    again = load_facebook_model(path)
    assert again.wv.index_to_key == model.wv.index_to_key
    assert np.array_equal(again.wv.vectors, model.wv.vectors)
    known = ("sg", "hs", "window", "epochs", "min_count", "vector_size", "bucket", "corpus_total_words")
    assert [getattr(again, name) for name in known] == [getattr(model, name) for name in known]
    words = UNKNOWN if model.wv.bucket else model.wv.index_to_key
    assert np.array_equal(again.wv.vectors_for(words), model.wv.vectors_for(words))
    assert np.array_equal(load_facebook_vectors(path).vectors_for(words), model.wv.vectors_for(words))
    save_facebook_model(again, tmp_path / "again.bin")
    assert (tmp_path / "again.bin").read_bytes() == path.read_bytes()
    again.train(SENTENCES, total_examples=len(SENTENCES), epochs=1)
    assert not np.array_equal(again.wv.vectors, model.wv.vectors)


def test_the_word_for_the_end_of_a_line_keeps_its_vector_in_facebooks_files(tmp_path):
    # the fasttext package counts it once a line and where it is in the text, and gives it no n-grams
    sentences = [["the", "cat", "</s>", "sat"], ["the", "dog", "sat", "</s>"]] * 20
    made = FastText(sentences, vector_size=8, min_count=1, bucket=100, workers=1)
    rows = made.wv.word_bags().offsets
    assert np.diff(rows)[made.wv.key_to_index["</s>"]] > 1  # as in gensim
    save_facebook_model(made, tmp_path / "model.bin")
    found = load_facebook_model(tmp_path / "model.bin")
    for word in ("</s>", "cat"):
        assert np.allclose(found.wv[word], made.wv[word], atol=1e-7)
    before = found.wv["</s>"]
    found.build_vocab([["new", "</s>"]] * 9, update=True)
    found.save(tmp_path / "grown")
    for other in (found, FastText.load(tmp_path / "grown")):
        row = other.wv.key_to_index["</s>"]
        assert np.diff(other.wv.word_bags().offsets)[row] == 1
        assert np.array_equal(other.wv["</s>"], other.wv.vectors_vocab[row])
        assert np.array_equal(other.wv["</s>"], before)
    found.train(sentences, total_examples=40, epochs=1)
    assert np.array_equal(found.wv["</s>"], found.wv.vectors_vocab[row])
    save_facebook_model(found, tmp_path / "again.bin")
    assert np.array_equal(load_facebook_vectors(tmp_path / "again.bin")["</s>"], found.wv["</s>"])


class Rounded(FastTextKeyedVectors):
    """Vectors with a matrix that only this class can make, as compress-fasttext has."""


class Half:
    def __init__(self, rows):
        self.rows = rows.astype(np.float16)

    def __getitem__(self, row):
        return self.rows[row].astype(np.float32)


def test_matrices_of_a_client_are_pickled_with_its_class_and_refused_without(model, tmp_path):
    made = Rounded(model.wv.vector_size, model.wv.min_n, model.wv.max_n, model.wv.bucket)
    made.index_to_key, made.key_to_index = model.wv.index_to_key, model.wv.key_to_index
    made.vectors, made.vectors_ngrams, made.vectors_vocab = (
        model.wv.vectors,
        Half(model.wv.vectors_ngrams),
        None,
    )
    made.save(tmp_path / "own")
    with pytest.raises(FormatError, match=r"Rounded.load\(path, trust_pickle=True\) unpickles it"):
        Rounded.load(tmp_path / "own")
    found = Rounded.load(tmp_path / "own", trust_pickle=True)
    assert np.array_equal(found["unheard"], made["unheard"])
    other = copy.copy(model.wv)
    other.vectors_ngrams = Half(model.wv.vectors_ngrams)
    with pytest.raises(ConfigError, match="vectors_ngrams is a Half"):
        other.save(tmp_path / "plain")
    with pytest.raises(ConfigError, match="not for FastTextKeyedVectors"):
        FastTextKeyedVectors.load(tmp_path / "own", trust_pickle=True)


def test_a_file_is_read_as_vectors_of_words_too(model, tmp_path):
    model.save(tmp_path / "model.ns2v")
    model.wv.save(tmp_path / "vectors.ns2v")
    vectors = KeyedVectors.load(tmp_path / "vectors.ns2v", mmap="r")
    assert type(vectors) is type(model.wv)
    assert np.array_equal(vectors["walkings"], model.wv["walkings"])
    assert np.array_equal(
        FastText.load(tmp_path / "model.ns2v", mmap="r").wv["walkings"], model.wv["walkings"]
    )


def test_a_checkpoint_within_an_epoch_has_vectors_of_its_rows(tmp_path):
    def cut():
        yield from SENTENCES * 5
        raise KeyboardInterrupt

    class Corpus:
        def __iter__(self):
            return cut()

    model = FastText(**SMALL, batch_words=100, checkpoint=tmp_path)
    model.build_vocab(SENTENCES * 5)
    with pytest.raises(KeyboardInterrupt):
        model.train(Corpus(), total_examples=600, epochs=2)
    (path,) = tmp_path.glob("*.ns2v")
    found = FastText.load(path).wv
    vectors = found.vectors.copy()
    found.adjust_vectors()
    assert np.array_equal(found.vectors, vectors)


def test_rows_that_do_not_fit_are_refused(model):
    state = model.wv.to_state()
    state.vectors.attributes["ngram_rows"] = np.zeros((3, 12), np.float32)
    with pytest.raises(FormatError, match=r"expected n-gram rows of shape \(\d+, 12\), found \(3, 12\)"):
        type(model.wv).from_state(state)


# ---- options ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"word_ngrams": 2}, NotImplementedError, "word_ngrams"),
        ({"min_n": -1}, ValueError, "min_n must be a whole number"),
        ({"bucket": -1}, ValueError, "bucket must be a whole number"),
        ({"bucket": 2**40}, ValueError, "bucket must be"),
    ],
)
def test_what_cannot_be_is_named(options, error, message):
    with pytest.raises(error, match=message):
        FastText(SENTENCES, **(SMALL | options))


def test_estimated_memory_is_gensims():
    model = FastText(SENTENCES[:3], **(SMALL | {"vector_size": 12, "bucket": 10000}))
    report = model.estimate_memory()
    assert report["syn0_ngrams"] == 10000 * 12 * 4
    assert report["buckets_word"] == 64 + 100 * len(model.wv) + 4 * sum(map(len, model.wv.buckets_word))
    assert report["total"] == sum(report.values()) - report["total"]
