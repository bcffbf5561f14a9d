"""AUC and average precision, by their definitions and as scikit-learn has them."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec.evaluation.links import judge_links
from ns2vec.exceptions import ConfigError


def test_both_are_what_their_definitions_say():
    rng = np.random.default_rng(1)
    links, others = rng.integers(2, 9, 40), rng.integers(0, 7, 60)  # with many ties
    found = judge_links(links, others)
    orders = [(a > b) + 0.5 * (a == b) for a in links for b in others]
    assert found.auc == pytest.approx(np.mean(orders))
    precisions = [(links >= a).sum() / ((links >= a).sum() + (others >= a).sum()) for a in links]
    assert found.average_precision == pytest.approx(np.mean(precisions))


@pytest.mark.parity
def test_both_are_those_of_scikit_learn():
    metrics = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(2)
    links, others = rng.normal(1.0, 1.0, 50).round(1), rng.normal(0.0, 1.0, 80).round(1)
    truth, scores = np.repeat([1, 0], [50, 80]), np.r_[links, others]
    found = judge_links(links, others)
    assert found.auc == pytest.approx(metrics.roc_auc_score(truth, scores))
    assert found.average_precision == pytest.approx(metrics.average_precision_score(truth, scores))


@pytest.mark.parametrize(("links", "others"), [([], [1.0]), ([1.0], []), ([np.nan], [1.0])])
def test_scores_that_cannot_be_judged_are_refused(links, others):
    with pytest.raises(ConfigError, match="expected scores of links and of other pairs"):
        judge_links(links, others)
