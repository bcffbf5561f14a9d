"""How fast this machine trains: the real kernels on synthetic text, for a second or two."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from itertools import count

import numpy as np

from ns2vec._typing import Int64Array
from ns2vec.calculator.shape import CorpusShape
from ns2vec.corpus import END, MAX_SENTENCE_WORDS, UNKNOWN, Chunk
from ns2vec.sampling import NoiseData, noise_distribution
from ns2vec.training.blas import blas_threads
from ns2vec.training.config import TrainingConfig
from ns2vec.training.loop import Tally, run_workers
from ns2vec.training.matrices import Rows, empty_rows, initial_rows
from ns2vec.training.network import Network, Worker
from ns2vec.vocab import build_huffman, keep_probabilities, keep_thresholds

__all__ = ["Calibration", "make_network", "measure_speed", "synthetic_chunks", "workspace_words"]

SECONDS = 1.5
WARM_UP = 0.4
N_WORDS = 1_000_000
MATRIX_BYTES = 2**29
"""More than the caches of a machine hold: larger matrices are not slower by row."""


@dataclass(frozen=True)
class Calibration:
    """What was measured.

    Attributes
    ----------
    words_per_second : float
        Raw words, by all threads together.
    setup_seconds : float
        To make weights and tables.
    n_rows : int
        Rows of the matrices that were trained.
    """

    words_per_second: float
    setup_seconds: float
    n_rows: int


def workspace_words(config: TrainingConfig) -> int:
    """Ids that a worker's scratch memory is made for: a chunk, its last sentence and their ends."""
    return 2 * config.batch_words + 2 * MAX_SENTENCE_WORDS


def make_network(counts: Int64Array, config: TrainingConfig) -> Network:
    """Fresh weights and tables for a vocabulary with these counts (V,)."""
    n_words, n_dims = len(counts), config.vector_size

    def output(name: str) -> Rows:
        return Rows(name, empty_rows(n_words, n_dims), n_words, n_dims)

    made = Network(output("syn0"), keep=keep_thresholds(counts, config.sample))
    initial_rows(made.syn0.array, config.seed)
    for target in config.spec(n_words).targets:
        if target.outputs == "path":
            made.syn1, made.huffman = output(target.matrix), build_huffman(counts)
            continue
        made.syn1neg, made.objective = output(target.matrix), target.objective
        if target.outputs == "sampled":
            noise = noise_distribution(counts, config.ns_exponent)
            kept = keep_probabilities(counts, config.sample)
            made.bound = config.sampler.bind(NoiseData(counts, noise, kept))
    return made


def synthetic_chunks(shape: CorpusShape, config: TrainingConfig, n_rows: int) -> list[Chunk]:
    """About `N_WORDS` words in sentences as long and words as frequent as those of the corpus.

    Words are drawn independently of each other; those beyond `n_rows` come as other rare words.
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
    # a chunk ends with the sentence that brings it to batch_words
    number = (np.cumsum(lengths) - lengths) // config.batch_words
    cuts = np.flatnonzero(np.diff(number)) + 1
    pieces = np.split(ids.astype(np.int32), np.cumsum(lengths + 1)[cuts - 1])
    parts = np.split(lengths, cuts)
    return [
        Chunk(i, piece, int(part.sum()), len(part), 0, 0)
        for i, (piece, part) in enumerate(zip(pieces, parts, strict=True))
    ]


def measure_speed(shape: CorpusShape, config: TrainingConfig, seconds: float = SECONDS) -> Calibration:
    """Train synthetic text with the threads and options of the run, until the time is over.

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
    """Train chunks over and over, each time with fresh draws, until `seconds` have passed (one at least).

    As in training, the full softmax has one updater, and what calls BLAS calls it on one thread.
    """
    has_one_updater = config.spec(len(network.syn0.padded)).has_one_updater
    kernel, tally = network.kernel(config), Tally()
    rate = config.alpha

    def jobs() -> Iterator[Chunk]:
        deadline = time.perf_counter() + seconds
        for i in count():
            yield replace(chunks[i % len(chunks)], index=i)
            if time.perf_counter() >= deadline:
                return

    def make_worker() -> Worker:
        return Worker(kernel, 0, workspace_words(config))

    n_workers = 1 if has_one_updater else config.workers
    with blas_threads(1) if has_one_updater or config.backend != "fused" else nullcontext():
        run_workers(
            jobs(), lambda: make_worker().train_chunks(lambda chunk: rate), n_workers, tally, lambda: None
        )
    return tally
