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
import numpy as np

from ns2vec._typing import Float32Array
from ns2vec.app.state import HeldModel
from ns2vec.keyedvectors.search import pairs
from ns2vec.similarity import best_without, row_norms, unit_rows
from ns2vec.similarity.products import divisors

Neighbours = list[tuple[Any, float]]
MOST_AT_ONCE = 64  # queries of one pass
STEP = 16  # memory for scores grows by so many queries
GATHERING = 0.002  # seconds in which the next one comes, while many ask


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
    held : HeldModel
    """

    def __init__(self, held: HeldModel) -> None:
        self.held = held
        self.waiting: list[Waiting] = []
        self.is_busy = False
        self.tasks: set[asyncio.Task[None]] = set()
        self.scores: Float32Array | None = None  # (n, V) of a pass
        self.divisors: Any = None  # (V,), lengths of the vectors

    async def most_similar(
        self, queries: Sequence[Any], topn: int, restrict: int | None = None
    ) -> list[Neighbours]:
        """Return the neighbours of words, as `KeyedVectors.most_similar_many` does.

        Parameters
        ----------
        queries : sequence of keys that are present
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
            is_many = False
            while self.waiting:
                if is_many:
                    await self._gather()
                batch = self._take()
                is_many = len(batch) > 1 or bool(self.waiting)
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
                is_many = is_many or bool(self.waiting)
                if is_many and not self.waiting:
                    await asyncio.sleep(GATHERING)
        finally:
            self.is_busy = False

    async def _gather(self) -> None:
        """Wait while requests keep coming: whoever was answered a moment ago asks again."""
        n_waiting = -1
        while n_waiting < len(self.waiting) < MOST_AT_ONCE:
            n_waiting = len(self.waiting)
            await asyncio.sleep(GATHERING)

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
        topn, restrict = max(asked.topn for asked in batch), batch[0].restrict
        vectors = self.held.vectors
        if len(queries) == 1:  # one alone is scanned by all processors
            found = [vectors.most_similar(queries[0], topn=topn, restrict_vocab=restrict)]
        elif restrict is None and self._is_plain(queries):
            found = self._in_one_pass(queries, topn)
        else:
            found = vectors.most_similar_many(queries, topn=topn, restrict_vocab=restrict)
        answers, at = [], 0
        for asked in batch:
            answers.append([one[: asked.topn] for one in found[at : at + len(asked.queries)]])
            at += len(asked.queries)
        return answers

    def _is_plain(self, keys: list[Any]) -> bool:
        """Whether each key has a row and each row a key, of float32."""
        vectors = self.held.vectors
        has_keys = len(vectors.key_to_index) == len(vectors.index_to_key)
        return vectors.vectors.dtype == np.float32 and has_keys and all(map(vectors.has_index_for, keys))

    def _in_one_pass(self, keys: list[Any], topn: int) -> list[Neighbours]:
        """`most_similar_many` with scores in memory that is kept: fresh memory costs as much as they do."""
        vectors = self.held.vectors
        n, n_words = len(keys), len(vectors.vectors)
        if self.scores is None or len(self.scores) < n:
            self.scores = np.empty((-(-n // STEP) * STEP, n_words), dtype=np.float32)
            self.divisors = divisors(row_norms(vectors.vectors))
        rows = [vectors.get_index(key) for key in keys]
        units = vectors.vectors[rows]
        units = np.asarray(unit_rows(units, row_norms(units)), dtype=np.float32)
        scores = np.matmul(units, vectors.vectors.T, out=self.scores[:n])
        scores /= self.divisors
        return [
            pairs(vectors, *best_without(one, topn, [row])) for one, row in zip(scores, rows, strict=True)
        ]


def search_of(held: HeldModel) -> Search:
    """Return the search of a model for this event loop."""
    found: Search = held.searches.setdefault(id(asyncio.get_running_loop()), Search(held))
    return found
