"""A chunk: the unit of work of a training thread, whole sentences of about 10,000 words.

The ends of chunks depend on the sentences and their lengths only, never on block sizes, files,
memory or threads, because each chunk draws from its own random stream.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from ns2vec._typing import Int32Array, Int64Array
from ns2vec.corpus import _scan

END: int = _scan.END
"""Follows each sentence in `Chunk.words`."""
UNKNOWN: int = _scan.UNKNOWN
"""Represents a word outside the vocabulary: it is a raw word, but is not trained."""
MAX_SENTENCE_WORDS: int = _scan.MAX_SENTENCE_WORDS
"""Longer sentences are split into parts of this many words; no word is lost."""
CHUNK_WORDS = 10_000
"""A chunk ends with the first sentence that brings it to this many words."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Consecutive sentences of one epoch as ids.

    Attributes
    ----------
    index : int
        Number of the chunk in its epoch, from 0.
    words : int32 array of shape (n,)
        Ids with `END` after each sentence (or part of a long one) and `UNKNOWN` among them.
    n_words, n_sentences : int
        Raw words in it; sentences, as the reader or iterable yields them, that end in it.
    words_before, sentences_before : int
        The same, of all chunks before it in this epoch.
    remap : int32 array, optional
        Id -> row of the vocabulary, or `UNKNOWN`. None: `words` holds rows already.
    tags, tag_offsets : int32 array of shape (n_tags,) and int64 array of shape (n_sentences + 1,), optional
        Tags of the documents: each part that ends with `END` has those from one offset to the next.

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.corpus import Chunk, END
    >>> ids = np.array([2, 0, END], dtype=np.int32)
    >>> chunk = Chunk(0, ids, 2, 1, 0, 0, remap=np.array([5, 6, 7], dtype=np.int32))
    >>> chunk.rows().tolist(), chunk.alone().words.tolist()
    ([7, 5, -1], [7, 5, -1])
    """

    index: int
    words: Int32Array
    n_words: int
    n_sentences: int
    words_before: int
    sentences_before: int
    remap: Int32Array | None = None
    tags: Int32Array | None = None
    tag_offsets: Int64Array | None = None

    @property
    def n_bytes(self) -> int:
        """Bytes of its arrays."""
        return sum(array.nbytes for array in (self.words, self.tags, self.tag_offsets) if array is not None)

    def alone(self) -> Chunk:
        """A copy for another process, without the unused part of `remap`.

        Examples
        --------
        >>> import numpy as np
        >>> from ns2vec.corpus import Chunk, END
        >>> ids = np.array([1, 0, END], dtype=np.int32)
        >>> Chunk(0, ids, 2, 1, 0, 0, remap=np.array([7, 5], dtype=np.int32)).alone().words.tolist()
        [5, 7, -1]
        """
        return self if self.remap is None else replace(self, words=self.rows(), remap=None)

    def rows(self) -> Int32Array:
        """Return `words` with `remap` applied: int32 (n,), rows of the vocabulary, `END` and `UNKNOWN`."""
        if self.remap is None:
            return self.words
        rows: Int32Array = self.words.copy()
        known = rows >= 0
        rows[known] = self.remap[rows[known]]
        return rows


def cut_chunks(rows: Int32Array, chunk_words: int = CHUNK_WORDS) -> Iterator[Chunk]:
    """Yield encoded text, with `END` after each sentence, as chunks."""
    ends = np.flatnonzero(rows == END) + 1
    words_behind = ends - np.arange(1, len(ends) + 1)
    start = words_before = sentences_before = index = 0
    while sentences_before < len(ends):
        last = min(int(np.searchsorted(words_behind, words_before + chunk_words)), len(ends) - 1)
        n_words, n_sentences = int(words_behind[last]) - words_before, last + 1 - sentences_before
        words = np.ascontiguousarray(rows[start : ends[last]])
        yield Chunk(index, words, n_words, n_sentences, words_before, sentences_before)
        start, index = int(ends[last]), index + 1
        words_before, sentences_before = words_before + n_words, last + 1
