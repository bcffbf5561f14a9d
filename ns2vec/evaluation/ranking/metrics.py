"""Metrics of the ranks of the wanted items, and of the lists of all users.

For a user who wants t items, at the ranks r_1 < r_2 < ... < r_t, h of them among the first k::

    recall@k     h / t
    precision@k  h / k
    hit_rate@k   1 if h > 0 else 0
    ndcg@k       sum of 1 / log2(r_i + 1) for r_i <= k, over that of r_i = i for i <= min(k, t)
                 (Järvelin and Kekäläinen 2002)
    map          mean of i / r_i
    mrr          1 / r_1
    auc          share of pairs of a wanted and another item in the right order, a tie counting a half

For all lists of k items, with c_i of n users who know item i::

    coverage@k    share of the items that are in a list
    popularity@k  mean of c_i in the lists, over the mean of c_i of what users know (1: as popular as that)
    novelty@k     mean of -log2(max(c_i, 1) / n), in bits (Zhou et al. 2010)
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ns2vec._registry import Registry
from ns2vec._typing import Float64Array, Int64Array
from ns2vec.evaluation.ranking.ranks import Ranks


@dataclass(frozen=True)
class Metric:
    """A metric with a value for each user.

    Attributes
    ----------
    of : callable
        Given `Ranks` and k, it returns an array of shape (n_users,).
    has_k : bool
        Whether it depends on the first k only.
    """

    of: Callable[[Ranks, int], Float64Array]
    has_k: bool = True


#: Name -> metric of the ranks of the items to find.
METRICS: Registry[Metric] = Registry("ranking metric")
CATALOGUE: Registry[Callable[[Int64Array, Int64Array, int], float]] = Registry("figure of a catalogue")


def values(ranks: Ranks, ks: Sequence[int]) -> dict[str, Float64Array]:
    """Return all metrics: ``name`` or ``name@k`` -> a value for each user.

    Parameters
    ----------
    ranks : Ranks
    ks : sequence of int

    Returns
    -------
    dict of str -> ndarray of shape (n,), float64

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.evaluation.ranking import Ranks, values
    >>> found = values(Ranks(np.array([7]), np.array([0, 2]), np.array([2, 30]), np.array([.9]), {}), [10])
    >>> {name: round(float(one[0]), 3) for name, one in found.items() if "@" in name}
    {'recall@10': 0.5, 'ndcg@10': 0.387, 'precision@10': 0.1, 'hit_rate@10': 1.0}
    """
    with_k = {
        f"{name}@{k}": metric.of(ranks, k) for k in ks for name, metric in METRICS.items() if metric.has_k
    }
    return with_k | {name: metric.of(ranks, 0) for name, metric in METRICS.items() if not metric.has_k}


def catalogue_values(ranks: Ranks, n_known: Int64Array, n_users: int) -> dict[str, float]:
    """Return ``name@k`` -> a metric of the lists of all users.

    Parameters
    ----------
    ranks : Ranks
    n_known : ndarray of shape (n_candidates,), int64
        How many users know each item.
    n_users : int
        Number of users.
    """
    return {
        f"{name}@{k}": float(figure(shown, n_known, n_users))
        for k, shown in ranks.shown.items()
        for name, figure in CATALOGUE.items()
    }


def _per_user(of_items: Float64Array, ranks: Ranks) -> Float64Array:
    """Return the sums of values of the wanted items."""
    return np.add.reduceat(of_items, ranks.offsets[:-1])


def _hits(ranks: Ranks, k: int) -> Float64Array:
    return _per_user((ranks.ranks <= k).astype(np.float64), ranks)


def _n_wanted(ranks: Ranks) -> Int64Array:
    return np.diff(ranks.offsets)


def recall(ranks: Ranks, k: int) -> Float64Array:
    """Return the share of the wanted items that are among the first k."""
    return _hits(ranks, k) / _n_wanted(ranks)


def precision(ranks: Ranks, k: int) -> Float64Array:
    """Return the share of the first k that are wanted."""
    return _hits(ranks, k) / k


def hit_rate(ranks: Ranks, k: int) -> Float64Array:
    """Return 1 if a wanted item is among the first k, otherwise 0."""
    return np.minimum(_hits(ranks, k), 1)


def ndcg(ranks: Ranks, k: int) -> Float64Array:
    """Return the discounted gain of the first k, divided by that of the best list."""
    gains = np.where(ranks.ranks <= k, 1 / np.log2(ranks.ranks + 1.0), 0.0)
    n_wanted = np.minimum(_n_wanted(ranks), k)
    best = np.cumsum(1 / np.log2(np.arange(n_wanted.max()) + 2.0))
    return np.asarray(_per_user(gains, ranks) / best[n_wanted - 1])


def average_precision(ranks: Ranks, k: int) -> Float64Array:
    """Return the mean of the precisions at the wanted items; `k` is not used."""
    n_wanted = _n_wanted(ranks)
    numbers = np.arange(len(ranks.ranks)) - np.repeat(ranks.offsets[:-1], n_wanted) + 1
    return _per_user(numbers / ranks.ranks, ranks) / n_wanted


def reciprocal_rank(ranks: Ranks, k: int) -> Float64Array:
    """Return the reciprocal of the rank of the first wanted item; `k` is not used."""
    return 1 / ranks.ranks[ranks.offsets[:-1]]


def area_under_curve(ranks: Ranks, k: int) -> Float64Array:
    """Return the share of pairs in the right order; `k` is not used."""
    return ranks.auc


METRICS.register("recall", Metric(recall))
METRICS.register("ndcg", Metric(ndcg))
METRICS.register("precision", Metric(precision))
METRICS.register("hit_rate", Metric(hit_rate))
METRICS.register("map", Metric(average_precision, has_k=False))
METRICS.register("mrr", Metric(reciprocal_rank, has_k=False))
METRICS.register("auc", Metric(area_under_curve, has_k=False))


@CATALOGUE.entry("coverage")
def coverage(shown: Int64Array, n_known: Int64Array, n_users: int) -> float:
    """Return the share of the items that are in a list."""
    return float((shown > 0).mean())


@CATALOGUE.entry("popularity")
def popularity_bias(shown: Int64Array, n_known: Int64Array, n_users: int) -> float:
    """Return the popularity of items in lists, relative to those that users know; NaN if none is known."""
    total = n_known.sum()
    return float((shown @ n_known / shown.sum()) / (n_known @ n_known / total)) if total else math.nan


@CATALOGUE.entry("novelty")
def novelty(shown: Int64Array, n_known: Int64Array, n_users: int) -> float:
    """Return the mean self-information, in bits, of the items in lists."""
    return float(shown @ -np.log2(np.maximum(n_known, 1) / n_users) / shown.sum())
