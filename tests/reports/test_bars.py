"""Bars: to scale, with their numbers, and honest about a scale without 0."""

from __future__ import annotations

import math
import re
from xml.etree import ElementTree

import pytest

from ns2vec.reports.axes import Axis
from ns2vec.reports.bars import Bar, bars, interval_bars, scale_of


def spans(markup: str, kind: str) -> list[dict[str, float]]:
    """Return left and width in percent of the spans of a class."""
    found = [span.get("style") for span in ElementTree.fromstring(markup).iter("span")
             if kind in (span.get("class") or "").split()]  # fmt: skip
    return [{name: float(value) for name, value in re.findall(r"(\w+):([\d.]+)%", style)} for style in found]


def test_bars_are_as_long_as_the_scores():
    drawn = interval_bars(["<a>", "b"], [[(0.5, 0.4, 0.6)], [(0.25, 0.2, 0.3)]], ["m&m"])
    assert [bar["width"] for bar in spans(drawn, "fill")] == [50.0, 25.0]
    assert spans(drawn, "interval")[0] == {"left": 40.0, "width": pytest.approx(20.0)}
    assert "&lt;a&gt;: 0.5000 [0.4000, 0.6000]" in drawn


def test_models_have_their_names_and_colours():
    drawn = interval_bars(["suite"], [[(0.5, 0.4, 0.6), (0.2, 0.1, 0.3)]], ["one", "two"])
    assert re.findall(r'class="name">(\w+)', drawn) == ["one", "two"]
    assert len(spans(drawn, "s1")) == len(spans(drawn, "s2")) == 1


def test_a_missing_score_and_a_negative_one():
    drawn = interval_bars(["a"], [[(math.nan,) * 3, (-0.5, math.nan, math.nan)]], "xy")
    (bar,) = spans(drawn, "fill")
    assert bar["left"] + bar["width"] == pytest.approx(100 / 3, abs=0.02)  # from -0.5 to 1.0, 0 is here
    assert "no score" in drawn


def test_a_logarithmic_scale_has_points_and_says_so():
    times = [Bar("a", 1.0, "1 s"), Bar("b", 100.0, "100 s")]
    drawn = bars({"": times}, Axis.around([1.0, 100.0], is_log=True), "Time", label="seconds")
    assert [point["left"] for point in spans(drawn, "point")] == [0.0, 100.0]
    assert spans(drawn, "fill") == []
    assert "seconds, logarithmic scale" in drawn


def test_an_interval_below_zero_moves_no_axis():
    assert scale_of([Bar("a", 0.5, low=0.4, high=0.6), Bar("b", 0.01, low=-0.01, high=0.03)]).ticks[0] == 0.0


def test_no_bars_are_no_figure():
    assert bars({"": []}, Axis.around([]), "Time", label="seconds") == ""
