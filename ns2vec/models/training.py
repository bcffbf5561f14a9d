"""gensim's training methods: `train`, its checks and warnings, and the hooks for batches."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from typing import Any

from ns2vec._options import whole
from ns2vec._typing import PathLike, Sentences
from ns2vec.corpus import Corpus
from ns2vec.exceptions import ConfigError, VocabularyError
from ns2vec.models import jobs, resuming
from ns2vec.models.observers import observers_of
from ns2vec.models.vocabulary import GensimVocabulary
from ns2vec.training.callbacks import checked_callbacks
from ns2vec.training.checkpoints import Position
from ns2vec.training.encoding import ChunkFeed
from ns2vec.training.guard import Guard
from ns2vec.training.network import Network
from ns2vec.training.observers import Observer
from ns2vec.training.run import Feed, Plan, Run
from ns2vec.training.worker import Worker

logger = logging.getLogger(__name__)


class GensimTraining(GensimVocabulary):
    """Training methods of gensim's models; for a model that has words and weights."""

    def _start_state(self) -> None:
        super()._start_state()
        self.running_training_loss = 0.0
        self.epoch_losses: list[float] = []
        self.min_alpha_yet_reached = float(self.alpha)
        self.train_count = 0
        self.total_train_time = 0.0

    def _warn_ignored(self, trim_rule: object, callbacks: Iterable[Any] | None) -> None:
        if trim_rule is not None:
            logger.warning("trim_rule is ignored without a corpus: give it to build_vocab()")
        if callbacks:
            logger.warning("callbacks are ignored without a corpus: give them to train()")

    def _build_and_train(
        self,
        sentences: Any,
        corpus_file: PathLike | None,
        trim_rule: Any,
        callbacks: Iterable[Any] | None,
    ) -> None:
        """Build and train with the constructor's corpus. Ctrl-C during training leaves a usable model."""
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
                "interrupted: the model keeps the result of %d epochs and part of another",
                len(self.epoch_losses),
            )
        self._core.encoded.clear()
        self.add_lifecycle_event("created", logging.DEBUG, params=str(self))

    def train(
        self, corpus_iterable: Sentences | PathLike | None = None, corpus_file: PathLike | None = None,
        total_examples: int | None = None, total_words: int | None = None, epochs: int | None = None,
        start_alpha: float | None = None, end_alpha: float | None = None, word_count: int = 0,
        queue_factor: int = 2, report_delay: float = 1.0, compute_loss: bool = False,
        callbacks: Iterable[Any] | None = (), **kwargs: Any,
    ) -> tuple[int, int]:  # fmt: skip
        """Train on a corpus with the existing vocabulary.

        Parameters
        ----------
        corpus_iterable, corpus_file
            As `sentences` and `corpus_file` of the constructor.
        total_examples, total_words : int
            Length of the corpus; one of them is required, so that the learning rate falls at the right pace
            (``model.corpus_count``, ``model.corpus_total_words``).
        epochs : int
            Passes over the corpus; required (``model.epochs``).
        start_alpha, end_alpha : float, optional
            Learning rates to use instead of the model's; the model keeps them.
        word_count : int
            Words already trained, for the learning rate.
        queue_factor, report_delay
            Accepted for gensim's sake; there is no queue.
        compute_loss : bool
        callbacks : iterable
        **kwargs
            gensim's other options; without effect.

        Returns
        -------
        trained_words, raw_words : int
            Words that were trained (known words left after subsampling), and words read, over all epochs.

        Raises
        ------
        ValueError
            If a length, `epochs` or an objective is missing.
        VocabularyError
            If `build_vocab` has not been called.
        TypeError
            If the corpus is missing, given twice, or cannot be read `epochs` times.

        Examples
        --------
        >>> from ns2vec import Word2Vec
        >>> sentences = [["cat", "sat"]] * 20
        >>> model = Word2Vec(vector_size=8, min_count=1, sample=0)
        >>> model.build_vocab(sentences)
        >>> model.train(sentences, total_examples=model.corpus_count, epochs=2)
        (80, 80)
        """
        if kwargs:
            raise TypeError(f"train() got an unexpected keyword argument {next(iter(kwargs))!r}")
        self._check_training_sanity(epochs=epochs, total_examples=total_examples, total_words=total_words)
        if corpus_file is not None and total_words is None:
            known = "model.corpus_total_words" if self.corpus_total_words else "the number of its words"
            raise ConfigError(f"total_words must be provided alongside corpus_file: total_words={known}")
        # all of them are checked before the model stores any
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
        """Words and sentences, as announced; if that is 0, what is known about the corpus or can be counted.

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
            "total_examples and total_words are 0, and the corpus can be read only once, so it cannot be "
            "counted: give the number of its sentences as total_examples"
        )

    def _check_objective(self) -> None:
        if not self._spec.targets:
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
                "give total_examples or total_words, so that the learning rate can decay: "
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
        """All epochs of a train() call, or the rest after a position."""
        started = time.perf_counter()
        if at is None:
            self.running_training_loss, self.epoch_losses = 0.0, []
            at = Position(last_alpha=self.alpha)
        core = self._ready()
        feed = self._feed(corpus)
        if isinstance(feed, jobs.BatchFeed) and plan.total_examples:
            plan = plan.by_examples()
        observers = self._observers(plan, callbacks)
        saver = resuming.saver_of(self, corpus, plan, at, strict=strict)
        if saver is not None:
            observers.append(saver)
        n_words = plan.total_words or self.corpus_total_words or 0  # None in models of old versions of gensim
        hot_words = n_words if self.sorted_vocab else 0
        run = Run(core, plan, feed, tuple(observers), at, hot_words=hot_words, model=self)
        try:
            run.train()
        finally:
            self._clear_post_train()
            self.min_alpha_yet_reached = run.last_alpha
            self.total_train_time += time.perf_counter() - started
        self.train_count += 1
        self._warn_if_empty(at.n_words)
        self.add_lifecycle_event(
            "train", logging.DEBUG,
            msg=f"{at.n_words} words read, {at.n_trained} trained, {self.epochs} epochs",
        )  # fmt: skip
        if saver is not None:
            saver.finish(run)
        return at.n_trained, at.n_words

    def _feed(self, corpus: Corpus) -> Feed:
        """The source of jobs: chunks, or lists of sentences for a subclass that handles them."""
        if type(self)._do_train_job is not GensimTraining._do_train_job:
            return jobs.BatchFeed(self, corpus, self._batch_state)
        return ChunkFeed(corpus)

    def _observers(self, plan: Plan, callbacks: list[Any]) -> list[Observer]:
        """The observers of a train() call, in the order in which they are called."""
        found = observers_of(self, callbacks)
        if self.guard is not None:
            found.append(Guard.for_corpus(self.guard, plan.total_words, self.batch_words))
        return found

    def _warn_if_empty(self, n_words: int) -> None:
        if n_words == 0 and self.train_count == 1:
            logger.warning(
                "train() called with an empty iterator: nothing was trained, since the corpus had no words; "
                "is the iterator exhausted?"
            )

    def _clear_post_train(self) -> None:
        """Discard lengths of vectors that training has changed; subclasses may discard more."""
        self.wv.vectors_changed()

    def _make_network(self) -> Network:
        """The network that an epoch would train now."""
        return self._ready().network()

    # ---- gensim's batch hooks --------------------------------------------------------------------

    def _do_train_job(self, sentences: Iterable[Any], alpha: float, inits: Any) -> tuple[int, int]:
        """Train a batch of token lists; subclasses override it and pass on other sentences.

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
        made, config = self._make_network(), self._core.config  # called by hand, outside train()
        worker = Worker(made.kernel(config), self.epochs_trained, 1, made.block(), config.seed)
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
