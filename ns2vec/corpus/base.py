"""The interface of every corpus: it can be counted, kept as ids, and read in chunks."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from ns2vec._typing import Int32Array, Int64Array, Token
from ns2vec.corpus._sentences import as_tokens
from ns2vec.corpus.chunks import CHUNK_WORDS, Chunk
from ns2vec.corpus.encoded import EncodedCorpus
from ns2vec.vocab.checks import check_token
from ns2vec.vocab.trim import TrimRule, keep_word

OnProgress: TypeAlias = Callable[[int, int, "float | None"], object]
"""Called with words and sentences so far, and the part of the input that was read, if known."""

Found: TypeAlias = tuple[Int32Array, int, int]  # ids of a chunk, its words and its sentences
SENTENCES_PER_REPORT = 10_000


def ignore(n_words: int, n_sentences: int, fraction: float | None) -> None:
    """Report nothing."""


@dataclass
class Scan:
    """The result of one pass over a corpus.

    Attributes
    ----------
    tokens : sequence of length n
        The distinct tokens in order of first appearance; for files they are decoded on access.
    counts : int64 array of shape (n,)
        Number of occurrences of each.
    n_words, n_sentences : int
    encoded : EncodedCorpus, optional
        The corpus as indices into `tokens`; None for iterables and with ``memory_limit=0``.
    no_words : str
        What to tell the user if there are none.

    Examples
    --------
    >>> from ns2vec.corpus import open_corpus
    >>> found = open_corpus([["cat", "sat"], ["sat"]]).scan()
    >>> list(found.tokens), found.counts.tolist(), found.n_sentences
    (['cat', 'sat'], [1, 2], 2)
    """

    tokens: Sequence[Token]
    counts: Int64Array
    n_words: int
    n_sentences: int
    encoded: EncodedCorpus | None = None
    no_words: str = "the corpus has no words: expected sentences that are lists of tokens"


class Corpus(ABC):
    """A corpus that can be counted and read in chunks.

    Attributes
    ----------
    passes : int or None
        How often it can be read: 1 for a single-use iterator or stream, None for no limit.

    Examples
    --------
    >>> from ns2vec.corpus import open_corpus
    >>> corpus = open_corpus([["cat", "sat"], ["dog", "sat"]])
    >>> corpus.length(), corpus.fingerprint() is None, next(iter(corpus.sentences()))
    (2, True, ['cat', 'sat'])
    >>> found = corpus.scan()
    >>> list(found.tokens), found.counts.tolist()
    (['cat', 'sat', 'dog'], [1, 2, 1])
    >>> [chunk.n_words for chunk in corpus.chunks({"cat": 0, "sat": 1})]
    [4]
    >>> list(corpus.scan_sequential(max_vocab_size=1).tokens)
    ['sat']
    """

    passes: int | None = None

    @property
    def is_fixed(self) -> bool:
        """Whether each pass gives the same result, unless something was changed in between."""
        return False

    def _scan(self, chunk_words: int, memory_limit: int, workers: int, on_progress: OnProgress) -> Scan:
        """Implement `scan`, for corpora that do not override it."""
        raise NotImplementedError

    def length(self) -> int | None:
        """Return the number of sentences if it is known without reading them."""
        return None

    def fingerprint(self) -> Hashable | None:
        """Return a value that differs if the content may have changed; None if that cannot be known."""
        return None

    def scan(
        self,
        *,
        chunk_words: int = CHUNK_WORDS,
        memory_limit: int = 0,
        workers: int = 1,
        on_progress: OnProgress = ignore,
    ) -> Scan:
        """Read the corpus once: count the tokens and, if that saves a pass, keep it encoded.

        Parameters
        ----------
        chunk_words : int
            Words after which a chunk ends with its sentence.
        memory_limit : int
            Bytes of ids to keep in memory; the rest goes to a temporary file. 0 keeps nothing.
        workers : int
            Threads that may read; the result is the same for any number.
        on_progress : callable(n_words, n_sentences, fraction), optional

        Returns
        -------
        Scan

        Raises
        ------
        CorpusError
            If text is not UTF-8 under ``errors="strict"``, a token is a missing value (None, NaN), a
            compressed file is damaged, or the temporary file cannot be written.
        OSError
            If a file cannot be opened or read.
        TypeError
            If a sentence is not iterable or a token not hashable.
        """
        return self._scan(chunk_words, memory_limit, workers, on_progress)

    def scan_sequential(
        self,
        *,
        max_vocab_size: int | None,
        trim_rule: TrimRule | None = None,
        on_progress: OnProgress = ignore,
    ) -> Scan:
        """Count in plain Python, dropping rare tokens if there are more than `max_vocab_size`.

        Parameters
        ----------
        max_vocab_size : int or None
            If there are more tokens than this after a sentence, those seen fewer times than a floor
            are dropped, and the floor rises by one: gensim's rule, which ends far below the limit.
        trim_rule : callable(word, count, min_count), optional
            Called for each token if pruning is needed; its `min_count` is the floor.
        on_progress : callable(n_words, n_sentences, fraction), optional

        Returns
        -------
        Scan

        Raises
        ------
        CorpusError
            If a token is a missing value; names the sentence by number.
        """
        counts: dict[Token, int] = {}
        floor = 1
        n_words = n_sentences = 0
        for number, sentence in enumerate(self.sentences()):
            tokens = as_tokens(sentence, number)
            for token in tokens:
                if token not in counts and type(token) is not str:
                    check_token(token, number)
                counts[token] = counts.get(token, 0) + 1
            n_words += len(tokens)
            n_sentences += 1
            if max_vocab_size and len(counts) > max_vocab_size:
                for token, n in list(counts.items()):
                    if not keep_word(token, n, floor, trim_rule):
                        del counts[token]
                floor += 1
            if n_sentences % SENTENCES_PER_REPORT == 0:
                on_progress(n_words, n_sentences, None)
        totals = np.fromiter(counts.values(), dtype=np.int64, count=len(counts))
        return Scan(list(counts), totals, n_words, n_sentences)

    @abstractmethod
    def chunks(self, key_to_index: dict[Any, int], *, chunk_words: int = CHUNK_WORDS) -> Iterator[Chunk]:
        """Read the corpus once, encoded as rows of a vocabulary.

        Parameters
        ----------
        key_to_index : dict of token -> row
            Other tokens become `UNKNOWN`.
        chunk_words : int
            Words after which a chunk ends with its sentence.
        """

    @abstractmethod
    def sentences(self) -> Iterator[Sequence[Token]]:
        """Read the corpus once as plain sequences of tokens."""


def numbered(chunks: Iterable[Found]) -> Iterator[Chunk]:
    """Number the chunks of one epoch, and their words and sentences."""
    words_before = sentences_before = 0
    for index, (words, n_words, n_sentences) in enumerate(chunks):
        yield Chunk(index, words, n_words, n_sentences, words_before, sentences_before)
        words_before += n_words
        sentences_before += n_sentences


def exact_dict(mapping: dict[Any, int]) -> dict[Any, int]:
    """Return a dict that C code may access: the mapping itself, or a copy if it is of a subclass."""
    return mapping if type(mapping) is dict else dict(mapping)
