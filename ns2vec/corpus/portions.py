"""Sentences that a function returns part by part, so that each of several processes can make a part."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, TypeAlias

import numpy as np

from ns2vec._options import shown, whole
from ns2vec._typing import Int32Array, Int64Array, Token
from ns2vec.corpus._sentences import SentenceCounter, as_tokens
from ns2vec.corpus.base import Corpus, Found, OnProgress, Scan, exact_dict, numbered
from ns2vec.corpus.chunks import CHUNK_WORDS, END, MAX_SENTENCE_WORDS, UNKNOWN, Chunk
from ns2vec.corpus.iterables import IterableCorpus
from ns2vec.corpus.ranges import RunAll
from ns2vec.exceptions import ConfigError
from ns2vec.vocab.checks import check_token

#: Returns the sentences of a part, given its number.
MakePart: TypeAlias = Callable[[int], Iterable[Sequence[Token]]]


class SentenceParts:
    """Sentences in parts, each made by a function from its number; on a cluster, workers make them.

    Parameters
    ----------
    make_part : callable
        ``make_part(i)`` returns the sentences of part i, the same each time, in any process: it must be
        a function, a class or an object that can be pickled, and must read only what every machine can read.
    n_parts : int

    Raises
    ------
    TypeError
        If `make_part` cannot be called.

    Examples
    --------
    >>> from ns2vec.cluster import SentenceParts
    >>> def make_part(i):
    ...     return [[f"word{i}", "and"], ["more"]]
    >>> parts = SentenceParts(make_part, 2)
    >>> [*parts]
    [['word0', 'and'], ['more'], ['word1', 'and'], ['more']]
    >>> [*parts.sentences_of(1)]
    [['word1', 'and'], ['more']]
    """

    def __init__(self, make_part: MakePart, n_parts: int) -> None:
        if not callable(make_part):
            raise TypeError(
                f"expected a function that returns the sentences of part number n, got {shown(make_part)}"
            )
        self.make_part, self.n_parts = make_part, whole("n_parts", n_parts, 1)

    def __iter__(self) -> Iterator[Sequence[Token]]:
        for number in range(self.n_parts):
            yield from self.sentences_of(number)

    def sentences_of(self, number: int) -> Iterator[Sequence[Token]]:
        """The sentences of a part.

        Parameters
        ----------
        number : int
            Number of the part, from 0.

        Returns
        -------
        iterator of sequences of str
            A new one for each call.

        Raises
        ------
        ConfigError
            If the function returned something else.
        """
        found = self.make_part(number)
        if isinstance(found, str) or not isinstance(found, Iterable):
            raise ConfigError(f"make_part({number}) must return sentences, got {shown(found)}")
        return iter(found)


def count_part(parts: SentenceParts, number: int) -> tuple[list[Token], Int64Array, int, int]:
    """Distinct tokens of a part in order of appearance, their counts, and totals of words and sentences."""
    counter = SentenceCounter(check_token)
    counter.fill(parts.sentences_of(number), 2**62)
    return list(counter.tokens()), counter.counts(), counter.n_words, counter.n_sentences


def encode_part(
    parts: SentenceParts, key_to_index: dict[Any, int], number: int
) -> tuple[Int32Array, Int64Array]:
    """Rows of the words of a part, and the length of each sentence."""
    lengths: list[int] = []
    rows: list[int] = []
    for place, sentence in enumerate(parts.sentences_of(number)):
        tokens = as_tokens(sentence, place)
        lengths.append(len(tokens))
        rows += [key_to_index.get(token, UNKNOWN) for token in tokens]
    return np.array(rows, dtype=np.int32), np.array(lengths, dtype=np.int64)


def cut_parts(encoded: Iterable[tuple[Int32Array, Int64Array]], chunk_words: int) -> Iterator[Found]:
    """Chunks of sentences, with the same ends as in `ns2vec.corpus._chunker.h`."""
    open_pieces: list[Int32Array] = []
    n_words = n_sentences = 0
    end = np.array([END], dtype=np.int32)
    for rows, lengths in encoded:
        at = 0
        for length in lengths.tolist():
            for first in range(at, at + length, MAX_SENTENCE_WORDS):
                piece = rows[first : min(first + MAX_SENTENCE_WORDS, at + length)]
                open_pieces += [piece, end]
                n_words += len(piece)
                is_last = first + len(piece) == at + length
                n_sentences += is_last
                if n_words >= chunk_words:
                    yield np.concatenate(open_pieces), n_words, n_sentences
                    open_pieces, n_words, n_sentences = [], 0, 0
            n_sentences += length == 0
            at += length
    if n_words or n_sentences:
        yield np.concatenate([*open_pieces, end[:0]]), n_words, n_sentences


class SpreadParts(Corpus):
    """Sentences whose parts are made by other processes.

    Parameters
    ----------
    parts : SentenceParts
    run_all : callable
        As of `ns2vec.corpus.ranges.SpreadCorpus`.
    """

    def __init__(self, parts: SentenceParts, run_all: RunAll) -> None:
        self.parts, self.run_all = parts, run_all

    def _scan(self, chunk_words: int, memory_limit: int, workers: int, on_progress: OnProgress) -> Scan:
        counts: dict[Token, int] = {}
        n_words = n_sentences = n_done = 0
        for tokens, totals, words, sentences in self.run_all(
            partial(count_part, self.parts), range(self.parts.n_parts)
        ):
            for token, n in zip(tokens, totals.tolist(), strict=True):
                counts[token] = counts.get(token, 0) + n
            n_words, n_sentences, n_done = n_words + words, n_sentences + sentences, n_done + 1
            on_progress(n_words, n_sentences, n_done / self.parts.n_parts)
        found = np.fromiter(counts.values(), dtype=np.int64, count=len(counts))
        return Scan(list(counts), found, n_words, n_sentences)

    def chunks(self, key_to_index: dict[Any, int], *, chunk_words: int = CHUNK_WORDS) -> Iterator[Chunk]:
        """Chunks of sentences that were encoded elsewhere; see `Corpus.chunks`."""
        encode = partial(encode_part, self.parts, exact_dict(key_to_index))
        return numbered(cut_parts(self.run_all(encode, range(self.parts.n_parts)), chunk_words))

    def sentences(self) -> Iterator[Sequence[Token]]:
        """All sentences, made here; see `Corpus.sentences`."""
        return iter(self.parts)


def parts_of(corpus: Any) -> SentenceParts | None:
    """The parts of a corpus, if it has parts."""
    is_plain = type(corpus) is IterableCorpus and type(corpus.iterable) is SentenceParts
    return corpus.iterable if is_plain else None
