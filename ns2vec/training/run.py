"""One training call: epochs of chunks, their learning rates, and observers."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from ns2vec._typing import Float32Array
from ns2vec.exceptions import ConfigError, StopTraining
from ns2vec.schedules import SCHEDULES
from ns2vec.training.blas import blas_threads
from ns2vec.training.checkpoints import Position
from ns2vec.training.guard import advice_on, check_rows
from ns2vec.training.loop import Tally, run_workers
from ns2vec.training.network import Network
from ns2vec.training.observers import EpochTally, Observer
from ns2vec.training.sharded.engine import Shards
from ns2vec.training.sharded.fleet import current_fleet
from ns2vec.training.sharded.replicas import ChangeRoom
from ns2vec.training.worker import Worker

if TYPE_CHECKING:
    from ns2vec.training.core import EmbeddingCore

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Plan:
    """How long a run is and how its learning rate falls.

    Progress counts words if `total_words` is known, otherwise sentences (gensim's `total_examples`).
    """

    epochs: int
    start_alpha: float
    end_alpha: float
    total_words: int | None
    total_examples: int | None
    words_done: int = 0
    schedule: str = "linear"

    def by_examples(self) -> Plan:
        """Return a plan that counts sentences, as gensim does for batches of them."""
        return replace(self, total_words=None)

    def progress(self, epoch: int, words_before: int, sentences_before: int) -> float:
        """Share of the run before a chunk, in [0, 1]."""
        if self.total_words:
            done = (words_before + self.words_done) / self.total_words
        else:
            done = sentences_before / max(self.total_examples or 1, 1)
        return min((epoch + min(done, 1.0)) / self.epochs, 1.0)

    def alpha(self, progress: float) -> float:
        """Learning rate at `progress`."""
        return float(SCHEDULES[self.schedule](progress, self.start_alpha, self.end_alpha))


class Feed(Protocol):
    """The source of the jobs of an epoch, and the training of a job on a thread."""

    def jobs(self, run: Run) -> Iterator[Any]:
        """The jobs of one epoch; each has `n_sentences`, `words_before` and `sentences_before`."""
        ...

    def job_of(self, run: Run, worker: Worker) -> Callable[[Any], tuple[int, int, float]]:
        """The function that trains a job on a thread: it returns (words trained, words read, loss).

        A feed whose jobs can also be trained on a cluster has a method ``remote(run)``, which returns an
        object that can be sent to another process and has ``train(run, worker, job)``.
        """
        ...


class Epochs:
    """The epochs of a plan, one after another, with observers.

    Parameters
    ----------
    plan : Plan
        May be replaced between epochs.
    observers : iterable of Observer
    position : Position, optional
        Where to begin; updated during the run.
    model : object, optional
        The model that is trained, for observers that report it.

    Attributes
    ----------
    network : Network or None
        The arrays of the current epoch, if the engine trains it.
    epoch : int
        Counted from 0 within this run.
    last_alpha : float
        Learning rate of the last chunk that was handed out.
    has_loss : bool
        Whether the loss is computed.
    stop_reason : str or None
        Message of the `StopTraining` that ended the run.
    """

    network: Network | None = None
    has_loss = False
    stop_reason: str | None = None

    def __init__(
        self, plan: Plan, observers: tuple[Observer, ...] = (), position: Position | None = None,
        *, model: Any = None,
    ) -> None:  # fmt: skip
        self.plan, self.model = plan, model
        self.observers = observers
        self.at = position if position is not None else Position(last_alpha=plan.start_alpha)
        self.epoch = self.at.epoch
        self.last_alpha = plan.start_alpha

    @property
    def is_last_epoch(self) -> bool:
        """Whether all epochs have been trained."""
        return self.at.epoch >= self.plan.epochs

    def train(self) -> tuple[int, int]:
        """Train all epochs, or those after the position.

        Returns
        -------
        n_trained, n_words : int
            Words left after vocabulary and subsampling, and words read.
        """
        try:
            self.tell("on_begin")
            while not self.is_last_epoch:
                self.epoch = self.at.epoch
                self.end_epoch(self.train_epoch())
            self.tell("on_last_epoch")
        except StopTraining as reason:
            self.stop_reason = str(reason)
            logger.info("a callback ended training after %d epochs: %s", self.at.epoch, reason)
        finally:
            self.tell("on_end")
        return self.at.n_trained, self.at.n_words

    def tell(self, event: str, *arguments: Any) -> None:
        """Call a method of all observers."""
        for observer in self.observers:
            getattr(observer, event)(self, *arguments)

    def end_epoch(self, done: EpochTally) -> None:
        """Count an epoch, and tell all observers."""
        self.at.next_epoch(done.n_trained, done.n_words)
        try:
            self.tell("on_epoch", done)
        except KeyboardInterrupt:
            self.tell("on_interrupt", None)
            raise

    def train_epoch(self) -> EpochTally:
        """Train one epoch, or the rest of it after a checkpoint."""
        raise NotImplementedError


class LoopRun(Epochs):
    """Epochs of a loop that trains no core, with the same observers.

    Parameters
    ----------
    plan : Plan
    observers : iterable of Observer
    work : callable
        Called as ``work(run, tally)`` to train an epoch: it adds to the tally, and calls ``on_chunk``.
    model : object
        As in `Epochs`.
    sides : mapping of str to (keys, counts)
        What is trained, for observers that report it: names of the kinds of keys, and how often each
        occurs or None.
    has_loss : bool
        Whether `work` adds losses.
    """

    def __init__(
        self, plan: Plan, observers: Iterable[Observer], work: Callable[[LoopRun, Tally], None],
        *, model: Any, sides: Mapping[str, tuple[Sequence[Any], Any]], has_loss: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(plan, tuple(observers), model=model)
        self.work, self.sides, self.has_loss = work, sides, has_loss

    def train_epoch(self) -> EpochTally:
        """Train one epoch."""
        tally, started = Tally(), time.perf_counter()
        self.tell("on_epoch_begin", tally)
        self.work(self, tally)
        seconds = time.perf_counter() - started
        return EpochTally(
            tally.n_trained, tally.n_words, tally.n_sentences, tally.loss, self.last_alpha, seconds
        )


class Run(Epochs):
    """Train a core as a plan says.

    Parameters
    ----------
    core : EmbeddingCore
    plan : Plan
    feed : Feed
    observers : iterable of Observer
    position : Position, optional
        As in `Epochs`.
    hot_words : int
        Length of the corpus in words if its rows are in order of frequency, otherwise 0.
    model : object, optional
        As in `Epochs`.
    """

    def __init__(
        self,
        core: EmbeddingCore,
        plan: Plan,
        feed: Feed,
        observers: tuple[Observer, ...] = (),
        position: Position | None = None,
        *,
        hot_words: int = 0,
        model: Any = None,
    ) -> None:
        super().__init__(plan, observers, position, model=model)
        self.core, self.config = core, core.config
        self.has_loss = bool(self.config.kernel_options()["compute_loss"])
        self.feed = feed
        self.hot_words = hot_words
        self.kernel: Any = None
        self.shards: Shards | None = None
        # kept from epoch to epoch: new memory is slow to write to
        self.change_rooms: list[ChangeRoom] = []
        self.replica_rooms: list[list[Float32Array]] = []
        self.piece: Iterator[Any] = iter(())

    @property
    def jobs_of_piece(self) -> int:
        """Jobs that no observer can separate: those of a round, if there are shards."""
        return 1 if self.shards is None else self.shards.jobs_of_round

    # ---- epochs ----

    def train_epoch(self) -> EpochTally:
        """Train one epoch, or the rest of it after a checkpoint."""
        tally = replace(self.at.chunks)
        self.tell("on_epoch_begin", tally)
        started = time.perf_counter()
        try:
            with self.blas():
                network = self.begin_network()
                jobs = self.handed_out()
                self.train_pieces(jobs if self.shards is None else self.shards.rounds(jobs), tally)
                check_rows(network.weights(), self.last_alpha, advice_on(self.model, self.last_alpha))
        finally:
            self.end_network()
        seconds = time.perf_counter() - started
        return EpochTally(
            tally.n_trained, tally.n_words, tally.n_sentences, tally.loss, self.last_alpha, seconds
        )

    def blas(self) -> AbstractContextManager[Any]:
        """Limit BLAS to one thread, where it is called."""
        is_called = self.config.backend != "fused" or self.core.spec.has_one_updater
        return blas_threads(1) if is_called else nullcontext()

    def begin_network(self) -> Network:
        """Use the current matrices; users may have replaced them."""
        self.network = made = self.core.network()
        for steering in made.steering():
            steering.before(self.epoch / self.plan.epochs)
        if self.config.shards is None and current_fleet() is not None:
            raise ConfigError("a cluster trains shards: say how many, for example shards=8")
        if self.config.shards is None:
            self.kernel = made.kernel(self.config, self.hot_words)
        else:
            self.shards = Shards(self, made)
        self.tell("on_network")
        return made

    def end_network(self) -> None:
        """Release the matrices; otherwise arrays that users replace would stay in memory."""
        if self.network is not None:
            self.network.write_back()
            self.network.detach()
        self.network = self.kernel = self.shards = None
        self.core.epochs_trained += 1
        self.core.compose()

    # ---- pieces of an epoch, between which nothing is trained ----

    def train_pieces(self, jobs: Iterator[Any], tally: Tally) -> None:
        """Train the jobs of an epoch, and pause for observers."""
        try:
            for piece in self.pieces(jobs):
                self.piece = piece
                self.work(piece, tally)
                self.tell("on_checkpoint", tally)
        except KeyboardInterrupt:
            self.tell("on_interrupt", tally)
            raise

    def pieces(self, jobs: Iterator[Any]) -> Iterator[Iterator[Any]]:
        """The whole epoch at once, or in the pieces of the first observer that splits it."""
        cuts = (observer.pieces(self, jobs) for observer in self.observers)
        return next((cut for cut in cuts if cut is not None), iter([jobs]))

    def settle(self, tally: Tally) -> None:
        """Train the rest of an interrupted piece, and call the observers that check it before it is kept."""
        waiting = [observer for observer in self.observers if not observer.has_judged(tally)]
        if waiting:
            self.work(self.piece, tally)
        for observer in waiting:
            observer.on_checkpoint(self, tally)

    def work(self, jobs: Iterator[Any], tally: Tally) -> None:
        """Train jobs, or rounds of them, with all threads."""
        if self.shards is not None:
            self.shards.work(jobs, tally)
            return
        n_workers = 1 if self.core.spec.has_one_updater else self.config.workers
        run_workers(jobs, self.make_worker, n_workers, tally, partial(self.tell, "on_chunk", tally))

    def make_worker(self) -> Callable[[Any], tuple[int, int, float]]:
        """Make the function that trains a job on one thread."""
        if self.network is None:
            raise RuntimeError("a worker exists only during an epoch")
        return self.feed.job_of(self, self.network.worker(self.kernel, self.config, self.core.epochs_trained))

    # ---- chunks ----

    def handed_out(self) -> Iterator[Any]:
        """The jobs of an epoch, one by one and in order; `last_alpha` is updated."""
        jobs = self.feed.jobs(self)
        for observer in self.observers:
            jobs = observer.watched(jobs)
        for job in jobs:
            self.last_alpha = self.rate(job)
            yield job

    def progress(self, job: Any) -> float:
        """Share of the run before a job."""
        return self.plan.progress(self.epoch, job.words_before, job.sentences_before)

    def rate(self, job: Any) -> float:
        """Learning rate of a job."""
        rate = self.plan.alpha(self.progress(job))
        for observer in self.observers:
            rate *= observer.rate_factor
        return rate if self.shards is None else rate * self.shards.rate_factor
