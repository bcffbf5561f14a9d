"""Case, restricted vocabulary and missing words."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec.evaluation.lookup import MISSING, Lookup
from ns2vec.exceptions import ConfigError

WORDS = ["the", "Paris", "PARIS", "cat"]


class Maker:
    """Makes a vector of the lengths of a word; none for words of one letter, and of two NaN."""

    def __init__(self, toy):
        self.vectors, self.index_to_key, self.key_to_index = toy.vectors, toy.index_to_key, {}
        self.asked = []

    def vectors_for(self, words):
        self.asked.append(words)
        made = np.zeros((len(words), self.vectors.shape[1]))
        for vector, word in zip(made, words, strict=True):
            vector[:3] = {1: 0, 2: np.nan}.get(len(word), len(word))
        return made


def test_the_first_variant_has_the_vector(make_toy):
    lookup = Lookup(make_toy(WORDS))
    assert lookup.rows(["paris", "THE", "dog"]).tolist() == [1, 0, -1]
    assert lookup.variants("pAris") == [1, 2]
    exact = Lookup(make_toy(WORDS), case_insensitive=False)
    assert exact.rows(["paris", "PARIS"]).tolist() == [-1, 2]
    assert exact.variants("PARIS") == [2]
    assert exact.variants("dog") == []


def test_restricted_words_are_unknown(make_toy):
    lookup = Lookup(make_toy(WORDS), restrict_vocab=3)
    assert lookup.known([("cat",), ("the", "paris"), ("the", "cat")]).tolist() == [False, True, False]


@pytest.mark.parametrize("missing", MISSING)
def test_vectors_of_missing_words(make_toy, missing):
    toy = make_toy(WORDS, seed=3)
    found = Lookup(toy, missing=missing).matrix(["dog", "cat"])
    expected = toy.vectors.mean(axis=0) if missing == "mean" else np.zeros(12)
    np.testing.assert_allclose(found, [expected, toy.vectors[3]], rtol=1e-5)


def test_unit_vectors_and_coverage(make_toy):
    lookup = Lookup(make_toy(WORDS))
    np.testing.assert_allclose(np.linalg.norm(lookup.unit_matrix(["cat", "dog"]), axis=1), [1, 0])
    positions, coverage = lookup.choose([("the",), ("cat",), ("dog",)], np.array([False, True, True]))
    assert positions.tolist() == [1]
    assert (coverage.n_used, coverage.n_known, coverage.n_total, coverage.share) == (1, 1, 3, 1 / 3)


def test_numbers_as_keys_are_left_alone(make_toy):
    assert Lookup(make_toy([7, "seven"])).rows(["SEVEN", 7]).tolist() == [1, 0]


def test_an_unknown_policy(make_toy):
    with pytest.raises(ConfigError, match="missing must be one of 'skip', 'zero', 'mean'"):
        Lookup(make_toy(WORDS), missing="guess")


def test_vectors_without_keys_are_refused(make_toy):
    toy = make_toy(WORDS)
    toy.index_to_key = WORDS[:2]
    with pytest.raises(ConfigError, match="one row for each key"):
        Lookup(toy)


def test_vectors_of_unknown_words_are_made_once(make_toy):
    maker = Maker(make_toy(WORDS))
    lookup = Lookup(maker)
    assert lookup.rows(["gnat", "cat", "a", "be", "gnu"]).tolist() == [4, 3, -1, -1, 5]
    assert lookup.known([("gnat", "cat"), ("a", "cat"), ("PARIS", "gnats")]).tolist() == [True, False, True]
    assert maker.asked == [["gnat", "a", "be", "gnu"], ["gnats"]]
    np.testing.assert_allclose(lookup.matrix(["gnu", "cat", "a"])[:, 0], [3, maker.vectors[3, 0], 0])
    assert lookup.variants("gnat") == []  # no answer: answers are words of the vocabulary
    assert Lookup(maker, can_make=False).rows(["gnat"]).tolist() == [-1]


def test_coverage_counts_the_questions_with_made_vectors(make_toy):
    lookup = Lookup(Maker(make_toy(WORDS)))
    _, coverage = lookup.choose([("the",), ("cat", "gnat"), ("a",), ("gnat", "gnu"), ("gnat", ("cat", "no"))])
    assert (coverage.n_used, coverage.n_known, coverage.n_made, coverage.n_total) == (4, 4, 3, 5)


def test_an_answer_is_never_made(make_toy):
    assert Lookup(Maker(make_toy(WORDS))).known([("the", ("gnat",)), ("the", ("cat",))]).tolist() == [
        False,
        True,
    ]


def test_vectors_of_another_shape_are_refused(make_toy):
    maker = Maker(make_toy(WORDS))
    maker.vectors_for = lambda words: np.zeros((1, 3))
    with pytest.raises(ConfigError, match=r"vectors_for of 2 words to return shape \(2, 12\), got \(1, 3\)"):
        Lookup(maker).rows(["gnat", "gnu"])
