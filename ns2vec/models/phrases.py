"""Phrases: words that stand together more often than chance has it become one token, ``new_york``.

The scores are those of Mikolov et al. (2013), "Distributed Representations of Words and Phrases and their
Compositionality", and of Bouma (2009), "Normalized (Pointwise) Mutual Information in Collocation Extraction".
"""

from __future__ import annotations

import inspect
import logging
import pickle
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from typing import TYPE_CHECKING, Any

from ns2vec._options import number, shown, whole
from ns2vec._typing import Sentences
from ns2vec.corpus import Corpus
from ns2vec.corpus._bigrams import FrozenJoiner, Joiner, PhraseCounts, ScoringJoiner
from ns2vec.corpus.bigrams import PhraseVocab, count_phrases, file_corpus
from ns2vec.exceptions import ConfigError
from ns2vec.formats.saving import MODELS, Saveable
from ns2vec.models import phrase_files
from ns2vec.models.phrase_scores import SCORER_NAMES, SCORERS, original_scorer

if TYPE_CHECKING:
    from typing_extensions import Self

    from ns2vec.formats.state import ModelState

logger = logging.getLogger(__name__)

Scorer = Callable[..., Any]


class TransformedCorpus:
    """The sentences of a corpus with their phrases joined, each time it is iterated over.

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

    def __iter__(self) -> Iterator[list[Any]]:
        joiner = self.obj._joiner()
        text = file_corpus(self.corpus)
        if joiner is not None and text is not None:
            chunks = (joiner.join_codes(words, tokens) for words, tokens in text.codes())
            return chain.from_iterable(chunks)
        joined = self.obj._analyzed_tokens if joiner is None else joiner.join
        return map(joined, self.corpus.sentences() if isinstance(self.corpus, Corpus) else self.corpus)

    def __len__(self) -> int:
        return len(self.corpus)

    def __getitem__(self, position: Any) -> list[Any]:
        found: list[Any] = self.obj[self.corpus[position]]
        return found


def is_single(obj: Any) -> tuple[bool, Any]:
    """Return whether `obj` is one sentence and no corpus, and what to read in its place.

    One sentence is what is empty, or begins with a str.

    Examples
    --------
    >>> from ns2vec.models.phrases import is_single
    >>> is_single(["a", "b"]), is_single([["a", "b"]])
    ((True, ['a', 'b']), (False, [['a', 'b']]))
    """
    rest = iter(obj)
    first = list(next(zip(rest), ()))
    if rest is obj:  # what was taken from it is gone
        obj = chain(first, rest)
    return not first or isinstance(first[0], str), obj


class PhrasesTransformation(Saveable):
    """What joins phrases; a subclass says by `score_candidate` which they are.

    Parameters
    ----------
    connector_words : iterable of str
        Words that may be within a phrase, and neither begin nor end one.
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
            If a subclass does not say it.
        """
        raise NotImplementedError("define score_candidate in a subclass, or use Phrases or FrozenPhrases")

    def _joiner(self) -> Joiner | None:
        """What joins in C; None where a subclass has its own `score_candidate`."""
        return None

    def analyze_sentence(self, sentence: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
        """Yield the phrases of a sentence with their scores, and its other words with None.

        Parameters
        ----------
        sentence : iterable of str

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
        """What `Joiner.analyze` does, by `score_candidate`."""
        run: list[Any] = []  # a word and connector words: how a phrase may begin
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
            The scoring function of your own that the phrases were found with: a file holds its name alone.

        Raises
        ------
        AttributeError
            If the file holds a model of another kind.
        FormatError
            If the file is damaged, holds no model, or names what could run code.
        """
        found = super().load(*args, **kwargs)
        if not isinstance(found, PhrasesTransformation):
            kind = type(found).__name__
            raise AttributeError(f"Model of type {kind} can't be loaded by {cls.__name__}: use {kind}.load")
        if scoring is not None:
            found.scoring = _checked_scorer(scoring)
        return found

    def save_gensim(self, fname_or_handle: Any, *args: Any, **kwargs: Any) -> None:
        """Write a file that gensim 4 loads, whether ns2vec is installed there or not.

        Parameters
        ----------
        fname_or_handle : path, or file object opened for writing bytes
        separately, sep_limit, ignore
            As in `Word2Vec.save_gensim`; there are no large arrays.

        Raises
        ------
        ConfigError
            If the scoring function is one of your own.
        OSError
            If the file cannot be written.
        """
        phrase_files.write_for_gensim(fname_or_handle, self, *args, **kwargs)


class Phrases(PhrasesTransformation):
    """Find the phrases of a corpus: pairs of words that stand together more often than chance has it.

    Parameters
    ----------
    sentences : iterable of token sequences, or path, optional
        `LineSentence` and other readers of text are counted in C. More can be added with `add_vocab`.
    min_count : float
        The default score takes so many off the count of each pair, and npmi leaves pairs below it out.
    threshold : float
        A pair is a phrase when its score is greater.
    max_vocab_size : int
        When words and pairs together are more than this after a sentence, rare ones are dropped.
    delimiter : str
        Joins the words of a phrase.
    progress_per : int
        Sentences between two lines of the log.
    scoring : {"default", "npmi"} or callable
        `original_scorer`, `npmi_scorer`, or a function of your own with their parameters.
    connector_words : iterable of str
        Words that may be within a phrase (``bank_of_england``), and neither begin nor end one:
        `ENGLISH_CONNECTOR_WORDS`, for instance.

    Attributes
    ----------
    vocab : mapping of text -> count
        Of words and of joined pairs.
    corpus_word_count : int
        Words of all sentences.
    min_reduce : int
        Below this count texts are dropped when there are too many.

    Raises
    ------
    ConfigError
        If an option has a value that makes no sense.
    pickle.PickleError
        If a scoring function of your own cannot be pickled.

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
        _check_limits(min_count, threshold, scoring)
        if not isinstance(delimiter, str):
            raise TypeError(f"delimiter must be a str, got {shown(delimiter)}")
        self.scoring = _checked_scorer(scoring)
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

    # ---- counts ----

    @property
    def vocab(self) -> PhraseVocab:
        """Counts of words and of joined pairs, which may be changed, or set from any mapping."""
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
        """What joins the words of a phrase."""
        return self._counts.delimiter

    @delimiter.setter
    def delimiter(self, delimiter: str) -> None:
        self._recount(delimiter, self.connector_words, self.vocab)

    @property
    def connector_words(self) -> frozenset[str]:
        """Words that may be within a phrase."""
        return self._counts.connector_words

    @connector_words.setter
    def connector_words(self, words: Iterable[str]) -> None:
        self._recount(self.delimiter, words, self.vocab)

    def add_vocab(self, sentences: Any) -> None:
        """Count more sentences; phrases are found by all that have been counted.

        Parameters
        ----------
        sentences : iterable of token sequences, or path

        Raises
        ------
        CorpusError
            If text is not UTF-8.
        TypeError
            If a sentence is not iterable or a token is no str; nothing is counted then.
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
        """Return the joined text and the score of two words if they are a phrase, else (None, None).

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
        """Return all phrases and their scores, in the order in which the pairs were first met.

        A joined text is taken apart at each delimiter, as gensim does it: of ``new_york_city``, with words
        that are phrases already, ``new`` and ``city`` are scored. `find_phrases` scores what is in a text.

        Raises
        ------
        ConfigError
            If the delimiter is empty.
        """
        if not self.delimiter:
            raise ConfigError("phrases that are joined by nothing cannot be taken apart: use find_phrases")
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
        """Return the phrases without the counts: smaller, faster, the same for ever."""
        return FrozenPhrases(self)

    # ---- files and copies ----

    def to_state(self) -> ModelState:
        """Return the phrases as plain data."""
        return phrase_files.counted_state(self)

    @classmethod
    def from_state(cls, state: ModelState) -> Self:
        """Make phrases of plain data.

        Raises
        ------
        FormatError
            If its parts do not fit each other.
        """
        return phrase_files.restore_counted(cls.__new__(cls), state)

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


