"""Options become Python's own numbers in one place, and what is none is refused by name."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from ns2vec._options import flag, number, shown, whole
from ns2vec.exceptions import ConfigError

NAN = float("nan")


@pytest.mark.parametrize(
    "value",
    [7, np.int64(7), np.uint8(7), 7.0, np.float32(7), np.array(7), Fraction(14, 2), Decimal(7)],
    ids=repr,
)
def test_every_kind_of_whole_number_becomes_an_int(value):
    assert (whole("n", value), type(whole("n", value))) == (7, int)
    assert (number("n", value), type(number("n", value))) == (7.0, float)


@pytest.mark.parametrize("value", [True, np.True_, 1, 1.0, np.int8(1)], ids=repr)
def test_a_flag_becomes_a_bool(value):
    assert flag("n", value) is True
    assert flag("n", None) is flag("n", np.False_) is False


@pytest.mark.parametrize(
    "value",
    ["7", b"7", None, [7], np.array([7]), 1j, NAN, -NAN, float("inf"), 7.5, -1, np.timedelta64(7, "ns"),
     np.datetime64("NaT", "s"), Decimal("sNaN")],
    ids=repr,
)  # fmt: skip
def test_what_is_no_whole_number_is_refused_by_name(value):
    with pytest.raises(ConfigError, match=r"^n must be a whole number of at least 0, got "):
        whole("n", value)


@pytest.mark.parametrize(
    "value", ["7", None, [7], 1j, NAN, float("inf"), 10**400, -1, Decimal("sNaN")], ids=repr
)
def test_what_is_no_number_is_refused_by_name(value):
    with pytest.raises(ConfigError, match=r"^n must be a finite number of at least 0, got "):
        number("n", value, 0)


@pytest.mark.parametrize("value", ["no", "0", 0.5, NAN, [True]], ids=repr)
def test_a_text_is_no_flag(value):
    with pytest.raises(ConfigError, match=r"^n must be True or False, got "):
        flag("n", value)


def test_limits_are_named():
    with pytest.raises(ConfigError, match=r"^n must be a whole number from 1 to 4, got 5$"):
        whole("n", 5, 1, 4)
    with pytest.raises(ConfigError, match=r"^n must be a number from -1 to 1, got 2$"):
        number("n", 2, -1, 1)
    with pytest.raises(ConfigError, match=r"^n must be a finite number, got nan$"):
        number("n", NAN)


@pytest.mark.parametrize(
    "value", ["word " * 1000, list(range(1000)), np.zeros((50, 50)), "two\nlines"], ids=type
)
def test_a_message_shows_a_value_in_one_short_line(value):
    assert len(shown(value)) <= 80
    assert "\n" not in shown(value)
