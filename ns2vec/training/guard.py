"""Detection of divergence: rows that are not finite or far too long, or a loss that jumps.

Every epoch ends with a check of the rows, so that useless vectors are never returned without a warning. A
`Guard` checks more often, keeps a copy of the last good rows, and can continue from there with a lower rate.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

import numpy as np

from ns2vec._typing import Float32Array
from ns2vec.exceptions import DivergenceError
from ns2vec.training.loop import Tally
from ns2vec.training.matrices import Rows
from ns2vec.training.observers import Observer

if TYPE_CHECKING:
    from ns2vec.training.run import Run

logger = logging.getLogger(__name__)

BLOCK_ROWS = 4096
LARGE = 100.0  # components of trained vectors are below 10; beyond this, a warning
HUGE = 1e6  # vectors with components beyond this are useless: an error
USUAL_ALPHA = 0.1
MOST_WORDS = 1_000_000  # between two checks


def largest_numbers(matrix: Float32Array) -> Float32Array:
    """Largest absolute number of each row, NaN if it has one; without a temporary of the matrix's size."""
    blocks = (matrix[start : start + BLOCK_ROWS] for start in range(0, len(matrix), BLOCK_ROWS))
    return np.concatenate([np.abs(block).max(axis=1) for block in blocks])


def is_within(matrix: Float32Array, limit: float) -> bool:
    """Whether all numbers are between -limit and limit; False for NaN, which compares as false."""
    blocks = (matrix[start : start + BLOCK_ROWS] for start in range(0, len(matrix), BLOCK_ROWS))
    return all(-limit <= block.min() and block.max() <= limit for block in blocks)


def outgrown(rows: Rows, limit: float) -> str | None:
    """Describe the row that is not finite or has the largest number beyond a limit, or return None."""
    # almost always; finding the rows takes four times as long
    if is_within(rows.padded, limit):
        return None
    largest = largest_numbers(rows.padded)
    n_broken = len(largest) - int(np.isfinite(largest).sum())
    worst = int(np.argmin(np.isfinite(largest)) if n_broken else np.argmax(largest))
    row = repr(rows.keys[worst]) if worst < len(rows.keys) else f"row {worst}"
    if n_broken:
        return f"{n_broken} of {len(largest)} rows of {rows.name} are not finite, {row} first"
    if largest[worst] > limit:
        return f"numbers of {rows.name} have grown to {largest[worst]:.3g} ({row})"
    return None


def what_is_wrong(weights: Iterable[Rows], limit: float = HUGE) -> str | None:
    """Describe the first matrix with useless rows, or return None."""
    return next((problem for rows in weights if (problem := outgrown(rows, limit))), None)


def check_rows(weights: Iterable[Rows], alpha: float, advice: str | None = None) -> None:
    """Raise if training has diverged, and warn if it is about to.

    Parameters
    ----------
    weights : iterable of Rows
    alpha : float
        Learning rate of the last chunk, for the message.
    advice : str, optional
        What to do, instead of the advice for training words.

    Raises
    ------
    DivergenceError
        If a row holds NaN, an infinity, or a number beyond a million.
    """
    weights = list(weights)
    problem = what_is_wrong(weights, LARGE)
    if problem is None:
        return
    advice = advice or advice_on(None, alpha)
    remedy = f"(learning rate {alpha:g}); {advice}"
    if broken := what_is_wrong(weights, HUGE):  # perhaps in another matrix than the first large one
        raise DivergenceError(f"training diverged: {broken} {remedy}")
    logger.warning("training is diverging: %s %s", problem, remedy)


def advice_on(model: Any, alpha: float) -> str:
    """What to do about divergence, by the options that a model has; None: those of models of words."""
    if model is None or hasattr(model, "guard"):
        usual = "0.025 to 0.05 is usual" if alpha > USUAL_ALPHA else f"try {alpha / 4:.1g}"
        return f"lower alpha, {usual}, or train with guard='rollback', which does so"
    return f"lower {'learning_rate' if hasattr(model, 'learning_rate') else 'alpha'}, try {alpha / 4:.1g}"


