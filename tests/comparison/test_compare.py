"""The whole comparison on a small planted corpus."""

from __future__ import annotations

import math
import sys
import time
from types import SimpleNamespace

import pytest

from ns2vec.comparison import Candidate, compare, make_candidates, trials
from ns2vec.comparison.remarks import remarks
from ns2vec.comparison.runs import Sample, Trained
from ns2vec.exceptions import ConfigError, CorpusError

NAMES = ["softmax", "negative_sampling/unigram", "negative_sampling/uniform", "hierarchical_softmax"]
SMALL = {"vector_size": 8, "epochs": 1, "min_count": 1, "workers": 1}


def test_every_candidate_is_trained_with_every_seed_on_the_same_text(found):
    assert [entry.name for entry in found.candidates] == NAMES
    for entry in found.candidates:
        assert [run.seed for run in entry.runs] == [1, 2]
        # slices are equally long, so that the last one begins the text again
        assert {run.n_words for run in entry.runs} == {found.reference.runs[0].n_words}
        assert 3 * found.text_words <= entry.runs[0].n_words < 3.02 * found.text_words
        assert {run.share for run in entry.runs} == {1.0}
        assert entry.is_measured


def test_the_held_out_part_is_not_trained_on(found):
    corpus = found.corpus
    assert found.text_words == found.reference_words == corpus["n_words"] - corpus["held_out_words"]
    assert corpus["held_out_words"] == pytest.approx(corpus["n_words"] / 10, rel=0.02)


def test_curves_begin_with_the_fresh_model_and_fall(found):
    for entry in found.candidates:
        curve = entry.mean_curve()
        assert [epochs for epochs, _ in curve] == [number / 4 for number in range(13)]
        assert curve[-1][1] < curve[0][1]
    # the fresh full softmax knows nothing: log V
    assert found.reference.mean_curve()[0][1] == pytest.approx(math.log(found.corpus["vocabulary"]), rel=1e-4)


@pytest.mark.parametrize("name", NAMES)
def test_memory_is_as_counted_within_five_per_cent(found, name):
    entry = next(entry for entry in found.candidates if entry.name == name)
    assert entry.memory.total == pytest.approx(entry.memory_formula.total, rel=0.05)
    assert entry.memory.window == pytest.approx(entry.memory_formula.window, rel=0.05)


def test_full_softmax_keeps_its_own_f1_and_saves_no_time(found):
    reference = found.reference
    assert reference.f1_stability(reference) == (1.0, 0.0)
    assert reference.time_reduction(reference) == 0.0


def test_a_budget_trains_less_text_and_says_so(sentences):
    started = time.perf_counter()
    short = compare(sentences, make_candidates(["nce"], ["unigram"]), seeds=[1], budget=1e-3, **SMALL)
    assert short.text_words <= 5010 < sum(map(len, sentences))
    assert any("budget" in note for note in short.notes)
    assert not any(run.scores for entry in short.candidates for run in entry.runs)
    assert short.seconds <= time.perf_counter() - started


@pytest.fixture
def planned(monkeypatch):
    """Return a function that has trainings take the seconds it is told, on a clock of their own.

    ``planned(expected, real)``: seconds for a word, by objective.
    """
    module = sys.modules["ns2vec.comparison.compare"]
    told = SimpleNamespace(now=0.0, order=[])

    def set_up(expected, real):
        def measure_speed(model, text, seconds):
            return Sample(1000, 1000 * expected[model.objective], 1.0)

        def train(model, rows, *, epochs, clock, pieces, seconds_expected, observers):
            seconds = real[model.objective] * len(rows) * epochs
            told.order.append((model.objective, model.seed))
            n_slices = 100
            clock.look(model, 0)
            while clock.n_slices < n_slices:
                told.now += seconds / n_slices
                clock.n_slices += 1
                if told.now > clock.deadline:
                    break
            if clock.n_slices == n_slices:
                clock.look(model, n_slices)
            share = clock.n_slices / n_slices
            return Trained(model, int(share * len(rows)), len(rows), share * seconds, 1.0, share)

        def perf_counter():
            told.now += 1e-6
            return told.now

        for timed in (module, trials):
            monkeypatch.setattr(timed, "time", SimpleNamespace(perf_counter=perf_counter))
        monkeypatch.setattr(trials, "measure_speed", measure_speed)
        monkeypatch.setattr(module, "train", train)
        return told

    return set_up


