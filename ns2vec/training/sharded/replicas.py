"""The copy of the weights that a worker trains in, and what has changed in it."""

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

#: Of each trained matrix: ids of rows (n,), rising, and by how much they have changed (n, width).
Changes: TypeAlias = list[tuple[Int32Array, Float32Array]]


def trained_arrays(network: Network) -> list[Float32Array]:
    """Every array that training changes as a matrix: rows of inputs, outputs and tags, then biases.

    A side that is there twice, as tied outputs are, comes once; what is frozen does not come.
    """
    sides = [network.inputs, *(goal.side for goal in network.goals)]
    if network.tags is not None:
        sides.append(network.tags)
    unique = {id(side): side for side in sides if not side.frozen}
    biases = [goal.bias.reshape(-1, 1) for goal in network.goals if goal.bias is not None]
    return [side.rows.padded for side in unique.values()] + biases


def copied_rows(rows: Rows) -> Rows:
    """The same rows in memory of their own, which are written back to no array."""
    made = copy.copy(rows)
    padded = padded_base(empty_rows(*rows.padded.shape))
    if padded is None:
        raise RuntimeError(f"{rows.name}: no padded matrix behind a fresh one")
    padded[:] = rows.padded
    made.padded, made.array, made.is_copy = padded, padded, False
    return made


def copied_network(network: Network) -> Network:
    """The same network with copies of all that training changes."""
    made: dict[int, Side] = {}

    def copied(side: Side) -> Side:
        if id(side) not in made:
            made[id(side)] = side if side.frozen else replace(side, rows=copied_rows(side.rows))
        return made[id(side)]

    goals = [
        replace(goal, side=copied(goal.side), bias=None if goal.bias is None else goal.bias.copy())
        for goal in network.goals
    ]
    tags = None if network.tags is None else copied(network.tags)
    return replace(network, inputs=copied(network.inputs), goals=goals, tags=tags)


class ChangeRoom:
    """Memory for what a shard changes in a round.

    There is room for every row; what is never written to takes no memory of the process.

    Parameters
    ----------
    arrays : sequence of ndarray of shape (n_rows, width), float32
    """

    def __init__(self, arrays: Sequence[Float32Array]) -> None:
        self.ids = [np.empty(len(array), dtype=np.int32) for array in arrays]
        self.rows = [np.empty_like(array) for array in arrays]

    def fits(self, arrays: Sequence[Float32Array]) -> bool:
        """Whether it is for arrays of these shapes."""
        return [rows.shape for rows in self.rows] == [array.shape for array in arrays]

    def first(self, counts: Iterable[int]) -> Changes:
        """The first so many of each array."""
        return [(ids[:n], rows[:n]) for ids, rows, n in zip(self.ids, self.rows, counts, strict=True)]


class ShardWorker(Worker):
    """A worker for whom samplers are made ready once a round, alike for all shards, not with each chunk."""

    def begin(self, progress: float) -> None:
        """Nothing is left to do."""


class Replica:
    """What a worker trains shards in: a copy of all that training changes.

    Parameters
    ----------
    network : Network
        The weights that rounds start from and end in.
    config : TrainingConfig
    epoch : int
        Epochs the model had trained before.

    Attributes
    ----------
    worker : Worker
        Trains chunks in the copy.
    """

    def __init__(self, network: Network, config: Any, epoch: int) -> None:
        self.bases = trained_arrays(network)
        own = copied_network(network)
        self.arrays = trained_arrays(own)
        self.worker = ShardWorker(
            own.kernel(config), epoch, chunk_room(config), own.block(), config.seed, own.steering()
        )
        self.marks = self.note_rows(own)
        self.behind: list[list[Int32Array]] = []

    def note_rows(self, own: Network) -> list[npt.NDArray[np.uint8] | None]:
        """Have the kernel note which rows it may change, where it can tell; None for other arrays."""
        marks = {id(array): np.zeros(len(array), dtype=np.uint8) for array in self.arrays}

        def of(side: Side | None) -> npt.NDArray[np.uint8] | None:
            return None if side is None else marks.get(id(side.rows.padded))

        # which outputs a sampler will draw is known to the kernel alone; of other targets all are looked at
        outputs = [of(goal.side) if goal.bound and goal.side.bags is None else None for goal in own.goals]
        self.worker.note_rows(inputs=of(own.inputs), tags=of(own.tags), outputs=outputs)
        unknown = {id(goal.side) for goal, found in zip(own.goals, outputs, strict=True) if found is None}
        sides = [own.inputs, own.tags, *(goal.side for goal in own.goals)]
        noted = {id(side.rows.padded) for side in sides if side is not None and id(side) not in unknown}
        return [marks[id(array)] if id(array) in noted else None for array in self.arrays]

    def refresh(self) -> None:
        """Be as the weights are now."""
        self.behind.clear()
        for own, base in zip(self.arrays, self.bases, strict=True):
            own[:] = base

    def is_outdated(self, changed: list[Int32Array]) -> None:
        """Take note that these rows of the weights have changed."""
        self.behind.append(changed)

    def catch_up(self) -> None:
        """Take over the rows that have changed."""
        for changed in self.behind:
            for own, base, ids in zip(self.arrays, self.bases, changed, strict=True):
                take_over(own, base, ids)
        self.behind.clear()

    def changes(self, room: ChangeRoom) -> Changes:
        """Take out what has changed since the weights were taken over; the copy is as they are again."""
        taken = zip(self.arrays, self.bases, room.ids, room.rows, self.marks, strict=True)
        return room.first(
            [take_changes(own, base, ids, rows, marks) for own, base, ids, rows, marks in taken]
        )
