"""Observers of the training of a classifier: its losses, its best epoch, and the clock."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from ns2vec.classify import prediction
from ns2vec.exceptions import StopTraining
from ns2vec.training.observers import EpochTally, Observer

if TYPE_CHECKING:
    from ns2vec.classify.classifier import Classifier
    from ns2vec.training.run import Run


class LineLosses(Observer):
    """Record the mean loss of each epoch in a list."""

    def __init__(self, losses: list[float]) -> None:
        self.losses = losses

    def on_begin(self, run: Run) -> None:
        """Clear those of the last call."""
        self.losses.clear()

    def on_epoch(self, run: Run, done: EpochTally) -> None:
        """Record one more."""
        self.losses.append(done.loss / max(1, done.n_trained))


class BestEpoch(Observer):
    """Keep the epoch with the best accuracy on held-out lines, and stop if no better one follows."""

    def __init__(self, model: Classifier, bags: Any, offsets: Any, ids: Any, patience: int) -> None:
        self.model, self.bags, self.offsets, self.ids, self.patience = model, bags, offsets, ids, patience
        self.best, self.n_worse = -1.0, 0
        self.last: float | None = None
        self.kept: tuple[Any, ...] = ()

    def on_epoch(self, run: Run, done: EpochTally) -> None:
        """Evaluate an epoch."""
        found = prediction.accuracy(self.model._scores_of(self.bags), self.offsets, self.ids)
        self.last = found
        self.n_worse += 1
        if found > self.best:
            self.best, self.n_worse = found, 0
            self.kept = tuple(array.copy() for array in self.arrays(run))
        if self.n_worse >= self.patience:
            raise StopTraining(f"{self.patience} epochs were no better than {self.best:.4f}")

    def scores(self) -> dict[str, float]:
        """Accuracy of the last epoch."""
        return {} if self.last is None else {"validation accuracy": self.last}

    def on_end(self, run: Run) -> None:
        """Restore the best epoch."""
        for array, best in zip(self.arrays(run), self.kept, strict=False):
            array[:] = best

    def arrays(self, run: Run) -> tuple[Any, Any]:
        """The trained arrays."""
        return run.core.inputs.matrix, run.core.output("outputs")


class Deadline(Observer):
    """Stop training at the first epoch after a time, by the clock of `time.monotonic`."""

    def __init__(self, at: float) -> None:
        self.at = at

    def on_epoch(self, run: Run, done: EpochTally) -> None:
        """Check the clock."""
        if time.monotonic() > self.at:
            raise StopTraining("the time limit was reached")
