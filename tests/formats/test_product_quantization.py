"""Product quantization: what is rounded stays near, and what is already round stays as it is."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec.exceptions import ConfigError
from ns2vec.formats.product_quantization import quantize_matrix

RNG = np.random.default_rng(3)


@pytest.mark.parametrize("has_lengths", [False, True])
def test_rows_of_few_values_come_back_as_they_were(has_lengths):
    kinds = RNG.normal(size=(60, 7)).astype(np.float32)
    rows = kinds[RNG.integers(0, 60, 400)]
    found = quantize_matrix(rows, 3, has_lengths=has_lengths)
    assert found.codes.shape == (400, 3) and (found.length_codes is not None) is has_lengths
    np.testing.assert_allclose(found.decoded(), rows, rtol=1e-5, atol=1e-6)


def test_smaller_pieces_are_nearer_and_long_rows_are_nearest():
    rows = RNG.normal(size=(6000, 8)).astype(np.float32)
    rows[:5000] *= 0.01
    errors = {}
    for width in (2, 4, 8):
        found = quantize_matrix(rows, width)
        assert found.codes.nbytes == 6000 * 8 // width
        errors[width] = np.linalg.norm(found.decoded() - rows, axis=1)[5000:].mean()
    assert errors[2] < errors[4] < errors[8] < np.linalg.norm(rows[5000:], axis=1).mean()
    assert errors[2] < 0.1 * np.linalg.norm(rows[5000:], axis=1).mean()


def test_the_same_seed_gives_the_same_codes():
    rows = RNG.normal(size=(2000, 4)).astype(np.float32)
    found = [quantize_matrix(rows, 2, seed=seed).packed() for seed in (1, 1, 2)]
    assert found[0] == found[1] != found[2]


def test_zeros_are_zeros_and_what_cannot_be_rounded_is_refused():
    assert not quantize_matrix(np.zeros((3, 4), np.float32)).decoded().any()
    assert quantize_matrix(np.empty((0, 4), np.float32), has_lengths=True).decoded().shape == (0, 4)
    with pytest.raises(ConfigError, match="finite numbers"):
        quantize_matrix(np.full((3, 4), np.nan, np.float32))
    with pytest.raises(ConfigError, match="width must be a whole number from 1 to 4, got 5"):
        quantize_matrix(np.zeros((3, 4), np.float32), 5)
