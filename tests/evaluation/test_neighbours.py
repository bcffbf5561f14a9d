"""Neighbours for reading."""

from __future__ import annotations

import numpy as np

from ns2vec.evaluation.neighbours import dump_neighbours, spread_words

WORDS = [f"w{i}" for i in range(300)]


def test_neighbours_are_those_of_a_sort(make_toy):
    toy = make_toy(WORDS, seed=1)
    unit = toy.vectors / np.linalg.norm(toy.vectors, axis=1, keepdims=True)
    found = dump_neighbours(toy, ["W7", "unseen", "w9"], topn=4)
    assert list(found) == ["W7", "w9"]
    cosines = unit @ unit[7]
    cosines[7] = -2
    order = np.argsort(-cosines)[:4]
    assert [word for word, _ in found["W7"]] == [WORDS[row] for row in order]
    np.testing.assert_allclose([cosine for _, cosine in found["W7"]], cosines[order], rtol=1e-5)


def test_words_from_frequent_to_rare(make_toy):
    toy = make_toy(WORDS)
    assert spread_words(toy, 4) == ["w0", "w6", "w44", "w299"]
    assert spread_words(toy, 3, restrict_vocab=100)[-1] == "w99"
    assert spread_words(make_toy(WORDS[:0], np.zeros((0, 2)))) == []
    assert len(dump_neighbours(toy, topn=2, restrict_vocab=50)) > 10
