"""Objects that are sent between processes: networks without their weights, and rows that have changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from ns2vec._typing import Float32Array, Int32Array
from ns2vec.sampling import BoundSampler
from ns2vec.training.matrices import Rows, empty_rows
from ns2vec.training.network import Goal, Network
from ns2vec.training.sharded._parts import take_merged
from ns2vec.training.sharded.replicas import trained_sides
from ns2vec.training.units import Side

#: For each trained matrix: ids (n,), ascending, and numbers (n, width), float32 or the upper halves of them.
Block: TypeAlias = list[tuple[Int32Array, npt.NDArray[Any]]]

FLOAT32: np.dtype[Any] = np.dtype(np.float32)


# ---- a network ---------------------------------------------------------------------------------------


@dataclass
class SentSide:
    """A `Side` whose rows are in another process, unless they are frozen."""

    side: Side
    name: str
    shape: tuple[int, int]
    frozen_rows: Float32Array | None

    @classmethod
    def of(cls, side: Side) -> SentSide:
        """The part of a side that is sent."""
        rows = side.rows
        nothing: Any = None
        shape = (rows.array.shape[0], rows.array.shape[1])
        frozen_rows = rows.padded[:, : shape[1]] if side.frozen else None
        return cls(replace(side, rows=nothing), rows.name, shape, frozen_rows)

    def made(self) -> Side:
        """The side with new rows, which are zeros until they are received."""
        array = empty_rows(*self.shape)
        if self.frozen_rows is not None:
            array[:] = self.frozen_rows
        return replace(self.side, rows=Rows(self.name, array, *self.shape))


@dataclass
class SentGoal:
    """A `Goal` whose side and sampler are made again by the receiver."""

    goal: Goal
    side: int
    sampler: tuple[Any, Any] | None
    bias: Float32Array | None


@dataclass
class SentNetwork:
    """A network without its weights, to be sent.

    Attributes
    ----------
    network : Network
        Without sides and goals.
    sides : list of SentSide
    inputs, tags : int
        Their indices; -1 for none.
    goals : list of SentGoal
    """

    network: Network
    sides: list[SentSide]
    inputs: int
    tags: int
    goals: list[SentGoal]

    @classmethod
    def of(cls, network: Network) -> SentNetwork:
        """The part of a network that is sent."""
        sides: dict[int, Side] = {}
        nothing: Any = None

        def number(side: Side) -> int:
            sides.setdefault(id(side), side)
            return list(sides).index(id(side))

        inputs = number(network.inputs)
        goals = []
        for goal in network.goals:
            bound = None if goal.bound is None else (goal.bound.sampler, goal.bound.data)
            sent = replace(goal, side=nothing, bound=None, bias=None)
            bias = None if goal.bias is None else np.zeros_like(goal.bias)
            goals.append(SentGoal(sent, number(goal.side), bound, bias))
        tags = -1 if network.tags is None else number(network.tags)
        bare = replace(network, inputs=nothing, goals=(), tags=None)
        return cls(bare, [SentSide.of(side) for side in sides.values()], inputs, tags, goals)

    def made(self) -> Network:
        """The network, with zeros for weights."""
        sides = [side.made() for side in self.sides]
        bound: dict[int, BoundSampler] = {}
        goals = []
        for sent in self.goals:
            goal = replace(sent.goal, side=sides[sent.side], bias=sent.bias)
            if sent.sampler is not None:
                sampler, data = sent.sampler
                goal.bound = bound.setdefault(id(data), sampler.bind(data))
            goals.append(goal)
        tags = None if self.tags < 0 else sides[self.tags]
        return replace(self.network, inputs=sides[self.inputs], goals=goals, tags=tags)


def trained_widths(network: Network) -> list[int]:
    """How many numbers of each row of `trained_arrays` are in use; the rest are zeros."""
    widths = [side.rows.array.shape[1] for side in trained_sides(network)]
    return widths + [1 for goal in network.goals if goal.bias is not None]


# ---- rows --------------------------------------------------------------------------------------------


class Buffers:
    """Memory that is used again in each round: new memory is slow to write to.

    Examples
    --------
    >>> from ns2vec.training.sharded.wire import Buffers
    >>> buffers = Buffers()
    >>> first = buffers.rows(3, 4)
    >>> buffers.begin_round()
    >>> np.shares_memory(buffers.rows(2, 4, np.dtype(np.uint16)), first)
    True
    """

    def __init__(self) -> None:
        self.kept: list[npt.NDArray[np.uint8]] = []
        self.n_given = 0

    def begin_round(self) -> None:
        """Make all memory available again."""
        self.n_given = 0

    def rows(self, n: int, width: int, dtype: np.dtype[Any] = FLOAT32) -> npt.NDArray[Any]:
        """Memory for this many rows, until the next round."""
        if self.n_given == len(self.kept):
            self.kept.append(np.empty(0, dtype=np.uint8))
        size = n * width * dtype.itemsize
        if len(self.kept[self.n_given]) < size:
            self.kept[self.n_given] = np.empty(size + size // 4, dtype=np.uint8)
        self.n_given += 1
        return self.kept[self.n_given - 1][:size].view(dtype).reshape(n, width)


def apply_block(
    arrays: Sequence[Float32Array], block: Block, copies: Sequence[Float32Array] | None = None
) -> None:
    """Write merged rows into weights, and copies of them: their values or, in bfloat16, their changes."""
    of_copies = [None] * len(arrays) if copies is None else copies
    for array, (ids, rows), own in zip(arrays, block, of_copies, strict=True):
        take_merged(array, ids, rows, own)


def n_bytes(blocks: Sequence[Block]) -> int:
    """The bytes of blocks on the wire."""
    return sum(ids.nbytes + rows.nbytes for block in blocks for ids, rows in block)
