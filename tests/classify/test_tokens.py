"""Tokens as bytes: what comes back, and which row each has."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

from ns2vec.classify import Classifier
from ns2vec.classify.tokens import PackedTokens, WordKeys
from ns2vec.inputs._ngrams import encode_words
from ns2vec.inputs._words import WordTable, take_words

WORDS = ["sea", "__label__a", "日本", "s", "</s>", "seal", "a\x00b", "über"]


def test_tokens_come_back():
    tokens = PackedTokens.of(WORDS)
    assert tokens.read() == [*tokens] == tokens[:] == WORDS
    assert [tokens[i] for i in range(-len(WORDS), len(WORDS))] == WORDS * 2
    assert tokens[2:6:2] == WORDS[2:6:2]
    assert tokens.taken(np.array([7, 0, 7])).read() == ["über", "sea", "über"]
    assert tokens.plus("é").read() == [*WORDS, "é"]
    assert PackedTokens.of([]).plus("é").read() == ["é"]
    assert PackedTokens.of([]).read() == []
    with pytest.raises(IndexError):
        tokens[len(WORDS)]
    with pytest.raises(ValueError, match="expected words below 8, got 8"):
        tokens.taken(np.array([8]))


@pytest.mark.parametrize("prefix", ["s", "se", "__label__", "日", "</s>", "zebra", "\ud800"])
def test_a_prefix_and_a_token_are_found(prefix):
    tokens = PackedTokens.of(WORDS)
    assert tokens.begin_with(prefix).tolist() == [word.startswith(prefix) for word in WORDS]
    assert not PackedTokens.of([]).begin_with(prefix).size
    for word in WORDS:
        assert tokens.place_of(word) == WORDS.index(word)
    assert tokens.place_of("se") is None


def test_rows_are_those_of_a_dict():
    rng = np.random.default_rng(1)
    words = [f"w{i:x}" for i in rng.permutation(5000)[:3000]]
    asked = [f"w{i:x}" for i in range(5000)] + ["", "w", "日本"]
    rows = {word: row for row, word in enumerate(words)}
    table = WordTable(*encode_words(words))
    assert len(table) == 3000
    assert table.rows(*encode_words(asked)).tolist() == [rows.get(word, -1) for word in asked]
    twice = WordTable(*encode_words(["a", "b", "a"]))
    assert twice.rows(*encode_words(["a", "b"])).tolist() == [0, 1]
    assert WordTable(*encode_words([])).rows(*encode_words(["a"])).tolist() == [-1]


@pytest.mark.parametrize(
    "offsets, reason",
    [([0, 2, 9], "word 1 is at 2:9 of 4 bytes"), ([2, 2], "word 0 is at 2:2"), ([], "none")],
)
def test_words_that_are_not_in_the_text_are_refused(offsets, reason):
    text, offsets = encode_words(["a", "b"])[0], np.array(offsets, dtype=np.int64)
    table = WordTable(*encode_words(["a"]))
    for refuses in (WordTable, table.rows, lambda *words: take_words(*words, np.array([0]))):
        with pytest.raises(ValueError, match=reason):
            refuses(text, offsets)


def test_pythons_words_are_made_when_they_are_asked_for():
    texts = ["wave ship salt", "cloud bird über"] * 20
    model = Classifier(vector_size=4, epochs=2, word_ngrams=2, bucket=50, progress=False)
    model.fit(texts, ["a", "b"] * 20, validation=(texts, ["a", "b"] * 20))
    keys = model.wv.unread_keys
    assert isinstance(keys, WordKeys)
    for copied in (copy.deepcopy(model.wv), pickle.loads(pickle.dumps(model.wv))):
        assert copied.index_to_key == keys.read()
        np.testing.assert_array_equal(copied["bird"], model._units.rows[copied.key_to_index["bird"]])
    answers = model.predict(texts), model.predict(["bird"]), model.top_k(["ship"])
    assert model.wv.unread_keys is keys
    assert {"index_to_key", "key_to_index"}.isdisjoint(vars(model.wv))
    assert [*model.wv.key_to_index] == model.wv.index_to_key == ["</s>", *keys.read()[1:]]
    assert sorted(model.wv.index_to_key) == sorted({"</s>", *" ".join(texts).split()})
    assert model.wv.unread_keys is None
    assert (model.predict(texts), model.predict(["bird"]), model.top_k(["ship"])) == answers
    model.wv.add_vectors(["neu"], np.ones((1, 4), dtype=np.float32))
    assert model._units.words["neu"] == len(model.wv) - 1
