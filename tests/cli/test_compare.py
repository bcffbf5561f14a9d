"""``ns2vec compare``."""

from __future__ import annotations

import io
import itertools
import json
import sys
from contextlib import nullcontext
from types import SimpleNamespace

import pytest

from ns2vec.cli import command_parser, main
from ns2vec.cli.compare import compared, progress_line

QUICK = ["--vector-size", "8", "--epochs", "1", "--workers", "1", "--seeds", "1"]
FEW = ["--objectives", "negative_sampling", "--samplers", "unigram"]


def test_table_json_and_page(ns2vec, planted):
    outcome = ns2vec(
        "compare", "corpus.txt", *QUICK, *FEW, "--pairs", "pairs.tsv", "--price-per-hour", 2,
        "--output", "c.json", "--html", "c.html",
    )  # fmt: skip
    assert outcome.code == 0, outcome.err
    assert outcome.out.startswith("corpus.txt: ")
    assert "negative_sampling/unigram" in outcome.out
    assert "cost/batch" in outcome.out
    record = json.loads((planted / "c.json").read_text("utf-8"))
    (found,) = record["comparisons"]
    assert [entry["name"] for entry in found["candidates"]] == ["softmax", "negative_sampling/unigram"]
    assert found["candidates"][1]["summary"]["scores"]["pairs"][0] is not None
    assert found["options"]["vector_size"] == 8
    assert (planted / "c.html").read_text("utf-8").startswith("<!doctype html>")
    again = ns2vec("compare", "--from", "c.json")
    assert again.out == outcome.out
    assert ns2vec("compare", "--from", "c.json", "--markdown").out.count("\n| ---") == 1
    assert json.loads(ns2vec("compare", "--from", "c.json", "--json").out) == record


def test_runs_are_recorded_where_it_is_asked(ns2vec, planted):
    outcome = ns2vec("compare", "corpus.txt", *QUICK, *FEW, "--budget", "none", "--runs", "recorded")
    assert outcome.code == 0, outcome.err
    listed = json.loads(ns2vec("runs", "list", "--runs", "recorded", "--json").out)["runs"]
    assert sorted(run["name"] for run in listed) == ["negative_sampling/unigram, seed 1", "softmax, seed 1"]
    assert all(run["scores"]["F1"]["value"] > 0 for run in listed)
    refused = ns2vec("compare", "--from", "c.json", "--runs", "recorded")
    assert (refused.code, "--from trains nothing" in refused.err) == (2, True)


class Terminal(io.StringIO):
    """A stream that someone looks at."""

    def isatty(self):
        return True


@pytest.mark.parametrize(("options", "is_shown"), [([], True), (["-q"], False)])
def test_a_terminal_shows_what_is_being_done(ns2vec, planted, monkeypatch, options, is_shown):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    words = ["compare", "corpus.txt", *QUICK, *FEW, "--budget", "1s", *options]
    assert main(words) == 0
    lines = terminal.getvalue().split("\r")
    assert any("of 1 s: negative_sampling/unigram, seed 1 (1 of 2)" in line for line in lines) == is_shown
    assert lines[-1] == ("\033[K" if is_shown else "")


@pytest.mark.parametrize(("options", "is_told"), [([], True), (["-q"], False), (["--budget", "2m"], False)])
def test_a_budget_that_nobody_asked_for_is_told(capsys, options, is_told):
    with progress_line(command_parser("compare").parse(["corpus.txt", *options])) as show:
        show("reading")
        show("training")
    assert capsys.readouterr().err.count("compare takes at most 10 minutes: --budget 1h allows") == is_told


def test_there_is_a_budget_unless_it_is_none():
    parser = command_parser("compare")
    assert parser.parse(["corpus.txt"]).budget == 600.0
    assert parser.parse(["corpus.txt", "--budget", "none"]).budget is None
    assert parser.parse(["corpus.txt", "--budget", "4m"]).budget == 240.0


def test_several_vocabularies_show_growth(ns2vec, planted):
    sizes = ["--facts", 700, 1200, "--facts-words", 40_000]
    outcome = ns2vec("compare", *sizes, *QUICK, *FEW, "--budget", "2s", "--json")
    assert outcome.code == 0, outcome.err
    found = json.loads(outcome.out)["comparisons"]
    assert [one["corpus"]["vocabulary"] for one in found] == [700, 1200]
    assert sum(one["budget"] for one in found) < 4


def test_a_corpus_that_takes_too_long_leaves_the_others_a_share(monkeypatch):
    module = sys.modules["ns2vec.cli.compare"]
    clock = itertools.count(0.0, 50.0)
    monkeypatch.setattr(module, "time", SimpleNamespace(perf_counter=lambda: next(clock)))
    monkeypatch.setattr(module, "facts_folder", lambda *_: nullcontext(("corpus.txt", [])))
    monkeypatch.setattr(module, "compare", lambda path, budget, **_: budget)
    words = ["--facts", "700", "800", "900", "--budget", "60s"]
    assert list(compared(command_parser("compare").parse(words))) == [10.0 / 3, 3.0, 6.0]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "give one of these: a corpus"),
        (["corpus.txt", "--facts", "1000"], "give one of these: a corpus"),
        (["corpus.txt", "--sampler", "uniform"], "compare does not take --sampler"),
        (["corpus.txt", "--hs"], "compare does not take --hs"),
        (["corpus.txt", "--budget", "soon"], "invalid duration"),
        (["corpus.txt", "--price-per-hour", "-1"], "price"),
        (["corpus.txt", "--objectives", "no"], "unknown objective 'no'"),
        (["corpus.txt", "--samplers", "no"], "unknown sampler 'no'"),
        (["corpus.txt", "--held-out", "0.9"], "held_out must be a share"),
        (["corpus.txt", "--reference-share", "0"], "reference_share must be above 0 and below 1, got 0.0"),
    ],
)
def test_usage_errors(ns2vec, planted, words, message):
    outcome = ns2vec("compare", *words)
    assert outcome.code == 2
    assert message in outcome.refusal()


def test_a_record_of_something_else_is_refused(ns2vec, planted):
    (planted / "other.json").write_text('{"a": 1}', "utf-8")
    outcome = ns2vec("compare", "--from", "other.json")
    assert outcome.code == 1
    assert "expected a file that ns2vec compare --output wrote" in outcome.refusal()
