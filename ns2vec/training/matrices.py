"""Rows in the layout of the kernels: padded to whole cache lines, aligned to 64 bytes, with room for more.

The public arrays (``wv.vectors``, ``syn1neg``, ``syn1``, counts) are views of the first rows and the first
`vector_size` columns. They are part of larger memory that costs nothing until it is used, so that a
vocabulary grows in time proportional to its new words. Users may replace our arrays by any others: these are
then trained in a padded copy that is written back whenever someone may read them, and are moved when they
next grow.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ns2vec import _kernels
from ns2vec._typing import Float32Array
from ns2vec.exceptions import ConfigError

BLOCK_ROWS = 4096


class Room(np.ndarray):
    """Memory with spare rows; a class of its own, so that it can be found from a view.

    Attributes
    ----------
    n_used : int
        Rows that are in use: only the view of exactly these rows may grow.
    """

    n_used: int


def spare(n_rows: int) -> int:
    """Rows to allocate: a quarter more than requested, so that n rows are moved at most log(n) times."""
    return n_rows + n_rows // 4


def empty_rows(n_rows: int, vector_size: int) -> Float32Array:
    """Zeros of shape (n_rows, vector_size): a view of an aligned matrix with padded rows and room for more.

    Parameters
    ----------
    n_rows, vector_size : int

    Returns
    -------
    ndarray of shape (n_rows, vector_size), float32
        Each row takes ``roundup(vector_size, 16) * 4`` bytes.

    Raises
    ------
    MemoryError
        If there is not that much memory.
    """
    stride = -(-vector_size // _kernels.ROW_FLOATS) * _kernels.ROW_FLOATS
    try:
        padded = aligned_zeros(spare(n_rows), stride)
    except MemoryError:
        padded = aligned_zeros(n_rows, stride)
    rows: Float32Array = part_of(padded.view(Room), n_rows, vector_size)
    return rows


def packed_rows(n_rows: int, vector_size: int) -> Float32Array:
    """Zeros of shape (n_rows, vector_size) without padding, for rows that are only summed up: see `Rows`.

    Raises
    ------
    MemoryError
        If there is not that much memory.
    """
    return aligned_zeros(n_rows, vector_size)


def aligned_zeros(n_rows: int, stride: int) -> Float32Array:
    """Zeros of shape (n_rows, stride) that begin with a cache line."""
    try:
        memory = np.zeros(n_rows * stride * 4 + 64, np.uint8)
    except MemoryError:
        raise MemoryError(
            f"no memory for {n_rows:,} rows of {stride:,} numbers ({n_rows * stride * 4:,} bytes): "
            "lower vector_size, or raise min_count"
        ) from None
    first = -memory.ctypes.data % 64
    found: Float32Array = memory[first : first + n_rows * stride * 4].view(np.float32).reshape(n_rows, stride)
    return found


def part_of(room: Any, n_rows: int, n_columns: int | None = None) -> Any:
    """The first rows of a room as a plain array; from now on, only this view may grow."""
    room.n_used = n_rows
    return room[:n_rows, :n_columns].view(np.ndarray) if room.ndim == 2 else room[:n_rows].view(np.ndarray)


def room_of(array: Any) -> Any:
    """The room that an array is the used part of, or None."""
    base = getattr(array, "base", None)
    while base is not None and not (isinstance(base, Room) and not isinstance(base.base, Room)):
        base = getattr(base, "base", None)
    if not isinstance(base, Room) or not isinstance(array, np.ndarray):
        return None
    fits = (
        array.dtype == base.dtype
        and array.ndim == base.ndim
        and len(array) == base.n_used
        and array.ctypes.data == base.ctypes.data
        and array.strides == base.strides
    )
    return base if fits else None


def padded_base(array: Any) -> Float32Array | None:
    """The padded matrix of an array made by `empty_rows`, or None for any other array."""
    room = room_of(array)
    if room is None or array.ndim != 2 or not 0 <= room.shape[1] - array.shape[1] < _kernels.ROW_FLOATS:
        return None
    found: Float32Array = room[: room.n_used].view(np.ndarray)
    return found


def grown_rows(array: npt.NDArray[Any], n_rows: int) -> Float32Array:
    """The rows of a matrix followed by zeros, in the same memory if it has room.

    Parameters
    ----------
    array : ndarray of shape (n, vector_size)
        The matrix; if it is moved, this array is not changed.
    n_rows : int
        At least n.

    Examples
    --------
    >>> from ns2vec.training.matrices import empty_rows, grown_rows
    >>> rows = empty_rows(4, 3)
    >>> more = grown_rows(rows, 5)
    >>> more.shape, np.shares_memory(rows, more)
    ((5, 3), True)
    """
    room = room_of(array) if padded_base(array) is not None else None
    if room is not None and n_rows <= len(room):
        grown: Float32Array = part_of(room, n_rows, array.shape[1])
        return grown
    grown = empty_rows(n_rows, array.shape[1])
    grown[: len(array)] = array
    return grown


def laid_out(array: Any) -> Any:
    """The same rows in the layout of `empty_rows`, if the array is a matrix and not mapped from a file."""
    if not isinstance(array, np.ndarray) or isinstance(array, np.memmap) or not array.flags.writeable:
        return array
    return grown_rows(array, len(array)) if array.ndim == 2 and array.dtype == np.float32 else array


def grown_column(array: npt.NDArray[Any], n_rows: int) -> npt.NDArray[Any]:
    """The values of a column, of any type, followed by zeros, in the same memory if it has room."""
    room = room_of(array)
    if room is None or n_rows > len(room):
        room = np.zeros(spare(n_rows), array.dtype).view(Room)
        room[: len(array)] = array
    found: npt.NDArray[Any] = part_of(room, n_rows)
    return found


def initial_rows(rows: Float32Array, seed: int | None, first: int = 0) -> None:
    """Initialize input vectors, uniform in [-1, 1) / vector_size, equal to gensim's for the same seed.

    Parameters
    ----------
    rows : ndarray of shape (n, vector_size), float32
        Output.
    seed : int or None
    first : int
        Rows from here on; they get the values that they would have if all were initialized.
    """
    generator: Any = np.random.default_rng(seed)
    vector_size = rows.shape[1]
    # each number of the stream gives two float32
    generator.bit_generator.advance(first * vector_size // 2)
    generator.random(first * vector_size % 2, dtype=np.float32)
    # in blocks: the stream continues where it stopped, and there is never a second matrix in memory
    for start in range(first, len(rows), BLOCK_ROWS):
        block = rows[start : start + BLOCK_ROWS]
        drawn = generator.random(block.shape, dtype=np.float32)
        drawn *= 2.0
        drawn -= 1.0
        np.divide(drawn, vector_size, out=block)


class Rows:
    """One weight matrix during training: the user's array and the padded matrix the kernel changes.

    Parameters
    ----------
    name : str
        For messages: ``"wv.vectors"``.
    array : ndarray of shape (n_rows, vector_size)
        Any strides, any float type.
    n_rows, vector_size : int
    keys : sequence
        Keys of the rows, for messages; empty if they are unknown.
    is_read : bool
        The rows are only read.
    may_be_packed : bool
        The kernel only gathers and scatters the rows, and accepts them without padding; otherwise they are
        trained in a padded copy.

    Raises
    ------
    ConfigError
        If the array has another shape or is not writable although it should be.
    """

    def __init__(
        self,
        name: str,
        array: Any,
        n_rows: int,
        vector_size: int,
        keys: Sequence[Any] = (),
        *,
        is_read: bool = False,
        may_be_packed: bool = False,
    ) -> None:
        shape = getattr(array, "shape", None)
        if shape != (n_rows, vector_size):
            raise ConfigError(
                f"{name} must have shape ({n_rows}, {vector_size}), got {shape}; was it replaced? "
                "init_weights() makes new ones"
            )
        if array.dtype.kind != "f":
            raise ConfigError(f"{name} must hold floating point numbers, got {array.dtype}")
        if not (is_read or array.flags.writeable):
            raise ConfigError(f"{name} is read-only and cannot be trained; assign a copy of it")
        self.name = name
        self.keys = keys
        self.array = array
        padded = padded_base(array)
        if padded is None and may_be_packed and array.dtype == np.float32 and array.flags.c_contiguous:
            padded = array
        self.is_copy = padded is None
        self.is_read = is_read
        if padded is None:
            view = empty_rows(n_rows, vector_size)
            view[:] = array
            padded = padded_base(view)
        if padded is None:
            raise RuntimeError(f"{name}: no padded matrix behind a fresh one")
        self.padded: Float32Array = padded

    def write_back(self) -> None:
        """Copy the trained rows to the user's array (nothing to do if it is a view)."""
        if self.is_copy and not self.is_read:
            self.array[:] = self.padded[:, : self.array.shape[1]]
