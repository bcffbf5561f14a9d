"""Vectors with 8 bits per number: a float32 scale for each row, and integers from -127 to 127.

::

    scale[r]  = max(abs(vectors[r])) / 127
    stored[r] = rint(vectors[r] / scale[r])

The error of a number is at most half a scale, which changes a cosine by some thousandths; the row's largest
number is restored exactly.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from ns2vec._typing import Array, Float32Array
from ns2vec.exceptions import ConfigError, FormatError

LARGEST = np.float32(127)
BLOCK_ROWS = 4096


def _blocks(n_rows: int) -> Iterator[slice]:
    return (slice(start, start + BLOCK_ROWS) for start in range(0, n_rows, BLOCK_ROWS))


def pack(vectors: Array) -> tuple[npt.NDArray[np.int8], Float32Array]:
    """Return the integers, shape (V, D), and the scales, shape (V,).

    Raises
    ------
    ConfigError
        If a number is not finite.

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.formats.int8 import pack, unpack
    >>> stored, scales = pack(np.array([[2.0, -1.0], [0.0, 0.0]]))
    >>> stored.tolist()
    [[127, -64], [0, 0]]
    >>> unpack(stored, scales)[0, 0]
    np.float32(2.0)
    """
    stored = np.empty(vectors.shape, dtype=np.int8)
    scales = np.empty(len(vectors), dtype=np.float32)
    for block in _blocks(len(vectors)):
        with np.errstate(over="ignore"):
            rows = vectors[block].astype(np.float32)
        largest = np.abs(rows).max(axis=1, initial=0.0)
        if not np.isfinite(largest).all():
            row = block.start + int(np.flatnonzero(~np.isfinite(largest))[0])
            raise ConfigError(f"row {row} holds numbers that are not finite: int8 cannot store them")
        scales[block] = largest / LARGEST
        # the smallest numbers have no scale: they become 0
        divisors = np.where(scales[block] < np.finfo(np.float32).tiny, np.float32(np.inf), scales[block])
        stored[block] = np.clip(np.rint(rows / divisors[:, None]), -LARGEST, LARGEST)
    return stored, scales


def unpack(stored: Array, scales: Array) -> Float32Array:
    """Return the vectors, shape (V, D), in float32.

    Raises
    ------
    FormatError
        If there is not one scale for each row.
    """
    if stored.dtype != np.int8 or scales.dtype != np.float32 or scales.shape != stored.shape[:1]:
        raise FormatError(
            f"expected int8 vectors and one float32 scale for each row, found {stored.dtype} {stored.shape} "
            f"and {scales.dtype} {scales.shape}"
        )
    vectors = np.empty(stored.shape, dtype=np.float32)
    with np.errstate(over="ignore", invalid="ignore"):
        for block in _blocks(len(stored)):
            np.multiply(stored[block], scales[block, None], out=vectors[block])
    return vectors
