"""gensim's batch hook: a subclass that overrides `_do_train_job` sees Python lists of sentences.

Such a class may turn one token into a whole walk, so sentences are batched beforehand, as in gensim:
whole sentences up to `batch_words` raw words, one learning rate per batch. What it passes to
``super()._do_train_job`` goes through the same kernel as everything else.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from ns2vec._typing import Int32Array
from ns2vec.corpus import Corpus
from ns2vec.corpus._sentences import SentenceEncoder
from ns2vec.training.run import Run
from ns2vec.training.worker import Worker

WHOLE_BATCH = 2**31 - 1


@dataclass(frozen=True)
class SentenceBatch:
    """Sentences that share one learning rate.

    Attributes
    ----------
    sentences : list of token sequences
    words_before, sentences_before : int
        Words and sentences of this epoch before the batch.
    """

    index: int
    sentences: list[Any]
    n_sentences: int
    words_before: int
    sentences_before: int


def sentence_batches(
    sentences: Iterable[Any], batch_words: int, count: Callable[[Any], int]
) -> Iterator[SentenceBatch]:
    """Split an iterable of sentences into batches of at most `batch_words` raw words (at least one sentence).

    Parameters
    ----------
    sentences : iterable of token sequences
    batch_words : int
    count : callable
        ``count([sentence]) -> int``: raw words of a job, the model's `_raw_word_count`.
    """
    batch: list[Any] = []
    index = size = words_before = sentences_before = 0
    for sentence in sentences:
        length = count([sentence])
        if batch and size + length > batch_words:
            yield SentenceBatch(index, batch, len(batch), words_before, sentences_before)
            index, words_before, sentences_before = (
                index + 1,
                words_before + size,
                sentences_before + len(batch),
            )
            batch, size = [], 0
        batch.append(sentence)
        size += length
    if batch:
        yield SentenceBatch(index, batch, len(batch), words_before, sentences_before)


def encode_batch(
    sentences: Iterable[Any], key_to_index: dict[Any, int], *, whole: bool = False
) -> Int32Array:
    """Ids of a batch in one array: `UNKNOWN` for words without a row, `END` after each sentence.

    With `whole`, long sentences are not split, and empty ones have an end, too.
    """
    encoder = SentenceEncoder(key_to_index, chunk_words=WHOLE_BATCH, whole=whole)
    for sentence in sentences:
        encoder.add(sentence)
    encoder.finish()
    pieces = [words for words, _, _ in encoder.take()]
    return np.concatenate(pieces) if pieces else np.empty(0, dtype=np.int32)


class BatchState(threading.local):
    """The current work of a worker thread, for the base implementation of the hook."""

    worker: Worker | None = None
    chunk: int = 0
    loss: float = 0.0


class BatchFeed:
    """Batches for a run of a model whose `_do_train_job` is overridden.

    Parameters
    ----------
    model : GensimTraining
        Its `_do_train_job`, `_get_thread_working_mem` and `_raw_word_count` are called.
    corpus : Corpus
    state : BatchState
        The model's state, which its `_do_train_job` uses.

    Attributes
    ----------
    not_sharded : str
        Why its jobs cannot be trained in shards.
    """

    not_sharded = "_do_train_job is overridden, and its draws cannot be repeated"

    def __init__(self, model: Any, corpus: Corpus, state: BatchState) -> None:
        self.model, self.corpus, self.state = model, corpus, state

    def jobs(self, run: Run) -> Iterator[SentenceBatch]:
        """Batches of one epoch."""
        sentences, batch_words = self.corpus.sentences(), run.config.batch_words
        return sentence_batches(sentences, batch_words, self.model._raw_word_count)

    def job_of(self, run: Run, worker: Worker) -> Callable[[SentenceBatch], tuple[int, int, float]]:
        """Give each batch to the model."""
        return partial(self.train, run, worker, self.model._get_thread_working_mem())

    def train(self, run: Run, worker: Worker, memory: Any, batch: SentenceBatch) -> tuple[int, int, float]:
        """Train a batch; return (words trained, words read, loss)."""
        state = self.state
        state.worker, state.chunk, state.loss = worker, batch.index, 0.0
        worker.begin(run.progress(batch))
        n_trained, n_words = self.model._do_train_job(batch.sentences, run.rate(batch), memory)
        return n_trained, n_words, state.loss
