"""Epochs: learning rate, threads, tally, callbacks, one log line each."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from ns2vec.schedules import SCHEDULES
from ns2vec.training.checkpoints import Saver
from ns2vec.training.guard import Guard, segments
from ns2vec.training.loop import Tally, run_workers
from ns2vec.training.progress import ProgressBar

__all__ = ["EpochTally", "Plan", "Trainer"]

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class EpochTally:
    """What one epoch did.

    Attributes
    ----------
    n_trained, n_words, n_sentences : int
        Words left after vocabulary and subsampling, words read, sentences read.
    loss : float
        Summed negative log likelihood in float64; 0.0 unless asked for.
    alpha : float
        Learning rate of the last chunk handed out.
    seconds : float
    """

    n_trained: int
    n_words: int
    n_sentences: int
    loss: float
    alpha: float
    seconds: float


@dataclass(frozen=True)
class Plan:
    """How long a run is and how its learning rate falls.

    Progress counts words when `total_words` is known, else sentences (gensim's `total_examples`).
    """

    epochs: int
    start_alpha: float
    end_alpha: float
    total_words: int | None
    total_examples: int | None
    words_done: int = 0
    schedule: str = "linear"

    def by_examples(self) -> Plan:
        """Return the plan that counts sentences, as gensim does for batches of them."""
        return replace(self, total_words=None)

    def progress(self, epoch: int, words_before: int, sentences_before: int) -> float:
        """Share of the run that lies before a chunk, in [0, 1]."""
        if self.total_words:
            done = (words_before + self.words_done) / self.total_words
        else:
            done = sentences_before / max(self.total_examples or 1, 1)
        return min((epoch + min(done, 1.0)) / self.epochs, 1.0)

    def progress_at(self, epoch: int, chunk: Any) -> float:
        """Share of the run that lies before a chunk of an epoch."""
        return self.progress(epoch, chunk.words_before, chunk.sentences_before)

    def alpha(self, progress: float) -> float:
        """Learning rate at `progress`."""
        return float(SCHEDULES[self.schedule](progress, self.start_alpha, self.end_alpha))


class Trainer:
    """Runs the epochs of one `train()` call.

    Parameters
    ----------
    plan : Plan
    n_workers : int
    jobs : callable
        ``jobs(epoch) -> iterator`` over chunks; called once an epoch.
    workers : callable
        ``workers(epoch, rate) -> make_worker``: called at the start of an epoch, returns what makes
        each thread's function; ``rate(job)`` is the learning rate of a job.
    show_progress : bool or None
    guard : Guard, optional
    chunk_words : int
        Words of a chunk, about.
    saver : Saver, optional
        Takes checkpoints while no worker runs, and knows where to begin.
    has_loss : bool
        Whether the workers compute it.
    """

    def __init__(
        self,
        plan: Plan,
        n_workers: int,
        jobs: Callable[[int], Iterator[Any]],
        workers: Callable[
            [int, Callable[[Any], float]], Callable[[], Callable[[Any], tuple[int, int, float]]]
        ],
        *,
        show_progress: bool | None = None,
        guard: Guard | None = None,
        chunk_words: int = 10_000,
        saver: Saver | None = None,
        has_loss: bool = True,
    ) -> None:
        self.plan = plan
        self.n_workers = n_workers
        self.jobs = jobs
        self.workers = workers
        self.show_progress = show_progress
        self.guard = guard
        self.chunk_words = chunk_words
        self.saver = saver
        self.has_loss = has_loss
        self.last_alpha = plan.start_alpha

    def rate(self, epoch: int) -> Callable[[Any], float]:
        """Return the learning rate of a chunk in `epoch`, as a function of the chunk."""

        def of_chunk(chunk: Any) -> float:
            progress = self.plan.progress_at(epoch, chunk)
            return self.plan.alpha(progress) * (self.guard.rate_factor if self.guard else 1.0)

        return of_chunk

    def handed_out(self, epoch: int, rate: Callable[[Any], float]) -> Iterator[Any]:
        """Chunks of an epoch, with `last_alpha` in step: they are handed out one by one, in order."""
        jobs = self.jobs(epoch)
        for job in jobs if self.saver is None else self.saver.watched(jobs):
            self.last_alpha = rate(job)
            yield job

    def run_epoch(self, epoch: int) -> EpochTally:
        """Train one epoch (counted from 0 within this run), or what a checkpoint has left of it."""
        started = time.perf_counter()
        tally = Tally() if self.saver is None else self.saver.begin_epoch()
        rate = self.rate(epoch)
        make_worker = self.workers(epoch, rate)
        with ProgressBar(
            f"epoch {epoch + 1}/{self.plan.epochs}", self.plan.total_words, show=self.show_progress
        ) as bar:

            def on_tick() -> None:
                bar.update(tally.n_words, f"alpha {self.last_alpha:.5f}")

            self.run_pieces(self.handed_out(epoch, rate), make_worker, tally, on_tick)
        seconds = time.perf_counter() - started
        done = EpochTally(
            tally.n_trained, tally.n_words, tally.n_sentences, tally.loss, self.last_alpha, seconds
        )
        self.log(epoch, done)
        return done

    def run_pieces(
        self, jobs: Iterator[Any], make_worker: Callable[[], Any], tally: Tally, on_tick: Callable[[], None]
    ) -> None:
        """Train an epoch's jobs; between its pieces no worker runs, and the guard and the saver look."""
        looked_at = tally.n_jobs
        saver = self.saver
        try:
            for piece in self.pieces(jobs):
                before = replace(tally)
                try:
                    run_workers(piece, make_worker, self.n_workers, tally, on_tick)
                except KeyboardInterrupt:
                    # a checkpoint needs a guard's verdict, so the work goes on until it has looked
                    if saver is not None and self.guard is not None and saver.is_idle(tally):
                        run_workers(piece, make_worker, self.n_workers, tally, on_tick)
                        self.look(before, tally)
                        looked_at = tally.n_jobs
                    raise
                self.look(before, tally)
                looked_at = tally.n_jobs
                if saver is not None and saver.is_due():
                    saver.save(tally)
        except KeyboardInterrupt:
            is_judged = self.guard is None or looked_at == tally.n_jobs
            if saver is not None and saver.is_idle(tally) and is_judged:
                saver.save(tally)
            raise

    @contextlib.contextmanager
    def between_epochs(self, *, is_last: bool) -> Iterator[None]:
        """Take a checkpoint behind what is done here, if one is due; the last epoch has one of its own."""
        try:
            yield
        except KeyboardInterrupt:
            if self.saver is not None:
                self.saver.save()
            raise
        if self.saver is not None and not is_last:
            self.saver.after_epoch()

    def pieces(self, jobs: Iterator[Any]) -> Iterator[Iterator[Any]]:
        """The whole epoch at once, a guard's intervals of it, or what lies between checkpoints."""
        if self.guard is not None:
            return segments(iter(jobs), max(1, self.guard.interval_words // self.chunk_words))
        return iter([jobs]) if self.saver is None else self.saver.pieces(jobs)

    def look(self, before: Tally, tally: Tally) -> None:
        """Let the guard look at an interval; what it takes back has no loss."""
        if self.guard is not None:
            loss = tally.loss - before.loss
            if not self.guard.inspect(tally.n_trained - before.n_trained, loss, self.last_alpha):
                tally.loss = before.loss

    def log(self, epoch: int, done: EpochTally) -> None:
        """One line about a finished epoch; a warning when the corpus was not as long as announced."""
        logger.info(
            "epoch %d/%d: %d words (%d trained) in %.1f s, %.0f words/s, alpha %.5f%s",
            epoch + 1, self.plan.epochs, done.n_words, done.n_trained, done.seconds,
            done.n_words / max(done.seconds, 1e-9), done.alpha,
            f", loss {done.loss:.6g}" if self.has_loss else "",
        )  # fmt: skip
        expected, found, what = self.plan.total_examples, done.n_sentences, "example"
        if not expected:
            expected, found, what = self.plan.total_words, done.n_words, "raw word"
        if expected and found != expected:
            logger.warning(
                "EPOCH %d: supplied %s count (%d) did not equal expected count (%d)",
                epoch, what, found, expected,
            )  # fmt: skip
