"""The same sentences make the same chunks: file, list, stream, memory and disk."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ns2vec.corpus import END, UNKNOWN, Chunk, LineSentence, open_corpus, open_corpus_file

lengths = st.lists(st.sampled_from([1, 2, 3, 7, 50, 9_999, 10_000, 10_001, 20_000, 25_000]), max_size=6)


def sentences_of(lengths, seed=0):
    words = random.Random(seed)
    return [[f"w{int(words.paretovariate(0.7)) % 900}" for _ in range(n)] for n in lengths]


def as_text(sentences):
    return "\n".join(map(" ".join, sentences)) + "\n"


def stored(corpus, rows, chunk_words, memory_limit):
    """The chunks of the counting pass, as rows of the vocabulary."""
    scan = corpus.scan(chunk_words=chunk_words, memory_limit=memory_limit)
    remap = np.array([rows.get(token, UNKNOWN) for token in scan.tokens], dtype=np.int32)
    chunks = [scan.encoded.chunk(i, remap) for i in range(scan.encoded.n_chunks)]
    scan.encoded.close()
    return chunks


@given(lengths=lengths, chunk_words=st.sampled_from([1, 10, 10_000, 15_000]))
@settings(max_examples=25, deadline=None)
def test_all_inputs_make_the_same_chunks(tmp_path_factory, oracle, plain, rows_of, lengths, chunk_words):
    sentences = sentences_of(lengths or [1])
    rows = {token: row for token, row in rows_of(sentences).items() if row % 5}
    path = tmp_path_factory.mktemp("text") / "corpus.txt"
    path.write_text(as_text(sentences))
    expected = oracle(sentences, rows, chunk_words)
    assert plain(open_corpus(sentences).chunks(rows, chunk_words=chunk_words)) == expected
    # A file's long line counts as several sentences, as LineSentence yields them; the words are the same.
    pieces = list(LineSentence(path))
    assert plain(open_corpus(pieces).chunks(rows, chunk_words=chunk_words)) == oracle(
        pieces, rows, chunk_words
    )
    expected = oracle(pieces, rows, chunk_words)
    for corpus in (open_corpus(path), open_corpus_file(path), open_corpus(LineSentence(path))):
        assert plain(corpus.chunks(rows, chunk_words=chunk_words)) == expected
        for memory_limit in (1, 3_000, 1 << 30):
            assert plain(stored(corpus, rows, chunk_words, memory_limit)) == expected


def test_long_sentences_lose_no_word_and_end_where_their_list_ends():
    corpus = open_corpus([["a"] * 25_000, ["b"]])
    chunks = list(corpus.chunks({"a": 0, "b": 1}, chunk_words=10_000))
    assert [chunk.n_words for chunk in chunks] == [10_000, 10_000, 5_001]
    assert [chunk.n_sentences for chunk in chunks] == [0, 0, 2]
    assert chunks[2].words.tolist() == [0] * 5_000 + [END, 1, END]


def test_a_sentence_of_exactly_the_limit_is_one_piece():
    [chunk] = open_corpus([["a"] * 10_000]).chunks({"a": 0}, chunk_words=10_000)
    assert (chunk.n_words, chunk.n_sentences, len(chunk.words)) == (10_000, 1, 10_001)


def test_chunks_know_what_was_before_them(write_text):
    sentences = sentences_of([5, 8, 1, 30, 2])
    path = write_text(as_text(sentences))
    for corpus in (open_corpus(sentences), open_corpus(path)):
        words_before = sentences_before = 0
        for index, chunk in enumerate(corpus.chunks({}, chunk_words=10)):
            assert (chunk.index, chunk.words_before, chunk.sentences_before) == (
                index,
                words_before,
                sentences_before,
            )
            words_before += chunk.n_words
            sentences_before += chunk.n_sentences
        assert (words_before, sentences_before) == (46, 5)


def test_max_sentence_length_splits_and_counts_like_the_reader(write_text, oracle, plain):
    path = write_text("a b c d e f g\nh\n" * 3)
    reader = LineSentence(path, max_sentence_length=3)
    corpus = open_corpus(reader)
    scan = corpus.scan()
    assert (scan.n_words, scan.n_sentences) == (24, 12)
    assert plain(corpus.chunks({"a": 0}, chunk_words=4)) == oracle(list(reader), {"a": 0}, 4)


def test_rows_applies_the_remap():
    words = np.array([2, UNKNOWN, 0, END], dtype=np.int32)
    chunk = Chunk(0, words, 3, 1, 0, 0, remap=np.array([5, 6, UNKNOWN], dtype=np.int32))
    assert chunk.rows().tolist() == [UNKNOWN, UNKNOWN, 5, END]
    assert Chunk(0, words, 3, 1, 0, 0).rows() is words


@pytest.mark.parametrize("text", ["", "\n\n", " \t\r\n"])
def test_no_sentences_no_chunks(write_text, text):
    assert list(open_corpus(write_text(text)).chunks({"a": 0})) == []
