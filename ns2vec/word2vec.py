"""Word2Vec: gensim's constructor, attributes and methods over ns2vec's parts.

The class holds state and delegates: text goes through `ns2vec.corpus`, words through
`ns2vec.vocab`, epochs through `ns2vec.training`, and the result is a
`ns2vec.keyedvectors.KeyedVectors` in `wv`.
"""

from __future__ import annotations

import inspect
import logging
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from ns2vec._options import flag, whole
from ns2vec._typing import PathLike, Sentences
from ns2vec.corpus import (
    MAX_SENTENCE_WORDS,
    Corpus,
    FileCorpus,
    LineSentence,
    PathLineSentences,
    Text8Corpus,
    open_corpus,
    open_corpus_file,
)
from ns2vec.exceptions import ConfigError, StopTraining, VocabularyError
from ns2vec.formats.saving import MODELS
from ns2vec.keyedvectors import KeyedVectors
from ns2vec.objectives import choose_objective
from ns2vec.sampling import Sampler, make_sampler
from ns2vec.training import jobs, matrices, network
from ns2vec.training.blas import blas_threads
from ns2vec.training.callbacks import checked_callbacks, notify
from ns2vec.training.checkpoints import Position
from ns2vec.training.config import KEPT, TrainingConfig, parse_memory
from ns2vec.training.guard import Guard, check_rows
from ns2vec.training.inference import ProbabilityMixin
from ns2vec.training.legacy import LegacyNames, class_only
from ns2vec.training.resuming import ResumeMixin
from ns2vec.training.trainer import EpochTally, Plan, Trainer
from ns2vec.training.vocabulary import VocabularyMixin

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["LineSentence", "PathLineSentences", "Text8Corpus", "Word2Vec"]

logger = logging.getLogger(__name__)

# parameters of the constructor that no file may set: a model is not trained or told to write by a file
NOT_SAVED = {
    "self", "sentences", "corpus_file", "trim_rule", "callbacks", "hashfxn", "checkpoint", "checkpoint_every",
}  # fmt: skip


