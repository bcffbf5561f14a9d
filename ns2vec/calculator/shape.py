"""The shape of a corpus for a training run: counts of its words and lengths of its sentences."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ns2vec._options import number
from ns2vec._typing import Float64Array, Int64Array
from ns2vec.corpus import END, MAX_SENTENCE_WORDS, Corpus, FileCorpus
from ns2vec.exceptions import ConfigError, CorpusError, VocabularyError
from ns2vec.training.config import TrainingConfig
from ns2vec.vocab import (
    Vocabulary,
    build_vocabulary,
    checked_frequencies,
    keep_probabilities,
    why_empty,
)

SENTENCE_WORDS = 20.0
"""Mean length of a sentence if only counts are known; about that of English text."""

STRING_BYTES = 57
"""A str of eight ASCII letters, in place of unknown words."""
INT_BYTES = 32
"""An int, a value of the dict of rows, rounded as by Python's allocator."""


@dataclass(frozen=True)
class CorpusShape:
    """Counts and lengths of a corpus, for one vocabulary and one subsampling threshold.

    Attributes
    ----------
    counts : ndarray of shape (V,), int64
        Occurrences of the words of the vocabulary, most frequent first.
    n_types, n_words : int
        Distinct words and words, before `min_count`.
    lengths : ndarray of shape (L,), int64
        Words per sentence, as training sees it (long ones are split into parts of 10,000).
    n_sentences : ndarray of shape (L,), float64
        Number of sentences of each length.
    kept : ndarray of shape (L,), float64
        Expected share of their words that remain after vocabulary and subsampling.
    vocabulary_bytes : int
        Memory of the list and the dict of the vocabulary, with its words.
    is_file : bool
        Files are read once and kept as ids, other iterables are read in every epoch.
    count_seconds, read_seconds : float or None
        Time for counting the corpus, and for reading it as ids, on this machine.
    assumptions : tuple of str
        What was unknown and had to be assumed.
    """

    counts: Int64Array
    n_types: int
    n_words: int
    lengths: Int64Array
    n_sentences: Float64Array
    kept: Float64Array
    vocabulary_bytes: int
    is_file: bool = True
    count_seconds: float | None = None
    read_seconds: float | None = None
    assumptions: tuple[str, ...] = ()

    @property
    def n_ids(self) -> int:
        """Ids of the encoded corpus: words and ends of sentences."""
        return self.n_words + round(float(self.n_sentences.sum()))


def shape_of_corpus(
    corpus: Corpus, config: TrainingConfig, *, max_final_vocab: int | None = None
) -> CorpusShape:
    """Read a corpus twice: count its words, then measure its sentences.

    Raises
    ------
    CorpusError
        If it can be read only once, or cannot be read.
    VocabularyError
        If no word is left.
    """
    if corpus.passes is not None:
        raise CorpusError(
            "the corpus can be read only once, but the calculation reads it twice: give a file or a list"
        )
    started = time.perf_counter()
    scan = corpus.scan(chunk_words=config.batch_words)
    counted = time.perf_counter()
    if not scan.n_words:
        raise CorpusError(scan.no_words)
    vocabulary = _vocabulary(scan.tokens, scan.counts, config.min_count, max_final_vocab)
    keep = np.append(keep_probabilities(vocabulary.counts, config.sample), [0.0, 0.0])  # UNKNOWN -2, END -1
    n_sentences, n_kept = np.zeros((2, MAX_SENTENCE_WORDS + 1))
    seconds, reading = 0.0, time.perf_counter()
    for chunk in corpus.chunks(vocabulary.key_to_index, chunk_words=config.batch_words):
        seconds += time.perf_counter() - reading
        rows = chunk.words
        ends = np.flatnonzero(rows == END)
        starts = np.concatenate(([0], ends[:-1] + 1))
        lengths = ends - starts
        n_sentences += np.bincount(lengths, minlength=len(n_sentences))
        n_kept += np.bincount(lengths, np.add.reduceat(keep[rows], starts), minlength=len(n_kept))
        reading = time.perf_counter()
    lengths = np.flatnonzero(n_sentences[1:]) + 1
    return CorpusShape(
        counts=vocabulary.counts,
        n_types=len(scan.counts),
        n_words=scan.n_words,
        lengths=lengths,
        n_sentences=n_sentences[lengths],
        kept=n_kept[lengths] / (n_sentences[lengths] * lengths),
        vocabulary_bytes=_bytes_of(vocabulary, sum(map(sys.getsizeof, vocabulary.index_to_key))),
        is_file=isinstance(corpus, FileCorpus),
        count_seconds=counted - started,
        read_seconds=seconds,
    )


