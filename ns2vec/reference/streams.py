"""The counter-keyed random streams of ``_cy/rng.h``, bit for bit."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

MASK = (1 << 64) - 1
GOLDEN = 0x9E3779B97F4A7C15
WINDOWS, NOISE, ORDER, WALK = 0, 1, 2, 3


def mix(z: int) -> int:
    """Finalizer of SplitMix64 (Steele, Lea & Flood 2014)."""
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def document_key(words: Sequence[int], seed: int) -> int:
    """A number that follows from the words of a document, as rows, and the seed."""
    key = mix((seed + GOLDEN) & MASK)
    for word in words:
        key = mix(((key ^ word) + GOLDEN) & MASK)
    return key


def start_row(key: int, width: int) -> npt.NDArray[np.float32]:
    """The initial vector of a document: uniform in [-1, 1) / width."""
    bits = [mix((key + (column + 1) * GOLDEN) & MASK) >> 40 for column in range(width)]
    uniform = np.array(bits, dtype=np.float32) / np.float32(2**23) - np.float32(1.0)
    row: npt.NDArray[np.float32] = uniform / np.float32(width)
    return row


class Stream:
    """The random stream of one chunk and purpose.

    Parameters
    ----------
    seed, epoch, chunk : int
        Seed of the model, number of all epochs trained so far, index of the chunk in the corpus.
    purpose : int
        0 for subsampling and windows, 1 for negatives.

    Examples
    --------
    >>> from ns2vec.reference import Stream
    >>> Stream(1, 0, 0, 0).below(10) == Stream(1, 0, 0, 0).below(10)
    True
    """

    def __init__(self, seed: int, epoch: int, chunk: int, purpose: int) -> None:
        key = mix((seed + GOLDEN) & MASK)
        key = mix(((key ^ epoch) + GOLDEN) & MASK)
        key = mix(((key ^ chunk) + GOLDEN) & MASK)
        self.state = mix(((key ^ purpose) + GOLDEN) & MASK)

    def next(self) -> int:
        """64 random bits."""
        self.state = (self.state + GOLDEN) & MASK
        return mix(self.state)

    def bits(self) -> int:
        """32 random bits."""
        return self.next() >> 32

    def below(self, n: int) -> int:
        """A uniform integer in [0, n)."""
        return (self.bits() * n) >> 32

    def alias(self, table: npt.NDArray[np.uint32]) -> int:
        """One draw from an alias table of shape (V, 2): {threshold, alias}."""
        r = self.next()
        column = ((r >> 32) * len(table)) >> 32
        return column if (r & 0xFFFFFFFF) < int(table[column, 0]) else int(table[column, 1])


def shuffled(n: int, first: int, end: int, *, seed: int, epoch: int = 0) -> list[int]:
    """The things, of n, at positions [first, end) of a shuffled order."""
    if first == end:
        return []
    key, high = Stream(seed, epoch, 0, ORDER).state, math.isqrt(n - 1) + 1
    low = -(-n // high)
    return [shuffle_one(key, n, high, low, place) for place in range(first, end)]


def shuffle_one(key: int, n: int, high: int, low: int, place: int) -> int:
    """The thing at a position: two digits, moved by hashes of each other until the result is below n."""
    while True:
        a, b = divmod(place, low)
        for turn in (0, 2):
            a = (a + ((mix((key + turn * GOLDEN + b) & MASK) >> 32) * high >> 32)) % high
            b = (b + ((mix((key + (turn + 1) * GOLDEN + a) & MASK) >> 32) * low >> 32)) % low
        place = a * low + b
        if place < n:
            return place
