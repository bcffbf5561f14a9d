"""The doors to a vocabulary: counts that are known, corpora without words, what is no word."""

from __future__ import annotations

import copy
import logging

import numpy as np
import pytest

from ns2vec import Word2Vec
from ns2vec.exceptions import ConfigError, CorpusError, VocabularyError

SENTENCES = [["a", "b", "c"], ["b", "c", "d"]] * 20
SMALL = {"vector_size": 4, "min_count": 1, "workers": 1, "epochs": 2}
NAN = float("nan")


class Again:
    """Starts again, and has no length."""

    def __iter__(self):
        return iter(SENTENCES)


def of_counts(**options):
    model = Word2Vec(**(SMALL | options))
    model.build_vocab_from_freq({"a": 20, "b": 40, "c": 40, "d": 20})
    return model


# ---- counts that are known --------------------------------------------------------------------------


@pytest.mark.parametrize("frequencies", [{"a": 2.9}, {"a": NAN}, {"a": -1}, {None: 3}, "text", 5], ids=repr)
def test_counts_that_cannot_be_change_nothing(frequencies):
    model = of_counts()
    with pytest.raises(ConfigError, match=r"count"):
        model.build_vocab_from_freq(frequencies)
    assert (model.wv.index_to_key, model.corpus_total_words) == (["c", "b", "d", "a"], 120)


def test_counts_that_a_user_puts_in_place_are_checked_too():
    model = Word2Vec(**SMALL)
    model.raw_vocab = {"a": 1.5}
    with pytest.raises(ConfigError, match="the count of 'a'"):
        model.prepare_vocab()


@pytest.mark.parametrize("corpus", [list, Again, iter], ids=["list", "iterable", "generator"])
@pytest.mark.parametrize("total", ["total_examples", "total_words"])
def test_what_the_model_knows_is_enough_to_train(corpus, total):
    """`corpus_count` is 0 after `build_vocab_from_freq`, which saw no sentences."""
    model = of_counts(batch_words=10)
    assert (model.corpus_count, model.corpus_total_words) == (0, 120)
    given = {list: SENTENCES, Again: Again(), iter: iter(SENTENCES)}[corpus]
    _, n_words = model.train(given, epochs=1, **{total: 0})
    assert n_words == 120
    # the rate has fallen over the whole corpus and not at its first sentence
    assert model.min_alpha_yet_reached < 0.005
    told = of_counts(batch_words=10)
    told.train(SENTENCES, epochs=1, total_words=120)
    assert np.allclose(model.wv.vectors, told.wv.vectors, atol=1e-2)


def test_a_stream_of_unknown_length_says_what_to_give():
    model = of_counts()
    model.corpus_total_words = None
    with pytest.raises(ConfigError, match="give the number of its sentences as total_examples"):
        model.train(iter(SENTENCES), total_examples=model.corpus_count, epochs=1)
    assert model.train(Again(), total_examples=model.corpus_count, epochs=1)[1] == 120


def test_a_file_counts_itself(tmp_path):
    path = tmp_path / "text"
    path.write_text("a b c\n" * 20)
    model = of_counts()
    model.train(corpus_file=path, total_words=model.corpus_total_words, epochs=1)
    model.corpus_total_words = 0
    assert model.train(path, total_examples=0, epochs=1)[1] == 60


# ---- nothing is left --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("corpus", "why"),
    [
        ([["a", "b"]], "min_count is 5; lower min_count"),
        ([], "the corpus has no words"),
        ([[]], "has no words"),
    ],
    ids=["rare", "empty", "blank"],
)
@pytest.mark.parametrize(
    "options", [{}, {"hs": 1, "negative": 0, "null_word": 1}, {"objective": "softmax"}], ids=repr
)
def test_a_vocabulary_without_words_is_logged_and_training_refuses(corpus, why, options, caplog, tmp_path):
    model = Word2Vec(**(SMALL | {"min_count": 5} | options))
    model.build_vocab(corpus)
    assert why in caplog.text
    assert (model.wv.vectors.shape, len(model.wv), model.corpus_count) == ((0, 4), 0, len(corpus))
    with pytest.raises(VocabularyError, match=why):
        model.train(corpus, total_examples=1, epochs=1)
    with pytest.raises(VocabularyError, match=why):
        Word2Vec(corpus, **(SMALL | {"min_count": 5} | options))
    model.save(tmp_path / "model")
    for same in (copy.deepcopy(model), Word2Vec.load(tmp_path / "model")):
        assert same.wv.vectors.shape == (0, 4)
        with pytest.raises(VocabularyError, match="must first build vocabulary"):
            same.train(corpus, total_examples=1, epochs=1)
    model.build_vocab([["a", "b"]] * 5)
    assert model.train([["a", "b"]] * 5, total_examples=5, epochs=1)[1] == 10


def test_what_max_final_vocab_left_out_is_said(caplog):
    model = Word2Vec(**(SMALL | {"max_final_vocab": 1}))
    model.scan_vocab([["a", "b"]])
    assert model.prepare_vocab()["num_retained_words"] == 0
    assert "raise max_final_vocab" in caplog.text


def test_a_file_without_words_is_named(tmp_path):
    path = tmp_path / "blank.txt"
    path.write_text(" \n\n")
    for corpus in ({"sentences": path}, {"corpus_file": path}):
        with pytest.raises(
            VocabularyError, match=r"blank\.txt: no words in it; expected words separated by spaces"
        ):
            Word2Vec(**corpus, **SMALL)


