"""Phrases and FrozenPhrases: what is a phrase, what it scores, and how a corpus goes through them."""

from __future__ import annotations

import copy
import math
import pickle

import numpy as np
import pytest

from ns2vec import FrozenPhrases, LineSentence, Phrases, Word2Vec
from ns2vec.exceptions import ConfigError
from ns2vec.models.phrase_joining import PhrasesTransformation, TransformedCorpus, is_single
from ns2vec.models.phrase_scores import (
    ENGLISH_CONNECTOR_WORDS,
    NEGATIVE_INFINITY,
    npmi_scorer,
    original_scorer,
)

TEXT = """near the bank of england a river runs to new york city
new york city has a bank of england office
the bank of england is not in new york
in new york city they drink tea
the city that is drunk of tea is not new york""".splitlines()
SENTENCES = [line.split() for line in TEXT]
ODD = [["a_b", "c"], ["a", "b", "c"], ["a_b", "c", "a", "b_c"], ["a", "b"]]  # tokens that hold the delimiter
COUNTS = {"worda_count": 4, "wordb_count": 5, "bigram_count": 3, "len_vocab": 50, "min_count": 1}


def phrases(**options):
    return Phrases(SENTENCES, **{"min_count": 1, "threshold": 1.5, **options})


def half_scorer(worda_count, wordb_count, bigram_count, len_vocab, min_count, corpus_word_count):
    return bigram_count / 2


class Fixed(PhrasesTransformation):
    """Whatever begins with new is a phrase."""

    def score_candidate(self, word_a, word_b, in_between):
        return (f"{word_a}+{word_b}", 1) if word_a == "new" else (None, None)


# ---- scores -----------------------------------------------------------------------------------------


def test_the_default_score_is_equation_6_times_the_vocabulary():
    assert original_scorer(**COUNTS, corpus_word_count=100) == (3 - 1) / (4 * 5) * 50
    assert original_scorer(0, 5, 3, 50, 1, 100) == NEGATIVE_INFINITY


def test_npmi_is_one_for_words_never_met_apart_and_nothing_below_min_count():
    assert npmi_scorer(3, 3, 3, 50, 1, 100) == pytest.approx(1.0)
    assert npmi_scorer(10, 10, 1, 50, 1, 100) == pytest.approx(0.0, abs=1e-12)
    assert npmi_scorer(3, 3, 3, 50, 4, 100) == npmi_scorer(1, 1, 1, 1, 1, 1) == NEGATIVE_INFINITY


@pytest.mark.parametrize("scoring", ["default", "npmi", original_scorer, npmi_scorer, half_scorer])
@pytest.mark.parametrize("connector_words", [(), ENGLISH_CONNECTOR_WORDS])
def test_what_c_finds_is_what_score_candidate_says(scoring, connector_words):
    class InPython(Phrases):
        def score_candidate(self, *args):
            return super().score_candidate(*args)

    options = {"min_count": 1, "threshold": 0.5, "scoring": scoring, "connector_words": connector_words}
    fast, slow = Phrases(SENTENCES + ODD, **options), InPython(SENTENCES + ODD, **options)
    assert fast._joiner() is not None
    assert slow._joiner() is None
    for sentence in [*SENTENCES, *ODD, ["a_b", "c", "unseen", "un_seen", "new", "york", "a"], []]:
        assert list(fast.analyze_sentence(sentence)) == list(slow.analyze_sentence(sentence))
        assert fast[sentence] == slow[sentence]
    assert list(fast.export_phrases().items()) == list(slow.export_phrases().items())
    assert fast.find_phrases(SENTENCES + ODD) == slow.find_phrases(SENTENCES + ODD) != {}


def test_own_scorers_get_the_counts_by_gensims_names():
    calls = []
    model = phrases(scoring="default")
    model.scoring = lambda **counts: calls.append(counts) or math.nan
    model.threshold = 7
    assert model[["new", "york"]] == ["new", "york"]  # NaN is greater than nothing
    expected = {"worda_count": 5, "wordb_count": 5, "bigram_count": 5, "len_vocab": len(model.vocab)}
    assert calls == [{**expected, "min_count": 1, "corpus_word_count": sum(map(len, SENTENCES))}]


