"""From tokens of lines to rows: words, their character n-grams, and word n-grams hashed as fastText does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ns2vec._typing import Int32Array, Int64Array
from ns2vec.classify.lines import TextLines
from ns2vec.inputs import Bags, BucketRows, Ngrams, word_bags
from ns2vec.inputs._ngrams import encode_words, hash_words

FACTOR = np.uint64(116049371)  # of fastText's hash of word n-grams
BLOCK_LINES = 1 << 15  # arrays of so many lines stay in the caches
NONE = -1
NO_NGRAMS = Ngrams(0, 0, 0)


@dataclass(frozen=True)
class LineBags:
    """Rows of lines.

    Attributes
    ----------
    offsets : ndarray of shape (n_lines + 1,), int64
    rows : ndarray, int32
    n_features : ndarray of shape (n_lines,), int64
        Rows of each line, and n-grams that no row was made for: they are zeros, and count in the mean.
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
    """What of a line is an input: the words, which have the first rows, and buckets of n-grams after them.

    Attributes
    ----------
    ngrams : Ngrams
        Character n-grams; there may be none.
    word_ngrams : int
        Pieces of up to so many words are features, too.
    bucket : int
        How many buckets both are hashed into.
    numbered : BucketRows or None
        Rows of buckets that are used; None: bucket h has row h.
    skips : bool
        An n-gram without a row is no feature at all (as where fastText has pruned it).

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
        """Start again: no bucket has a row."""
        self.numbered = BucketRows(self.bucket) if self.bucket else None
        self.skips = False

    @property
    def n_bucket_rows(self) -> int:
        """Rows after the words."""
        return 0 if self.numbered is None else len(self.numbered)

    def encode(self, lines: TextLines, words: dict[Any, int]) -> LineBags:
        """Return the rows of each line.

        Parameters
        ----------
        lines : TextLines
            Without labels.
        words : dict
            Row of each word.
        """
        parts = [self.with_rows(*block, len(words)) for block in self.blocks(lines, words)]
        lengths, n_features = (
            np.concatenate([part[i] for part in parts]) if parts else np.empty(0, np.int64) for i in (1, 2)
        )
        offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        rows = [part[0] for part in parts]
        del parts
        return LineBags(offsets, joined(rows), n_features)

    def number(self, lines: TextLines, words: dict[Any, int]) -> None:
        """Give rows to n-grams of lines that have none."""
        if self.numbered is None:
            return
        is_used = np.zeros(self.bucket, dtype=bool)
        for rows, _ in self.blocks(lines, words):
            is_used[-2 - rows[rows < NONE]] = True
        self.numbered.add(np.flatnonzero(is_used).astype(np.int32))

    def blocks(self, lines: TextLines, words: dict[Any, int]) -> Iterator[tuple[Int32Array, Int64Array]]:
        """Yield the features of some lines at a time, as of `of_tokens`, and how many each line has."""
        known, hashes = self.of_tokens(lines.tokens, words), self.hashes(lines.tokens)
        for first in range(0, len(lines), BLOCK_LINES):
            yield self.of_block(lines, first, min(first + BLOCK_LINES, len(lines)), known, hashes)

    def of_tokens(
        self, tokens: list[str], words: dict[Any, int]
    ) -> tuple[Int64Array, Int64Array, Int32Array]:
        """Sizes, starts and features of each token: a word's row, and -2 less each of its buckets."""
        own = np.array([words.get(token, NONE) for token in tokens], dtype=np.int32)
        bags = Bags(np.zeros(len(tokens) + 1, np.int64), np.empty(0, np.int32))
        if self.ngrams:
            bags = word_bags(tokens, self.ngrams, first_word=None)
        n_ngrams = np.diff(bags.offsets)
        sizes = n_ngrams + (own != NONE)
        ends = np.cumsum(sizes)
        flat = np.empty(int(sizes.sum()), dtype=np.int32)
        starts = ends - sizes
        flat[starts[own != NONE]] = own[own != NONE]
        is_ngram = np.ones(len(flat), dtype=bool)
        is_ngram[starts[own != NONE]] = False
        flat[is_ngram] = -2 - bags.rows
        return sizes, starts, flat

    def hashes(self, tokens: list[str]) -> npt.NDArray[np.uint64]:
        """Hash of each distinct token: 32 bits with a sign, as 64."""
        if self.word_ngrams < 2:
            return np.empty(0, np.uint64)
        found = hash_words(*encode_words(tokens))
        return found.view(np.int32).astype(np.int64).view(np.uint64)

    def of_block(
        self,
        lines: TextLines,
        first: int,
        end: int,
        known: tuple[Int64Array, Int64Array, Int32Array],
        hashes: npt.NDArray[np.uint64],
    ) -> tuple[Int32Array, Int64Array]:
        """The features of some lines, and how many each has."""
        sizes, starts, flat = known
        offsets = lines.offsets[first : end + 1] - lines.offsets[first]
        ids = lines.ids[lines.offsets[first] : lines.offsets[end]]
        lengths = np.diff(offsets)
        of_token = sizes[ids]
        own = np.diff(np.concatenate([[0], np.cumsum(of_token)])[offsets])
        more = [np.maximum(lengths - n, 0) for n in range(1, self.word_ngrams)]
        counts = own + sum(more)
        bases = np.cumsum(counts) - counts
        rows = np.empty(int(counts.sum()), dtype=np.int32)
        places = np.repeat(bases - (np.cumsum(own) - own), own) + np.arange(own.sum())
        within = np.arange(len(places)) - np.repeat(np.cumsum(of_token) - of_token, of_token)
        rows[places] = flat[np.repeat(starts[ids], of_token) + within]
        bases = bases + own
        hashed = hashes[ids] if more else hashes
        state = hashed
        for n, n_more in enumerate(more, 1):
            firsts = np.repeat(offsets[:-1] - (np.cumsum(n_more) - n_more), n_more) + np.arange(n_more.sum())
            state = self.grown_hashes(state, hashed, n)
            places = np.repeat(bases - (np.cumsum(n_more) - n_more), n_more) + np.arange(n_more.sum())
            rows[places] = -2 - (state[firsts] % np.uint64(self.bucket)).astype(np.int32)
            bases = bases + n_more
        return rows, counts

    @staticmethod
    def grown_hashes(
        state: npt.NDArray[np.uint64], hashed: npt.NDArray[np.uint64], n: int
    ) -> npt.NDArray[np.uint64]:
        """Hashes of pieces from each token on, longer by one word; those at the end are of no use."""
        found: npt.NDArray[np.uint64] = state * FACTOR
        found[: len(found) - n] += hashed[n:]
        return found

    def with_rows(
        self, rows: Int32Array, counts: Int64Array, n_words: int
    ) -> tuple[Int32Array, Int64Array, Int64Array]:
        """Put rows in the place of buckets; return those that there are, how many, and how many features."""
        if self.numbered is None:
            return rows, counts, counts
        is_bucket = rows < NONE
        found = self.numbered.rows(-2 - rows[is_bucket])
        rows[is_bucket] = np.where(found >= 0, found + n_words, NONE)
        kept = rows != NONE
        if kept.all():
            return rows, counts, counts
        ends = np.concatenate([[0], np.cumsum(kept)]).astype(np.int64)
        lengths = np.diff(ends[np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)])
        return rows[kept], lengths, lengths if self.skips else counts


def joined(parts: list[Int32Array]) -> Int32Array:
    """Return arrays one after the other; each is let go once it is copied, so that they are not there twice.

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.classify.features import joined
    >>> joined([np.array([3, 1], np.int32), np.array([4], np.int32)]).tolist()
    [3, 1, 4]
    """
    found = np.empty(sum(map(len, parts)), dtype=np.int32)
    end = len(found)
    while parts:
        part = parts.pop()
        found[end - len(part) : end] = part
        end -= len(part)
    return found
