"""Observers of a training run: one protocol for progress bar, log, callbacks, guard and checkpoints."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ns2vec.training.progress import ProgressBar

if TYPE_CHECKING:
    from ns2vec.training.loop import Tally
    from ns2vec.training.run import Run

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class EpochTally:
    """The results of one epoch.

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


class Observer:
    """Base of observers of a run: override what you need.

    All methods but `watched` are called in the thread that called `train`, in the order of the run's
    observers. `ns2vec.StopTraining` ends the run cleanly where `on_begin`, `on_epoch_begin`, `on_epoch` or
    `on_last_epoch` raises it.

    Attributes
    ----------
    rate_factor : float
        The learning rate is multiplied by it, from the next chunk on.
    may_change_corpus : bool
        Whether a list that is trained on may have changed after this observer was called, so that it is read
        again in each epoch.

    Examples
    --------
    >>> from ns2vec import Word2Vec
    >>> from ns2vec.training import Observer
    >>> class Words(Observer):
    ...     n_jobs = n_words = 0
    ...     def on_network(self, run):
    ...         print("epoch", run.epoch + 1)
    ...     def pieces(self, run, jobs):
    ...         return (iter([job]) for job in jobs)
    ...     def watched(self, jobs):
    ...         for job in jobs:
    ...             self.n_jobs += 1
    ...             yield job
    ...     def on_checkpoint(self, run, tally):
    ...         self.n_words = tally.n_words
    ...     def has_judged(self, tally):
    ...         return self.n_words == tally.n_words
    ...     def on_interrupt(self, run, tally):
    ...         print("stopped by hand after", self.n_words, "words")
    ...     def scores(self):
    ...         return {"words": float(self.n_words)}
    ...     def state(self):
    ...         return {"n_jobs": self.n_jobs}
    >>> words = Words()
    >>> model = Word2Vec([["a", "b"]] * 50, min_count=1, epochs=2, callbacks=[words])
    epoch 1
    epoch 2
    >>> words.n_jobs, words.scores(), words.state()
    (2, {'words': 100.0}, {'n_jobs': 2})
    """

    rate_factor = 1.0
    may_change_corpus = True

    def on_begin(self, run: Run) -> None:
        """Before the first epoch."""

    def on_epoch_begin(self, run: Run, tally: Tally) -> None:
        """Before an epoch; `tally` is its progress at the checkpoint, if the run continues from one."""

    def on_network(self, run: Run) -> None:
        """When the matrices of an epoch are ready for training, in ``run.network``.

        Parameters
        ----------
        run : Run
            The current run.
        """

    def watched(self, jobs: Iterator[Any]) -> Iterator[Any]:
        """Pass on the jobs of an epoch; requested by one thread at a time.

        Parameters
        ----------
        jobs : iterator
            The jobs for the threads, in order.

        Returns
        -------
        iterator
            The same jobs.
        """
        return jobs

    def pieces(self, run: Run, jobs: Iterator[Any]) -> Iterator[Iterator[Any]] | None:
        """Split jobs where this observer needs a pause in training; None if it needs none.

        The first observer that splits them decides.

        Parameters
        ----------
        run : Run
            The current run.
        jobs : iterator
            The jobs of an epoch.

        Returns
        -------
        iterator of iterators, or None
            The pieces; each is used up before the next one is requested.
        """
        return None

    def on_chunk(self, run: Run, tally: Tally) -> None:
        """About ten times per second while chunks are trained."""

    def on_checkpoint(self, run: Run, tally: Tally) -> None:
        """Between two pieces, and at the end of an epoch: nothing is being trained.

        Parameters
        ----------
        run : Run
            The run under way.
        tally : Tally
            The progress of the epoch.
        """

    def has_judged(self, tally: Tally) -> bool:
        """Whether the result of the training so far may be kept.

        Parameters
        ----------
        tally : Tally
            The progress of the epoch.

        Returns
        -------
        bool
            False: the piece is trained to its end, and `on_checkpoint` called, before it is kept.
        """
        return True

    def on_interrupt(self, run: Run, tally: Tally | None) -> None:
        """After Ctrl-C, when no thread is training any more.

        Parameters
        ----------
        run : Run
            The run that was interrupted.
        tally : Tally or None
            The progress of the epoch; None if the interrupt came between two epochs.
        """

    def on_epoch(self, run: Run, done: EpochTally) -> None:
        """After an epoch. If an observer raises `ns2vec.StopTraining` here, later ones are not called."""

    def on_saved(self, run: Run, path: str) -> None:
        """After a checkpoint was written; for a finished run, it comes after `on_end`."""

    def on_last_epoch(self, run: Run) -> None:
        """After the last epoch, if none was interrupted."""

    def on_end(self, run: Run) -> None:
        """When the run is over, for whatever reason."""

    def state(self) -> dict[str, Any]:
        """The state to keep in a checkpoint."""
        return {}

    def scores(self) -> dict[str, float]:
        """Its scores on held-out examples after the last epoch, by name."""
        return {}


class ProgressObserver(Observer):
    """The progress bar of each epoch; `show` as in `ns2vec.training.progress.ProgressBar`."""

    may_change_corpus = False

    def __init__(self, show: bool | None = None) -> None:
        self.show = show
        self.bar: ProgressBar | None = None

    def on_network(self, run: Run) -> None:
        """Start a bar."""
        self.bar = ProgressBar(
            f"epoch {run.epoch + 1}/{run.plan.epochs}", run.plan.total_words, show=self.show
        )

    def on_chunk(self, run: Run, tally: Tally) -> None:
        """Show the progress."""
        if self.bar is not None:
            self.bar.update(tally.n_words, f"alpha {run.last_alpha:.5f}")

    def on_epoch(self, run: Run, done: EpochTally) -> None:
        """Remove the bar."""
        self.on_end(run)

    def on_end(self, run: Run) -> None:
        """Remove the bar after an error."""
        if self.bar is not None:
            self.bar.close()
        self.bar = None


class EpochLog(Observer):
    """One log line about each epoch; a warning if the corpus was not as long as announced."""

    may_change_corpus = False

    def on_epoch(self, run: Run, done: EpochTally) -> None:
        """Log it."""
        plan = run.plan
        logger.info(
            "epoch %d/%d: %d words (%d trained) in %.1f s, %.0f words/s, alpha %.5f%s",
            run.epoch + 1, plan.epochs, done.n_words, done.n_trained, done.seconds,
            done.n_words / max(done.seconds, 1e-9), done.alpha,
            f", loss {done.loss:.6g}" if run.has_loss else "",
        )  # fmt: skip
        expected, found, what = plan.total_examples, done.n_sentences, "example"
        if not expected:
            expected, found, what = plan.total_words, done.n_words, "raw word"
        if expected and found != expected:
            logger.warning(
                "EPOCH %d: supplied %s count (%d) did not equal expected count (%d)",
                run.epoch, what, found, expected,
            )  # fmt: skip
