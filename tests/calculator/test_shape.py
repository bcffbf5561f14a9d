"""Counts and sentence lengths of a corpus."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from ns2vec.calculator.shape import shape_of_corpus, shape_of_counts
from ns2vec.corpus import open_corpus
from ns2vec.exceptions import ConfigError, CorpusError, VocabularyError
from ns2vec.vocab import keep_probabilities


def test_a_corpus_is_measured(config, sentences):
    shape = shape_of_corpus(open_corpus(sentences), config())
    counts = Counter(word for sentence in sentences for word in sentence)
    kept = {word: n for word, n in counts.items() if n >= 2}
    assert shape.n_words == sum(map(len, sentences))
    assert shape.n_types == len(counts)
    assert sorted(shape.counts.tolist()) == sorted(kept.values())
    lengths = Counter(map(len, sentences))
    del lengths[0]
    assert dict(zip(shape.lengths.tolist(), shape.n_sentences.tolist(), strict=True)) == lengths
    keep = dict(zip(kept, keep_probabilities(np.array(list(kept.values())), 0.05), strict=True))
    for length, share in zip(shape.lengths, shape.kept, strict=True):
        words = [word for sentence in sentences if len(sentence) == length for word in sentence]
        assert share == pytest.approx(np.mean([keep.get(word, 0.0) for word in words]))
    assert shape.assumptions == ()
    assert not shape.is_file


def test_a_file_and_a_list_have_one_shape(config, sentences, write_text):
    path = write_text("\n".join(" ".join(sentence) for sentence in sentences) + "\n")
    from_file = shape_of_corpus(open_corpus(str(path)), config())
    from_list = shape_of_corpus(open_corpus([sentence for sentence in sentences if sentence]), config())
    assert from_file.is_file
    for name in ("counts", "lengths", "n_sentences", "kept", "vocabulary_bytes"):
        np.testing.assert_allclose(getattr(from_file, name), getattr(from_list, name))


def test_long_sentences_are_measured_as_they_are_trained(config):
    shape = shape_of_corpus(open_corpus([["a"] * 25_000]), config())
    assert shape.lengths.tolist() == [5_000, 10_000]
    assert shape.n_sentences.tolist() == [1, 2]


def test_counts_stand_for_sentences_of_one_length(config):
    shape = shape_of_counts({"a": 30, "b": 10, "c": 1}, config(sample=0), sentence_words=8)
    assert (shape.n_words, shape.n_types, shape.counts.tolist()) == (41, 3, [30, 10])
    assert (shape.lengths.tolist(), shape.n_sentences.tolist()) == ([8], [41 / 8])
    assert shape.kept.tolist() == [40 / 41]
    assert shape.assumptions == ()
    listed = shape_of_counts([30, 10, 1], config(sample=0))
    assert listed.lengths.tolist() == [20]
    assert listed.assumptions == ("sentences of 20 words (sentence_words)", "words of 8 letters")


@pytest.mark.parametrize("count", [2.5, float("nan"), -1, "3"], ids=repr)
def test_a_count_that_cannot_be_is_named_with_its_word(config, count):
    with pytest.raises(ConfigError, match="the count of 'b' must be a whole number of at least 0, got"):
        shape_of_counts({"a": 5, "b": count}, config)


def test_what_cannot_be_is_named(config):
    with pytest.raises(CorpusError, match="only once"):
        shape_of_corpus(open_corpus(iter([["a"]])), config())
    for wrong in ([], [[1, 2]], [-1, 2], [float("nan")], [1.5]):
        with pytest.raises(ConfigError, match=r"^counts must be"):
            shape_of_counts(wrong, config())
    for wrong in (0, float("nan"), "long"):
        with pytest.raises(ConfigError, match=r"^sentence_words must be"):
            shape_of_counts([5, 5], config(), sentence_words=wrong)
    with pytest.raises(VocabularyError, match="min_count"):
        shape_of_counts([1, 1], config())
