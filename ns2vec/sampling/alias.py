"""Alias tables: one draw from any discrete distribution for one random number and one look-up."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ns2vec.exceptions import ConfigError

__all__ = ["build_alias_table"]

FULL = 2**32


def build_alias_table(probabilities: npt.ArrayLike) -> npt.NDArray[np.uint32]:
    """Make the alias table that the kernels draw from (Walker 1977; construction by Vose 1991).

    A draw takes 64 random bits: the high half chooses a column ``i = (high * V) >> 32``, the low
    half decides between `i` (when it is below the column's threshold) and the column's alias.

    Parameters
    ----------
    probabilities : array_like of shape (V,)
        Not negative; need not sum to 1. An entry of 0 is never drawn.

    Returns
    -------
    ndarray of shape (V, 2), uint32
        {threshold, alias} of each column. Each word's probability is off by less than 2 ** -32 of
        a column for each column that holds a part of it.

    Raises
    ------
    ConfigError
        If an entry is negative or not finite, or none is positive.

    Examples
    --------
    >>> from ns2vec.sampling import build_alias_table
    >>> build_alias_table([0.75, 0.25]).tolist()
    [[4294967295, 0], [2147483648, 0]]
    """
    weights = np.asarray(probabilities, dtype=np.float64)
    if weights.ndim != 1 or not np.isfinite(weights).all() or (weights < 0).any() or not (weights > 0).any():
        raise ConfigError(
            "probabilities must be a list of finite numbers of at least 0, one of them positive"
        )
    n_words = len(weights)
    heights = (weights / weights.sum() * n_words).tolist()
    thresholds, aliases = [FULL - 1] * n_words, list(range(n_words))
    low = [i for i, height in enumerate(heights) if height < 1.0]
    high = [i for i, height in enumerate(heights) if height >= 1.0]
    while low and high:
        column, donor = low.pop(), high[-1]
        thresholds[column], aliases[column] = min(round(heights[column] * FULL), FULL - 1), donor
        heights[donor] -= 1.0 - heights[column]
        if heights[donor] < 1.0:
            low.append(high.pop())
    # what is left is 1 but for rounding, unless it may never be drawn
    best = int(weights.argmax())
    for column in low:
        if weights[column] == 0.0:
            thresholds[column], aliases[column] = 0, best
    table: npt.NDArray[np.uint32] = np.array([thresholds, aliases], dtype=np.uint32).T.copy()
    return table
