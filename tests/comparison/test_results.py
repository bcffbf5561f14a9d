"""Figures that follow from runs, and their way through JSON."""

from __future__ import annotations

import json
import math

import pytest

from ns2vec.comparison.results import CandidateResult, CandidateRun, Comparison, growth, mean_and_deviation
from ns2vec.comparison.runs import Sample


def result(name: str, seconds: list[float], f1: list[float], **changed) -> CandidateResult:
    runs = tuple(
        CandidateRun(
            seed, 100, 500, 400, time, time, f1=score, curve=[(0.0, 5.0), (1.0, 4.0)], scores={"s": score}
        )
        for seed, (time, score) in enumerate(zip(seconds, f1, strict=True))
    )
    values = {"full_words": 500, "pairs_per_word": 2.0, "batch_words": 10, "runs": runs, **changed}
    return CandidateResult(name, name, None, Sample(100, 1.0, 1.0), **values)


EXACT = result("softmax", [10.0, 30.0], [0.5, 0.4])
FAST = result("fast", [1.0, 3.0], [0.25, 0.4])


def comparison(vocabulary: int = 10, *candidates: CandidateResult) -> Comparison:
    corpus = {"name": "c", "n_words": 110, "n_sentences": 11, "vocabulary": vocabulary, "held_out_words": 10}
    return Comparison(
        corpus, {"epochs": 5}, [0, 1], 100, 100, candidates or (EXACT, FAST), ["n"], 9.0, 8.0, 3600.0
    )


def test_time_is_the_median_of_whole_runs():
    assert FAST.seconds == 2.0
    assert FAST.is_measured
    assert FAST.time_reduction(EXACT) == pytest.approx(0.9)


def test_time_of_parts_is_extrapolated_to_the_whole():
    part = result("part", [1.0, 3.0], [0.1, 0.1], full_words=50_000)
    assert not part.is_measured
    assert part.seconds == pytest.approx(50_000 * 4.0 / 1000)
    untrained = CandidateResult("u", "u", None, Sample(100, 1.0, 1.0), full_words=1000)
    assert untrained.seconds == 10.0


def test_time_for_pairs_and_batches_and_their_price():
    assert FAST.seconds_per_pair == pytest.approx(4.0 / 1000 / 2)
    assert FAST.seconds_per_batch == pytest.approx(0.04)
    assert FAST.cost_per_batch(3600.0) == pytest.approx(0.04)


def test_stability_is_the_ratio_seed_by_seed():
    mean, deviation = FAST.f1_stability(EXACT)
    assert mean == pytest.approx((0.5 + 1.0) / 2)
    assert deviation == pytest.approx(mean_and_deviation([0.5, 1.0])[1])
    assert math.isnan(mean_and_deviation([])[0])


def test_json_comes_back_as_it_was():
    before = comparison(10, EXACT, CandidateResult("left", "out", None, note="why"))
    record = json.loads(before.to_json())
    after = Comparison.from_dict(record)
    assert after.as_dict() == before.as_dict()
    assert after.candidates[0].runs == EXACT.runs
    assert record["candidates"][0]["summary"]["time"] == "measured"


def test_growth_is_the_largest_vocabulary_over_the_smallest():
    slower = result("softmax", [40.0, 120.0], [0.5, 0.4])
    (found,) = growth([comparison(40, slower), comparison(10, EXACT)])
    assert found.vocabularies == [10, 40]
    assert found.factor == pytest.approx(4.0)
