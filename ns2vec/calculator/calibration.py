"""The training speed of this machine: the real kernels on synthetic text, for a second or two."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from itertools import cycle

import numpy as np

from ns2vec._typing import Int64Array
from ns2vec.calculator.shape import CorpusShape
from ns2vec.corpus import END, UNKNOWN, Chunk
from ns2vec.corpus.chunks import cut_chunks
from ns2vec.keyedvectors import KeyedVectors
from ns2vec.training.blas import blas_threads
from ns2vec.training.config import TrainingConfig
from ns2vec.training.core import EmbeddingCore
from ns2vec.training.loop import Tally, run_workers
from ns2vec.training.network import Network
from ns2vec.vocab import Vocabulary, keep_thresholds

SECONDS = 1.5
WARM_UP = 0.4
N_WORDS = 1_000_000
MATRIX_BYTES = 2**29
"""Larger than the caches of a machine: even larger matrices are not slower per row."""


@dataclass(frozen=True)
class Calibration:
    """The results of the measurement.

    Attributes
    ----------
    words_per_second : float
        Raw words, of all threads together.
    setup_seconds : float
        Time for making weights and tables.
    n_rows : int
        Rows of the matrices that were trained.
    """

    words_per_second: float
    setup_seconds: float
    n_rows: int


def make_network(counts: Int64Array, config: TrainingConfig) -> Network:
    """Initial weights and tables for a vocabulary with these counts (V,)."""
    core, n_words = EmbeddingCore(config, KeyedVectors(config.vector_size)), len(counts)
    rows = range(n_words)
    core.take_words(Vocabulary([*rows], dict(zip(rows, rows, strict=True)), counts, n_words, 0, 0))
    core.begin(config.seed)
    return core.network()


def synthetic_chunks(shape: CorpusShape, config: TrainingConfig, n_rows: int) -> list[Chunk]:
    """About `N_WORDS` words, with the sentence lengths and word frequencies of the corpus.

    Words are drawn independently of each other; those beyond `n_rows` are replaced by other rare words.
    """
    rng = np.random.default_rng(config.seed)
    mean_length = float(shape.lengths @ shape.n_sentences / shape.n_sentences.sum())
    n_sentences = max(1, round(min(N_WORDS, shape.n_words) / mean_length))
    lengths = rng.choice(shape.lengths, n_sentences, p=shape.n_sentences / shape.n_sentences.sum())
    cumulative = np.cumsum(shape.counts)
    ids = np.searchsorted(
        cumulative, rng.integers(shape.n_words, size=int((lengths + 1).sum())), side="right"
    )
    unknown, rare = ids == len(shape.counts), ids >= n_rows
    ids[rare] = n_rows // 2 + ids[rare] % (n_rows - n_rows // 2)
    ids[unknown] = UNKNOWN
    ids[np.cumsum(lengths + 1) - 1] = END
    return list(cut_chunks(ids.astype(np.int32), config.batch_words))


def measure_speed(shape: CorpusShape, config: TrainingConfig, seconds: float = SECONDS) -> Calibration:
    """Train synthetic text with the threads and options of the run, for a limited time.

    Parameters
    ----------
    shape : CorpusShape
    config : TrainingConfig
    seconds : float
        How long to measure, after a short warm-up.

    Returns
    -------
    Calibration
    """
    row_bytes = 4 * config.vector_size
    n_rows = max(1, min(len(shape.counts), MATRIX_BYTES // row_bytes))
    started = time.perf_counter()
    network = make_network(shape.counts[:n_rows], config)
    setup_seconds = (time.perf_counter() - started) * len(shape.counts) / n_rows
    network.keep = keep_thresholds(shape.counts, config.sample)[:n_rows]
    chunks = synthetic_chunks(shape, config, n_rows)
    train_for(network, config, chunks, WARM_UP if seconds > WARM_UP else 0.0)
    started = time.perf_counter()
    tally = train_for(network, config, chunks, seconds)
    words_per_second = tally.n_words / (time.perf_counter() - started)
    return Calibration(words_per_second, setup_seconds, n_rows)


def train_for(network: Network, config: TrainingConfig, chunks: Sequence[Chunk], seconds: float) -> Tally:
    """Train chunks repeatedly, each time with new draws, until `seconds` have passed (at least one chunk).

    As in training, the full softmax has one updater, and BLAS is limited to one thread.
    """
    has_one_updater = config.spec(len(network.inputs.rows.padded)).has_one_updater
    kernel, tally = network.kernel(config), Tally()
    jobs = chunks_until(time.perf_counter() + seconds, chunks)
    n_workers = 1 if has_one_updater else config.workers

    def make_trainer() -> Callable[[Chunk], tuple[int, int, float]]:
        worker = network.worker(kernel, config, epoch=0)
        return lambda chunk: worker.train(chunk.words, config.alpha, chunk.index)

    with blas_threads(1) if has_one_updater or config.backend != "fused" else nullcontext():
        run_workers(jobs, make_trainer, n_workers, tally, lambda: None)
    return tally


def chunks_until(deadline: float, chunks: Sequence[Chunk]) -> Iterator[Chunk]:
    """Chunks, repeated, each with its own number; at least one."""
    for i, chunk in enumerate(cycle(chunks)):
        yield replace(chunk, index=i)
        if time.perf_counter() >= deadline:
            return