class Guard(Observer):
    """Checks the model every `interval_words` words and at the end of each epoch.

    Parameters
    ----------
    policy : {"stop", "rollback"}
        Stop with an error, or return to the last good copy and continue with the text at half the rate.
    interval_words : int
    leap : float
        A loss per trained word that is this many times that of the last good interval, and higher than that
        of a model that has learned nothing, counts as divergence. (Text with longer sentences has more pairs
        per word, so a higher loss alone means little.)
    most_rollbacks : int
        After this many, stop anyway.

    Notes
    -----
    With ``"rollback"``, it keeps one copy of all trained rows. The loss is computed, which takes time.
    """

    may_change_corpus = False

    def __init__(
        self, policy: str, interval_words: int = MOST_WORDS, leap: float = 2.0, most_rollbacks: int = 20
    ) -> None:
        self.policy = policy
        self.interval_words = interval_words
        self.leap = leap
        self.most_rollbacks = most_rollbacks
        self.rate_factor = 1.0
        self.n_rollbacks = 0
        self.weights: list[Rows] = []
        self.copies: list[Float32Array] = []
        self.good_loss = math.inf
        self.loss_of_nothing = math.inf
        self.seen = Tally()

    # ---- events of the run ----

    def on_begin(self, run: Run) -> None:
        """Continue from a checkpoint."""
        for name, value in run.at.guard.items():
            setattr(self, name, value)

    def on_epoch_begin(self, run: Run, tally: Tally) -> None:
        """Count from here on."""
        self.seen = replace(tally)

    def on_network(self, run: Run) -> None:
        """Store the matrices of the epoch."""
        if run.network is not None:
            self.watch(run.network.weights(), run.network.loss_of_nothing(run.config))

    def pieces(self, run: Run, jobs: Iterator[Any]) -> Iterator[Iterator[Any]]:
        """Split an epoch into intervals."""
        n_words = run.config.batch_words * run.jobs_of_piece
        return segments(iter(jobs), max(1, self.interval_words // n_words))

    def on_checkpoint(self, run: Run, tally: Tally) -> None:
        """Check an interval; if it is rolled back, it has no loss."""
        loss = tally.loss - self.seen.loss
        if not self.inspect(tally.n_trained - self.seen.n_trained, loss, run.last_alpha):
            tally.loss = self.seen.loss
        self.seen = replace(tally)

    def has_judged(self, tally: Tally) -> bool:
        """Whether everything that was trained has been checked."""
        return self.seen.n_jobs == tally.n_jobs

    def state(self) -> dict[str, Any]:
        """The state to keep in a checkpoint."""
        return {name: getattr(self, name) for name in ("rate_factor", "n_rollbacks", "good_loss")}

    # ---- checks ----

    @classmethod
    def for_corpus(cls, policy: str, total_words: int | None, batch_words: int) -> Guard:
        """Return a guard that checks ten times per epoch, and at least every million words."""
        return cls(policy, min(MOST_WORDS, max(batch_words, (total_words or MOST_WORDS) // 10)))

    def watch(self, weights: Iterable[Rows], loss_of_nothing: float) -> None:
        """Take the current rows as good; called when an epoch begins.

        Parameters
        ----------
        weights : iterable of Rows
        loss_of_nothing : float
            Upper bound of the loss of a trained word if every score is zero; infinite if it is unknown, and
            then a jump from one interval to the next is enough.

        Raises
        ------
        DivergenceError
            If the rows are already useless.
        """
        self.weights = list(weights)
        self.loss_of_nothing = loss_of_nothing
        problem = what_is_wrong(self.weights)
        if problem:
            raise DivergenceError(f"training cannot begin: {problem}")
        self.keep()

    def keep(self) -> None:
        """Copy the rows, over the last copy if there is one."""
        if self.policy != "rollback":
            return
        if not self.copies:
            self.copies = [np.empty_like(rows.padded) for rows in self.weights]
        for rows, copy in zip(self.weights, self.copies, strict=True):
            copy[:] = rows.padded

    def inspect(self, n_trained: int, loss: float, alpha: float) -> bool:
        """Check the rows after an interval of `n_trained` words with summed `loss`.

        Returns
        -------
        bool
            False if the rows were rolled back, so that the interval does not count.

        Raises
        ------
        DivergenceError
            If training diverged and cannot continue.
        """
        per_word = loss / n_trained if n_trained else self.good_loss
        problem = what_is_wrong(self.weights)
        if problem is None and n_trained and not per_word <= self.limit():
            problem = f"the loss per word is {per_word:.4g}, and may be {self.limit():.4g} at most"
        if problem is None:
            self.good_loss = per_word
            self.keep()
            return True
        if self.policy == "stop" or self.n_rollbacks == self.most_rollbacks:
            tried = f" after {self.n_rollbacks} rollbacks" if self.n_rollbacks else ""
            raise DivergenceError(
                f"training diverged{tried}: {problem} (learning rate {alpha:g}); lower alpha, "
                "0.025 to 0.05 is usual"
            )
        self.roll_back(problem, alpha)
        return False

    def limit(self) -> float:
        """The highest loss per word that is allowed in the next interval."""
        if math.isinf(self.loss_of_nothing):
            return self.leap * self.good_loss
        if math.isinf(self.good_loss):
            return self.leap * self.loss_of_nothing
        return max(self.leap * self.good_loss, self.loss_of_nothing)

    def roll_back(self, problem: str, alpha: float) -> None:
        """Restore the last good copy of the rows and halve the rate."""
        for rows, copy in zip(self.weights, self.copies, strict=True):
            rows.padded[:] = copy
        self.n_rollbacks += 1
        self.rate_factor /= 2
        logger.warning(
            "training diverged at learning rate %g: %s; restored the last good rows; continuing at "
            "half the rate",
            alpha, problem,
        )  # fmt: skip


def segments(jobs: Iterator[Any], n_jobs: int) -> Iterator[Iterator[Any]]:
    """Split an iterator of jobs into iterators of at most this many, each to be used up before the next."""
    for first in jobs:
        yield chain([first], islice(jobs, n_jobs - 1))
