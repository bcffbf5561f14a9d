"""Correlations, bootstrap intervals and paired tests, vectorised over the draws.

A bootstrap draw is a row of *counts*: how often each item was drawn. A statistic of the drawn sample is then
a weighted statistic of the items, so a thousand draws cost one sort and a few cumulative sums instead of a
thousand sorts, and the result is that of the repeated items to rounding.

Intervals are percentile intervals (Efron 1979). Paired tests are permutation tests: if two models are equally
good, it does not matter which of them gave which of an item's two scores (Fisher 1935; Noreen 1989).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ns2vec._typing import Float64Array, Int64Array
from ns2vec.exceptions import ConfigError

BLOCK_NUMBERS = 1 << 22  # numbers of one block of draws


@dataclass(frozen=True, slots=True)
class Resampling:
    """How intervals and tests resample.

    Attributes
    ----------
    n_draws : int
        0 leaves intervals and p-values undefined (NaN).
    seed : int
    level : float
        Confidence of the intervals.

    Raises
    ------
    ConfigError
        If a value cannot work.

    Examples
    --------
    >>> from ns2vec.evaluation.statistics import Resampling
    >>> Resampling(n_draws=200).level
    0.95
    """

    n_draws: int = 1000
    seed: int = 1
    level: float = 0.95

    def __post_init__(self) -> None:
        if self.n_draws < 0 or self.seed < 0 or not 0 < self.level < 1:
            raise ConfigError(
                "expected n_draws >= 0, seed >= 0 and 0 < level < 1, "
                f"got {self.n_draws}, {self.seed}, {self.level}"
            )


@dataclass(frozen=True, slots=True)
class Difference:
    """Two models on the same items: `difference` is the first's score minus the second's.

    Attributes
    ----------
    difference, low, high : float
        Of the scores, with its bootstrap interval.
    p_value : float
        Of the permutation test that there is no difference; NaN if nothing was drawn.
    n_items : int
    """

    difference: float
    low: float
    high: float
    p_value: float
    n_items: int


def mean(values: npt.ArrayLike) -> float:
    """Return the mean of some numbers, NaN for none."""
    found = np.asarray(values, dtype=np.float64)
    return float(found.mean()) if len(found) else math.nan


def average_ranks(values: npt.ArrayLike) -> Float64Array:
    """Return ranks from 1 of shape (n,); equal values share the mean of their ranks.

    Examples
    --------
    >>> from ns2vec.evaluation.statistics import average_ranks
    >>> average_ranks([10, 30, 10, 20]).tolist()
    [1.5, 4.0, 1.5, 3.0]
    """
    plain = np.asarray(values, dtype=np.float64)
    return np.asarray(_weighted_ranks(plain, np.ones((1, len(plain)), dtype=np.int64))[0])


def _weighted_ranks(values: Float64Array, counts: Int64Array) -> Float64Array:
    """Return, for each row of `counts`, the average rank of each item in the sample with repeated items.

    Shapes: values (n,), counts (n_draws, n), result (n_draws, n).
    """
    _, group = np.unique(values, return_inverse=True)
    order = np.argsort(group, kind="stable")
    starts = np.flatnonzero(np.diff(group[order], prepend=-1))
    totals = np.add.reduceat(counts[:, order], starts, axis=1) if len(values) else counts
    ranks = np.cumsum(totals, axis=1) - (totals - 1) / 2.0
    return np.asarray(ranks[:, group] if len(values) else ranks)


def _weighted_pearson(x: Float64Array, y: Float64Array, counts: Float64Array) -> Float64Array:
    """Correlate along the last axis; NaN if one side is constant."""
    total = counts.sum(axis=-1, keepdims=True)
    x = x - (counts * x).sum(axis=-1, keepdims=True) / total
    y = y - (counts * y).sum(axis=-1, keepdims=True) / total
    weighted = counts * x
    variances = (weighted * x).sum(axis=-1) * (counts * y * y).sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        found = (weighted * y).sum(axis=-1) / np.sqrt(variances)
    return np.asarray(np.where(variances > 0, found, np.nan))


def pearson(x: npt.ArrayLike, y: npt.ArrayLike) -> float:
    """Return Pearson's correlation of two arrays of shape (n,); NaN if it is undefined.

    Examples
    --------
    >>> from ns2vec.evaluation.statistics import pearson
    >>> round(pearson([1, 2, 3], [1, 2, 4]), 4)
    0.982
    """
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    return float(_weighted_pearson(x, y, np.ones(len(x)))) if len(x) > 1 else math.nan


def spearman(x: npt.ArrayLike, y: npt.ArrayLike) -> float:
    """Return Spearman's rank correlation of two arrays of shape (n,); NaN if it is undefined.

    Examples
    --------
    >>> from ns2vec.evaluation.statistics import spearman
    >>> round(spearman([1, 2, 3, 4], [1, 4, 4, 9]), 4)
    0.9487
    """
    return pearson(average_ranks(x), average_ranks(y))


def draw_counts(n_items: int, n_draws: int, seed: int) -> Int64Array:
    """Return bootstrap draws, shape (n_draws, n_items): how often each item is in each sample."""
    return _counts_of(np.random.default_rng([seed, n_items]), n_items, n_draws)


def _counts_of(rng: np.random.Generator, n_items: int, n_draws: int) -> Int64Array:
    if not n_items:
        return np.zeros((n_draws, 0), dtype=np.int64)
    drawn = rng.integers(0, n_items, size=(n_draws, n_items))
    drawn += np.arange(0, n_draws * n_items, n_items)[:, None]
    return np.bincount(drawn.ravel(), minlength=n_draws * n_items).reshape(n_draws, n_items)


def _in_blocks(
    n_items: int, resampling: Resampling, statistic: Callable[[int], Float64Array]
) -> Float64Array:
    """Return a statistic of all draws, computed for as many at once as fit in a block."""
    step = max(1, BLOCK_NUMBERS // max(1, n_items))
    starts = range(0, max(1, resampling.n_draws), step)
    return np.concatenate([statistic(min(step, resampling.n_draws - start)) for start in starts])


def drawn_means(sums: Float64Array, sizes: Float64Array, resampling: Resampling) -> Float64Array:
    """Return the means of bootstrap samples.

    Parameters
    ----------
    sums, sizes : ndarray of shape (n,) or (n, n_columns)
        Sum of the values of each group of items, and its size.
    resampling : Resampling

    Returns
    -------
    ndarray of shape (n_draws,) or (n_draws, n_columns)

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.evaluation.statistics import Resampling, drawn_means
    >>> drawn_means(np.full(5, 2.0), np.ones(5), Resampling(n_draws=2)).tolist()
    [2.0, 2.0]
    """
    rng = np.random.default_rng([resampling.seed, len(sums)])

    def means(n_draws: int) -> Float64Array:
        counts = _counts_of(rng, len(sums), n_draws)
        with np.errstate(invalid="ignore"):  # a sample of empty groups has no mean
            return np.asarray((counts @ sums) / (counts @ sizes))

    return _in_blocks(len(sums), resampling, means)


def spearman_draws(x: npt.ArrayLike, y: npt.ArrayLike, counts: Int64Array) -> Float64Array:
    """Return Spearman's correlation of each drawn sample, shape (n_draws,).

    Parameters
    ----------
    x, y : array-like of shape (n,)
    counts : ndarray of shape (n_draws, n), int64
        From `draw_counts`.

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.evaluation.statistics import spearman_draws
    >>> spearman_draws([1, 2, 3], [1, 2, 3], np.array([[1, 1, 1], [2, 1, 0]])).tolist()
    [1.0, 1.0]
    """
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    found = np.empty(len(counts))
    step = max(1, BLOCK_NUMBERS // max(1, len(x)))
    for start in range(0, len(counts), step):
        block = counts[start : start + step]
        ranks = _weighted_ranks(x, block), _weighted_ranks(y, block)
        found[start : start + step] = _weighted_pearson(*ranks, block.astype(np.float64))
    return found


def percentiles(draws: npt.ArrayLike, level: float) -> tuple[float, float]:
    """Return the middle `level` of the draws, ``(low, high)``; NaN draws are left out."""
    drawn = np.asarray(draws, dtype=np.float64)
    drawn = drawn[~np.isnan(drawn)]
    if not len(drawn):
        return math.nan, math.nan
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def correlation_interval(x: npt.ArrayLike, y: npt.ArrayLike, resampling: Resampling) -> tuple[float, float]:
    """Return the bootstrap interval of Spearman's correlation, ``(low, high)``.

    Examples
    --------
    >>> from ns2vec.evaluation.statistics import Resampling, correlation_interval
    >>> low, high = correlation_interval(range(30), [i + i % 3 for i in range(30)], Resampling(n_draws=200))
    >>> 0.9 < low <= high <= 1
    True
    """
    n_items = len(np.asarray(x))
    if n_items < 2:
        return math.nan, math.nan
    counts = draw_counts(n_items, resampling.n_draws, resampling.seed)
    return percentiles(spearman_draws(x, y, counts), resampling.level)


def _p_value(observed: float, drawn: Float64Array) -> float:
    """Return the two-sided p-value; the observation itself counts as one draw."""
    if not len(drawn) or math.isnan(observed):
        return math.nan
    # values that differ only by rounding are tied
    n_extreme = int((np.abs(drawn) >= abs(observed) - 1e-12).sum())
    return (n_extreme + 1) / (len(drawn) + 1)


def compare_correlations(
    gold: npt.ArrayLike, first: npt.ArrayLike, second: npt.ArrayLike, resampling: Resampling
) -> Difference:
    """Compare two models' Spearman correlations with the same judgements.

    The test exchanges the two models' ranks of an item with probability 1/2; the interval is that of the
    difference over common bootstrap draws.

    Parameters
    ----------
    gold, first, second : array-like of shape (n,)
    resampling : Resampling

    Returns
    -------
    Difference

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.evaluation.statistics import Resampling, compare_correlations
    >>> rng = np.random.default_rng(0)
    >>> gold = rng.normal(size=100)
    >>> close, far = gold + 0.1 * rng.normal(size=100), rng.normal(size=100)
    >>> compare_correlations(gold, close, far, Resampling()).p_value < 0.01
    True
    """
    ranks = [average_ranks(values) for values in (gold, first, second)]
    n_items = len(ranks[0])
    counts = draw_counts(n_items, resampling.n_draws, resampling.seed)
    drawn = spearman_draws(gold, first, counts) - spearman_draws(gold, second, counts)
    low, high = percentiles(drawn, resampling.level)
    difference = pearson(ranks[0], ranks[1]) - pearson(ranks[0], ranks[2])
    rng = np.random.default_rng([resampling.seed, n_items, 1])
    exchanged = np.empty(resampling.n_draws)
    step = max(1, BLOCK_NUMBERS // max(1, n_items))
    for start in range(0, resampling.n_draws, step):
        stop = min(start + step, resampling.n_draws)
        swap = rng.random((stop - start, n_items)) < 0.5
        ones = np.ones(n_items)
        a = _weighted_pearson(ranks[0], np.where(swap, ranks[2], ranks[1]), ones)
        b = _weighted_pearson(ranks[0], np.where(swap, ranks[1], ranks[2]), ones)
        exchanged[start:stop] = a - b
    return Difference(difference, low, high, _p_value(difference, exchanged), n_items)


def _by_group(values: Float64Array, groups: npt.NDArray[Any] | None) -> tuple[Float64Array, Float64Array]:
    """Return sums and sizes of the groups; without groups, each item is its own."""
    if groups is None:
        return values, np.ones(len(values))
    _, group = np.unique(groups, return_inverse=True)
    sums = np.bincount(group, weights=values).astype(np.float64)
    return sums, np.bincount(group).astype(np.float64)


def mean_interval(
    values: npt.ArrayLike, resampling: Resampling, groups: npt.NDArray[Any] | None = None
) -> tuple[float, float]:
    """Return the bootstrap interval of a mean, ``(low, high)``.

    Parameters
    ----------
    values : array-like of shape (n,)
    resampling : Resampling
    groups : ndarray of shape (n,), optional
        Items of one group are drawn together, because they are not independent: the questions that ask for
        the same word pair, for example.

    Examples
    --------
    >>> from ns2vec.evaluation.statistics import Resampling, mean_interval
    >>> mean_interval([1.0, 1.0, 1.0], Resampling())
    (1.0, 1.0)
    """
    sums, sizes = _by_group(np.asarray(values, dtype=np.float64), groups)
    if not len(sums):
        return math.nan, math.nan
    return percentiles(drawn_means(sums, sizes, resampling), resampling.level)


def compare_means(
    first: npt.ArrayLike,
    second: npt.ArrayLike,
    resampling: Resampling,
    groups: npt.NDArray[Any] | None = None,
) -> Difference:
    """Compare two models' mean scores over the same items.

    The test changes the sign of the difference of an item (or of a group of items) with probability 1/2.

    Parameters
    ----------
    first, second : array-like of shape (n,)
    resampling : Resampling
    groups : ndarray of shape (n,), optional
        As in `mean_interval`.

    Examples
    --------
    >>> from ns2vec.evaluation.statistics import Resampling, compare_means
    >>> compare_means([1.0] * 20, [1.0] * 19 + [0.0], Resampling()).p_value
    1.0
    """
    differences = np.asarray(first, dtype=np.float64) - np.asarray(second, dtype=np.float64)
    sums, sizes = _by_group(differences, groups)
    if not len(sums):
        return Difference(math.nan, math.nan, math.nan, math.nan, 0)
    low, high = percentiles(drawn_means(sums, sizes, resampling), resampling.level)
    rng = np.random.default_rng([resampling.seed, len(sums), 1])

    def exchanged(n_draws: int) -> Float64Array:
        return np.asarray((rng.integers(0, 2, size=(n_draws, len(sums))) * 2.0 - 1.0) @ sums)

    p_value = _p_value(float(sums.sum()), _in_blocks(len(sums), resampling, exchanged))
    return Difference(float(differences.mean()), low, high, p_value, len(differences))
