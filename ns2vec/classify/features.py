"""From tokens of lines to rows: words, their character n-grams, and word n-grams hashed as in fastText."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ns2vec._typing import Int32Array, Int64Array
from ns2vec.classify._lines import LineRows
from ns2vec.classify.lines import TextLines
from ns2vec.classify.tokens import PackedTokens
from ns2vec.inputs import Bags, BucketRows, Ngrams, word_bags
from ns2vec.inputs._ngrams import hash_words
from ns2vec.inputs._words import WordTable

NONE = -1
NO_NGRAMS = Ngrams(0, 0, 0)

Words = dict[Any, int] | WordTable  # maps each word to its row


def rows_of_words(tokens: PackedTokens, words: Words) -> Int32Array:
    """The row of each token, -1 for unknown words."""
    if isinstance(words, WordTable):
        return words.rows(tokens.text, tokens.offsets)
    return np.array([words.get(token, NONE) for token in tokens], dtype=np.int32)


@dataclass(frozen=True)
class LineBags:
    """Rows of lines.

    Attributes
    ----------
    offsets : ndarray of shape (n_lines + 1,), int64
    rows : ndarray, int32
    n_features : ndarray of shape (n_lines,), int64
        Rows of each line, plus n-grams without a row: they are zeros, and count in the mean.
    """

    offsets: Int64Array
    rows: Int32Array
    n_features: Int64Array

    @property
    def bags(self) -> Bags:
        """The rows alone."""
        return Bags(self.offsets, self.rows)


@dataclass
class TextFeatures:
    """The features of a line: words, which have the first rows, and buckets of n-grams after them.

    Attributes
    ----------
    ngrams : Ngrams
        Character n-grams; there may be none.
    word_ngrams : int
        Sequences of up to this many words are features, too.
    bucket : int
        How many buckets both are hashed into.
    numbered : BucketRows or None
        Rows of buckets that are used; None: bucket h has row h.
    skips : bool
        An n-gram without a row is not a feature (for example if fastText has pruned it).

    Examples
    --------
    >>> from ns2vec.classify.features import TextFeatures
    >>> from ns2vec.classify.lines import read_lines
    >>> features = TextFeatures(word_ngrams=2, bucket=1000)
    >>> lines, words = read_lines(["a good film"]), {"a": 0, "good": 1, "film": 2}
    >>> features.number(lines, words)
    >>> found = features.encode(lines, words)
    >>> found.rows.tolist(), found.n_features.tolist()
    ([0, 1, 2, 4, 3, 5], [6])
    """

    ngrams: Ngrams = NO_NGRAMS
    word_ngrams: int = 1
    bucket: int = 2_000_000
    numbered: BucketRows | None = None
    skips: bool = False

    def __post_init__(self) -> None:
        if not self.ngrams and self.word_ngrams < 2:
            self.bucket = 0
        if self.numbered is None and self.bucket:
            self.numbered = BucketRows(self.bucket)

    def forget(self) -> None:
        """Reset: no bucket has a row."""
        self.numbered = BucketRows(self.bucket) if self.bucket else None
        self.skips = False

    @property
    def n_bucket_rows(self) -> int:
        """Number of rows after the words."""
        return 0 if self.numbered is None else len(self.numbered)

    def encode(self, lines: TextLines, words: Words) -> LineBags:
        """Return the rows of each line.

        Parameters
        ----------
        lines : TextLines
            Without labels.
        words : dict, or WordTable
            Row of each word.
        """
        offsets, rows, counts = self.rows_of(lines, words).rows()
        return LineBags(offsets, rows, np.diff(offsets) if self.skips else counts)

    def number(self, lines: TextLines, words: Words) -> None:
        """Assign rows to n-grams of lines that have none."""
        if self.numbered is None:
            return
        is_used = np.zeros(self.bucket, dtype=np.uint8)
        self.rows_of(lines, words).mark(is_used)
        self.numbered.add(np.flatnonzero(is_used).astype(np.int32))

    def rows_of(self, lines: TextLines, words: Words) -> LineRows:
        """The object that computes the rows of any lines; valid as long as no bucket gets a row."""
        starts, own = self.of_tokens(lines.tokens, words)
        return LineRows(
            lines.codes,
            lines.ends,
            starts=starts,
            own=own,
            hashes=self.hashes(lines.tokens),
            word_ngrams=self.word_ngrams,
            first_row=len(words),
            table=None if self.numbered is None else self.numbered.table,
        )

    def of_tokens(self, tokens: PackedTokens, words: Words) -> tuple[Int64Array | None, Int32Array]:
        """The beginnings of each token's own features, and the features: a word's row, and -2 minus each
        bucket.

        Without character n-grams, only the row of each token, -1 if it has none.
        """
        own = rows_of_words(tokens, words)
        if not self.ngrams:
            return None, own
        is_word = own != NONE
        bags = word_bags((tokens.text, tokens.offsets), self.ngrams, first_word=None)
        starts = bags.offsets + np.concatenate([[0], np.cumsum(is_word)])
        found = np.empty(int(starts[-1]), dtype=np.int32)
        is_ngram = np.ones(len(found), dtype=bool)
        is_ngram[starts[:-1][is_word]] = False
        found[~is_ngram] = own[is_word]
        found[is_ngram] = -2 - bags.rows
        return starts, found

    def hashes(self, tokens: PackedTokens) -> npt.NDArray[np.uint32]:
        """Hash of each distinct token, if there are word n-grams."""
        if self.word_ngrams < 2:
            return np.empty(0, np.uint32)
        return hash_words(tokens.text, tokens.offsets)
