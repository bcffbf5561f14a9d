"""Negatives for your own training loop: distinct ids that are not the target."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from ns2vec._options import whole
from ns2vec._typing import Float64Array, Int64Array
from ns2vec.exceptions import ConfigError

MOST = 2**63 - 1


def get_negative_samples(
    vocab_size: int,
    target_index: int,
    num_samples: int,
    *,
    exclude: Iterable[int] | None = None,
    p: npt.ArrayLike | None = None,
    seed: int | np.random.Generator | None = None,
) -> Int64Array:
    """Draw distinct negatives for one target: never the target itself, nor an excluded id.

    Parameters
    ----------
    vocab_size : int
        V; ids are 0..V-1.
    target_index : int
        The positive.
    num_samples : int
        k, how many negatives.
    exclude : iterable of int, optional
        Other ids that must not be drawn, such as further positives of the same input.
    p : array_like of shape (V,), optional
        Weights, such as `noise_distribution` gives; they need not sum to 1, and an id of weight 0 is never
        drawn. None draws all ids with equal probability.
    seed : int or numpy.random.Generator, optional
        The same seed gives the same negatives; a generator continues where it stopped.

    Returns
    -------
    ndarray of shape (k,), int64
        In random order. With `p` the order is that of drawing one by one without replacement, so
        the first is distributed as `p` is over the allowed ids.

    Raises
    ------
    ConfigError
        If fewer than `num_samples` ids may be drawn, or an argument is out of range; before
        anything is drawn. It is a ValueError.

    Notes
    -----
    Without `p` time and memory grow with ``num_samples + len(exclude)``, whatever V is. With `p`
    they grow with V: each allowed id gets the key log p + Gumbel noise and the k highest win, the
    exponential races of Efraimidis & Spirakis 2006, "Weighted random sampling with a reservoir",
    in logarithms. The kernels draw with replacement instead, from `noise_distribution`.

    Examples
    --------
    >>> from ns2vec import get_negative_samples, noise_distribution
    >>> negatives = get_negative_samples(10_000, 42, 5, exclude=[7, 8], seed=1)
    >>> len(set(negatives.tolist()) - {42, 7, 8})
    5
    >>> counts = [10000, 500, 200]
    >>> sorted(get_negative_samples(3, 1, 2, p=noise_distribution(counts)).tolist())
    [0, 2]
    >>> get_negative_samples(3, 1, 3)
    Traceback (most recent call last):
    ...
    ns2vec.exceptions.ConfigError: num_samples is 3, but only 2 of 3 ids may be drawn: ask for fewer
    """
    n_ids = whole("vocab_size", vocab_size, 1, MOST)
    n_samples = whole("num_samples", num_samples, 0, MOST)
    forbidden = {whole("target_index", target_index, 0, n_ids - 1)}
    forbidden.update(
        whole("exclude", excluded, 0, n_ids - 1) for excluded in (() if exclude is None else exclude)
    )
    rng = np.random.default_rng(seed)
    if p is not None:
        return _draw_weighted(_weights(p, n_ids), forbidden, n_samples, rng)
    n_allowed = n_ids - len(forbidden)
    _check_enough(n_samples, n_allowed, n_ids)
    # ids below n_allowed; each forbidden one represents an allowed one of the ids from there on
    high = (i for i in range(n_allowed, n_ids) if i not in forbidden)
    stands_for = dict(zip((i for i in forbidden if i < n_allowed), high, strict=True))
    draws = rng.choice(n_allowed, n_samples, replace=False) if n_samples else np.empty(0, dtype=np.int64)
    return np.array([stands_for.get(i, i) for i in draws.tolist()], dtype=np.int64)


def _draw_weighted(
    weights: Float64Array, forbidden: set[int], n_samples: int, rng: np.random.Generator
) -> Int64Array:
    allowed = weights > 0
    allowed[list(forbidden)] = False
    ids = np.flatnonzero(allowed)
    _check_enough(n_samples, len(ids), len(weights))
    keys = np.log(weights[ids]) + rng.gumbel(size=len(ids))
    best = np.argpartition(-keys, n_samples - 1)[:n_samples] if n_samples < len(ids) else np.arange(len(ids))
    chosen: Int64Array = ids[best[np.argsort(-keys[best])]].astype(np.int64)
    return chosen[:n_samples]


def _check_enough(n_samples: int, n_allowed: int, n_ids: int) -> None:
    if n_samples > n_allowed:
        raise ConfigError(
            f"num_samples is {n_samples}, but only {n_allowed} of {n_ids} ids may be drawn: ask for fewer"
        )


def _weights(p: npt.ArrayLike, n_ids: int) -> Float64Array:
    weights = np.asarray(p, dtype=np.float64)
    if weights.shape != (n_ids,):
        raise ConfigError(f"p must have one weight for each id, shape ({n_ids},), got {weights.shape}")
    if not np.isfinite(weights).all() or (weights < 0).any():
        raise ConfigError("p must hold finite numbers of at least 0")
    return weights
