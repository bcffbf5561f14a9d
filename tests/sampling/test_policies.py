"""Choices among scored candidates, on plain matrices."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chisquare

from ns2vec.exceptions import ConfigError
from ns2vec.sampling.policies import POLICIES, margin, mixture, percentile, rank_window, softmax, top

SCORES = np.array([[0.1, 0.9, 0.5, 0.7], [4.0, 3.0, 2.0, 1.0]])


@pytest.fixture
def generator():
    return np.random.default_rng(5)


def options_of(name, generator):
    return {
        "top": {},
        "softmax": {"generator": generator},
        "rank_window": {"first": 0, "last": 3, "generator": generator},
        "margin": {"positives": np.full(50, 10.0), "relative": 0.05},
        "percentile": {"low": 0, "high": 100, "generator": generator},
        "mixture": {"parts": [(top, 1.0)], "generator": generator},
    }[name]


@pytest.mark.parametrize("name", POLICIES)
def test_shape_and_what_is_never_chosen(name, generator):
    scores = generator.standard_normal((50, 6))
    scores[:, 2] = np.nan
    scores[:, 4] = np.inf
    chosen = POLICIES[name](scores, 8, **options_of(name, generator))
    assert chosen.shape == (50, 8)
    assert set(np.unique(chosen)) <= {-1, 0, 1, 3, 5}
    for row in chosen:
        found = row[row >= 0].tolist()
        assert len(set(found)) == len(found)
        assert (row[len(found) :] == -1).all()
    assert POLICIES[name](scores, 0, **options_of(name, generator)).shape == (50, 0)


@pytest.mark.parametrize("name", POLICIES)
def test_a_matrix_is_asked_for(name, generator):
    with pytest.raises(ConfigError, match=r"scores must have shape \(n, m\), got \(3,\)"):
        POLICIES[name]([1.0, 2.0, 3.0], 1, **options_of(name, generator))
    with pytest.raises(ConfigError, match="k must be at least 0, got -1"):
        POLICIES[name](SCORES, -1, **options_of(name, generator))


def test_top():
    assert top(SCORES, 3).tolist() == [[1, 3, 2], [0, 1, 2]]
    assert top(SCORES, 5).tolist() == [[1, 3, 2, 0, -1], [0, 1, 2, 3, -1]]


def test_softmax_by_chance(generator):
    scores = np.tile([0.0, 1.0, 2.0], (30_000, 1))
    chosen = softmax(scores, 2, temperature=0.5, generator=generator)
    p = np.exp(np.array([0.0, 2.0, 4.0]))
    p /= p.sum()
    assert chisquare(np.bincount(chosen[:, 0], minlength=3), p * 30_000).pvalue > 1e-3
    after = chosen[chosen[:, 0] == 2, 1]
    assert chisquare(np.bincount(after, minlength=2), p[:2] / p[:2].sum() * len(after)).pvalue > 1e-3


def test_rank_window(generator):
    scores = np.tile(SCORES[:1], (6000, 1))
    hits = np.bincount(rank_window(scores, 1, first=1, last=3, generator=generator)[:, 0], minlength=4)
    assert hits[[0, 1]].tolist() == [0, 0]
    assert chisquare(hits[[2, 3]]).pvalue > 1e-3


def test_margin_in_a_hundred_thousand_draws(generator):
    scores, positives = generator.standard_normal((25_000, 30)), generator.standard_normal(25_000)
    for options in ({"relative": 0.05}, {"absolute": 0.3}, {"relative": 0.1, "absolute": 0.1}):
        chosen = margin(scores, 4, positives=positives, **options)
        found = np.where(chosen >= 0, np.take_along_axis(scores, np.maximum(chosen, 0), 1), -np.inf)
        bound = positives - options.get("relative", 0) * np.abs(positives)
        bound = np.minimum(bound, positives - options.get("absolute", 0))
        assert (found <= bound[:, None]).all()
        assert ((chosen >= 0).sum(axis=1) == np.minimum((scores <= bound[:, None]).sum(axis=1), 4)).all()


def test_percentile(generator):
    scores = np.tile(np.arange(11.0), (4000, 1))
    chosen = percentile(scores, 1, low=70, high=90, generator=generator)[:, 0]
    assert set(chosen) == {7, 8, 9}
    assert chisquare(np.bincount(chosen)[7:]).pvalue > 1e-3


def test_mixture(generator):
    def worst(scores, k):
        return top(-np.asarray(scores), k)

    scores = np.tile(SCORES[:1], (8000, 1))
    hits = np.bincount(
        mixture(scores, 1, parts=[(top, 3.0), (worst, 1.0)], generator=generator)[:, 0], minlength=4
    )
    assert hits[[2, 3]].tolist() == [0, 0]
    assert chisquare(hits[[1, 0]], [6000, 2000]).pvalue > 1e-3


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda g: softmax(SCORES, temperature=0.0, generator=g), "temperature must be above 0"),
        (lambda g: rank_window(SCORES, first=2, last=2, generator=g), "ranks must have 0 <= first < last"),
        (lambda g: margin(SCORES, positives=[1.0]), r"positives must have shape \(2,\), got \(1,\)"),
        (lambda g: margin(SCORES, positives=[1.0, 1.0], relative=-1), "relative must be at least 0"),
        (lambda g: percentile(SCORES, low=50, high=20, generator=g), "percentiles must have 0 <= low"),
        (lambda g: mixture(SCORES, parts=[], generator=g), "mixture needs"),
        (lambda g: mixture(SCORES, parts=[(top, -1.0)], generator=g), "mixture needs"),
    ],
)
def test_options_are_checked(call, message, generator):
    with pytest.raises(ConfigError, match=message):
        call(generator)
