"""gensim's methods before training: counting, choosing words, adding more words."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from ns2vec._options import number, shown, whole
from ns2vec._typing import Int32Array, PathLike, Sentences
from ns2vec.corpus import Corpus, FileCorpus, Scan, open_corpus, open_corpus_file
from ns2vec.exceptions import ConfigError
from ns2vec.models.stored import StoredModel
from ns2vec.models.weights import GensimWeights
from ns2vec.training.config import parse_memory
from ns2vec.training.progress import ProgressBar
from ns2vec.training.sharded.fleet import spread
from ns2vec.vocab import (
    NULL_WORD,
    Growth,
    Vocabulary,
    build_vocabulary,
    checked_frequencies,
    grow_vocabulary,
    vocabulary_report,
    why_empty,
)

logger = logging.getLogger(__name__)


class GensimVocabulary(GensimWeights):
    """Methods of gensim's models for their words, and weights for them."""

    def _start_state(self) -> None:
        super()._start_state()
        self.raw_vocab: dict[Any, int] = {}
        self.corpus_count = 0
        self.corpus_total_words = 0
        self.effective_min_count = self.min_count
        self._why_empty: str | None = None  # advice before training, if build_vocab found nothing
        # between the counting pass of build_vocab and the ids that are kept from it
        self._scan: Scan | None = None
        self._rows_of_tokens: Int32Array | None = None

    def _open(self, corpus_iterable: Any, corpus_file: PathLike | None, passes: int) -> Corpus:
        """Turn a corpus, given in either way, into one that can be read `passes` times."""
        if corpus_iterable is None and corpus_file is None:
            raise TypeError("give either corpus_iterable or corpus_file: both are None")
        if corpus_iterable is not None and corpus_file is not None:
            raise TypeError("give either corpus_iterable or corpus_file, not both")
        if corpus_file is not None:
            return spread(open_corpus_file(corpus_file))
        corpus = corpus_iterable if isinstance(corpus_iterable, Corpus) else open_corpus(corpus_iterable)
        corpus = spread(corpus)
        # a stream whose ids are kept is read once and can be trained on any number of times
        is_kept = isinstance(corpus, FileCorpus) and parse_memory(self.corpus_memory) > 0
        if corpus.passes is None or corpus.passes >= passes or is_kept:
            return corpus
        if isinstance(corpus, FileCorpus):
            raise TypeError(
                f"{corpus.name} can be read only once, but {passes} passes are needed: give a file, "
                "or a corpus_memory above 0, which keeps the encoded text"
            )
        raise TypeError(
            f"Using a generator as corpus_iterable can't support {passes} passes. "
            "Try a re-iterable sequence: a list, or an object whose __iter__ starts again"
        )

    def build_vocab(
        self, corpus_iterable: Sentences | PathLike | None = None, corpus_file: PathLike | None = None,
        update: bool = False, progress_per: int = 10000, keep_raw_vocab: bool = False,
        trim_rule: Callable[..., int] | None = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        """Count the words of a corpus, choose the vocabulary, and make new weights or add some.

        Parameters
        ----------
        corpus_iterable, corpus_file
            As `sentences` and `corpus_file` of the constructor; read once.
        update : bool
            Add the words of this corpus to a model that has a vocabulary: known words keep their rows and
            vectors, and new words follow with new vectors. Train on the new corpus afterwards.
        progress_per : int
            Accepted for gensim's sake.
        keep_raw_vocab : bool
            Keep the counts of all words in `raw_vocab`.
        trim_rule : callable, optional
            ``trim_rule(word, count, min_count)`` returns RULE_KEEP, RULE_DISCARD or RULE_DEFAULT.
        **kwargs
            gensim's other options; without effect.

        Raises
        ------
        CorpusError
            If the corpus cannot be read.
        VocabularyError
            If `update` is true and there is no vocabulary.

        Notes
        -----
        If no word is left, the log says why, and training is refused; an update then changes nothing.

        Examples
        --------
        >>> from ns2vec import Word2Vec
        >>> model = Word2Vec(vector_size=8, min_count=1)
        >>> model.build_vocab([["cat", "sat"], ["dog", "sat"]])
        >>> model.build_vocab([["fox", "sat"]], update=True)
        >>> model.wv.index_to_key[0], len(model.wv)
        ('sat', 4)
        """
        self._check_update(update)
        corpus = self._open(corpus_iterable, corpus_file, passes=1)
        fingerprint = corpus.fingerprint()
        self._scan = self._count(corpus, trim_rule, self._config().corpus_memory)
        try:
            self.prepare_vocab(update=update, keep_raw_vocab=keep_raw_vocab, trim_rule=trim_rule, **kwargs)
            if kwargs.get("dry_run"):
                return
            self._core.keep_ids(corpus, fingerprint, self._scan, self._rows_of_tokens)
        finally:
            self._scan = self._rows_of_tokens = None
        self.prepare_weights(update=update)
        self.add_lifecycle_event("build_vocab", logging.DEBUG, update=update, trim_rule=str(trim_rule))

    def _count(self, corpus: Corpus, trim_rule: Callable[..., int] | None, memory_limit: int) -> Scan:
        """One pass over the corpus; with 0 bytes of memory, no ids are kept."""
        self._core.encoded.clear()
        config = self._config()
        with ProgressBar("counting words", None, show=self.progress) as bar:

            def on_progress(n_words: int, n_sentences: int, fraction: float | None) -> None:
                bar.update(n_words, "" if fraction is None else f"{100 * fraction:.0f} %")

            if self.max_vocab_size:
                scan = corpus.scan_sequential(
                    max_vocab_size=self.max_vocab_size, trim_rule=trim_rule, on_progress=on_progress
                )
            else:
                scan = corpus.scan(
                    chunk_words=config.batch_words,
                    memory_limit=memory_limit,
                    workers=config.workers,
                    on_progress=on_progress,
                )
        self.raw_vocab = {}
        self.corpus_count, self.corpus_total_words = scan.n_sentences, scan.n_words
        logger.info(
            "%d word types in %d words and %d sentences", len(scan.counts), scan.n_words, scan.n_sentences
        )
        return scan

    def scan_vocab(
        self, corpus_iterable: Sentences | PathLike | None = None, corpus_file: PathLike | None = None,
        progress_per: int = 10000, workers: int | None = None, trim_rule: Callable[..., int] | None = None,
    ) -> tuple[int, int]:  # fmt: skip
        """Count the words of a corpus into `raw_vocab`; return (words, sentences).

        Parameters
        ----------
        corpus_iterable, corpus_file : optional
            As `sentences` and `corpus_file` of the constructor.
        progress_per : int
            Sentences between two lines of the log.
        workers : int, optional
            Threads that read a file; by default the model's `workers`.
        trim_rule : callable, optional

        Returns
        -------
        n_words, n_sentences : int

        Examples
        --------
        >>> from ns2vec import Word2Vec
        >>> Word2Vec().scan_vocab([["cat", "sat"], ["dog", "sat"]])
        (4, 2)
        """
        scan = self._count(self._open(corpus_iterable, corpus_file, passes=1), trim_rule, memory_limit=0)
        self.raw_vocab = dict(zip(scan.tokens, scan.counts.tolist(), strict=True))
        return scan.n_words, scan.n_sentences

    def build_vocab_from_freq(
        self, word_freq: Mapping[Any, int], keep_raw_vocab: bool = False, corpus_count: int | None = None,
        trim_rule: Callable[..., int] | None = None, update: bool = False,
    ) -> None:  # fmt: skip
        """Choose the vocabulary from known counts, and make new weights or add some.

        Parameters
        ----------
        word_freq : mapping of word -> whole number
        keep_raw_vocab, trim_rule, update
            As in `build_vocab`.
        corpus_count : int, optional
            Sentences of the corpus. Without it, `train` finds out how long the corpus is, or uses the sum of
            the counts, `corpus_total_words`.

        Raises
        ------
        ConfigError
            If a count is not a whole number of at least 0, or a word is a missing value.

        Examples
        --------
        >>> from ns2vec import Word2Vec
        >>> model = Word2Vec(vector_size=8, min_count=2)
        >>> model.build_vocab_from_freq({"sat": 9, "cat": 4, "emu": 1})
        >>> model.wv.index_to_key
        ['sat', 'cat']
        """
        self._check_update(update)
        n_sentences = whole("corpus_count", corpus_count or 0)
        try:
            frequencies = dict(word_freq)
        except (TypeError, ValueError):
            raise ConfigError(
                f"word_freq must be a mapping of words to counts, got {shown(word_freq)}"
            ) from None
        words, counts = checked_frequencies(frequencies)
        self._core.encoded.clear()
        self.raw_vocab = dict(zip(words, counts.tolist(), strict=True))
        self.corpus_count, self.corpus_total_words = n_sentences, int(counts.sum())
        self.prepare_vocab(update=update, keep_raw_vocab=keep_raw_vocab, trim_rule=trim_rule)
        self.prepare_weights(update=update)

    def prepare_vocab(
        self, update: bool = False, keep_raw_vocab: bool = False, trim_rule: Callable[..., int] | None = None,
        min_count: int | None = None, sample: float | None = None, dry_run: bool = False,
    ) -> dict[str, int]:  # fmt: skip
        """Choose the words that were counted often enough.

        Parameters
        ----------
        update : bool
            Add the words to the existing ones.
        keep_raw_vocab : bool
            Do not forget the counts of words that are left out.
        trim_rule : callable, optional
        min_count, sample : optional
            In place of the model's.
        dry_run : bool
            Change nothing.

        Returns
        -------
        dict
            ``drop_unique``, ``retain_total``, ``downsample_unique``, ``downsample_total``,
            ``num_retained_words``.

        Raises
        ------
        ConfigError
            If `min_count`, `sample` or a count in `raw_vocab` is invalid.
        """
        self._check_update(update)
        config = self._config()
        min_count = whole("min_count", min_count) if min_count else config.min_count
        sample = number("sample", sample, 0) if sample else config.sample
        scan = self._scan
        tokens: Any
        if self.raw_vocab or scan is None:
            tokens, counts = checked_frequencies(self.raw_vocab)
        else:
            tokens, counts = scan.tokens, scan.counts
        rule = {"min_count": min_count, "max_final_vocab": self.max_final_vocab, "trim_rule": trim_rule}
        found, report = self._choose(tokens, counts, update, sample, rule)
        if not report["num_retained_words"]:
            why = why_empty(counts, min_count, self.max_final_vocab)
            self._why_empty = scan.no_words if scan is not None and not len(counts) else why
            logger.warning("%s", self._why_empty)
        if not dry_run:
            self.min_count, self.sample = min_count, sample
            self._take(found)
            self.add_lifecycle_event("prepare_vocab", logging.DEBUG, msg=str(report))
        kept = keep_raw_vocab or dry_run
        self.raw_vocab = dict(zip(tokens, counts.tolist(), strict=True)) if kept else {}
        logger.info(
            "%d words (%d rarer ones left out): %d words of text, about %d after subsampling",
            report["num_retained_words"], report["drop_unique"], report["retain_total"],
            report["downsample_total"],
        )  # fmt: skip
        return report

    def _choose(
        self, tokens: Any, counts: Any, update: bool, sample: float, rule: dict[str, Any]
    ) -> tuple[Growth | tuple[Vocabulary, Int32Array], dict[str, int]]:
        """Choose a first vocabulary, with the row of each token, or additions to one; report on it."""
        if update:
            known = self.wv.key_to_index, self._core.counts
            more = grow_vocabulary(*known, tokens, counts, sample=sample, **rule)
            return more, more.report
        sorted_vocab, null_word = bool(self.sorted_vocab), bool(self.null_word)
        first = build_vocabulary(tokens, counts, sorted_vocab=sorted_vocab, null_word=null_word, **rule)
        return first, vocabulary_report(first[0], sample)

    def _take(self, found: Growth | tuple[Vocabulary, Int32Array]) -> None:
        """Give the model the chosen words."""
        core = self._ready()
        if isinstance(found, Growth):
            self._rows_of_tokens, self.effective_min_count = found.rows, found.effective_min_count
            core.add_words(found, self._null_row(self.wv.key_to_index))
        else:
            vocabulary, self._rows_of_tokens = found
            self.effective_min_count = vocabulary.effective_min_count
            core.take_words(vocabulary, self._null_row(vocabulary.key_to_index))

    def _null_row(self, keys: Mapping[Any, int]) -> int | None:
        """Row of the padding word, which is not text, in a vocabulary that has one."""
        return keys.get(NULL_WORD) if self.null_word else None

    def add_null_word(self) -> None:
        r"""Add the padding word ``"\0"``, with count 1, at the end of a vocabulary without weights.

        Examples
        --------
        >>> from ns2vec import Word2Vec
        >>> model = Word2Vec(vector_size=8, min_count=1)
        >>> model.scan_vocab([["cat", "sat"]])
        (2, 1)
        >>> _ = model.prepare_vocab()
        >>> model.add_null_word()
        >>> model.wv.index_to_key[-1]
        '\x00'
        """
        wv = self.wv
        if NULL_WORD in wv.key_to_index:
            return
        wv.key_to_index[NULL_WORD] = len(wv.index_to_key)
        wv.index_to_key.append(NULL_WORD)
        wv.allocate_vecattrs()
        wv.set_vecattr(NULL_WORD, "count", 1)
        self._core.tables.forget()

    def reset_from(self, other_model: Any) -> None:
        """Share the vocabulary of another model, and begin with new weights.

        Parameters
        ----------
        other_model : Word2Vec

        Raises
        ------
        ConfigError
            If the other model has no vocabulary.

        Examples
        --------
        >>> from ns2vec import Word2Vec
        >>> model = Word2Vec([["cat", "sat"]] * 20, vector_size=8, min_count=1)
        >>> wider = Word2Vec(vector_size=16)
        >>> wider.reset_from(model)
        >>> wider.wv.vectors.shape
        (2, 16)
        """
        theirs = getattr(other_model, "wv", None)
        if theirs is None or not theirs.key_to_index:
            raise ConfigError("reset_from needs a model that has a vocabulary: call its build_vocab() first")
        if isinstance(other_model, StoredModel):
            other_model._core.inputs.is_shared = True
        self._core.share_words(theirs)
        self.corpus_count = other_model.corpus_count
        self.init_weights()
