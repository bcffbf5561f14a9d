"""Training that runs away is noticed: with a guard at once, without one at the end of the epoch."""

from __future__ import annotations

import logging
from types import SimpleNamespace

import numpy as np
import pytest

from ns2vec import Word2Vec
from ns2vec.exceptions import DivergenceError
from ns2vec.objectives import OBJECTIVES
from ns2vec.training.guard import Guard, advice_on, check_rows, segments
from ns2vec.training.matrices import Rows, empty_rows

SMALL = {"vector_size": 20, "min_count": 1, "sample": 0, "sg": 1, "workers": 1, "batch_words": 100}
RUNAWAY = {"alpha": 1e5, "min_alpha": 1e5}


def is_finite(model):
    return bool(np.isfinite(model.wv.vectors).all() and np.isfinite(model.syn1neg).all())


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("sg", [0, 1])
def test_a_run_that_is_driven_to_nan_ends_finite_with_rollback(sentences, caplog, sg, workers):
    with caplog.at_level(logging.WARNING, logger="ns2vec"):
        model = Word2Vec(
            sentences, **(SMALL | {"sg": sg, "workers": workers, "epochs": 10} | RUNAWAY), guard="rollback"
        )
    assert is_finite(model)
    assert "training diverged at learning rate 100000" in caplog.text
    assert "continuing at half the rate" in caplog.text
    # it went on learning, not only back
    assert model.syn1neg.any()


@pytest.mark.parametrize("guard", [None, "stop"])
@pytest.mark.parametrize("workers", [1, 2])
def test_without_rollback_it_is_an_error_that_says_what_to_do(sentences, guard, workers):
    with pytest.raises(
        DivergenceError, match=r"training diverged: .*learning rate 100000\); lower alpha"
    ) as caught:
        Word2Vec(sentences, **(SMALL | {"workers": workers} | RUNAWAY), guard=guard)
    assert isinstance(caught.value, FloatingPointError)


def test_not_even_the_lowest_rate_helps(sentences):
    """Every interval diverges, so the last resort is the error."""
    with pytest.raises(DivergenceError, match="after 20 rollbacks"):
        Word2Vec(sentences, **(SMALL | {"alpha": 1e30, "min_alpha": 1e30, "epochs": 30}), guard="rollback")


@pytest.mark.parametrize("guard", ["stop", "rollback"])
@pytest.mark.parametrize("objective", [None, *OBJECTIVES])
@pytest.mark.parametrize("sg", [0, 1])
def test_a_guard_does_not_disturb_a_run_that_goes_well(sentences, objective, guard, sg):
    options = SMALL | {"sg": sg, "objective": objective}
    guarded = Word2Vec(sentences, **options, guard=guard)
    assert np.array_equal(guarded.wv.vectors, Word2Vec(sentences, **options).wv.vectors)


@pytest.mark.parametrize("objective", ["negative_sampling", "nce", "sampled_softmax", "softmax"])
def test_longer_sentences_are_no_divergence(objective):
    """The loss of a word grows with its contexts: first pairs, then sentences of thirty words."""
    rng = np.random.default_rng(0)
    words = [f"w{i}" for i in range(300)]
    short = [rng.choice(words, 2).tolist() for _ in range(1500)]
    long = [rng.choice(words, 30).tolist() for _ in range(100)]
    model = Word2Vec(short + long, **SMALL, objective=objective, guard="stop", epochs=2)
    assert is_finite(model)


def one_matrix(n_rows=3):
    rows = Rows("syn1neg", empty_rows(n_rows, 8), n_rows, 8)
    rows.array[:] = 1.0
    return rows


def test_a_leaping_loss_is_noticed_before_rows_are_not_finite():
    rows = one_matrix()
    guard = Guard("stop")
    guard.watch([rows], 4.0)
    assert guard.inspect(100, 350.0, 0.1)
    assert guard.inspect(100, 399.0, 0.1)  # below what a model that knows nothing has
    with pytest.raises(DivergenceError, match=r"the loss per word is 9, and may be 7\.98 at most"):
        guard.inspect(100, 900.0, 0.1)


def test_a_leap_from_a_low_loss_is_none_while_it_is_below_that_of_no_knowledge():
    guard = Guard("stop")
    guard.watch([one_matrix()], 4.0)
    assert guard.inspect(100, 10.0, 0.1)
    assert guard.inspect(100, 390.0, 0.1)


def test_where_no_bound_is_known_the_leap_decides():
    """A link of the user's own."""
    guard = Guard("stop")
    guard.watch([one_matrix()], float("inf"))
    assert guard.inspect(100, 5000.0, 0.1)
    with pytest.raises(DivergenceError, match="may be 100 at most"):
        guard.inspect(100, 11_000.0, 0.1)


@pytest.mark.parametrize("loss", [float("nan"), float("inf")])
def test_a_loss_that_is_no_number(loss):
    guard = Guard("stop")
    guard.watch([one_matrix()], 4.0)
    with pytest.raises(DivergenceError, match="the loss per word is"):
        guard.inspect(100, loss, 0.1)


def test_an_interval_without_words_says_nothing():
    guard = Guard("stop")
    guard.watch([one_matrix()], 4.0)
    assert guard.inspect(0, 0.0, 0.1)


def test_rollback_restores_the_last_good_rows_and_halves_the_rate():
    rows = one_matrix()
    guard = Guard("rollback")
    guard.watch([rows], 4.0)
    rows.array[:] = 2.0
    assert guard.inspect(100, 100.0, 0.1)  # good: kept
    rows.array[1] = np.nan
    assert not guard.inspect(100, 100.0, 0.1)
    assert (rows.array == 2.0).all()
    assert guard.rate_factor == 0.5
    assert guard.n_rollbacks == 1