class FrozenPhrases(PhrasesTransformation):
    """The phrases that a `Phrases` has found, without its counts.

    Parameters
    ----------
    phrases_model : Phrases

    Attributes
    ----------
    phrasegrams : dict of joined text -> score
        May be changed, or set.

    Examples
    --------
    >>> from ns2vec import FrozenPhrases, Phrases
    >>> frozen = FrozenPhrases(Phrases([["new", "york"], ["new", "york"]], min_count=1, threshold=0.1))
    >>> frozen[["new", "york", "new"]], frozen.phrasegrams
    (['new_york', 'new'], {'new_york': 0.75})
    """

    KIND = "FrozenPhrases"

    def __init__(self, phrases_model: Any) -> None:
        super().__init__(phrases_model.connector_words)
        self.threshold = phrases_model.threshold
        self.min_count = phrases_model.min_count
        self.delimiter = phrases_model.delimiter
        self.scoring = phrases_model.scoring
        self.phrasegrams = phrases_model.export_phrases()
        self.add_lifecycle_event("created", msg=f"exported {self} from {phrases_model}")

    def __str__(self) -> str:
        return (
            f"{type(self).__name__}<{len(self.phrasegrams)} phrases, min_count={self.min_count}, "
            f"threshold={self.threshold}>"
        )

    @property
    def phrasegrams(self) -> dict[str, Any]:
        """Phrases and their scores."""
        return self._grams

    @phrasegrams.setter
    def phrasegrams(self, scores: Mapping[str, Any]) -> None:
        self._grams = _Grams(scores)

    def score_candidate(self, word_a: str, word_b: str, in_between: Iterable[str]) -> tuple[Any, Any]:
        """Return the joined text and the score of two words if they are a phrase, else (None, None).

        Parameters
        ----------
        word_a, word_b : str
        in_between : iterable of str
            Connector words between them.
        """
        phrase = self.delimiter.join([word_a, *in_between, word_b])
        score = self.phrasegrams.get(phrase)
        return (None, None) if score is None else (phrase, score)

    def _joiner(self) -> Joiner | None:
        if type(self).score_candidate is not FrozenPhrases.score_candidate:
            return None
        options = self.delimiter, self.connector_words
        if self._grams.joiner is None or self._grams.options != options:
            self._grams.options = options
            self._grams.joiner = FrozenJoiner(dict(self._grams), *options)
        return self._grams.joiner

    def to_state(self) -> ModelState:
        """Return the phrases as plain data."""
        return phrase_files.frozen_state(self)

    @classmethod
    def from_state(cls, state: ModelState) -> Self:
        """Make phrases of plain data.

        Raises
        ------
        FormatError
            If its parts do not fit each other.
        """
        return phrase_files.restore_frozen(cls.__new__(cls), state)

    def __getstate__(self) -> dict[str, Any]:
        kept = {name: value for name, value in vars(self).items() if name != "_grams"}
        return {**kept, "phrasegrams": dict(self._grams)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        for name, value in state.items():
            setattr(self, name, value)


class _Grams(dict[str, Any]):
    """The phrases of a `FrozenPhrases`: a dict that forgets what was made of it when it is changed."""

    joiner: FrozenJoiner | None = None
    options: tuple[str, frozenset[str]] | None = None

    def __reduce__(self) -> Any:
        return dict, (dict(self),)


def _forgetting(name: str) -> Callable[..., Any]:
    method = getattr(dict, name)

    def change(self: _Grams, *args: Any, **kwargs: Any) -> Any:
        self.joiner = None
        return method(self, *args, **kwargs)

    return change


for _name in ("__delitem__", "__ior__", "__setitem__", "clear", "pop", "popitem", "setdefault", "update"):
    setattr(_Grams, _name, _forgetting(_name))

Phraser = FrozenPhrases


def _check_limits(min_count: Any, threshold: Any, scoring: Any) -> None:
    """Refuse limits below which nothing, or everything, is a phrase."""
    if not number("min_count", min_count) > 0:
        raise ConfigError(f"min_count must be greater than 0, got {min_count!r}")
    number("threshold", threshold)
    if scoring == "default" and not threshold > 0:
        raise ConfigError(f"threshold must be greater than 0 for scoring='default', got {threshold!r}")
    if scoring == "npmi" and not -1 <= threshold <= 1:
        raise ConfigError(f"threshold must be between -1 and 1 for scoring='npmi', got {threshold!r}")


def _checked_scorer(scoring: Any) -> Scorer:
    """Return the function that scores, if it can.

    Raises
    ------
    ConfigError
        If it has no such name, or lacks a parameter.
    pickle.PickleError
        If it cannot be pickled.
    """
    if isinstance(scoring, str):
        return SCORERS[scoring]
    if not callable(scoring):
        raise ConfigError(f"scoring must be one of {', '.join(SCORERS)} or a function, got {shown(scoring)}")
    parameters = inspect.signature(scoring).parameters
    missing = [name for name in inspect.signature(original_scorer).parameters if name not in parameters]
    if missing and not any(found.kind is found.VAR_KEYWORD for found in parameters.values()):
        raise ConfigError(f"the scoring function needs the parameters {', '.join(missing)}, by these names")
    try:
        pickle.dumps(scoring)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise pickle.PickleError(
            f"the scoring function cannot be pickled, {error}: define it at the top of a module"
        ) from error
    return scoring  # type: ignore[no-any-return]


for _kind in (Phrases, FrozenPhrases):
    MODELS.register(_kind.KIND, _kind)
