"""Threads that work a little ahead of the thread that consumes their results in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def map_ahead(
    function: Callable[[Item], Result], items: Iterable[Item], n_threads: int, n_ahead: int | None = None
) -> Generator[Result, None, None]:
    """Yield ``function(item)`` for each item, in order, while threads work on the next `n_ahead` items.

    By default, `n_ahead` is `n_threads`.
    The consuming thread draws from `items`, and `function` runs in the others; an exception is raised
    in place of its result. Closing the iterator drops items that have not been started.

    Examples
    --------
    >>> from ns2vec._ahead import map_ahead
    >>> list(map_ahead(len, [b"a", b"bc", b""], 2))
    [1, 2, 0]
    """
    waiting: deque[Future[Result]] = deque()
    n_ahead = n_threads if n_ahead is None else n_ahead
    with ThreadPoolExecutor(n_threads, thread_name_prefix="ns2vec-ahead") as pool:
        try:
            for item in items:
                waiting.append(pool.submit(function, item))
                if len(waiting) > n_ahead:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
