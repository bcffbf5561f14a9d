"""gensim's Phrases and Phraser, 1.0 to 4.4, as plain data.

Before 4.0, texts and delimiter were bytes, connector words were ``common_terms``, and a Phraser had pairs of
words as keys, with a count and a score; older ones have no scoring function, or its name instead.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ns2vec.exceptions import FormatError
from ns2vec.formats.state import ModelState, VectorState

PHRASE_KINDS = ("Phrases", "FrozenPhrases", "Phraser")
SCORERS = {"original_scorer": "default", "npmi_scorer": "npmi"}
COUNTED = {"max_vocab_size": 40_000_000, "progress_per": 10_000, "min_reduce": 1, "corpus_word_count": 0}


def phrase_state(kind: str, attributes: dict[str, Any], plain: Callable[[Any], Any], name: Any) -> ModelState:
    """Return the state of phrases.

    Parameters
    ----------
    kind : str
        One of `PHRASE_KINDS`.
    attributes : dict
        From the pickle.
    plain : callable
        Converts its records to plain values.
    name : of the file, for messages

    Raises
    ------
    FormatError
        If something is missing, or has a wrong type.
    """
    scoring = attributes.pop("scoring", None)
    given = {key: plain(value) for key, value in attributes.items()}
    words = given.get("connector_words", given.get("common_terms")) or ()
    delimiter = _text(given.get("delimiter", "_"), name)
    found = {
        "min_count": given.get("min_count", 5),
        "threshold": given.get("threshold", 10.0),
        "delimiter": delimiter,
        "connector_words": sorted(_text(word, name) for word in words),
        "scoring": _scorer_name(scoring, name),
        "lifecycle_events": given.get("lifecycle_events") or [],
    }
    if not all(type(found[limit]) in (int, float) for limit in ("min_count", "threshold")):
        raise FormatError(f"{name}: min_count and threshold must be numbers")
    if kind == "Phrases":
        found |= {option: _whole(given.get(option, usual), name) for option, usual in COUNTED.items()}
        counts = _dict(given.get("vocab"), name)
        found["vocab"] = {_text(text, name): _whole(count, name) for text, count in counts.items()}
    else:
        grams = _dict(given.get("phrasegrams"), name)
        found["phrasegrams"] = {
            _phrase(words, delimiter, name): _score(value, name) for words, value in grams.items()
        }
    inner = VectorState([], np.zeros((0, 0), dtype=np.float32), path=name)
    return ModelState(kind if kind == "Phrases" else "FrozenPhrases", inner, found, name=str(name))


def _scorer_name(scoring: Any, name: Any) -> str:
    known = getattr(scoring, "kind", scoring)
    known = SCORERS.get(known, known) if isinstance(known, str) else known
    if known is not None and known not in SCORERS.values():
        raise FormatError(f"{name}: expected one of gensim's scoring functions, found {str(known)[:40]!r}")
    return known or "default"


def _text(value: Any, name: Any) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if not isinstance(value, str):
        raise FormatError(f"{name}: expected text, found {str(value)[:40]!r}")
    return value


def _phrase(words: Any, delimiter: str, name: Any) -> str:
    if isinstance(words, tuple):
        return delimiter.join(_text(word, name) for word in words)
    return _text(words, name)


def _whole(value: Any, name: Any) -> int:
    if type(value) is not int or not -(2**62) < value < 2**62:
        raise FormatError(f"{name}: expected a whole number, found {str(value)[:40]!r}")
    return value


def _score(value: Any, name: Any) -> float:
    score = value[-1] if isinstance(value, tuple) and value else value
    if type(score) not in (int, float):
        raise FormatError(f"{name}: expected a score, found {str(score)[:40]!r}")
    return float(score)


def _dict(value: Any, name: Any) -> dict[Any, Any]:
    if not isinstance(value, dict):
        raise FormatError(f"{name}: expected a dict of phrases, found a {type(value).__name__}")
    return value
