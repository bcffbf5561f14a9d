"""From scores to probabilities."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec.objectives import NCE, FullSoftmax, NegativeSampling, SampledSoftmax
from ns2vec.probability import log_normalised, log_probabilities, path_log_probabilities
from ns2vec.reference import sigmoid
from ns2vec.vocab import build_huffman

RNG = np.random.default_rng(4)
HIDDEN, OUTPUTS = RNG.standard_normal((3, 6)), RNG.standard_normal((9, 6))
LOG_Q = np.log(RNG.dirichlet(np.ones(9)))


def test_log_normalised_does_not_overflow():
    logits = np.array([[1e4, 1e4, -1e4], [-1e5, -1e5, -1e5]])
    expected = [[np.log(0.5), np.log(0.5), -2e4], [np.log(1 / 3)] * 3]
    np.testing.assert_allclose(log_normalised(logits), expected, rtol=1e-4)


@pytest.mark.parametrize("objective", [NegativeSampling, NCE, SampledSoftmax, FullSoftmax])
def test_rows_sum_to_one(objective):
    shares = np.exp(log_probabilities(HIDDEN, OUTPUTS, objective, LOG_Q))
    np.testing.assert_allclose(shares.sum(axis=1), 1.0, atol=1e-12)


def test_only_negative_sampling_gets_its_noise_back():
    plain = log_normalised(HIDDEN @ OUTPUTS.T)
    np.testing.assert_allclose(log_probabilities(HIDDEN, OUTPUTS, NCE, LOG_Q), plain)
    with_noise = log_normalised(HIDDEN @ OUTPUTS.T + LOG_Q)
    np.testing.assert_allclose(log_probabilities(HIDDEN, OUTPUTS, NegativeSampling, LOG_Q), with_noise)


@pytest.mark.parametrize("n_words", [1, 2, 9, 40])
def test_path_probabilities_are_products_of_decisions(n_words):
    rng = np.random.default_rng(n_words)
    tree = build_huffman(rng.integers(1, 100, n_words))
    nodes = rng.standard_normal((n_words, 6))
    found = np.exp(path_log_probabilities(HIDDEN, nodes, tree))
    np.testing.assert_allclose(found.sum(axis=1), 1.0, atol=1e-6)
    for word in range(n_words):
        signs = 1.0 - 2.0 * tree.code(word)
        decisions = sigmoid(signs * (HIDDEN @ nodes[tree.point(word)].T))
        np.testing.assert_allclose(found[:, word], decisions.prod(axis=1))
