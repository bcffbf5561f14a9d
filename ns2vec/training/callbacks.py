"""Callbacks: the hooks of users into training."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ns2vec._options import shown
from ns2vec.exceptions import ConfigError
from ns2vec.training.observers import Observer

EVENTS = ("on_train_begin", "on_epoch_begin", "on_epoch_end", "on_train_end")


class CallbackAny2Vec:
    """Base of callbacks: override what you need; each method receives the model.

    A callback ends training cleanly by raising `ns2vec.StopTraining`. Any object that has some of the four
    methods can be used; it need not inherit from this class.

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
        """Before the first epoch.

        Parameters
        ----------
        model : the model that is trained

        Examples
        --------
        >>> from ns2vec import Word2Vec
        >>> from ns2vec.callbacks import CallbackAny2Vec
        >>> class Names(CallbackAny2Vec):
        ...     def __init__(self):
        ...         self.met = []
        ...     def on_train_begin(self, model):
        ...         self.met.append("begin")
        ...     def on_epoch_begin(self, model):
        ...         self.met.append("epoch")
        ...     def on_train_end(self, model):
        ...         self.met.append("end")
        >>> names = Names()
        >>> _ = Word2Vec([["cat", "sat"]] * 20, vector_size=8, min_count=1, epochs=2, callbacks=[names])
        >>> names.met
        ['begin', 'epoch', 'epoch', 'end']
        """

    def on_epoch_begin(self, model: Any) -> None:
        """Before each epoch.

        Parameters
        ----------
        model : the model that is trained
        """

    def on_epoch_end(self, model: Any) -> None:
        """After each epoch; weights, losses and rate on `model` are those of the epoch.

        Parameters
        ----------
        model : the model that is trained
        """

    def on_train_end(self, model: Any) -> None:
        """After the last epoch.

        Parameters
        ----------
        model : the model that is trained
        """


def checked_callbacks(callbacks: Iterable[Any] | None) -> list[Any]:
    """Return the callbacks as a list; None means none. Observers of a run may be among them.

    Raises
    ------
    ConfigError
        If it is not a list, or an item has none of the four methods, or is a class instead of an object.
    """
    if callbacks is None:
        return []
    if not isinstance(callbacks, Iterable):
        raise ConfigError(f"callbacks must be a list, got {shown(callbacks)}: write callbacks=[...]")
    found = list(callbacks)
    for callback in found:
        if isinstance(callback, type):
            name = callback.__name__
            raise ConfigError(f"callbacks must be a list of objects, got the class {name}: write {name}()")
        if not any(callable(getattr(callback, event, None)) for event in EVENTS):
            raise ConfigError(
                f"a callback needs one of the methods {', '.join(EVENTS)}, got {shown(callback)}"
            )
    return found


def observers_among(callbacks: Iterable[Any]) -> list[Observer]:
    """Return the callbacks that are observers: they watch the run itself, and get more than a model."""
    return [callback for callback in callbacks if isinstance(callback, Observer)]


def checked_observers(callbacks: Iterable[Any] | None) -> list[Observer]:
    """Return callbacks of a model that gensim does not have, which must all be observers.

    Raises
    ------
    ConfigError
        If one is not an observer.
    """
    found = checked_callbacks(callbacks)
    for callback in found:
        if not isinstance(callback, Observer):
            raise ConfigError(
                "this model's callbacks must be observers, such as ns2vec.ledger.RunLedger, "
                f"got {shown(callback)}"
            )
    return found


def notify(callbacks: Iterable[Any], event: str, model: Any) -> None:
    """Call `event` (``"on_epoch_end"``...) of every callback that has such a method with the model."""
    for callback in callbacks:
        method = getattr(callback, event, None)
        if method is not None:
            method(model)
