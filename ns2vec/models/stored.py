"""Models as plain data: options, files, pickles, copies."""

from __future__ import annotations

import inspect
import logging
from functools import cached_property
from operator import is_
from typing import TYPE_CHECKING, Any

import numpy as np

from ns2vec._options import flag, whole
from ns2vec.exceptions import ConfigError, FormatError, VocabularyError
from ns2vec.formats.keys import DAMAGED
from ns2vec.formats.saving import Saveable, set_attributes
from ns2vec.formats.state import ModelState
from ns2vec.keyedvectors import KeyedVectors
from ns2vec.models.deprecations import class_only
from ns2vec.models.jobs import BatchState
from ns2vec.models.parts import CoreAttribute, OutputMatrix
from ns2vec.sampling import Sampler, make_sampler
from ns2vec.training.checkpoints import ATTRIBUTE
from ns2vec.training.config import KEPT, TrainingConfig, parse_memory
from ns2vec.training.core import EmbeddingCore
from ns2vec.training.spec import Spec, alone

if TYPE_CHECKING:
    from collections.abc import Mapping

    from typing_extensions import Self

logger = logging.getLogger(__name__)

SAMPLER_STATE = "sampler_state"  # attribute of a saved model: the result of BoundSampler.state
WEIGHTS = ("syn1neg", "syn1")
# parameters of the constructor that a file must not set: a file must not train a model or make it write
NOT_SAVED = {
    "self", "sentences", "corpus_file", "trim_rule", "callbacks", "hashfxn", "checkpoint", "checkpoint_every",
}  # fmt: skip
# what a model computes again when it is needed
TRANSIENT = {
    "_batch_state", "_made_sampler", "_rows_of_tokens", "_scan", "_seen_tags", "_one_by_one", "_why_empty",
    "_checked", "_core", "load", "checkpoint", "checkpoint_every",
}  # fmt: skip
# what is stored separately in a file, or follows from other parts
SEPARATE = {"wv", "random", "cum_table", "_made_cum_table", "hashfxn", "sampler", "epochs_trained", *WEIGHTS}
# in models that earlier versions pickled
FORMER = {"_bound", "_bound_for", "_encoded", "_huffman", "_network"}


