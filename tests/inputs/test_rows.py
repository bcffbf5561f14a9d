"""Means of rows, and rows from their seed; arrays that do not fit are refused."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec.inputs._rows import write_means, write_seeded


def floats(*shape):
    return np.random.default_rng(3).normal(size=shape).astype(np.float32)


@pytest.mark.parametrize("width", [1, 3, 16, 33, 100])
def test_means_of_rows_of_several_matrices(width):
    matrices = (floats(3, width), floats(0, width), floats(5, width + 4)[:, :width])
    bags = [[0, 7, 7, 3], [], [5], [1, 2, 3, 4, 5, 6, 7, 0]]
    offsets, rows = np.cumsum([0, *map(len, bags)]), np.int32([row for bag in bags for row in bag])
    out = np.full((4, width + 2), 9, dtype=np.float32)
    write_means(offsets, rows, matrices, out[:, :width])
    everything = np.concatenate(matrices).astype(np.float64)
    for row, bag in zip(out[:, :width], bags, strict=True):
        np.testing.assert_allclose(row, everything[bag].mean(axis=0) if bag else 0, rtol=1e-5, atol=1e-6)
    assert (out[:, width:] == 9).all()
    some = np.empty((2, width), dtype=np.float32)
    write_means(offsets[2:], rows, matrices, some)
    assert np.array_equal(some, out[2:, :width])


@pytest.mark.parametrize(
    ("offsets", "rows", "matrices", "shape"),
    [
        ([0, 1], [0], (), (1, 4)),
        ([0, 1], [0], (floats(1, 4),) * 5, (1, 4)),
        ([0, 1], [0], (floats(1, 3),), (1, 4)),
        ([0, 1], [0], (floats(4, 4).T,), (1, 4)),
        ([0, 1], [0], (floats(1, 4),), (2, 4)),
        ([0, 1], [1], (floats(1, 4),), (1, 4)),
        ([0, 1], [-1], (floats(1, 4),), (1, 4)),
        ([0, 2], [0], (floats(1, 4),), (1, 4)),
        ([-1, 1], [0], (floats(1, 4),), (1, 4)),
        ([0, 1, 0], [0], (floats(1, 4),), (2, 4)),
        ([], [0], (floats(1, 4),), (0, 4)),
    ],
)
def test_means_of_rows_that_do_not_exist_are_refused(offsets, rows, matrices, shape):
    out = np.empty(shape, dtype=np.float32)
    with pytest.raises(ValueError, match=r"expected|offsets must|bags hold row"):
        write_means(np.array(offsets, dtype=np.int64), np.int32(rows), matrices, out)


@pytest.mark.parametrize("rows", [[-1], [2**62], [2**62 // 3]])
def test_rows_that_no_stream_reaches_are_refused(rows):
    with pytest.raises(ValueError, match="there is no row"):
        write_seeded(1, 2, 3, 5, np.array(rows), np.empty((1, 3), dtype=np.float32))
    with pytest.raises(ValueError, match="expected 1 rows to fill, got 2"):
        write_seeded(1, 2, 3, 5, np.array(rows), np.empty((2, 3), dtype=np.float32))
