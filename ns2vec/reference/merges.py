"""How the changes that several shards made to one row are merged: one function per rule."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from ns2vec._typing import Float64Array as Array


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


#: Name of a merge rule -> function that merges the changes (n_shards, width) of one row.
MERGES: dict[str, Callable[[Array], Array]] = {
    "adasum": adasum,
    "mean": mean,
    "others": others,
    "sum": summed,
}


def merged(rule: str, base: npt.ArrayLike, copies: Sequence[npt.ArrayLike]) -> Array:
    """Rows after a round: a shard takes part in the merge of a row if its copy differs from the base.

    Parameters
    ----------
    rule : str
        A name of `MERGES`.
    base : array_like of shape (n_rows, width)
        Rows before the round.
    copies : sequence of array_like of shape (n_rows, width)
        Rows after it, one copy per shard, in the order of the shards.

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
        if changes:
            found[row] += MERGES[rule](np.array(changes))
    return np.asarray(found)
