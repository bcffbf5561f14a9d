"""Phrases that were found, without the counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ns2vec.corpus._bigrams import FrozenJoiner
from ns2vec.formats.saving import MODELS
from ns2vec.models.phrase_files import StoredPhrases


class FrozenPhrases(StoredPhrases):
    """The phrases that a `Phrases` has found, without its counts.

    Parameters
    ----------
    phrases_model : Phrases

    Attributes
    ----------
    phrasegrams : dict of joined text -> score
        May be changed, or set.

    Examples
    --------
    >>> from ns2vec import FrozenPhrases, Phrases
    >>> frozen = FrozenPhrases(Phrases([["new", "york"], ["new", "york"]], min_count=1, threshold=0.1))
    >>> frozen[["new", "york", "new"]], frozen.phrasegrams
    (['new_york', 'new'], {'new_york': 0.75})
    """

    KIND = "FrozenPhrases"

    def __init__(self, phrases_model: Any) -> None:
        super().__init__(phrases_model.connector_words)
        self.threshold = phrases_model.threshold
        self.min_count = phrases_model.min_count
        self.delimiter = phrases_model.delimiter
        self.scoring = phrases_model.scoring
        self.phrasegrams = phrases_model.export_phrases()
        self.add_lifecycle_event("created", msg=f"exported {self} from {phrases_model}")

    def __str__(self) -> str:
        return (
            f"{type(self).__name__}<{len(self.phrasegrams)} phrases, min_count={self.min_count}, "
            f"threshold={self.threshold}>"
        )

    __repr__ = __str__

    @property
    def phrasegrams(self) -> dict[str, Any]:
        """Phrases and their scores."""
        return self._grams

    @phrasegrams.setter
    def phrasegrams(self, scores: Mapping[str, Any]) -> None:
        self._grams = _Grams(scores)

    def score_candidate(self, word_a: str, word_b: str, in_between: Iterable[str]) -> tuple[Any, Any]:
        """Return the joined text and the score of two words if they are a phrase, otherwise (None, None).

        Parameters
        ----------
        word_a, word_b : str
        in_between : iterable of str
            Connector words between them.
        """
        phrase = self.delimiter.join([word_a, *in_between, word_b])
        score = self.phrasegrams.get(phrase)
        return (None, None) if score is None else (phrase, score)

    def _joiner(self) -> FrozenJoiner | None:
        if type(self).score_candidate is not FrozenPhrases.score_candidate:
            return None
        options = self.delimiter, self.connector_words
        if self._grams.joiner is None or self._grams.options != options:
            self._grams.options = options
            self._grams.joiner = FrozenJoiner(dict(self._grams), *options)
        return self._grams.joiner

    def __getstate__(self) -> dict[str, Any]:
        kept = {name: value for name, value in vars(self).items() if name != "_grams"}
        return {**kept, "phrasegrams": dict(self._grams)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        for name, value in state.items():
            setattr(self, name, value)


class _Grams(dict[str, Any]):
    """The phrases of a `FrozenPhrases`: a dict that discards what was computed from it when it is changed."""

    joiner: FrozenJoiner | None = None
    options: tuple[str, frozenset[str]] | None = None

    def __reduce__(self) -> Any:
        return dict, (dict(self),)


def _forgetting(name: str) -> Callable[..., Any]:
    method = getattr(dict, name)

    def change(self: _Grams, *args: Any, **kwargs: Any) -> Any:
        self.joiner = None
        return method(self, *args, **kwargs)

    return change


for _name in ("__delitem__", "__ior__", "__setitem__", "clear", "pop", "popitem", "setdefault", "update"):
    setattr(_Grams, _name, _forgetting(_name))

Phraser = FrozenPhrases

MODELS.register(FrozenPhrases.KIND, FrozenPhrases)
