"""Case, restricted vocabulary and missing words."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec.evaluation.lookup import MISSING, Lookup
from ns2vec.exceptions import ConfigError

WORDS = ["the", "Paris", "PARIS", "cat"]


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
    coverage = lookup.coverage(np.array([True, True, False]), np.array([True, False, False]))
    assert (coverage.n_used, coverage.n_known, coverage.n_total, coverage.share) == (1, 1, 3, 1 / 3)


def test_numbers_as_keys_are_left_alone(make_toy):
    assert Lookup(make_toy([7, "seven"])).rows(["SEVEN", 7]).tolist() == [1, 0]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"missing": "guess"}, "missing must be one of 'skip', 'zero', 'mean'"),
        ({"restrict_vocab": 0}, "at least 1"),
    ],
)
def test_options_that_cannot_work(make_toy, options, message):
    with pytest.raises(ConfigError, match=message):
        Lookup(make_toy(WORDS), **options)


def test_vectors_without_keys_are_refused(make_toy):
    toy = make_toy(WORDS)
    toy.index_to_key = WORDS[:2]
    with pytest.raises(ConfigError, match="one row for each key"):
        Lookup(toy)
