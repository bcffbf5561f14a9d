"""Results and their comparison."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec.evaluation.lookup import Coverage
from ns2vec.evaluation.results import Items, TaskResult, compare_results
from ns2vec.evaluation.statistics import Resampling, compare_correlations, compare_means
from ns2vec.exceptions import ConfigError

COVERAGE = Coverage(4, 4, 4, "skip")


def result(positions, values, gold=None, groups=None):
    positions, values = np.array(positions), np.array(values, dtype=float)
    return TaskResult("m", COVERAGE, items=Items(positions, values, gold, groups))


def test_only_common_items_are_compared():
    first = result([0, 1, 2, 3], [1, 1, 0, 1], groups=np.array([0, 0, 1, 1]))
    second = result([1, 3, 5], [0, 1, 1], groups=np.array([0, 1, 2]))
    expected = compare_means([1, 1], [0, 1], Resampling(), np.array([0, 1]))
    assert compare_results(first, second, Resampling()) == expected


def test_gold_means_correlations():
    gold = np.arange(5.0)
    first, second = result(range(5), [1, 2, 3, 5, 4], gold), result(range(5), [3, 1, 2, 5, 4], gold)
    expected = compare_correlations(gold, [1, 2, 3, 5, 4], [3, 1, 2, 5, 4], Resampling())
    assert compare_results(first, second, Resampling()) == expected


def test_nothing_in_common_and_nothing_to_compare():
    assert compare_results(result([0], [1]), result([1], [1]), Resampling()).n_items == 0
    bare = TaskResult("m", COVERAGE)
    with pytest.raises(ConfigError, match="results with items"):
        compare_results(bare, bare, Resampling())
