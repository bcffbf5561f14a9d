"""The rounds of an epoch on local threads."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from ns2vec._typing import Int32Array
from ns2vec.exceptions import ConfigError
from ns2vec.training.loop import Tally, run_workers
from ns2vec.training.sharded._merge import merge_rows
from ns2vec.training.sharded.merges import MERGES
from ns2vec.training.sharded.replicas import ChangeRoom, Changes, Replica, trained_arrays
from ns2vec.training.sharded.rounds import Round, chunks_of_round, rounds_of

if TYPE_CHECKING:
    from ns2vec.training.network import Network
    from ns2vec.training.run import Run

RANGE_ROWS = 8192  # merged by one thread at a time


@dataclass
class ShardRound:
    """What one shard has to do in a round, and what came of it.

    Attributes
    ----------
    shard : int
    jobs : list
        Its chunks, in their order.
    tallies : list of tuple
        (words trained, words read, loss) of each.
    changes : Changes
        Of each trained matrix.
    """

    shard: int
    jobs: list[Any]
    tallies: list[tuple[int, int, float]] = field(default_factory=list)
    changes: Changes = field(default_factory=list)

    @property
    def n_sentences(self) -> int:
        """In all of its chunks."""
        return sum(job.n_sentences for job in self.jobs)


@dataclass
class RowRange:
    """Rows of one matrix that a thread merges."""

    matrix: int
    first: int
    end: int
    changed: Int32Array = field(default_factory=lambda: np.empty(0, dtype=np.int32))
    n_sentences: int = 0


def check_can_be_sharded(run: Run, network: Network) -> None:
    """Refuse what cannot be the same whoever does the work.

    Raises
    ------
    ConfigError
        If what the sampler draws depends on what was drawn before, or jobs are given to code of the user's.
    """
    if any(one.gathers for one in network.steering()):
        sampler = network.bound.sampler if network.bound is not None else None
        raise ConfigError(
            f"{sampler!r} draws by what all threads have drawn before, which shards={run.config.shards} "
            "cannot repeat: take a sampler that does not (sampler='unigram'), or shards=None"
        )
    if why := getattr(run.feed, "not_sharded", ""):
        raise ConfigError(f"shards={run.config.shards} cannot be: {why}; take shards=None")


class Shards:
    """Trains the rounds of an epoch: shards in replicas of the workers, and then the merge.

    Parameters
    ----------
    run : Run
        With an epoch under way.
    network : Network
        The weights that rounds start from and end in.
    """

    def __init__(self, run: Run, network: Network) -> None:
        config = run.config
        check_can_be_sharded(run, network)
        self.run, self.n_shards = run, int(config.shards or 1)
        self.rule = MERGES[config.shard_merge]
        self.rate_factor = self.rule.rate_factor(self.n_shards)
        self.n_chunks = chunks_of_round(run.plan.total_words, config)
        self.arrays, self.steering = trained_arrays(network), network.steering()
        n_workers = 1 if run.core.spec.has_one_updater else min(config.workers, self.n_shards)
        self.replicas = [Replica(network, config, run.core.epochs_trained) for _ in range(n_workers)]
        if not run.change_rooms or not run.change_rooms[0].fits(self.arrays):
            run.change_rooms = [ChangeRoom(self.arrays) for _ in range(self.n_shards)]
        self.rooms = run.change_rooms

    @property
    def jobs_of_round(self) -> int:
        """Chunks that are trained between two merges."""
        return self.n_shards * self.n_chunks

    def rounds(self, jobs: Iterator[Any]) -> Iterator[Round]:
        """An epoch's jobs as rounds."""
        return rounds_of(jobs, self.n_shards, self.n_chunks)

    def work(self, rounds: Iterator[Round], tally: Tally) -> None:
        """Train rounds, one after the other.

        The weights are those of the begin of a round until all of its shards are trained. Ctrl-C is held back
        until it is merged; a second one leaves the round out.
        """
        for replica in self.replicas:
            replica.refresh()  # somebody may have set the weights back
        for made in rounds:
            held = self.train_round(made, tally)
            if held is not None:
                raise held

    def train_round(self, made: Round, tally: Tally) -> KeyboardInterrupt | None:
        """Train and merge a round; return the interrupt that came meanwhile."""
        shards = [ShardRound(shard, made.of_shard(shard)) for shard in range(self.n_shards)]
        tick = partial(self.run.tell, "on_chunk", tally)
        for steering in self.steering:
            steering.before(self.run.progress(made.jobs[0]))
        turn = itertools.cycle(self.replicas)  # after Ctrl-C other threads go on with the same ones
        jobs = (one for one in shards if one.jobs)
        held = run_all(jobs, lambda: self.trainer(next(turn)), len(self.replicas), tick)
        held = self.merge(shards, tick) or held
        self.count(made, shards, tally)
        return held

    def trainer(self, replica: Replica) -> Callable[[ShardRound], tuple[int, int, float]]:
        """What one thread does with a shard of a round."""
        do_job = self.run.feed.job_of(self.run, replica.worker)

        def train(one: ShardRound) -> tuple[int, int, float]:
            replica.catch_up()
            one.tallies = [do_job(job) for job in one.jobs]
            one.changes = replica.changes(self.rooms[one.shard])
            return 0, 0, 0.0

        return train

    def merge(self, shards: list[ShardRound], tick: Callable[[], None]) -> KeyboardInterrupt | None:
        """Bring what the shards have changed into the weights, in the order of the shards."""
        changes = [one.changes for one in shards if one.jobs]
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

    def merge_range(self, changes: list[Changes], part: RowRange) -> tuple[int, int, float]:
        """Merge some rows of a matrix."""
        array, ids = self.arrays[part.matrix], np.empty(part.end - part.first, dtype=np.int32)
        of_matrix = [found[part.matrix] for found in changes]
        n_changed = merge_rows(self.rule.kernel, array, of_matrix, part.first, part.end, ids)
        part.changed = ids[:n_changed]
        return 0, 0, 0.0

    def count(self, made: Round, shards: list[ShardRound], tally: Tally) -> None:
        """Add up a round in the order of the text, in which a float64 sum is the same whoever trained."""
        tallies = [iter(one.tallies) for one in shards]
        for job in made.jobs:
            n_trained, n_words, loss = next(tallies[job.index % self.n_shards])
            tally.add(n_trained, n_words, job.n_sentences, loss)


def run_all(
    jobs: Iterator[Any],
    make_worker: Callable[[], Callable[[Any], tuple[int, int, float]]],
    n_workers: int,
    tick: Callable[[], None],
) -> KeyboardInterrupt | None:
    """Do all jobs, also those that are left at Ctrl-C, which is returned; a second one is raised at once."""
    try:
        run_workers(jobs, make_worker, n_workers, Tally(), tick)
    except KeyboardInterrupt as interrupt:
        run_workers(jobs, make_worker, n_workers, Tally(), tick)
        return interrupt
    return None
