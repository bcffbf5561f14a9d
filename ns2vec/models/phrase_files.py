"""Phrases as plain data, for files: ns2vec's own keep the counts as arrays, gensim's as a dict."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterable, Mapping
from types import FunctionType
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from ns2vec.corpus._bigrams import PhraseCounts
from ns2vec.exceptions import ConfigError, FormatError
from ns2vec.formats import gensim
from ns2vec.formats.keys import StoredKeys, encode_keys
from ns2vec.formats.state import ModelState, VectorState
from ns2vec.models.phrase_scores import SCORER_NAMES, SCORERS, original_scorer

if TYPE_CHECKING:
    from ns2vec.models.phrases import FrozenPhrases, Phrases, PhrasesTransformation

Counted = TypeVar("Counted", bound="Phrases")
Frozen = TypeVar("Frozen", bound="FrozenPhrases")

OWN = "own:"
OPTIONS = ("min_count", "threshold", "delimiter", "lifecycle_events")
COUNTED_OPTIONS = (*OPTIONS, "max_vocab_size", "progress_per", "min_reduce", "corpus_word_count")


class MissingScorer:
    """In the place of a scoring function of the user's, whose name alone a file holds."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(
        self, worda_count: Any, wordb_count: Any, bigram_count: Any, len_vocab: Any, min_count: Any,
        corpus_word_count: Any,
    ) -> float:  # fmt: skip
        """Refuse to score."""
        raise ConfigError(
            f"these phrases are scored by a function of your own, {self.name}, which is not in the file: "
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
    """Return the user's function of a name, if the program has it; nothing is imported, nothing is called."""
    needed = inspect.signature(original_scorer).parameters
    module, _, attribute = name.rpartition(".")
    found = vars(sys.modules[module]).get(attribute) if module in sys.modules else None
    # a file shall have nothing called that is no scoring function
    if isinstance(found, FunctionType) and needed.keys() <= inspect.signature(found).parameters.keys():
        return found
    return MissingScorer(name)


def _state(model: PhrasesTransformation, options: Iterable[str]) -> ModelState:
    kept = {name: getattr(model, name) for name in options if hasattr(model, name)}
    kept["scoring"] = _scorer_name(model.scoring)
    kept["connector_words"] = sorted(model.connector_words)
    return ModelState(model.KIND, VectorState([], np.zeros((0, 0), dtype=np.float32)), kept)


def counted_state(model: Phrases) -> ModelState:
    """Return phrases with their counts as plain data."""
    state = _state(model, COUNTED_OPTIONS)
    names, runs, keys, counts = model._counts.arrays()
    _put_texts(state, "names", names)
    state.arrays |= {"runs": runs, "pairs": keys, "counts": counts}
    return state


def frozen_state(model: FrozenPhrases) -> ModelState:
    """Return found phrases as plain data."""
    state = _state(model, OPTIONS)
    _put_texts(state, "phrases", list(model.phrasegrams))
    state.arrays["scores"] = np.array(list(model.phrasegrams.values()), dtype=np.float64)
    return state


def _put_texts(state: ModelState, name: str, texts: list[str]) -> None:
    coding, state.arrays[name] = encode_keys(texts)
    state.attributes["coding"] = [coding, len(texts)]


def _get_texts(state: ModelState, name: str) -> list[str]:
    coding, n_texts = state.attributes["coding"]
    found = StoredKeys(state.arrays[name], coding, n_texts, state.name).read()
    if not all(isinstance(text, str) for text in found) or len(set(found)) != len(found):
        raise FormatError(f"{state.name}: expected texts, each once, as {name}")
    return found


def restore_counted(model: Counted, state: ModelState) -> Counted:
    """Fill phrases with what a file holds.

    Raises
    ------
    FormatError
        If its parts do not fit each other.
    """
    given = state.attributes
    try:
        model._counts = PhraseCounts(given["delimiter"], given["connector_words"], given["max_vocab_size"])
        _take_options(model, state, COUNTED_OPTIONS)
        if "vocab" in given:  # of gensim
            for text, count in given["vocab"].items():
                model._counts[text] = count
        else:
            arrays = [np.ascontiguousarray(state.arrays[name]) for name in ("runs", "pairs", "counts")]
            model._counts.take_arrays(_get_texts(state, "names"), *arrays)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise _damaged(state, error) from None
    return model


def restore_frozen(model: Frozen, state: ModelState) -> Frozen:
    """Fill found phrases with what a file holds.

    Raises
    ------
    FormatError
        If its parts do not fit each other.
    """
    try:
        _take_options(model, state, (*OPTIONS, "connector_words"))
        model.connector_words = frozenset(model.connector_words)
        found = state.attributes.get("phrasegrams")  # of gensim
        if found is None:
            found = dict(zip(_get_texts(state, "phrases"), state.arrays["scores"].tolist(), strict=True))
        model.phrasegrams = found
        model._joiner()
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise _damaged(state, error) from None
    return model


def _damaged(state: ModelState, error: Exception) -> FormatError:
    if isinstance(error, FormatError):
        return error
    return FormatError(f"{state.name}: damaged: {type(error).__name__}: {error}")


def _take_options(model: Any, state: ModelState, names: Iterable[str]) -> None:
    given: Mapping[str, Any] = state.attributes
    for name in names:
        if name in given and name != "delimiter":
            setattr(model, name, given[name])
    if "phrasegrams" in given or "phrases" in state.arrays:
        model.delimiter = given["delimiter"]
    model.scoring = _scorer(given["scoring"])


def write_for_gensim(target: Any, model: PhrasesTransformation, *args: Any, **kwargs: Any) -> None:
    """Write phrases as gensim does."""
    counted = hasattr(model, "vocab")
    state = _state(model, COUNTED_OPTIONS if counted else OPTIONS)
    if state.attributes["scoring"].startswith(OWN):
        raise ConfigError(
            "gensim can load no scoring function of your own: freeze the phrases, or use default"
        )
    state.attributes["connector_words"] = model.connector_words
    texts: Any = model.vocab.copy() if counted else dict(model.phrasegrams)  # type: ignore[attr-defined]
    state.attributes["vocab" if counted else "phrasegrams"] = texts
    gensim.write_state(target, state, *args, **kwargs)
