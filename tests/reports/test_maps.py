"""Maps of words: the plane, the names that find room, the legend."""

from __future__ import annotations

from xml.etree import ElementTree

import numpy as np

from ns2vec.reports.maps import principal_plane, word_map


def test_the_plane_is_that_of_the_largest_spread():
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(50, 6)) * [9, 5, 0.1, 0.1, 0.1, 0.1]
    points = principal_plane(vectors)
    assert points.shape == (50, 2)
    assert abs(np.corrcoef(points[:, 0], vectors[:, 0])[0, 1]) > 0.99
    np.testing.assert_array_equal(points, principal_plane(vectors))
    assert principal_plane([[1.0], [2.0]]).tolist() == [[-0.5, 0.0], [0.5, 0.0]]


def test_names_that_would_cover_others_are_tool_tips():
    points = np.array([[0.0, 0], [0.001, 0.0], [1, 1]])
    groups = [("a", "one"), ("a", "two"), ("b", "one")]
    picture = ElementTree.fromstring(word_map(["first", "<second>", "third"], groups, points))
    assert [text.text for text in picture.iter("text")] == ["first", "third"]
    assert "<second> (a: two)" in [title.text for title in picture.iter("title")]


def test_a_name_at_the_edge_is_inside():
    picture = ElementTree.fromstring(
        word_map(["left", "right"], [("a", "x")] * 2, np.array([[0, 0], [1, 1]]))
    )
    assert [text.get("text-anchor") for text in picture.iter("text")] == ["start", "end"]


def test_more_names_find_room_where_it_is_wide():
    points = np.column_stack([np.linspace(0, 1, 10), np.zeros(10)])
    marked = word_map(["a", "longword"] * 5, [("a", "x")] * 10, points)
    names = list(ElementTree.fromstring(marked).iter("text"))
    assert 0 < sum(name.get("class") is None for name in names) < len(names)


def test_the_legend_has_a_colour_for_families_and_a_shape_for_sides():
    groups = [("country", "country"), ("country", "capital"), ("verb", "past")]
    picture = ElementTree.fromstring(word_map(["a", "b", "c"], groups, np.eye(3, 2)))
    families = list(picture.iter("li"))
    assert [item.find("b").text for item in families] == ["country", "verb"]
    drawn = [(mark.get("class"), mark.get("d")) for mark in families[0].iter("path")]
    assert len({colour for colour, _ in drawn}) == 1
    assert len({shape for _, shape in drawn}) == 2
