"""Counts for a corpus whose size alone is known."""

from __future__ import annotations

import numpy as np

from ns2vec._options import whole
from ns2vec._typing import Int64Array
from ns2vec.exceptions import ConfigError

MOST_TYPES = 10_000_000


def zipf_counts(n_words: int, n_types: int) -> Int64Array:
    """Return counts that decrease with rank like those of words in a text: the r-th word occurs n / r times.

    Parameters
    ----------
    n_words : int
        Words of the corpus.
    n_types : int
        Distinct words.

    Returns
    -------
    ndarray of shape (n_types,), int64
        No count is below 1, so their sum is `n_words` except for rounding and the rarest words.

    Raises
    ------
    ConfigError
        If there are fewer words than distinct ones, or more than 10,000,000 of these.

    References
    ----------
    Zipf 1949, *Human Behavior and the Principle of Least Effort*.

    Examples
    --------
    >>> from ns2vec.calculator import zipf_counts
    >>> zipf_counts(25, 4).tolist()
    [12, 6, 4, 3]
    """
    types = whole("n_types", n_types, 1, MOST_TYPES)
    words = whole("n_words", n_words, 1)
    if words < types:
        raise ConfigError(f"n_words must be at least n_types, {types:,} distinct words, got {words:,}")
    shares = 1.0 / np.arange(1, types + 1)
    counts: Int64Array = np.maximum(1, np.rint(shares * (words / shares.sum()))).astype(np.int64)
    return counts
