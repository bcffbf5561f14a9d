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


def test_many_at_once_get_what_each_alone_would(held):
    words = held.vectors.index_to_key

    async def ask():
        search = Search(held)
        asked = [search.most_similar([word], 5, None if i % 3 else 100) for i, word in enumerate(words)]
        return await asyncio.gather(*asked)

    for i, (word, (found,)) in enumerate(zip(words, asyncio.run(ask()), strict=True)):
        alone = held.vectors.most_similar(word, topn=5, restrict_vocab=None if i % 3 else 100)
        assert names(found) == names(alone)
        assert [cosine for _, cosine in found] == pytest.approx([cosine for _, cosine in alone], abs=1e-6)


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


def test_an_error_reaches_whoever_asked_and_the_next_is_answered(held):
    async def ask():
        search = Search(held)
        with pytest.raises(KeyError):
            await search.most_similar(["nobody knows it"], 3)
        return await search.most_similar(["king"], 1)

    assert len(asyncio.run(ask())[0]) == 1


def test_who_goes_away_disturbs_nobody(held):
    async def ask():
        search = Search(held)
        leaving = asyncio.create_task(search.most_similar(["queen"], 3))
        staying = asyncio.create_task(search.most_similar(["king"], 3))
        await asyncio.sleep(0)
        leaving.cancel()
        return await staying

    assert len(asyncio.run(ask())[0]) == 3


def test_a_model_has_one_search_in_one_loop(held):
    async def two():
        return search_of(held), search_of(held)

    one, other = asyncio.run(two())
    assert one is other
