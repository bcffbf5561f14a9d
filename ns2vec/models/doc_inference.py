"""Vectors of documents that a model was not trained on.

Words and outputs are read and not changed; a new vector for each document is trained on its words. Its
initial value and its random streams follow from these words and the seed alone, so a document gets the same
vector, to the byte, whatever else is inferred with it or before it, on any number of threads.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, replace
from operator import is_
from typing import Any

import numpy as np
import numpy.typing as npt

from ns2vec import _kernels
from ns2vec._typing import Float32Array, Int32Array, Int64Array
from ns2vec.corpus import END
from ns2vec.keyedvectors import KeyedVectors
from ns2vec.training.blas import blas_threads
from ns2vec.training.core import EmbeddingCore
from ns2vec.training.loop import Tally, run_workers
from ns2vec.training.matrices import empty_rows
from ns2vec.training.network import Network
from ns2vec.training.spec import Spec
from ns2vec.training.units import Units
from ns2vec.training.worker import Worker

ROOM_WORDS = 500  # of a document, for which there is scratch from the start
JOB_WORDS = 5000  # a thread takes documents with at least this many words at once


@dataclass(frozen=True)
class Texts:
    """Documents as rows of words; unknown words are left out.

    Attributes
    ----------
    words : ndarray of shape (n,), int32
        All documents, one after another.
    starts : ndarray of shape (n_documents + 1,), int64
    """

    words: Int32Array
    starts: Int64Array

    @classmethod
    def from_chunk(cls, ids: Int32Array) -> Texts:
        """Make them from a chunk, in which each document has an end."""
        is_word = ids >= 0
        if len(ids) and np.count_nonzero(is_word) == len(ids) - 1 and ids[-1] == END:  # one, all of it known
            return cls(ids[:-1], np.array([0, len(ids) - 1]))
        starts = np.concatenate([[0], np.cumsum(is_word)[ids == END]]).astype(np.int64)
        return cls(ids[is_word], starts)

    def __len__(self) -> int:
        return len(self.starts) - 1

    def keys(self, seed: int, first: int = 0, end: int | None = None) -> npt.NDArray[np.uint64]:
        """A number for each document from `first` to `end` that depends on its words and the seed."""
        end = len(self) if end is None else end
        return _kernels.keys_of_documents(self.words, self.starts[first : end + 1], seed % 2**64)


@dataclass(frozen=True)
class Job:
    """Documents that one thread infers."""

    first: int
    end: int

    @property
    def n_sentences(self) -> int:
        """Number of documents."""
        return self.end - self.first


def infer(
    core: EmbeddingCore, texts: Texts, alphas: npt.NDArray[np.float64], spec: Spec, n_workers: int
) -> Float32Array:
    """Train a vector for each document.

    Parameters
    ----------
    core : EmbeddingCore
        With words and outputs, which are not changed.
    texts : Texts
    alphas : ndarray of shape (n_epochs,), float64
    spec : Spec
        The spec of the training.
    n_workers : int

    Returns
    -------
    ndarray of shape (n_documents, D), float32
    """
    rows = empty_rows(len(texts), core.config.vector_size)
    if not len(texts.words):
        _kernels.write_start_rows(rows, texts.keys(core.config.seed))
        return np.ascontiguousarray(rows)
    jobs, n_workers = [*jobs_of(texts)], 1 if spec.has_one_updater else n_workers
    with blas_threads(1) if calls_blas(core, spec) else nullcontext():
        network = network_with(core, rows, spec)
        try:
            make_worker = worker_of(network, core.config, texts, alphas, rows)
            if len(jobs) == 1 or n_workers == 1:
                infer_job = make_worker()
                for job in jobs:
                    infer_job(job)
            else:
                run_workers(iter(jobs), make_worker, min(n_workers, len(jobs)), Tally(), lambda: None)
        finally:
            network.detach()
    return np.ascontiguousarray(rows)


def calls_blas(core: EmbeddingCore, spec: Spec) -> bool:
    """Whether the kernel calls BLAS, which must then use one thread."""
    return core.config.backend != "fused" or spec.has_one_updater


def network_with(core: EmbeddingCore, rows: Float32Array, spec: Spec) -> Network:
    """The core's words and outputs, which are not changed, with tags whose vectors are `rows`."""
    found = KeyedVectors(core.config.vector_size)
    found.index_to_key, found.vectors = [*range(len(rows))], rows
    fixed = replace(spec, frozen=frozenset({"inputs", "outputs"}))
    beside = EmbeddingCore(
        core.config, core.inputs, outputs=core.second, tags=Units(found, "inferred"), spec=lambda *_: fixed
    )
    beside.matrices, beside.tables = core.matrices, core.tables
    return beside.network()


