"""The loss for learners against the formula and against the oracle of the kernels."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from ns2vec import negative_sampling_loss, reference
from ns2vec.exceptions import ConfigError


def formula(center, context, negatives):
    """The paper's line, one pair at a time."""
    loss = -np.log(1 / (1 + np.exp(-context @ center)))
    for negative in negatives:
        loss -= np.log(1 / (1 + np.exp(negative @ center)))
    return loss


@pytest.fixture
def batch():
    rng = np.random.default_rng(0)
    return rng.standard_normal((6, 8)), rng.standard_normal((6, 8)), rng.standard_normal((6, 5, 8))


def test_one_example_is_the_formula(batch):
    for example in zip(*batch, strict=True):
        assert negative_sampling_loss(*example) == pytest.approx(formula(*example), abs=1e-12)


def test_the_step_of_three_words_is_the_oracle_s():
    """cat, sat, and car as the negative: formula, function and oracle agree to 1e-7."""
    cat, sat, car = np.random.default_rng(7).standard_normal((3, 10))
    expected = formula(cat, sat, [car])
    oracle = reference.block_loss(cat[None], np.stack([sat, car]), np.array([1.0, 0.0]), np.ones(2))
    assert negative_sampling_loss(cat, sat, [car]) == pytest.approx(expected, abs=1e-7)
    assert oracle == pytest.approx(expected, abs=1e-7)


def test_reductions_of_a_batch(batch):
    each = negative_sampling_loss(*batch, reduction="none")
    np.testing.assert_allclose(each, [formula(*example) for example in zip(*batch, strict=True)], rtol=1e-12)
    assert negative_sampling_loss(*batch) == pytest.approx(each.mean())
    assert negative_sampling_loss(*batch, reduction="sum") == pytest.approx(each.sum())
    assert isinstance(negative_sampling_loss(*batch), float)


def test_no_negatives_and_huge_scores(batch):
    center, context, _ = (array[0] for array in batch)
    none = np.empty((0, 8))
    assert negative_sampling_loss(center, context, none) == pytest.approx(formula(center, context, none))
    assert negative_sampling_loss([1e3], [-1e3], [[1e3]]) == 2e6


def test_float32_is_summed_in_float64(batch):
    narrow = [array.astype(np.float32) for array in batch]
    wide = [array.astype(np.float64) for array in narrow]
    assert negative_sampling_loss(*narrow) == negative_sampling_loss(*wide)


@pytest.mark.parametrize(
    "shapes",
    [
        ((3,), (4,), (2, 3)),
        ((3,), (3,), (3,)),
        ((3,), (3,), (2, 4)),
        ((5, 3), (5, 3), (2, 3)),
        ((5, 3), (5, 3), (4, 2, 3)),
        ((), (), (1,)),
    ],
)
def test_shapes_that_do_not_fit_are_named(shapes):
    with pytest.raises(ConfigError, match="expected center_vector and context_vector of shape"):
        negative_sampling_loss(*map(np.ones, shapes))


def test_an_unknown_reduction_is_refused(batch):
    with pytest.raises(ConfigError, match=r"reduction must be one of 'mean', 'sum', 'none', got 'max'"):
        negative_sampling_loss(*batch, reduction="max")


def test_torch_is_not_imported_for_arrays():
    code = (
        "import sys, ns2vec; ns2vec.negative_sampling_loss([1.0], [1.0], [[1.0]]); "
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
