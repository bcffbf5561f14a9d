"""Categories found by clustering and named by the nearest centroid."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec.evaluation.categorization import (
    macro_f1,
    nearest_centroids,
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
    result = score_categorization(Lookup(grouped(make_toy, 0.1)), MEMBERS, n_seeds=3)
    assert result.measures["purity:ward"] == result.measures["purity:average"] == 1.0
    assert result.score == result.measures["purity"] > 0.6
    assert [part.name for part in result.parts] == list(NAMES)


def test_the_same_seeds_give_the_same_score(make_toy):
    lookup = Lookup(grouped(make_toy, 1.0))
    first, second = (score_categorization(lookup, MEMBERS) for _ in range(2))
    assert first.measures == second.measures
    assert first.low < first.score < first.high
    assert first.items.values.mean() == pytest.approx(first.score)


def test_classification_of_clear_categories(make_toy):
    result = score_classification(Lookup(grouped(make_toy, 0.1)), MEMBERS)
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
    result = score_classification(lookup, MEMBERS, resampling=Resampling(100))
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
