"""Ranks of expected answers in analogies, as ``evaluation/_counts.pyx`` counts them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["count_higher"]

Array = npt.NDArray[np.float64]


def count_higher(
    of_pairs: Array,
    of_c: Array,
    pairs: Array,
    cs: Array,
    shifts: Array,
    expected: Array,
    excluded: Array,
    products: bool,
) -> Array:
    """Count the words that score higher than expected, as `ns2vec.evaluation._counts` does in one pass."""
    if products:
        scores = (of_pairs[pairs] - shifts[:, None]) * of_c[cs]
    else:
        scores = of_pairs[pairs] + of_c[cs]
    scores[excluded[:, 1], excluded[:, 0]] = -np.inf
    return np.asarray((scores > expected[:, None]).sum(axis=1))