OBJECTIVES = {"softmax": 1.0, "negative_sampling": 1e-5, "nce": 2e-5, "hierarchical_softmax": 4e-5}


@pytest.mark.parametrize("slower", [1.0, 50.0])
@pytest.mark.parametrize("budget", [20.0, 240.0])
def test_every_candidate_answers_within_the_budget_the_quickest_first(sentences, planned, slower, budget):
    """Full softmax may be fifty times as slow as its sample was, on a machine that has become busy."""
    clock = planned(OBJECTIVES, {**OBJECTIVES, "softmax": slower})
    candidates = make_candidates(["hierarchical_softmax", "nce", "negative_sampling"], ["unigram"])
    found = compare(sentences[:300], candidates, budget=budget, **SMALL)
    assert [name for name, seed in clock.order if seed == 1] == [
        *(["negative_sampling"] * 2), *(["nce"] * 2), *(["hierarchical_softmax"] * 2), "softmax"
    ]  # fmt: skip
    for entry in found.candidates:
        assert entry.runs
        assert math.isfinite(entry.loss()[0])
    of_softmax = sum(run.seconds for run in found.reference.runs)
    longest_slice = max(run.seconds / run.share for run in found.reference.runs) / 100
    assert of_softmax <= 0.4 * budget + len(found.seeds) * longest_slice
    assert clock.now <= budget + longest_slice
    assert len(found.notes) <= 8


def test_an_own_sampler_that_is_slow_costs_no_one_else_the_run(sentences, planned):
    clock = planned(OBJECTIVES, {**OBJECTIVES, "negative_sampling": 1e-2})
    candidates = make_candidates(["hierarchical_softmax", "negative_sampling"], ["unigram"])
    found = compare(sentences[:300], candidates, budget=60.0, seeds=[1, 2, 3], **SMALL)
    assert all(entry.runs for entry in found.candidates)
    shares = {entry.objective: entry.runs[0].share for entry in found.candidates}
    assert shares["negative_sampling"] < shares["hierarchical_softmax"] == 1.0
    assert clock.now <= 60.0


def test_what_is_being_done_is_reported(sentences):
    told = []
    candidates = make_candidates(["nce"], ["unigram"])
    compare(sentences, candidates, seeds=[4], budget=1e-3, on_progress=told.append, **SMALL)
    assert list(dict.fromkeys(told)) == [
        "reading the corpus", "speed of softmax (1 of 2)", "speed of nce/unigram (2 of 2)",
        "nce/unigram, seed 4 (1 of 2)", "softmax, seed 4 (2 of 2)",
    ]  # fmt: skip


def test_what_cannot_be_is_refused(sentences):
    with pytest.raises(ConfigError, match="budget must be a number above 0"):
        compare(sentences, budget=0.0)
    with pytest.raises(ConfigError, match="reference_share must be above 0 and below 1, got 1"):
        compare(sentences, reference_share=1.0)
    with pytest.raises(ConfigError, match="sampler differs between the runs"):
        compare(sentences, sampler="uniform")
    with pytest.raises(ConfigError, match="held_out must be a share"):
        compare(sentences, held_out=0.9)
    with pytest.raises(ConfigError, match="no_such_suite"):
        compare(sentences, suites=["no_such_suite"])
    with pytest.raises(ConfigError, match="at least one seed"):
        compare(sentences, seeds=[])
    with pytest.raises(CorpusError, match="only once"):
        compare(iter(sentences))


def test_a_candidate_that_does_not_go_with_the_options_is_left_out_with_the_reason(sentences, monkeypatch):
    monkeypatch.setattr(trials, "LONGEST_TRIAL", 0.02)
    keyed = Candidate("sampled_softmax", "mixed:unigram=1")
    found = compare(sentences, [keyed], seeds=[1], negative=0, **SMALL)
    assert "negative of at least 1" in found.candidates[1].note
    assert any(keyed.name in line for line in remarks(found))
    assert found.candidates[0].runs
