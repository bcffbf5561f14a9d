"""The noise distribution of negative sampling, and gensim's cumulative table of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ns2vec._typing import Float64Array
from ns2vec.exceptions import ConfigError


def noise_distribution(counts: npt.ArrayLike | Sequence[int], ns_exponent: float = 0.75) -> Float64Array:
    """Return the probability that each word is drawn as noise: proportional to count ** ns_exponent.

    Parameters
    ----------
    counts : array_like of shape (V,)
        How often each word occurs; a word with count 0 is never drawn.
    ns_exponent : float
        1 draws words as often as they occur, 0 draws all with equal probability, and negative values prefer
        rare words; word2vec uses 0.75.

    Returns
    -------
    ndarray of shape (V,), float64
        Sums to 1.

    Raises
    ------
    ConfigError
        If a count is negative or not finite, none is positive, or the exponent is not finite.

    References
    ----------
    Mikolov et al. 2013, arXiv:1310.4546, section 2.2.

    Examples
    --------
    Frequent words are drawn less often than they occur, rare words more often
    (the, cat, moon with shares .9346, .0467, .0187):

    >>> from ns2vec import noise_distribution
    >>> noise_distribution([10000, 500, 200]).round(6).tolist()
    [0.862872, 0.091238, 0.04589]
    """
    weights = checked_weights("counts", counts)
    if not np.isfinite(ns_exponent):
        raise ConfigError(f"ns_exponent must be a finite number, got {ns_exponent!r}")
    logs = np.full(weights.shape, -np.inf)
    seen = weights > 0
    logs[seen] = ns_exponent * np.log(weights[seen])
    # in logarithms, so that no exponent overflows
    shares = np.exp(logs - logs[seen].max())
    probabilities: Float64Array = shares / shares.sum()
    return probabilities


def checked_weights(name: str, values: npt.ArrayLike) -> Float64Array:
    """Return weights as an array, or raise an error that says what they must be."""
    weights = np.asarray(values, dtype=np.float64)
    if weights.ndim != 1 or not np.isfinite(weights).all() or (weights < 0).any() or not (weights > 0).any():
        raise ConfigError(f"{name} must be a list of finite numbers of at least 0, one of them positive")
    return weights


def make_cum_table(
    counts: npt.ArrayLike, ns_exponent: float = 0.75, domain: int = 2**31 - 1
) -> npt.NDArray[np.uint32]:
    """Return the cumulative noise distribution scaled to `domain` and rounded: gensim's ``cum_table``.

    Parameters
    ----------
    counts : array_like of shape (V,)
    ns_exponent : float
    domain : int
        Value of the last entry.

    Returns
    -------
    ndarray of shape (V,), uint32

    Examples
    --------
    >>> from ns2vec.sampling import make_cum_table
    >>> make_cum_table([3, 1], ns_exponent=1.0, domain=100).tolist()
    [75, 100]
    """
    cumulative = np.cumsum(noise_distribution(counts, ns_exponent))
    table: npt.NDArray[np.uint32] = np.round(cumulative / cumulative[-1] * domain).astype(np.uint32)
    table[-1] = domain
    return table


def weights_of_cum_table(cum_table: npt.ArrayLike) -> Float64Array:
    """Return the probability of each word under a cumulative table that a user has set.

    Parameters
    ----------
    cum_table : array_like of shape (V,)
        Not decreasing; any positive last entry.

    Returns
    -------
    ndarray of shape (V,), float64

    Raises
    ------
    ConfigError
        If the table decreases or is all zero.

    Examples
    --------
    >>> from ns2vec.sampling import weights_of_cum_table
    >>> weights_of_cum_table([75, 100]).tolist()
    [0.75, 0.25]
    """
    steps = np.diff(np.asarray(cum_table, dtype=np.float64), prepend=0.0)
    if steps.ndim != 1 or not len(steps) or not (steps >= 0).all() or not steps.any():
        raise ConfigError("cum_table must be a list of numbers that never decreases and ends above 0")
    weights: Float64Array = steps / steps.sum()
    return weights
