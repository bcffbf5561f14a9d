"""The page with plots."""

from __future__ import annotations

from html.parser import HTMLParser

from ns2vec.comparison.html_report import html_report


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
