"""How the changes that several shards made to one row are merged: one function per rule."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from ns2vec._typing import Float64Array as Array

DIRECTIONS = 8  # most curved ones; the others are taken to be curved alike
FLAT = 0.04  # up to this curvature of all shards, a sum is left as it is


def summed(changes: Array) -> Array:
    """Their sum."""
    return np.asarray(changes.sum(axis=0))


def mean(changes: Array) -> Array:
    """Their mean, over the shards that changed the row, not over all."""
    return np.asarray(changes.mean(axis=0))


def others(changes: Array) -> Array:
    """Each change minus the part of it that earlier ones have already made: its projection on their sum.

    Examples
    --------
    >>> from ns2vec.reference.merges import others
    >>> others(np.array([[1.0, 0.0], [1.0, 2.0]])).tolist()
    [1.0, 2.0]
    """
    done = changes[0]
    for change in changes[1:]:
        square = done @ done
        share = np.clip(change @ done / square, 0.0, 1.0) if square else 0.0
        done = done + (change - share * done)
    return np.asarray(done)


def adasum(changes: Array) -> Array:
    """Merge pairs of neighbours, then pairs of the results (Maleki et al. 2020, arXiv:2006.02924, equation
    3).

    Examples
    --------
    >>> from ns2vec.reference.merges import adasum
    >>> adasum(np.array([[1.0, 0.0], [1.0, 0.0]])).tolist(), adasum(np.eye(2)).tolist()
    ([1.0, 0.0], [1.0, 1.0])
    """
    while len(changes) > 1:
        pairs = [adasum_of_two(*changes[i : i + 2]) for i in range(0, len(changes) - 1, 2)]
        changes = np.array([*pairs, *changes[2 * len(pairs) :]])
    return np.asarray(changes[0])


def adasum_of_two(one: Array, other: Array) -> Array:
    """Merge two changes: their mean if they are equal, their sum if they are orthogonal."""
    product, mine, theirs = one @ other, one @ one, other @ other
    first = 1.0 - product / (2.0 * mine) if mine else 1.0
    second = 1.0 - product / (2.0 * theirs) if theirs else 1.0
    found: Array = first * one + second * other
    return found


# ---- with the curvature of the loss ------------------------------------------------------------------


def curvature(met: Sequence[tuple[npt.ArrayLike, npt.ArrayLike, float]]) -> Array:
    """The curvature that a row meets in one touch: y y' of other rows y, on average, times a factor.

    Parameters
    ----------
    met : sequence of (rows, touches, factor)
        array_like of shape (n_rows, width) and (n_rows,).

    Examples
    --------
    >>> from ns2vec.reference.merges import curvature
    >>> curvature([(np.eye(2), [1, 3], 4.0)]).tolist()
    [[1.0, 0.0], [0.0, 3.0]]
    """
    found = 0.0
    for rows, touches, factor in met:
        others, shares = np.asarray(rows, dtype=np.float64), np.asarray(touches) / np.sum(touches)
        found = found + factor * (others.T * shares) @ others
    return np.asarray(found)


def gain(h: Array, n: int) -> Array:
    """The factor of the sum of n changes along a direction in which each shard has curvature h.

    A shard leaves the share exp(-h) of its way to the optimum to the next one. (1 + h / 16) ** -16 is used
    for exp(-h).

    Examples
    --------
    >>> from ns2vec.reference.merges import gain
    >>> gain(np.array([0.0, 1e9]), 4).tolist()
    [1.0, 0.25]
    """
    left = (1.0 + np.asarray(h) / 16.0) ** -16.0
    return np.asarray(sum(left**i for i in range(n)) / n)


def sequential(changes: Array, touches: float, curve: Array) -> Array:
    """What shards would have done one after another, of which each starts where the last one has stopped.

    The idea is that of Maleki, Musuvathi and Ding 2017 (arXiv:1705.08030), who combine Jacobians of shards.

    Parameters
    ----------
    changes : ndarray of shape (n_shards, width)
    touches : float
        How often the shards have trained the row, in all.
    curve : ndarray of shape (width, width)
        The curvature that it met, for one touch.

    Examples
    --------
    >>> from ns2vec.reference.merges import sequential
    >>> sequential(np.ones((4, 2)), 4.0, np.diag([0.0, 1e9])).tolist()
    [4.0, 1.0]
    """
    values, vectors = np.linalg.eigh(curve)
    values[:-DIRECTIONS] = values[:-DIRECTIONS].mean() if len(values) > DIRECTIONS else 0.0
    gains = gain(values * touches / len(changes), len(changes))
    gains[values * touches <= FLAT] = 1.0
    return np.asarray(vectors @ (gains * (vectors.T @ changes.sum(axis=0))))


#: Name of a merge rule -> function that merges the changes (n_shards, width) of one row.
MERGES: dict[str, Callable[[Array], Array]] = {
    "adasum": adasum,
    "mean": mean,
    "others": others,
    "sum": summed,
}


def merged(
    rule: str,
    base: npt.ArrayLike,
    copies: Sequence[npt.ArrayLike],
    touches: npt.ArrayLike | None = None,
    curve: Array | None = None,
) -> Array:
    """Rows after a round: a shard takes part in the merge of a row if its copy differs from the base.

    Parameters
    ----------
    rule : str
        A name of `MERGES`, or ``"sequential"``.
    base : array_like of shape (n_rows, width)
        Rows before the round.
    copies : sequence of array_like of shape (n_rows, width)
        Rows after it, one copy per shard, in the order of the shards.
    touches : array_like of shape (n_rows,), optional
        For ``"sequential"``: how often all shards have trained each row.
    curve : ndarray of shape (width, width), optional
        The curvature that rows meet, for one touch.

    Returns
    -------
    ndarray of shape (n_rows, width), float64

    Examples
    --------
    >>> from ns2vec.reference.merges import merged
    >>> merged("mean", [[0.0], [5.0]], [[[1.0], [5.0]], [[3.0], [6.0]]]).tolist()
    [[2.0], [6.0]]
    """
    before = np.asarray(base, dtype=np.float64)
    after = [np.asarray(copy, dtype=np.float64) for copy in copies]
    found = before.copy()
    for row, start in enumerate(before):
        changes = [copy[row] - start for copy in after if (copy[row] != start).any()]
        if not changes:
            continue
        if rule == "sequential" and touches is not None and curve is not None:
            found[row] += sequential(np.array(changes), np.asarray(touches)[row], curve)
        else:
            found[row] += MERGES[rule](np.array(changes))
    return np.asarray(found)
