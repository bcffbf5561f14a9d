"""Vectors of inputs that are not single rows: words and their character n-grams.

Examples
--------
>>> from ns2vec.inputs import Ngrams, hash_word
>>> hash_word("cat", Ngrams(3, 4, 2_000_000)).tolist()
[916747, 1988973, 289031, 1127995, 351106]
"""

from __future__ import annotations

from ns2vec.inputs.subwords import Bags, BucketRows, Ngrams, hash_word, mean_rows, ngrams_of, word_bags
from ns2vec.inputs.unknown import seeded_rows, unknown_vectors

__all__ = [
    "Bags",
    "BucketRows",
    "Ngrams",
    "hash_word",
    "mean_rows",
    "ngrams_of",
    "seeded_rows",
    "unknown_vectors",
    "word_bags",
]
