"""gensim's callbacks and the figures of a model, as observers of a run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from ns2vec.training.callbacks import notify
from ns2vec.training.loop import Tally
from ns2vec.training.observers import EpochTally, Observer
from ns2vec.training.run import Run


class ModelObserver(Observer):
    """Keeps a model's losses and rates in step with a run, and then calls the user's callbacks with it."""

    def __init__(self, model: Any, callbacks: Iterable[Any]) -> None:
        self.model = model
        self.callbacks = list(callbacks)
        self.may_change_corpus = bool(self.callbacks)

    def on_begin(self, run: Run) -> None:
        """Call `on_train_begin`."""
        notify(self.callbacks, "on_train_begin", self.model)

    def on_epoch_begin(self, run: Run, tally: Tally) -> None:
        """Call `on_epoch_begin`; then take over what callbacks have set, rates for one."""
        notify(self.callbacks, "on_epoch_begin", self.model)
        model, plan = self.model, run.plan
        config = model._ready().config
        if (model.alpha, model.min_alpha) != (plan.start_alpha, plan.end_alpha):
            run.plan = replace(plan, start_alpha=config.alpha, end_alpha=config.min_alpha)

    def on_epoch(self, run: Run, done: EpochTally) -> None:
        """Note loss and rate of the epoch, and call `on_epoch_end`."""
        self.model.running_training_loss += done.loss
        self.model.epoch_losses.append(done.loss)
        self.model.min_alpha_yet_reached = done.alpha
        notify(self.callbacks, "on_epoch_end", self.model)

    def on_last_epoch(self, run: Run) -> None:
        """Call `on_train_end`."""
        notify(self.callbacks, "on_train_end", self.model)
