"""Accepted scores."""

from __future__ import annotations

import json

import pytest

from ns2vec.evaluation.baselines import read_baseline, write_baseline
from ns2vec.exceptions import FormatError


def test_scores_within_the_tolerance_pass(write_text):
    record = {"command": "c", "tolerance": 0.1, "scores": {"a": 0.5, "b": {"score": 0.5, "tolerance": 0.01}}}
    baseline = read_baseline(write_text(json.dumps(record), "baseline.json"))
    assert baseline.shortfalls({"a": 0.4, "b": 0.49, "c": 0}) == []
    assert [found.suite for found in baseline.shortfalls({"a": 0.39, "b": 0.48})] == ["a", "b"]
    assert str(baseline.shortfalls({"a": 0.5})[0]) == "b: missing, accepted 0.5000 - 0.0100"
    assert [found.suite for found in baseline.shortfalls({"a": float("nan"), "b": 1.0})] == ["a"]


def test_written_baselines_are_read_back(tmp_path):
    write_baseline(
        tmp_path / "b.json",
        "ns2vec evaluate x",
        {"a": 0.123456, "b": float("nan"), "c": 1.0},
        0.05,
        {"c": 0.5},
    )
    baseline = read_baseline(tmp_path / "b.json")
    assert (baseline.command, baseline.scores) == ("ns2vec evaluate x", {"a": 0.1235, "c": 1.0})
    assert baseline.tolerances == {"a": 0.05, "c": 0.5}


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"scores": {"a": "good"}}', '{"scores": {"a": {}}}'])
def test_what_is_no_baseline(write_text, text):
    path = write_text(text, "baseline.json")
    with pytest.raises(FormatError, match="expected a baseline") as caught:
        read_baseline(path)
    assert str(path) in str(caught.value)