def test_a_scorer_that_changes_the_counts_is_refused():
    model = phrases()
    model.scoring = lambda **counts: model.add_vocab([["unheard", "of"]]) or 1.0
    with pytest.raises(RuntimeError, match="changed the counts"):
        model[["new", "york"]]


def test_a_phrase_needs_more_than_the_threshold():
    model = Phrases([["a", "b"], ["a", "b"]], min_count=1, threshold=0.75)
    assert model[["a", "b"]] == ["a", "b"]
    model.threshold = 0.7499
    assert model[["a", "b"]] == ["a_b"]


# ---- sentences and corpora --------------------------------------------------------------------------


def test_connector_words_are_within_phrases_and_neither_begin_nor_end_one():
    model = phrases(connector_words=ENGLISH_CONNECTOR_WORDS)
    found = model[["of", "the", "bank", "of", "england", "of", "a", "new", "york", "the"]]
    assert found == ["of", "the", "bank_of_england", "of", "a", "new_york", "the"]
    assert "of" not in model.vocab


@pytest.mark.parametrize("nothing", [[], (), "", iter([])], ids=["list", "tuple", "str", "iterator"])
def test_nothing_is_a_sentence_without_words(nothing):
    assert phrases()[nothing] == []


def test_sentence_and_corpus_are_told_apart_by_what_comes_first():
    assert is_single(["a", ["b"]])[0]
    assert not is_single([["a"], "b"])[0]
    single, rest = is_single(iter([["a"], ["b"]]))
    assert (single, list(rest)) == (False, [["a"], ["b"]])
    with pytest.raises(TypeError, match="not iterable"):
        phrases()[5]


def test_a_joined_corpus_is_read_anew_each_time(write_text):
    model = phrases()
    expected = [model[sentence] for sentence in SENTENCES]
    path = write_text("\n".join(TEXT))
    for corpus in (SENTENCES, LineSentence(path), tuple(SENTENCES), model.freeze()[SENTENCES]):
        joined = model[corpus]
        assert isinstance(joined, TransformedCorpus)
        assert list(joined) == list(joined)
    for either in (model, model.freeze()):
        assert list(either[LineSentence(path)]) == list(either[SENTENCES]) == expected
    assert len(model[SENTENCES]) == len(SENTENCES)
    assert model[SENTENCES][2] == expected[2]


def test_a_file_can_be_joined_while_more_is_counted(write_text):
    path = write_text("\n".join(TEXT * 4000))
    model = phrases()
    joined = iter(model[LineSentence(path)])
    first = next(joined)
    model.add_vocab([["x", "y"], ["unseen", "yet"]])
    assert first == phrases()[SENTENCES[0]]
    assert sum(1 for _ in joined) == len(TEXT) * 4000 - 1


def test_trigrams_are_phrases_of_phrases():
    bigrams = phrases()
    trigrams = Phrases(bigrams[SENTENCES], min_count=1, threshold=1.5)
    found = {word for sentence in trigrams[bigrams[SENTENCES]] for word in sentence}
    assert any(word.count("_") == 2 for word in found)


def test_a_joined_corpus_trains_the_same_vectors_each_time(write_text):
    model = phrases()
    options = {"vector_size": 8, "min_count": 1, "workers": 1, "epochs": 2}
    path = write_text("\n".join(TEXT))
    corpora = (model[SENTENCES], model[SENTENCES], model[LineSentence(path)], list(model[SENTENCES]))
    first, *others = (Word2Vec(corpus, **options).wv for corpus in corpora)
    assert "new_york" in first
    for other in others:
        assert other.index_to_key == first.index_to_key
        assert np.array_equal(other.vectors, first.vectors)


# ---- counts -----------------------------------------------------------------------------------------


def test_counts_add_up_over_calls():
    parts = Phrases(min_count=1, threshold=1.5)
    assert (parts["new", "york"], parts.export_phrases(), len(parts.vocab)) == (["new", "york"], {}, 0)
    parts.add_vocab(SENTENCES[:2])
    parts.add_vocab(iter(SENTENCES[2:]))
    whole = phrases()
    assert list(parts.vocab.items()) == list(whole.vocab.items())
    assert parts.corpus_word_count == whole.corpus_word_count
    assert parts.export_phrases() == whole.export_phrases()


