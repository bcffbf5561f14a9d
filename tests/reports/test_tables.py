"""Rows as lines, as Markdown, and figures for JSON."""

from __future__ import annotations

from ns2vec.reports.tables import aligned, finite, markdown_table


def test_columns_are_as_wide_as_their_widest_cell():
    assert aligned([["a", "bc"], ["def", "g"], ["x", ""]]) == ["a    bc", "def  g", "x"]


def test_a_shorter_row_widens_no_column():
    assert aligned([["a", "b"], ["a long remark"]]) == ["a  b", "a long remark"]


def test_markdown_rows_have_as_many_cells_as_the_head():
    lines = markdown_table([["a", "b"], ["x|y"], ["1", "2"]]).splitlines()
    assert lines == ["| a | b |", "| --- | --- |", "| x\\|y |  |", "| 1 | 2 |"]


def test_what_is_not_finite_is_none():
    assert finite({"a": [float("nan"), float("inf"), 1.5, True, "x"]}) == {"a": [None, None, 1.5, True, "x"]}
