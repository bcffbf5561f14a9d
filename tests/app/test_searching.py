"""Questions that arrive together are answered together."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest
from app_clients import small_vectors

from ns2vec import KeyedVectors
from ns2vec.app import ModelStore
from ns2vec.app.searching import MOST_AT_ONCE, Search, search_of


@pytest.fixture
def held():
    return ModelStore({"one": small_vectors(300)})["one"]


def names(neighbours):
    return [word for word, _ in neighbours]


def test_many_at_once_get_to_the_last_digit_what_each_alone_would(held):
    words = held.vectors.index_to_key

    async def ask():
        search = Search(held)
        asked = [
            search.most_similar([word], i % 7 + 1, None if i % 3 else 100) for i, word in enumerate(words)
        ]
        return await asyncio.gather(*asked)

    for i, (word, (found,)) in enumerate(zip(words, asyncio.run(ask()), strict=True)):
        limit = None if i % 3 else 100
        assert found == held.vectors.most_similar(word, topn=i % 7 + 1, restrict_vocab=limit)


@pytest.mark.parametrize("dtype", [np.float16, np.float64])
def test_other_numbers_are_searched_too(dtype):
    wide = small_vectors(300)
    vectors = KeyedVectors(3, dtype=dtype)
    vectors.add_vectors(wide.index_to_key, wide.vectors.astype(dtype))
    other = ModelStore({"other": vectors})["other"]

    async def ask():
        search = Search(other)
        return await asyncio.gather(*(search.most_similar([word], 4) for word in ("king", "queen", "man")))

    for word, (found,) in zip(("king", "queen", "man"), asyncio.run(ask()), strict=True):
        assert names(found) == names(vectors.most_similar(word, topn=4))


def test_one_pass_serves_those_that_came_meanwhile(held, monkeypatch):
    sizes = []
    search_batch = Search._search

    def counted(self, batch):
        sizes.append(len(batch))
        return search_batch(self, batch)

    monkeypatch.setattr(Search, "_search", counted)

    async def ask():
        search = Search(held)
        await asyncio.gather(*(search.most_similar(["king"], 3) for _ in range(200)))

    asyncio.run(ask())
    assert sum(sizes) == 200
    assert max(sizes) == MOST_AT_ONCE
    assert len(sizes) <= 4


def test_a_question_that_fails_fails_alone(held):
    async def ask():
        search = Search(held)
        words = ["king", "nobody knows it", "queen", "nor this"]
        return await asyncio.gather(
            *(search.most_similar([word], 3) for word in words), return_exceptions=True
        )

    king, nobody, queen, nor_this = asyncio.run(ask())
    assert king == [held.vectors.most_similar("king", topn=3)]
    assert queen == [held.vectors.most_similar("queen", topn=3)]
    assert "nobody knows it" in str(nobody) and isinstance(nobody, KeyError)
    assert "nor this" in str(nor_this) and isinstance(nor_this, KeyError)


def test_an_error_of_the_search_reaches_everyone_and_the_next_is_answered(held, monkeypatch):
    async def ask():
        search = Search(held)
        with monkeypatch.context() as patched:
            patched.setattr(Search, "_search", lambda self, batch: 1 / 0)
            failed = await asyncio.gather(
                *(search.most_similar(["king"], 3) for _ in range(100)), return_exceptions=True
            )
        return failed, await search.most_similar(["king"], 1)

    failed, answered = asyncio.run(ask())
    assert [type(error) for error in failed] == [ZeroDivisionError] * 100
    assert len(answered[0]) == 1


def test_who_goes_away_disturbs_nobody_and_is_forgotten(held):
    async def ask():
        search = Search(held)
        first = asyncio.create_task(search.most_similar(["king"], 3))
        await asyncio.sleep(0)
        leaving = [asyncio.create_task(search.most_similar(["queen"], 3)) for _ in range(30)]
        staying = asyncio.create_task(search.most_similar(["man"], 3))
        await asyncio.sleep(0)
        for task in [first, *leaving]:
            task.cancel()
        answered = await staying
        while search.task is not None:
            await asyncio.sleep(0.001)
        return answered, search.waiting

    answered, waiting = asyncio.run(ask())
    assert len(answered[0]) == 3
    assert waiting == []


@pytest.mark.parametrize("turns", [0, 1, 5], ids=["before it began", "in a pass", "later"])
def test_when_the_server_stops_nobody_waits_for_ever(held, turns):
    async def ask():
        search = Search(held)
        asked = [asyncio.ensure_future(search.most_similar(["king"], 3)) for _ in range(100)]
        while search.task is None:
            await asyncio.sleep(0)
        for _ in range(turns):
            await asyncio.sleep(0)
        search.task.cancel()
        return await asyncio.wait_for(asyncio.gather(*asked, return_exceptions=True), 30)

    found = asyncio.run(ask())
    assert isinstance(found[-1], asyncio.CancelledError)
    assert all(isinstance(one, (asyncio.CancelledError, list)) for one in found)


def test_no_more_wait_than_may(held, monkeypatch):
    monkeypatch.setattr("ns2vec.app.searching.MOST_WAITING", 20)

    async def ask():
        search = Search(held)
        asked = [search.most_similar(["king"] * 5, 1) for _ in range(6)]
        return await asyncio.gather(*asked, return_exceptions=True)

    found = asyncio.run(ask())
    assert [getattr(one, "status", 200) for one in found] == [200] * 4 + [503] * 2


def test_a_model_has_one_search_in_one_loop(held):
    async def two():
        return search_of(held), search_of(held)

    one, other = asyncio.run(two())
    assert one is other
