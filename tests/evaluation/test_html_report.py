"""The HTML page: complete, well formed, self-contained."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import numpy as np
import pytest

from ns2vec.evaluation import facts_corpus
from ns2vec.evaluation.html_report import html_report
from ns2vec.evaluation.runner import Settings, evaluate_suites
from ns2vec.evaluation.statistics import Resampling
from ns2vec.evaluation.suites import Suite

VOID = {"meta", "link", "br"}


class Balance(HTMLParser):
    """Checks that tags close in order and collects what a browser would fetch."""

    def __init__(self):
        super().__init__()
        self.open, self.fetched, self.tags = [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.fetched += [value for name, value in attrs if name in ("src", "href", "srcset", "data")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """A report on two models with awkward names."""
    words = facts_corpus().tokens
    models = {}
    for number, name in enumerate(("one<two>", 'quo"te&')):
        vectors = np.random.default_rng(number).normal(size=(len(words), 6))
        models[name] = type("Toy", (), {"vectors": vectors, "index_to_key": words, "key_to_index": {}})()
    path = tmp_path_factory.mktemp("html") / "pairs.tsv"
    path.write_text("paris\tlondon\t5\nparis\trome\t3\nberlin\trome\t2\n<script>\n", "utf-8")
    suites = ["facts_analogies", "facts_categories", Suite.of_files("pairs", "word_similarity", [path])]
    evaluation = evaluate_suites(models, suites, settings=Settings(resampling=Resampling(20)))
    return html_report(evaluation, models, command="ns2vec evaluate <a> --html b")


def test_the_page_is_well_formed_and_fetches_nothing(page):
    parser = Balance()
    parser.feed(page)
    assert parser.open == []
    assert parser.fetched == ["data:,"]  # an empty icon, or browsers ask for favicon.ico
    assert "script" not in parser.tags
    assert not re.search(r"url\(|@import|https?://", page)


def test_everything_is_on_it(page):
    for expected in (
        "one&lt;two&gt;", "quo&quot;te&amp;", "facts_analogies", "country-capital-apart", "<h2>Map and ",
        "<span>&lt;a&gt;</span> <span>--html</span>", "Apache-2.0",
        "pairs.tsv:4: expected 3 columns, found 1", "20 bootstrap draws, seed 1", "nearest words",
    ):  # fmt: skip
        assert expected in page
    assert page.count('<path class="mark') > 40
    assert page.count('class="interval"') == 6


def test_without_models_there_is_no_map(make_toy):
    evaluation = evaluate_suites({"a": make_toy(["x"])}, ["facts_relations"], settings=Settings())
    assert "<h2>Map" not in html_report(evaluation)


def test_models_are_told_with_date_and_settings(make_toy):
    evaluation = evaluate_suites({"a": make_toy(["x"])}, ["facts_relations"], settings=Settings())
    page = html_report(evaluation, about={"a": {"trained": "2026-11-29", "settings": "window 5"}})
    assert evaluation.made[:10] in page
    for head, text in (("trained", "2026-11-29"), ("settings", "window 5")):
        assert f'data-head="{head}"' in page
        assert text in page
    assert '<p class="verdict">Nothing could be scored.' in page
