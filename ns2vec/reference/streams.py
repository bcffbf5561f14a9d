"""The counter-keyed random streams of ``_cy/rng.h``, bit for bit."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

MASK = (1 << 64) - 1
GOLDEN = 0x9E3779B97F4A7C15
WINDOWS, NOISE = 0, 1


def mix(z: int) -> int:
    """Finalizer of SplitMix64 (Steele, Lea & Flood 2014)."""
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


class Stream:
    """The random stream of one chunk and purpose.

    Parameters
    ----------
    seed, epoch, chunk : int
        Seed of the model, epochs it has ever trained, index of the chunk in the corpus.
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
