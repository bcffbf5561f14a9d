"""Sentences of any iterable, encoded by look-ups in C."""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterator, Sequence, Sized
from types import FunctionType
from typing import Any

from ns2vec._options import shown
from ns2vec._typing import Sentences, Token
from ns2vec.corpus._sentences import SentenceCounter, SentenceEncoder
from ns2vec.corpus.base import SENTENCES_PER_REPORT, Corpus, Found, OnProgress, Scan, exact_dict, numbered
from ns2vec.corpus.chunks import CHUNK_WORDS, Chunk
from ns2vec.exceptions import CorpusError
from ns2vec.vocab.checks import check_token

logger = logging.getLogger(__name__)

_ENDED: Any = object()


class IterableCorpus(Corpus):
    """Sentences from any iterable, iterated exactly once per pass and never kept.

    Parameters
    ----------
    iterable : iterable of sequences of hashable tokens

    Raises
    ------
    TypeError
        If it is not iterable. While reading: if a sentence is not iterable, or a token is not hashable.

    Examples
    --------
    >>> from ns2vec.corpus import IterableCorpus
    >>> IterableCorpus([["cat", "sat"]]).scan().n_words
    2
    """

    whole = False  # long sentences are split, and empty ones are dropped

    def __init__(self, iterable: Sentences) -> None:
        if not _is_iterable(iterable):
            raise TypeError(
                f"expected a corpus, an iterable of lists of words or a path, got {shown(iterable)} "
                f"of type {type(iterable).__name__}"
            )
        self.iterable = iterable
        self.passes = 1 if _is_once_only(iterable) else None
        self._n_sentences = self._n_words = 0  # in the last pass
        self._warned = False
        self._has_plain_items = type(iterable) in (list, tuple)

    @property
    def is_fixed(self) -> bool:
        """Whether this is a list of lists; other classes may yield other words each time."""
        return self._has_plain_items

    def length(self) -> int | None:
        """Return ``len`` of the iterable, if it has one; see `Corpus.length`."""
        try:
            return len(self.iterable) if isinstance(self.iterable, Sized) else None
        except TypeError:  # it forwards to an object without a length
            return None

    def _scan(self, chunk_words: int, memory_limit: int, workers: int, on_progress: OnProgress) -> Scan:
        counter = SentenceCounter(check_token)
        first, rest = self._begin()
        for sentence in first:
            counter.add(sentence)
        while counter.fill(rest, SENTENCES_PER_REPORT - counter.n_sentences % SENTENCES_PER_REPORT):
            on_progress(counter.n_words, counter.n_sentences, None)
        on_progress(counter.n_words, counter.n_sentences, 1.0)
        self._n_sentences, self._n_words = counter.n_sentences, counter.n_words
        return Scan(counter.tokens(), counter.counts(), counter.n_words, counter.n_sentences)

    def chunks(self, key_to_index: dict[Any, int], *, chunk_words: int = CHUNK_WORDS) -> Iterator[Chunk]:
        """Encode the sentences of one pass; see `Corpus.chunks`.

        Raises
        ------
        CorpusError
            If the iterable yields nothing, or sentences without words, although it had some in an earlier
            pass.
        """
        encoder = SentenceEncoder(exact_dict(key_to_index), chunk_words=chunk_words, whole=self.whole)
        first, rest = self._begin()
        n_words = 0
        for chunk in numbered(_encoded(encoder, first, rest)):
            n_words += chunk.n_words
            self._has_plain_items &= encoder.all_plain
            yield chunk
        self._check_pass(first, encoder.n_sentences, n_words)

    def _check_pass(self, first: list[Any], n_sentences: int, n_words: int) -> None:
        """Refuse an exhausted iterable, or exhausted sentences."""
        if n_sentences == 0 and self._n_sentences > 0:
            raise CorpusError(
                f"the {type(self.iterable).__name__} yielded {self._n_sentences} sentences in an earlier "
                "pass and none in this one: give a list, or a class whose __iter__ starts again"
            )
        # a sentence that is its own iterator was exhausted when the words were counted
        had_words = self._n_words > 0 or (n_sentences > 0 and isinstance(first[0], Iterator))
        if n_sentences > 0 and n_words == 0 and had_words:
            remedy = "give the same sentences in each pass"
            if isinstance(first[0], Iterator):
                remedy = f"a {type(first[0]).__name__} can be read once; make each sentence a list of words"
            raise CorpusError(
                f"all {n_sentences} sentences are empty in this pass but had words in an earlier "
                f"one: {remedy}"
            )
        self._n_sentences, self._n_words = n_sentences, n_words

    def sentences(self) -> Iterator[Sequence[Token]]:
        """Iterate once over the sentences as they are; see `Corpus.sentences`."""
        first, rest = self._begin()
        yield from first
        while (sentence := next(rest, _ENDED)) is not _ENDED:
            yield sentence

    def _begin(self) -> tuple[list[Any], Iterator[Any]]:
        """Start a pass: the first sentence, if there is one, and the iterator over the others."""
        rest = iter(self.iterable)
        first = next(rest, _ENDED)
        if isinstance(first, str) and not self._warned:
            self._warned = True
            logger.warning(
                "Each 'sentences' item should be a list of words (usually unicode strings). "
                "First item here is instead plain %s.",
                type(first),
            )
        return [] if first is _ENDED else [first], rest


def _encoded(encoder: SentenceEncoder, first: list[Any], rest: Iterator[Any]) -> Iterator[Found]:
    """Yield the chunks of the first sentence, if there is one, and the others."""
    for sentence in first:
        encoder.add(sentence)
    while encoder.fill(rest):
        yield from encoder.take()
    encoder.finish()
    yield from encoder.take()


def _is_iterable(value: Any) -> bool:
    if isinstance(value, (bytes, bytearray)):
        return False
    return hasattr(type(value), "__iter__") or hasattr(type(value), "__getitem__")


def _is_once_only(iterable: Any) -> bool:
    """True for generators, `map`, `zip` ...: iterators that no user class can restart.

    An iterator with a length, or with its own ``__iter__``, may be able to restart. This
    does not call ``__iter__``: a class may count its passes.
    """
    if not isinstance(iterable, Iterator) or hasattr(type(iterable), "__len__"):
        return False
    begin = type(iterable).__iter__
    return not isinstance(begin, FunctionType) or begin in (Iterator.__iter__, Generator.__iter__)
