"""Counting the phrases of a corpus, and the counts as a mapping."""

from __future__ import annotations

import logging
import os
from collections.abc import ItemsView, Iterable, Iterator, MutableMapping, ValuesView
from typing import Any

from ns2vec._typing import Sentences
from ns2vec.corpus._bigrams import PhraseCounts
from ns2vec.corpus.base import Corpus
from ns2vec.corpus.chunks import MAX_SENTENCE_WORDS
from ns2vec.corpus.files import FileCorpus
from ns2vec.corpus.joined import JoinedCorpus
from ns2vec.corpus.readers import LineSentence, PathLineSentences, Text8Corpus
from ns2vec.corpus.sources import open_corpus

READERS = (LineSentence, PathLineSentences, Text8Corpus)

logger = logging.getLogger(__name__)


def count_phrases(
    sentences: Sentences | Corpus,
    *,
    delimiter: str,
    connector_words: Iterable[str],
    max_size: int,
    progress_per: int,
) -> PhraseCounts:
    """Count the tokens of a corpus and the pairs of tokens that are next to each other.

    Parameters
    ----------
    sentences : iterable of token sequences, path, or open file
        `LineSentence`, `PathLineSentences`, `Text8Corpus` and paths are read in C, with phrases joined, too.
    delimiter : str
    connector_words : iterable of str
    max_size : int
        Drop rare texts if there are more than this after a sentence.
    progress_per : int
        Sentences between two lines of the log.

    Raises
    ------
    CorpusError
        If text is not UTF-8.
    TypeError
        If a sentence is not iterable or a token is not a str.

    Examples
    --------
    >>> from ns2vec.corpus.bigrams import count_phrases
    >>> options = {"delimiter": "_", "connector_words": (), "max_size": 100, "progress_per": 1000}
    >>> list(count_phrases([["new", "york"], ["new", "york"]], **options).items())
    [('new', 2), ('york', 2), ('new_york', 2)]
    """
    counts = PhraseCounts(delimiter, connector_words, max_size)
    text = coded_corpus(sentences)
    if text is not None:
        reported = 0
        for words, tokens in text.codes():
            counts.add_codes(words, tokens)
            if counts.n_sentences // progress_per > reported:
                reported = counts.n_sentences // progress_per
                _report(counts)
        return counts
    rest = open_corpus(sentences).sentences()
    while counts.fill(rest, progress_per):
        _report(counts)
    return counts


def coded_corpus(sentences: Any) -> FileCorpus | JoinedCorpus | None:
    """Return the text of sentences, in codes of whole sentences; None if they are not a text."""
    is_text = isinstance(sentences, (Corpus, str, os.PathLike, *READERS)) or hasattr(sentences, "readline")
    corpus = open_corpus(sentences) if is_text or hasattr(type(sentences), "as_corpus") else None
    if isinstance(corpus, JoinedCorpus):
        return corpus
    # longer sentences come in pieces from the scanner, and a phrase may span two of them
    is_whole = isinstance(corpus, FileCorpus) and corpus.splitting.max_sentence_words <= MAX_SENTENCE_WORDS
    return corpus if is_whole else None  # type: ignore[return-value]


def _report(counts: PhraseCounts) -> None:
    logger.info(
        "%d sentences, %d words: %d tokens and pairs", counts.n_sentences, counts.n_words, len(counts)
    )


class PhraseVocab(MutableMapping[str, int]):
    """How often each token, and each pair of tokens by its joined text, was counted.

    It behaves like a dict, in the same order; strings are made on access.

    Parameters
    ----------
    counts : PhraseCounts

    Examples
    --------
    >>> from ns2vec import Phrases
    >>> vocab = Phrases([["new", "york"], ["new", "york"]]).vocab
    >>> vocab["new_york"], "york_new" in vocab, vocab
    (2, False, {'new': 2, 'york': 2, 'new_york': 2})
    """

    def __init__(self, counts: PhraseCounts) -> None:
        self._counts = counts

    def __getitem__(self, text: str) -> int:
        found = self._counts.get(text)
        if found is None:
            raise KeyError(text)
        return found

    def __setitem__(self, text: str, count: int) -> None:
        self._counts[text] = count

    def __delitem__(self, text: str) -> None:
        if not self._counts.remove(text):
            raise KeyError(text)

    def __contains__(self, text: object) -> bool:
        return self._counts.get(text) is not None

    def __len__(self) -> int:
        return len(self._counts)

    def __iter__(self) -> Iterator[str]:
        return (text for text, _ in self._counts.items())

    def items(self) -> ItemsView[str, int]:
        """Return a view of texts and counts."""
        return _Items(self)

    def values(self) -> ValuesView[int]:
        """Return a view of counts."""
        return _Values(self)

    def copy(self) -> dict[str, int]:
        """Return a dict of texts and counts."""
        return dict(self._counts.items())

    def __repr__(self) -> str:
        return repr(self.copy())

    def __reduce__(self) -> Any:
        return dict, (self.copy(),)


class _Items(ItemsView[str, int]):
    _mapping: PhraseVocab

    def __iter__(self) -> Iterator[tuple[str, int]]:
        return self._mapping._counts.items()


class _Values(ValuesView[int]):
    _mapping: PhraseVocab

    def __iter__(self) -> Iterator[int]:
        return (count for _, count in self._mapping._counts.items())
