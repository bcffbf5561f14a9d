"""What goes from process to process: networks without their weights, and rows that have changed."""

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
from ns2vec.training.units import Side

#: Of each trained matrix: ids (n,), rising, and numbers (n, width), float32 or the upper halves of them.
Block: TypeAlias = list[tuple[Int32Array, npt.NDArray[Any]]]
#: The same of several shards, each with its number.
Part: TypeAlias = list[tuple[int, Block]]

OWNED_ROWS = 256  # one after the other that have one owner; frequent rows, which most shards change, have many


# ---- a network ---------------------------------------------------------------------------------------


@dataclass
class SentSide:
    """A `Side` whose rows are elsewhere, unless they are frozen."""

    side: Side
    name: str
    shape: tuple[int, int]
    frozen_rows: Float32Array | None

    @classmethod
    def of(cls, side: Side) -> SentSide:
        """What is to be sent of a side."""
        rows = side.rows
        nothing: Any = None
        shape = (rows.array.shape[0], rows.array.shape[1])
        frozen_rows = rows.padded[:, : shape[1]] if side.frozen else None
        return cls(replace(side, rows=nothing), rows.name, shape, frozen_rows)

    def made(self) -> Side:
        """The side with rows of its own, which are zeros until they come."""
        array = empty_rows(*self.shape)
        if self.frozen_rows is not None:
            array[:] = self.frozen_rows
        return replace(self.side, rows=Rows(self.name, array, *self.shape))


@dataclass
class SentGoal:
    """A `Goal` whose side and sampler are made anew where it arrives."""

    goal: Goal
    side: int
    sampler: tuple[Any, Any] | None
    bias: Float32Array | None


@dataclass
class SentNetwork:
    """A network on its way: all but the weights.

    Attributes
    ----------
    network : Network
        Without sides and goals.
    sides : list of SentSide
    inputs, tags : int
        Which of them; -1 for none.
    goals : list of SentGoal
    """

    network: Network
    sides: list[SentSide]
    inputs: int
    tags: int
    goals: list[SentGoal]

    @classmethod
    def of(cls, network: Network) -> SentNetwork:
        """What is to be sent of a network."""
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
    """How many numbers of each row of `trained_arrays` are in use; those behind them are zeros."""
    sides = [network.inputs, *(goal.side for goal in network.goals)]
    if network.tags is not None:
        sides.append(network.tags)
    unique = {id(side): side for side in sides if not side.frozen}
    return [side.rows.array.shape[1] for side in unique.values()] + [
        1 for goal in network.goals if goal.bias is not None
    ]


# ---- rows --------------------------------------------------------------------------------------------


def owners_of(ids: Int32Array, matrix: int, n_owners: int) -> npt.NDArray[Any]:
    """Which member merges each row."""
    return (ids // OWNED_ROWS + matrix) % n_owners


def parts_of(changes: Block, widths: Sequence[int], n_owners: int, wire: str) -> list[Block]:
    """What a shard has changed, by the owners of the rows; in memory of its own.

    Examples
    --------
    >>> from ns2vec.training.sharded.wire import parts_of
    >>> ids, rows = np.array([3, 300, 515], np.int32), np.ones((3, 16), np.float32)
    >>> [part[0][0].tolist() for part in parts_of([(ids, rows)], [10], 2, "float32")]
    [[3, 515], [300]]
    """
    parts: list[Block] = [[] for _ in range(n_owners)]
    for matrix, ((ids, rows), width) in enumerate(zip(changes, widths, strict=True)):
        owners = owners_of(ids, matrix, n_owners)
        for owner, part in enumerate(parts):
            mine = np.flatnonzero(owners == owner)
            part.append((ids[mine], packed(rows[mine, :width], wire)))
    return parts


def packed(rows: Float32Array, wire: str) -> npt.NDArray[Any]:
    """Numbers as they travel: float32, or bfloat16 as uint16, to the nearest and of two as near to the even.

    Examples
    --------
    >>> from ns2vec.training.sharded.wire import packed, unpacked
    >>> unpacked(packed(np.array([[1.0, 1.001, -3e-5]], np.float32), "bfloat16")).tolist()
    [[1.0, 1.0, -2.9921531677246094e-05]]
    """
    if wire == "float32":
        return np.ascontiguousarray(rows)
    bits = np.ascontiguousarray(rows).view(np.uint32)
    found = ((bits + np.uint32(0x7FFF) + ((bits >> np.uint32(16)) & np.uint32(1))) >> np.uint32(16)).astype(
        np.uint16
    )
    found[np.isnan(rows)] = 0x7FC0  # rounding up might have made an infinity of it
    return found


def unpacked(rows: npt.NDArray[Any]) -> Float32Array:
    """What `packed` has packed."""
    if rows.dtype == np.float32:
        return rows
    found: Float32Array = (rows.astype(np.uint32) << np.uint32(16)).view(np.float32)
    return found


def padded(rows: npt.NDArray[Any], stride: int) -> Float32Array:
    """Rows of `stride` numbers, with zeros behind those that travelled."""
    numbers = unpacked(rows)
    if numbers.shape[1] == stride:
        return numbers
    found = np.zeros((len(numbers), stride), dtype=np.float32)
    found[:, : numbers.shape[1]] = numbers
    return found


def put_rows(arrays: Sequence[Float32Array], block: Block) -> None:
    """Bring merged rows into weights: as they are, or, in bfloat16, by how much they have changed."""
    for array, (ids, rows) in zip(arrays, block, strict=True):
        width = rows.shape[1]
        if rows.dtype == np.float32:
            array[ids, :width] = rows
        else:
            array[ids, :width] += unpacked(rows)


def n_bytes(blocks: Sequence[Block]) -> int:
    """What blocks take on the wire."""
    return sum(ids.nbytes + rows.nbytes for block in blocks for ids, rows in block)
