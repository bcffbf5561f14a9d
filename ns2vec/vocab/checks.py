"""What can be a word, and which counts are valid; errors name the word or the sentence."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Real
from typing import Any

import numpy as np

from ns2vec._options import shown, whole
from ns2vec._typing import Int64Array, Token
from ns2vec.exceptions import ConfigError, CorpusError

MOST_WORDS = 2**63 - 1
"""Maximum of the sum of a vocabulary's counts."""


def is_missing(token: Any) -> bool:
    """Whether a token is a missing value, not a word: None, NaN, NaT, pandas' NA.

    None marks the free rows of `KeyedVectors`, and a value that is not equal to itself cannot be looked up.

    Examples
    --------
    >>> from ns2vec.vocab import is_missing
    >>> is_missing(None), is_missing(float("nan")), is_missing("None")
    (True, True, False)
    """
    if token is None:
        return True
    try:
        return bool(token != token)
    except TypeError:  # pandas' NA is neither equal to anything nor different from anything
        return True
    except ValueError:  # an array, which is not a word either, but for another reason
        return False


def check_token(token: Any, sentence: int) -> None:
    """Refuse a missing value as a word.

    Parameters
    ----------
    token : hashable
    sentence : int
        The number of the sentence that holds it, from 0.

    Raises
    ------
    CorpusError
        If it is a missing value.
    """
    if is_missing(token):
        raise CorpusError(
            f"sentence {sentence} holds {shown(token)}, a missing value, not a word: leave it out, or put a "
            "word such as '<missing>' in its place"
        )


def checked_frequencies(frequencies: Mapping[Any, Any]) -> tuple[list[Token], Int64Array]:
    """Return the words and their counts as numbers.

    Parameters
    ----------
    frequencies : mapping of word -> count
        Whole numbers of at least 0, of any type.

    Returns
    -------
    tokens : list of length n
    counts : ndarray of shape (n,), int64

    Raises
    ------
    ConfigError
        If a count is not a whole number of at least 0, a word is a missing value, or the sum is too large.

    Examples
    --------
    >>> from ns2vec.vocab import checked_frequencies
    >>> checked_frequencies({"a": 2, "b": 1.0})
    (['a', 'b'], array([2, 1]))
    >>> checked_frequencies({"a": 2.9})
    Traceback (most recent call last):
    ...
    ns2vec.exceptions.ConfigError: the count of 'a' must be a whole number of at least 0, got 2.9; scale all \
counts and round them
    """
    values = list(frequencies.values())
    if not all(type(value) is int and value >= 0 for value in values):  # usual ones, without a check of each
        values = [_checked(word, value) for word, value in frequencies.items()]
    for word in frequencies:
        if type(word) is not str and is_missing(word):
            raise ConfigError(f"there is a count for {shown(word)}, which is a missing value: leave it out")
    if sum(values) > MOST_WORDS:
        raise ConfigError(f"the counts add up to {sum(values)}; the most is {MOST_WORDS}: divide them all")
    return list(frequencies), np.array(values, dtype=np.int64)


def _checked(word: Any, value: Any) -> int:
    try:
        return whole(f"the count of {shown(word)}", value)
    except ConfigError as error:
        is_fraction = isinstance(value, Real) and 0 < float(value) < np.inf
        remedy = "scale all counts and round them" if is_fraction else "leave the word out"
        raise ConfigError(f"{error}; {remedy}") from None
