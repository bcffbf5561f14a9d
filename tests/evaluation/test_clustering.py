"""Clusterings and their measures: known answers, and scikit-learn's."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec.evaluation.clustering import (
    CLUSTERINGS,
    contingency,
    k_means,
    majority_hits,
    normalised_mutual_information,
    purity,
    v_measure,
)


def labelled(seed, n_items=70):
    rng = np.random.default_rng(seed)
    return rng.integers(0, 5, n_items), rng.integers(0, 4, n_items)


@pytest.mark.parametrize("seed", range(5))
def test_measures_equal_scikit_learns(seed):
    metrics = pytest.importorskip("sklearn.metrics", reason="scikit-learn is not installed")
    categories, clusters = labelled(seed)
    expected = metrics.normalized_mutual_info_score(categories, clusters)
    assert normalised_mutual_information(categories, clusters) == pytest.approx(expected, abs=1e-12)
    for beta in (0.5, 1.0, 2.0):
        expected = metrics.v_measure_score(categories, clusters, beta=beta)
        assert v_measure(categories, clusters, beta=beta) == pytest.approx(expected, abs=1e-12)
    table = metrics.cluster.contingency_matrix(categories, clusters)
    assert (contingency(categories, clusters) == table).all()
    assert purity(categories, clusters) == table.max(axis=0).sum() / table.sum()


def test_hits_are_the_items_of_purity():
    categories, clusters = labelled(9)
    assert majority_hits(categories, clusters).mean() == pytest.approx(purity(categories, clusters))
    assert len(majority_hits([], [])) == 0


def test_one_cluster_and_perfect_clusters():
    assert normalised_mutual_information(["a", "a"], [0, 0]) == 1.0
    assert v_measure(["a", "b"], [0, 0]) == 0.0
    assert v_measure(["a", "b", "b"], [1, 0, 0]) == 1.0


@pytest.mark.parametrize("name", CLUSTERINGS)
def test_every_clustering_finds_clear_groups(name):
    rng = np.random.default_rng(3)
    centres = np.eye(4) * 10
    categories = np.repeat(np.arange(4), 12)
    vectors = centres[categories] + rng.normal(scale=0.1, size=(48, 4))
    labels = CLUSTERINGS[name](vectors, 4, 1)
    assert purity(categories, labels) == 1.0
    assert set(labels.tolist()) == {0, 1, 2, 3}
    assert (labels == CLUSTERINGS[name](vectors, 4, 1)).all()


def test_k_means_is_as_good_as_scikit_learns():
    cluster = pytest.importorskip("sklearn.cluster", reason="scikit-learn is not installed")
    vectors = np.random.default_rng(0).normal(size=(120, 6))

    def inertia(labels):
        centres = np.stack([vectors[labels == label].mean(axis=0) for label in range(8)])
        return ((vectors - centres[labels]) ** 2).sum()

    theirs = cluster.KMeans(8, n_init=10, random_state=0).fit(vectors).inertia_
    assert min(inertia(k_means(vectors, 8, seed)) for seed in range(10)) < 1.05 * theirs


def test_k_means_leaves_no_cluster_empty():
    vectors = np.vstack([np.zeros((20, 2)), [[1.0, 0], [0, 1]]])
    assert np.bincount(k_means(vectors, 3, seed=0), minlength=3).min() >= 1
    assert len(set(k_means(np.zeros((5, 2)), 3, seed=0).tolist())) >= 1
