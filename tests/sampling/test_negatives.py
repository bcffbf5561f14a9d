"""Negatives of one target: distinct, allowed, distributed as promised, and cheap."""

from __future__ import annotations

import tracemalloc
from itertools import combinations

import numpy as np
import pytest

from ns2vec import get_negative_samples, noise_distribution
from ns2vec.exceptions import ConfigError


@pytest.mark.parametrize("target", [0, 3, 9])
@pytest.mark.parametrize("exclude", [None, [], [0, 9], range(4, 9), np.array([1, 1, 3]), {2}])
@pytest.mark.parametrize("p", [None, np.arange(1, 11)])
def test_all_allowed_ids_come_once(target, exclude, p):
    allowed = set(range(10)) - {target} - {int(i) for i in (exclude if exclude is not None else ())}
    for k in range(len(allowed) + 1):
        found = get_negative_samples(10, target, k, exclude=exclude, p=p, seed=k)
        assert found.dtype == np.int64
        assert found.shape == (k,)
        assert len(set(found.tolist())) == k
        assert set(found.tolist()) <= allowed
    assert set(found.tolist()) == allowed
    with pytest.raises(ConfigError, match=f"only {len(allowed)} of 10 ids"):
        get_negative_samples(10, target, len(allowed) + 1, exclude=exclude, p=p)


@pytest.mark.parametrize(
    ("arguments", "options", "field"),
    [
        ((0, 0, 0), {}, "vocab_size"),
        ((2.5, 0, 0), {}, "vocab_size"),
        ((5, 5, 1), {}, "target_index"),
        ((5, -1, 1), {}, "target_index"),
        ((5, 0, -1), {}, "num_samples"),
        ((5, 0, float("nan")), {}, "num_samples"),
        ((5, 0, 1), {"exclude": [5]}, "exclude"),
        ((5, 0, 1), {"exclude": [1.5]}, "exclude"),
        ((5, 0, 1), {"p": [1, 1]}, "p must"),
        ((5, 0, 1), {"p": [1, 1, 1, 1, -1]}, "p must"),
        ((5, 0, 1), {"p": [1, 1, 1, 1, np.nan]}, "p must"),
    ],
)
def test_wrong_arguments_are_named(arguments, options, field):
    with pytest.raises(ValueError, match=f"^{field}"):
        get_negative_samples(*arguments, **options)


def test_numbers_of_any_kind_will_do():
    given = (np.uint8(10), 3.0, np.float32(4)), {"exclude": [np.float64(1)], "seed": 2}
    assert (
        get_negative_samples(*given[0], **given[1]) == get_negative_samples(10, 3, 4, exclude=[1], seed=2)
    ).all()


def test_an_id_of_weight_zero_is_never_drawn():
    assert set(get_negative_samples(4, 0, 2, p=[1, 0, 1, 1], seed=1).tolist()) == {2, 3}
    with pytest.raises(ConfigError, match="only 2 of 4"):
        get_negative_samples(4, 0, 3, p=[1, 0, 1, 1])


def test_a_seed_repeats_and_a_generator_goes_on():
    assert (get_negative_samples(1000, 1, 9, seed=5) == get_negative_samples(1000, 1, 9, seed=5)).all()
    rng = np.random.default_rng(5)
    first, second = (get_negative_samples(1000, 1, 9, seed=rng) for _ in range(2))
    assert (first != second).any()


@pytest.mark.statistical
@pytest.mark.parametrize("p", [None, np.ones(7)], ids=["uniform", "equal weights"])
def test_every_subset_is_as_likely_and_in_any_order(p):
    """Chi-square over ordered pairs of the 5 allowed ids of 7."""
    from scipy.stats import chisquare

    rng = np.random.default_rng(1)
    allowed = [0, 1, 3, 5, 6]
    pairs = {pair: 0 for a, b in combinations(allowed, 2) for pair in ((a, b), (b, a))}
    for _ in range(8000):
        pairs[tuple(get_negative_samples(7, 4, 2, exclude=[2], p=p, seed=rng).tolist())] += 1
    assert chisquare(list(pairs.values())).pvalue > 1e-3


@pytest.mark.statistical
def test_weighted_draws_are_those_of_drawing_one_by_one():
    from scipy.stats import chisquare

    weights = noise_distribution([10000, 500, 200, 60])
    rng = np.random.default_rng(2)
    counts = {(a, b): 0 for a in (0, 2, 3) for b in (0, 2, 3) if a != b}
    n = 20_000
    for _ in range(n):
        counts[tuple(get_negative_samples(4, 1, 2, p=weights, seed=rng).tolist())] += 1
    left = {i: weights[i] / (1 - weights[1]) for i in (0, 2, 3)}
    expected = [n * left[a] * left[b] / (1 - left[a]) for a, b in counts]
    assert chisquare(list(counts.values()), expected).pvalue > 1e-3


def test_memory_grows_with_what_is_asked_for_and_not_with_the_vocabulary():
    tracemalloc.start()
    try:
        found = get_negative_samples(10**15, 10**14, 1000, exclude=range(1000), seed=1)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(set(found.tolist())) == 1000
    assert peak < 1_000_000


def test_nearly_the_whole_vocabulary_is_no_special_case():
    assert sorted(get_negative_samples(10_000, 42, 9_999, seed=1)) == [i for i in range(10_000) if i != 42]
