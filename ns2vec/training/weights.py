"""Rows as the kernels want them: padded to whole cache lines, aligned to 64 bytes.

The public arrays (``wv.vectors``, ``syn1neg``, ``syn1``) are views of the first `vector_size`
columns. Users may put any other array in their place: it is then trained in a padded copy that is
written back whenever someone may look.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ns2vec import _kernels
from ns2vec._typing import Float32Array
from ns2vec.exceptions import ConfigError

__all__ = ["Rows", "empty_rows", "padded_base"]


def empty_rows(n_rows: int, vector_size: int) -> Float32Array:
    """Zeros of shape (n_rows, vector_size): a view of an aligned matrix with padded rows.

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
    n_bytes = n_rows * stride * 4
    try:
        memory = np.zeros(n_bytes + 64, np.uint8)
    except MemoryError:
        raise MemoryError(
            f"no memory for {n_rows:,} rows of {vector_size:,} numbers ({n_bytes:,} bytes): "
            "lower vector_size, or raise min_count"
        ) from None
    first = -memory.ctypes.data % 64
    padded = memory[first : first + n_bytes].view(np.float32).reshape(n_rows, stride)
    return padded.view(PaddedMatrix)[:, :vector_size].view(np.ndarray)


class PaddedMatrix(np.ndarray):
    """Marks a matrix made by `empty_rows`, so that a view of its columns can be led back to it."""


def padded_base(array: Any) -> Float32Array | None:
    """The padded matrix behind an array made by `empty_rows`, or None for any other array."""
    base = getattr(array, "base", None)
    while base is not None and not (
        isinstance(base, PaddedMatrix) and not isinstance(base.base, PaddedMatrix)
    ):
        base = getattr(base, "base", None)
    if not isinstance(base, PaddedMatrix) or not isinstance(array, np.ndarray):
        return None
    fits = (
        array.dtype == np.float32
        and array.ndim == 2
        and base.ndim == 2
        and array.shape[0] == base.shape[0]
        and array.ctypes.data == base.ctypes.data
        and array.strides == base.strides
        and base.shape[1] - array.shape[1] < _kernels.ROW_FLOATS
    )
    return base.view(np.ndarray) if fits else None


class Rows:
    """One weight matrix during training: the user's array and the padded matrix the kernel changes.

    Parameters
    ----------
    name : str
        For messages: ``"wv.vectors"``.
    array : ndarray of shape (n_rows, vector_size)
        Any strides, any float type.
    n_rows, vector_size : int

    Raises
    ------
    ConfigError
        If the array has another shape or cannot be written.
    """

    def __init__(self, name: str, array: Any, n_rows: int, vector_size: int) -> None:
        shape = getattr(array, "shape", None)
        if shape != (n_rows, vector_size):
            raise ConfigError(
                f"{name} must have shape ({n_rows}, {vector_size}), got {shape}; was it replaced? "
                "init_weights() makes fresh ones"
            )
        if array.dtype.kind != "f":
            raise ConfigError(f"{name} must hold floating point numbers, got {array.dtype}")
        if not array.flags.writeable:
            raise ConfigError(f"{name} is read-only and cannot be trained; assign a copy of it")
        self.name = name
        self.array = array
        padded = padded_base(array)
        self.is_copy = padded is None
        if padded is None:
            view = empty_rows(n_rows, vector_size)
            view[:] = array
            padded = padded_base(view)
        if padded is None:
            raise RuntimeError(f"{name}: no padded matrix behind a fresh one")
        self.padded: Float32Array = padded

    def write_back(self) -> None:
        """Give what was trained to the user's array (nothing to do when it is a view)."""
        if self.is_copy:
            self.array[:] = self.padded[:, : self.array.shape[1]]
