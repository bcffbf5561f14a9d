"""Recommenders that are trained on pairs of a user and an item, by the engine that trains words."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from ns2vec._options import flag, number, whole
from ns2vec._registry import Registry
from ns2vec._typing import Float64Array
from ns2vec.exceptions import ConfigError
from ns2vec.formats.state import ModelState
from ns2vec.keyedvectors import KeyedVectors
from ns2vec.models.resuming import padded
from ns2vec.models.stored import SAMPLER_STATE
from ns2vec.objectives import Objective, SampledSoftmax
from ns2vec.recommend.interactions import Interactions
from ns2vec.recommend.recommender import Recommender
from ns2vec.sampling import make_sampler
from ns2vec.training.checkpoints import Position
from ns2vec.training.config import TrainingConfig
from ns2vec.training.core import EmbeddingCore
from ns2vec.training.decay import Decay
from ns2vec.training.observers import Observer
from ns2vec.training.pairs import PairFeed, Pairs
from ns2vec.training.run import Plan, Run
from ns2vec.training.spec import Spec, TargetSpec
from ns2vec.training.units import Units
from ns2vec.vocab import Growth

END = 0.01  # the learning rate falls to this share of its initial value


class Bpr(Objective):
    """log s(x_ui - x_uj) for an item j that was not chosen (Rendle et al. 2009, arXiv:1205.2618, eq. 4)."""

    name, link = "bpr", "bpr"


class Hinge(Objective):
    """A margin of 1 between chosen items and others."""

    name, link = "hinge", "hinge"


class Logistic(Objective):
    """Each item separately: log s(x_ui) for chosen items, log s(-x_uj) for others."""

    name = "logistic"


@dataclass(frozen=True)
class Loss:
    """The training of a loss, and its default options.

    Attributes
    ----------
    objective : type of Objective
    sampler : str
    negatives : int
    learning_rate, regularization : float
    epochs : int
    """

    objective: type[Objective]
    sampler: str
    negatives: int
    learning_rate: float
    regularization: float
    epochs: int


#: Name -> loss of a pair model.
LOSSES: Registry[Loss] = Registry("loss")
LOSSES.register("bpr", Loss(Bpr, "uniform", 1, 0.15, 0.01, 60))
LOSSES.register("warp", Loss(Hinge, "warp:tries=30", 1, 0.01, 0.75, 50))
LOSSES.register("logistic", Loss(Logistic, "uniform", 5, 0.1, 0.01, 60))
LOSSES.register("softmax", Loss(SampledSoftmax, "uniform", 20, 0.1, 0.01, 60))


class PairModel(Recommender):
    """Base of matrix factorisation and factorisation machine: their training, growth and files.

    Parameters
    ----------
    loss : {"bpr", "warp", "logistic", "softmax"}
        ``"bpr"`` ranks chosen items above others, one pair at a time (Rendle et al. 2009, arXiv:1205.2618);
        ``"warp"`` does so with most weight on the top of the list (Weston et al. 2011, "WSABIE");
        ``"logistic"`` treats each item as a yes or a no (Johnson 2014, "Logistic matrix factorization");
        ``"softmax"`` finds the chosen item among all items, by a sampled softmax with a correction for how
        often an item is drawn (Yi et al. 2019, RecSys).
    vector_size : int
        Length of the vectors.
    epochs : int, optional
        Passes over the interactions. For this and the options below, None takes the default of the loss: see
        `ns2vec.recommend.pair_model.LOSSES`.
    learning_rate : float, optional
        Falls linearly to a hundredth of its initial value.
    regularization : float, optional
        L2: at each update a row loses the share ``learning_rate * regularization`` of itself. This is applied
        after each epoch, for all its updates at once, and leaves at least a quarter of the row.
    negatives : int, optional
        Items that each chosen item is compared with. Items that the user has chosen are never drawn.
    sampler : str or Sampler, optional
        How negatives are drawn, by name: ``"uniform"``, ``"unigram"``, ``"dynamic:m=8,base=uniform"`` ...
    compute_loss : bool
        Keep the mean loss of each epoch in `epoch_losses`.
    seed, workers : int
        With one worker, the same seed gives the same bytes.
    progress : bool, optional
        Show a progress bar; None: only on a terminal.
    shards : int, optional
        Train in rounds of this many parts, so that the same seed gives the same bytes for any number of
        workers; see docs/scaling.md.
    """

    BIAS = True  # each item has a bias
    # factors of the learning rate and regularization in `LOSSES` that suit a loss here
    PACE: ClassVar[dict[str, tuple[float, float]]] = {}

    def __init__(
        self,
        loss: str = "bpr",
        vector_size: int = 64,
        epochs: int | None = None,
        learning_rate: float | None = None,
        regularization: float | None = None,
        negatives: int | None = None,
        sampler: Any = None,
        compute_loss: bool = False,
        seed: int = 1,
        workers: int = 1,
        progress: bool | None = None,
        shards: int | None = None,
    ) -> None:
        super().__init__()
        self.loss, self.vector_size, self.epochs = loss, vector_size, epochs
        self.learning_rate, self.regularization = learning_rate, regularization
        self.negatives, self.sampler, self.compute_loss = negatives, sampler, compute_loss
        self.seed, self.workers, self.shards, self.progress = seed, workers, shards, progress
        self._core: EmbeddingCore | None = None
        self._check_training()
        if epochs is not None:
            whole("epochs", epochs, 1)

    @cached_property
    def _settings(self) -> TrainingConfig:
        """The configuration for the engine."""
        usual, pace = LOSSES[self.loss], self.PACE.get(self.loss, (1.0, 1.0))
        rate = usual.learning_rate * pace[0] if self.learning_rate is None else self.learning_rate
        rate = number("learning_rate", rate, 0.0)
        strength = usual.regularization * pace[1] if self.regularization is None else self.regularization
        self._strength = number("regularization", strength, 0.0)
        if self._strength * rate >= 1.0:
            raise ConfigError(
                f"learning_rate * regularization must be below 1, got {rate:g} * {self._strength:g}"
            )
        return TrainingConfig(
            vector_size=whole("vector_size", self.vector_size, 1),
            negative=usual.negatives if self.negatives is None else whole("negatives", self.negatives, 1),
            sampler=make_sampler(usual.sampler if self.sampler is None else self.sampler),
            alpha=rate,
            min_alpha=END * rate,
            seed=whole("seed", self.seed),
            workers=whole("workers", self.workers, 1),
            shards=self.shards,
            compute_loss=flag("compute_loss", self.compute_loss),
            sample=0.0,
        )

    def _check_training(self) -> None:
        """Refuse options that cannot be trained with."""
        _ = self._settings

    # ---- the model ----

    def _spec(self, config: TrainingConfig, n_items: int) -> Spec:
        target = TargetSpec("items", LOSSES[self.loss].objective, bias=self.BIAS, start="random")
        return Spec((target,), reader="pairs")

    def _units(self, store: KeyedVectors, side: str) -> Units:
        """The units of users or of items."""
        return Units(store, name=side)

    def _new_core(self) -> EmbeddingCore:
        users, items = self._units(self.users, "users"), self._units(self.items, "items")
        users.shift = 1  # the two sides are not initialized alike
        return EmbeddingCore(self._settings, users, outputs=items, spec=self._spec)

    def _ready(self) -> EmbeddingCore:
        """The core of a trained model, or of a loaded one."""
        self._check_fitted()
        if self._core is None:
            self._core = core = self._new_core()
            self._take_weights(core)
            vars(self).pop("_loaded", None)
        return self._core

    def _take_weights(self, core: EmbeddingCore) -> None:
        """Set the weights of a core from a file."""
        self._count(core)
        if "items" not in core.matrices:
            core.inputs.matrix = padded(self.users.vectors)
            core.matrices["items"] = padded(self.items.vectors)
        if self.item_bias is not None:
            core.matrices["items_bias"] = np.array(self.item_bias, dtype=np.float32)
        loaded = vars(self).get("_loaded", {})
        core.epochs_trained = int(loaded.get("epochs_trained", 0))
        if loaded.get(SAMPLER_STATE):
            core.sampler().restore(loaded[SAMPLER_STATE], self.vector_size)
        self._show()

    def _count(self, core: EmbeddingCore) -> None:
        """Give a core the counts of users and items, and the items that are not negatives of each user."""
        liked = self.seen.positives()
        for units, rows in ((core.inputs, liked.users), (core.outputs, liked.items)):
            counts = np.bincount(rows, minlength=len(units.wv.index_to_key))
            units.columns()["count"] = counts.astype(np.int64)
        core.known = self._liked_lists

    def _show(self) -> None:
        core = self._ready()
        self.items.vectors = core.output("items")
        self.item_bias = core.output("items_bias") if self.BIAS else None
        for store in (self.users, self.items):
            store.vectors_changed()
        self._forget()

    # ---- training ----

    def _start(self) -> None:
        self._core = self._new_core()

    def _grow(self, seen: Interactions, new: Interactions) -> None:
        core = self._ready()
        is_fresh = not core.inputs.wv.index_to_key
        self._see(seen)
        self._add_keys(core, new)
        if is_fresh:
            self._begin(core)
        else:
            core.extend(self._settings.seed)
        self._show()

    def _begin(self, core: EmbeddingCore) -> None:
        """Initialize the weights."""
        core.begin(self._settings.seed)

    def _add_keys(self, core: EmbeddingCore, data: Interactions) -> None:
        """Append new keys; none has weights yet."""
        for units, keys in ((core.inputs, data.user_keys), (core.outputs, data.item_keys)):
            n_known = len(units.wv.index_to_key)
            rows = np.arange(n_known, len(keys), dtype=np.int32)
            units.columns().setdefault("count", np.zeros(n_known, dtype=np.int64))
            units.add(Growth(list(keys[n_known:]), rows, np.zeros(len(rows), dtype=np.int64), 1, {}))
        self._count(core)

    def _plan(self, liked: Interactions, epochs: int | None) -> Plan:
        config, usual = self._settings, LOSSES[self.loss].epochs
        n_epochs = epochs or (usual if self.epochs is None else whole("epochs", self.epochs, 1))
        return Plan(n_epochs, config.alpha, config.min_alpha, len(liked), None)

    def _make_run(self, liked: Interactions, plan: Plan, at: Position, observers: Sequence[Observer]) -> Run:
        self._check_training()
        core = self._ready()
        decay = Decay(self._strength, self._touches(core, liked))
        return Run(core, plan, PairFeed(Pairs(liked.users, liked.items)), (*observers, decay), at, model=self)

    def _touches(self, core: EmbeddingCore, liked: Interactions) -> dict[str, Float64Array]:
        """How often an epoch updates each row; an item as a negative, on average."""
        users = np.bincount(liked.users, minlength=liked.n_users).astype(np.float64)
        log_q = core.sampler().source.log_q  # None for a sampler that looks at the model
        share = 1.0 / liked.n_items if log_q is None else np.exp(log_q.astype(np.float64))
        n_negatives = len(liked) * self._settings.negative
        items = np.bincount(liked.items, minlength=liked.n_items) + n_negatives * share
        found = {"inputs": users, "items": items}
        return found | {"items_bias": items} if self.BIAS else found

    # ---- files ----

    def to_state(self) -> ModelState:
        """Return the model as plain data."""
        core, state = self._ready(), super().to_state()
        state.attributes["sampler"] = plain_sampler(self.sampler)
        state.attributes["_loaded"] = {
            "epochs_trained": core.epochs_trained,
            SAMPLER_STATE: core.tables.state_of(self._settings.sampler),
        }
        return state

    def __getstate__(self) -> dict[str, Any]:
        state = self.to_state() if "users" in vars(self) else None
        return {"state": state, "options": {name: getattr(self, name) for name in self.OPTIONS}}

    def __setstate__(self, pickled: dict[str, Any]) -> None:
        made = type(self)(**pickled["options"])
        if pickled["state"] is not None:
            made = type(self).from_state(copy.deepcopy(pickled["state"]))
        vars(self).update(vars(made))


def plain_sampler(sampler: Any) -> Any:
    """The sampler in the form for a file."""
    return sampler if sampler is None or isinstance(sampler, str) else make_sampler(sampler).state_dict()
