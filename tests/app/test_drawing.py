"""Noise distributions and draws."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec.app.drawing import chi_square, noise_of, static_names
from ns2vec.exceptions import ConfigError

COUNTS = {"the": 10000, "cat": 500, "moon": 200}


def test_the_worked_distribution():
    found = noise_of(COUNTS)
    np.testing.assert_allclose(found.probabilities, [0.862872, 0.091238, 0.045890], atol=5e-7)
    np.testing.assert_allclose(found.shares, [0.934579, 0.046729, 0.018692], atol=5e-7)


@pytest.mark.statistical
@pytest.mark.parametrize("sampler", static_names())
def test_draws_fit_the_distribution_of_their_sampler(sampler):
    found = noise_of(COUNTS, sampler=sampler, n_draws=100_000, seed=5)
    assert found.drawn.sum() == 100_000
    assert found.test is not None
    assert found.test.p_value > 1e-4


def test_draws_of_another_distribution_do_not_fit():
    drawn = noise_of(COUNTS, sampler="uniform", n_draws=10_000).drawn
    test = chi_square(drawn, noise_of(COUNTS).probabilities)
    assert test is not None
    assert test.p_value < 1e-12


def test_chi_square_is_that_of_scipy_and_joins_rare_words():
    from scipy.stats import chisquare

    drawn, probabilities = np.array([60, 38, 1, 1]), np.array([0.5, 0.48, 0.01, 0.01])
    found = chi_square(drawn, probabilities)
    expected = chisquare([60, 38, 2], [50, 48, 2])
    assert found is not None
    assert found.degrees == 2
    np.testing.assert_allclose([found.statistic, found.p_value], expected, rtol=1e-12)


def test_one_word_leaves_nothing_to_test():
    assert noise_of({"the": 3}, n_draws=100).test is None


def test_true_words_that_are_drawn_are_false_negatives():
    assert noise_of(COUNTS, positives={"the": ["cat"]}).report["false_negative_rate"] > 0.05


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"exponent": "x"}, "exponent"),
        ({"exponent": 6}, "exponent"),
        ({"sampler": "hard"}, "sampler"),
        ({"sampler": "unigram:size=1"}, "sampler"),
        ({"n_draws": -1}, "n_draws"),
        ({"n_draws": 10**9}, "n_draws"),
        ({"seed": 0.5}, "seed"),
    ],
)
def test_options_that_cannot_be_are_refused_by_name(options, name):
    with pytest.raises(ConfigError, match=f"^{name} "):
        noise_of(COUNTS, **options)
