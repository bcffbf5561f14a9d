"""Lines: well formed, to scale, named where they end."""

from __future__ import annotations

import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from ns2vec.reports.charts import LABEL_HEIGHT, line_chart, spread_out


def test_a_line_for_each_name():
    chart = line_chart({"a": [(1, 10.0), (10, 100.0)], "b": [(1, 0.0)]}, x="size", y="time", is_log=True)
    assert chart.count("<polyline") == 1  # 0 has no logarithm
    assert chart.count(", logarithmic scale") == 2


def test_points_are_to_scale():
    picture = ElementTree.fromstring(line_chart({"<a>": [(0, 0.0), (1, 0.5), (2, 1.0)]}, x="x", y="y"))
    (line,) = picture.iter("polyline")
    assert line.get("points") == "0.00,100.00 50.00,50.00 100.00,0.00"
    assert next(picture.iter("title")).text == "<a>"


@pytest.mark.parametrize("n_lines", [1, 14, 30])
def test_names_stand_at_the_ends_apart_from_each_other(n_lines):
    lines = {f"line {number}": [(0, 5.0), (1, 1.0 + number / 1000)] for number in range(n_lines)}
    chart = line_chart(lines, x="x", y="y")
    height = float(re.search(r"--height:(\d+)px", chart)[1])
    tops = [float(top) for top in re.findall(r'class="end" style="top:([\d.]+)px"', chart)]
    assert len(tops) == n_lines
    assert all(after - before >= LABEL_HEIGHT - 0.11 for before, after in pairwise(tops))
    assert tops[0] >= 0
    assert tops[-1] <= height
    looks = set(re.findall(r'<polyline class="line ([\w ]+)"', chart))
    assert len(looks) == min(n_lines, 24)  # eight colours in three patterns


def test_a_line_keeps_its_colour_where_others_are_missing():
    chart = line_chart({"b": [(0, 1.0)]}, x="x", y="y", series={"a": 0, "b": 1})
    assert '<polyline class="line s2"' in chart
    assert "<b>2</b>" in chart


@pytest.mark.parametrize("points", [[], [(0.0, float("nan"))]])
def test_nothing_to_draw_is_no_chart(points):
    assert line_chart({"a": points}, x="x", y="y") == ""


def test_places_that_are_free_are_kept():
    assert spread_out([10.0, 50.0], 10.0, 100.0) == [10.0, 50.0]
    assert spread_out([99.0, 99.5], 10.0, 100.0) == [85.0, 95.0]