class OneByOne:
    """Infers one document after another, with a kernel that is kept while the model has the same arrays.

    Making a kernel takes time in proportion to the vocabulary.

    Parameters
    ----------
    core : EmbeddingCore
    spec : Spec
    """

    def __init__(self, core: EmbeddingCore, spec: Spec) -> None:
        self.made_of = self.parts(core)
        self.options = core.config, spec
        self.row = empty_rows(1, core.config.vector_size)
        network = network_with(core, self.row, spec)
        copies = (rows.is_copy and rows.array.flags.writeable for rows in network.weights())
        # values that are copied, or that follow the training, may change without notice
        self.can_be_kept = not (
            calls_blas(core, spec) or network.block() or network.steering() or any(copies)
        )
        self.kernel = network.kernel(core.config)
        network.detach()
        self.room = ROOM_WORDS
        self.work = self.workspace()
        self.lock = threading.Lock()

    def workspace(self) -> _kernels.Workspace:
        """Scratch for a document of this many words."""
        return _kernels.Workspace(self.kernel, self.room, max_list=1, n_tags=1)

    @staticmethod
    def parts(core: EmbeddingCore) -> list[Any]:
        """The arrays that a kernel is made from."""
        columns = [core.wv.expandos.get(name) for name in ("count", "sample_int")]
        return [core.wv.vectors, *core.matrices.values(), *columns, core.tables.cum_table, core.tables.tree]

    def is_of(self, core: EmbeddingCore, spec: Spec) -> bool:
        """Whether it was made from these arrays and options."""
        now = self.parts(core)
        is_same = len(now) == len(self.made_of) and all(map(is_, now, self.made_of))
        return is_same and self.options == (core.config, spec)

    def infer(self, texts: Texts, alphas: npt.NDArray[np.float64]) -> Float32Array:
        """Train the vector of one document, shape (1, D)."""
        keys = texts.keys(self.options[0].seed)
        with self.lock:
            if len(texts.words) > self.room:
                self.room = 2 * len(texts.words)
                self.work = self.workspace()
            _kernels.write_start_rows(self.row, keys)
            _kernels.train_documents(
                self.kernel, texts.words, texts.starts, alphas, keys, work=self.work, first=0, end=1
            )
            return np.ascontiguousarray(self.row.copy())


def jobs_of(texts: Texts) -> Iterator[Job]:
    """Consecutive documents of a few thousand words."""
    first = 0
    while first < len(texts):
        enough = int(np.searchsorted(texts.starts, texts.starts[first] + JOB_WORDS))
        end = min(max(enough, first + 1), len(texts))
        yield Job(first, end)
        first = end


def worker_of(
    network: Network, config: Any, texts: Texts, alphas: npt.NDArray[np.float64], rows: Float32Array
) -> Callable[[], Callable[[Job], tuple[int, int, float]]]:
    """Return a factory of a thread's function: the kernel infers, or a Python sampler draws for it."""
    kernel, keys = network.kernel(config), np.empty(len(texts), dtype=np.uint64)

    def start(job: Job) -> None:
        found = keys[job.first : job.end] = texts.keys(config.seed, job.first, job.end)
        _kernels.write_start_rows(rows[job.first : job.end], found)

    longest = max(int(np.diff(texts.starts).max()), 1)

    def make() -> Callable[[Job], tuple[int, int, float]]:
        work = _kernels.Workspace(kernel, longest, max_list=1, n_tags=1)

        def work_on(job: Job) -> tuple[int, int, float]:
            start(job)
            _kernels.train_documents(
                kernel, texts.words, texts.starts, alphas, keys, work=work, first=job.first, end=job.end
            )
            return 0, 0, 0.0

        return work_on

    def make_slow() -> Callable[[Job], tuple[int, int, float]]:
        worker = Worker(kernel, 0, longest, network.block(), config.seed)

        def work_on(job: Job) -> tuple[int, int, float]:
            start(job)
            for document in range(job.first, job.end):
                words = texts.words[texts.starts[document] : texts.starts[document + 1]]
                for epoch, alpha in enumerate(alphas if len(words) else ()):
                    worker.epoch = epoch
                    tag = np.array([document], dtype=np.int32)
                    worker.train(words, alpha, int(keys[document]), None, tag, np.array([0, 1]))
            return 0, 0, 0.0

        return work_on

    return make if network.block() is None else make_slow
