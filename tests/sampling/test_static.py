"""What the static samplers draw, against their definitions."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chisquare

from ns2vec.exceptions import ConfigError
from ns2vec.sampling import (
    SAMPLERS,
    LogUniform,
    NoiseData,
    Random,
    StaticSampler,
    Uniform,
    Unigram,
    make_cum_table,
    weights_of_cum_table,
)

STATIC = [name for name, made in SAMPLERS.items() if issubclass(made, StaticSampler)]
N_DRAWS = 1_000_000


def expected(name, counts):
    """The distribution by its formula."""
    ranks = np.argsort(np.argsort(-counts, kind="stable"))
    weights = {
        "unigram": counts**0.75,
        "random": counts * 1.0,
        "uniform": np.ones(len(counts)),
        "log_uniform": np.log((ranks + 2) / (ranks + 1)),
    }[name]
    return weights / weights.sum()


def counts_of(n_words, name):
    if name == "many":
        return np.maximum(1, 50_000 // np.arange(1, n_words + 1))
    return np.random.default_rng(1).integers(1, 500, n_words)  # not sorted, as after an update


@pytest.mark.statistical
@pytest.mark.parametrize("kind", ["many", "unsorted"])
@pytest.mark.parametrize("n_words", [3, 1000])
@pytest.mark.parametrize("name", STATIC)
def test_a_million_draws_follow_the_formula(name, n_words, kind):
    """Fails by chance once in a thousand for each case; the seed is fixed."""
    counts = counts_of(n_words, kind)
    bound = SAMPLERS[name]().bind(NoiseData.of_counts(counts))
    drawn = np.bincount(bound.sample(N_DRAWS, seed=8), minlength=n_words)
    q = expected(name, counts)
    assert chisquare(drawn, q * N_DRAWS).pvalue > 1e-3
    np.testing.assert_allclose(np.exp(bound.log_q(np.arange(n_words))), q, rtol=1e-5)


def test_chi_square_notices_another_exponent():
    """The test above is sharp enough to tell 0.75 from 0.74."""
    counts = counts_of(1000, "many")
    drawn = Unigram(exponent=0.74).bind(NoiseData.of_counts(counts)).sample(N_DRAWS, seed=8)
    q = expected("unigram", counts)
    assert chisquare(np.bincount(drawn, minlength=1000), q * N_DRAWS).pvalue < 1e-6


def test_probabilities_of_three_words():
    """{the 10000, cat 500, moon 200}, exponent 0.75."""
    bound = Unigram().bind(NoiseData.of_counts([10000, 500, 200]))
    np.testing.assert_allclose(np.exp(bound.log_q([0, 1, 2])), [0.862872, 0.091238, 0.045890], atol=1e-6)
    np.testing.assert_allclose(bound.data.noise, [0.862872, 0.091238, 0.045890], atol=1e-6)
    drawn = np.bincount(bound.sample(N_DRAWS, seed=1), minlength=3) / N_DRAWS
    np.testing.assert_allclose(drawn, [0.862872, 0.091238, 0.045890], atol=2e-3)


def test_exponent_of_the_sampler_goes_before_that_of_the_model(data):
    model = NoiseData.of_counts(data.counts, ns_exponent=0.5)
    np.testing.assert_allclose(
        np.exp(Unigram().bind(model).log_q([0, 9])), np.sqrt([900, 5]) / np.sqrt(data.counts).sum(), rtol=1e-6
    )
    assert np.exp(Unigram(exponent=1).bind(model).log_q([0])) == pytest.approx(900 / data.counts.sum())


def test_log_uniform_goes_by_rank_of_counts():
    """Rows in any order: the most frequent word is the likeliest."""
    q = np.exp(LogUniform().bind(NoiseData.of_counts([5, 100, 20])).log_q([0, 1, 2]))
    np.testing.assert_allclose(q, np.log([4 / 3, 2 / 1, 3 / 2]) / np.log(4), rtol=1e-6)


def test_random_is_the_share_of_the_corpus_and_uniform_is_not(data):
    random, uniform = (made().bind(data).log_q([0]) for made in (Random, Uniform))
    assert np.exp(random) == pytest.approx(900 / 1790)
    assert np.exp(uniform) == pytest.approx(0.1)


def test_a_word_without_noise_is_never_drawn(data):
    class Half(StaticSampler):
        def distribution(self, data):
            return np.where(np.arange(data.n_words) % 2, 1.0, 0.0)

    bound = Half().bind(data)
    assert set(bound.sample(10_000).tolist()) == {1, 3, 5, 7, 9}
    assert bound.log_q([0]) == -np.inf


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (np.ones(3), r"Wrong\.distribution must return shape \(10,\), got \(3,\)"),
        (np.zeros(10), "one of them positive"),
        (np.full(10, -1.0), "finite numbers of at least 0"),
        (np.full(10, np.nan), "finite numbers of at least 0"),
    ],
)
def test_a_distribution_that_is_none(data, weights, message):
    class Wrong(StaticSampler):
        def distribution(self, data):
            return weights

    with pytest.raises(ConfigError, match=message):
        Wrong().bind(data)


@pytest.mark.parametrize("exponent", ["much", float("nan"), float("inf")])
def test_an_exponent_that_is_none(exponent):
    with pytest.raises(ConfigError, match="exponent must be a finite number"):
        Unigram(exponent=exponent)


def test_the_cumulative_table_says_the_same(data):
    table = make_cum_table(data.counts)
    np.testing.assert_allclose(weights_of_cum_table(table), data.noise, atol=1e-8)


@pytest.mark.parametrize("name", STATIC)
def test_one_word(name):
    bound = SAMPLERS[name]().bind(NoiseData.of_counts([7]))
    assert bound.sample(100).tolist() == [0] * 100
    assert bound.log_q([0]) == pytest.approx(0.0, abs=1e-6)