def test_too_many_counts_are_pruned_with_a_rising_floor():
    model = Phrases(SENTENCES, min_count=1, max_vocab_size=5)
    assert 0 < len(model.vocab) <= 5
    model.add_vocab(SENTENCES)
    assert model.min_reduce > 1


def test_a_refused_sentence_leaves_the_counts_as_they_were():
    model = phrases()
    before = model.vocab.copy()
    with pytest.raises(TypeError, match="sentence 1 holds 5"):
        model.add_vocab([["more"], ["x", 5]])
    assert (model.vocab, model.corpus_word_count) == (before, phrases().corpus_word_count)


def test_counts_and_options_can_be_changed():
    model = phrases()
    del model.vocab["new_york"]
    assert model[["new", "york"]] == ["new", "york"]
    model.vocab = {"new": 2, "york": 2, "new-york": 2, "of": 1}
    model.delimiter, model.threshold = "-", 0.5
    model.connector_words = {"of"}
    assert (model[["new", "york"]], model.connector_words) == (["new-york"], {"of"})


# ---- frozen -----------------------------------------------------------------------------------------


def test_frozen_phrases_are_those_that_were_exported():
    model = phrases()
    frozen = model.freeze()
    assert frozen.phrasegrams == model.export_phrases() != {}
    assert list(frozen[SENTENCES]) == list(model[SENTENCES])
    assert frozen.score_candidate("new", "york", []) == model.score_candidate("new", "york", [])
    assert str(frozen) == f"FrozenPhrases<{len(frozen.phrasegrams)} phrases, min_count=1, threshold=1.5>"


def test_changed_phrasegrams_count_at_once():
    frozen = phrases().freeze()
    assert frozen[["new", "york"]] == ["new_york"]
    del frozen.phrasegrams["new_york"]
    frozen.phrasegrams["york_city"] = 4.0
    assert list(frozen.analyze_sentence(["new", "york", "city"])) == [("new", None), ("york_city", 4.0)]
    frozen.phrasegrams = {"new_york": 1.0}
    assert frozen[["new", "york", "city"]] == ["new_york", "city"]


def test_subclasses_say_themselves_what_a_phrase_is():
    assert Fixed(["of"])[["new", "of", "york", "x", "of"]] == ["new+york", "x", "of"]

    class Never(FrozenPhrases):
        def score_candidate(self, word_a, word_b, in_between):
            return None, None

    assert Never(phrases())[["new", "york"]] == ["new", "york"]


# ---- options ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "options",
    [
        {"min_count": 0}, {"min_count": -1}, {"threshold": 0}, {"threshold": "high"}, {"scoring": "pmi"},
        {"threshold": 2, "scoring": "npmi"}, {"scoring": None}, {"scoring": lambda a, b: 0},
        {"progress_per": 0}, {"max_vocab_size": -1},
    ],
    ids=" ".join,
)  # fmt: skip
def test_options_that_make_no_sense_are_refused(options):
    with pytest.raises(ConfigError, match=next(iter(options)) if len(options) == 1 else "threshold"):
        Phrases(**options)


def test_a_scorer_that_cannot_be_pickled_is_refused():
    with pytest.raises(pickle.PickleError, match="cannot be pickled"):
        Phrases(scoring=lambda **counts: 1.0)


def test_a_delimiter_is_text_and_phrases_without_one_cannot_be_exported():
    with pytest.raises(TypeError, match="delimiter must be a str"):
        Phrases(delimiter=b"_")
    model = phrases(delimiter="")
    assert model[["new", "york"]] == ["newyork"]
    with pytest.raises(ConfigError, match="find_phrases"):
        model.export_phrases()


@pytest.mark.parametrize("make", [phrases, lambda: phrases().freeze()], ids=["counted", "frozen"])
def test_copies_join_the_same(make):
    model = make()
    for other in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert list(other[SENTENCES]) == list(model[SENTENCES])
        assert str(other) == str(model)
