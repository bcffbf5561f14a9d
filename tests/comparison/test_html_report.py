"""The page with plots."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

import pytest

from ns2vec.comparison.html_report import html_report
from ns2vec.comparison.results import CandidateResult


class Reader(HTMLParser):
    """Counts open elements, and keeps heads and rows of tables."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tables: list[list[list[str]]] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        if tag not in ("meta", "link", "br", "path"):
            self.open.append(tag)
        if tag == "table":
            self.tables.append([])
        if tag == "tr":
            self.tables[-1].append([])
        if tag in ("th", "td"):
            self.tables[-1][-1].append("")

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open[-1:] in (["th"], ["td"]):
            self.tables[-1][-1][-1] += data


@pytest.fixture(scope="module")
def page(found) -> str:
    left_out = [CandidateResult(name, "nce", name, note="a reason " + "x" * 300) for name in ("n1", "n2")]
    more = replace(found, candidates=(*found.candidates, *left_out))
    return html_report([more, found], command="ns2vec compare <corpus> --price-per-hour 3.6")


def test_the_page_is_whole_and_needs_nothing_else(page):
    assert Reader(page).open == []
    assert "<corpus>" not in page
    assert page.count("<polyline") == 3 * 4  # convergence of each comparison, and growth
    assert "http" not in page


def test_every_column_is_there_and_a_reason_is_in_none(page):
    head, *lines = Reader(page).tables[0]
    assert head[:2] == ["candidate", "time s"]
    assert head[-1] == "cost/batch"
    assert [len(line) for line in lines] == [len(head)] * 4
    assert max(len(cell) for line in lines for cell in line) < 40
    assert page.count("a reason") == 1
    assert "left out: n1, n2: a reason" in page


def test_scales_say_what_they_are(page):
    assert page.count("seconds, logarithmic scale") == 2
    assert "words of the vocabulary, logarithmic scale" in page
    assert "F1 kept of full softmax&#x27;s; the interval is the standard deviation over seeds" in page


def test_a_command_breaks_between_its_words_only(page):
    assert "<span>--price-per-hour</span> <span>3.6</span>" in page


def test_where_and_when_is_told(page, found):
    assert found.made[:10] in page
    assert "avx" in page or found.machine["isa"] in page
