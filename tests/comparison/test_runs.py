"""Slices, clock and deadline of a run; work is counted, not timed."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec import Word2Vec
from ns2vec.calculator import estimate
from ns2vec.comparison import Candidate
from ns2vec.comparison.runs import Clock, make_model, measure_speed, train
from ns2vec.comparison.text import read_text
from ns2vec.corpus import END, open_corpus
from ns2vec.evaluation.facts import facts_corpus

OPTIONS = {"vector_size": 8, "min_count": 1, "workers": 1, "sample": 0}
UNIGRAM = Candidate("negative_sampling", "unigram")


@pytest.fixture(scope="module")
def text(sentences):
    return read_text(open_corpus(sentences), Word2Vec(**OPTIONS), 0.1)


def test_looks_come_four_times_an_epoch(text):
    looks = []
    clock = Clock(lambda model, n_slices: looks.append(n_slices))
    done = train(make_model(UNIGRAM, text, OPTIONS, 1), text.train, epochs=2, clock=clock)
    assert looks == list(range(9))
    assert done.share == 1.0
    assert 2 * text.n_words <= done.n_words < 2.02 * text.n_words


def test_where_looking_takes_long_it_is_done_before_and_at_the_end(text):
    looks = []
    clock = Clock(lambda model, n_slices: looks.append(n_slices))
    done = train(make_model(UNIGRAM, text, OPTIONS, 1), text.train, epochs=3, clock=clock, pieces=0)
    assert looks == [0, 3]
    assert done.share == 1.0


def test_a_slow_run_has_finer_slices_and_as_many_looks(text):
    looks = []
    clock = Clock(lambda model, n_slices: looks.append(n_slices))
    train(make_model(UNIGRAM, text, OPTIONS, 1), text.train, epochs=1, clock=clock, seconds_expected=24.0)
    assert looks == [0, 3, 6, 9, 12]


def test_a_slow_run_on_one_long_sentence_can_be_ended_too(text):
    rows = np.append(text.train[text.train >= 0][:5000], np.int32(END))
    clock = Clock(deadline=0.0)
    done = train(make_model(UNIGRAM, text, OPTIONS, 1), rows, epochs=1, clock=clock, seconds_expected=80.0)
    assert 120 < done.n_words < 130
    assert done.share == 1 / 40


def test_a_deadline_ends_the_run_after_a_slice(text):
    clock = Clock(deadline=0.0)
    done = train(make_model(UNIGRAM, text, OPTIONS, 1), text.train, epochs=2, clock=clock)
    assert clock.n_slices == 1
    assert done.share == 1 / 8
    assert 0 < done.n_words < text.n_words


def test_the_rate_falls_as_in_whole_epochs(text):
    alphas = []
    clock = Clock(lambda model, n_slices: alphas.append(model.min_alpha_yet_reached))
    model = make_model(UNIGRAM, text, OPTIONS, 1)
    train(model, text.train, epochs=2, clock=clock)
    assert model.min_alpha_yet_reached < 0.15 * model.alpha


def test_speed_is_measured_on_no_more_than_the_text(text):
    model = make_model(UNIGRAM, text, OPTIONS, 1)
    sample = measure_speed(model, text, 1e9)
    assert sample.n_words == text.n_words
    assert np.isfinite(model.wv.vectors).all()


def test_work_for_a_pair_grows_with_the_vocabulary_for_full_softmax_alone():
    """Counted, for times depend on the machine: scores of an (input, centre) pair."""
    scored = {}
    for objective in ("softmax", "negative_sampling"):
        scored[objective] = []
        for n_types in (1000, 4000, 16_000):
            corpus = list(facts_corpus(n_types, n_words=100_000 if n_types < 16_000 else 200_000).sentences())
            found = estimate(corpus, objective=objective, calibrate=False, sg=1, min_count=1)
            scored[objective].append(found.scored_pairs / found.positives)
    assert scored["softmax"] == pytest.approx([1000, 4000, 16_000], rel=1e-4)
    assert scored["negative_sampling"] == pytest.approx([6, 6, 6], rel=1e-4)
