"""The curvature that each trained matrix meets: how soon training has nothing left to do with its rows.

An input x and an output y with a score s = x'y have the logistic loss, whose second derivative in x is
sigma(s) (1 - sigma(s)) y y'. Over all that a shard does with x in a round, this adds up to how often x was
trained times the mean of y y' over the outputs, which is one matrix for all inputs; and the other way round
for outputs. It is the Gauss-Newton approximation: how x and y move together is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from ns2vec._typing import Float32Array
from ns2vec.training.sharded._merge import find_curve
from ns2vec.training.sharded.replicas import trained_sides

if TYPE_CHECKING:
    from ns2vec.training.config import TrainingConfig
    from ns2vec.training.network import Goal, Network
    from ns2vec.training.units import Side

#: Curvature along each direction and along all others, (n + 1,), and the directions, (n, stride).
Curve: TypeAlias = tuple[Float32Array, Float32Array]

# sigma(s) (1 - sigma(s)): at most 1/4, and less on average (benchmarks/NOTES.md)
LOGISTIC = 0.15
# p (1 - p) over all outputs: at most 1 for each right one
ONE_OF_ALL = 1.0


@dataclass(frozen=True)
class Method:
    """How a matrix is merged after a round.

    Attributes
    ----------
    rule : str
        A name among the rules of ``_merge.h``.
    curve : Curve, optional
    touches : ndarray of shape (n_rows,), float32, optional
        How often all shards have trained each row.
    """

    rule: str
    curve: Curve | None = None
    touches: Float32Array | None = None


def method_of(curve: Curve | None, touches: Float32Array) -> Method:
    """The merge of shards in sequence, or `adasum` for a matrix of which the curvature is unknown."""
    return Method("adasum") if curve is None else Method("sequential", curve, touches)


@dataclass(frozen=True)
class Meeting:
    """A matrix whose rows are trained together with those of another one.

    Attributes
    ----------
    other : int
        Its number among the trained arrays.
    factor : float
        Of the other rows that a touch meets, and of the second derivative of the loss.
    per : {"touch", "set", "share"}
        Further factor: none; the number of outputs in a set; or the touches of the other matrix for each
        touch of this one.
    """

    other: int
    factor: float
    per: str = "touch"


class Curvature:
    """What the trained arrays of a network meet.

    Parameters
    ----------
    network : Network
    config : TrainingConfig

    Attributes
    ----------
    meetings : list of list of Meeting, or None
        For each trained side; None if it meets rows that are not trained, or have another width.
    """

    def __init__(self, network: Network, config: TrainingConfig) -> None:
        sides, spec = trained_sides(network), network.spec
        self.widths = [side.rows.array.shape[1] for side in sides]
        self.numbers = {id(side): number for number, side in enumerate(sides)}
        self.meetings: list[list[Meeting] | None] = [[] for _ in sides]
        self.set_sizes: dict[int, float] = {}
        self.biases: list[tuple[int | None, float]] = []
        # contexts of a centre, and centres of a context
        self.around = 1.0
        if spec.reader == "windows":
            self.around = spec.window + 1.0 if config.shrink_windows else 2.0 * spec.window
        self.is_divided = spec.pooled and spec.mean and config.cbow_update == "corrected"
        for goal in network.goals:
            self.add_goal(network, goal, config.negative)

    def add_goal(self, network: Network, goal: Goal, negative: int) -> None:
        """Add what inputs and tags meet in a target's outputs, and the other way round."""
        spec, has_all = network.spec, goal.bound is None and goal.huffman is None
        second = ONE_OF_ALL if has_all else LOGISTIC
        if goal.huffman is None and id(goal.side) in self.numbers:
            self.set_sizes[self.numbers[id(goal.side)]] = 1.0 if has_all else 1.0 + negative
        n_inputs = 1.0 if spec.pairs else self.around  # of a set
        if spec.pooled:
            n_inputs = 1.0 if spec.mean else self.around**2
        if spec.reader != "tags":
            of_input = (second, "share") if self.is_divided else (second * self.around, "set")
            self.meet(network.inputs, goal.side, of_input, second * n_inputs)
        if network.tags is not None:
            self.meet(network.tags, goal.side, (second, "share"), second)
        if goal.bias is not None:
            side = self.numbers.get(id(goal.side)) if goal.side.bags is None else None
            self.biases.append((side, second * n_inputs))

    def meet(self, inputs: Side, outputs: Side, of_input: tuple[float, str], of_output: float) -> None:
        """Add a pair of sides: what inputs meet, factor and `per`, and the factor of what outputs meet."""
        one, other = self.numbers.get(id(inputs)), self.numbers.get(id(outputs))
        if one is not None and other is not None and self.widths[one] == self.widths[other]:
            self.add(one, Meeting(other, *of_input))
            self.add(other, Meeting(one, of_output))
            return
        for number in (one, other):
            if number is not None:
                self.meetings[number] = None

    def add(self, number: int, meeting: Meeting) -> None:
        """Add what a side meets, unless something else that it meets is unknown."""
        found = self.meetings[number]
        if found is not None:
            found.append(meeting)

    def methods(
        self, arrays: Sequence[Float32Array], touches: Sequence[Float32Array], rate: float
    ) -> list[Method]:
        """How each array is merged after a round.

        Parameters
        ----------
        arrays : sequence of ndarray of shape (n_rows, stride), float32
            Before the round.
        touches : sequence of ndarray of shape (n_rows,), float32
            How often all shards have trained each row; those of biases are not read.
        rate : float
            Learning rate.
        """
        sums = [float(of_array.sum(dtype=np.float64)) for of_array in touches]
        found = []
        for number, meetings in enumerate(self.meetings):
            met = []
            for one in meetings or ():
                factor = rate * one.factor * self.times(one, number, touches[one.other], sums)
                met.append((arrays[one.other], touches[one.other], factor))
            found.append(method_of(find_curve(met, self.widths[number]) if met else None, touches[number]))
        ones = np.ones((1, 1), dtype=np.float32)
        for side, factor in self.biases:
            curve = np.array([rate * factor, 0.0], dtype=np.float32), ones
            found.append(method_of(*((None, touches[0]) if side is None else (curve, touches[side]))))
        return found

    def times(self, one: Meeting, number: int, touches: Float32Array, sums: Sequence[float]) -> float:
        """The further factor of a meeting; each path of a tree has the root, its most frequent node."""
        if one.per == "share":
            return sums[one.other] / max(sums[number], 1.0)
        if one.per == "set":
            return self.set_sizes.get(one.other) or sums[one.other] / float(touches.max(initial=1.0))
        return 1.0
