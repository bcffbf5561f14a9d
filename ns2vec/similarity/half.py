"""float16 to float32, exactly and about four times as fast as NumPy's own conversion.

A float16 has a sign, 5 bits of exponent and 10 of mantissa; a float32 a sign, 8 and 23. Moved to their places
in a float32, the bits are the number divided by 2**112, because of the difference of the exponents' biases;
this includes the smallest numbers, which have no exponent. Infinity and NaN become numbers from 2**16 on,
which no finite float16 reaches: if the sum of squares shows that there may be one, NumPy converts.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from ns2vec._typing import Float32Array

BLOCK_NUMBERS = 1 << 16  # a quarter of a megabyte as float32: fits in the cache

SHIFT = 13
# sign, exponent and mantissa of a float32; shifting has copied the sign into the bits between them
PLACES = np.int32(np.uint32(0x8FFFE000).astype(np.int64) - 2**32)
BIAS = np.float32(2.0**112)
LEAST_SQUARE_NOT_FINITE = np.float32(2.0**32)


def widen(numbers: npt.NDArray[Any], out: Float32Array) -> None:
    """Write numbers of any float type to `out` of the same shape, rounded to float32.

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.similarity.half import widen
    >>> out = np.empty(3, dtype=np.float32)
    >>> widen(np.array([0.5, -65504, 6e-8], dtype=np.float16), out)
    >>> out.tolist()
    [0.5, -65504.0, 5.960464477539063e-08]
    """
    if numbers.dtype == np.float16 and numbers.dtype.isnative:
        bits = out.view(np.int32)
        np.copyto(bits, numbers.view(np.int16))
        np.left_shift(bits, SHIFT, out=bits)
        np.bitwise_and(bits, PLACES, out=bits)
        np.multiply(out, BIAS, out=out)
        if np.vdot(out, out) < LEAST_SQUARE_NOT_FINITE:
            return
    with np.errstate(over="ignore"):
        np.copyto(out, numbers, casting="same_kind")


def wide_blocks(vectors: npt.NDArray[Any]) -> Iterator[tuple[slice, Float32Array]]:
    """Yield slices and their rows in float32, as many as fit in the cache; the array is reused.

    Parameters
    ----------
    vectors : ndarray of shape (V, D), any float type and stride, mapped or not
    """
    step = max(1, BLOCK_NUMBERS // max(1, vectors.shape[1]))
    wide = np.empty((min(step, len(vectors)), vectors.shape[1]), dtype=np.float32)
    for start in range(0, len(vectors), step):
        rows = vectors[start : start + step]
        block = wide[: len(rows)]
        widen(rows, block)
        yield slice(start, start + len(rows)), block
