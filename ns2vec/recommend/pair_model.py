"""Recommenders that are trained on pairs of a user and an item by the engine that trains words."""

from __future__ import annotations

import copy
import logging
from dataclasses import asdict, dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import numpy as np

from ns2vec._options import flag, number, whole
from ns2vec._registry import Registry
from ns2vec._typing import Float64Array, PathLike
from ns2vec.exceptions import ConfigError, FormatError
from ns2vec.formats.state import ModelState
from ns2vec.keyedvectors import KeyedVectors
from ns2vec.models.resuming import padded
from ns2vec.models.stored import SAMPLER_STATE
from ns2vec.objectives import Objective, SampledSoftmax
from ns2vec.recommend.interactions import Interactions, joined
from ns2vec.recommend.recommender import Recommender
from ns2vec.sampling import make_sampler
from ns2vec.training.checkpoints import (
    ATTRIBUTE,
    CheckpointFolder,
    Position,
    Saver,
    parse_interval,
)
from ns2vec.training.config import TrainingConfig
from ns2vec.training.core import EmbeddingCore
from ns2vec.training.decay import Decay
from ns2vec.training.guard import check_rows
from ns2vec.training.network import Network
from ns2vec.training.observers import EpochLog, EpochTally, Observer, ProgressObserver
from ns2vec.training.pairs import PairFeed, Pairs
from ns2vec.training.run import Plan, Run
from ns2vec.training.spec import Spec, TargetSpec
from ns2vec.training.units import Units
from ns2vec.vocab import Growth

if TYPE_CHECKING:
    from typing_extensions import Self

logger = logging.getLogger(__name__)

END = 0.01  # the learning rate falls to this share of where it began


class Bpr(Objective):
    """log s(x_ui - x_uj) for an item j that was not chosen (Rendle et al. 2009, arXiv:1205.2618, eq. 4)."""

    name, link = "bpr", "bpr"


class Hinge(Objective):
    """The margin of 1 between what was chosen and what was not."""

    name, link = "hinge", "hinge"


class Logistic(Objective):
    """Each item on its own: log s(x_ui) of what was chosen, log s(-x_uj) of what was not."""

    name = "logistic"


