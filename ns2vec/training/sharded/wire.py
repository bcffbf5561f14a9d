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
from ns2vec.training.sharded._merge import pick_rows, put_rows
from ns2vec.training.units import Side

#: Of each trained matrix: ids (n,), rising, and numbers (n, width), float32 or the upper halves of them.
Block: TypeAlias = list[tuple[Int32Array, npt.NDArray[Any]]]
#: The same of several shards, each with its number.
Part: TypeAlias = list[tuple[int, Block]]

BLOCK_ROWS = 256  # that are packed together
OWNED_ROWS = 256  # one after the other that have one owner; frequent rows, which many change, have several


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
    """A `Goal` whose side and sampler are made again where it arrives."""

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
    """How many numbers of each row of `trained_arrays` are in use; those after them are zeros."""
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


class Buffers:
    """Memory that is used again in each round: fresh memory is slow to write to.

    Examples
    --------
    >>> from ns2vec.training.sharded.wire import Buffers
    >>> buffers = Buffers()
    >>> first = buffers.rows(3, 4)
    >>> buffers.begin_round()
    >>> np.shares_memory(buffers.rows(2, 4), first)
    True
    """

    def __init__(self) -> None:
        self.kept: list[Float32Array] = []
        self.n_given = 0

    def begin_round(self) -> None:
        """What was given out may be given out again."""
        self.n_given = 0

    def rows(self, n: int, width: int) -> Float32Array:
        """Memory for so many rows, until the next round."""
        if self.n_given == len(self.kept):
            self.kept.append(np.empty(0, dtype=np.float32))
        if len(self.kept[self.n_given]) < n * width:
            self.kept[self.n_given] = np.empty(n * width + n * width // 4, dtype=np.float32)
        self.n_given += 1
        return self.kept[self.n_given - 1][: n * width].reshape(n, width)


def parts_of(
    changes: Block, widths: Sequence[int], n_owners: int, wire: str, buffers: Buffers
) -> list[Block]:
    """What a shard has changed, by the owners of the rows; in memory that is good until the next round.

    Examples
    --------
    >>> from ns2vec.training.sharded.wire import Buffers, parts_of
    >>> ids, rows = np.array([3, 300, 515], np.int32), np.ones((3, 16), np.float32)
    >>> [part[0][0].tolist() for part in parts_of([(ids, rows)], [10], 2, "float32", Buffers())]
    [[3, 515], [300]]
    """
    parts: list[Block] = [[] for _ in range(n_owners)]
    for matrix, ((ids, rows), width) in enumerate(zip(changes, widths, strict=True)):
        owners = owners_of(ids, matrix, n_owners)
        for owner, part in enumerate(parts):
            mine = np.flatnonzero(owners == owner).astype(np.int32)
            part.append((ids[mine], packed(picked(rows, mine, width, buffers), wire)))
    return parts


def packed(rows: Float32Array, wire: str) -> npt.NDArray[Any]:
    """Numbers as they travel: float32, or bfloat16 as uint16, to the nearest and of two as near to the even.

    Examples
    --------
    >>> from ns2vec.training.sharded.wire import packed, unpacked
    >>> unpacked(packed(np.array([[1.0, 1.001, -3e-5]], np.float32), "bfloat16")).tolist()
    [[1.0, 1.0, -3.0040740966796875e-05]]
    """
    if wire == "float32":
        return np.ascontiguousarray(rows)
    found = np.empty(rows.shape, dtype=np.uint16)
    for first in range(0, len(rows), BLOCK_ROWS):  # which stay near the processor
        block = rows[first : first + BLOCK_ROWS]
        bits = block.view(np.uint32)
        up = (bits >> np.uint32(16)) & np.uint32(1)
        up += np.uint32(0x7FFF)
        up += bits
        up >>= np.uint32(16)
        up[np.isnan(block)] = 0x7FC0  # rounding up might have made an infinity of it
        found[first : first + BLOCK_ROWS] = up
    return found


def unpacked(rows: npt.NDArray[Any]) -> Float32Array:
    """What `packed` has packed."""
    if rows.dtype == np.float32:
        return rows
    bits: npt.NDArray[np.uint32] = np.left_shift(rows, np.uint32(16), dtype=np.uint32)
    return bits.view(np.float32)


def picked(array: Float32Array, ids: Int32Array, width: int, buffers: Buffers) -> Float32Array:
    """The first `width` numbers of some rows."""
    rows = buffers.rows(len(ids), width)
    pick_rows(array, ids, rows)
    return rows


def apply_block(arrays: Sequence[Float32Array], block: Block) -> None:
    """Bring merged rows into weights: as they are, or, in bfloat16, by how much they have changed."""
    for array, (ids, rows) in zip(arrays, block, strict=True):
        if rows.dtype == np.float32:
            put_rows(array, ids, rows)
        else:
            array[ids, : rows.shape[1]] += unpacked(rows)


def n_bytes(blocks: Sequence[Block]) -> int:
    """What blocks take on the wire."""
    return sum(ids.nbytes + rows.nbytes for block in blocks for ids, rows in block)
