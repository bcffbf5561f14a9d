"""Scores of pairs of words: how much more often they occur together than by chance."""

from __future__ import annotations

import inspect
import math
import pickle
from collections.abc import Callable
from typing import Any, TypeAlias

from ns2vec._options import shown
from ns2vec._registry import Registry
from ns2vec.exceptions import ConfigError

Scorer: TypeAlias = Callable[..., Any]

#: Articles, prepositions and conjunctions that may occur within an English phrase.
ENGLISH_CONNECTOR_WORDS = frozenset(
    ["a", "an", "the", "for", "of", "with", "without", "at", "from", "to", "in", "on", "by", "and", "or"]
)
"""Articles, prepositions and conjunctions that English phrases hold within them."""

NEGATIVE_INFINITY = -math.inf

SCORERS: Registry[Scorer] = Registry("scoring")


@SCORERS.entry("default")
def original_scorer(
    worda_count: float, wordb_count: float, bigram_count: float, len_vocab: float, min_count: float,
    corpus_word_count: float,
) -> float:  # fmt: skip
    """Return the score of Mikolov et al. (2013), equation 6, times the number of words and pairs.

    Parameters
    ----------
    worda_count, wordb_count, bigram_count : int
        Occurrences of the first word, of the second, and of both side by side.
    len_vocab : int
        Number of distinct words and pairs.
    min_count : float
        Subtracted from the count of the pair, so that rare pairs score low.
    corpus_word_count : int
        Words of the corpus; without effect here.

    Returns
    -------
    float

    Examples
    --------
    >>> from ns2vec.models.phrase_scores import original_scorer
    >>> original_scorer(10, 10, 8, 1000, 5, 5000)
    30.0
    """
    by_chance = float(worda_count) * float(wordb_count)  # gensim's product is a float too
    if by_chance == 0:
        return NEGATIVE_INFINITY
    return (bigram_count - min_count) / by_chance * len_vocab


@SCORERS.entry("npmi")
def npmi_scorer(
    worda_count: float, wordb_count: float, bigram_count: float, len_vocab: float, min_count: float,
    corpus_word_count: float,
) -> float:  # fmt: skip
    """Return the normalised pointwise mutual information of Bouma (2009): 1 for words that never occur apart.

    Parameters
    ----------
    worda_count, wordb_count, bigram_count : int
        Occurrences of the first word, of the second, and of both side by side.
    len_vocab : int
        Number of distinct words and pairs; without effect here.
    min_count : float
        A pair that occurs fewer times is not a phrase.
    corpus_word_count : int
        Words of the corpus.

    Returns
    -------
    float

    Examples
    --------
    >>> from ns2vec.models.phrase_scores import npmi_scorer
    >>> round(npmi_scorer(10, 10, 8, 1000, 5, 5000), 3)
    0.931
    """
    if bigram_count < min_count:
        return NEGATIVE_INFINITY
    try:
        both = bigram_count / corpus_word_count
        by_chance = worda_count / corpus_word_count * (wordb_count / corpus_word_count)
        return math.log(both / by_chance) / -math.log(both)
    except (ValueError, ZeroDivisionError):
        return NEGATIVE_INFINITY


SCORER_NAMES = {scorer: name for name, scorer in SCORERS.items()}


def checked_scorer(scoring: Any) -> Scorer:
    """Return the scoring function, if it can be used.

    Raises
    ------
    ConfigError
        If the name is unknown, or the function lacks a parameter.
    pickle.PickleError
        If it cannot be pickled.
    """
    if isinstance(scoring, str):
        return SCORERS[scoring]
    if not callable(scoring):
        raise ConfigError(f"scoring must be one of {', '.join(SCORERS)} or a function, got {shown(scoring)}")
    parameters = inspect.signature(scoring).parameters
    missing = [name for name in inspect.signature(original_scorer).parameters if name not in parameters]
    if missing and not any(found.kind is found.VAR_KEYWORD for found in parameters.values()):
        raise ConfigError(f"the scoring function needs the parameters {', '.join(missing)}, by these names")
    try:
        pickle.dumps(scoring)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise pickle.PickleError(
            f"the scoring function cannot be pickled, {error}: define it at the top of a module"
        ) from error
    return scoring  # type: ignore[no-any-return]
