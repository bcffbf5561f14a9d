"""Ticks: round, around all values, and never two alike."""

from __future__ import annotations

import math
import re

import pytest

from ns2vec.reports.axes import Axis

RANGES = [
    (0.0, 1.0),
    (4.946, 7.02),
    (-0.3, 0.7),
    (5.0, 5.0),
    (0.0, 0.0),
    (1e-7, 3e-7),
    (12, 1_900_000),
    (-3, -1),
]


@pytest.mark.parametrize("is_log", [False, True])
@pytest.mark.parametrize(("low", "high"), [*RANGES, (0.9, 1.1), (1e-6, 1e5), (10.0, 10.0), (0.07, 2.3)])
def test_ticks_hold_the_values_and_their_labels_differ(low, high, is_log):
    if is_log and low <= 0:
        return
    scale = Axis.around([high, low, math.nan], is_log=is_log)
    assert scale.ticks[0] <= low * (1 + 1e-9 * math.copysign(1, low))
    assert scale.ticks[-1] >= high * (1 - 1e-9 * math.copysign(1, high))
    assert 2 <= len(scale.ticks) <= 9
    assert len(set(scale.labels())) == len(scale.ticks)
    assert [number_of(label) for label in scale.labels()] == pytest.approx(scale.ticks, rel=1e-6)


def number_of(label: str) -> float:
    """What a reader takes a label for."""
    base, power = re.fullmatch(r"([-\d.,e]+?)([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]*)", label).groups()
    exponent = int(power.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")) or 1)
    return float(base.replace(",", "")) ** exponent


def test_many_powers_of_ten_are_short():
    assert Axis.around([18.5, 904_724.0], is_log=True).labels() == ["10¹", "10²", "10³", "10⁴", "10⁵", "10⁶"]


def test_places_are_shares_of_the_way():
    assert Axis.around([0.0, 10.0]).place(2.5) == 0.25
    assert Axis.around([1.0, 100.0], is_log=True).place(10.0) == pytest.approx(0.5)
    assert Axis.around([0.0, 10.0]).place(99.0) == 1.0


def test_nothing_has_a_scale_too():
    assert Axis.around([math.nan]).ticks[-1] == 1.0
    assert Axis.around([-1.0, 0.0], is_log=True).labels() == ["1", "2", "5", "10"]
