"""Sampled metrics come with a warning, and their correction is near what the whole catalogue gives."""

from __future__ import annotations

import logging

import numpy as np
import pytest
from scipy import sparse
from scipy.stats import binom

from ns2vec.evaluation.ranking import Factors, sampled_metrics
from ns2vec.evaluation.ranking.sampled import TRADE_OFF, corrected
from ns2vec.exceptions import ConfigError

N_USERS, N_ITEMS = 1500, 800


def test_the_correction_brings_sampled_figures_near_the_whole(caplog):
    rng = np.random.default_rng(1)
    users, items = rng.normal(size=(N_USERS, 4)), rng.normal(size=(N_ITEMS, 4))
    scores = users @ items.T
    chosen = np.argmax(scores + 2 * rng.gumbel(size=scores.shape), axis=1)
    rank = 1 + (scores > scores[np.arange(N_USERS), chosen][:, None]).sum(axis=1)
    wanted = sparse.csr_matrix((np.ones(N_USERS), (np.arange(N_USERS), chosen)), scores.shape)
    with caplog.at_level(logging.WARNING, "ns2vec"):
        found = sampled_metrics(Factors(users, items), sparse.csr_matrix(scores.shape), wanted, 10)
    assert "differently from the whole catalogue" in caplog.text
    gains = np.where(rank <= 10, 1 / np.log2(rank + 1), 0)
    for name, exact in (("recall", (rank <= 10).mean()), ("ndcg", gains.mean())):
        assert found[f"sampled_{name}@10"] > 2 * exact
        assert found[f"corrected_{name}@10"] == pytest.approx(exact, rel=0.25)


def test_the_correction_has_the_least_squared_bias_and_variance():
    of_rank = (np.arange(50) < 5).astype(float)
    chances = binom.pmf(np.arange(9), 8, np.arange(50)[:, None] / 49)

    def loss(worth):
        means = chances @ worth
        return np.sum((means - of_rank) ** 2 + TRADE_OFF * (chances @ worth**2 - means**2))

    best = corrected(of_rank, 8)
    rng = np.random.default_rng(1)
    assert all(loss(best) < loss(best + 0.01 * rng.normal(size=9)) for _ in range(100))


def test_nothing_to_sample_is_refused():
    known, wanted = sparse.csr_matrix([[1, 0]]), sparse.csr_matrix([[0, 1]])
    with pytest.raises(ConfigError, match="user in row 0 knows or wants all items"):
        sampled_metrics(Factors(np.ones((1, 1)), np.ones((2, 1))), known, wanted)
