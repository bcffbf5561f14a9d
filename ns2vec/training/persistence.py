"""The part of Word2Vec that becomes plain data and comes back from it: save, load, pickle, deepcopy."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import numpy as np

from ns2vec.exceptions import ConfigError, FormatError, VocabularyError
from ns2vec.formats.fitting import fit_rows
from ns2vec.formats.keys import DAMAGED
from ns2vec.formats.saving import Saveable, set_attributes
from ns2vec.formats.state import ModelState, VectorState
from ns2vec.sampling import make_sampler
from ns2vec.training.checkpoints import ATTRIBUTE
from ns2vec.training.encoding import EncodedCache
from ns2vec.training.jobs import BatchState
from ns2vec.training.legacy import class_only
from ns2vec.training.tables import Tables

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from typing_extensions import Self

__all__ = ["PersistenceMixin", "SAMPLER_STATE", "is_plain"]

logger = logging.getLogger(__name__)

SAMPLER_STATE = "sampler_state"  # attribute of a saved model: what BoundSampler.state returned
WEIGHTS = ("syn1neg", "syn1")
# what a model makes again when it needs it
TRANSIENT = {
    "_batch_state", "_encoded", "_network", "_rows_of_tokens", "_scan", "_shares_words", "_tables",
    "_why_empty", "load",
    "checkpoint", "checkpoint_every",
}  # fmt: skip
# what has a place of its own in a file, or follows from what is there
SEPARATE = {"wv", "random", "cum_table", "_made_cum_table", "hashfxn", "sampler", *WEIGHTS}
# of models that earlier versions pickled
FORMER = {"_bound", "_bound_for", "_huffman"}


class PersistenceMixin(Saveable):
    """Saving and loading; mixed into `ns2vec.Word2Vec`."""

    KIND = "Word2Vec"

    if TYPE_CHECKING:
        wv: Any
        hs: int
        sampler: Any
        cum_table: Any
        _tables: Tables
        vector_size: int
        _make_tables: Callable[[], None]
        bound_sampler: Callable[[], Any]

    # ---- files ----

    def to_state(self) -> ModelState:
        """Return the model as plain data."""
        wv = self.wv.to_state().vectors
        known = vars(self)
        attributes = {name: value for name, value in known.items() if name not in TRANSIENT | SEPARATE}
        attributes["sampler"] = self._plain_sampler()
        arrays = self._fitted_weights(wv.vectors)
        weights = [known[name] for name in WEIGHTS if known.get(name) is not None]
        fits = all(np.shape(array) == wv.vectors.shape for array in weights)
        if fits and is_plain(self.sampler) and (gathered := self._sampler_state()):
            attributes[SAMPLER_STATE] = gathered
        if known.get("hashfxn", hash) is not hash:
            attributes["hashfxn"] = known["hashfxn"]
        if self._tables.has_own_noise:
            arrays["cum_table"] = np.asarray(self.cum_table)
        return ModelState(self.KIND, wv, attributes, arrays)

    def _fitted_weights(self, vectors: Any) -> dict[str, Any]:
        """Return the output weights, with as many rows as there are vectors; without those of other sizes."""
        found = {}
        for name in WEIGHTS:
            array = vars(self).get(name)
            if array is None:
                continue
            if np.shape(array)[1:] == vectors.shape[1:]:
                found[name] = fit_rows(array, len(vectors), name, f"this {type(self).__name__}")
            else:
                logger.warning(
                    "%s is not saved: it has shape %s, the vectors have shape %s; train anew after loading",
                    name, np.shape(array), vectors.shape,
                )  # fmt: skip
        return found

    def _plain_sampler(self) -> Any:
        if isinstance(self.sampler, str):
            return self.sampler
        try:
            return make_sampler(self.sampler).state_dict()
        except (ConfigError, TypeError) as error:
            logger.warning("the sampler is not saved, set it again after loading: %s", error)
            return "unigram"

    def _sampler_state(self) -> dict[str, Any]:
        """What the sampler has gathered in training, for files and copies."""
        tables = self._tables
        return {} if tables.bound is None or tables.bound_for is not self.sampler else tables.bound.state()

    def _restore_sampler(self, gathered: Mapping[str, Any], name: str = "") -> None:
        """Give the sampler what it had gathered; `name` is that of the file.

        Raises
        ------
        FormatError
            If it is not the state of such a sampler.
        """
        if not gathered:
            return
        try:
            self.bound_sampler().restore(gathered, self.vector_size)
        except (VocabularyError, *DAMAGED) as error:
            reason = f"{error}" if isinstance(error, ConfigError) else f"{type(error).__name__}: {error}"
            raise FormatError(
                f"{name}: the state of the sampler does not fit {make_sampler(self.sampler)!r}: {reason}"
            ) from None

    @classmethod
    def from_state(cls, state: ModelState) -> Self:
        """Make a model of plain data, ready to be trained on.

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
            attributes.setdefault(name, None)  # which old versions of gensim did not note
        attributes.pop("layer1_size", None)
        gathered = attributes.pop(SAMPLER_STATE, {})
        checkpoint = attributes.pop(ATTRIBUTE, None)  # of one that is read as a model
        if callable(attributes.get("hashfxn")):
            made.__dict__["hashfxn"] = attributes.pop("hashfxn")
        set_attributes(made, attributes)
        made._adopt(state.vectors, state.arrays)
        has_sampler = not isinstance(checkpoint, dict) or checkpoint.get("has_sampler", True)
        if "sampler" in options and has_sampler:
            made._restore_sampler(gathered, state.name)
        return made

    @classmethod
    def _option_names(cls) -> set[str]:
        """Parameters of Word2Vec's constructor that are saved."""
        raise NotImplementedError

    @classmethod
    def _with_options(cls, options: dict[str, Any]) -> Self:
        """Make a model without a vocabulary."""
        raise NotImplementedError

    def _adopt(self, vectors: VectorState, arrays: dict[str, Any]) -> None:
        self.wv = wv = type(self.wv).from_state(ModelState(self.wv.KIND, vectors))
        wv.norms = None  # as after training; whoever looks at a model's vectors reads them as they are
        if not hasattr(wv, "vectors_lockf"):
            wv.vectors_lockf = np.ones(1, dtype=np.float32)
        for name in WEIGHTS:
            if name in arrays:
                if arrays[name].shape != wv.vectors.shape:
                    raise FormatError(
                        f"{name} has shape {arrays[name].shape}, the vectors have shape {wv.vectors.shape}"
                    )
                setattr(self, name, arrays[name])
        self._make_tables()
        if "cum_table" in arrays:
            self.cum_table = np.array(arrays["cum_table"])

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
            If the file is damaged, holds no model, or names what could run code.
        """
        model = super().load(*args, **kwargs)
        if not isinstance(model, PersistenceMixin):
            raise AttributeError(
                f"Model of type {type(model).__name__} can't be loaded by {cls.__name__}: use "
                f"{type(model).__name__}.load"
            )
        return model

    # ---- copies ----

    def __getstate__(self) -> dict[str, Any]:
        state = {name: value for name, value in vars(self).items() if name not in TRANSIENT}
        tables = {"cum_table": self._tables.cum_table, "_made_cum_table": self._tables.made_cum_table}
        return state | tables | {SAMPLER_STATE: self._sampler_state()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        if "sampler" not in state:  # gensim pickled it, and its names are ns2vec's in this process
            state = self._state_of_gensim(state)
        gathered = state.pop(SAMPLER_STATE, {})
        tables = Tables()
        tables.cum_table, tables.made_cum_table = state.pop("cum_table"), state.pop("_made_cum_table")
        self.__dict__.update({name: value for name, value in state.items() if name not in FORMER})
        self.__dict__.update(dict.fromkeys(TRANSIENT))
        self.__dict__.update(load=class_only, _encoded=EncodedCache(), _batch_state=BatchState())
        self.__dict__.update(_tables=tables, _shares_words=False)
        self._restore_sampler(gathered)

    def _state_of_gensim(self, state: dict[str, Any]) -> dict[str, Any]:
        """Return the attributes of a model of ours for those that gensim 4 pickled."""
        vectors = state["wv"].to_state().vectors
        arrays = {name: state[name] for name in WEIGHTS if state.get(name) is not None}
        options = {
            name: value
            for name, value in state.items()
            if name not in TRANSIENT | SEPARATE and not name.startswith("__")
        }
        return type(self).from_state(ModelState(self.KIND, vectors, options, arrays)).__getstate__()


def is_plain(sampler: Any) -> bool:
    """Whether a sampler can be saved."""
    try:
        return isinstance(sampler, str) or bool(make_sampler(sampler).state_dict())
    except (ConfigError, TypeError):
        return False
