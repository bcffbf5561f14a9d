"""Pictures: well formed, to scale, nothing from elsewhere."""

from __future__ import annotations

import math
from xml.etree import ElementTree

import numpy as np
import pytest

from ns2vec.reports.charts import CHART_WIDTH, interval_bars, line_chart, principal_plane, word_map


def test_bars_are_as_long_as_the_scores():
    picture = ElementTree.fromstring(
        interval_bars(["<a>", "b"], [[(0.5, 0.4, 0.6)], [(0.25, 0.2, 0.3)]], ["m&m"])
    )
    lengths = [float(bar.get("width")) for bar in picture.iter("rect")]
    assert lengths[0] == pytest.approx(2 * lengths[1], rel=1e-2)
    assert 0 < lengths[0] < CHART_WIDTH / 2
    assert len(list(picture.iter("path"))) == 2
    assert next(title.text for title in picture.iter("title")) == "<a>, m&m: 0.5000 [0.4000, 0.6000]"


def test_a_missing_score_and_a_negative_one():
    picture = ElementTree.fromstring(
        interval_bars(["a"], [[(math.nan,) * 3, (-0.5, math.nan, math.nan)]], "xy")
    )
    assert [float(bar.get("width")) for bar in picture.iter("rect")] == [0.0]
    assert "no score" in [text.text for text in picture.iter("text")]


def test_the_plane_is_that_of_the_largest_spread():
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(50, 6)) * [9, 5, 0.1, 0.1, 0.1, 0.1]
    points = principal_plane(vectors)
    assert points.shape == (50, 2)
    assert abs(np.corrcoef(points[:, 0], vectors[:, 0])[0, 1]) > 0.99
    np.testing.assert_array_equal(points, principal_plane(vectors))
    assert principal_plane([[1.0], [2.0]]).tolist() == [[-0.5, 0.0], [0.5, 0.0]]


def test_words_that_lie_upon_each_other_keep_one_label():
    points = np.array([[0.0, 0], [0, 0.001], [1, 1]])
    picture = ElementTree.fromstring(word_map(["first", "<second>", "third"], ["a", "a", "b"], points))
    assert [text.text for text in picture.iter("text")] == ["first", "third"]
    assert "<second> (a)" in [title.text for title in picture.iter("title")]
    assert len({circle.get("fill") for circle in picture.iter("circle")}) == 2


def test_a_line_for_each_name():
    chart = line_chart({"a": [(1, 10.0), (10, 100.0)], "b": [(1, 0.0)]}, x="x", y="y", is_log=True)
    assert chart.count("<polyline") == 2
    assert "e+" not in chart


@pytest.mark.parametrize("points", [[], [(0.0, float("nan"))]])
def test_nothing_to_draw_is_no_chart(points):
    assert line_chart({"a": points}, x="x", y="y") == ""
