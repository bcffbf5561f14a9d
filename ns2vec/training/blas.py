"""The number of threads that BLAS may use while workers train."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any


def blas_threads(n_threads: int) -> AbstractContextManager[Any]:
    """Limit BLAS to this many threads inside a ``with``, if threadpoolctl is installed.

    It is always one. Our own workers call sdot and saxpy on single rows. The full softmax has one
    updater, but its products last a millisecond, and OpenBLAS's threads spin while they wait for each
    other: if the processors are busy, or fewer than the threads, a product lasts as long as the
    scheduler's time slices, and training fifty times as long. The number given here also overrides
    ``OPENBLAS_NUM_THREADS``, so it must never be more than the user's.

    Parameters
    ----------
    n_threads : int

    Examples
    --------
    >>> from ns2vec.training.blas import blas_threads
    >>> with blas_threads(1):
    ...     pass
    """
    try:
        from threadpoolctl import threadpool_limits
    except ImportError:
        return nullcontext()
    import scipy.linalg.cython_blas  # noqa: F401 - only libraries that are loaded can be limited

    limits: AbstractContextManager[Any] = threadpool_limits(limits=n_threads, user_api="blas")
    return limits