class Word2Vec(VocabularyMixin, ProbabilityMixin, ResumeMixin, LegacyNames):
    """Train word vectors from sentences by negative sampling or hierarchical softmax.

    Parameters
    ----------
    sentences : iterable of token sequences, or path, optional
        Anything that can be iterated `epochs` + 1 times: lists, `LineSentence`, a path that
        smart_open opens. With it the model is built and trained at once; without, call
        `build_vocab` and `train`.
    corpus_file : path, optional
        Plain text file instead of `sentences`: one sentence a line, words between ASCII blanks.
    vector_size : int
        D, dimensions of a vector.
    alpha, min_alpha : float
        Learning rate at the start and at the end; it falls linearly.
    window : int
        Words to each side of the centre word; each window shrinks to a uniform 1..window unless
        `shrink_windows` is false.
    min_count : int
        Words with fewer occurrences are left out.
    max_vocab_size : int, optional
        Drop rare words while counting when there are more types than this.
    sample : float or None
        Threshold of subsampling frequent words; 0 and None keep all (Mikolov et al. 2013, section 2.3).
    seed : int or None
        With `workers=1` the same seed gives the same bytes; None takes one by chance.
    workers : int
        Training threads.
    sg : {0, 1}
        1 is skip-gram, 0 CBOW.
    hs : {0, 1}
        1 adds hierarchical softmax (set ``negative=0`` to have it alone).
    negative : int
        k, noise words; 0 turns negative sampling off.
    ns_exponent : float
        Noise is drawn in proportion to count ** ns_exponent; any sign.
    cbow_mean : {0, 1}
        CBOW input is the mean (1) or the sum (0) of the context vectors.
    hashfxn : callable
        Accepted for gensim's sake; initial vectors depend on `seed` alone, as in gensim 4.
    epochs : int
    null_word, trim_rule, sorted_vocab, max_final_vocab, comment
        As in gensim.
    batch_words : int
        Words of a chunk: what a thread takes at a time, at one learning rate.
    compute_loss : bool
        Sum the exact loss in float64; see `get_latest_training_loss` and `epoch_losses`.
    callbacks : iterable of objects with gensim's four methods, or some of them
    objective : str, optional
        Instead of `hs`, just this one: ``"negative_sampling"``, ``"nce"``, ``"sampled_softmax"``,
        ``"softmax"``, ``"hierarchical_softmax"`` (`ns2vec.objectives`), or ``"auto"``. ``"softmax"``
        updates with one thread and gives the others to BLAS; ``"auto"`` takes it for vocabularies of at
        most `ns2vec.objectives.SOFTMAX_MAX_WORDS` words, else negative sampling.
    sampler : str, Sampler, scipy.LowLevelCallable or callable
        Where negatives come from: a name of `ns2vec.sampling.SAMPLERS` with options
        (``"unigram"``, ``"uniform"``, ``"batch:size=512"``, ``"mixed:unigram=0.8,uniform=0.2"``), a sampler
        object, a function in machine code, or a Python function that fills blocks.
    negative_sharing : {"window", "pair"}
        ``"pair"`` draws a noise set for each (context, centre) pair and trains one pair after the other, as
        word2vec.c does. With ``"window"``, several times faster, the contexts of a centre word share a set,
        fresh for every 32 of them, and move in one step where that is as good: up to 10 contexts
        (``window=5``) while ``alpha * sum |x|^2 / 4 <= 1``, up to 32 while it is at most 1/4, x being their
        rows. Where a step would be longer, where a word is there so often that its copies would overshoot,
        and in windows of more than 32 contexts, they go one by one, each seeing what the one before has
        changed. A step with a negative that was drawn n times takes up to n rounds, in CBOW too.
    backend : {"fused", "blas", "gemm"}
        Who does the sums: kernels of our own, BLAS row by row, or three matrix products a window (for
        logistic objectives). Only the first is fast for word vectors.
    cbow_update : {"word2vec", "corrected"}
        Where the 1/n of CBOW's mean goes; "corrected" is the true gradient (arXiv:2012.15332).
    corpus_memory : int or str
        How much memory encoded text may take ("64MiB"); beyond it ids go to a temporary file, with
        0 the text is read again each epoch.
    checkpoint : path, optional
        Folder for checkpoints: all that is needed to go on after a crash (`resume`), the last two of them.
    checkpoint_every : int or str, optional
        How often: each so many epochs, or a time such as ``"10min"`` (the default), ``"30s"``, ``"2h"``. One
        more is taken at the end and at Ctrl-C.
    guard : {None, "stop", "rollback"}
        Look ten times an epoch, and every million words, whether training runs away (rows that are not
        finite, a loss that leaps): stop with an error, or go back to the last good rows, of which it
        keeps a copy, and on at half the rate. Computes the loss, which takes time. Without a guard every
        epoch ends with a look.
    progress : bool, optional
        Progress bar on stderr; None shows it when stderr is a terminal.

    Attributes
    ----------
    wv : KeyedVectors
        The words and their vectors, ``wv.vectors`` of shape (V, D).
    syn1neg, syn1 : ndarray of shape (V, D), float32
        Output vectors of negative sampling and of hierarchical softmax.
    epoch_losses : list of float
        Loss of each epoch of the last `train` call.

    Raises
    ------
    ConfigError
        If an option has a value that cannot work.
    DivergenceError
        If training ran away.

    Examples
    --------
    >>> from ns2vec import Word2Vec
    >>> sentences = [["the", "cat", "sat"], ["the", "dog", "sat"]] * 50
    >>> model = Word2Vec(sentences, vector_size=16, min_count=1, workers=1)
    >>> model.wv.vectors.shape
    (4, 16)
    """

    def __init__(
        self, sentences: Sentences | PathLike | None = None, corpus_file: PathLike | None = None,
        vector_size: int = 100, alpha: float = 0.025, window: int = 5, min_count: int = 5,
        max_vocab_size: int | None = None, sample: float | None = 1e-3, seed: int | None = 1,
        workers: int = 3, min_alpha: float = 0.0001, sg: int = 0, hs: int = 0, negative: int = 5,
        ns_exponent: float = 0.75, cbow_mean: int = 1, hashfxn: Callable[..., int] = hash, epochs: int = 5,
        null_word: int = 0, trim_rule: Callable[..., int] | None = None, sorted_vocab: int = 1,
        batch_words: int = 10000, compute_loss: bool = False, callbacks: Iterable[Any] | None = (),
        comment: str | None = None,
        max_final_vocab: int | None = None, shrink_windows: bool = True, *, objective: str | None = None,
        sampler: str | Sampler | Callable[..., Any] = "unigram", negative_sharing: str = "window",
        backend: str = "fused", cbow_update: str = "word2vec", corpus_memory: int | str = "1GiB",
        checkpoint: PathLike | None = None, checkpoint_every: int | str | None = None,
        progress: bool | None = None, guard: str | None = None,
    ) -> None:  # fmt: skip
        self.vector_size = vector_size
        self.alpha, self.min_alpha = alpha, min_alpha
        self.window, self.shrink_windows = window, shrink_windows
        self.min_count, self.max_vocab_size, self.max_final_vocab = min_count, max_vocab_size, max_final_vocab
        self.sample = 0.0 if sample is None else sample
        self.sorted_vocab, self.null_word = sorted_vocab, null_word
        self._seed_by_chance = int(np.random.SeedSequence().generate_state(1)[0])
        self.seed, self.hashfxn, self.workers, self.batch_words = seed, hashfxn, workers, batch_words
        self.sg, self.hs, self.negative, self.ns_exponent = sg, hs, negative, ns_exponent
        self.cbow_mean, self.compute_loss = cbow_mean, compute_loss
        self.epochs, self.comment = epochs, comment
        self.sampler, self.negative_sharing, self.backend = sampler, negative_sharing, backend
        self.cbow_update, self.corpus_memory, self.progress = cbow_update, corpus_memory, progress
        self.guard = guard
        self._choose_objective(objective)
        config = self._config()
        self.layer1_size = self.vector_size
        self._start_state()
        self._start_checkpoints(checkpoint, checkpoint_every)
        self.random = np.random.RandomState(config.seed % 2**32)
        if sentences is not None or corpus_file is not None:
            self._build_and_train(sentences, corpus_file, trim_rule, callbacks)
        else:
            self._warn_ignored(trim_rule, callbacks)
            self.add_lifecycle_event("created", logging.DEBUG, params=str(self))

    @classmethod
    def _option_names(cls) -> set[str]:
        return {name for name in inspect.signature(Word2Vec.__init__).parameters if name not in NOT_SAVED}

    @classmethod
    def _with_options(cls, options: dict[str, Any]) -> Self:
        made = cls.__new__(cls)  # a subclass's constructor may take other parameters, or train
        Word2Vec.__init__(made, **options)
        return made

    # ---- state -----------------------------------------------------------------------------------

    def _choose_objective(self, objective: str | None) -> None:
        """``objective=`` means just this one, instead of `hs` and `negative`."""
        self.objective = objective
        if objective is not None:
            is_path = choose_objective(objective, 0).outputs == "path"
            if self.hs and not is_path:
                logger.warning("hs=1 has no effect: objective=%r is trained alone", objective)
            self.hs = int(is_path)
            self.negative = 0 if is_path else self.negative

    def _start_state(self) -> None:
        vars(self)["load"] = class_only
        self.wv = KeyedVectors(self.vector_size)
        self.lifecycle_events: list[dict[str, Any]] | None = []
        self.running_training_loss = 0.0
        self.epoch_losses: list[float] = []
        self.min_alpha_yet_reached = float(self.alpha)
        self.train_count = 0
        self.total_train_time = 0.0
        self.epochs_trained = 0
        self._batch_state = jobs.BatchState()
        self._network: network.Network | None = None
        self._start_vocabulary()

    def _config(self, **changes: Any) -> TrainingConfig:
        """Options as they stand now, validated; the model has them as Python's own numbers from here on."""
        names = TrainingConfig.__dataclass_fields__
        values = {name: getattr(self, name) for name in names} | changes
        values["corpus_memory"] = parse_memory(self.corpus_memory)
        if values["seed"] is None:
            values["seed"] = self._seed_by_chance
        values["sampler"] = make_sampler(self.sampler)
        config = TrainingConfig(**values)
        for name, lowest in (("max_vocab_size", 0), ("max_final_vocab", 1)):
            if getattr(self, name) is not None:
                setattr(self, name, whole(name, getattr(self, name), lowest))
        for name in ("sorted_vocab", "null_word"):
            setattr(self, name, int(flag(name, getattr(self, name))))
        if not isinstance(self.corpus_memory, str):
            self.corpus_memory = config.corpus_memory
        for name, kind in KEPT.items():
            if name not in changes and (name != "seed" or self.seed is not None):
                setattr(self, name, kind(getattr(config, name)))
        return config

    def _warn_ignored(self, trim_rule: object, callbacks: Iterable[Any] | None) -> None:
        if trim_rule is not None:
            logger.warning("trim_rule is ignored without a corpus: give it to build_vocab()")
        if callbacks:
            logger.warning("callbacks are ignored without a corpus: give them to train()")

    # ---- training --------------------------------------------------------------------------------

    def _build_and_train(
        self, sentences: Any, corpus_file: PathLike | None, trim_rule: Any, callbacks: Iterable[Any] | None,
    ) -> None:
        """What the constructor does with a corpus. Ctrl-C while training leaves a usable model."""
        self._check_objective()
        callbacks = checked_callbacks(callbacks)
        corpus: Any = self._open(sentences, corpus_file, passes=self.epochs + 1)
        self.build_vocab(corpus, trim_rule=trim_rule)
        try:
            self.train(
                corpus, total_examples=self.corpus_count, total_words=self.corpus_total_words,
                epochs=self.epochs, start_alpha=self.alpha, end_alpha=self.min_alpha,
                compute_loss=self.compute_loss, callbacks=callbacks,
            )  # fmt: skip
        except KeyboardInterrupt:
            logger.warning(
                "interrupted: the model keeps what %d epochs and a part taught it", len(self.epoch_losses)
            )
        self._encoded.clear()
        self.add_lifecycle_event("created", logging.DEBUG, params=str(self))

    def _open(self, corpus_iterable: Any, corpus_file: PathLike | None, passes: int) -> Corpus:
        """Turn either way of giving a corpus into one that can be read `passes` times."""
        if corpus_iterable is None and corpus_file is None:
            raise TypeError("give either corpus_iterable or corpus_file: both are None")
        if corpus_iterable is not None and corpus_file is not None:
            raise TypeError("give either corpus_iterable or corpus_file, not both")
        if corpus_file is not None:
            return open_corpus_file(corpus_file)
        corpus = corpus_iterable if isinstance(corpus_iterable, Corpus) else open_corpus(corpus_iterable)
        # a stream that is kept encoded is read once and trained as often as wanted
        is_kept = isinstance(corpus, FileCorpus) and parse_memory(self.corpus_memory) > 0
        if corpus.passes is None or corpus.passes >= passes or is_kept:
            return corpus
        if isinstance(corpus, FileCorpus):
            raise TypeError(
                f"{corpus.name} can be read once only, but {passes} passes are needed: give a file, "
                "or a corpus_memory above 0, which keeps the encoded text"
            )
        raise TypeError(
            f"Using a generator as corpus_iterable can't support {passes} passes. "
            "Try a re-iterable sequence: a list, or an object whose __iter__ starts again"
        )

    def train(
        self, corpus_iterable: Sentences | PathLike | None = None, corpus_file: PathLike | None = None,
        total_examples: int | None = None, total_words: int | None = None, epochs: int | None = None,
        start_alpha: float | None = None, end_alpha: float | None = None, word_count: int = 0,
        queue_factor: int = 2, report_delay: float = 1.0, compute_loss: bool = False,
        callbacks: Iterable[Any] | None = (), **kwargs: Any,
    ) -> tuple[int, int]:  # fmt: skip
        """Train on a corpus with the vocabulary there is.

        Parameters
        ----------
        corpus_iterable, corpus_file
            As `sentences` and `corpus_file` of the constructor.
        total_examples, total_words : int
            Length of the corpus; one of them is needed for the learning rate to fall in step
            (``model.corpus_count``, ``model.corpus_total_words``).
        epochs : int
            Passes over the corpus; needed (``model.epochs``).
        start_alpha, end_alpha : float, optional
            Learning rate, instead of the model's; kept by the model.
        word_count : int
            Words already trained, for the learning rate.
        queue_factor, report_delay
            Accepted for gensim's sake; there is no queue.
        compute_loss : bool
        callbacks : iterable

        Returns
        -------
        trained_words, raw_words : int
            Words left after vocabulary and subsampling, and words read, over all epochs.

        Raises
        ------
        ValueError
            If a length, `epochs` or an objective is missing.
        VocabularyError
            If `build_vocab` has not been called.
        TypeError
            If the corpus is missing, given twice, or cannot be read `epochs` times.
        """
        if kwargs:
            raise TypeError(f"train() got an unexpected keyword argument {next(iter(kwargs))!r}")
        self._check_training_sanity(epochs=epochs, total_examples=total_examples, total_words=total_words)
        if corpus_file is not None and total_words is None:
            known = "model.corpus_total_words" if self.corpus_total_words else "the number of its words"
            raise ConfigError(f"total_words must be provided alongside corpus_file: total_words={known}")
        # all of them are checked before the model keeps any
        checked = self._config(
            epochs=epochs, alpha=start_alpha or self.alpha, min_alpha=end_alpha or self.min_alpha,
            compute_loss=compute_loss,
        )  # fmt: skip
        n_done, told = whole("word_count", word_count), checked_callbacks(callbacks)
        corpus = self._open(corpus_iterable, corpus_file, passes=checked.epochs)
        n_words, n_examples = self._length_of(corpus, total_words, total_examples)
        self.epochs, self.alpha, self.min_alpha = checked.epochs, checked.alpha, checked.min_alpha
        self.compute_loss = checked.compute_loss
        self._warn_about_training()
        plan = Plan(self.epochs, self.alpha, self.min_alpha, n_words, n_examples, n_done)
        return self._run(corpus, plan, told)

    def _length_of(
        self, corpus: Corpus, total_words: int | None, total_examples: int | None
    ) -> tuple[int | None, int | None]:
        """Words and sentences, as announced; where that is 0, what is known of the corpus or can be counted.

        After `build_vocab_from_freq`, which saw no sentences, `corpus_count` is 0 unless it was given.
        """
        n_words = None if total_words is None else whole("total_words", total_words)
        n_examples = None if total_examples is None else whole("total_examples", total_examples)
        if n_words or n_examples:
            return n_words, n_examples
        if (n_known := corpus.length()) is not None:
            return None, n_known
        if self.corpus_total_words:
            return self.corpus_total_words, None
        if corpus.passes is None:
            return corpus.scan().n_words, None
        raise ConfigError(
            "total_examples and total_words are 0, and the corpus can be read once only, so nobody can count "
            "it: give the number of its sentences as total_examples"
        )

    def _check_objective(self) -> None:
        if not self.hs and self._word_objective() is None:
            raise ConfigError(
                "hs and negative are both 0, so there is nothing to train: set negative to 5 or hs to 1"
            )

    def _check_training_sanity(
        self, epochs: int | None = 0, total_examples: int | None = None, total_words: int | None = None,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        """Refuse a call of train() that cannot work; subclasses may check more."""
        if not epochs:
            raise ConfigError("epochs must be given to train() and be at least 1: epochs=model.epochs")
        whole("epochs", epochs, 1)
        self._check_objective()
        if not self.wv.key_to_index:
            raise VocabularyError(
                self._why_empty
                or "you must first build vocabulary before training the model: call build_vocab()"
            )
        if self.wv.vectors is None or not len(self.wv.vectors):
            raise VocabularyError("the model has no weights: call build_vocab() or init_weights()")
        for name, total in (("total_examples", total_examples), ("total_words", total_words)):
            if total is not None:
                whole(name, total)
        if total_words is None and total_examples is None:
            known = "model.corpus_count" if self.corpus_count else "len(sentences)"
            raise ConfigError(
                "give total_examples or total_words, so that the learning rate can fall: "
                f"total_examples={known}"
            )

    def _warn_about_training(self) -> None:
        if self.hs and self.negative:
            logger.warning(
                "Both hierarchical softmax and negative sampling are activated. Each window trains both; set "
                "hs=0 or negative=0 to have one of them."
            )
        for unused in self._config().unused(len(self.wv)):
            logger.warning("%s", unused)
        if self.alpha > self.min_alpha_yet_reached:
            logger.warning(
                "Effective 'alpha' higher than previous training cycles: %g, after %g",
                self.alpha,
                self.min_alpha_yet_reached,
            )

    def _run(
        self, corpus: Corpus, plan: Plan, callbacks: list[Any], at: Position | None = None,
        *, strict: bool = True,
    ) -> tuple[int, int]:  # fmt: skip
        """All epochs of a train() call, or those behind a position, with callbacks between them."""
        if at is None:
            self.running_training_loss, self.epoch_losses = 0.0, []
        at = at or Position(last_alpha=self.alpha)
        started = time.perf_counter() - at.seconds
        trainer = self._trainer(corpus, plan, at, strict=strict)
        try:
            notify(callbacks, "on_train_begin", self)
            for epoch in range(at.epoch, plan.epochs):
                notify(callbacks, "on_epoch_begin", self)
                self._follow_alpha(trainer)
                done = self._run_epoch(trainer, epoch)
                self.min_alpha_yet_reached = done.alpha
                at.next_epoch(done.n_trained, done.n_words)
                with trainer.between_epochs(is_last=at.epoch == plan.epochs):
                    notify(callbacks, "on_epoch_end", self)
            notify(callbacks, "on_train_end", self)
        except StopTraining as reason:
            logger.info("a callback ended training after %d epochs: %s", len(self.epoch_losses), reason)
        finally:
            self._clear_post_train()
            self.min_alpha_yet_reached = trainer.last_alpha
            self.total_train_time += time.perf_counter() - started
        self.train_count += 1
        self._warn_if_empty(at.n_words)
        self.add_lifecycle_event(
            "train", logging.DEBUG,
            msg=f"{at.n_words} words read, {at.n_trained} trained, {self.epochs} epochs",
        )  # fmt: skip
        if trainer.saver is not None:
            at.is_finished = True
            trainer.saver.save()
        return at.n_trained, at.n_words

    def _follow_alpha(self, trainer: Trainer) -> None:
        """Take over the rates that a callback has set; the next epochs are those of a run with them."""
        plan = trainer.plan
        if (self.alpha, self.min_alpha) != (plan.start_alpha, plan.end_alpha):
            checked = self._config()
            trainer.plan = replace(plan, start_alpha=checked.alpha, end_alpha=checked.min_alpha)

    def _warn_if_empty(self, n_words: int) -> None:
        if n_words == 0 and self.train_count == 1:
            logger.warning(
                "train() called with an empty iterator: nothing was trained, for the corpus had no words; "
                "is an iterator used up?"
            )

    def _run_epoch(self, trainer: Trainer, epoch: int) -> EpochTally:
        try:
            with self._blas():
                done = trainer.run_epoch(epoch)
            if self._network is not None:
                check_rows(self._network.weights(), done.alpha, self.wv.index_to_key)
        finally:
            if self._network is not None:
                self._network.write_back()
                self._network.detach()
            self._network = None  # it holds the arrays of this epoch, which users may replace
            self.epochs_trained += 1
            self.wv.norms = None
        self.running_training_loss += done.loss
        self.epoch_losses.append(done.loss)
        return done

    def _blas(self) -> AbstractContextManager[Any]:
        """What calls BLAS calls it on one thread."""
        is_called = self.backend != "fused" or self._has_one_updater()
        return blas_threads(1) if is_called else nullcontext()

    def _has_one_updater(self) -> bool:
        objective = self._word_objective()
        return objective is not None and objective.outputs == "all"

    def _trainer(self, corpus: Corpus, plan: Plan, at: Position, *, strict: bool) -> Trainer:
        config = self._config()
        guard = Guard.for_corpus(config.guard, plan.total_words, config.batch_words) if config.guard else None
        overridden = type(self)._do_train_job is not Word2Vec._do_train_job
        if overridden and plan.total_examples:
            plan = plan.by_examples()

        def worker_maker(epoch: int, rate: Callable[[Any], float]) -> Callable[[], Any]:
            self._network = made = self._make_network()
            progress = partial(plan.progress_at, epoch)
            for steering in made.steering():
                steering.before(epoch / plan.epochs)
            n_words = plan.total_words or self.corpus_total_words or 0  # None in models of old gensims
            kernel = made.kernel(config, n_words if self.sorted_vocab else 0)
            if guard is not None:
                guard.watch(made.weights(), made.loss_of_nothing(config))
            # room for a chunk, its last sentence and the ends of sentences
            usual = 2 * config.batch_words + 2 * MAX_SENTENCE_WORDS

            def make_worker() -> network.Worker:
                return network.Worker(
                    kernel, self.epochs_trained, usual, made.block(), config.seed, made.steering()
                )

            if overridden:
                inits = self._get_thread_working_mem
                return jobs.make_batch_workers(
                    self._batch_state, make_worker, self._do_train_job, inits, rate, progress
                )
            return lambda: make_worker().train_chunks(rate, progress)

        def pieces(epoch: int) -> Iterator[Any]:
            if overridden:
                return jobs.sentence_batches(corpus.sentences(), config.batch_words, self._raw_word_count)
            return self._encoded.chunks(
                corpus, self.wv.key_to_index, config.batch_words, config.corpus_memory
            )

        n_workers = 1 if self._has_one_updater() else config.workers
        return Trainer(
            plan, n_workers, pieces, worker_maker, show_progress=self.progress, guard=guard,
            chunk_words=config.batch_words, saver=self._saver(corpus, plan, guard, at, strict=strict),
            has_loss=config.compute_loss or guard is not None,
        )  # fmt: skip

    def _make_network(self) -> network.Network:
        """Read the state that users may have replaced: weights, noise table, thresholds, locks."""
        n_words = len(self.wv)  # rows, free ones too
        made = network.Network(matrices.Rows("wv.vectors", self.wv.vectors, n_words, self.vector_size))
        made.objective = self._word_objective()
        if made.objective is not None:
            syn1neg = getattr(self, "syn1neg", None)  # missing when negative was 0 so far
            made.syn1neg = matrices.Rows("syn1neg", syn1neg, n_words, self.vector_size)
            made.bound = self.bound_sampler() if made.objective.outputs == "sampled" else None
        if self.hs:
            syn1 = getattr(self, "syn1", None)
            made.syn1 = matrices.Rows("syn1", syn1, n_words, self.vector_size)
            made.huffman = self._huffman_tree()
        made.keep = self.wv.expandos.get("sample_int")
        made.lock = network.lock_factors(getattr(self.wv, "vectors_lockf", None))
        return made

    # ---- gensim's batch hooks --------------------------------------------------------------------

    def _do_train_job(self, sentences: Iterable[Any], alpha: float, inits: Any) -> tuple[int, int]:
        """Train a batch of token lists; subclasses override it and hand on other sentences.

        Returns
        -------
        tally, raw_tally : int
            Words trained and words read.
        """
        state = self._batch_state
        words = jobs.encode_batch(sentences, self.wv.key_to_index)
        if state.worker is not None:
            n_trained, n_words, loss = state.worker.train(words, alpha, state.chunk)
            state.loss += loss
            return n_trained, n_words
        made = self._make_network()  # called by hand, outside train()
        config = self._config()
        worker = network.Worker(made.kernel(config), self.epochs_trained, 1, made.block(), config.seed)
        n_trained, n_words, _ = worker.train(words, alpha, 0)
        made.write_back()
        made.detach()
        return n_trained, n_words

    def _get_thread_working_mem(self) -> tuple[Any, Any]:
        """Gensim's two scratch vectors; here each worker has its own memory, so they are None."""
        return None, None

    def _raw_word_count(self, job: Iterable[Any]) -> int:
        """Words in a batch of sentences."""
        return sum(len(sentence) for sentence in job)

    # ---- results ---------------------------------------------------------------------------------

    def get_latest_training_loss(self) -> float:
        """Loss summed over the last `train` call (with ``compute_loss=True``), in float64."""
        return self.running_training_loss

    def __str__(self) -> str:
        return (
            f"{type(self).__name__}<vocab={len(self.wv.index_to_key)}, "
            f"vector_size={self.vector_size}, alpha={self.alpha}>"
        )


MODELS.register(Word2Vec.KIND, Word2Vec)
