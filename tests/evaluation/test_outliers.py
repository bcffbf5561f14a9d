"""Outliers: positions against the definition, sets with known answers."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec.evaluation.lookup import Lookup
from ns2vec.evaluation.outliers import OutlierSet, outlier_position, score_outliers


def position_by_compactness(members, outlier):
    """The paper's definition: how compact is the set without each word?"""
    words = [*members, outlier]

    def compactness(without):
        rest = [word for i, word in enumerate(words) if i != without]
        return sum(float(a @ b) for i, a in enumerate(rest) for j, b in enumerate(rest) if i != j)

    scores = [compactness(i) for i in range(len(words))]
    return sum(score < scores[-1] for score in scores[:-1])


@pytest.mark.parametrize("seed", range(10))
def test_the_position_is_that_of_the_paper(seed):
    vectors = np.random.default_rng(seed).normal(size=(9, 4))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    assert outlier_position(vectors[:8], vectors[8]) == position_by_compactness(vectors[:8], vectors[8])


def test_scores_parts_and_coverage(make_toy):
    vectors = np.array([[1, 0], [1, 0.1], [0.9, 0], [0, 1], [1, 0.05]])
    toy = make_toy(["cat", "dog", "cow", "car", "hen"], vectors)
    sets = [
        OutlierSet("pets", ("cat", "dog", "cow"), ("car", "hen")),
        OutlierSet("x", ("cat", "gnu"), ("car",)),
    ]
    result = score_outliers(Lookup(toy), sets)
    assert result.score == 0.5
    assert result.measures["opp"] == 0.5  # the hen is more central than any other
    assert (result.coverage.n_used, result.coverage.n_total) == (2, 3)
    assert [(part.n_used, part.n_total) for part in result.parts] == [(2, 2), (0, 1)]
    kept = score_outliers(Lookup(toy), sets, keep=np.array([True, False, True]))
    assert kept.score == 1.0


def test_words_all_alike_hide_the_outlier():
    assert outlier_position(np.ones((3, 2)), np.ones(2)) == 0


def test_nothing_known(make_toy):
    assert np.isnan(score_outliers(Lookup(make_toy(["a"])), [OutlierSet("x", ("b", "c"), ("d",))]).score)
