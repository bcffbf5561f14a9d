"""Phrases: words that occur together more often than by chance become one token, ``new_york``.

The scores are those of Mikolov et al. (2013), "Distributed Representations of Words and Phrases and their
Compositionality", and of Bouma (2009), "Normalized (Pointwise) Mutual Information in Collocation Extraction".
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from ns2vec._options import number, shown, whole
from ns2vec.corpus._bigrams import PhraseCounts, ScoringJoiner
from ns2vec.corpus.bigrams import PhraseVocab, count_phrases
from ns2vec.exceptions import ConfigError
from ns2vec.formats.saving import MODELS
from ns2vec.models.deprecations import names_arguments
from ns2vec.models.frozen_phrases import FrozenPhrases
from ns2vec.models.phrase_files import StoredPhrases
from ns2vec.models.phrase_scores import SCORER_NAMES, Scorer, checked_scorer

logger = logging.getLogger(__name__)


class Phrases(StoredPhrases):
    """Find the phrases of a corpus: pairs of words that occur together more often than by chance.

    Parameters
    ----------
    sentences : iterable of token sequences, or path, optional
        The text of `LineSentence` and other readers is counted in C. More can be added with `add_vocab`.
    min_count : float
        The default score subtracts it from the count of each pair; npmi leaves out pairs with a smaller
        count.
    threshold : float
        A pair is a phrase if its score is greater.
    max_vocab_size : int
        If there are more words and pairs than this after a sentence, rare ones are dropped.
    delimiter : str
        Joins the words of a phrase.
    progress_per : int
        Sentences between two lines of the log.
    scoring : {"default", "npmi"} or callable
        `original_scorer`, `npmi_scorer`, or your own function with the same parameters.
    connector_words : iterable of str
        Words that may occur inside a phrase (``bank_of_england``), but neither begin nor end one: for example
        `ENGLISH_CONNECTOR_WORDS`.

    Attributes
    ----------
    vocab : mapping of text -> count
        Counts of words and of joined pairs.
    corpus_word_count : int
        Words of all sentences.
    min_reduce : int
        Words and pairs below this count are dropped when there are too many.

    Raises
    ------
    ConfigError
        If an option has a value that makes no sense.
    pickle.PickleError
        If a scoring function of your own cannot be pickled.

    References
    ----------
    Mikolov et al. 2013, arXiv:1310.4546, section 4; Bouma 2009 for ``scoring="npmi"``.

    Examples
    --------
    >>> from ns2vec import Phrases
    >>> sentences = [["the", "bank", "of", "england"], ["a", "bank", "of", "england"]]
    >>> phrases = Phrases(sentences, min_count=1, threshold=0.1, connector_words=["the", "a", "of"])
    >>> phrases[["near", "the", "bank", "of", "england"]]
    ['near', 'the', 'bank_of_england']
    >>> phrases.export_phrases()
    {'bank_of_england': 0.75}
    """

    KIND = "Phrases"

    @names_arguments
    def __init__(
        self,
        sentences: Any = None,
        min_count: float = 5,
        threshold: float = 10.0,
        max_vocab_size: int = 40000000,
        delimiter: str = "_",
        progress_per: int = 10000,
        scoring: str | Scorer = "default",
        connector_words: Iterable[str] = frozenset(),
    ) -> None:
        check_limits(min_count, threshold, scoring)
        if not isinstance(delimiter, str):
            raise TypeError(f"delimiter must be a str, got {shown(delimiter)}")
        self.scoring = checked_scorer(scoring)
        self.min_count = min_count
        self.threshold = threshold
        self.max_vocab_size = whole("max_vocab_size", max_vocab_size)
        self.progress_per = whole("progress_per", progress_per, 1)
        self.min_reduce = 1
        self.corpus_word_count = 0
        self._counts = PhraseCounts(delimiter, connector_words, self.max_vocab_size)
        if sentences is not None:
            self.add_vocab(sentences)
            self.add_lifecycle_event("created", msg=f"built {self}")

    def __str__(self) -> str:
        return (
            f"{type(self).__name__}<{len(self._counts)} vocab, min_count={self.min_count}, "
            f"threshold={self.threshold}, max_vocab_size={self.max_vocab_size}>"
        )

    __repr__ = __str__

    # ---- counts ----

    @property
    def vocab(self) -> PhraseVocab:
        """Counts of words and of joined pairs; you may change them, or set them from any mapping."""
        return PhraseVocab(self._counts)

    @vocab.setter
    def vocab(self, counts: Mapping[str, int]) -> None:
        self._recount(self.delimiter, self.connector_words, counts)

    def _recount(self, delimiter: str, connector_words: Iterable[str], counts: Mapping[str, int]) -> None:
        table = PhraseCounts(delimiter, connector_words, self.max_vocab_size)
        for text, count in counts.items():
            table[text] = count
        self._counts = table

    @property
    def delimiter(self) -> str:
        """The text that joins the words of a phrase."""
        return self._counts.delimiter

    @delimiter.setter
    def delimiter(self, delimiter: str) -> None:
        self._recount(delimiter, self.connector_words, self.vocab)

    @property
    def connector_words(self) -> frozenset[str]:
        """Words that may occur inside a phrase."""
        return self._counts.connector_words

    @connector_words.setter
    def connector_words(self, words: Iterable[str]) -> None:
        self._recount(self.delimiter, words, self.vocab)

    def add_vocab(self, sentences: Any) -> None:
        """Count more sentences; phrases follow from all that have been counted.

        Parameters
        ----------
        sentences : iterable of token sequences, or path

        Raises
        ------
        CorpusError
            If text is not UTF-8.
        TypeError
            If a sentence is not iterable or a token is not a str; nothing is counted then.

        Examples
        --------
        >>> from ns2vec import Phrases
        >>> phrases = Phrases([["new", "york"], ["new", "york"]], min_count=1, threshold=0.1)
        >>> phrases.add_vocab([["red", "wine"], ["red", "wine"]])
        >>> phrases[["red", "wine"]]
        ['red_wine']
        """
        added = count_phrases(
            sentences,
            delimiter=self.delimiter,
            connector_words=self.connector_words,
            max_size=self.max_vocab_size,
            progress_per=self.progress_per,
        )
        self.corpus_word_count += added.n_words
        if not len(self._counts):
            self._counts = added
        else:
            self._counts.merge(added)
            self.min_reduce = max(self.min_reduce, added.floor)
            if len(self._counts) > self.max_vocab_size:
                self._counts.drop(self.min_reduce)
                self.min_reduce += 1
        logger.info("counted %d words: %s", added.n_words, self)

    @staticmethod
    def _learn_vocab(
        sentences: Any, max_vocab_size: int, delimiter: str, connector_words: Iterable[str], progress_per: int
    ) -> tuple[int, dict[str, int], int]:
        found = count_phrases(
            sentences,
            delimiter=delimiter,
            connector_words=connector_words,
            max_size=max_vocab_size,
            progress_per=progress_per,
        )
        return found.floor, dict(found.items()), found.n_words

    # ---- phrases ----

    def score_candidate(self, word_a: str, word_b: str, in_between: Iterable[str]) -> tuple[Any, Any]:
        """Return the joined text and the score of two words if they are a phrase, otherwise (None, None).

        Parameters
        ----------
        word_a, word_b : str
        in_between : iterable of str
            Connector words between them.
        """
        phrase = self.delimiter.join([word_a, *in_between, word_b])
        counts = [self._counts.get(text) or 0 for text in (word_a, word_b, phrase)]
        if min(counts) <= 0:
            return None, None
        score = self.scoring(
            worda_count=counts[0], wordb_count=counts[1], bigram_count=counts[2], len_vocab=len(self._counts),
            min_count=self.min_count, corpus_word_count=self.corpus_word_count,
        )  # fmt: skip
        return (phrase, score) if score > self.threshold else (None, None)

    def _joiner(self) -> ScoringJoiner | None:
        if type(self).score_candidate is not Phrases.score_candidate:
            return None
        name = SCORER_NAMES.get(self.scoring, "own")
        return ScoringJoiner(
            self._counts, self.scoring, name, self.min_count, self.threshold, self.corpus_word_count
        )

    def export_phrases(self) -> dict[str, Any]:
        """Return all phrases and their scores, in the order in which the pairs first occurred.

        A joined text is split at each delimiter, as in gensim: for ``new_york_city``, where a word is already
        a phrase, ``new`` and ``city`` are scored. `find_phrases` scores the phrases that occur in a text.

        Raises
        ------
        ConfigError
            If the delimiter is empty.
        """
        if not self.delimiter:
            raise ConfigError("phrases joined without a delimiter cannot be split: use find_phrases")
        joiner = self._joiner()
        if joiner is not None:
            return joiner.export()
        found = {}
        for text in self.vocab:
            first, *between = text.split(self.delimiter)
            if between:
                phrase, score = self.score_candidate(first, between[-1], between[:-1])
                if score is not None:
                    found[phrase] = score
        return found

    def freeze(self) -> FrozenPhrases:
        """Return the phrases without the counts: smaller, faster, and unchanging.

        Examples
        --------
        >>> from ns2vec import Phrases
        >>> phrases = Phrases([["new", "york"], ["new", "york"]], min_count=1, threshold=0.1)
        >>> phrases.freeze()[["in", "new", "york"]]
        ['in', 'new_york']
        """
        return FrozenPhrases(self)

    # ---- copies ----

    def __getstate__(self) -> dict[str, Any]:
        kept = {name: value for name, value in vars(self).items() if name != "_counts"}
        counts = self.vocab.copy()
        return {**kept, "delimiter": self.delimiter, "connector_words": self.connector_words, "vocab": counts}

    def __setstate__(self, state: dict[str, Any]) -> None:
        state = dict(state)
        delimiter, connector_words = state.pop("delimiter"), state.pop("connector_words", frozenset())
        counts = state.pop("vocab")
        vars(self).update(state)
        self._recount(delimiter, connector_words, counts)


def check_limits(min_count: Any, threshold: Any, scoring: Any) -> None:
    """Refuse thresholds with which nothing, or everything, is a phrase."""
    if not number("min_count", min_count) > 0:
        raise ConfigError(f"min_count must be greater than 0, got {min_count!r}")
    number("threshold", threshold)
    if scoring == "default" and not threshold > 0:
        raise ConfigError(f"threshold must be greater than 0 for scoring='default', got {threshold!r}")
    if scoring == "npmi" and not -1 <= threshold <= 1:
        raise ConfigError(f"threshold must be between -1 and 1 for scoring='npmi', got {threshold!r}")


MODELS.register(Phrases.KIND, Phrases)
