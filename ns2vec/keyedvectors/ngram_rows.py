"""Rows of n-grams, of which only those that some word uses are stored: all others follow from a seed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ns2vec._typing import Float32Array
from ns2vec.inputs import BucketRows, Ngrams, seeded_rows, unknown_vectors

BLOCK_ROWS = 65536


class NgramRows:
    """The rows of n-grams.

    Parameters
    ----------
    rows : ndarray of shape (n, D), float32
    numbered : BucketRows, optional
        The bucket of each row; by default, the row of bucket h is h.
    seed : int, optional
        The seed of rows that are not stored; by default they are zero.
    is_pruned : bool
        Words are made without n-grams whose rows are missing.
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
        """Initial rows, shape (len(buckets), D)."""
        rows = np.zeros((len(buckets), self.rows.shape[1]), dtype=np.float32)
        self.write_start(rows, buckets)
        return rows

    def write_start(self, rows: Float32Array, buckets: npt.NDArray[Any]) -> None:
        """Write `start` to rows of zeros, a block at a time."""
        for first in range(0, len(buckets) if self.seed is not None else 0, BLOCK_ROWS):
            block = slice(first, first + BLOCK_ROWS)
            rows[block] = seeded_rows(buckets[block], rows.shape[1], self.seed or 0)

    def fill_up(self) -> None:
        """Add rows for buckets that have been numbered since."""
        n_known = len(self.rows)
        if n_known < len(self.buckets):
            self.rows = np.concatenate([self.rows, self.start(self.buckets[n_known:])])

    def means(self, words: Sequence[str | bytes], ngrams: Ngrams) -> Float32Array:
        """The mean of the rows of each word's n-grams, shape (n_words, D)."""
        rows, rows_of = np.asarray(self.rows, dtype=np.float32), None if self.is_pruned else self.start
        return unknown_vectors(words, ngrams, rows, numbered=self.numbered, rows_of=rows_of)

    def whole(self, bucket: int) -> Float32Array:
        """The rows of all buckets, shape (bucket, D)."""
        if self.numbered is None:
            return np.asarray(self.rows)
        rows = self.start(np.arange(bucket))
        rows[self.buckets] = self.rows
        return rows