@dataclass(frozen=True)
class Loss:
    """What a loss trains, and options that suit it where the user gives none.

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


class EpochLosses(Observer):
    """Notes the mean loss of each epoch in a list."""

    def __init__(self, losses: list[float]) -> None:
        self.losses = losses

    def on_epoch(self, run: Run, done: EpochTally) -> None:
        """Note it."""
        if run.has_loss:
            self.losses.append(done.loss / max(1, done.n_words))


class PairModel(Recommender):
    """Base of matrix factorisation and factorisation machine: how they are trained, grow and are kept.

    Parameters
    ----------
    loss : {"bpr", "warp", "logistic", "softmax"}
        What was chosen is ranked above what was not, one item at a time (Rendle et al. 2009,
        arXiv:1205.2618); so that the top of the list counts most (Weston et al. 2011, "WSABIE"); each item is
        a yes or a no (Johnson 2014, "Logistic matrix factorization"); or the chosen item is found among all,
        by a sampled softmax with the correction for how often an item is drawn (Yi et al. 2019, RecSys).
    vector_size : int
        Length of the vectors.
    epochs : int, optional
        Passes over the interactions. For this and the options below None is what suits the loss: see
        `ns2vec.recommend.pair_model.LOSSES`.
    learning_rate : float, optional
        Falls in a line to a hundredth of it.
    regularization : float, optional
        L2: at each touch a row loses the share ``learning_rate * regularization`` of itself. It is taken
        after each epoch, for all touches of the epoch at once, and leaves at least a quarter.
    negatives : int, optional
        Items that each choice is compared with. What a user has chosen is never drawn.
    sampler : str or Sampler, optional
        Where they come from, by name: ``"uniform"``, ``"unigram"``, ``"dynamic:m=8,base=uniform"`` ...
    compute_loss : bool
        Keep the mean loss of each epoch in `epoch_losses`.
    seed, workers : int
        With one worker equal seeds give equal bytes.
    progress : bool, optional
        Show a bar; None: on a terminal.
    shards : int, optional
        Train in rounds of so many parts, so that equal seeds give equal bytes for any number of workers; see
        docs/scaling.md.
    """

    BIAS = True  # each item has a bias of its own
    PACE = (1.0, 1.0)  # usual learning rate and regularisation, as shares of those of a row alone

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
        _ = self._settings
        if epochs is not None:
            whole("epochs", epochs, 1)

    @cached_property
    def _settings(self) -> TrainingConfig:
        """What the engine is told."""
        usual = LOSSES[self.loss]
        rate = usual.learning_rate * self.PACE[0] if self.learning_rate is None else self.learning_rate
        rate = number("learning_rate", rate, 0.0)
        strength = usual.regularization * self.PACE[1] if self.regularization is None else self.regularization
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

    # ---- what is trained ----

    def _spec(self, config: TrainingConfig, n_items: int) -> Spec:
        target = TargetSpec("items", LOSSES[self.loss].objective, bias=self.BIAS, start="random")
        return Spec((target,), reader="pairs")

    def _units(self, store: KeyedVectors, side: str) -> Units:
        """Where the vectors of users or of items are."""
        return Units(store, name=side)

    def _new_core(self) -> EmbeddingCore:
        users, items = self._units(self.users, "users"), self._units(self.items, "items")
        users.shift = 1  # the two sides do not begin alike
        return EmbeddingCore(self._settings, users, outputs=items, spec=self._spec)

    def _ready(self) -> EmbeddingCore:
        """The core of a model that was trained, or of one that was loaded."""
        self._check_fitted()
        if self._core is None:
            self._core = core = self._new_core()
            self._take_weights(core)
            vars(self).pop("_loaded", None)
        return self._core

    def _take_weights(self, core: EmbeddingCore) -> None:
        """Give a core what a file held."""
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
        self._show(core)

    def _count(self, core: EmbeddingCore) -> None:
        """Tell a core how often each user and each item is there, and what no negative is."""
        liked = self.seen.positives()
        for units, rows in ((core.inputs, liked.users), (core.outputs, liked.items)):
            counts = np.bincount(rows, minlength=len(units.wv.index_to_key))
            units.columns()["count"] = counts.astype(np.int64)
        core.known = self._liked_lists

    def _show(self, core: EmbeddingCore) -> None:
        """Let users see what was trained."""
        self.items.vectors = core.output("items")
        self.items.vectors_changed()
        self.item_bias = core.output("items_bias") if self.BIAS else None

    # ---- training ----

    def fit(self, data: Any, *, checkpoint: PathLike | None = None, checkpoint_every: Any = None) -> Self:
        """Train on interactions; what was learned before is forgotten.

        Parameters
        ----------
        data : Interactions, or a source that `read_interactions` takes
            Those of a weight above 0 are learned from; the others are only not recommended again.
        checkpoint : path, optional
            Folder that keeps how far training has come; see `resume`.
        checkpoint_every : int or str, optional
            Epochs, or a time such as ``"10min"``, which it is unless given.

        Raises
        ------
        ConfigError
            If `checkpoint_every` cannot be, or the folder holds checkpoints of another run.
        CorpusError
            If there is nothing to learn from.
        """
        if checkpoint is None and checkpoint_every is not None:
            raise ConfigError("checkpoint_every needs checkpoint, the folder that they go to")
        parse_interval(checkpoint_every)
        if checkpoint is not None:
            CheckpointFolder(checkpoint).prepare()
        found = self._read(data)
        self.users, self.items = KeyedVectors(self.vector_size), KeyedVectors(self.vector_size)
        self.item_bias, self.epoch_losses = None, []
        self._see(found)
        self._core = core = self._new_core()
        self._add_keys(core, found)
        self._begin(core)
        self._show(core)
        usual = LOSSES[self.loss].epochs
        plan = self._plan(len(found.positives()), usual if self.epochs is None else self.epochs)
        self._run(plan, Position(last_alpha=plan.start_alpha), (checkpoint, checkpoint_every))
        return self

    def partial_fit(self, data: Any, *, epochs: int = 1) -> Self:
        """Learn from further interactions; new users and items get rows after the old ones.

        Parameters
        ----------
        data : Interactions, or a source that `read_interactions` takes
        epochs : int
            Passes over the new interactions.

        Raises
        ------
        CorpusError
            If there is nothing to learn from.
        """
        epochs = whole("epochs", epochs, 1)
        if "users" not in vars(self):
            return self.fit(data)
        core, found = self._ready(), self._read(data)
        new = found.onto(self.users.index_to_key, self.items.index_to_key)
        self._grow(core, new)
        plan = self._plan(len(new.positives()), epochs)
        self._run(plan, Position(last_alpha=plan.start_alpha), pairs=new.positives())
        return self

    def _begin(self, core: EmbeddingCore) -> None:
        """Fresh weights."""
        core.begin(self._settings.seed)

    def _grow(self, core: EmbeddingCore, new: Interactions) -> None:
        """Give new users and items rows, and take note of what was met."""
        self._see(joined(self.seen, new))
        self._add_keys(core, new)
        core.extend(self._settings.seed)
        self._show(core)

    def _add_keys(self, core: EmbeddingCore, data: Interactions) -> None:
        """Take the keys that come after those there are; none has weights yet."""
        for units, keys in ((core.inputs, data.user_keys), (core.outputs, data.item_keys)):
            n_known = len(units.wv.index_to_key)
            rows = np.arange(n_known, len(keys), dtype=np.int32)
            units.columns().setdefault("count", np.zeros(n_known, dtype=np.int64))
            units.add(Growth(list(keys[n_known:]), rows, np.zeros(len(rows), dtype=np.int64), 1, {}))
        self._count(core)

    def _plan(self, n_pairs: int, epochs: int) -> Plan:
        config = self._settings
        return Plan(whole("epochs", epochs, 1), config.alpha, config.min_alpha, n_pairs, None)

    def _run(
        self,
        plan: Plan,
        at: Position,
        checkpoint: tuple[PathLike | None, Any] = (None, None),
        pairs: Interactions | None = None,
    ) -> None:
        """All epochs of a plan, or those behind a position."""
        core = self._ready()
        liked = self.seen.positives() if pairs is None else pairs
        observers: list[Observer] = [
            ProgressObserver(self.progress),
            EpochLog(),
            EpochLosses(self.epoch_losses),
            Decay(self._strength, self._touches(core, liked)),
        ]
        saver = None
        if checkpoint[0] is not None:
            write = partial(self._write_checkpoint, CheckpointFolder(checkpoint[0]), plan)
            saver = Saver(parse_interval(checkpoint[1]), write, at)
            observers.append(saver)
        run = Run(core, plan, PairFeed(Pairs(liked.users, liked.items)), tuple(observers), at)
        try:
            run.train()
        finally:
            self._show(core)
            self.users.vectors_changed()
            self._forget()
        if saver is not None:
            saver.finish(run)

    def _touches(self, core: EmbeddingCore, liked: Interactions) -> dict[str, Float64Array]:
        """How often an epoch moves each row; that of an item as a negative, on average."""
        users = np.bincount(liked.users, minlength=liked.n_users).astype(np.float64)
        log_q = core.sampler().source.log_q  # None: of a sampler that looks at the model
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

    def _write_checkpoint(
        self, folder: CheckpointFolder, plan: Plan, at: Position, network: Network | None
    ) -> None:
        """Keep how far a run has come; a full disk is told and does not end it."""
        if network is not None:
            check_rows(network.weights(), at.last_alpha)
            network.write_back()
            self._ready().compose()
        self._show(self._ready())
        state = self.to_state()
        state.attributes[ATTRIBUTE] = {"plan": asdict(plan), "position": at.to_plain()}
        try:
            path = folder.write(state)
        except OSError as error:
            logger.error("no checkpoint: %s; training goes on", error)
        else:
            logger.info("%s: epoch %d, chunk %d", path, at.epoch + 1, at.chunks.n_jobs)

    @classmethod
    def resume(cls, folder: PathLike, *, checkpoint_every: Any = None) -> Self:
        """Go on with a `fit` from the newest checkpoint in a folder, to the end.

        With ``workers=1``, or with shards, the model is, to the byte, the one that an uninterrupted run would
        have made. The interactions are in the checkpoint.

        Raises
        ------
        FileNotFoundError
            If there is no checkpoint.
        FormatError
            If none can be read.
        """
        path, state = CheckpointFolder(folder).read()
        saved = state.attributes.pop(ATTRIBUTE)
        try:
            plan, at = Plan(**saved["plan"]), Position.from_plain(saved["position"])
        except (KeyError, TypeError, ValueError) as error:
            raise FormatError(f"{path}: a damaged checkpoint: {error!r}") from None
        model = cls.from_state(state)
        if not at.is_finished:
            model._run(plan, at, (folder, checkpoint_every))
        return model

    def __getstate__(self) -> dict[str, Any]:
        state = self.to_state() if "users" in vars(self) else None
        return {"state": state, "options": {name: getattr(self, name) for name in self.OPTIONS}}

    def __setstate__(self, pickled: dict[str, Any]) -> None:
        made = type(self)(**pickled["options"])
        if pickled["state"] is not None:
            made = type(self).from_state(copy.deepcopy(pickled["state"]))
        vars(self).update(vars(made))


def plain_sampler(sampler: Any) -> Any:
    """A sampler as a file keeps it."""
    return sampler if sampler is None or isinstance(sampler, str) else make_sampler(sampler).state_dict()
