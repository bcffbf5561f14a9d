"""Which negatives pushed a word."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec.app.pushing import MetWord, pushes, small_model
from ns2vec.exceptions import CorpusError, VocabularyError

SENTENCES = [["red", "green", "blue"], ["one", "two", "three", "four"]] * 50


@pytest.fixture(scope="module")
def model():
    return small_model(SENTENCES, vector_size=16, negative=3)


def test_only_words_seen_beside_it_pull(model):
    found = pushes(model, SENTENCES, "red", n_steps=60)
    assert {met.word for met in found.positives} == {"green", "blue"}
    assert sum(met.times for met in found.positives) == 60
    assert {"one", "two", "three", "four"} <= {met.word for met in found.negatives}
    moves = [met.move for met in found.negatives]
    assert moves == sorted(moves, reverse=True)
    assert moves[-1] > 0


def test_the_model_is_left_as_it_was(model):
    before = model.wv.vectors.copy(), model.syn1neg.copy()
    pushes(model, SENTENCES, "one", n_steps=10)
    np.testing.assert_array_equal(before[0], model.wv.vectors)
    np.testing.assert_array_equal(before[1], model.syn1neg)


def test_steps_are_summed_and_predictions_averaged():
    met = MetWord("cat")
    met.add(1, 0.5, 0.2)
    met.add(3, 0.25, 0.6)
    assert (met.times, met.move, round(met.prediction, 12)) == (4, 0.75, 0.5)


def test_words_that_are_not_there_and_texts_without_pairs_are_refused(model):
    with pytest.raises(VocabularyError, match="word 'white' is not among the 7 words"):
        pushes(model, SENTENCES, "white")
    with pytest.raises(VocabularyError, match="word 'alone' never occurs next to another"):
        pushes(small_model([["alone"], ["a", "b"]], vector_size=4), [["alone"]], "alone")
    with pytest.raises(CorpusError, match="text must have a line of two words"):
        small_model([["alone"], []])
