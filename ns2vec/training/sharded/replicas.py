"""The copy of the weights that a worker trains in, and its changes."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from ns2vec._typing import Float32Array, Int32Array
from ns2vec.training.matrices import Rows, empty_rows, padded_base
from ns2vec.training.network import Network, chunk_room
from ns2vec.training.sharded._merge import take_changes, take_over
from ns2vec.training.units import Side
from ns2vec.training.worker import Worker

Codes: TypeAlias = npt.NDArray[np.uint8]

#: For each trained matrix: ids of rows (n,), ascending, their changes (n, width), and how often they were
#: trained, as `ns2vec.training.sharded._merge.add_touches` reads it (n,).
Changes: TypeAlias = list[tuple[Int32Array, Float32Array, Codes]]


def trained_sides(network: Network) -> list[Side]:
    """Sides that training changes: inputs, outputs, tags.

    A side that occurs twice, as tied outputs do, is included once; frozen ones are not included.
    """
    sides = [network.inputs, *(goal.side for goal in network.goals)]
    if network.tags is not None:
        sides.append(network.tags)
    return list({id(side): side for side in sides if not side.frozen}.values())


def trained_arrays(network: Network) -> list[Float32Array]:
    """Every array that training changes, as a matrix: the rows of `trained_sides`, then biases."""
    biases = [goal.bias.reshape(-1, 1) for goal in network.goals if goal.bias is not None]
    return [side.rows.padded for side in trained_sides(network)] + biases


def copied_rows(rows: Rows, room: Float32Array | None = None) -> Rows:
    """The same rows in memory of their own, which is `room` if it fits; they are written back to no array."""
    made = copy.copy(rows)
    padded = room if room is not None and room.shape == rows.padded.shape else None
    if padded is None:
        padded = padded_base(empty_rows(*rows.padded.shape))
    if padded is None:
        raise RuntimeError(f"{rows.name}: no padded matrix behind a fresh one")
    padded[:] = rows.padded
    made.padded, made.array, made.is_copy = padded, padded, False
    return made


def copied_network(network: Network, rooms: Sequence[Float32Array] = ()) -> Network:
    """The same network with copies of everything that training changes; `rooms` is memory for its sides."""
    made: dict[int, Side] = {}
    room_of = {id(side): room for side, room in zip(trained_sides(network), rooms, strict=False)}

    def copied(side: Side) -> Side:
        if id(side) not in made:
            rows = None if side.frozen else copied_rows(side.rows, room_of.get(id(side)))
            made[id(side)] = side if rows is None else replace(side, rows=rows)
        return made[id(side)]

    goals = [
        replace(goal, side=copied(goal.side), bias=None if goal.bias is None else goal.bias.copy())
        for goal in network.goals
    ]
    tags = None if network.tags is None else copied(network.tags)
    return replace(network, inputs=copied(network.inputs), goals=goals, tags=tags)


class ChangeRoom:
    """Memory for the changes of a shard in a round.

    There is room for every row; pages that are never written to take no memory.

    Parameters
    ----------
    arrays : sequence of ndarray of shape (n_rows, width), float32
    """

    def __init__(self, arrays: Sequence[Float32Array]) -> None:
        self.ids = [np.empty(len(array), dtype=np.int32) for array in arrays]
        self.codes = [np.empty(len(array), dtype=np.uint8) for array in arrays]
        self.rows = [np.empty_like(array) for array in arrays]

    def fits(self, arrays: Sequence[Float32Array]) -> bool:
        """Whether it fits arrays of these shapes."""
        return [rows.shape for rows in self.rows] == [array.shape for array in arrays]

    def first(self, counts: Iterable[int]) -> Changes:
        """The first n rows of each array."""
        memory = zip(self.ids, self.rows, self.codes, counts, strict=True)
        return [(ids[:n], rows[:n], codes[:n]) for ids, rows, codes, n in memory]


class ShardWorker(Worker):
    """A worker whose samplers are prepared once per round, alike for all shards, not for each chunk."""

    def begin(self, progress: float) -> None:
        """Nothing to do."""


class Replica:
    """A copy of everything that training changes, in which a worker trains shards.

    Parameters
    ----------
    network : Network
        The weights that rounds start from and end in.
    config : TrainingConfig
    epoch : int
        Epochs that the model was trained before.
    rooms : sequence of ndarray
        The `arrays` of a replica that is not needed any more: new memory is slow to write to.

    Attributes
    ----------
    arrays : list of ndarray
        The copies.
    worker : Worker
        Trains chunks in the copy.
    """

    def __init__(self, network: Network, config: Any, epoch: int, rooms: Sequence[Float32Array] = ()) -> None:
        self.bases = trained_arrays(network)
        own = copied_network(network, rooms)
        self.arrays = trained_arrays(own)
        self.worker = ShardWorker(
            own.kernel(config), epoch, chunk_room(config), own.block(), config.seed, own.steering()
        )
        self.touches, self.compares_all = self.count_touches(own)
        self.behind: list[list[Int32Array]] = []

    def count_touches(self, own: Network) -> tuple[list[npt.NDArray[np.uint32] | None], list[bool]]:
        """Have the kernel count how often it trains each row; biases are counted with their outputs.

        Returns
        -------
        touches : list of ndarray of shape (n_rows,), uint32, or None
        compares_all : list of bool
            Rows without touches may change, too: a target trains all of its rows.
        """
        sides = trained_sides(own)
        counted = {id(side): np.zeros(len(side.rows.padded), dtype=np.uint32) for side in sides}
        self.worker.count_touches(
            inputs=counted.get(id(own.inputs)),
            tags=counted.get(id(own.tags)),
            outputs=[counted.get(id(goal.side)) for goal in own.goals],
        )
        whole = {id(goal.side) for goal in own.goals if goal.bound is None and goal.huffman is None}
        n_biases = len(self.arrays) - len(sides)
        return (
            [*counted.values(), *[None] * n_biases],
            [*(id(side) in whole for side in sides), *[True] * n_biases],
        )

    def refresh(self) -> None:
        """Copy the current weights."""
        self.behind.clear()
        for own, base in zip(self.arrays, self.bases, strict=True):
            own[:] = base

    def is_outdated(self, changed: list[Int32Array]) -> None:
        """Record that these rows of the weights have changed."""
        self.behind.append(changed)

    def catch_up(self) -> None:
        """Copy the rows that have changed."""
        for changed in self.behind:
            for own, base, ids in zip(self.arrays, self.bases, changed, strict=True):
                take_over(own, base, ids)
        self.behind.clear()

    def changes(self, room: ChangeRoom) -> Changes:
        """Extract the changes since the weights were copied; the copy is equal to them again."""
        copies, memory = (self.arrays, self.bases), (room.ids, room.rows, room.codes)
        taken = zip(*copies, *memory, self.touches, self.compares_all, strict=True)
        return room.first([take_changes(*of_matrix) for of_matrix in taken])
