"""A small vocabulary with decreasing counts."""

from __future__ import annotations

import ctypes

import numpy as np
import pytest
from scipy import LowLevelCallable

from ns2vec.sampling import NoiseData

COUNTS = np.array([900, 400, 250, 120, 60, 30, 12, 8, 5, 5])


@pytest.fixture
def data():
    """Ten words without keys."""
    return NoiseData.of_counts(COUNTS)


@pytest.fixture
def named_data():
    """The same words with the names a..j."""
    return NoiseData.of_counts(COUNTS, key_to_index={letter: row for row, letter in enumerate("abcdefghij")})


@pytest.fixture
def sentences():
    """Sentences of four words."""
    return [["a", "b", "c", "d"], ["b", "a", "d"]] * 30


FLAT = ctypes.CFUNCTYPE(
    ctypes.c_int,
    ctypes.c_void_p,
    ctypes.c_int32,
    ctypes.c_int32,
    ctypes.POINTER(ctypes.c_float),
    ctypes.c_int,
    ctypes.POINTER(ctypes.c_int32),
    ctypes.POINTER(ctypes.c_float),
    ctypes.POINTER(ctypes.c_uint64),
)


@pytest.fixture
def low_level():
    """Return ``low_level(function) -> scipy.LowLevelCallable``: a Python function through ctypes."""
    return lambda function: LowLevelCallable(FLAT(function))


@pytest.fixture
def double_draw(low_level):
    """A sampler that draws rows 0 and 1 alternately, without randomness."""

    def draw(user_data, centre, context, hidden, k, rows, log_q, rng):
        for i in range(k):
            rows[i] = i % 2
        return k

    return low_level(draw)
