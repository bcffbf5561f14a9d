"""Words and their n-grams as units for training: one matrix of rows, of which each vector is a mean."""

from __future__ import annotations

from typing import Any

import numpy as np

from ns2vec._typing import Float32Array
from ns2vec.inputs import Bags, BucketRows, word_bags
from ns2vec.keyedvectors.ngram_rows import NgramRows
from ns2vec.training.matrices import empty_rows, initial_rows
from ns2vec.training.units import Units, lock_factors


class SubwordUnits(Units):
    """Words with the rows of a `FastTextKeyedVectors`.

    The rows of words come first, then those of n-grams, as in Facebook's files. `vectors_vocab` and the rows
    of n-grams are views of them; arrays with which a user replaces them are copied when training begins.

    Parameters
    ----------
    wv : FastTextKeyedVectors
    compact : bool
        Keep only the rows of n-grams that occur in a word.
    """

    def __init__(self, wv: Any, compact: bool = True) -> None:
        super().__init__(wv, "rows of words and n-grams")
        self.compact = compact
        self.joined: Any = None
        self.views: tuple[Any, Any] = (None, None)

    @property
    def bags(self) -> Bags:  # type: ignore[override]
        """The rows of each word."""
        found: Bags = self.wv.word_bags()
        return found

    @property
    def n_rows(self) -> int:
        """Rows of words and of n-grams."""
        return len(self.wv.index_to_key) + len(self.wv._ngrams.rows)

    @property  # type: ignore[misc]
    def matrix(self) -> Any:
        """The rows that are trained, shape (n_rows, D)."""
        parts = self.wv.vectors_vocab, self.wv._ngrams.rows
        if parts[0] is not self.views[0] or parts[1] is not self.views[1]:
            rows = empty_rows(len(parts[0]) + len(parts[1]), self.wv.vector_size)
            np.concatenate(parts, out=rows)
            self.show(rows, len(parts[0]))
        return self.joined

    def show(self, rows: Float32Array, n_words: int) -> None:
        """Set the parts that users see to views of the trained rows."""
        self.joined = rows
        self.views = rows[:n_words], rows[n_words:]
        self.wv.vectors_vocab, self.wv._ngrams.rows = self.views

    def begin(self, seed: int | None, vector_size: int) -> None:
        """Initialize all rows with small random numbers; those of n-grams from the seed and the bucket."""
        wv = self.wv
        # rows of words come from the seed, those of n-grams from the next, as in gensim
        start = int(np.random.SeedSequence().generate_state(1)[0]) if seed is None else seed + 1
        table = BucketRows(wv.bucket) if self.compact else None
        wv._ngrams = NgramRows(np.empty((0, vector_size), np.float32), table, start)
        wv._word_bags = word_bags(wv.index_to_key, wv.ngrams, numbered=table, end_is_whole=wv.end_is_whole)
        n_words, buckets = len(wv.index_to_key), np.arange(wv.bucket) if table is None else table.buckets
        rows = empty_rows(n_words + len(buckets), vector_size)
        initial_rows(rows[:n_words], seed)
        wv._ngrams.write_start(rows[n_words:], buckets)
        self.show(rows, n_words)
        self.compose()

    def extend(self, seed: int | None) -> None:
        """Initialize the rows of words without values, and of the n-grams that are new with them."""
        wv, n_known = self.wv, len(self.wv.vectors_vocab)
        fresh = empty_rows(len(wv.index_to_key), wv.vector_size)
        initial_rows(fresh, seed)
        fresh[:n_known] = wv.vectors_vocab
        wv.vectors_vocab = fresh
        wv.recalc_char_ngram_buckets()
        if len(wv.vectors_vocab_lockf) == n_known != 1:
            more = np.ones(len(fresh) - n_known, dtype=wv.vectors_vocab_lockf.dtype)
            wv.vectors_vocab_lockf = np.concatenate([wv.vectors_vocab_lockf, more])
        self.compose()

    def compose(self) -> None:
        """Compute the vectors of words again."""
        self.wv.adjust_vectors()

    def lock(self) -> Float32Array | None:
        """Factors of the changes of each row: those of words, then those of n-grams."""
        words, ngrams = (
            lock_factors(getattr(self.wv, f"vectors_{name}_lockf")) for name in ("vocab", "ngrams")
        )
        if words is None and ngrams is None:
            return None
        n_words, table = len(self.wv.index_to_key), self.wv._ngrams
        factors = np.ones(n_words + len(table.rows), dtype=np.float32)
        if words is not None:
            factors[:n_words] = words
        if ngrams is not None:
            factors[n_words:] = ngrams if len(ngrams) == 1 else ngrams[table.buckets]
        return factors
