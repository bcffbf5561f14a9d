"""The cosines of one query with every row, on all processors: the time that a single query takes."""

from __future__ import annotations

import functools
import itertools
import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from ns2vec._kernels import ISA
from ns2vec._platform import after_fork_in_child, n_processors
from ns2vec._typing import Float32Array
from ns2vec.similarity._dots import write_cosines

T = TypeVar("T")

BYTES_PER_THREAD = 8 << 20  # of vectors; with two parts or more, two threads save a quarter of the time
MAX_THREADS = 8  # they share one memory; not measured beyond two
# There and back: a pass begins with the rows that the previous pass left in the processor's cache.
DIRECTIONS = itertools.cycle((False, True))
LIMITS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")  # users who set them mean all computations


def can_scan(vectors: npt.NDArray[np.generic], norms: npt.NDArray[np.generic]) -> bool:
    """Whether `scan` accepts these arrays: float32 in this machine's byte order, with contiguous rows."""
    is_row_whole = vectors.shape[1] < 2 or vectors.strides[1] == vectors.itemsize
    is_plain = vectors.dtype == norms.dtype == np.float32 and vectors.strides[0] % vectors.itemsize == 0
    return is_plain and is_row_whole and vectors.flags.aligned


def count_threads(n_bytes: int) -> int:
    """Return how many threads read vectors of `n_bytes`: at most one for each processor and 8 MiB."""
    limits = [int(value) for value in map(os.environ.get, LIMITS) if value and value.isdecimal()]
    most = min([n_processors(), MAX_THREADS, *filter(None, limits)])
    return max(1, min(most, n_bytes // BYTES_PER_THREAD))


def scan(vectors: Float32Array, norms: Float32Array, query: Float32Array) -> Float32Array:
    """Return the cosine of each row with a unit `query` of shape (D,), shape (V,).

    The arrays must be accepted by `can_scan`. Equal rows get equal cosines, and neither the number
    of threads nor the direction makes a difference. The oracle is `ns2vec.reference.cosines`.
    """
    norms = np.ascontiguousarray(norms)
    query = np.ascontiguousarray(query, dtype=np.float32)
    cosines = np.empty(len(vectors), dtype=np.float32)
    n_threads = count_threads(vectors.shape[0] * vectors.shape[1] * vectors.itemsize)
    is_backward = next(DIRECTIONS)

    def read(part: int) -> None:
        rows = slice(len(vectors) * part // n_threads, len(vectors) * (part + 1) // n_threads)
        write_cosines(vectors[rows], query, norms[rows], cosines[rows], ISA != "baseline", is_backward)

    in_parts(read, n_threads)
    return cosines


def in_parts(work: Callable[[int], T], n_parts: int) -> list[T]:
    """Return ``[work(0), ..., work(n_parts - 1)]``, computed at the same time.

    Parameters
    ----------
    work : callable
    n_parts : int
        `count_threads` returns a good number.
    """
    helped: list[Future[T] | T] = []
    for part in range(1, n_parts):
        try:
            helped.append(_helpers().submit(work, part))
        except RuntimeError:  # no more threads for this process, or it is about to end
            helped.append(work(part))
    done = [work(0)]
    done += [part.result() if isinstance(part, Future) else part for part in helped]
    return done


@functools.cache
def _helpers() -> ThreadPoolExecutor:
    """The waiting threads; starting one for each query would take a tenth of the query's time."""
    return ThreadPoolExecutor(MAX_THREADS - 1, thread_name_prefix="ns2vec-query")


# a fork copies the pool without its threads: work given to it would wait for ever
after_fork_in_child(_helpers.cache_clear)
