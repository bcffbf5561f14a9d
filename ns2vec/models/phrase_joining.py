"""Sentences with joined phrases: the common part of counted and frozen phrases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from ns2vec._typing import Sentences
from ns2vec.corpus import Corpus, IterableCorpus
from ns2vec.corpus.bigrams import coded_corpus
from ns2vec.corpus.joined import JoinedCorpus
from ns2vec.formats.saving import Saveable
from ns2vec.models.phrase_scores import Scorer, checked_scorer


class TransformedCorpus:
    """The sentences of a corpus with their phrases joined, each time it is iterated over or trained on.

    Parameters
    ----------
    obj : Phrases or FrozenPhrases
        What joins.
    corpus : iterable of token sequences
        Read again in each pass, never kept.

    Examples
    --------
    >>> from ns2vec import Phrases
    >>> sentences = [["in", "new", "york"], ["new", "york"]]
    >>> joined = Phrases(sentences, min_count=1, threshold=0.1)[sentences]
    >>> list(joined), len(joined), joined[0]
    ([['in', 'new_york'], ['new_york']], 2, ['in', 'new_york'])
    """

    def __init__(self, obj: PhrasesTransformation, corpus: Any) -> None:
        self.obj, self.corpus = obj, corpus

    def as_corpus(self) -> Corpus:
        """Return what models train on: for a text, one of codes, in which no sentence is made of str."""
        text = None if self.obj._joiner() is None else coded_corpus(self.corpus)
        return IterableCorpus(self) if text is None else JoinedCorpus(text, self.obj._joiner)

    def __iter__(self) -> Iterator[Any]:
        joiner, text = self.obj._joiner(), self.as_corpus()
        if isinstance(text, JoinedCorpus):
            return text.sentences()
        joined = self.obj._analyzed_tokens if joiner is None else joiner.join
        return map(joined, self.corpus.sentences() if isinstance(self.corpus, Corpus) else self.corpus)

    def __len__(self) -> int:
        return len(self.corpus)

    def __getitem__(self, position: Any) -> list[Any]:
        found: list[Any] = self.obj[self.corpus[position]]
        return found


def is_single(obj: Any) -> tuple[bool, Any]:
    """Return whether `obj` is one sentence and not a corpus, and what to read instead of it.

    A single sentence is empty, or begins with a str.

    Examples
    --------
    >>> from ns2vec.models.phrase_joining import is_single
    >>> is_single(["a", "b"]), is_single([["a", "b"]])
    ((True, ['a', 'b']), (False, [['a', 'b']]))
    """
    if type(obj) is list or type(obj) is tuple:  # almost always
        return not obj or isinstance(obj[0], str), obj
    rest = iter(obj)
    first = list(next(zip(rest), ()))
    if rest is obj:  # the items taken from it are gone
        obj = chain(first, rest)
    return not first or isinstance(first[0], str), obj


class PhrasesTransformation(Saveable):
    """Join phrases; a subclass defines them by `score_candidate`.

    Parameters
    ----------
    connector_words : iterable of str
        Words that may occur inside a phrase, but neither begin nor end one.
    """

    scoring: Scorer

    def __init__(self, connector_words: Iterable[str]) -> None:
        self.connector_words = frozenset(connector_words)

    def score_candidate(self, word_a: str, word_b: str, in_between: list[str]) -> tuple[Any, Any]:
        """Return the joined text and the score of a phrase, or (None, None).

        Parameters
        ----------
        word_a, word_b : str
            The first and the last word.
        in_between : list of str
            Connector words.

        Raises
        ------
        NotImplementedError
            If a subclass does not define it.
        """
        raise NotImplementedError("define score_candidate in a subclass, or use Phrases or FrozenPhrases")

    def _joiner(self) -> Any:
        """The joiner in C; None if a subclass has its own `score_candidate`."""
        return None

    def analyze_sentence(self, sentence: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
        """Yield the phrases of a sentence with their scores, and its other words with None.

        Parameters
        ----------
        sentence : iterable of str

        Returns
        -------
        iterator of (key, float or None)

        Examples
        --------
        >>> from ns2vec import Phrases
        >>> phrases = Phrases([["new", "york"], ["new", "york"]], min_count=1, threshold=0.1)
        >>> list(phrases.analyze_sentence(["to", "new", "york"]))
        [('to', None), ('new_york', 0.75)]
        """
        joiner = self._joiner()
        return iter(self._analyzed(sentence) if joiner is None else joiner.analyze(sentence))

    def _analyzed(self, sentence: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
        """Do the same as `Joiner.analyze`, by `score_candidate`."""
        run: list[Any] = []  # a word and connector words: the possible beginning of a phrase
        for word in sentence:
            if word in self.connector_words:
                if run:
                    run.append(word)
                else:
                    yield word, None
                continue
            if run:
                phrase, score = self.score_candidate(run[0], word, run[1:])
                if score is not None:
                    yield phrase, score
                    run = []
                    continue
                yield from ((before, None) for before in run)
            run = [word]
        yield from ((before, None) for before in run)

    def _analyzed_tokens(self, sentence: Any) -> list[Any]:
        return [token for token, _ in self.analyze_sentence(sentence)]

    def __getitem__(self, sentence: Any) -> Any:
        """Return a sentence with its phrases joined; of a corpus, a `TransformedCorpus` of such sentences."""
        single, sentence = is_single(sentence)
        if not single:
            return TransformedCorpus(self, sentence)
        joiner = self._joiner()
        return self._analyzed_tokens(sentence) if joiner is None else joiner.join(sentence)

    def find_phrases(self, sentences: Sentences) -> dict[Any, Any]:
        """Return the phrases that occur in sentences, and their scores.

        Parameters
        ----------
        sentences : iterable of token sequences

        Returns
        -------
        dict of key -> float

        Examples
        --------
        >>> from ns2vec import Phrases
        >>> phrases = Phrases([["new", "york"], ["new", "york"]], min_count=1, threshold=0.1)
        >>> phrases.find_phrases([["to", "new", "york"]])
        {'new_york': 0.75}
        """
        found = chain.from_iterable(map(self.analyze_sentence, sentences))
        return {token: score for token, score in found if score is not None}

    @classmethod
    def load(cls, *args: Any, scoring: Scorer | None = None, **kwargs: Any) -> Any:
        """Read phrases that ns2vec or gensim (1.0 to 4.4) saved; nothing in the file can run.

        Parameters
        ----------
        fname : path, or file object opened for reading bytes
        scoring : callable, optional
            Your own scoring function, with which the phrases were found: a file holds only its name.

        Raises
        ------
        AttributeError
            If the file holds a model of another kind.
        FormatError
            If the file is damaged, holds no model, or names something that could run code.
        """
        found = super().load(*args, **kwargs)
        if not isinstance(found, PhrasesTransformation):
            kind = type(found).__name__
            raise AttributeError(f"Model of type {kind} can't be loaded by {cls.__name__}: use {kind}.load")
        if scoring is not None:
            found.scoring = checked_scorer(scoring)
        return found
