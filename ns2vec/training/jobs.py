"""gensim's batch hook: a subclass that overrides `_do_train_job` sees Python lists of sentences.

Such a class may turn one token into a whole walk, so sentences are batched before it as gensim does:
whole sentences up to `batch_words` raw words, one learning rate a batch. What it hands on to
``super()._do_train_job`` goes through the same kernel as everything else.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ns2vec._typing import Int32Array
from ns2vec.corpus._sentences import SentenceEncoder
from ns2vec.training.network import Worker

__all__ = ["Batch", "BatchState", "encode_batch", "make_batch_workers", "sentence_batches"]

WHOLE_BATCH = 2**31 - 1


@dataclass(frozen=True)
class Batch:
    """Sentences that get one learning rate.

    Attributes
    ----------
    sentences : list of token sequences
    words_before, sentences_before : int
        What of this epoch lies before the batch.
    """

    index: int
    sentences: list[Any]
    n_sentences: int
    words_before: int
    sentences_before: int


def sentence_batches(
    sentences: Iterable[Any], batch_words: int, count: Callable[[Any], int]
) -> Iterator[Batch]:
    """Cut an iterable of sentences into batches of at most `batch_words` raw words (one sentence at least).

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
            yield Batch(index, batch, len(batch), words_before, sentences_before)
            index, words_before, sentences_before = (
                index + 1,
                words_before + size,
                sentences_before + len(batch),
            )
            batch, size = [], 0
        batch.append(sentence)
        size += length
    if batch:
        yield Batch(index, batch, len(batch), words_before, sentences_before)


def encode_batch(sentences: Iterable[Any], key_to_index: dict[Any, int]) -> Int32Array:
    """Ids of a batch in one array: `UNKNOWN` for words without a row, `END` after each sentence."""
    encoder = SentenceEncoder(key_to_index, chunk_words=WHOLE_BATCH)
    for sentence in sentences:
        encoder.add(sentence)
    encoder.finish()
    pieces = [words for words, _, _ in encoder.take()]
    return np.concatenate(pieces) if pieces else np.empty(0, dtype=np.int32)


class BatchState(threading.local):
    """What a worker thread is doing, for the base implementation of the hook."""

    worker: Worker | None = None
    chunk: int = 0
    loss: float = 0.0


def make_batch_workers(
    state: BatchState,
    make_worker: Callable[[], Worker],
    do_train_job: Callable[[Any, float, Any], tuple[int, int]],
    inits: Callable[[], Any],
    rate: Callable[[Any], float],
    progress: Callable[[Any], float],
) -> Callable[[], Callable[[Batch], tuple[int, int, float]]]:
    """Return what makes the function of each thread when `_do_train_job` is overridden."""

    def make() -> Callable[[Batch], tuple[int, int, float]]:
        worker, memory = make_worker(), inits()

        def do_job(batch: Batch) -> tuple[int, int, float]:
            state.worker, state.chunk, state.loss = worker, batch.index, 0.0
            worker.begin(progress(batch))
            n_trained, n_words = do_train_job(batch.sentences, rate(batch), memory)
            return n_trained, n_words, state.loss

        return do_job

    return make
