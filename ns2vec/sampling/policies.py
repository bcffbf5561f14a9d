"""Selection of hard negatives from scored candidates, without a sampler: a matrix of scores in, columns out.

They do for any model what the samplers of `ns2vec.sampling.aware` do in training: each policy takes scores
(n, m) of m candidates for each of n positives and returns the columns of k of them, (n, k) in int64, with -1
where a row has no more candidates. Scores that are not finite are never chosen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ns2vec._registry import Registry
from ns2vec._typing import BoolArray, Float64Array, Int64Array
from ns2vec.exceptions import ConfigError

__all__ = [
    "POLICIES",
    "best_columns",
    "margin",
    "mixture",
    "percentile",
    "random_among",
    "rank_window",
    "ranks_of",
    "softmax",
    "top",
]

#: Name -> ``policy(scores, k, ...) -> columns``.
POLICIES: Registry[Callable[..., Int64Array]] = Registry("policy")


def as_scores(scores: npt.ArrayLike, k: int) -> Float64Array:
    """Scores (n, m) in float64, -inf if they are not finite."""
    matrix = np.array(scores, dtype=np.float64)
    if matrix.ndim != 2:
        raise ConfigError(f"scores must have shape (n, m), got {matrix.shape}")
    if k < 0:
        raise ConfigError(f"k must be at least 0, got {k}")
    matrix[~np.isfinite(matrix)] = -np.inf
    return matrix


def best_columns(keys: Float64Array, k: int) -> Int64Array:
    """Columns of the k largest keys of each row, descending; -1 for keys of -inf and beyond m.

    Parameters
    ----------
    keys : ndarray of shape (n, m), float64
    k : int

    Returns
    -------
    ndarray of shape (n, k), int64

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.sampling.policies import best_columns
    >>> best_columns(np.array([[0.1, 0.9, 0.5]]), 2).tolist()
    [[1, 2]]
    """
    n, m = keys.shape
    order = np.argsort(-keys, axis=1, kind="stable")[:, :k]
    chosen = np.where(np.isneginf(np.take_along_axis(keys, order, 1)), -1, order)
    return np.concatenate([chosen, np.full((n, max(k - m, 0)), -1)], axis=1).astype(np.int64)


def random_among(allowed: BoolArray, k: int, generator: np.random.Generator) -> Int64Array:
    """K allowed columns of each row without repetition, with equal probability.

    Parameters
    ----------
    allowed : ndarray of shape (n, m), bool
    k : int
    generator : numpy.random.Generator

    Returns
    -------
    ndarray of shape (n, k), int64

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.sampling.policies import random_among
    >>> random_among(np.array([[False, True, False]]), 1, np.random.default_rng(1)).tolist()
    [[1]]
    """
    return best_columns(np.where(allowed, generator.random(allowed.shape), -np.inf), k)


def ranks_of(scores: Float64Array) -> Int64Array:
    """Rank of each candidate in its row, 0 is the highest; the earlier of equal ones comes first.

    Parameters
    ----------
    scores : ndarray of shape (n, m)

    Returns
    -------
    ndarray of shape (n, m), int64

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.sampling.policies import ranks_of
    >>> ranks_of(np.array([[0.1, 0.9, 0.5]])).tolist()
    [[2, 0, 1]]
    """
    return np.argsort(np.argsort(-scores, axis=1, kind="stable"), axis=1, kind="stable")


@POLICIES.entry("top")
def top(scores: npt.ArrayLike, k: int = 1) -> Int64Array:
    """Choose the k highest scores of each row (DNS: Zhang et al. 2013, SIGIR).

    Parameters
    ----------
    scores : array_like of shape (n, m)
    k : int

    Returns
    -------
    ndarray of shape (n, k), int64
        Columns by descending score; -1 where there are no more.

    Examples
    --------
    >>> from ns2vec.sampling.policies import top
    >>> top([[0.1, 0.9, 0.5]], k=2).tolist()
    [[1, 2]]
    """
    return best_columns(as_scores(scores, k), k)


@POLICIES.entry("softmax")
def softmax(
    scores: npt.ArrayLike, k: int = 1, *, temperature: float = 1.0, generator: np.random.Generator
) -> Int64Array:
    """Choose k columns without repetition, each in proportion to exp(score / temperature) among those left.

    By Gumbel noise (Kool et al. 2019, arXiv:1903.06059); with k = 1 it is softmax-DNS (Shi et al. 2023,
    arXiv:2302.03472).

    Parameters
    ----------
    scores : array_like of shape (n, m)
    k : int
    temperature : float
        Above 0.
    generator : numpy.random.Generator

    Returns
    -------
    ndarray of shape (n, k), int64

    Raises
    ------
    ConfigError
        If the temperature is not above 0.

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.sampling.policies import softmax
    >>> softmax([[0.0, 50.0, 0.0]], generator=np.random.default_rng(1)).tolist()
    [[1]]
    """
    if not temperature > 0.0:
        raise ConfigError(f"temperature must be above 0, got {temperature!r}")
    matrix = as_scores(scores, k)
    return best_columns(matrix / temperature + generator.gumbel(size=matrix.shape), k)


@POLICIES.entry("rank_window")
def rank_window(
    scores: npt.ArrayLike, k: int = 1, *, first: int = 0, last: int, generator: np.random.Generator
) -> Int64Array:
    """Choose k candidates with ranks first <= r < last, with equal probability; rank 0 is the highest score.

    Parameters
    ----------
    scores : array_like of shape (n, m)
    k, first, last : int
    generator : numpy.random.Generator

    Returns
    -------
    ndarray of shape (n, k), int64

    Raises
    ------
    ConfigError
        If not 0 <= first < last.

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.sampling.policies import rank_window
    >>> rank_window([[0.1, 0.9, 0.5]], first=1, last=2, generator=np.random.default_rng(1)).tolist()
    [[2]]
    """
    if not 0 <= first < last:
        raise ConfigError(f"ranks must have 0 <= first < last, got {first!r} and {last!r}")
    matrix = as_scores(scores, k)
    ranks = ranks_of(matrix)
    return random_among((ranks >= first) & (ranks < last) & np.isfinite(matrix), k, generator)


@POLICIES.entry("margin")
def margin(
    scores: npt.ArrayLike,
    k: int = 1,
    *,
    positives: npt.ArrayLike,
    relative: float | None = None,
    absolute: float | None = None,
) -> Int64Array:
    """Choose the k highest scores that stay below the positive's by a margin.

    Parameters
    ----------
    scores : array_like of shape (n, m)
    k : int
    positives : array_like of shape (n,)
        Score of each row's positive.
    relative : float, optional
        No score above positive - relative * abs(positive) (0.05: 95 % of it; NV-Retriever, arXiv:2407.15831).
    absolute : float, optional
        No score above positive - absolute.

    Returns
    -------
    ndarray of shape (n, k), int64

    Raises
    ------
    ConfigError
        If `positives` has another shape, or a margin is below 0.

    Examples
    --------
    >>> from ns2vec.sampling.policies import margin
    >>> margin([[0.97, 0.94, 0.5]], k=2, positives=[1.0], relative=0.05).tolist()
    [[1, 2]]
    """
    matrix = as_scores(scores, k)
    seen = np.asarray(positives, dtype=np.float64)
    if seen.shape != matrix.shape[:1]:
        raise ConfigError(f"positives must have shape ({len(matrix)},), got {seen.shape}")
    for name, value in (("relative", relative), ("absolute", absolute)):
        if value is not None and not value >= 0.0:
            raise ConfigError(f"{name} must be at least 0, got {value!r}")
    bound = np.minimum(seen - (relative or 0.0) * np.abs(seen), seen - (absolute or 0.0))
    return best_columns(np.where(matrix <= bound[:, np.newaxis], matrix, -np.inf), k)


@POLICIES.entry("percentile")
def percentile(
    scores: npt.ArrayLike, k: int = 1, *, low: float, high: float, generator: np.random.Generator
) -> Int64Array:
    """Choose k candidates between two percentiles of their row's scores, with equal probability.

    Parameters
    ----------
    scores : array_like of shape (n, m)
    k : int
    low, high : float
        0 <= low <= high <= 100; 100 is the highest score.
    generator : numpy.random.Generator

    Returns
    -------
    ndarray of shape (n, k), int64

    Raises
    ------
    ConfigError
        If the percentiles are out of order or range.

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.sampling.policies import percentile
    >>> rng = np.random.default_rng(1)
    >>> percentile([[0.1, 0.9, 0.5, 0.7]], low=99, high=100, generator=rng).tolist()
    [[1]]
    """
    if not 0.0 <= low <= high <= 100.0:
        raise ConfigError(f"percentiles must have 0 <= low <= high <= 100, got {low!r} and {high!r}")
    matrix = as_scores(scores, k)
    n_finite = np.isfinite(matrix).sum(axis=1, keepdims=True)
    place = 100.0 * (1.0 - ranks_of(matrix) / np.maximum(n_finite - 1, 1))
    return random_among(np.isfinite(matrix) & (place >= low) & (place <= high), k, generator)


@POLICIES.entry("mixture")
def mixture(
    scores: npt.ArrayLike,
    k: int = 1,
    *,
    parts: Sequence[tuple[Callable[..., Int64Array], float]],
    generator: np.random.Generator,
    **options: Any,
) -> Int64Array:
    """Fill each of the k places by a policy drawn by weight (Yang et al. 2020, WWW companion).

    Parameters
    ----------
    scores : array_like of shape (n, m)
    k : int
    parts : sequence of (policy, weight)
        ``policy(scores, k, **options) -> columns``.
    generator : numpy.random.Generator
    **options
        For every part.

    Returns
    -------
    ndarray of shape (n, k), int64
        A column that two parts choose may occur twice in a row.

    Raises
    ------
    ConfigError
        If there is no part, or a weight is not above 0.

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.sampling.policies import mixture, top
    >>> mixture([[0.1, 0.9]], parts=[(top, 1.0)], generator=np.random.default_rng(1)).tolist()
    [[1]]
    """
    matrix = as_scores(scores, k)
    weights = np.array([weight for _, weight in parts], dtype=np.float64)
    if not len(weights) or not (weights > 0).all() or not np.isfinite(weights).all():
        raise ConfigError("mixture needs (policy, weight) parts with positive weights")
    choices = np.stack([policy(matrix, k, **options) for policy, _ in parts])
    picked = generator.choice(len(parts), size=choices.shape[1:], p=weights / weights.sum())
    columns: Int64Array = np.take_along_axis(choices, picked[np.newaxis], axis=0)[0]
    return columns
