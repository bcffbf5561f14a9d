"""Storage of vectors: rows of a matrix, or bags of rows, and how a bag is trained while windows use it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ns2vec._typing import Float64Array as Array


@dataclass
class Side:
    """The vectors of one side of the training.

    Attributes
    ----------
    matrix : ndarray of shape (n_rows, D)
    bags : list of lists of rows, or None
        Unit i is the mean (or the sum) of these rows; without bags, it is row i.
    combine : {"mean", "sum"}
    lock : ndarray of shape (n,)
        Factor of a row's change, for row modulo n.
    frozen : bool
    """

    matrix: Array
    bags: Sequence[Sequence[int]] | None = None
    combine: str = "mean"
    lock: Array = field(default_factory=lambda: np.ones(1))
    frozen: bool = False

    def rows(self, unit: int) -> list[int]:
        """The rows of a unit."""
        return [unit] if self.bags is None else list(self.bags[unit])

    @property
    def is_copied(self) -> bool:
        """Whether units are gathered, trained and scattered, instead of in place."""
        return self.bags is not None or self.frozen

    @property
    def is_read_only(self) -> bool:
        """Whether its rows never change, not even within a block."""
        return self.frozen and self.bags is None

    def vector(self, unit: int) -> Array:
        """The vector of a unit, shape (D,)."""
        members = self.matrix[self.rows(unit)]
        return np.asarray(members.sum(axis=0) if self.combine == "sum" else members.mean(axis=0))

    def vectors(self) -> Array:
        """The vectors of all units, shape (n_units, D)."""
        if self.bags is None:
            return self.matrix
        return np.array([self.vector(unit) for unit in range(len(self.bags))])

    def factors(self, unit: int) -> Array:
        """Factor of the change of each of the unit's rows."""
        return np.asarray(self.lock[np.array(self.rows(unit)) % len(self.lock)] * (not self.frozen))

    def add(self, unit: int, change: Array) -> None:
        """Add the whole change to every row of a unit, times the row's own factor."""
        add_rows(self.matrix, self.rows(unit), self.factors(unit)[:, None] * change)


def add_rows(array: Array, rows: Sequence[int], change: Array) -> None:
    """Add to rows, as often as each is named.

    >>> array = np.zeros(3)
    >>> add_rows(array, [2, 0], np.array([1.0, 5.0]))
    >>> add_rows(array, [2, 2], np.array([1.0, 5.0]))
    >>> array
    array([5., 0., 7.])
    """
    if len(set(rows)) == len(rows):  # almost always the case, and much faster
        array[rows] += change
    else:
        np.add.at(array, rows, change)


class Live:
    """A unit that windows train: a row in place; a bag as a vector of its own until `leave`.

    A mean changes as the mean of its rows will, a sum as their sum: by `lock` times the change.

    Parameters
    ----------
    side : Side
    unit : int
    as_sum : bool
        Use the sum of its rows, whatever the side specifies: it is part of the mean (or sum) of all rows of a
        window.
    """

    def __init__(self, side: Side, unit: int, as_sum: bool = False) -> None:
        self.side, self.unit, self.n_uses = side, unit, 1
        self.is_summed = as_sum and side.bags is not None
        factors = side.factors(unit)
        is_sum = self.is_summed or (side.combine == "sum" and side.bags is not None)
        self.lock = float(factors.sum() if is_sum else factors.mean())
        self.now = None
        if side.is_copied:
            self.now = side.matrix[side.rows(unit)].sum(axis=0) if self.is_summed else side.vector(unit)
        self.total = np.zeros(side.matrix.shape[1])

    @property
    def key(self) -> tuple[int, int]:
        """Equal for two objects of the same unit."""
        return id(self.side), self.unit

    @property
    def vector(self) -> Array:
        """The current vector, shape (D,)."""
        return self.side.matrix[self.unit] if self.now is None else self.now

    def move(self, change: Array) -> None:
        """Add the change that a block computed, times the unit's factor."""
        if self.now is None:
            self.side.add(self.unit, change)
        else:
            self.now = self.now + self.lock * change
            self.total += change

    def leave(self) -> None:
        """Write the changes to the rows."""
        self.n_uses -= 1
        if self.n_uses == 0 and self.now is not None:
            self.side.add(self.unit, self.total)
