"""BLAS keeps to the thread that calls it while workers train."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any

__all__ = ["single_threaded_blas"]


def single_threaded_blas() -> AbstractContextManager[Any]:
    """Limit BLAS to one thread inside a ``with``, when threadpoolctl is there to do so.

    Without it nothing is lost: the back end calls sdot and saxpy on single rows, and OpenBLAS
    divides vectors among threads only beyond 10,000 elements.

    Examples
    --------
    >>> from ns2vec.training.blas import single_threaded_blas
    >>> with single_threaded_blas():
    ...     pass
    """
    try:
        from threadpoolctl import threadpool_limits
    except ImportError:
        return nullcontext()
    limits: AbstractContextManager[Any] = threadpool_limits(limits=1, user_api="blas")
    return limits
