"""The half of Word2Vec that happens before training: counting, choosing words, fresh weights."""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ns2vec._options import number, shown, whole
from ns2vec._typing import Int32Array, PathLike, Sentences
from ns2vec.corpus import Corpus, Scan
from ns2vec.exceptions import ConfigError, VocabularyError
from ns2vec.objectives import OBJECTIVES, SOFTMAX_MAX_WORDS, Objective, choose_objective
from ns2vec.sampling import (
    BoundSampler,
)
from ns2vec.training.config import TrainingConfig
from ns2vec.training.encoding import EncodedCache
from ns2vec.training.matrices import empty_rows, initial_rows
from ns2vec.training.online import OnlineMixin
from ns2vec.training.progress import ProgressBar
from ns2vec.training.tables import Tables, thresholds_of
from ns2vec.vocab import (
    NULL_WORD,
    Columns,
    Huffman,
    Vocabulary,
    build_vocabulary,
    checked_frequencies,
    grow_vocabulary,
    vocabulary_report,
    why_empty,
)

__all__ = ["VocabularyMixin"]

logger = logging.getLogger(__name__)


class VocabularyMixin(OnlineMixin):
    """Vocabulary and weights of a model; mixed into `ns2vec.Word2Vec`."""

    if TYPE_CHECKING:
        wv: Any
        vector_size: int
        seed: int | None
        hs: int
        negative: int
        objective: str | None
        sampler: Any
        ns_exponent: float
        sample: float
        min_count: int
        max_vocab_size: int | None
        max_final_vocab: int | None
        sorted_vocab: int
        null_word: int
        progress: bool | None
        window: int
        guard: str | None
        _config: Callable[..., TrainingConfig]
        _open: Callable[..., Corpus]
        add_lifecycle_event: Callable[..., None]

    def _start_vocabulary(self) -> None:
        self.raw_vocab: dict[Any, int] = {}
        self.corpus_count = 0
        self.corpus_total_words = 0
        self.effective_min_count = self.min_count
        self._why_empty: str | None = None  # what to do before training, where build_vocab found nothing
        self._encoded = EncodedCache()
        # between the counting pass of build_vocab and the ids that are kept of it
        self._scan: Scan | None = None
        self._rows_of_tokens: Int32Array | None = None
        self._tables = Tables()

    def build_vocab(
        self, corpus_iterable: Sentences | PathLike | None = None, corpus_file: PathLike | None = None,
        update: bool = False, progress_per: int = 10000, keep_raw_vocab: bool = False,
        trim_rule: Callable[..., int] | None = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        """Count the words of a corpus, choose the vocabulary, make fresh weights, or more of them.

        Parameters
        ----------
        corpus_iterable, corpus_file
            As `sentences` and `corpus_file` of the constructor; read once.
        update : bool
            Add the words of this corpus to a model that has a vocabulary: words it has keep their rows and
            vectors, new ones follow with fresh vectors. Train on the new corpus afterwards.
        progress_per : int
            Accepted for gensim's sake.
        keep_raw_vocab : bool
            Keep the counts of all words in `raw_vocab`.
        trim_rule : callable, optional
            ``trim_rule(word, count, min_count)`` returns RULE_KEEP, RULE_DISCARD or RULE_DEFAULT.

        Raises
        ------
        CorpusError
            If the corpus cannot be read.
        VocabularyError
            If `update` is asked for and there is no vocabulary.

        Notes
        -----
        Where no word is left, the log says why, and training refuses; an update then changes nothing.
        """
        self._check_update(update)
        corpus = self._open(corpus_iterable, corpus_file, passes=1)
        fingerprint = corpus.fingerprint()
        self._scan = self._count(corpus, trim_rule, self._config().corpus_memory)
        try:
            self.prepare_vocab(update=update, keep_raw_vocab=keep_raw_vocab, trim_rule=trim_rule, **kwargs)
            if kwargs.get("dry_run"):
                return
            self._keep_encoded(corpus, fingerprint)
        finally:
            self._scan = self._rows_of_tokens = None
        self.prepare_weights(update=update)
        self.add_lifecycle_event("build_vocab", logging.DEBUG, update=update, trim_rule=str(trim_rule))

    def _count(self, corpus: Corpus, trim_rule: Callable[..., int] | None, memory_limit: int) -> Scan:
        """One pass over the corpus; 0 bytes of memory keep no ids."""
        self._encoded.clear()
        config = self._config()
        with ProgressBar("counting words", None, show=self.progress) as bar:

            def on_progress(n_words: int, n_sentences: int, fraction: float | None) -> None:
                bar.update(n_words, "" if fraction is None else f"{100 * fraction:.0f} %")

            if self.max_vocab_size:
                scan = corpus.scan_sequential(
                    max_vocab_size=self.max_vocab_size, trim_rule=trim_rule, min_count=self.min_count,
                    on_progress=on_progress,
                )  # fmt: skip
            else:
                scan = corpus.scan(
                    chunk_words=config.batch_words, memory_limit=memory_limit, workers=config.workers,
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
        """Count the words of a corpus into `raw_vocab`; return (words, sentences)."""
        scan = self._count(self._open(corpus_iterable, corpus_file, passes=1), trim_rule, memory_limit=0)
        self.raw_vocab = dict(zip(scan.tokens, scan.counts.tolist(), strict=True))
        return scan.n_words, scan.n_sentences

    def build_vocab_from_freq(
        self, word_freq: Mapping[Any, int], keep_raw_vocab: bool = False, corpus_count: int | None = None,
        trim_rule: Callable[..., int] | None = None, update: bool = False,
    ) -> None:  # fmt: skip
        """Choose the vocabulary from counts that are known already, and make fresh weights, or more.

        Parameters
        ----------
        word_freq : mapping of word -> whole number
        keep_raw_vocab, trim_rule, update
            As in `build_vocab`.
        corpus_count : int, optional
            Sentences of the corpus; without it `train` finds out how long the corpus is, or takes the sum of
            the counts, `corpus_total_words`, for it.

        Raises
        ------
        ConfigError
            If a count is no whole number of at least 0, or a word is a missing value.
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
        self._encoded.clear()
        self.raw_vocab = dict(zip(words, counts.tolist(), strict=True))
        self.corpus_count, self.corpus_total_words = n_sentences, int(counts.sum())
        self.prepare_vocab(update=update, keep_raw_vocab=keep_raw_vocab, trim_rule=trim_rule)
        self.prepare_weights(update=update)

    def prepare_vocab(
        self, update: bool = False, keep_raw_vocab: bool = False, trim_rule: Callable[..., int] | None = None,
        min_count: int | None = None, sample: float | None = None, dry_run: bool = False,
    ) -> dict[str, int]:  # fmt: skip
        """Choose the words that were counted often enough.

        Returns
        -------
        dict
            ``drop_unique``, ``retain_total``, ``downsample_unique``, ``downsample_total``,
            ``num_retained_words``.

        Raises
        ------
        ConfigError
            If `min_count` or `sample` cannot be, or a count in `raw_vocab`.
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
        choose = self._choose_more if update else self._choose_words
        report, take = choose(tokens, counts, trim_rule, min_count, sample)
        if not report["num_retained_words"]:
            why = why_empty(counts, min_count, self.max_final_vocab)
            self._why_empty = scan.no_words if scan is not None and not len(counts) else why
            logger.warning("%s", self._why_empty)
        if not dry_run:
            self.min_count, self.sample = min_count, sample
            take()
            self.add_lifecycle_event("prepare_vocab", logging.DEBUG, msg=str(report))
        kept = keep_raw_vocab or dry_run
        self.raw_vocab = dict(zip(tokens, counts.tolist(), strict=True)) if kept else {}
        logger.info(
            "%d words (%d rarer ones left out): %d words of text, about %d after subsampling",
            report["num_retained_words"], report["drop_unique"], report["retain_total"],
            report["downsample_total"],
        )  # fmt: skip
        return report

    def _choose_words(
        self, tokens: Any, counts: Any, trim_rule: Any, min_count: int, sample: float
    ) -> tuple[dict[str, int], Callable[[], None]]:
        """Return the report about a first vocabulary and what takes it."""
        vocabulary, rows = build_vocabulary(
            tokens, counts, min_count=min_count, max_final_vocab=self.max_final_vocab, trim_rule=trim_rule,
            sorted_vocab=bool(self.sorted_vocab), null_word=bool(self.null_word),
        )  # fmt: skip
        report = vocabulary_report(vocabulary, sample)
        return report, lambda: self._take_vocabulary(vocabulary, rows, sample)

    def _choose_more(
        self, tokens: Any, counts: Any, trim_rule: Any, min_count: int, sample: float
    ) -> tuple[dict[str, int], Callable[[], None]]:
        """Return the report about the words of a further corpus and what adds them."""
        growth = grow_vocabulary(
            self.wv.key_to_index, self.wv.expandos["count"], tokens, counts, min_count=min_count,
            sample=sample, max_final_vocab=self.max_final_vocab, trim_rule=trim_rule,
        )  # fmt: skip

        def take() -> None:
            self._rows_of_tokens = growth.rows
            self._grow_vocabulary(growth)

        return growth.report, take

    def _take_vocabulary(self, vocabulary: Vocabulary, rows: Int32Array, sample: float) -> None:
        self.effective_min_count = vocabulary.effective_min_count
        self.wv.index_to_key, self.wv.key_to_index = vocabulary.index_to_key, vocabulary.key_to_index
        thresholds = thresholds_of(vocabulary.counts, sample, self._null_row())
        self.wv.expandos = Columns({"count": vocabulary.counts, "sample_int": thresholds})
        self._rows_of_tokens = rows
        self._tables.forget()

    def _null_row(self) -> int | None:
        row: int | None = self.wv.key_to_index.get(NULL_WORD) if self.null_word else None
        return row

    def _keep_encoded(self, corpus: Corpus, fingerprint: Hashable) -> None:
        """Keep the ids of the counting pass, if there are any, with the way from them to rows.

        To note which vocabulary they are for takes time of all its words, so a file that is shorter is read
        again instead.
        """
        scan, keys = self._scan, self.wv.key_to_index
        if scan is None or scan.encoded is None:
            return
        if fingerprint is not None and scan.n_words < len(keys):
            scan.encoded.close()
            return
        self._encoded.keep(
            corpus, fingerprint, scan.encoded, self._rows_of_tokens, keys, self._config().batch_words
        )

    # ---- weights and tables ----------------------------------------------------------------------

    def init_weights(self) -> None:
        """Fresh weights: small random input vectors, zero output vectors."""
        n_words = len(self.wv)
        self.wv.vectors = empty_rows(n_words, self.vector_size)
        initial_rows(self.wv.vectors, self.seed)
        self.wv.vectors_lockf = np.ones(1, dtype=np.float32)
        self.wv.norms = None
        self.epochs_trained = 0
        if self.hs:
            self.syn1 = empty_rows(n_words, self.vector_size)
        if self._word_objective() is not None:
            self.syn1neg = empty_rows(n_words, self.vector_size)
            self._log_auto()
        self._make_tables()

    def _word_objective(self) -> type[Objective] | None:
        """What the output rows of words are trained for; None where only the Huffman tree is."""
        if self.objective is None:
            return OBJECTIVES["negative_sampling"] if self.negative else None
        chosen = choose_objective(self.objective, len(self.wv.key_to_index))
        return None if chosen.outputs == "path" else chosen

    def _log_auto(self) -> None:
        chosen = self._word_objective()
        if self.objective == "auto" and chosen is not None:
            logger.info(
                "objective 'auto' is %s: the vocabulary has %d words, the full softmax is taken up to %d",
                chosen.name, len(self.wv.key_to_index), SOFTMAX_MAX_WORDS,
            )  # fmt: skip

    def _make_tables(self) -> None:
        """Make the Huffman tree; the noise distribution is made when it is needed."""
        self._tables.forget()
        if self.hs and "count" in self.wv.expandos and len(self.wv):
            self.create_binary_tree()

    @property
    def cum_table(self) -> Any:
        """The cumulative noise distribution, shape (V,), uint32; None without words or their output vectors.

        Training draws from the exact distribution; a table that a user puts in place is read at the next
        `train`.
        """
        has_noise = "count" in self.wv.expandos and len(self.wv) and self._word_objective() is not None
        if self._tables.cum_table is None and has_noise:
            self.make_cum_table()
        return self._tables.cum_table

    @cum_table.setter
    def cum_table(self, table: Any) -> None:
        self._tables.cum_table = table

    def make_cum_table(self, domain: int = 2**31 - 1) -> None:
        """Make `cum_table`, the cumulative noise distribution (V,) scaled to `domain`, uint32."""
        self._tables.make_cum_table(self.wv.expandos["count"], self.ns_exponent, domain)

    def bound_sampler(self) -> BoundSampler:
        """The model's sampler at work on its vocabulary: draws, probabilities, `report`.

        Returns
        -------
        BoundSampler

        Raises
        ------
        VocabularyError
            If there is no vocabulary yet.
        """
        if not self.wv.key_to_index:
            raise VocabularyError("the sampler has no words to draw from: call build_vocab() first")
        return self._tables.sampler(self.wv, self.sampler, self.ns_exponent, self.sample)

    def _huffman_tree(self) -> Huffman:
        return self._tables.huffman(self.wv.expandos["count"])

    def estimate_memory(
        self, vocab_size: int | None = None, report: dict[str, int] | None = None
    ) -> dict[str, int]:
        """Bytes that words, vectors and output weights take for a vocabulary of `vocab_size`.

        Rows are padded to a multiple of 16 floats; a word itself is taken as 500 bytes (700 with
        hierarchical softmax), as gensim does. The full softmax has scores for a whole window (``scores``).
        """
        n_words = whole("vocab_size", vocab_size or len(self.wv))
        row = -(-self.vector_size // 16) * 16 * 4
        report = report if report is not None else {}
        report["vocab"] = n_words * (700 if self.hs else 500)
        report["vectors"] = n_words * row
        if self.hs:
            report["syn1"] = n_words * row
        objective = self._word_objective()
        if objective is not None:
            report["syn1neg"] = n_words * row
        if objective is not None and objective.outputs == "all":
            report["scores"] = 2 * self.window * n_words * 4
        if self.guard == "rollback":
            report["guard"] = sum(report.get(name, 0) for name in ("vectors", "syn1", "syn1neg"))
        report["total"] = sum(size for name, size in report.items() if name != "total")
        return report