@pytest.mark.parametrize(
    "options", [{}, {"hs": 1, "negative": 0}, {"max_vocab_size": 9}, {"max_final_vocab": 4}], ids=repr
)
@pytest.mark.parametrize("day", [[], [[]], "file", [["rare"]]], ids=["empty", "blank", "file", "rare"])
def test_an_update_that_brings_no_word_changes_nothing(day, options, tmp_path):
    (tmp_path / "day.txt").write_text("")
    corpus = tmp_path / "day.txt" if day == "file" else day
    model = Word2Vec(SENTENCES, **(SMALL | options))
    before = copy.deepcopy(model)
    model.build_vocab(corpus, update=True, min_count=2)
    trained = model.train(corpus, total_examples=model.corpus_count, epochs=2)
    assert trained == (0, 2 * model.corpus_total_words)
    assert (model.wv.vectors == before.wv.vectors).all()
    assert model.wv.index_to_key == before.wv.index_to_key
    assert model.wv.expandos["count"].tolist() == before.wv.expandos["count"].tolist()


# ---- no words ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("options", [{}, {"max_vocab_size": 3}], ids=repr)
@pytest.mark.parametrize("token", [None, NAN, np.float64("nan"), np.datetime64("NaT", "s")], ids=repr)
def test_a_missing_value_is_refused_with_its_sentence(token, options):
    with pytest.raises(CorpusError, match=r"^sentence 1 holds .*, a missing value, not a word"):
        Word2Vec([["Alice", "Bob"], ["Bob", token]], **(SMALL | options))
    with pytest.raises(CorpusError, match=r"^sentence 0 holds "):
        Word2Vec(SENTENCES, **(SMALL | options)).build_vocab([["a", token]], update=True)


def test_a_missing_value_in_an_array_of_numbers_is_refused():
    with pytest.raises(CorpusError, match="sentence 0 holds nan"):
        Word2Vec([np.array([1.0, np.nan])] * 5, **SMALL)


def test_a_row_without_a_key_does_not_keep_a_model_from_training():
    """Files of gensim in which None was a word have such a row."""
    for options in ({}, {"hs": 1, "negative": 0}, {"objective": "softmax"}):
        model = Word2Vec(SENTENCES, **(SMALL | options))
        del model.wv.key_to_index["d"]
        model.wv.index_to_key[model.wv.index_to_key.index("d")] = None
        assert model.train(SENTENCES, total_examples=40, epochs=1)[1] == 120
        if not model.hs:
            assert {key for key, _ in model.predict_output_word(["a"], topn=None)} == {"a", "b", "c"}


def test_used_up_sentences_are_an_error_and_no_untrained_model():
    for once in ([iter(words) for words in SENTENCES], [map(str, words) for words in SENTENCES]):
        with pytest.raises(CorpusError, match=r"can be read once; make each sentence a list of words"):
            Word2Vec(once, **SMALL)
    once = [(word for word in words) for words in SENTENCES]
    model = Word2Vec(**SMALL)
    model.build_vocab(once)
    with pytest.raises(CorpusError, match="a generator can be read once"):
        model.train(once, total_examples=40, epochs=1)


def test_sentences_that_lose_their_words_are_an_error():
    class Fading:
        words = ("a", "b")

        def __iter__(self):
            yield from [list(self.words)] * 9
            self.words = ()

    with pytest.raises(CorpusError, match="had words in an earlier one: give the same sentences"):
        Word2Vec(Fading(), **SMALL)


def test_sentences_that_are_made_anew_may_be_generators():
    class Fresh:
        def __iter__(self):
            return ((word for word in words) for words in SENTENCES)

    assert (Word2Vec(Fresh(), **SMALL).wv.vectors == Word2Vec(SENTENCES, **SMALL).wv.vectors).all()


def test_empty_sentences_are_no_error(caplog):
    model = Word2Vec(SENTENCES, **SMALL)
    assert model.train([[], ()], total_examples=2, epochs=1) == (0, 0)


def test_gensims_sentence_about_both_objectives(caplog):
    caplog.set_level(logging.WARNING)
    Word2Vec(SENTENCES, **(SMALL | {"hs": 1}))
    assert "Both hierarchical softmax and negative sampling are activated." in caplog.text


@pytest.mark.parametrize("memory", [0, "1MiB"])
def test_a_file_that_is_emptied_after_counting_is_an_error(tmp_path, memory):
    path = tmp_path / "text"
    path.write_text("a b c\n" * 20)

    class Emptying:
        def on_epoch_begin(self, model):
            path.write_text("")

    with pytest.raises(CorpusError, match=r"text: 60 words were counted, but there are none now"):
        Word2Vec(path, corpus_memory=memory, callbacks=[Emptying()], **SMALL)


def test_the_remedy_is_one_that_helps(tmp_path):
    """Models that old versions of gensim saved know no lengths."""
    model = Word2Vec(SENTENCES, **SMALL)
    for count, remedy in (
        (40, r"total_examples=model\.corpus_count"),
        (None, r"total_examples=len\(sentences\)"),
    ):
        model.corpus_count = count
        with pytest.raises(ConfigError, match=f"give total_examples or total_words.*{remedy}$"):
            model.train(SENTENCES, epochs=1)
    (tmp_path / "text").write_text("a b c\n")
    for n_words, remedy in ((120, r"model\.corpus_total_words"), (0, "the number of its words")):
        model.corpus_total_words = n_words
        with pytest.raises(ConfigError, match=f"total_words={remedy}$"):
            model.train(corpus_file=tmp_path / "text", epochs=1, total_examples=1)
