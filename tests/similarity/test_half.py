"""float16 becomes float32 exactly, a bounded block at a time."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from ns2vec.similarity import cosines, row_norms
from ns2vec.similarity.half import BLOCK_NUMBERS, wide_blocks, widen
from ns2vec.similarity.products import products

EVERY = np.arange(2**16, dtype=np.uint16).view(np.float16)
FINITE = EVERY[np.isfinite(EVERY)]


@pytest.mark.parametrize("numbers", [EVERY, FINITE, EVERY[::-3], EVERY.reshape(256, 256).T], ids=len)
@pytest.mark.parametrize("dtype", ["<f2", ">f2"])
def test_each_number_is_what_numpy_makes_of_it(numbers, dtype):
    numbers = numbers.astype(dtype)
    expected = numbers.astype(np.float32)
    out = np.empty(numbers.shape, dtype=np.float32)
    widen(numbers, out)
    assert np.array_equal(out, expected, equal_nan=True)
    assert np.array_equal(np.signbit(out), np.signbit(expected))


@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan])
def test_one_number_that_is_not_finite(value):
    numbers = np.ones((9, 7), dtype=np.float16)
    numbers[4, 5] = value
    out = np.empty(numbers.shape, dtype=np.float32)
    widen(numbers, out)
    assert np.array_equal(out, numbers.astype(np.float32), equal_nan=True)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.longdouble])
@pytest.mark.parametrize(
    "shape", [(0, 3), (1, 1), (5, 0), (BLOCK_NUMBERS // 7 + 2, 7), (3, BLOCK_NUMBERS + 1)], ids=str
)
def test_blocks_are_the_rows_in_order(dtype, shape):
    vectors = np.random.default_rng(0).normal(size=shape).astype(dtype)
    found = [(rows, block.copy()) for rows, block in wide_blocks(vectors)]
    assert np.array_equal(np.concatenate([np.empty((0, shape[1])), *(block for _, block in found)]),
                          vectors.astype(np.float32))  # fmt: skip
    assert sum(rows.stop - rows.start for rows, _ in found) == len(vectors)


@pytest.mark.parametrize("part", [np.s_[:], np.s_[::2], np.s_[::-1, ::3]], ids=["whole", "rows", "both"])
def test_products_and_lengths_of_float16(part):
    rng = np.random.default_rng(2)
    vectors = rng.normal(size=(2000, 90)).astype(np.float16)[part]
    wide = vectors.astype(np.float32)
    query = rng.normal(size=vectors.shape[1]).astype(np.float32)
    np.testing.assert_allclose(row_norms(vectors), np.linalg.norm(wide, axis=1), rtol=1e-6)
    np.testing.assert_allclose(products(vectors, query), wide @ query, rtol=1e-4, atol=1e-4)
    norms = row_norms(vectors)
    np.testing.assert_allclose(cosines(vectors, norms, query), wide @ query / norms, rtol=1e-4, atol=1e-4)


def test_no_copy_of_all_vectors_is_made():
    vectors = np.ones((40_000, 100), dtype=np.float16)
    query = np.ones(100, dtype=np.float32)
    tracemalloc.start()
    try:
        products(vectors, query)
        row_norms(vectors)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < vectors.nbytes / 4
