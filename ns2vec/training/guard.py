"""Noticing that training runs away: rows that are no longer finite, or a loss that leaps.

Every epoch ends with a look at the rows, so that NaN vectors are never handed out. A `Guard` looks more
often, keeps a copy of the last good rows, and can go on from there with a lower rate.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Any

import numpy as np

from ns2vec._typing import Float32Array
from ns2vec.exceptions import DivergenceError
from ns2vec.training.weights import Rows

__all__ = ["Guard", "check_finite", "segments"]

logger = logging.getLogger(__name__)

BLOCK_ROWS = 4096
MOST_WORDS = 1_000_000  # between two looks


def n_not_finite(matrix: Float32Array) -> int:
    """Number of rows that hold NaN or an infinity, without a temporary of the matrix's size."""
    blocks = (matrix[start : start + BLOCK_ROWS] for start in range(0, len(matrix), BLOCK_ROWS))
    return sum(int((~np.isfinite(block)).any(axis=1).sum()) for block in blocks)


def what_is_wrong(weights: Iterable[Rows]) -> str | None:
    """Name the first matrix with rows that are not finite, or None."""
    for rows in weights:
        n_rows = n_not_finite(rows.padded)
        if n_rows:
            return f"{n_rows} of {len(rows.padded)} rows of {rows.name} are not finite"
    return None


def check_finite(weights: Iterable[Rows], alpha: float) -> None:
    """Raise if training has run away.

    Raises
    ------
    DivergenceError
        If a row holds NaN or an infinity.
    """
    problem = what_is_wrong(weights)
    if problem:
        raise DivergenceError(
            f"training diverged: {problem} (learning rate {alpha:g}); "
            "lower alpha, or train with guard='rollback'"
        )


class Guard:
    """Looks at the model every `interval_words` words and at the end of each epoch.

    Parameters
    ----------
    policy : {"stop", "rollback"}
        Stop with an error, or go back to the last good copy and on with the text at half the rate.
    interval_words : int
    leap : float
        A loss per trained word so many times that of the last good interval, and higher than that of a
        model that knows nothing, counts as running away. (Text with longer sentences has more pairs to
        each word, so a higher loss alone means little.)
    most_rollbacks : int
        After so many, stop all the same.

    Notes
    -----
    With ``"rollback"`` it keeps one copy of all trained rows. The loss is computed, which takes time.
    """

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

    @classmethod
    def for_corpus(cls, policy: str, total_words: int | None, batch_words: int) -> Guard:
        """Return a guard that looks ten times an epoch, and at least every million words."""
        return cls(policy, min(MOST_WORDS, max(batch_words, (total_words or MOST_WORDS) // 10)))

    def watch(self, weights: Iterable[Rows], loss_of_nothing: float) -> None:
        """Take the rows as they are for good; called when an epoch begins.

        Parameters
        ----------
        weights : iterable of Rows
        loss_of_nothing : float
            Loss of a trained word when every score is zero, at most; infinite where that is not known, and
            then a leap from one interval to the next is enough.
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
        """Look at the rows after an interval of `n_trained` words with summed `loss`.

        Returns
        -------
        bool
            False if the rows were set back, so that the interval counts for nothing.

        Raises
        ------
        DivergenceError
            If training ran away and cannot go on.
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
                f"training diverged{tried}: {problem} (learning rate {alpha:g}); lower alpha"
            )
        self.roll_back(problem, alpha)
        return False

    def limit(self) -> float:
        """The highest loss per word that the next interval may have."""
        if math.isinf(self.loss_of_nothing):
            return self.leap * self.good_loss
        if math.isinf(self.good_loss):
            return self.leap * self.loss_of_nothing
        return max(self.leap * self.good_loss, self.loss_of_nothing)

    def roll_back(self, problem: str, alpha: float) -> None:
        """Set the rows back to the last good copy and halve the rate."""
        for rows, copy in zip(self.weights, self.copies, strict=True):
            rows.padded[:] = copy
        self.n_rollbacks += 1
        self.rate_factor /= 2
        logger.warning(
            "training diverged at learning rate %g: %s; back to the last good rows, and on at half the rate",
            alpha, problem,
        )  # fmt: skip


def segments(jobs: Iterator[Any], n_jobs: int) -> Iterator[Iterator[Any]]:
    """Cut an iterator of jobs into iterators of at most so many, each to be used up before the next."""
    for first in jobs:
        yield chain([first], islice(jobs, n_jobs - 1))
