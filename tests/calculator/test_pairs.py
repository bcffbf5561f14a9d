"""Positives, negatives, pairs, batches."""

from __future__ import annotations

import dataclasses

import pytest

from ns2vec.calculator import count_pairs


@pytest.mark.parametrize(
    ("arguments", "options", "expected"),
    [
        ((1_000_000, 5, 1024), {}, (1_000_000, 5_000_000, 6_000_000, 5860)),
        ((1_000_000, 5, 1024), {"drop_last": True}, (1_000_000, 5_000_000, 6_000_000, 5859)),
        ((1_000_000, 0, 1024), {}, (1_000_000, 0, 1_000_000, 977)),
        ((1_000_000, 5), {}, (1_000_000, 5_000_000, 6_000_000, None)),
        ((512, 1, 1024), {"drop_last": True}, (512, 512, 1024, 1)),
        ((511, 1, 1024), {"drop_last": True}, (511, 511, 1022, 0)),
        ((0, 5, 8), {}, (0, 0, 0, 0)),
        ((2.0, 3.0, 4.0), {}, (2, 6, 8, 2)),
        ((10**15, 20, 7), {}, (10**15, 2 * 10**16, 21 * 10**15, 3 * 10**15)),
    ],
)
def test_counts(arguments, options, expected):
    assert dataclasses.astuple(count_pairs(*arguments, **options)) == expected


@pytest.mark.parametrize("field", ["positives", "k", "batch_size"])
@pytest.mark.parametrize("value", [-1, 0.5, float("nan"), float("inf"), "ten"])
def test_wrong_input_names_its_field(field, value):
    with pytest.raises(ValueError, match=f"^{field} must be a whole number of at least"):
        count_pairs(**{"positives": 10, "k": 5, "batch_size": 2, field: value})


def test_a_batch_holds_something():
    with pytest.raises(ValueError, match=r"^batch_size must be a whole number of at least 1, got 0"):
        count_pairs(10, 5, 0)
