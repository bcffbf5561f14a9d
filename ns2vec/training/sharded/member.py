"""One process of a cluster: it trains shards in a replica, and merges the rows that it owns."""

from __future__ import annotations

import logging
import os
import pickle
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from types import SimpleNamespace
from typing import Any

import numpy as np

from ns2vec import _kernels
from ns2vec._build_info import __version__
from ns2vec._typing import Float32Array, Int32Array
from ns2vec.training.blas import blas_threads
from ns2vec.training.sharded._merge import merge_rows, pick_rows
from ns2vec.training.sharded.replicas import ChangeRoom, Replica, trained_arrays
from ns2vec.training.sharded.wire import (
    Block,
    Buffers,
    Part,
    SentNetwork,
    apply_block,
    n_bytes,
    packed,
    parts_of,
    trained_widths,
    unpacked,
)


class RemoteRun:
    """What training a job asks of its run, where the run is in another process.

    Parameters
    ----------
    config : TrainingConfig
    epoch : int
        Epochs the model had trained before.

    Attributes
    ----------
    at : tuple of float
        Progress and rate of the job that is trained.
    """

    def __init__(self, config: Any, epoch: int) -> None:
        self.config, self.core = config, SimpleNamespace(epochs_trained=epoch)
        self.at = (0.0, 0.0)

    def progress(self, job: Any) -> float:
        """Share of the run that lies before the job."""
        return self.at[0]

    def rate(self, job: Any) -> float:
        """Learning rate of the job."""
        return self.at[1]


class LogRelay(logging.Handler):
    """Keeps what is logged until the driver fetches it."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[dict[str, Any]] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record as what any process can read."""
        fields = {name: vars(record)[name] for name in ("name", "levelno", "levelname", "created")}
        self.kept.append(fields | {"msg": record.getMessage(), "process": os.getpid()})

    def take(self) -> list[dict[str, Any]]:
        """Hand over what was kept."""
        found, self.kept = self.kept, []
        return found


