"""Correlations, intervals and tests against scipy on the same draws, and by their calibration."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from ns2vec.evaluation.statistics import (
    Resampling,
    average_ranks,
    compare_correlations,
    compare_means,
    correlation_interval,
    draw_counts,
    mean_interval,
    pearson,
    percentiles,
    spearman,
    spearman_draws,
)
from ns2vec.exceptions import ConfigError


def tied(n_items, seed, step=0.5):
    """Two correlated arrays with ties."""
    rng = np.random.default_rng(seed)
    gold = rng.normal(size=n_items)
    return np.round(gold / step) * step, np.round((gold + rng.normal(size=n_items)) / step) * step


@given(st.lists(st.integers(-5, 5), min_size=1, max_size=40))
def test_ranks_equal_scipys(values):
    np.testing.assert_array_equal(average_ranks(values), stats.rankdata(values))


@pytest.mark.parametrize("seed", range(5))
def test_correlations_equal_scipys(seed):
    x, y = tied(60, seed)
    assert spearman(x, y) == pytest.approx(stats.spearmanr(x, y)[0], abs=1e-12)
    assert pearson(x, y) == pytest.approx(stats.pearsonr(x, y)[0], abs=1e-12)


def test_undefined_correlations_are_nan():
    assert np.isnan([spearman([], []), spearman([1], [2]), pearson([1, 1, 1], [1, 2, 3])]).all()
    assert np.isnan(correlation_interval([], [], Resampling())).all()
    assert np.isnan(correlation_interval([1.0, 1, 1], [1.0, 2, 3], Resampling(n_draws=20))).all()


def test_each_draw_equals_scipy_on_the_repeated_items(monkeypatch):
    monkeypatch.setattr("ns2vec.evaluation.statistics.BLOCK_NUMBERS", 100)
    x, y = tied(45, seed=3)
    counts = draw_counts(45, 50, seed=9)
    assert (counts.sum(axis=1) == 45).all()
    expected = [stats.spearmanr(np.repeat(x, row), np.repeat(y, row))[0] for row in counts]
    np.testing.assert_allclose(spearman_draws(x, y, counts), expected, atol=1e-12)


def test_the_interval_is_that_of_scipy_on_the_same_draws():
    x, y = tied(45, seed=4)
    drawn = [stats.spearmanr(np.repeat(x, row), np.repeat(y, row))[0] for row in draw_counts(45, 300, seed=2)]
    expected = stats.scoreatpercentile(drawn, [5, 95])
    np.testing.assert_allclose(
        correlation_interval(x, y, Resampling(n_draws=300, seed=2, level=0.9)), expected, atol=1e-12
    )


def test_a_mean_interval_is_that_of_the_repeated_items():
    values = np.random.default_rng(0).random(30)
    drawn = [np.repeat(values, row).mean() for row in draw_counts(30, 400, seed=1)]
    expected = np.quantile(drawn, [0.025, 0.975])
    np.testing.assert_allclose(mean_interval(values, Resampling(n_draws=400)), expected, atol=1e-12)


def test_groups_are_drawn_together():
    """Ten copies of each item tell no more than the items."""
    values = np.random.default_rng(0).random(25)
    narrow = np.ptp(mean_interval(np.repeat(values, 10), Resampling()))
    wide = mean_interval(np.repeat(values, 10), Resampling(), np.repeat(np.arange(25), 10))
    assert wide == pytest.approx(mean_interval(values, Resampling()))
    assert narrow < 0.5 * np.ptp(wide)


def test_percentiles_leave_out_what_is_not_defined():
    assert percentiles([np.nan, 1.0, 1.0], 0.95) == (1.0, 1.0)
    assert np.isnan(percentiles([np.nan], 0.95)).all()


@pytest.mark.statistical
def test_the_correlation_test_is_calibrated():
    """Two equally noisy models: p < .05 in one of twenty cases (here: 60 trials, P(more than 9) = 5e-4)."""
    rng = np.random.default_rng(5)
    rejected = 0
    for trial in range(60):
        gold = rng.normal(size=80)
        a, b = (gold + rng.normal(size=80) for _ in range(2))
        rejected += compare_correlations(gold, a, b, Resampling(200, trial)).p_value < 0.05
    assert rejected <= 9


@pytest.mark.statistical
def test_the_test_of_means_is_calibrated_and_sees_a_difference():
    rng = np.random.default_rng(6)
    same = [
        compare_means(*rng.integers(0, 2, (2, 100)), Resampling(200, trial)).p_value for trial in range(60)
    ]
    assert sum(p < 0.05 for p in same) <= 9
    better = (rng.random(400) < 0.7).astype(float)
    worse = (rng.random(400) < 0.5).astype(float)
    found = compare_means(better, worse, Resampling())
    assert found.p_value < 0.01
    assert found.low < found.difference < found.high
    assert found.difference == pytest.approx(better.mean() - worse.mean())


def test_comparing_a_model_with_itself_or_with_the_other_way_round():
    gold, a = tied(50, seed=1)
    b = np.random.default_rng(2).normal(size=50)
    assert compare_correlations(gold, a, a, Resampling()).p_value == 1.0
    forth, back = (compare_correlations(gold, *pair, Resampling()) for pair in ((a, b), (b, a)))
    assert forth.difference == -back.difference == pytest.approx(spearman(gold, a) - spearman(gold, b))
    assert forth.p_value < 0.01
    assert forth.low == pytest.approx(-back.high)


def test_without_draws_there_is_no_interval_and_no_p_value():
    compared = compare_means([1.0, 0.0], [0.0, 0.0], Resampling(n_draws=0))
    assert compared.difference == 0.5
    assert np.isnan([compared.low, compared.high, compared.p_value]).all()
    assert np.isnan(compare_means([], [], Resampling()).difference)


@pytest.mark.parametrize("options", [{"n_draws": -1}, {"seed": -1}, {"level": 1.0}])
def test_settings_that_cannot_work(options):
    with pytest.raises(ConfigError, match="expected n_draws >= 0"):
        Resampling(**options)
