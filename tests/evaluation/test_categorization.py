"""Categories found by clustering and named by the nearest centroid."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec.evaluation.categorization import (
    CLUSTERINGS,
    contingency,
    k_means,
    macro_f1,
    majority_hits,
    nearest_centroids,
    normalised_mutual_information,
    purity,
    score_categorization,
    score_classification,
)
from ns2vec.evaluation.lookup import Lookup
from ns2vec.evaluation.statistics import Resampling

NAMES = ("animal", "city", "tool")
MEMBERS = [(f"{name}{number}", name) for name in NAMES for number in range(10)]


def grouped(make_toy, noise):
    rng = np.random.default_rng(1)
    centres = {name: rng.normal(size=12) for name in NAMES}
    vectors = np.array([centres[name] + noise * rng.normal(size=12) for _, name in MEMBERS])
    return make_toy([word for word, _ in MEMBERS], vectors)


def test_clear_categories_are_found(make_toy):
    result = score_categorization(Lookup(grouped(make_toy, 0.1)), MEMBERS)
    assert result.measures["purity:ward"] == result.measures["purity:average"] == 1.0
    assert result.score == result.measures["purity"] > 0.6
    assert [part.name for part in result.parts] == list(NAMES)


def test_the_same_seeds_give_the_same_score(make_toy):
    lookup = Lookup(grouped(make_toy, 1.0))
    first, second = (score_categorization(lookup, MEMBERS).with_interval(Resampling()) for _ in range(2))
    assert first.measures == second.measures
    assert first.low < first.score < first.high
    assert first.items.values.mean() == pytest.approx(first.score)


def test_classification_of_clear_categories(make_toy):
    result = score_classification(Lookup(grouped(make_toy, 0.1)), MEMBERS).with_interval(Resampling())
    assert (result.score, result.measures["accuracy"], result.low) == (1.0, 1.0, 1.0)


def test_macro_f1_equals_scikit_learns():
    metrics = pytest.importorskip("sklearn.metrics", reason="scikit-learn is not installed")
    rng = np.random.default_rng(2)
    true, predicted = rng.integers(0, 4, 50), rng.integers(0, 5, 50)
    expected = metrics.f1_score(true, predicted, average="macro")
    assert macro_f1(true, predicted) == pytest.approx(expected, abs=1e-12)


def test_the_nearest_centroid_leaves_the_word_itself_out():
    rng = np.random.default_rng(4)
    units = rng.normal(size=(40, 5))
    units /= np.linalg.norm(units, axis=1, keepdims=True)
    categories = rng.integers(0, 4, 40).astype(str)
    expected = []
    for number in range(40):
        others = np.arange(40) != number
        centroids = {
            name: units[others & (categories == name)].mean(axis=0) for name in np.unique(categories)
        }
        expected.append(
            max(centroids, key=lambda name: units[number] @ centroids[name] / np.linalg.norm(centroids[name]))
        )
    assert nearest_centroids(units, categories).tolist() == expected


def test_the_interval_of_macro_f1_is_that_of_the_repeated_words(make_toy):
    from ns2vec.evaluation.statistics import draw_counts

    lookup = Lookup(grouped(make_toy, 1.5))
    result = score_classification(lookup, MEMBERS).with_interval(Resampling(100))
    categories = np.array([name for _, name in MEMBERS])
    predicted = nearest_centroids(lookup.unit_matrix([word for word, _ in MEMBERS]), categories)
    drawn = [
        macro_f1(np.repeat(categories, row), np.repeat(predicted, row)) for row in draw_counts(30, 100, 1)
    ]
    np.testing.assert_allclose([result.low, result.high], np.quantile(drawn, [0.025, 0.975]))


def test_a_word_alone_in_its_category_cannot_be_named():
    units = np.array([[1.0, 0], [1, 0], [0, 1]])
    assert nearest_centroids(units, np.array(["a", "a", "b"])).tolist()[2] == "a"


@pytest.mark.parametrize("score", [score_categorization, score_classification])
def test_fewer_than_two_known_categories_are_no_score(make_toy, score):
    lookup = Lookup(make_toy(["animal0", "animal1"]))
    result = score(lookup, MEMBERS)
    assert np.isnan(result.score)
    assert (result.coverage.n_used, result.coverage.n_total) == (2, 30)


def labelled(seed, n_items=70):
    rng = np.random.default_rng(seed)
    return rng.integers(0, 5, n_items), rng.integers(0, 4, n_items)


@pytest.mark.parametrize("seed", range(5))
def test_measures_equal_scikit_learns(seed):
    metrics = pytest.importorskip("sklearn.metrics", reason="scikit-learn is not installed")
    categories, clusters = labelled(seed)
    expected = metrics.normalized_mutual_info_score(categories, clusters)
    assert normalised_mutual_information(categories, clusters) == pytest.approx(expected, abs=1e-12)
    assert metrics.v_measure_score(categories, clusters) == pytest.approx(expected, abs=1e-12)
    table = metrics.cluster.contingency_matrix(categories, clusters)
    assert (contingency(categories, clusters) == table).all()
    assert purity(categories, clusters) == table.max(axis=0).sum() / table.sum()


def test_hits_are_the_items_of_purity():
    categories, clusters = labelled(9)
    assert majority_hits(categories, clusters).mean() == pytest.approx(purity(categories, clusters))
    assert len(majority_hits([], [])) == 0


def test_one_cluster_and_perfect_clusters():
    assert normalised_mutual_information(["a", "a"], [0, 0]) == 1.0
    assert normalised_mutual_information(["a", "b"], [0, 0]) == 0.0
    assert normalised_mutual_information(["a", "b", "b"], [1, 0, 0]) == 1.0


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
