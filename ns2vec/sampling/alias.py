"""Alias tables: a draw from any discrete distribution takes one random number and one look-up."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ns2vec.sampling._draws import alias_table
from ns2vec.sampling.noise import checked_weights


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
    weights = checked_weights("probabilities", probabilities)
    table: npt.NDArray[np.uint32] = alias_table(np.ascontiguousarray(weights), float(weights.sum()))
    return table