def test_only_rollback_keeps_copies():
    for policy, n_copies in (("stop", 0), ("rollback", 2)):
        guard = Guard(policy)
        guard.watch([one_matrix(), one_matrix()], 4.0)
        assert len(guard.copies) == n_copies


def test_copies_are_counted():
    plain, guarded = Word2Vec(vector_size=100), Word2Vec(vector_size=100, guard="rollback")
    both = Word2Vec(vector_size=100, guard="rollback", hs=1)
    matrix = 1000 * 112 * 4
    assert "guard" not in plain.estimate_memory(1000)
    assert guarded.estimate_memory(1000)["guard"] == 2 * matrix
    assert guarded.estimate_memory(1000)["total"] - plain.estimate_memory(1000)["total"] == 2 * matrix
    assert both.estimate_memory(1000)["guard"] == 3 * matrix
    assert "guard" not in Word2Vec(guard="stop").estimate_memory(1000)
    assert Word2Vec(shards=4, workers=2).estimate_memory(1000)["shards"] == (2 + 4) * 2 * matrix


def test_rows_that_are_not_finite_are_named():
    rows = one_matrix(10_000)
    check_rows([rows], 0.1)
    rows.array[[3, 9999], 2] = np.inf, np.nan
    with pytest.raises(DivergenceError, match="2 of 10000 rows of syn1neg are not finite"):
        check_rows([rows], 0.1)


@pytest.mark.parametrize("options", [{}, {"sg": 0}, {"hs": 1, "negative": 0}, {"objective": "nce"}])
def test_a_planted_runaway_is_reported_with_its_word_and_what_to_change(sentences, options):
    with pytest.raises(DivergenceError, match=r"diverged: .*'\w+'.*; lower alpha, 0.025 to 0.05 is usual"):
        Word2Vec(sentences * 20, **(SMALL | options | {"alpha": 5, "min_alpha": 5}))


@pytest.mark.parametrize(
    ("name", "number", "message"),
    [
        ("wv.vectors", 1e7, r"wv.vectors have grown to 1e\+07 \('c'\)"),
        ("syn1", -2e8, r"syn1 have grown to 2e\+08 \(row 2\)"),
        ("syn1neg", np.nan, r"1 of 4 rows of syn1neg are not finite, 'c' first"),
    ],
)
def test_a_row_that_is_of_no_use_is_named(name, number, message):
    rows = Rows(name, empty_rows(4, 3), 4, 3, () if name == "syn1" else "abcd")
    rows.array[2, 1] = number
    with pytest.raises(DivergenceError, match=message):
        check_rows([rows], 0.05)


def test_the_matrix_that_is_of_no_use_is_named_not_one_that_is_only_large():
    matrices = [Rows(name, empty_rows(2, 3), 2, 3, "ab") for name in ("wv.vectors", "syn1neg")]
    matrices[0].array[0, 0], matrices[1].array[1, 0] = 200.0, np.nan
    with pytest.raises(DivergenceError, match=r"rows of syn1neg are not finite, 'b' first"):
        check_rows(matrices, 0.05)


def test_numbers_that_are_larger_than_any_good_models_are_warned_about(caplog):
    rows = Rows("wv.vectors", empty_rows(4, 3), 4, 3, "ab")
    rows.array[1, 0] = 99.0
    check_rows([rows], 0.05)
    assert caplog.text == ""
    rows.array[3, 0] = -101.0
    check_rows([rows], 0.05)
    assert "wv.vectors have grown to 101 (row 3) (learning rate 0.05); lower alpha, try 0.01" in caplog.text


@pytest.mark.parametrize(
    "options, advice",
    [
        ({}, "lower alpha, try 0.05"),
        ({"learning_rate": 0.2}, "lower learning_rate, try 0.05"),
        (
            {"guard": None},
            "lower alpha, 0.025 to 0.05 is usual, or train with guard='rollback', which does so",
        ),
    ],
)
def test_advice_names_only_options_that_the_model_has(options, advice):
    assert advice_on(SimpleNamespace(**options), 0.2) == advice


def test_a_model_that_begins_with_nan(sentences):
    model = Word2Vec(**SMALL, guard="rollback")
    model.build_vocab(sentences)
    model.wv.vectors[0] = np.nan
    with pytest.raises(
        DivergenceError, match=r"training cannot begin: 1 of 20 rows of wv\.vectors are not finite"
    ):
        model.train(sentences, total_examples=len(sentences), epochs=1)


def test_the_guard_looks_several_times_an_epoch(sentences, monkeypatch):
    looks = []
    inspect = Guard.inspect
    monkeypatch.setattr(Guard, "inspect", lambda self, *given: looks.append(given) or inspect(self, *given))
    Word2Vec(sentences, **SMALL, guard="stop", epochs=3)
    assert 3 * 8 <= len(looks) <= 3 * 12
    assert sum(n_trained for n_trained, _, _ in looks) == 3 * 3200


def test_rows_that_a_user_put_in_place_are_guarded_too(sentences):
    model = Word2Vec(**(SMALL | RUNAWAY), guard="rollback")
    model.build_vocab(sentences)
    model.wv.vectors = np.asfortranarray(model.wv.vectors)
    model.train(sentences, total_examples=len(sentences), epochs=4)
    assert is_finite(model)


def test_segments_cover_everything_in_order():
    assert [list(piece) for piece in segments(iter(range(7)), 3)] == [[0, 1, 2], [3, 4, 5], [6]]
    assert list(segments(iter([]), 3)) == []


def test_what_a_guard_may_be():
    with pytest.raises(ValueError, match="guard must be one of 'stop', 'rollback', got 'pray'"):
        Word2Vec(guard="pray")
