"""Cosines with a query, and ranks of expected answers in analogies.

Computed as in ``similarity/_dots.pyx`` and ``evaluation/_counts.pyx``.
"""

from __future__ import annotations

import numpy as np

from ns2vec._typing import Float64Array as Array


def cosines(vectors: Array, norms: Array, query: Array) -> Array:
    """Divide each row's product with a unit query by the row's length, or by 1 if that is 0."""
    products = np.asarray(vectors, dtype=np.float64) @ np.asarray(query, dtype=np.float64)
    return np.asarray(products / np.where(norms == 0, 1.0, norms))


def count_not_lower(
    of_pairs: Array,
    of_c: Array,
    pairs: Array,
    cs: Array,
    shifts: Array,
    expected: Array,
    excluded: Array,
    products: bool,
) -> Array:
    """Count the words whose score is at least the expected one, in five passes over blocks of scores."""
    if products:
        scores = (of_pairs[pairs] - shifts[:, None]) * of_c[cs]
    else:
        scores = of_pairs[pairs] + of_c[cs]
    scores[excluded[:, 1], excluded[:, 0]] = -np.inf
    return np.asarray((scores >= expected[:, None]).sum(axis=1))
