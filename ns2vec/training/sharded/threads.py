"""The rounds of an epoch on local threads: workers train shards in replicas, and then merge them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from ns2vec._typing import Float32Array, Int32Array
from ns2vec.training.loop import Tally, run_workers
from ns2vec.training.sharded._merge import add_touches, merge_rows
from ns2vec.training.sharded.curvature import Curvature, Method
from ns2vec.training.sharded.merges import Merge
from ns2vec.training.sharded.replicas import ChangeRoom, Changes, Replica, trained_arrays
from ns2vec.training.sharded.rounds import ShardRound

if TYPE_CHECKING:
    from ns2vec.training.network import Network
    from ns2vec.training.run import Run

RANGE_ROWS = 8192  # merged by one thread at a time


@dataclass
class RowRange:
    """Rows of one matrix that a thread merges."""

    matrix: int
    first: int
    end: int
    changed: Int32Array = field(default_factory=lambda: np.empty(0, dtype=np.int32))
    n_sentences: int = 0


class Threads:
    """Trains rounds with threads of this process.

    Parameters
    ----------
    run : Run
        With a current epoch.
    network : Network
        The weights that rounds start from and end in.
    rule : Merge
    n_shards : int
    """

    def __init__(self, run: Run, network: Network, rule: Merge, n_shards: int) -> None:
        config = run.config
        self.run = run
        self.arrays, self.steering = trained_arrays(network), network.steering()
        n_workers = 1 if run.core.spec.has_one_updater else min(config.workers, n_shards)
        rooms, n_before = [*run.replica_rooms, *[[]] * n_workers], run.core.epochs_trained
        self.replicas = [Replica(network, config, n_before, rooms[i]) for i in range(n_workers)]
        run.replica_rooms = [replica.arrays for replica in self.replicas]
        if not run.change_rooms or not run.change_rooms[0].fits(self.arrays):
            run.change_rooms = [ChangeRoom(self.arrays) for _ in range(n_shards)]
        self.rooms = run.change_rooms
        self.changes: dict[int, Changes] = {}
        self.curvature = Curvature(network, config) if rule.reads_curvature else None
        self.methods = [Method(rule.kernel)] * len(self.arrays)

    def begin(self) -> None:
        """Copy the current weights: they may have been rolled back."""
        for replica in self.replicas:
            replica.refresh()

    def end(self) -> None:
        """Nothing to do."""

    def train(
        self, shards: list[ShardRound], progress: float, tick: Callable[[], None]
    ) -> KeyboardInterrupt | None:
        """Train and merge a round; return an interrupt that came in the meantime."""
        for steering in self.steering:
            steering.before(progress)
        turn = itertools.cycle(self.replicas)  # after Ctrl-C, other threads continue with the same replicas
        self.changes = {}
        jobs = (one for one in shards if one.jobs)
        rate = self.run.rate(next(one for one in shards if one.jobs).jobs[0])
        held = run_all(jobs, lambda: self.trainer(next(turn)), len(self.replicas), tick)
        return self.merge([self.changes[shard] for shard in sorted(self.changes)], rate, tick) or held

    def trainer(self, replica: Replica) -> Callable[[ShardRound], tuple[int, int, float]]:
        """The work of one thread on a shard of a round."""
        do_job = self.run.feed.job_of(self.run, replica.worker)

        def train(one: ShardRound) -> tuple[int, int, float]:
            replica.catch_up()
            one.tallies = [do_job(job) for job in one.jobs]
            self.changes[one.shard] = replica.changes(self.rooms[one.shard])
            return 0, 0, 0.0

        return train

    def merge(
        self, changes: list[Changes], rate: float, tick: Callable[[], None]
    ) -> KeyboardInterrupt | None:
        """Merge the changes of the shards into the weights, in the order of the shards."""
        if self.curvature is not None:
            self.methods = self.curvature.methods(self.arrays, self.touches(changes), rate)
        ranges = [
            RowRange(matrix, first, min(first + RANGE_ROWS, len(array)))
            for matrix, array in enumerate(self.arrays)
            for first in range(0, len(array), RANGE_ROWS)
        ]
        held = run_all(iter(ranges), lambda: partial(self.merge_range, changes), len(self.replicas), tick)
        changed = [
            np.concatenate([part.changed for part in ranges if part.matrix == matrix])
            for matrix in range(len(self.arrays))
        ]
        for replica in self.replicas:
            replica.is_outdated(changed)
        return held

    def touches(self, changes: list[Changes]) -> list[Float32Array]:
        """How often all shards have trained each row."""
        found = [np.zeros(len(array), dtype=np.float32) for array in self.arrays]
        for of_shard in changes:
            for touches, (ids, _, codes) in zip(found, of_shard, strict=True):
                add_touches(touches, ids, codes)
        return found

    def merge_range(self, changes: list[Changes], part: RowRange) -> tuple[int, int, float]:
        """Merge some rows of a matrix."""
        array, ids = self.arrays[part.matrix], np.empty(part.end - part.first, dtype=np.int32)
        of_matrix, method = [found[part.matrix][:2] for found in changes], self.methods[part.matrix]
        n_changed = merge_rows(
            method.rule, array, of_matrix, part.first, part.end, ids, method.curve, method.touches
        )
        part.changed = ids[:n_changed]
        return 0, 0, 0.0


def run_all(
    jobs: Iterator[Any],
    make_worker: Callable[[], Callable[[Any], tuple[int, int, float]]],
    n_workers: int,
    tick: Callable[[], None],
) -> KeyboardInterrupt | None:
    """Do all jobs, even those that remain after Ctrl-C, which is returned; a second one is raised at once."""
    try:
        run_workers(jobs, make_worker, n_workers, Tally(), tick)
    except KeyboardInterrupt as interrupt:
        run_workers(jobs, make_worker, n_workers, Tally(), tick)
        return interrupt
    return None
