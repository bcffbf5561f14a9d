"""Slices, prefixes and the held-out part."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec import Word2Vec
from ns2vec.comparison.text import SlicedText, cut_sentences, read_text
from ns2vec.corpus import END, open_corpus
from ns2vec.exceptions import CorpusError, VocabularyError

ROWS = np.array([0, 1, END, 2, END, 3, 4, 5, END, 0, END], dtype=np.int32)


def passes(text: SlicedText, n: int, chunk_words: int = 10_000) -> list[list[list[int]]]:
    return [[chunk.words.tolist() for chunk in text.chunks({}, chunk_words=chunk_words)] for _ in range(n)]


def test_slices_follow_each_other_and_begin_again():
    text = SlicedText(ROWS, 2)
    first, second, again = passes(text, 3)
    assert np.concatenate([*first, *second]).tolist() == ROWS.tolist()
    assert again == first
    assert text.n_words == 7


def test_chunks_end_with_the_sentence_that_fills_them():
    (chunks,) = passes(SlicedText(ROWS), 1, chunk_words=2)
    assert chunks == [[0, 1, END], [2, END, 3, 4, 5, END], [0, END]]
    found = list(SlicedText(ROWS).chunks({}, chunk_words=2))
    assert [chunk.words_before for chunk in found] == [0, 2, 6]
    assert [chunk.sentences_before for chunk in found] == [0, 1, 3]
    assert [chunk.n_words for chunk in found] == [2, 4, 1]


def test_there_are_no_more_slices_than_sentences():
    assert SlicedText(ROWS, 100).n_slices == 4


def test_every_so_many_th_sentence_is_held_out():
    sentences = [[f"w{number % 7}", "x"] for number in range(100)]
    model = Word2Vec(min_count=1, vector_size=4)
    text = read_text(open_corpus(sentences), model, 0.1)
    assert int((text.held_out == END).sum()) == 10
    names = [
        model.wv.index_to_key[row] for row in text.held_out if row >= 0 and row != model.wv.key_to_index["x"]
    ]
    assert names == [f"w{number % 7}" for number in range(9, 100, 10)]
    assert int((text.prefix(11) == END).sum()) == 6
    assert text.prefix(10**9) is text.train


@pytest.mark.parametrize("n_words", [1, 4, 5, 6, 12, 13])
def test_a_prefix_has_as_many_words_as_asked_for_however_long_sentences_are(n_words):
    """A text without line breaks is one sentence of 10,000 words, minutes of full softmax."""
    sentences = [["a", "b", "c", "d", "e"], ["a", "b", "c", "d", "e", "f", "g"], ["a"], ["b"]]
    text = read_text(open_corpus(sentences), Word2Vec(min_count=1, vector_size=4), 0.25)
    rows = text.prefix(n_words)
    assert int((rows != END).sum()) == n_words
    assert rows[-1] == END
    assert rows[rows != END].tolist() == text.train[text.train != END][:n_words].tolist()


def test_sentences_are_cut_where_they_are_longer_than_a_slice():
    rows = np.array([1, 2, 3, 4, 5, END, END, 6, END, 7, 8, END], dtype=np.int32)
    cut = cut_sentences(rows, 2)
    assert cut[cut != END].tolist() == rows[rows != END].tolist()
    assert cut.tolist() == [1, 2, END, 3, 4, END, 5, END, END, 6, END, 7, 8, END]
    assert cut_sentences(rows, 5).tolist() == rows.tolist()


@pytest.mark.parametrize(
    ("sentences", "error", "message"),
    [([], CorpusError, "has no words"), ([["a"]] * 3, VocabularyError, "lower min_count")],
)
def test_a_corpus_that_leaves_no_word_is_refused(sentences, error, message):
    with pytest.raises(error, match=message):
        read_text(open_corpus(sentences), Word2Vec(min_count=5), 0.05)


def test_a_corpus_that_cannot_be_divided_is_refused():
    with pytest.raises(CorpusError, match="expected at least 20"):
        read_text(open_corpus([["a", "b"]] * 3), Word2Vec(min_count=1), 0.05)
