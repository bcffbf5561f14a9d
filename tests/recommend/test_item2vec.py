"""item2vec: baskets are sentences."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec.recommend import Item2Vec, by_time, planted_interactions, read_interactions
from ns2vec.recommend.item2vec import baskets


def test_baskets_are_in_the_order_of_time():
    data = read_interactions([("ann", "tea", 1, 30), ("bob", "milk", 1, 5), ("ann", "gin", 1, 10)])
    assert [[data.item_keys[int(row)] for row in basket] for basket in baskets(data)] == [
        ["gin", "tea"],
        ["milk"],
    ]


def test_the_window_is_the_longest_basket_unless_it_is_given():
    rows = [("a", "x"), ("a", "y"), ("a", "z"), ("b", "x"), ("b", "y")] * 3
    assert Item2Vec(vector_size=4, epochs=1).fit(rows).model.window == 9
    assert Item2Vec(vector_size=4, epochs=1, window=2).fit(rows).model.window == 2


def test_a_user_is_the_sum_of_what_was_met():
    rows = [(f"u{user}", f"i{item}") for user in range(12) for item in range(6) if (user + item) % 2]
    model = Item2Vec(vector_size=8, epochs=2).fit(rows)
    lengths = np.linalg.norm(model.items.vectors, axis=1)
    np.testing.assert_allclose(lengths, 1.0, rtol=1e-5)
    met = [model.items[key] for key in ("i1", "i3", "i5")]
    np.testing.assert_allclose(model.users["u0"], np.sum(met, axis=0) / np.sqrt(3), rtol=1e-5)
    asked, trained = model.recommend(history=["i1", "i3", "i5"]), model.recommend("u0")
    assert [one.item for one in asked] == [one.item for one in trained]
    np.testing.assert_allclose(
        [one.score for one in asked], [one.score for one in trained], rtol=1e-4, atol=1e-6
    )


def test_of_two_items_that_are_as_near_the_popular_one_is_better():
    """With cosines alone, a list begins with items that hardly any user has."""
    data = planted_interactions(120, 60, 3, per_user=10, noise=0.3, seed=2).interactions
    split = by_time(data)
    counts = np.bincount(split.train.items, minlength=60)
    plain, popular = (Item2Vec(vector_size=16, popularity=weight).fit(split.train) for weight in (0.0, 0.3))
    assert np.array_equal(plain.users.vectors, popular.users.vectors)
    np.testing.assert_allclose(popular.item_bias, 0.3 * np.log1p(counts), rtol=1e-6)
    np.testing.assert_allclose(
        popular.scores([3]) - plain.scores([3]), popular.item_bias[np.newaxis], atol=1e-5
    )
    ours, nearness = (model.evaluate(split, ks=(10,)).scores()["Item2Vec"] for model in (popular, plain))
    assert ours["ndcg@10"] > 1.2 * nearness["ndcg@10"]


@pytest.mark.parametrize("window", [None, 3])
def test_items_of_a_session_are_near_each_other(window):
    """Steps through a shop: who looks at tents buys pegs."""
    rng = np.random.default_rng(0)
    topics = (["tent", "pegs", "rope", "mat"], ["pan", "pot", "lid", "whisk"])
    rows = [(visit, item) for visit in range(80) for item in rng.permutation(topics[visit % 2])[:3]]
    model = Item2Vec(vector_size=16, window=window, epochs=30).fit(rows)
    assert {item for item, _ in model.similar_items("tent", 3)} == {"pegs", "rope", "mat"}
    assert model.recommend(history=["pan", "lid"], n=1)[0].item in ("pot", "whisk")
