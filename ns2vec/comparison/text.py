"""The text of a comparison: encoded once, split into training and held-out sentences, read in slices."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from ns2vec._typing import BoolArray, Int32Array, Int64Array, Token
from ns2vec.corpus import END, Chunk, Corpus
from ns2vec.corpus.chunks import cut_chunks
from ns2vec.exceptions import ConfigError, CorpusError, VocabularyError
from ns2vec.models.word2vec import Word2Vec
from ns2vec.vocab import keep_probabilities, why_empty


class SlicedText(Corpus):
    """Sentences that are read one slice at a time: each pass yields the next slice, and after the last the
    first.

    So `train(epochs=epochs * n_slices)` reads the text `epochs` times, the learning rate falls as
    would in whole epochs, and callbacks are called between slices.

    Parameters
    ----------
    rows : ndarray of shape (n,), int32
        Rows of the vocabulary with `END` after each sentence and `UNKNOWN` among them.
    n_slices : int
        At most; fewer if there are fewer sentences.
    """

    def __init__(self, rows: Int32Array, n_slices: int = 1) -> None:
        self.rows = rows
        ends = np.flatnonzero(rows == END) + 1
        self.n_slices = max(1, min(n_slices, len(ends)))
        self.bounds = np.concatenate([[0], ends])
        self.sentences_per_slice = -(-len(ends) // self.n_slices)
        self.n_words = len(rows) - len(ends)
        self.n_passes = 0

    @property
    def words_per_slice(self) -> int:
        """Return the mean length of a slice."""
        return max(1, round(self.n_words / self.n_slices))

    def chunks(self, key_to_index: dict[Any, int], *, chunk_words: int = 10_000) -> Iterator[Chunk]:
        """Read the next slice."""
        first = self.n_passes * self.sentences_per_slice % (len(self.bounds) - 1)
        self.n_passes += 1
        # all slices have the same number of sentences; the one that reaches the end continues at the
        # beginning
        last = first + self.sentences_per_slice
        rows = self.rows[self.bounds[first] : self.bounds[min(last, len(self.bounds) - 1)]]
        if last >= len(self.bounds):
            rows = np.concatenate([rows, self.rows[: self.bounds[last - len(self.bounds) + 1]]])
        return cut_chunks(rows, chunk_words)

    def sentences(self) -> Iterator[Sequence[Token]]:
        """Slices hold rows, not tokens."""
        raise CorpusError("slices of a text hold rows of a vocabulary, not tokens")


def cut_sentences(rows: Int32Array, longest: int) -> Int32Array:
    """Return rows whose sentences have at most this many words.

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.comparison.text import cut_sentences
    >>> from ns2vec.corpus import END
    >>> rows = np.array([7, 8, 9, END, 5, END], dtype=np.int32)
    >>> cut_sentences(rows, 2).tolist() == [7, 8, END, 9, END, 5, END]
    True
    """
    is_end = rows == END
    starts = np.concatenate([[0], np.flatnonzero(is_end) + 1])
    place = np.arange(len(rows)) - starts[np.cumsum(is_end) - is_end]
    return np.insert(rows, np.flatnonzero((place > 0) & (place % longest == 0) & ~is_end), np.int32(END))


class Text:
    """The text for training and evaluating all candidates.

    Parameters
    ----------
    counted : dict
        All words with their counts.
    counts : ndarray of shape (V,), int64
        Of the words of the vocabulary.
    train, held_out : ndarray of int32
        Rows with `END` after each sentence.
    """

    def __init__(
        self, counted: dict[Token, int], counts: Int64Array, train: Int32Array, held_out: Int32Array
    ) -> None:
        self.counted, self.counts = counted, counts
        self.train, self.held_out = train, held_out
        self.n_words = int((train != END).sum())
        self.n_held_out = int((held_out != END).sum())

    def prefix(self, n_words: int) -> Int32Array:
        """Return the first `n_words` words of the training part, with the last sentence cut."""
        if n_words >= self.n_words:
            return self.train
        ends = np.flatnonzero(self.train == END) + 1
        words_behind = ends - np.arange(1, len(ends) + 1)
        last = int(np.searchsorted(words_behind, n_words))
        surplus = int(words_behind[last]) - n_words
        return np.append(self.train[: ends[last] - 1 - surplus], np.int32(END))

    def thinned(self, sample: float) -> list[Int32Array]:
        """Return held-out sentences as in training: known words only, frequent ones subsampled."""
        keep = keep_probabilities(self.counts, sample)
        draws = np.random.default_rng(0).random(len(self.held_out))
        known = self.held_out >= 0
        kept = known & (draws < np.where(known, keep[np.maximum(self.held_out, 0)], 0.0))
        number = np.cumsum(self.held_out == END)[kept]
        rows = self.held_out[kept]
        pieces = np.split(rows, np.flatnonzero(np.diff(number)) + 1)
        return [piece for piece in pieces if len(piece) > 1]


def check_share(held_out: float) -> None:
    """Refuse an invalid share of held-out text.

    Raises
    ------
    ConfigError
        If it is not above 0 and at most 0.5.
    """
    if not 0.0 < held_out <= 0.5:
        raise ConfigError(f"held_out must be a share above 0 and of at most 0.5, got {held_out!r}")


def read_text(corpus: Corpus, model: Word2Vec, held_out: float) -> Text:
    """Count and encode a corpus, and hold out sentences at regular intervals.

    Parameters
    ----------
    corpus : Corpus
        Read twice.
    model : Word2Vec
        Its options determine the vocabulary, which is stored in it.
    held_out : float
        Share of the sentences to hold out, in (0, 0.5].

    Raises
    ------
    ConfigError
        If the share is invalid.
    CorpusError
        If the corpus can be read only once, or is too short to be split.
    VocabularyError
        If no word is left.
    """
    check_share(held_out)
    if corpus.passes is not None:
        raise CorpusError(
            "the corpus can be read only once, but the comparison reads it twice: give a file or a list"
        )
    scan = corpus.scan(chunk_words=model.batch_words)
    if not scan.n_words:
        raise CorpusError(scan.no_words)
    counted = dict(zip(scan.tokens, scan.counts.tolist(), strict=True))
    model.build_vocab_from_freq(counted)
    if not model.wv.key_to_index:
        raise VocabularyError(why_empty(scan.counts, model.min_count, model.max_final_vocab))
    chunks = corpus.chunks(model.wv.key_to_index, chunk_words=model.batch_words)
    rows = np.concatenate([chunk.rows() for chunk in chunks])
    period = max(2, math.floor(1 / held_out + 1e-9))
    is_end = rows == END
    sentence = np.cumsum(is_end) - is_end
    aside: BoolArray = sentence % period == period - 1
    if not aside.any():
        raise CorpusError(
            f"the corpus has {int(is_end.sum())} sentences, of which none can be held out: "
            f"expected at least {period}"
        )
    counts = np.asarray(model.wv.expandos["count"], dtype=np.int64)
    return Text(counted, counts, rows[~aside], rows[aside])
