"""Counts and words that users hand in."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from ns2vec.exceptions import ConfigError
from ns2vec.vocab import checked_frequencies, is_missing

NAN = float("nan")


class Unsure:
    """As pandas' NA: it neither equals itself nor not, and says so by an error."""

    __hash__ = object.__hash__

    def __eq__(self, other):
        return self

    __ne__ = __eq__

    def __bool__(self):
        raise TypeError("boolean value of NA is ambiguous")


@pytest.mark.parametrize(
    "token", [None, NAN, np.float32("nan"), np.datetime64("NaT", "s"), Unsure()], ids=type
)
def test_missing_values_are_no_words(token):
    assert is_missing(token)
    with pytest.raises(ConfigError, match="which is a missing value: leave it out"):
        checked_frequencies({"a": 1, token: 2})


@pytest.mark.parametrize("token", ["", "None", "nan", 0, 0.5, (), ("a", 1), frozenset(), b""], ids=repr)
def test_other_values_are(token):
    assert not is_missing(token)
    assert checked_frequencies({token: 2})[0] == [token]


@pytest.mark.parametrize("count", [2.9, 0.9, Fraction(1, 3), np.float32(1.5)], ids=repr)
def test_a_fraction_is_refused_with_its_word_and_a_remedy(count):
    with pytest.raises(
        ConfigError, match=r"^the count of 'b' must be a whole number .*; scale all counts and round"
    ):
        checked_frequencies({"a": 2, "b": count})


@pytest.mark.parametrize("count", [NAN, float("inf"), -1, -0.5, "3", None, [1]], ids=repr)
def test_what_is_no_count_is_refused_with_its_word(count):
    with pytest.raises(
        ConfigError, match=r"^the count of 'b' must be a whole number of at least 0, got .*leave"
    ):
        checked_frequencies({"a": 2, "b": count})


def test_counts_of_any_kind_become_int64():
    words, counts = checked_frequencies({"a": 2.0, "b": np.uint8(255), "c": True, "d": 0})
    assert (words, counts.tolist(), counts.dtype) == (["a", "b", "c", "d"], [2, 255, 1, 0], np.int64)


@pytest.mark.parametrize("counts", [{"a": 2**63}, {"a": 2**62, "b": 2**62}, {"a": 1e300}], ids=repr)
def test_counts_that_do_not_fit_are_refused(counts):
    with pytest.raises(ConfigError, match="the counts add up to"):
        checked_frequencies(counts)
