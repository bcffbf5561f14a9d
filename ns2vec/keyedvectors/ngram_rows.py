"""Rows of n-grams, of which only those that some word uses are kept: all others come back from a seed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ns2vec._typing import Float32Array, Int32Array
from ns2vec.inputs import Bags, BucketRows, Ngrams, mean_rows, word_bags

BLOCK_ROWS = 4096
# the finaliser of SplitMix64 (Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators")
GOLDEN, MIX_1, MIX_2 = (np.uint64(n) for n in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))


def start_rows(buckets: npt.NDArray[Any], vector_size: int, seed: int) -> Float32Array:
    """Return the rows that n-grams begin with, uniform in [-1, 1) / D: each from the seed and its bucket.

    Examples
    --------
    >>> from ns2vec.keyedvectors.ngram_rows import start_rows
    >>> some, all_of_them = start_rows(np.array([7, 2]), 4, 1), start_rows(np.arange(9), 4, 1)
    >>> bool((some == all_of_them[[7, 2]]).all())
    True
    """
    columns = np.arange(1, vector_size + 1, dtype=np.uint64)
    bits = np.asarray(buckets, dtype=np.uint64)[:, np.newaxis] * np.uint64(vector_size) + columns
    bits = (bits + np.uint64(seed % 2**32) * np.uint64(2**31)) * GOLDEN
    bits = (bits ^ (bits >> np.uint64(30))) * MIX_1
    bits = (bits ^ (bits >> np.uint64(27))) * MIX_2
    shares = (bits ^ (bits >> np.uint64(31))) >> np.uint64(40)  # 24 bits, as many as a float32 has
    found: Float32Array = (shares.astype(np.float32) * np.float32(2**-23) - 1) / np.float32(vector_size)
    return found


def fill_start_rows(rows: Float32Array, buckets: npt.NDArray[Any], seed: int) -> None:
    """Write `start_rows` a block at a time, without a second matrix."""
    for start in range(0, len(buckets), BLOCK_ROWS):
        block = slice(start, start + BLOCK_ROWS)
        rows[block] = start_rows(buckets[block], rows.shape[1], seed)


class NgramRows:
    """The rows of n-grams.

    Parameters
    ----------
    rows : ndarray of shape (n, D), float32
    numbered : BucketRows, optional
        Which bucket each row is for; the row of bucket h is h unless given.
    seed : int, optional
        From which rows that are not there come; they are zero unless given.
    is_pruned : bool
        Words do without n-grams whose rows are not there.
    """

    def __init__(
        self, rows: Any, numbered: BucketRows | None = None, seed: int | None = None, *,
        is_pruned: bool = False,
    ) -> None:  # fmt: skip
        self.rows, self.numbered, self.seed, self.is_pruned = rows, numbered, seed, is_pruned

    @property
    def buckets(self) -> npt.NDArray[Any]:
        """The bucket of each row, shape (n,)."""
        return np.arange(len(self.rows)) if self.numbered is None else self.numbered.buckets

    def start(self, buckets: npt.NDArray[Any]) -> Float32Array:
        """Rows as they were before training, shape (len(buckets), D)."""
        rows = np.zeros((len(buckets), self.rows.shape[1]), dtype=np.float32)
        if self.seed is not None:
            fill_start_rows(rows, buckets, self.seed)
        return rows

    def fill_up(self) -> None:
        """Make the rows of buckets that have been numbered since."""
        n_known = len(self.rows)
        if n_known < len(self.buckets):
            self.rows = np.concatenate([self.rows, self.start(self.buckets[n_known:])])

    def means(self, words: Sequence[str | bytes], ngrams: Ngrams) -> Float32Array:
        """The mean of the rows of each word's n-grams, shape (n_words, D)."""
        if self.is_pruned:
            bags = word_bags(words, ngrams, first_word=None, numbered=self.numbered, is_growing=False)
            return mean_rows(bags, self.rows)
        bags = word_bags(words, ngrams, first_word=None)
        if self.numbered is None:
            return mean_rows(bags, np.asarray(self.rows, dtype=np.float32))
        found: Int32Array = self.numbered.rows(bags.rows)
        missing = np.flatnonzero(found < 0)
        if not len(missing):
            return mean_rows(Bags(bags.offsets, found), self.rows)
        found[missing] = len(self.rows) + np.arange(len(missing), dtype=np.int32)
        return mean_rows(Bags(bags.offsets, found), self.rows, self.start(bags.rows[missing]))

    def whole(self, bucket: int) -> Float32Array:
        """The rows of all buckets, shape (bucket, D)."""
        if self.numbered is None:
            return np.asarray(self.rows)
        rows = self.start(np.arange(bucket))
        rows[self.buckets] = self.rows
        return rows
