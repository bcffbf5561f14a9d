"""One process of a cluster: it trains shards in a replica, and merges the rows that it owns."""

from __future__ import annotations

import logging
import os
import pickle
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt

from ns2vec import _kernels
from ns2vec._build_info import __version__
from ns2vec._typing import Float32Array
from ns2vec.training.blas import blas_threads
from ns2vec.training.sharded.curvature import Curvature, Method
from ns2vec.training.sharded.exchange import Exchange, Marks, Part, marks_of
from ns2vec.training.sharded.merges import MERGES
from ns2vec.training.sharded.replicas import ChangeRoom, Changes, Replica, trained_arrays
from ns2vec.training.sharded.wire import Block, Buffers, SentNetwork, apply_block, trained_widths


class RemoteRun:
    """What training a job needs from its run, if the run is in another process.

    Parameters
    ----------
    config : TrainingConfig
    epoch : int
        Epochs that the model was trained before.

    Attributes
    ----------
    at : tuple of float
        Progress and learning rate of the current job.
    """

    def __init__(self, config: Any, epoch: int) -> None:
        self.config, self.core = config, SimpleNamespace(epochs_trained=epoch)
        self.at = (0.0, 0.0)

    def progress(self, job: Any) -> float:
        """Share of the run before the job."""
        return self.at[0]

    def rate(self, job: Any) -> float:
        """Learning rate of the job."""
        return self.at[1]


class LogRelay(logging.Handler):
    """Keeps log records until the driver fetches them."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[dict[str, Any]] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record in a form that any process can read."""
        fields = {name: vars(record)[name] for name in ("name", "levelno", "levelname", "created")}
        self.kept.append(fields | {"msg": record.getMessage(), "process": os.getpid()})

    def take(self) -> list[dict[str, Any]]:
        """Return the kept records."""
        found, self.kept = self.kept, []
        return found


