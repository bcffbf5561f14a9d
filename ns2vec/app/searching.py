"""Questions that arrive together are answered together: one pass over the vectors serves all of them.

A single question waits for no one: it is answered at once. Those that come meanwhile are gathered and
make the next pass.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import anyio.to_thread

from ns2vec.app.state import Held

Neighbours = list[tuple[Any, float]]
MOST_AT_ONCE = 128  # queries of one pass
GATHERING = 0.002  # seconds that are waited for others while many ask


@dataclass
class Waiting:
    """Questions of one request, and where its answer goes."""

    queries: list[Any]
    topn: int
    restrict: int | None
    answer: asyncio.Future[list[Neighbours]]


class Search:
    """Answers questions to one model; used within one event loop.

    Parameters
    ----------
    held : Held
    """

    def __init__(self, held: Held) -> None:
        self.held = held
        self.waiting: list[Waiting] = []
        self.is_busy = False
        self.tasks: set[asyncio.Task[None]] = set()

    async def most_similar(
        self, queries: Sequence[Any], topn: int, restrict: int | None = None
    ) -> list[Neighbours]:
        """Return the neighbours of words or vectors, as `KeyedVectors.most_similar_many` does.

        Parameters
        ----------
        queries : sequence of keys that are present, or vectors of shape (D,)
        topn : int
        restrict : int, optional
            Search the first so many words.
        """
        asked = Waiting(list(queries), topn, restrict, asyncio.get_running_loop().create_future())
        self.waiting.append(asked)
        if not self.is_busy:
            self.is_busy = True
            task = asyncio.create_task(self._work())
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)
        return await asked.answer

    async def _work(self) -> None:
        """Answer until nobody waits."""
        try:
            n_before = 0
            while self.waiting:
                if n_before > 1:  # whoever was answered will ask again in a moment
                    await asyncio.sleep(GATHERING)
                batch = self._take()
                n_before = len(batch)
                try:
                    found = await anyio.to_thread.run_sync(self._search, batch)
                except Exception as error:
                    for asked in batch:
                        if not asked.answer.done():
                            asked.answer.set_exception(error)
                    continue
                for asked, answers in zip(batch, found, strict=True):
                    if not asked.answer.done():
                        asked.answer.set_result(answers)
                if n_before > 1 and not self.waiting:
                    await asyncio.sleep(GATHERING)
        finally:
            self.is_busy = False

    def _take(self) -> list[Waiting]:
        """Take requests that search the same words, as many as one pass serves."""
        batch: list[Waiting] = []
        left: list[Waiting] = []
        n_queries = 0
        for asked in self.waiting:
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
        topn = max(asked.topn for asked in batch)
        vectors = self.held.vectors
        if len(queries) == 1 and not hasattr(queries[0], "shape"):  # one alone is scanned by all processors
            found = [vectors.most_similar(queries[0], topn=topn, restrict_vocab=batch[0].restrict)]
        else:
            found = vectors.most_similar_many(queries, topn=topn, restrict_vocab=batch[0].restrict)
        answers, at = [], 0
        for asked in batch:
            answers.append([one[: asked.topn] for one in found[at : at + len(asked.queries)]])
            at += len(asked.queries)
        return answers


def search_of(held: Held) -> Search:
    """Return the search of a model for this event loop."""
    loop = asyncio.get_running_loop()
    found: Search = held.once(("search", id(loop)), lambda: Search(held))
    return found
