"""The counting kernel against the oracle, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec.evaluation._counts import best_sums, count_higher
from ns2vec.reference import count_higher as slow_counts


def problem(dtype, n_words, seed=0):
    """Random arguments, without `products` and `counts`."""
    rng = np.random.default_rng(seed)
    tables = rng.normal(size=(2, 7, n_words)).astype(dtype)
    chosen = rng.integers(0, 7, (2, 40))
    shifts, expected = rng.normal(size=(2, 40)).astype(dtype)
    excluded = np.unique(np.stack([rng.integers(0, n_words, 60), rng.integers(0, 40, 60)], axis=1), axis=0)
    return {
        "of_pairs": tables[0], "of_c": tables[1], "pairs": chosen[0], "cs": chosen[1], "shifts": shifts,
        "expected": expected, "excluded": excluded,
    }  # fmt: skip


@pytest.mark.parametrize("products", [False, True])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n_words", [1, 7, 64, 333])
def test_equals_the_oracle(dtype, n_words, products):
    arguments = problem(dtype, n_words)
    counts = np.full(40, 5)
    count_higher(**arguments, products=products, counts=counts)
    np.testing.assert_array_equal(counts - 5, slow_counts(**arguments, products=products))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"pairs": np.full(40, 7)}, r"each pair to be 0 \.\.\. 6, found 7"),
        ({"cs": np.full(40, -1)}, r"each c to be 0 \.\.\. 6, found -1"),
        ({"excluded": np.array([[20, 0]])}, r"excluded column to be 0 \.\.\. 19, found 20"),
        ({"excluded": np.array([[0, 40]])}, r"excluded question to be 0 \.\.\. 39, found 40"),
        ({"shifts": np.zeros(39)}, "expected 40 pairs, cs, shifts"),
        ({"of_pairs": np.zeros((7, 19))}, "tables of one width"),
        ({"excluded": np.zeros((1, 3), dtype=np.int64)}, "two columns of excluded"),
    ],
)
def test_what_does_not_fit_is_refused(changed, message):
    arguments = {**problem(np.float64, 20), **changed}
    with pytest.raises(ValueError, match=message):
        count_higher(**arguments, products=False, counts=np.zeros(40, dtype=np.int64))


def test_no_words_count_nothing():
    arguments = {**problem(np.float64, 20), "of_pairs": np.zeros((7, 0)), "of_c": np.zeros((7, 0))}
    counts = np.zeros(40, dtype=np.int64)
    count_higher(**{**arguments, "excluded": np.zeros((0, 2), dtype=np.int64)}, products=True, counts=counts)
    assert not counts.any()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n_words", [1, 3, 15, 16, 17, 100])
def test_best_sums_are_those_of_sorting(dtype, n_words):
    rng = np.random.default_rng(n_words)
    n_questions, n_tiles = 50, 3
    # few different values, so that many tie
    of_pairs = rng.integers(-3, 3, (5, n_tiles * n_words)).astype(dtype)
    of_c = rng.integers(-3, 3, (7, n_tiles * n_words)).astype(dtype)
    pairs, cs = rng.integers(0, 5, n_questions), rng.integers(0, 7, n_questions)
    excluded = rng.integers(0, n_tiles * n_words, (n_questions, 3))
    scores = np.full((n_questions, 2), -np.inf, dtype=dtype)
    words = np.full(n_questions, -1)
    for start in range(0, n_tiles * n_words, n_words):
        tile = slice(start, start + n_words)
        parts = (np.ascontiguousarray(of_pairs[:, tile]), np.ascontiguousarray(of_c[:, tile]))
        best_sums(*parts, pairs, cs, excluded, start, scores, words)
    for q in range(n_questions):
        whole = of_pairs[pairs[q]] + of_c[cs[q]]
        whole[excluded[q]] = -np.inf
        best = np.sort(whole)[::-1]
        found = np.concatenate([best, [-np.inf]])[:2]
        assert scores[q].tolist() == found.tolist()
        assert words[q] == (whole.argmax() if found[0] > -np.inf else -1)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"pairs": np.array([2])}, r"expected each pair to be 0 \.\.\. 1, found 2"),
        ({"cs": np.array([-1])}, r"expected each c to be 0 \.\.\. 1, found -1"),
        ({"cs": np.array([0, 1])}, "expected 1 pairs, cs, excluded and scores"),
        ({"excluded": np.zeros((1, 2), dtype=np.int64)}, "expected three columns of excluded, got 2"),
        ({"of_c": np.zeros((2, 5))}, "expected tables of one width"),
    ],
)
def test_best_sums_checks_its_arrays(changed, message):
    arrays = {
        "of_pairs": np.zeros((2, 4)),
        "of_c": np.zeros((2, 4)),
        "pairs": np.array([0]),
        "cs": np.array([0]),
        "excluded": np.zeros((1, 3), dtype=np.int64),
        "first_word": 0,
        "scores": np.zeros((1, 2)),
        "words": np.array([-1]),
    }
    with pytest.raises(ValueError, match=message):
        best_sums(**{**arrays, **changed})
