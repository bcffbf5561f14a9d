"""What is said besides the figures: each reason once, and what it comes to."""

from __future__ import annotations

import math
from dataclasses import replace

from ns2vec.comparison.remarks import remarks, verdict
from ns2vec.comparison.results import CandidateResult, CandidateRun, Comparison
from ns2vec.comparison.runs import Sample


def run(seed: int = 1, seconds: float = 10.0, **changed) -> CandidateRun:
    values = {"f1": 0.5, "curve": [(1.0, 4.0)], "scores": {"men": 0.3}, **changed}
    return CandidateRun(seed, 100, 500, 400, seconds, seconds, **values)


def entry(name: str, *runs: CandidateRun, **changed) -> CandidateResult:
    return CandidateResult(name, name, None, Sample(9, 9.0, 1.0), full_words=500, runs=runs, **changed)


def comparison(*others: CandidateResult, notes=()) -> Comparison:
    corpus = {"name": "c", "n_words": 110, "n_sentences": 11, "vocabulary": 10, "held_out_words": 10}
    candidates = (entry("softmax", run()), *others)
    return Comparison(corpus, {"epochs": 5}, [1], 100, 100, candidates, list(notes), 9.0, 8.0)


def test_each_reason_is_said_once():
    ended = run(share=0.25, f1=math.nan, scores={})
    found = comparison(
        entry("a", note="no negatives"), entry("b", note="no negatives"), entry("c", ended),
        entry("d", ended), entry("e", run(f1=math.nan, scores={})), notes=["half of the text"],
    )  # fmt: skip
    assert remarks(found) == [
        "half of the text",
        "left out: a, b: no negatives",
        "the budget ended runs early, which have no scores: c, d after 25% of its training (seed 1)",
        "the budget left no time for F1 and scores: e with seed 1",
    ]


def test_records_of_older_versions_are_not_repeated_line_by_line():
    ended = run(share=0.25)
    old = ["a left out: why", "b with seed 1 was ended by the budget after 25% of its training"]
    lines = remarks(comparison(entry("a", note="why"), entry("b", ended), notes=old))
    assert lines == [
        "left out: a: why",
        "the budget ended runs early, which have no scores: b after 25% of its training (seed 1)",
    ]


def test_what_is_said_of_all_names_no_one():
    ended = run(share=0.5)
    found = comparison(entry("a", ended), entry("b", ended))
    found = replace(found, candidates=tuple(replace(one, runs=(ended,)) for one in found.candidates))
    assert remarks(found)[-1].endswith(": every candidate after 50% of its training (seed 1)")


def test_the_verdict_names_the_fastest_and_the_best():
    found = comparison(
        entry("a", run(seconds=2.0, f1=0.4, scores={"men": 0.6})),
        entry("b", run(seconds=4.0, f1=0.45, curve=[(1.0, 3.5)], scores={"men": 0.1})),
    )
    assert verdict(found) == (
        "a is the fastest: 2.0 s for a whole training, where full softmax takes 10.0 s, 5.0 times as long. "
        "b has the lowest held-out loss (3.500; full softmax 4.000) and the highest F1 (0.450; full softmax "
        "0.500). a has the highest score on men (0.600; full softmax 0.300)."
    )
    assert verdict(comparison()) == "Nothing was trained."