def shape_of_counts(
    counts: Mapping[Any, int] | Sequence[int] | Int64Array,
    config: TrainingConfig,
    *,
    sentence_words: float | None = None,
    max_final_vocab: int | None = None,
) -> CorpusShape:
    """Use counts for a corpus whose sentences all have the same length.

    Parameters
    ----------
    counts : mapping of word -> count, or array_like of shape (n,)
        Before `min_count`.
    config : TrainingConfig
    sentence_words : float, optional
        Mean length of a sentence; 20 by default.
    max_final_vocab : int, optional

    Raises
    ------
    ConfigError
        If a count or the length is invalid.
    VocabularyError
        If no word is left.
    """
    names: Sequence[Any] = ()
    if isinstance(counts, Mapping) and counts:
        names, totals = checked_frequencies(counts)
    else:
        totals = _checked_counts(counts)
    has_names = len(names) > 0
    names = names if has_names else range(len(totals))
    vocabulary = _vocabulary(names, totals, config.min_count, max_final_vocab)
    assumptions = []
    if sentence_words is None:
        sentence_words = SENTENCE_WORDS
        assumptions.append(f"sentences of {SENTENCE_WORDS:.0f} words (sentence_words)")
    length = min(round(number("sentence_words", sentence_words, 1)), MAX_SENTENCE_WORDS)
    n_words = int(totals.sum())
    expected = float((keep_probabilities(vocabulary.counts, config.sample) * vocabulary.counts).sum())
    word_bytes = sum(map(sys.getsizeof, vocabulary.index_to_key))
    if not has_names:
        assumptions.append("words of 8 letters")
        word_bytes = STRING_BYTES * len(vocabulary.counts)
    return CorpusShape(
        counts=vocabulary.counts,
        n_types=len(totals),
        n_words=n_words,
        lengths=np.array([length]),
        n_sentences=np.array([n_words / length]),
        kept=np.array([expected / max(n_words, 1)]),
        vocabulary_bytes=_bytes_of(vocabulary, word_bytes),
        assumptions=tuple(assumptions),
    )


def _bytes_of(vocabulary: Vocabulary, word_bytes: int) -> int:
    rows = INT_BYTES * len(vocabulary.counts)
    return sys.getsizeof(vocabulary.index_to_key) + sys.getsizeof(vocabulary.key_to_index) + rows + word_bytes


def _vocabulary(
    tokens: Sequence[Any], counts: Int64Array, min_count: int, max_final_vocab: int | None
) -> Vocabulary:
    vocabulary, _ = build_vocabulary(tokens, counts, min_count=min_count, max_final_vocab=max_final_vocab)
    if not vocabulary.index_to_key:
        raise VocabularyError(why_empty(counts, min_count, max_final_vocab))
    return vocabulary


def _checked_counts(values: Any) -> Int64Array:
    found = np.asarray(values, dtype=np.float64)
    if found.ndim != 1 or not len(found) or not np.isfinite(found).all() or (found < 0).any():
        raise ConfigError("counts must be a list of whole numbers of at least 0, one for each word")
    if (found % 1).any():
        raise ConfigError("counts must be whole numbers: how often each word occurs")
    return found.astype(np.int64)
