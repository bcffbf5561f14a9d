"""Metrics of labels: scikit-learn's numbers if it is installed, and the book's on small tables."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec.evaluation.classification import (
    calibration_error,
    compare_labels,
    evaluate_labels,
    f1_stability,
)
from ns2vec.evaluation.statistics import Resampling
from ns2vec.exceptions import ConfigError


def drawn(n=500, seed=0):
    rng = np.random.default_rng(seed)
    truth = rng.choice(["a", "b", "c", "d"], n, p=[0.5, 0.3, 0.15, 0.05])
    predicted = np.where(rng.random(n) < 0.7, truth, rng.choice(["a", "b", "c", "e"], n))
    return truth.tolist(), predicted.tolist()


def test_numbers_are_those_of_scikit_learn():
    metrics = pytest.importorskip("sklearn.metrics")
    truth, predicted = drawn()
    found = evaluate_labels(truth, predicted)
    assert found.accuracy == pytest.approx(metrics.accuracy_score(truth, predicted))
    for name in ("macro", "micro"):
        expected = metrics.f1_score(truth, predicted, average=name, zero_division=0)
        assert getattr(found, f"{name}_f1") == pytest.approx(expected)
    assert found.confusion.tolist() == metrics.confusion_matrix(truth, predicted).tolist()
    columns = metrics.precision_recall_fscore_support(truth, predicted, zero_division=0)
    for label, row in zip(found.labels, zip(*columns, strict=True), strict=True):
        score = found.per_label[label]
        assert (score.precision, score.recall, score.f1, score.support) == pytest.approx(row)


def test_intervals_hold_the_value_and_shrink_with_more_items():
    widths = []
    for n in (100, 10_000):
        found = evaluate_labels(*drawn(n))
        for name, (low, high) in found.intervals.items():
            assert low <= getattr(found, name) <= high
        widths.append(np.subtract(*found.intervals["accuracy"][::-1]))
    assert widths[1] == pytest.approx(widths[0] / 10, rel=0.3)
    none = evaluate_labels(*drawn(), resampling=Resampling(n_draws=0))
    assert np.isnan(none.intervals["accuracy"]).all()


def test_a_real_difference_is_found_and_none_is_not():
    truth, predicted = drawn()
    better = [t if i % 4 == 0 else p for i, (t, p) in enumerate(zip(truth, predicted, strict=True))]
    assert compare_labels(truth, better, predicted).p_value < 0.01
    assert compare_labels(truth, predicted, predicted).p_value == 1.0


def test_calibration_is_the_gap_between_confidence_and_accuracy():
    rng = np.random.default_rng(1)
    confidence = rng.uniform(0.3, 1.0, 20_000)
    assert calibration_error(rng.random(20_000) < confidence, confidence) < 0.02
    assert calibration_error(rng.random(20_000) < confidence - 0.2, confidence) == pytest.approx(
        0.2, abs=0.02
    )
    assert calibration_error([True, False], [1.0, 1.0]) == 0.5


def test_stability_is_the_share_of_f1_that_stays():
    truth, predicted = drawn()
    score = evaluate_labels(truth, predicted).macro_f1
    found = f1_stability(truth, [predicted, truth], [truth, truth])
    assert found.shares == pytest.approx([score, 1.0])
    assert (found.mean, found.lowest) == pytest.approx(((score + 1) / 2, score))
    for sampled, full, reason in (([], [], "same seeds"), ([truth], [["x"] * len(truth)], "F1 of 0")):
        with pytest.raises(ConfigError, match=reason):
            f1_stability(truth, sampled, full)


def test_what_does_not_fit_is_refused():
    for truth, predicted in (([], []), (["a"], [])):
        with pytest.raises(ConfigError, match="predicted label for each true one"):
            evaluate_labels(truth, predicted)
    with pytest.raises(ConfigError, match="a probability for each of 1 items"):
        calibration_error([True], [1.5])
    assert evaluate_labels([1, "a"], ["a", "a"]).labels == [1, "a"]
