"""gensim's callbacks and the figures of a model, as observers of a run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from ns2vec.training.callbacks import notify, observers_among
from ns2vec.training.loop import Tally
from ns2vec.training.observers import EpochLog, EpochTally, Observer, ProgressObserver
from ns2vec.training.run import Run


class ModelObserver(Observer):
    """Updates a model's losses and rates during a run, and then calls the user's callbacks with it."""

    def __init__(self, model: Any, callbacks: Iterable[Any]) -> None:
        self.model = model
        self.callbacks = [callback for callback in callbacks if not isinstance(callback, Observer)]
        self.may_change_corpus = bool(self.callbacks)

    def on_begin(self, run: Run) -> None:
        """Call `on_train_begin`."""
        notify(self.callbacks, "on_train_begin", self.model)

    def on_epoch_begin(self, run: Run, tally: Tally) -> None:
        """Call `on_epoch_begin`; then use what callbacks have set, learning rates for example."""
        notify(self.callbacks, "on_epoch_begin", self.model)
        model, plan = self.model, run.plan
        config = model._ready().config
        if (model.alpha, model.min_alpha) != (plan.start_alpha, plan.end_alpha):
            run.plan = replace(plan, start_alpha=config.alpha, end_alpha=config.min_alpha)

    def on_epoch(self, run: Run, done: EpochTally) -> None:
        """Record loss and learning rate of the epoch, and call `on_epoch_end`."""
        self.model.running_training_loss += done.loss
        self.model.epoch_losses.append(done.loss)
        self.model.min_alpha_yet_reached = done.alpha
        notify(self.callbacks, "on_epoch_end", self.model)

    def on_last_epoch(self, run: Run) -> None:
        """Call `on_train_end`."""
        notify(self.callbacks, "on_train_end", self.model)


def observers_of(model: Any, callbacks: list[Any]) -> list[Observer]:
    """The observers of the training of a model, in the order in which they are called.

    Observers among the callbacks come before gensim's, which may end training, so that they see each epoch.
    """
    return [
        ProgressObserver(model.progress), EpochLog(), *observers_among(callbacks),
        ModelObserver(model, callbacks),
    ]  # fmt: skip
