"""The counting kernel against the oracle, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec.evaluation._counts import count_not_lower
from ns2vec.reference import count_not_lower as slow_counts


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
    count_not_lower(**arguments, products=products, counts=counts)
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
        count_not_lower(**arguments, products=False, counts=np.zeros(40, dtype=np.int64))


def test_no_words_count_nothing():
    arguments = {**problem(np.float64, 20), "of_pairs": np.zeros((7, 0)), "of_c": np.zeros((7, 0))}
    counts = np.zeros(40, dtype=np.int64)
    count_not_lower(
        **{**arguments, "excluded": np.zeros((0, 2), dtype=np.int64)}, products=True, counts=counts
    )
    assert not counts.any()