class StoredModel(Saveable):
    """A model over an `EmbeddingCore`: its options are attributes, and it can be saved and loaded.

    `wv`, `syn1neg`, `syn1` and `cum_table` are parts of the core. Subclasses have their own attributes, so
    attributes that gensim does not have begin with an underscore.
    """

    OTHERS: tuple[str, ...] = ()  # attributes that are keys with vectors, besides `wv`
    _checked: list[Any] | None = None  # values of all attributes when the options were checked

    # options, which are parameters of the constructor of each family; users may set them later
    vector_size: int
    window: int
    alpha: float
    min_alpha: float
    epochs: int
    min_count: int
    max_vocab_size: int | None
    max_final_vocab: int | None
    sample: float
    sorted_vocab: int
    null_word: int
    seed: int | None
    workers: int
    batch_words: int
    hs: int
    negative: int
    ns_exponent: float
    objective: str | None
    sampler: Any
    corpus_memory: int | str
    compute_loss: bool
    guard: str | None
    shards: int | None = None
    shard_merge: str = "sequential"
    progress: bool | None

    wv = CoreAttribute()
    epochs_trained = CoreAttribute()
    syn1neg = OutputMatrix()
    syn1 = OutputMatrix()

    # ---- options ----

    def _start_state(self) -> None:
        """Initialize what a model has before it has words."""
        vars(self).pop("_core", None)
        vars(self)["load"] = class_only
        self.lifecycle_events: list[dict[str, Any]] | None = []
        self._batch_state = BatchState()

    @cached_property
    def _core(self) -> EmbeddingCore:
        """The spec of the model."""
        return EmbeddingCore(self._config(), KeyedVectors(self.vector_size))

    def _choose_objective(self, objective: str | None) -> None:
        """``objective=`` means exactly this one, instead of `hs` and `negative`."""
        hs, negative = alone(objective, self.hs, self.negative)
        if self.hs and not hs:
            logger.warning("hs=1 has no effect: objective=%r is trained alone", objective)
        self.objective, self.hs, self.negative = objective, hs, negative

    def _config(self, **changes: Any) -> TrainingConfig:
        """Return the current options, validated; from here on, the model has them as Python's own numbers."""
        names = TrainingConfig.__dataclass_fields__
        values = {name: getattr(self, name) for name in names} | changes
        values["corpus_memory"] = parse_memory(self.corpus_memory)
        if values["seed"] is None:
            chance = np.random.SeedSequence().generate_state(1)[0]
            values["seed"] = vars(self).setdefault("_seed_by_chance", int(chance))
        values["sampler"] = self._own_sampler()
        config = TrainingConfig(**values)
        for name, lowest in (("max_vocab_size", 0), ("max_final_vocab", 1)):
            if getattr(self, name) is not None:
                setattr(self, name, whole(name, getattr(self, name), lowest))
        for name in ("sorted_vocab", "null_word"):
            setattr(self, name, int(flag(name, getattr(self, name))))
        if not isinstance(self.corpus_memory, str):
            self.corpus_memory = config.corpus_memory
        if self.shards is not None:
            self.shards = config.shards
        for name, kind in KEPT.items():
            if name not in changes and (name != "seed" or self.seed is not None):
                setattr(self, name, kind(getattr(config, name)))
        return config

    def _own_sampler(self) -> Sampler:
        """The sampler of the option `sampler`; the same object as long as the option is the same."""
        given, made = vars(self).get("_made_sampler") or (None, None)
        if made is None or given is not self.sampler:
            made = make_sampler(self.sampler)
            self._made_sampler = self.sampler, made
        return made

    def _ready(self) -> EmbeddingCore:
        """The core, with the current options; they are checked once until one is set."""
        checked, now = self._checked, self._values()
        if checked is None or len(now) != len(checked) or not all(map(is_, now, checked)):
            self._core.config = self._config()
            self._checked = self._values()
        return self._core

    def _values(self) -> list[Any]:
        """The class of its attributes."""
        return [value for name, value in vars(self).items() if name != "_checked"]

    @property
    def _spec(self) -> Spec:
        """What the model trains: inputs, and targets with their matrices."""
        return self._ready().spec

    @classmethod
    def _option_names(cls) -> set[str]:
        """Parameters that are saved, of the constructors of the class and its bases."""
        constructors = (vars(kind)["__init__"] for kind in cls.__mro__ if "__init__" in vars(kind))
        names = {name for made in constructors if made is not object.__init__ for name in named(made)}
        return names - NOT_SAVED

    @classmethod
    def _with_options(cls, options: dict[str, Any]) -> Self:
        """Make a model without a vocabulary."""
        raise NotImplementedError

    def _take_options(self, options: Mapping[str, Any]) -> None:
        """Set saved options of a subclass's own constructor; a file cannot replace a method."""
        for name, value in options.items():
            if callable(getattr(type(self), name, None)):
                logger.warning("the saved option %r is not used: the class has a method of that name", name)
            else:
                setattr(self, name, value)

    # ---- files ----

    def to_state(self) -> ModelState:
        """Return the model as plain data."""
        core, known = self._core, vars(self)
        wv = core.wv.to_state().vectors
        attributes = {name: value for name, value in known.items() if name not in TRANSIENT | SEPARATE}
        attributes["epochs_trained"] = core.epochs_trained
        attributes["sampler"] = self._plain_sampler()
        weights = [array for array in core.matrices.values() if array is not None]
        fits = all(np.shape(array) == wv.vectors.shape for array in weights)
        if fits and is_plain(self.sampler) and (gathered := self._sampler_state()):
            attributes[SAMPLER_STATE] = gathered
        if known.get("hashfxn", hash) is not hash:
            attributes["hashfxn"] = known["hashfxn"]
        n_rows, vector_size = wv.vectors.shape
        arrays = core.arrays(n_rows, vector_size, f"this {type(self).__name__}")
        return ModelState(self.KIND, wv, attributes, arrays)

    def _plain_sampler(self) -> Any:
        if isinstance(self.sampler, str):
            return self.sampler
        try:
            return make_sampler(self.sampler).state_dict()
        except (ConfigError, TypeError) as error:
            logger.warning("the sampler is not saved, set it again after loading: %s", error)
            return "unigram"

    def _sampler_state(self) -> dict[str, Any]:
        """The state that the sampler has gathered in training, for files and copies."""
        given, made = vars(self).get("_made_sampler") or (None, None)
        return self._core.tables.state_of(made) if given is self.sampler else {}

    def _restore_sampler(self, gathered: Mapping[str, Any], name: str = "") -> None:
        """Restore the state of the sampler; `name` is that of the file.

        Raises
        ------
        FormatError
            If it is not a state of such a sampler.
        """
        if not gathered:
            return
        try:
            self._ready().sampler().restore(gathered, self.vector_size)
        except (VocabularyError, *DAMAGED) as error:
            reason = f"{error}" if isinstance(error, ConfigError) else f"{type(error).__name__}: {error}"
            raise FormatError(
                f"{name}: the state of the sampler does not fit {make_sampler(self.sampler)!r}: {reason}"
            ) from None

    @classmethod
    def from_state(cls, state: ModelState) -> Self:
        """Make a model from plain data, ready to be trained on.

        Raises
        ------
        FormatError
            If weights and vectors do not have the same shape, or the sampler's state does not fit it.
        ConfigError
            If an option has a value that cannot work.
        """
        attributes = dict(state.attributes)
        options = {name: attributes.pop(name) for name in cls._option_names() & attributes.keys()}
        made = cls._with_options({**options, "vector_size": state.vectors.vectors.shape[1]})
        for name in ("corpus_count", "corpus_total_words"):
            attributes.setdefault(name, None)  # which old versions of gensim did not save
        attributes.pop("layer1_size", None)
        gathered = attributes.pop(SAMPLER_STATE, {})
        checkpoint = attributes.pop(ATTRIBUTE, None)  # in a checkpoint that is read as a model
        made._core.epochs_trained = attributes.pop("epochs_trained", 0)
        if callable(attributes.get("hashfxn")):
            made.__dict__["hashfxn"] = attributes.pop("hashfxn")
        set_attributes(made, attributes)
        made._ready().adopt(type(made.wv).from_state(ModelState(made.wv.KIND, state.vectors)), state.arrays)
        has_sampler = not isinstance(checkpoint, dict) or checkpoint.get("has_sampler", True)
        if "sampler" in options and has_sampler:
            made._restore_sampler(gathered, state.name)
        return made

    @classmethod
    def load(cls, *args: Any, rethrow: bool = False, **kwargs: Any) -> Any:
        """Read a model that ns2vec or gensim (0.12 to 4.4) saved; it can be trained on.

        Parameters
        ----------
        fname : path, or file object opened for reading bytes
        mmap : {None, "r", "r+", "c"}
            Map the arrays instead of reading them; ``"c"`` can be trained on without changing the file.
        rethrow : bool
            Accepted for gensim's sake.

        Raises
        ------
        AttributeError
            If the file holds a model of another kind.
        FormatError
            If the file is damaged, holds no model, or names something that could run code.
        """
        model = super().load(*args, **kwargs)
        if not isinstance(model, StoredModel):
            raise AttributeError(
                f"Model of type {type(model).__name__} can't be loaded by {cls.__name__}: use "
                f"{type(model).__name__}.load"
            )
        return model

    # ---- copies ----

    def __getstate__(self) -> dict[str, Any]:
        core = self._core
        state = {name: value for name, value in vars(self).items() if name not in TRANSIENT}
        parts = {"wv": core.wv, "epochs_trained": core.epochs_trained, **core.matrices}
        tables = {"cum_table": core.tables.cum_table, "_made_cum_table": core.tables.made_cum_table}
        return {**state, **parts, **tables, SAMPLER_STATE: self._sampler_state()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        if "sampler" not in state:  # pickled by gensim, and its names are ns2vec's in this process
            state = self._state_of_gensim(state)
        state = {name: value for name, value in state.items() if name not in FORMER}
        wv, epochs, gathered = state.pop("wv"), state.pop("epochs_trained", 0), state.pop(SAMPLER_STATE, {})
        tables = state.pop("cum_table", None), state.pop("_made_cum_table", None)
        outputs = {name: state.pop(name) for name in WEIGHTS if name in state}
        vars(self).update(state)
        vars(self).update(dict.fromkeys(TRANSIENT - {"_core"}))
        vars(self).update(load=class_only, _batch_state=BatchState())
        core = self._core
        core.wv, core.epochs_trained, core.matrices = wv, epochs, outputs
        core.tables.cum_table, core.tables.made_cum_table = tables
        self._restore_sampler(gathered)

    def _state_of_gensim(self, state: dict[str, Any]) -> dict[str, Any]:
        """Return the attributes of our model for those that gensim 4 pickled."""
        vectors = state["wv"].to_state().vectors
        arrays = {name: state[name] for name in WEIGHTS if state.get(name) is not None}
        options = {
            name: value
            for name, value in state.items()
            if name not in {*TRANSIENT, *SEPARATE, *self.OTHERS} and not name.startswith("__")
        }
        others = {name: state[name].to_state().vectors for name in self.OTHERS}
        plain = ModelState(self.KIND, vectors, options, arrays, others=others)
        return type(self).from_state(plain).__getstate__()


def named(constructor: Any) -> list[str]:
    """Parameters that have a name."""
    variable = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    found = inspect.signature(constructor).parameters.values()
    return [parameter.name for parameter in found if parameter.kind not in variable]


def is_plain(sampler: Any) -> bool:
    """Whether a sampler can be saved."""
    try:
        return isinstance(sampler, str) or bool(make_sampler(sampler).state_dict())
    except (ConfigError, TypeError):
        return False
