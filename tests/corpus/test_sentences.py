"""Counting and encoding Python sentences: what a dict would say, token by token."""

from __future__ import annotations

import gc
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ns2vec.corpus import END, UNKNOWN
from ns2vec.corpus._sentences import SentenceCounter, SentenceEncoder, as_tokens

# every width of a character, lengths around the 16 bytes that are compared in place, NULs, and other types
words = st.text(st.sampled_from("ab\0\x7f\xe9\u0436\U0001f600"), max_size=20)
tokens = words | st.integers(-2, 2) | st.booleans() | st.tuples(words) | st.none()
corpora = st.lists(st.lists(tokens, max_size=60), max_size=12)


def rebuilt(token):
    """An equal token that is another object, its hash not yet computed."""
    return (token + "x")[:-1] if isinstance(token, str) else token


def test_encoder_and_counter_agree_with_the_scanner(oracle):
    sentences = [["a", "b"], [], ["c"] * 25_000, ["b"], []]
    counter = SentenceCounter()
    encoder = SentenceEncoder({"a": 4, "c": 5}, chunk_words=3)
    for sentence in sentences:
        counter.add(sentence)
        encoder.add(tuple(sentence))
    encoder.finish()
    assert (counter.tokens(), counter.counts().tolist()) == (["a", "b", "c"], [1, 2, 25_000])
    assert (counter.n_words, counter.n_sentences, encoder.n_sentences) == (25_003, 5, 5)
    taken = [(ids.tolist(), n_words, n_sentences) for ids, n_words, n_sentences in encoder.take()]
    assert taken == oracle(sentences, {"a": 4, "c": 5}, 3)


def test_a_token_that_changes_its_sentence_does_no_harm():
    class Sly(str):
        def __hash__(self):
            sentence.extend(["more"] * 1000)
            return hash("sly")

    sentence = ["a", "b"]
    sentence.append(Sly("sly"))
    encoder = SentenceEncoder({}, chunk_words=1)
    assert encoder.add(sentence)
    assert encoder.take()[0][1] == 3


@pytest.mark.parametrize("array, expected", [(np.array(["a", "b"]), ["a", "b"]), (np.arange(3), [0, 1, 2])])
def test_arrays_become_plain_tokens(array, expected):
    tokens = as_tokens(array, 0)
    assert tokens == expected
    assert type(tokens[0]) is type(expected[0])


@given(corpora, st.data())
@settings(max_examples=200, deadline=None)
def test_the_counter_counts_as_a_dict_does(sentences, data):
    counter, expected = SentenceCounter(), {}
    for sentence in sentences:
        counter.add([rebuilt(token) for token in sentence])
        for token in sentence:
            expected[token] = expected.get(token, 0) + 1
    assert list(zip(map(type, counter.tokens()), counter.tokens(), strict=True)) == [
        (type(token), token) for token in expected
    ]
    assert counter.counts().tolist() == list(expected.values())
    assert counter.n_words == sum(map(len, sentences))


@given(corpora, st.integers(1, 5))
@settings(max_examples=200, deadline=None)
def test_the_encoder_says_what_the_dict_says(sentences, keep):
    distinct = list(dict.fromkeys(token for sentence in sentences for token in sentence))
    vocabulary = {token: 7 + i for i, token in enumerate(distinct) if i % 5 < keep}
    encoder = SentenceEncoder(vocabulary, chunk_words=1 << 30)
    for sentence in sentences:
        encoder.add([rebuilt(token) for token in sentence])
    encoder.finish()
    ids = [number for words, _, _ in encoder.take() for number in words.tolist()]
    expected = [
        number
        for sentence in sentences
        if sentence
        for number in [*(vocabulary.get(token, UNKNOWN) for token in sentence), END]
    ]
    assert ids == expected


def test_more_words_than_are_remembered():
    n_words = 150_000
    words = [f"{'w' * (i % 30)}{i}" for i in range(n_words)]
    counter = SentenceCounter()
    encoder = SentenceEncoder({word: i for i, word in enumerate(words)}, chunk_words=1 << 30)
    for _ in range(2):
        counter.add([rebuilt(word) for word in words])
        encoder.add([rebuilt(word) for word in words])
    encoder.finish()
    assert counter.tokens() == words
    assert (counter.counts() == 2).all()
    ids = encoder.take()[0][0]
    assert np.array_equal(ids[ids != END], np.tile(np.arange(n_words), 2))


def test_remembered_words_are_given_back():
    word = "a word of more than sixteen bytes"
    before = sys.getrefcount(word)
    for _ in range(3):
        encoder = SentenceEncoder({}, chunk_words=10)
        encoder.add([word, word])
        assert sys.getrefcount(word) == before + 1
        del encoder
        gc.collect()
    assert sys.getrefcount(word) == before


def test_words_with_the_same_hash_are_told_apart():
    class Same(str):
        __hash__ = lambda self: hash("a")  # noqa: E731 - one line says it

    counter = SentenceCounter()
    counter.add(["a", Same("b"), "b", Same("a"), "a"])
    assert counter.tokens() == ["a", "b", "b"]
    assert counter.counts().tolist() == [3, 1, 1]


def test_fill_stops_at_a_chunk_and_at_the_end():
    encoder = SentenceEncoder({"a": 0}, chunk_words=3)
    sentences = iter([["a"]] * 7)
    found = []
    while encoder.fill(sentences):
        found += encoder.take()
    encoder.finish()
    found += encoder.take()
    assert [(n_words, n_sentences) for _, n_words, n_sentences in found] == [(3, 3), (3, 3), (1, 1)]


def test_fill_of_the_counter_stops_at_its_limit():
    counter = SentenceCounter()
    sentences = iter([["a"]] * 5)
    assert [counter.fill(sentences, 2), counter.n_words] == [True, 2]
    assert [counter.fill(sentences, 4), counter.n_words] == [False, 5]


def test_a_sentence_that_shrinks_while_the_dict_is_asked_does_no_harm():
    class Sly:
        def __hash__(self):
            del sentence[2:]
            return 1

    for make in (SentenceCounter, lambda: SentenceEncoder({}, chunk_words=1)):
        sentence = ["a", Sly(), *["b" * 40] * 1000]
        made = make()
        made.add(sentence)
        assert made.n_sentences == 1
        assert len(sentence) == 2
