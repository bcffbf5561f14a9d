"""The nearest rows of one query, and the best of any scores; see `ns2vec.similarity`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from ns2vec._typing import FloatArray
from ns2vec.similarity.products import cosines

Rows: TypeAlias = "npt.NDArray[np.intp]"

GROUPS = 64


def top_k(scores: FloatArray, k: int) -> Rows:
    """Return the indices of the `k` highest scores, best first; ties by lower index, NaN last.

    Parameters
    ----------
    scores : ndarray of shape (V,)
    k : int
        More than V gives all V.

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.similarity import top_k
    >>> top_k(np.array([0.5, 0.9, 0.5, 0.1]), 2).tolist()
    [1, 0]
    """
    if k <= 0:
        return np.empty(0, dtype=np.intp)
    candidates = _candidates(scores, k)
    # a stable sort of ascending indices keeps ties in order and puts NaN last
    best = np.argsort(-scores[candidates], kind="stable")[:k]
    return candidates[best]


def _candidates(scores: FloatArray, k: int) -> Rows:
    """Return ascending indices that include the `k` best: those above a cheap lower bound of the k-th best
    score.

    The scores are dealt into groups; each of the k best group maxima is a score, so the k-th of them is a
    bound.
    """
    n_columns = len(scores) // GROUPS
    if n_columns <= 2 * k:
        return np.arange(len(scores))
    maxima = scores[: n_columns * GROUPS].reshape(GROUPS, n_columns).max(axis=0)
    bound = np.partition(maxima, n_columns - k)[n_columns - k]
    chosen = np.flatnonzero(scores >= bound)
    # NaN spoils maxima; then, or when almost everything ties, sort all
    return chosen if len(chosen) >= k and not np.isnan(maxima).any() else np.arange(len(scores))


def most_similar(
    vectors: FloatArray,
    norms: FloatArray,
    query: FloatArray,
    topn: int,
    *,
    start: int = 0,
    stop: int | None = None,
    exclude: Sequence[int] | npt.NDArray[Any] = (),
) -> tuple[Rows, FloatArray]:
    """Return the rows of ``vectors[start:stop]`` nearest to a unit query, best first.

    Parameters
    ----------
    vectors, norms : see the module
    query : ndarray of shape (D,), of length 1
    topn : int
    start, stop : int, optional
    exclude : row numbers that must not be among the results

    Returns
    -------
    rows : ndarray of int, at most `topn`, counted from the first row of `vectors`
    similarities : ndarray of the same length
    """
    found = cosines(vectors[start:stop], norms[start:stop], query)
    return best_without(found, topn, exclude, start)


def best_without(
    scores: FloatArray, topn: int, exclude: Sequence[int] | npt.NDArray[Any], start: int = 0
) -> tuple[Rows, FloatArray]:
    """Return the rows, counted from `start`, and scores of the `topn` best that are not in `exclude`."""
    rows = top_k(scores, topn + len(exclude))
    if len(exclude):
        unwanted = set(np.asarray(exclude).tolist())
        rows = rows[[row + start not in unwanted for row in rows.tolist()]]
    rows = rows[:topn]
    return rows + start, scores[rows]
