"""The page with plots."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from ns2vec.comparison.html_report import html_report, line_chart


class Balance(HTMLParser):
    """Counts open elements."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag, attrs):
        if tag not in ("meta", "link", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_page_is_whole_and_needs_nothing_else(found):
    page = html_report([found, found], command="ns2vec compare <corpus>")
    parser = Balance()
    parser.feed(page)
    assert parser.open == []
    assert "<corpus>" not in page
    assert page.count("<svg") == 5  # two of each comparison, and the growth
    assert "http" not in page


def test_a_line_for_each_name():
    chart = line_chart({"a": [(1, 10.0), (10, 100.0)], "b": [(1, 0.0)]}, x="x", y="y", is_log=True)
    assert chart.count("<polyline") == 2
    assert "e+" not in chart


@pytest.mark.parametrize("points", [[], [(0.0, float("nan"))]])
def test_nothing_to_draw_is_no_chart(points):
    assert line_chart({"a": points}, x="x", y="y") == ""
