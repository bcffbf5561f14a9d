"""Random walks over a graph, one at a time, bit for bit those of ``graph/_walks.h``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ns2vec._typing import Float64Array as Array
from ns2vec.reference.streams import WALK, Stream, shuffled


@dataclass
class Walks:
    """Second-order walks (Grover & Leskovec 2016, arXiv:1607.00653, section 3.2).

    Attributes
    ----------
    neighbours : sequence of lists of int
        Of each node, ascending.
    weights : sequence of lists of float, optional
    tables : sequence of ndarray of shape (n_neighbours, 2), uint32
        Alias table of each node, if there are weights.
    p, q : float

    Examples
    --------
    >>> from ns2vec.reference import Walks
    >>> Walks([[1], [0, 2], []]).walk(0, 3, stream=Stream(1, 0, 0, WALK))
    [0, 1, 2]
    """

    neighbours: Sequence[Sequence[int]]
    weights: Sequence[Sequence[float]] | None = None
    tables: Sequence[npt.NDArray[np.uint32]] | None = None
    p: float = 1.0
    q: float = 1.0

    def bias(self, before: int, x: int) -> float:
        """The factor on the weight of an edge to x: 1/p for returning, 1 for a common neighbour, else 1/q."""
        if x == before:
            return 1.0 / self.p
        return 1.0 if x in self.neighbours[before] else 1.0 / self.q

    def probabilities(self, before: int, at: int) -> Array:
        """Probabilities of the neighbours of `at` on a walk that came from `before` (-1: it begins here)."""
        weights = np.ones(len(self.neighbours[at])) if self.weights is None else np.array(self.weights[at])
        if before >= 0:
            weights = weights * [self.bias(before, x) for x in self.neighbours[at]]
        found: Array = weights / weights.sum()
        return found

    def choose(self, at: int, stream: Stream) -> int:
        """A neighbour, drawn by the weights alone."""
        if self.tables is not None:
            return self.neighbours[at][stream.alias(self.tables[at])]
        return self.neighbours[at][stream.below(len(self.neighbours[at]))]

    def step(self, before: int, at: int, stream: Stream) -> int:
        """The next node: proposals until one is accepted; after as many as neighbours, an exact draw."""
        most = max(1.0 / self.p, 1.0, 1.0 / self.q)
        for _ in self.neighbours[at]:
            x = self.choose(at, stream)
            if before < 0 or (self.p == self.q == 1.0):
                return x
            if stream.bits() < int(self.bias(before, x) / most * 2**32):
                return x
        weights = [1.0] * len(self.neighbours[at]) if self.weights is None else self.weights[at]
        biased = [w * self.bias(before, x) for w, x in zip(weights, self.neighbours[at], strict=True)]
        sums = np.cumsum(biased)
        target = sums[-1] * ((stream.next() >> 11) / 2**53)
        return self.neighbours[at][int(np.searchsorted(sums, target, side="right"))]

    def walk(self, start: int, length: int, stream: Stream) -> list[int]:
        """A walk of at most `length` nodes; shorter if no edge leads on."""
        found, before = [start], -1
        while len(found) < length and self.neighbours[found[-1]]:
            found.append(self.step(before, found[-1], stream))
            before = found[-2]
        return found

    def epoch(self, length: int, per_node: int, *, seed: int, epoch: int = 0) -> list[list[int]]:
        """All walks of an epoch: `per_node` from each node, in a random order."""
        n = len(self.neighbours)
        starts = shuffled(n * per_node, 0, n * per_node, seed=seed, epoch=epoch)
        return [
            self.walk(start % n, length, Stream(seed, epoch, number, WALK))
            for number, start in enumerate(starts)
        ]
