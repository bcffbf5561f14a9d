"""Intrinsic health of vectors with known faults."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from ns2vec.evaluation.health import hub_counts, isotropy, measure_health

WORDS = [f"w{i}" for i in range(200)]


def test_isotropy_of_a_ball_and_of_a_cone():
    rng = np.random.default_rng(0)
    ball = rng.normal(size=(4000, 5))
    cone = ball * 0.1 + [1, 0, 0, 0, 0]
    ball, cone = (v / np.linalg.norm(v, axis=1, keepdims=True) for v in (ball, cone))
    assert isotropy(ball) > 0.9
    assert isotropy(cone) < 0.3


def test_healthy_vectors(make_toy):
    toy = make_toy(WORDS, np.random.default_rng(1).normal(size=(200, 10)).astype(np.float32))
    found = measure_health(toy)
    assert (found.n_zero, found.n_not_finite, found.n_duplicate) == (0, 0, 0)
    assert abs(found.mean_cosine) < 0.03
    assert abs(found.norm_rank_correlation) < 0.2
    assert found.n_words == 200


def test_dead_rows_are_counted(make_toy):
    vectors = np.random.default_rng(1).normal(size=(200, 10))
    vectors[3] = 0
    vectors[4, 2] = np.nan
    vectors[5, 2] = np.inf
    vectors[7] = vectors[8] = vectors[9]
    found = measure_health(make_toy(WORDS, vectors))
    assert (found.n_zero, found.n_not_finite, found.n_duplicate) == (1, 2, 2)
    assert np.isfinite([found.isotropy, found.hubness, found.mean_cosine]).all()


def test_norms_that_tell_the_rank(make_toy):
    vectors = np.random.default_rng(1).normal(size=(200, 10))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    toy = make_toy(WORDS, vectors * np.arange(1, 201)[:, None])
    assert measure_health(toy).norm_rank_correlation == pytest.approx(1.0)


def test_a_hub_is_found(make_toy):
    vectors = np.random.default_rng(2).normal(size=(200, 30)) + 1.0
    vectors[17] = 1.0
    found = measure_health(make_toy(WORDS, vectors), k=3)
    assert found.largest_hub == "w17"
    counts = hub_counts(vectors, 3)
    assert counts.sum() == 600
    assert found.hubness == pytest.approx(stats.skew(counts))
    assert found.hubness > 1


def test_vectors_all_dead(make_toy):
    found = measure_health(make_toy(WORDS[:3], np.zeros((3, 2))))
    assert found.n_zero == 3
    assert np.isnan([found.isotropy, found.mean_cosine]).all()