class Member:
    """What a process of a cluster does for the driver, call by call.

    Parameters
    ----------
    relay : LogRelay, optional
        What is logged here; it goes to the driver with each report.
    """

    def __init__(self, relay: LogRelay | None = None) -> None:
        self.relay = relay
        self.config: Any = None
        self.feed: Any = None
        self.network: Any = None
        self.run: RemoteRun | None = None
        self.replica: Replica | None = None
        self.room: ChangeRoom | None = None
        self.bases: list[Float32Array] = []
        self.widths: list[int] = []
        self.version = -1  # of the weights
        self.buffers = Buffers()
        self.own_part: Part = []

    # ---- what a member is told ----

    def hello(self) -> dict[str, Any]:
        """Who this is: equal bytes need equal code and the same instruction set."""
        return {"version": __version__, "isa": _kernels.ISA, "pid": os.getpid()}

    def do(self, function: Callable[[Any], Any], item: Any) -> Any:
        """Call a function."""
        return function(item)

    def learn(self, blob: bytes, level: int = logging.WARNING) -> None:
        """Take what is trained: network, options, and what does a job."""
        if self.relay is not None:
            logging.getLogger("ns2vec").setLevel(level)
        self.network = self.replica = self.room = None
        sent, self.config, self.feed = pickle.loads(blob)
        self.network = SentNetwork.made(sent)
        self.bases, self.widths = trained_arrays(self.network), trained_widths(self.network)
        self.room = ChangeRoom(self.bases)

    def begin(self, epoch: int) -> None:
        """Begin an epoch, with the weights that are here."""
        self.replica = None  # gives its memory back before the next one takes it
        self.replica = Replica(self.network, self.config, epoch)
        self.run = RemoteRun(self.config, epoch)

    def take(self, version: int, weights: Sequence[Float32Array]) -> None:
        """Begin from these weights."""
        for base, rows in zip(self.bases, weights, strict=True):
            base[:] = rows
        if self.replica is not None:
            self.replica.refresh()
        self.version = version

    # ---- a round ----

    def train(
        self, version: int, work: list[Any], progress: float, me: int, n_owners: int, wire: str
    ) -> tuple[Any, ...]:
        """Train shards; return a report, and for each owner what they have changed in its rows.

        Parameters
        ----------
        version : int
            Of the weights that the round starts from.
        work : list of (shard, jobs)
            Each job with its progress and its rate.
        progress : float
            Of the round.
        me, n_owners : int
            Which of the owners this member is; its own part stays here.
        wire : {"float32", "bfloat16"}

        Raises
        ------
        RuntimeError
            If the weights here are others, or no epoch has begun.
        """
        replica, run, room = self.replica, self.run, self.room
        if replica is None or run is None or room is None:
            raise RuntimeError("a member has to start an epoch first")
        if version != self.version:
            raise RuntimeError(f"this worker has version {self.version} of the weights, not {version}")
        replica.catch_up()
        self.buffers.begin_round()
        parts: list[Part] = [[] for _ in range(n_owners)]
        tallies = {}
        for steering in replica.worker.steering:
            steering.before(progress)
        with self.blas():
            for shard, jobs in work:
                tallies[shard] = [self.do_job(replica, run, *job) for job in jobs]
                changes = replica.changes(room)
                blocks = parts_of(changes, self.widths, n_owners, wire, self.buffers)
                for part, block in zip(parts, blocks, strict=True):
                    part.append((shard, block))
        report = {
            "tallies": tallies,
            "records": [] if self.relay is None else self.relay.take(),
            "n_bytes": sum(n_bytes([block for _, block in part]) for i, part in enumerate(parts) if i != me),
        }
        self.own_part, parts[me] = parts[me], []
        return report, *parts

    def do_job(
        self, replica: Replica, run: RemoteRun, job: Any, progress: float, rate: float
    ) -> tuple[int, int, float]:
        """Train one job."""
        run.at = (progress, rate)
        found: tuple[int, int, float] = self.feed.train(run, replica.worker, job)
        return found

    def blas(self) -> AbstractContextManager[Any]:
        """What calls BLAS calls it on one thread, as `Run.blas`."""
        is_called = self.config.backend != "fused" or self.network.spec.has_one_updater
        return blas_threads(1) if is_called else nullcontext()

    def merge(self, kernel: str, wire: str, *parts: Part) -> Block:
        """Merge the changes of the rows that are owned here, of all shards in their order.

        Returns
        -------
        Block
            The rows as they are after the round, or with bfloat16 by how much they have changed. The weights
            here stay as they are: a round may be left out, and be trained again.
        """
        pairs = [*self.own_part, *(pair for part in parts for pair in part)]
        shards = [block for _, block in sorted(pairs, key=lambda pair: pair[0])]
        self.own_part = []
        merged: Block = []
        for matrix, (base, width) in enumerate(zip(self.bases, self.widths, strict=True)):
            changes = [block[matrix] for block in shards]
            ids, places = union([ids for ids, _ in changes], len(base))
            rows = self.buffers.rows(len(ids), width)
            if wire == "float32":
                pick_rows(base, ids, rows)
            else:
                rows[:] = 0.0
            of_shards = [(at, unpacked(change)) for at, (_, change) in zip(places, changes, strict=True)]
            if len(ids):
                merge_rows(kernel, rows, of_shards, 0, len(ids), np.empty(len(ids), dtype=np.int32))
            merged.append((ids, packed(rows, wire)))
        return merged

    def apply(self, version: int, *blocks: Block) -> None:
        """Take over what was merged, which makes these weights."""
        if self.replica is None:
            raise RuntimeError("a member has to start an epoch first")
        self.version = -1
        for block in blocks:
            apply_block(self.bases, block)
            self.replica.is_outdated([ids for ids, _ in block])
        self.version = version


def union(lists: Sequence[Int32Array], n_rows: int) -> tuple[Int32Array, list[Int32Array]]:
    """All ids that are in rising lists, rising, and where in it those of each list are.

    Examples
    --------
    >>> from ns2vec.training.sharded.member import union
    >>> ids, places = union([np.array([1, 7], np.int32), np.array([5, 7], np.int32)], 9)
    >>> ids.tolist(), [place.tolist() for place in places]
    ([1, 5, 7], [[0, 2], [1, 2]])
    """
    marks = np.zeros(n_rows, dtype=bool)
    for ids in lists:
        marks[ids] = True
    found = np.flatnonzero(marks).astype(np.int32)
    place = np.empty(n_rows, dtype=np.int32)
    place[found] = np.arange(len(found), dtype=np.int32)
    return found, [place[ids] for ids in lists]
