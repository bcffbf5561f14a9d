"""Training of LightGCN: epochs of Adam on whole batches, and early stopping."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ns2vec._typing import Float32Array
from ns2vec.exceptions import DivergenceError, FormatError, StopTraining
from ns2vec.recommend.interactions import Interactions
from ns2vec.recommend.propagation import (
    LIST,
    Negatives,
    Spreading,
    bpr_gradient,
    graph_of,
    recall_of_lists,
)
from ns2vec.recommend.splits import Split, random_per_user
from ns2vec.training.adam import Adam
from ns2vec.training.checkpoints import Position, Saver
from ns2vec.training.loop import Tally
from ns2vec.training.observers import EpochTally, Observer
from ns2vec.training.run import Epochs, Plan

logger = logging.getLogger(__name__)

ORDER = 7  # in the key of the random stream for orders and draws


class Patience(Observer):
    """Stops training after some evaluations without an improvement, and keeps the best vectors.

    Parameters
    ----------
    recall : callable
        ``recall()`` on the held-out part, with the current vectors.
    base : ndarray
        The trained array.
    every, patience : int
        Epochs between two evaluations, and evaluations without an improvement.
    """

    def __init__(self, recall: Callable[[], float], base: Float32Array, every: int, patience: int) -> None:
        self.recall, self.base = recall, base
        self.every, self.patience = every, patience
        self.best, self.n_worse = -1.0, 0
        self.last: float | None = None
        self.kept = base.copy()

    def on_epoch(self, run: Any, done: EpochTally) -> None:
        """Evaluate, and stop if there was no improvement."""
        self.last = None
        if (run.epoch + 1) % self.every:
            return
        found = self.last = self.recall()
        logger.info("epoch %d: recall@%d of the held-out part %.4f", run.epoch + 1, LIST, found)
        if found > self.best:
            self.best, self.n_worse = found, 0
            self.kept[:] = self.base
            return
        self.n_worse += 1
        if self.n_worse == self.patience:
            raise StopTraining(f"recall was no better in {self.patience} evaluations")

    def scores(self) -> dict[str, float]:
        """Recall of the last evaluation, if it was after the last epoch."""
        return {} if self.last is None else {f"held-out recall@{LIST}": self.last}

    def state(self) -> dict[str, Any]:
        """The state of early stopping."""
        return {"best": self.best, "n_worse": self.n_worse}


class GraphRun(Epochs):
    """Train a `LightGCN` as a plan says.

    Checkpoints are written between epochs; one at Ctrl-C is of the last whole epoch.

    Parameters
    ----------
    model : LightGCN
        Its options, and ``model.base``, which is trained.
    liked : Interactions
        Training interactions; the graph has all interactions of the model.
    plan, observers, position
        As in `Epochs`.
    held : dict of str to ndarray
        The result of `arrays`, to continue from a position.
    """

    def __init__(
        self, model: Any, liked: Interactions, plan: Plan, observers: Sequence[Observer],
        position: Position, held: dict[str, Any],
    ) -> None:  # fmt: skip
        # a part that is never evaluated would be held out for nothing
        is_watched = model.validation and plan.epochs >= model.check_every
        split = random_per_user(liked, model.validation, seed=model.seed) if is_watched else None
        self.data = liked if split is None else split.train
        super().__init__(replace(plan, total_words=len(self.data)), tuple(observers), position, model=model)
        self.has_loss = model.compute_loss
        self.lists = model._liked_lists if split is None else self.data.known()
        self.spreading = Spreading(graph_of(self.lists, model.seen.n_items), model.layers)
        self.final, self.gradient = np.empty_like(model.base), np.empty_like(model.base)
        self.adam = Adam([model.base])
        self.negatives = Negatives(self.lists, model.seen.n_items, model.candidates)
        self.patience = None if split is None else self._patience(split)
        if position.epoch:
            self._go_on(held)

    def _patience(self, split: Split) -> Patience:
        """Evaluate on the held-out part, before checkpoints are written."""
        model, wanted = self.model, split.test.known()

        def recall() -> float:
            return recall_of_lists(model._sides(self.spreading(model.base)), self.lists, wanted)

        made = Patience(recall, model.base, model.check_every, model.patience)
        self.observers = (*self.observers, made)
        return made

    def train(self) -> tuple[int, int]:
        """Train, and restore the best vectors."""
        found = super().train()
        if self.patience is not None and self.patience.best >= 0.0:
            self.model.base[:] = self.patience.kept
        return found

    def train_epoch(self) -> EpochTally:
        """One epoch."""
        model, tally, started = self.model, Tally(), time.perf_counter()
        self.tell("on_epoch_begin", tally)
        self.tell("on_network")
        is_kept = any(isinstance(observer, Saver) for observer in self.observers)
        before = {name: array.copy() for name, array in self.arrays().items()} if is_kept else {}
        try:
            with np.errstate(over="ignore", invalid="ignore"):  # reported after the epoch
                self._train_batches(tally)
        except KeyboardInterrupt:
            if is_kept:
                self._restore(before)
                self.tell("on_interrupt", None)
            raise
        model.epochs_trained += 1
        if not np.isfinite(model.base).all():
            raise DivergenceError(
                f"training diverged: vectors are no longer finite; lower learning_rate, which was "
                f"{model.learning_rate:g}"
            )
        n_read, seconds = len(self.data), time.perf_counter() - started
        return EpochTally(tally.n_trained, n_read, n_read, tally.loss, self.last_alpha, seconds)

    def _train_batches(self, tally: Tally) -> None:
        """All interactions in random order."""
        model, n_users = self.model, self.model.seen.n_users
        rng = np.random.default_rng([model.seed, model.epochs_trained, ORDER])
        order = rng.permutation(len(self.data))
        users, items = self.data.users.astype(np.int64), self.data.items.astype(np.int64)
        for first in range(0, len(order), model.batch_size):
            places = order[first : first + model.batch_size]
            n_read = len(places)
            final = self.spreading(model.base, self.final)

            def scores(owners: Any, drawn: Any, final: Float32Array = final) -> Any:
                return np.matmul(final[n_users + drawn], final[owners][..., np.newaxis])[..., 0]

            others, has_one = self.negatives.draw(users[places], scores, rng)
            places, others = places[has_one], n_users + others[has_one]
            loss = 0.0
            if len(places):
                loss = self._step(final, (users[places], n_users + items[places], others))
            tally.add(len(places), n_read, n_read, loss)
            self.tell("on_chunk", tally)

    def _step(self, final: Float32Array, batch: tuple[Any, Any, Any]) -> float:
        """One step of Adam; return the summed loss."""
        model, n_pairs = self.model, len(batch[0])
        loss, gradient = bpr_gradient(final, *batch)
        gradient = self.spreading(gradient, self.gradient)
        if model.regularization:
            touches = np.bincount(np.concatenate(batch), minlength=len(model.base)) / np.float32(n_pairs)
            gradient += (model.regularization * touches[:, np.newaxis]).astype(np.float32) * model.base
        self.adam.step([model.base], [gradient], model.learning_rate)
        return loss * n_pairs

    # ---- continuing ----

    def arrays(self) -> dict[str, Any]:
        """Return everything that has to be kept between two epochs."""
        ((mean, square),) = self.adam.moments
        found = {"base": self.model.base, "run_mean": mean, "run_square": square}
        found["run_steps"] = np.array([self.adam.n_steps], dtype=np.int64)
        return found if self.patience is None else found | {"run_kept": self.patience.kept}

    def _restore(self, held: dict[str, Any]) -> None:
        for name, array in self.arrays().items():
            array[:] = held[name]
        self.adam.n_steps = int(held["run_steps"][0])

    def _go_on(self, held: dict[str, Any]) -> None:
        """Continue from a checkpoint.

        Raises
        ------
        FormatError
            If it lacks an array.
        """
        names_and_shapes = {name: array.shape for name, array in self.arrays().items()}
        found = {name: array.shape for name, array in held.items()}
        if any(found.get(name) != shape for name, shape in names_and_shapes.items()):
            raise FormatError(f"a damaged checkpoint: expected the arrays {names_and_shapes}, found {found}")
        self._restore(held)
        if self.patience is not None:
            told = self.at.guard
            self.patience.best = float(told.get("best", -1.0))
            self.patience.n_worse = int(told.get("n_worse", 0))
