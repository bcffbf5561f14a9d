"""Phrases as plain data, for files: ns2vec's own files keep the counts as arrays, gensim's as a dict."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from types import FunctionType
from typing import TYPE_CHECKING, Any

import numpy as np

from ns2vec._options import number, whole
from ns2vec.corpus._bigrams import PhraseCounts
from ns2vec.exceptions import ConfigError, FormatError
from ns2vec.formats.keys import StoredKeys, encode_keys
from ns2vec.formats.state import ModelState, VectorState
from ns2vec.models.phrase_joining import PhrasesTransformation
from ns2vec.models.phrase_scores import SCORER_NAMES, SCORERS, original_scorer

if TYPE_CHECKING:
    from typing_extensions import Self

OWN = "own:"
LIMITS = ("min_count", "threshold")
COUNTED_OPTIONS = ("max_vocab_size", "progress_per", "min_reduce", "corpus_word_count")


class MissingScorer:
    """Replaces a user's scoring function, of which a file holds only the name."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(
        self, worda_count: Any, wordb_count: Any, bigram_count: Any, len_vocab: Any, min_count: Any,
        corpus_word_count: Any,
    ) -> float:  # fmt: skip
        """Refuse to score."""
        raise ConfigError(
            f"these phrases are scored by your own function, {self.name}, which is not in the file: "
            "import its module first, or load them with Phrases.load(path, scoring=function)"
        )


def _scorer_name(scoring: Callable[..., Any]) -> str:
    if isinstance(scoring, MissingScorer):
        return OWN + scoring.name
    own = (
        f"{getattr(scoring, '__module__', '')}.{getattr(scoring, '__qualname__', type(scoring).__qualname__)}"
    )
    return SCORER_NAMES.get(scoring, OWN + own)


def _scorer(name: Any) -> Callable[..., Any]:
    if isinstance(name, str) and name.startswith(OWN):
        return _own_scorer(name.removeprefix(OWN))
    return SCORERS[name]


def _own_scorer(name: str) -> Callable[..., Any]:
    """Return the user's function of a name, if the program has imported it; nothing is imported or called."""
    needed = inspect.signature(original_scorer).parameters
    module, _, attribute = name.rpartition(".")
    found = vars(sys.modules[module]).get(attribute) if module in sys.modules else None
    # a file must not have anything called that is not a scoring function
    if isinstance(found, FunctionType) and needed.keys() <= inspect.signature(found).parameters.keys():
        return found
    return MissingScorer(name)


class StoredPhrases(PhrasesTransformation):
    """Phrases that can be written to files, with their counts or with their scores."""

    @classmethod
    def _is_counted(cls) -> bool:
        return cls.KIND == "Phrases"

    def to_state(self) -> ModelState:
        """Return the phrases as plain data."""
        model: Any = self
        state = self._options_state()
        if self._is_counted():
            names, runs, keys, counts = model._counts.arrays()
            _put_texts(state, "names", names)
            state.arrays |= {"runs": runs, "pairs": keys, "counts": counts}
        else:
            _put_texts(state, "phrases", list(model.phrasegrams))
            state.arrays["scores"] = np.array(list(model.phrasegrams.values()), dtype=np.float64)
        return state

    def state_for_gensim(self) -> ModelState:
        """Return the phrases in the form of gensim's files: in a dict.

        Raises
        ------
        ConfigError
            If the scoring function is one of your own.
        """
        model: Any = self
        state = self._options_state()
        if state.attributes["scoring"].startswith(OWN):
            raise ConfigError(
                "gensim cannot load your own scoring function: freeze the phrases, or use default"
            )
        state.attributes["connector_words"] = self.connector_words
        if self._is_counted():
            state.attributes["vocab"] = model.vocab.copy()
        else:
            state.attributes["phrasegrams"] = dict(model.phrasegrams)
        return state

    def _options_state(self) -> ModelState:
        names = (*LIMITS, "delimiter", *(COUNTED_OPTIONS if self._is_counted() else ()))
        kept = {name: getattr(self, name) for name in names}
        if hasattr(self, "lifecycle_events"):
            kept["lifecycle_events"] = self.lifecycle_events
        kept["scoring"] = _scorer_name(self.scoring)
        kept["connector_words"] = sorted(self.connector_words)
        return ModelState(self.KIND, VectorState([], np.zeros((0, 0), dtype=np.float32)), kept)

    @classmethod
    def from_state(cls, state: ModelState) -> Self:
        """Make phrases from plain data.

        Raises
        ------
        FormatError
            If its parts do not match each other.
        """
        model = cls.__new__(cls)
        try:
            _take_options(model, state.attributes)
            take = _take_counts if cls._is_counted() else _take_scores
            take(model, state)
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            if isinstance(error, FormatError):
                raise
            raise FormatError(f"{state.name}: damaged: {type(error).__name__}: {error}") from None
        return model


def _take_options(model: Any, given: dict[str, Any]) -> None:
    for name in LIMITS:
        number(name, given[name])
        setattr(model, name, given[name])
    if "lifecycle_events" in given:
        model.lifecycle_events = given["lifecycle_events"]
    model.scoring = _scorer(given["scoring"])


def _take_counts(model: Any, state: ModelState) -> None:
    given = state.attributes
    for name in COUNTED_OPTIONS:
        setattr(model, name, whole(name, given[name], name == "progress_per"))
    model._counts = PhraseCounts(given["delimiter"], given["connector_words"], given["max_vocab_size"])
    if "vocab" in given:  # from gensim
        for text, count in given["vocab"].items():
            model._counts[text] = count
    else:
        arrays = [np.ascontiguousarray(state.arrays[name]) for name in ("runs", "pairs", "counts")]
        model._counts.take_arrays(_get_texts(state, "names"), *arrays)


def _take_scores(model: Any, state: ModelState) -> None:
    given = state.attributes
    model.delimiter, model.connector_words = given["delimiter"], frozenset(given["connector_words"])
    found = given.get("phrasegrams")  # from gensim
    if found is None:
        found = dict(zip(_get_texts(state, "phrases"), state.arrays["scores"].tolist(), strict=True))
    model.phrasegrams = found
    model._joiner()  # finds wrong types


def _put_texts(state: ModelState, name: str, texts: list[str]) -> None:
    coding, state.arrays[name] = encode_keys(texts)
    state.attributes["coding"] = [coding, len(texts)]


def _get_texts(state: ModelState, name: str) -> list[str]:
    coding, n_texts = state.attributes["coding"]
    found = StoredKeys(state.arrays[name], coding, n_texts, state.name).read()
    if not all(isinstance(text, str) for text in found) or len(set(found)) != len(found):
        raise FormatError(f"{state.name}: expected distinct strings as {name}")
    return found