class Member:
    """The work of a process of a cluster for the driver, call by call.

    Parameters
    ----------
    relay : LogRelay, optional
        Records that are logged here; they are sent to the driver with each report.
    """

    def __init__(self, relay: LogRelay | None = None) -> None:
        self.relay = relay
        self.config: Any = None
        self.feed: Any = None
        self.network: Any = None
        self.run: RemoteRun | None = None
        self.replica: Replica | None = None
        self.rooms: list[ChangeRoom] = []
        self.bases: list[Float32Array] = []
        self.widths: list[int] = []
        self.version = -1  # of the weights
        self.buffers = Buffers()
        self.changes: dict[int, Changes] = {}
        self.exchange: Exchange | None = None

    # ---- information for a member ----

    def hello(self) -> dict[str, Any]:
        """Describe this process: equal bytes need equal code and the same instruction set."""
        return {"version": __version__, "isa": _kernels.ISA, "pid": os.getpid()}

    def do(self, function: Callable[[Any], Any], item: Any) -> Any:
        """Call a function."""
        return function(item)

    def learn(self, blob: bytes, level: int = logging.WARNING) -> None:
        """Receive what is trained: network, options, and the object that trains a job."""
        if self.relay is not None:
            logging.getLogger("ns2vec").setLevel(level)
        self.network = self.replica = self.exchange = None
        self.rooms, self.changes = [], {}
        sent, self.config, self.feed = pickle.loads(blob)
        self.network = SentNetwork.made(sent)
        self.bases, self.widths = trained_arrays(self.network), trained_widths(self.network)

    def begin(self, epoch: int) -> None:
        """Begin an epoch, with the weights of this member."""
        rooms = [] if self.replica is None else self.replica.arrays
        self.replica = Replica(self.network, self.config, epoch, rooms)
        self.run = RemoteRun(self.config, epoch)

    def take(self, version: int, weights: Sequence[Float32Array]) -> None:
        """Begin from these weights."""
        for base, rows in zip(self.bases, weights, strict=True):
            base[:] = rows
        if self.replica is not None:
            self.replica.refresh()
        self.version = version

    # ---- a round ----

    def train(self, version: int, work: list[Any], progress: float) -> tuple[dict[str, Any], Marks]:
        """Train shards; return a report, and the rows that they have changed.

        Parameters
        ----------
        version : int
            Of the weights at the beginning of the round.
        work : list of (shard, jobs)
            Each job with its progress and its learning rate.
        progress : float
            Of the round.

        Raises
        ------
        RuntimeError
            If this member has other weights, or no epoch has begun.
        """
        replica, run = self.replica, self.run
        if replica is None or run is None:
            raise RuntimeError("a member has to start an epoch first")
        if version != self.version:
            raise RuntimeError(f"this worker has version {self.version} of the weights, not {version}")
        self.buffers.begin_round()
        self.changes, tallies = {}, {}
        self.rooms += [ChangeRoom(self.bases) for _ in work[len(self.rooms) :]]
        for steering in replica.worker.steering:
            steering.before(progress)
        with self.blas():
            for (shard, jobs), room in zip(work, self.rooms, strict=False):
                tallies[shard] = [self.do_job(replica, run, *job) for job in jobs]
                self.changes[shard] = replica.changes(room)
        report = {"tallies": tallies, "records": [] if self.relay is None else self.relay.take()}
        return report, marks_of(self.changes, [len(base) for base in self.bases])

    def do_job(
        self, replica: Replica, run: RemoteRun, job: Any, progress: float, rate: float
    ) -> tuple[int, int, float]:
        """Train one job."""
        run.at = (progress, rate)
        found: tuple[int, int, float] = self.feed.train(run, replica.worker, job)
        return found

    def blas(self) -> AbstractContextManager[Any]:
        """Limit BLAS to one thread, like `Run.blas`."""
        is_called = self.config.backend != "fused" or self.network.spec.has_one_updater
        return blas_threads(1) if is_called else nullcontext()

    def share(
        self, wire: str, me: int, member_of: npt.NDArray[np.uint8], rate: float, *marks: Marks
    ) -> tuple[Any, ...]:
        """Return how many bytes are sent to others, and what is sent to each member.

        Parameters
        ----------
        wire, me, member_of
            As for `Exchange`.
        rate : float
            Learning rate of the round.
        *marks : Marks
            From all members.
        """
        n_rows = [len(base) for base in self.bases]
        methods = partial(self.methods, rate)
        exchange = Exchange(methods, wire, me, len(marks), member_of, self.changes, n_rows, marks)
        parts = exchange.parts(self.widths, self.buffers)
        self.exchange = exchange
        n_told = (len(marks) - 1) * sum(bits.nbytes for _, of_shard in marks[me] for bits in of_shard)
        return n_told + sum(rows.nbytes for part in parts for rows in part), *parts

    def methods(self, rate: float, touches: list[Float32Array]) -> list[Method]:
        """How each matrix is merged, from how often all shards have trained its rows."""
        rule = MERGES[self.config.shard_merge]
        if not rule.reads_curvature:
            return [Method(rule.kernel)] * len(self.bases)
        return Curvature(self.network, self.config).methods(self.bases, touches, rate)

    def merge(self, *parts: Part) -> Block:
        """Merge the rows that this member owns; the weights are not changed: a round may be discarded.

        Raises
        ------
        RuntimeError
            If nothing has been shared.
        """
        if self.exchange is None:
            raise RuntimeError("a member has to share its changes first")
        exchange, self.exchange = self.exchange, None
        return exchange.merged(parts, self.bases, self.widths, self.buffers)

    def apply(self, version: int, *blocks: Block) -> None:
        """Apply the merged rows, which completes the weights."""
        if self.replica is None:
            raise RuntimeError("a member has to start an epoch first")
        self.version = -1
        for block in blocks:
            apply_block(self.bases, block, self.replica.arrays)
        self.version = version
