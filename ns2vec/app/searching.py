"""Queries that arrive together are answered together, in one pass over the vectors.

A single query is answered at once. Queries that arrive in the meantime are collected and answered in the
next pass.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import anyio.to_thread

from ns2vec.app.problems import ApiError
from ns2vec.app.state import HeldModel
from ns2vec.similarity.scan import count_threads

Neighbours = list[tuple[Any, float]]
MOST_AT_ONCE = 64  # queries in one pass
MOST_WAITING = 4096  # queries that may wait for a pass
GATHERING = 0.002  # seconds to wait for the next query, while there are many clients


@dataclass
class Waiting:
    """Queries of one request, and the future for its answer."""

    queries: list[Any]
    topn: int
    restrict: int | None
    answer: asyncio.Future[list[Neighbours]]


class Search:
    """Answers queries to one model; used within one event loop.

    Parameters
    ----------
    held : HeldModel
    """

    def __init__(self, held: HeldModel) -> None:
        self.held = held
        self.waiting: list[Waiting] = []
        self.taken: list[Waiting] = []  # by the current pass
        self.task: asyncio.Task[None] | None = None  # runs while requests are waiting

    async def most_similar(
        self, queries: Sequence[Any], topn: int, restrict: int | None = None
    ) -> list[Neighbours]:
        """Return the neighbours of words, each as `KeyedVectors.most_similar` lists them.

        Parameters
        ----------
        queries : sequence of keys that are present
        topn : int
        restrict : int, optional
            Search only this many words, the first ones.

        Raises
        ------
        ApiError
            503 if too many are already waiting.
        """
        if self.waiting and sum(len(asked.queries) for asked in self.waiting) + len(queries) > MOST_WAITING:
            raise ApiError(503, "too many words are being searched for: try again in a moment")
        asked = Waiting(list(queries), topn, restrict, asyncio.get_running_loop().create_future())
        self.waiting.append(asked)
        if self.task is None:
            self.task = asyncio.create_task(self._work())
            self.task.add_done_callback(self._ended)
        return await asked.answer

    async def _work(self) -> None:
        """Answer until no request is waiting."""
        is_many = False
        while self.waiting:
            if is_many:
                await self._gather()
            self.taken = self._take()
            is_many = len(self.taken) > 1 or bool(self.waiting)
            await self._answer(self.taken)
            is_many = is_many or bool(self.waiting)
            if is_many and not self.waiting:
                await asyncio.sleep(GATHERING)
        self.task, self.taken = None, []

    def _ended(self, task: asyncio.Task[None]) -> None:
        """Cancel the requests of a task that was stopped, with the server or before it began."""
        if self.task is task:
            self.task = None
            left, self.waiting = [*self.taken, *self.waiting], []
            for asked in left:
                asked.answer.cancel()

    async def _answer(self, batch: list[Waiting]) -> None:
        """Answer requests together; if this fails, one by one, so that each gets its own error."""
        try:
            found = await anyio.to_thread.run_sync(self._search, batch) if batch else []
        except Exception as error:
            if len(batch) == 1:
                if not batch[0].answer.done():
                    batch[0].answer.set_exception(error)
                return
            for asked in batch:
                await self._answer([asked])
            return
        for asked, answers in zip(batch, found, strict=True):
            if not asked.answer.done():
                asked.answer.set_result(answers)

    async def _gather(self) -> None:
        """Wait while requests keep coming: clients that have just been answered ask again."""
        n_waiting = -1
        while n_waiting < len(self.waiting) < MOST_AT_ONCE:
            n_waiting = len(self.waiting)
            await asyncio.sleep(GATHERING)

    def _take(self) -> list[Waiting]:
        """Take requests that search the same words, as many as fit in one pass; drop cancelled ones."""
        batch: list[Waiting] = []
        left: list[Waiting] = []
        n_queries = 0
        for asked in self.waiting:
            if asked.answer.done():
                continue
            is_alike = not batch or asked.restrict == batch[0].restrict
            if is_alike and (not batch or n_queries + len(asked.queries) <= MOST_AT_ONCE):
                batch.append(asked)
                n_queries += len(asked.queries)
            else:
                left.append(asked)
        self.waiting = left
        return batch

    def _search(self, batch: list[Waiting]) -> list[list[Neighbours]]:
        queries = [query for asked in batch for query in asked.queries]
        topn, restrict = max(asked.topn for asked in batch), batch[0].restrict
        vectors = self.held.vectors
        # BLAS has one thread, see `serving`
        n_threads = count_threads(vectors.vectors[:restrict].nbytes)
        found = vectors.most_similar_many(queries, topn, restrict, n_threads)
        answers, at = [], 0
        for asked in batch:
            answers.append([one[: asked.topn] for one in found[at : at + len(asked.queries)]])
            at += len(asked.queries)
        return answers


def search_of(held: HeldModel) -> Search:
    """Return the search of a model for this event loop."""
    loop = asyncio.get_running_loop()
    if loop not in held.searches:
        held.searches[loop] = Search(held)
    found: Search = held.searches[loop]
    return found
