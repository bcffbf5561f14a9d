"""What time costs, and what an outlay brings."""

from __future__ import annotations

import pytest

from ns2vec.calculator import cost_of, return_on_investment
from ns2vec.exceptions import ConfigError


def test_what_loses_money_never_pays_for_itself():
    found = return_on_investment(100, -1, 12)
    assert (found.gain, found.roi, found.months_to_even) == (-112, -1.12, None)


@pytest.mark.parametrize(
    ("amounts", "name"), [((0, 1, 1), "outlay"), ((1, "x", 1), "monthly"), ((1, 1, -1), "months")]
)
def test_amounts_that_cannot_be_are_refused_by_name(amounts, name):
    with pytest.raises(ConfigError, match=f"^{name} must be"):
        return_on_investment(*amounts)


def test_a_price_is_not_negative():
    with pytest.raises(ConfigError, match=r"^price_an_hour must be"):
        cost_of(1, -1)
