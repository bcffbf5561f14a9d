"""What users hook into training."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

__all__ = ["CallbackAny2Vec", "notify"]


class CallbackAny2Vec:
    """Base of callbacks: override what you need; each method receives the model.

    A callback ends training cleanly by raising `ns2vec.StopTraining`. Any object that has the four
    methods will do; it need not inherit from this class.

    Examples
    --------
    >>> from ns2vec import Word2Vec
    >>> from ns2vec.callbacks import CallbackAny2Vec
    >>> class Counter(CallbackAny2Vec):
    ...     epochs = 0
    ...     def on_epoch_end(self, model):
    ...         self.epochs += 1
    >>> counter = Counter()
    >>> model = Word2Vec([["a", "b"]] * 10, min_count=1, epochs=3, callbacks=[counter])
    >>> counter.epochs
    3
    """

    def on_train_begin(self, model: Any) -> None:
        """Before the first epoch."""

    def on_epoch_begin(self, model: Any) -> None:
        """Before each epoch."""

    def on_epoch_end(self, model: Any) -> None:
        """After each epoch; weights, losses and rate on `model` are those of the epoch."""

    def on_train_end(self, model: Any) -> None:
        """After the last epoch."""


def notify(callbacks: Iterable[Any], event: str, model: Any) -> None:
    """Call `event` (``"on_epoch_end"``...) of every callback with the model."""
    for callback in callbacks:
        getattr(callback, event)(model)
