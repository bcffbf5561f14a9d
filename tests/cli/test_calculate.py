"""``ns2vec calculate``."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ns2vec.calculator import count_pairs, estimate
from ns2vec.cli import calculate
from ns2vec.objectives import OBJECTIVES


def test_pairs_and_batches(ns2vec):
    words = ["calculate", "--positives", 1_000_000, "--negative", 5, "--batch-size", 1024]
    assert json.loads(ns2vec(*words, "--json").out) == {
        "positives": 1_000_000, "negatives": 5_000_000, "pairs": 6_000_000, "batches": 5860
    }  # fmt: skip
    assert json.loads(ns2vec(*words, "--drop-last", "--json").out)["batches"] == 5859
    shown = ns2vec("calculate", "--positives", 8, "--negative", 0).out
    assert [line.split() for line in shown.splitlines()] == [
        ["positives", "8"],
        ["negatives", "0"],
        ["pairs", "8"],
    ]
    default = json.loads(ns2vec("calculate", "--positives", 8, "--json").out)
    assert default["negatives"] == count_pairs(8, 5).negatives


def test_a_corpus(ns2vec, planted):
    words = ["calculate", "corpus.txt", "--sg", "--vector-size", 24, "--no-calibration"]
    found = json.loads(ns2vec(*words, "--json").out)
    expected = estimate("corpus.txt", sg=1, vector_size=24, calibrate=False)
    assert found == json.loads(json.dumps(expected.to_dict()))
    shown = ns2vec(*words).out
    assert f"{found['scored_pairs']:,}" in shown
    assert f"words of {found['n_types']:,} types" in shown
    assert "time" not in shown


def test_time_is_shown_when_it_is_measured(ns2vec, planted, monkeypatch):
    monkeypatch.setattr("ns2vec.calculator.estimates.SECONDS", 0.0)
    found = ns2vec("calculate", "corpus.txt", "--vector-size", 8, "--epochs", 2)
    assert found.err == ""
    for name in ("counting", "setup", "training"):
        assert f"\n  {name} " in found.out


def test_counts_in_place_of_a_corpus(ns2vec, planted):
    assert ns2vec("train", "corpus.txt", "--save-vocab", "counts.txt", "--vector-size", 8, "-q").code == 0
    words = ["calculate", "--no-calibration", "--json"]
    counted = json.loads(ns2vec(*words, "--counts", "counts.txt", "--sentence-words", 9).out)
    corpus = json.loads(ns2vec(*words, "corpus.txt").out)
    assert counted["trained_words"] == pytest.approx(corpus["trained_words"], rel=0.01)
    assert counted["vocabulary"] == corpus["vocabulary"]
    assert counted["assumptions"] == []
    assumed = ns2vec("calculate", "--no-calibration", "--counts", "counts.txt").out.splitlines()
    assert assumed[-1] == "assumed: sentences of 20 words (sentence_words)"


@pytest.mark.parametrize("text", ["word\n", "word many\n", "a 1\n 5\n"])
def test_counts_that_are_none(ns2vec, tmp_path, text):
    Path(tmp_path, "counts.txt").write_text(text, "utf-8")
    outcome = ns2vec("calculate", "--counts", tmp_path / "counts.txt")
    assert outcome.code == 1
    assert f"counts.txt:{text.count(chr(10))}: expected a word and its count" in outcome.refusal()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["corpus.txt", "--positives", "3"], "give one of these"),
        (["--positives", "3", "--drop-last"], "--drop-last needs --batch-size"),
        (["corpus.txt", "--batch-size", "3"], "--batch-size needs --positives"),
        (["corpus.txt", "--sentence-words", "3"], "--sentence-words needs --counts"),
        (["--positives", "-3"], "positives must be a whole number of at least 0, got -3"),
        (["--positives", "3", "--negative", "-1"], "k must be a whole number of at least 0, got -1"),
        (["--positives", "3", "--batch-size", "0"], "batch_size must be a whole number of at least 1, got 0"),
        (["--positives", "many"], "--positives: invalid int value: 'many'"),
        (["corpus.txt", "--vector-size", "0"], "vector_size must be a whole number of at least 1, got 0"),
        (["corpus.txt", "--max-vocab-size", "9"], "--max-vocab-size is not used by the calculation"),
    ],
    ids=" ".join,
)
def test_wrong_input_names_its_field(ns2vec, planted, words, message):
    outcome = ns2vec("calculate", *words)
    assert outcome.code == 2
    assert message in outcome.refusal()


def test_a_pipe_cannot_be_read_twice(planted):
    command = [sys.executable, "-m", "ns2vec.cli", "calculate", "-", "--no-calibration"]
    done = subprocess.run(command, input=b"a b\n", capture_output=True, check=False)
    assert done.returncode == 1
    assert b"can be read only once" in done.stderr


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_every_part_of_memory_has_a_name(objective):
    found = estimate(counts=[9, 9], objective=objective, calibrate=False)
    assert set(found.memory) <= set(calculate.PARTS)


def test_figures_end_in_one_column():
    found = estimate(counts=[9, 9], shards=4, calibrate=False)
    ends = {len(line.removesuffix(" MB")) for line in calculate.table(found) if line.endswith(" MB")}
    assert len(ends) == 1
