"""Padded rows, and other people's arrays in their place."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec.training.matrices import (
    Rows,
    empty_rows,
    grown_column,
    grown_rows,
    initial_rows,
    packed_rows,
    padded_base,
)


@pytest.mark.parametrize("vector_size", [1, 15, 16, 17, 100, 300])
def test_rows_are_padded_aligned_and_zero(vector_size):
    rows = empty_rows(7, vector_size)
    padded = padded_base(rows)
    assert rows.shape == (7, vector_size)
    assert type(rows) is np.ndarray
    assert padded.shape == (7, -(-vector_size // 16) * 16)
    assert padded.ctypes.data % 64 == 0
    assert not padded.any()
    rows[:] = 1.0
    assert padded.sum() == 7 * vector_size


@pytest.mark.parametrize(
    "other",
    [
        lambda rows: rows.copy(),
        lambda rows: rows[:5],
        lambda rows: rows[::-1],
        lambda rows: rows[:, ::-1],
        lambda rows: rows.astype(np.float64),
        lambda rows: rows.tolist(),
    ],
    ids=["copy", "first rows", "reversed", "mirrored", "float64", "list"],
)
def test_only_the_whole_matrix_leads_back(other):
    assert padded_base(other(empty_rows(7, 20))) is None


def test_a_view_of_everything_leads_back():
    rows = empty_rows(7, 20)
    assert padded_base(rows[:]) is not None
    assert np.shares_memory(padded_base(rows[:]), rows)


def test_rows_without_padding_are_trained_in_place_where_the_kernel_takes_them():
    rows = packed_rows(5, 100)
    assert (rows.strides, rows.ctypes.data % 64, rows.any()) == ((400, 4), 0, False)
    assert Rows("rows", rows, 5, 100, may_be_packed=True).padded is rows
    for other in (rows.astype(np.float64), rows[:, ::-1]):
        assert Rows("rows", other, 5, 100, may_be_packed=True).is_copy
    assert Rows("rows", rows, 5, 100).padded.shape == (5, 112)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_foreign_arrays_are_trained_in_a_copy_and_written_back(dtype):
    array = np.arange(12, dtype=dtype).reshape(4, 3)[:, ::-1]
    rows = Rows("wv.vectors", array, 4, 3)
    assert rows.is_copy
    np.testing.assert_array_equal(rows.padded[:, :3], array)
    rows.padded[:, :3] += 1.0
    rows.write_back()
    np.testing.assert_array_equal(array[0], [3.0, 2.0, 1.0])


def test_own_rows_are_trained_in_place():
    array = empty_rows(4, 3)
    rows = Rows("syn1neg", array, 4, 3)
    rows.padded[2, 1] = 5.0
    assert not rows.is_copy
    assert array[2, 1] == 5.0


@pytest.mark.parametrize("dtype", [np.int64, np.complex64, object])
def test_only_floating_point_numbers_are_trained(dtype):
    with pytest.raises(ValueError, match="syn1neg must hold floating point numbers, got"):
        Rows("syn1neg", np.zeros((4, 3), dtype), 4, 3)


@pytest.mark.parametrize("wrong", [np.zeros((3, 3), np.float32), np.zeros(4, np.float32), None])
def test_wrong_shapes_are_named(wrong):
    with pytest.raises(ValueError, match=r"syn1neg must have shape \(4, 3\)"):
        Rows("syn1neg", wrong, 4, 3)


# ---- growth -----------------------------------------------------------------------------------------


def test_rows_grow_in_place_while_there_is_room():
    rows = empty_rows(100, 5)
    rows[:] = np.arange(500).reshape(100, 5)
    more = grown_rows(rows, 110)
    assert np.shares_memory(rows, more)
    assert padded_base(more).shape == (110, 16)
    assert np.array_equal(more[:100], rows)
    assert not more[100:].any()


def test_only_the_newest_view_grows_in_place():
    """Two models that share a matrix must not both take the same rows after it."""
    rows = empty_rows(100, 5)
    one, other = grown_rows(rows, 101), grown_rows(rows, 101)
    assert not np.shares_memory(one, other)
    assert padded_base(rows) is None


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_foreign_arrays_grow_in_a_copy(dtype):
    array = np.ones((4, 3), dtype)[:, ::-1]
    more = grown_rows(array, 6)
    assert padded_base(more) is not None
    assert more.tolist() == [[1.0] * 3] * 4 + [[0.0] * 3] * 2


def test_few_growths_move_a_matrix():
    rows, n_moves = empty_rows(1000, 3), 0
    for n_rows in range(1001, 3000):
        more = grown_rows(rows, n_rows)
        n_moves += not np.shares_memory(rows, more)
        rows = more
    assert n_moves <= 5


@pytest.mark.parametrize("dtype", [np.int64, np.uint32, object])
def test_columns_grow_alike(dtype):
    column = np.array([3, 2, 1], dtype)
    more = grown_column(column, 8)
    assert more.tolist() == [3, 2, 1, 0, 0, 0, 0, 0]
    assert np.shares_memory(more, grown_column(more, 9))
    assert not np.shares_memory(more, grown_column(more, 9))


@pytest.mark.parametrize("vector_size", [1, 7, 16])
@pytest.mark.parametrize("first", [0, 1, 5, 4096, 5000])
def test_new_rows_begin_as_if_all_were_new(vector_size, first):
    whole, part = np.empty((2, 5001, vector_size), np.float32)
    initial_rows(whole, seed=9)
    initial_rows(part, seed=9, first=first)
    assert np.array_equal(whole[first:], part[first:])
