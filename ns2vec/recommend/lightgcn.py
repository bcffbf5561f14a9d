"""LightGCN: vectors that are propagated over the graph of users and items, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ns2vec._options import flag, number, whole
from ns2vec._typing import Float32Array
from ns2vec.exceptions import FormatError
from ns2vec.formats.saving import MODELS
from ns2vec.formats.state import ModelState
from ns2vec.recommend.graph_run import GraphRun
from ns2vec.recommend.interactions import Interactions
from ns2vec.recommend.propagation import Spreading, graph_of
from ns2vec.recommend.recommender import Recommender
from ns2vec.training.checkpoints import Position
from ns2vec.training.observers import Observer
from ns2vec.training.run import Plan

START = 0.1  # standard deviation of initial vectors


class LightGCN(Recommender):
    """Vectors of users and items, each the mean over propagation steps on the graph (He et al. 2020).

    Only the vectors before propagation are trained, with BPR and Adam (arXiv:2002.02126): every batch of
    interactions propagates all vectors and takes the gradient back in the same way. With ``candidates=m``,
    the negative of a chosen item is the highest-scoring of m drawn items: lists get good in fewer epochs, and
    worse again if training continues for too long.

    Parameters
    ----------
    vector_size : int
    layers : int
        Propagation steps; 0 is matrix factorisation.
    epochs : int
    learning_rate : float
    regularization : float
        Factor of the squares of the vectors that a batch uses, before propagation (eq. 15).
    candidates : int
        Drawn items from which the highest-scoring one is the negative; 1: uniform draws.
    batch_size : int
        Interactions per step.
    validation : float
        Share of each user's interactions that is held out to decide when to stop: recall in the first 20
        items is measured every `check_every` epochs; after `patience` measurements without an improvement,
        training ends with the best vectors. With 0, or fewer epochs than `check_every`, all epochs train on
        all interactions. The final vectors are propagated over the whole graph.
    check_every, patience : int
    compute_loss : bool
        Keep the mean loss of each epoch in `epoch_losses`.
    seed : int
    progress : bool, optional
        Show a progress bar; None: only on a terminal.

    Attributes
    ----------
    users, items : KeyedVectors
        The vectors after propagation.
    base : ndarray of shape (n_users + n_items, vector_size), float32
        The vectors that are trained.

    Examples
    --------
    >>> from ns2vec.recommend import Interactions, LightGCN
    >>> rows = [(user, item) for user in range(20) for item in range(10) if user % 2 == item % 2]
    >>> users, items = zip(*rows[:-1])
    >>> keys = [f"u{row}" for row in range(20)], [f"i{row}" for row in range(10)]
    >>> model = LightGCN(vector_size=8, epochs=10).fit(Interactions(users, items, *keys))
    >>> model.recommend("u19", n=1)[0].item
    'i9'
    """

    KIND = "LightGCN"

    def __init__(
        self,
        vector_size: int = 64,
        layers: int = 3,
        epochs: int = 50,
        learning_rate: float = 0.005,
        regularization: float = 1e-4,
        candidates: int = 8,
        batch_size: int = 4096,
        validation: float = 0.0,
        check_every: int = 5,
        patience: int = 3,
        compute_loss: bool = False,
        seed: int = 1,
        progress: bool | None = None,
    ) -> None:
        super().__init__()
        self.vector_size, self.layers = whole("vector_size", vector_size, 1), whole("layers", layers)
        self.epochs, self.candidates = whole("epochs", epochs, 1), whole("candidates", candidates, 1)
        self.learning_rate = number("learning_rate", learning_rate, 0.0)
        self.regularization = number("regularization", regularization, 0.0)
        self.batch_size = whole("batch_size", batch_size, 1)
        self.validation = number("validation", validation, 0.0, 0.9)
        self.check_every, self.patience = whole("check_every", check_every, 1), whole("patience", patience, 1)
        self.compute_loss, self.seed = flag("compute_loss", compute_loss), whole("seed", seed)
        self.progress = progress
        self.epochs_trained = 0

    # ---- training ----

    def _start(self) -> None:
        self.base = np.zeros((0, self.vector_size), dtype=np.float32)
        self.epochs_trained = 0

    def _grow(self, seen: Interactions, new: Interactions) -> None:
        old = len(self.users.index_to_key), len(self.items.index_to_key)
        parts = []
        for side, n_old, n_new, rows in zip(
            (0, 1), old, (new.n_users, new.n_items), np.split(self.base, [old[0]]), strict=True
        ):
            rng = np.random.default_rng([self.seed, side, n_old])
            fresh = rng.standard_normal((n_new - n_old, self.vector_size), dtype=np.float32)
            parts += [rows, fresh * np.float32(START)]
        self.base = np.concatenate(parts)
        self._take_keys(new)
        self._see(seen)

    def _plan(self, liked: Interactions, epochs: int | None) -> Plan:
        return Plan(epochs or self.epochs, self.learning_rate, self.learning_rate, len(liked), None)

    def _make_run(
        self, liked: Interactions, plan: Plan, at: Position, observers: Sequence[Observer]
    ) -> GraphRun:
        return GraphRun(self, liked, plan, observers, at, {"base": self.base, **vars(self).pop("_held", {})})

    def _sides(self, final: Float32Array) -> tuple[Float32Array, Float32Array]:
        """Vectors of users and of items."""
        return final[: self.seen.n_users], final[self.seen.n_users :]

    def _show(self) -> None:
        """Propagate the vectors over the whole graph."""
        spreading = Spreading(graph_of(self._liked_lists, self.seen.n_items), self.layers)
        users, items = self._sides(spreading(self.base))
        for store, rows in ((self.users, users), (self.items, items)):
            store.vectors = np.ascontiguousarray(rows)
            store.vectors_changed()
        self._forget()

    # ---- files ----

    def to_state(self) -> ModelState:
        """Return the model as plain data."""
        state = super().to_state()
        state.attributes["epochs_trained"] = self.epochs_trained
        return state

    def _own_arrays(self) -> dict[str, npt.NDArray[Any]]:
        return {"base": self.base}

    def _run_arrays(self, run: Any) -> dict[str, Any]:
        found: dict[str, Any] = run.arrays()
        return found

    def _take_arrays(self, arrays: dict[str, Any]) -> None:
        self.base = np.array(arrays["base"], dtype=np.float32)
        expected = len(self.users) + len(self.items), self.vector_size
        if self.base.shape != expected:
            raise FormatError(f"a damaged {self.KIND}: base has shape {self.base.shape}, not {expected}")
        self._held = {name: array for name, array in arrays.items() if name.startswith("run_")}


MODELS.register(LightGCN.KIND, LightGCN)
