"""Classification of nodes by DeepWalk's protocol."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse

from ns2vec.evaluation.nodes import classify_nodes, f1_scores, most_probable, one_against_rest
from ns2vec.exceptions import ConfigError


def planted(n: int = 120, n_labels: int = 4):
    """Vectors near the sum of the directions of their one or two labels."""
    rng = np.random.default_rng(5)
    marks = np.zeros((n, n_labels), dtype=bool)
    marks[np.arange(n), rng.integers(0, n_labels, n)] = marks[np.arange(n), rng.integers(0, n_labels, n)] = (
        True
    )
    return marks @ rng.normal(size=(n_labels, 6)) + rng.normal(0.0, 0.3, (n, 6)), marks


@pytest.mark.parity
def test_the_regressions_are_those_of_scikit_learn():
    linear_model = pytest.importorskip("sklearn.linear_model")
    rows, marks = planted()
    weights, bias = one_against_rest(rows, marks, 2.0)
    for label in range(marks.shape[1]):
        expected = linear_model.LogisticRegression(C=2.0, tol=1e-8, max_iter=1000).fit(rows, marks[:, label])
        assert weights[:, label] == pytest.approx(expected.coef_[0], abs=2e-3)
        assert bias[label] == pytest.approx(expected.intercept_[0], abs=2e-3)


@pytest.mark.parity
def test_f1_is_that_of_scikit_learn():
    metrics = pytest.importorskip("sklearn.metrics")
    truth, guess = np.random.default_rng(3).random((2, 50, 6)) < 0.3
    truth[:, 0] = guess[:, 0] = False
    expected = [metrics.f1_score(truth, guess, average=kind, zero_division=0) for kind in ("micro", "macro")]
    assert f1_scores(truth, guess) == pytest.approx(tuple(expected))


def test_each_node_gets_as_many_labels_as_it_has():
    scores = np.array([[0.1, 0.9, 0.5], [3.0, 1.0, 2.0], [0.0, 1.0, 2.0]])
    assert most_probable(scores, np.array([1, 2, 0])).tolist() == [
        [False, True, False], [True, False, True], [False, False, False]
    ]  # fmt: skip


def test_more_labels_make_better_guesses():
    rows, marks = planted()
    labels = scipy.sparse.csr_matrix(np.vstack([marks, np.zeros(4)]).astype(float))  # and a node without any
    found = classify_nodes(np.vstack([rows, np.zeros(6)]), labels, shares=(0.05, 0.5), n_shuffles=4)
    few, many = found
    assert few.micro < many.micro
    assert many.micro > 0.9
    assert many.micro_sd < 0.1
    assert found == classify_nodes(rows, marks, shares=(0.05, 0.5), n_shuffles=4)
    assert np.isnan(classify_nodes(rows, marks, shares=(0.5,), n_shuffles=1)[0].micro_sd)


def test_what_cannot_be_judged_is_refused():
    rows, marks = planted()
    with pytest.raises(ConfigError, match="expected vectors"):
        classify_nodes(rows[1:], marks)
    for share in (0.0, 1.0):
        with pytest.raises(ConfigError, match="leaves none"):
            classify_nodes(rows, marks, shares=[share])
    with pytest.raises(ConfigError, match="strength"):
        classify_nodes(rows, marks, strength=0)
