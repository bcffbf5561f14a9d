"""LINE: what is drawn, and what a step does."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from ns2vec.exceptions import ConfigError, VocabularyError
from ns2vec.graph import LINE, read_graph, side_by_side
from ns2vec.graph.line import EdgeFeed
from ns2vec.training.pairs import Pairs


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def test_a_step_of_the_first_order_moves_the_vectors_of_all_three_nodes():
    """One edge a to b, and c as its negative: the derivatives of log s(ab) + log s(-ac)."""
    graph = read_graph([("a", "b")], directed=True, keys=["a", "b", "c"])
    options = {"vector_size": 5, "alpha": 0.5, "min_alpha": 0.5, "negative": 1, "epochs": 1}
    model = LINE(order=1, sampler=lambda n, _: np.full(n, 2, dtype=np.int32), **options).fit(graph)
    model.wv.vectors[:] = np.random.default_rng(2).normal(size=(3, 5))
    a, b, c = model.wv.vectors.astype(np.float64)
    model.partial_fit(graph)
    up, down = 0.5 * sigmoid(-a @ b), 0.5 * sigmoid(a @ c)
    expected = [a + up * b - down * c, b + up * a, c - down * a]
    assert model.wv.vectors == pytest.approx(np.array(expected), rel=1e-5)
    assert not hasattr(model, "syn1neg")


def test_no_node_of_the_first_order_is_a_negative_of_its_own():
    """A sampler that draws nothing but the input leaves the edge alone: the derivative of log s(ab)."""
    graph = read_graph([("a", "b")], directed=True, keys=["a", "b", "c"])
    options = {"vector_size": 5, "alpha": 0.5, "min_alpha": 0.5, "negative": 3, "epochs": 1}
    model = LINE(order=1, sampler=lambda n, _: np.zeros(n, dtype=np.int32), **options).fit(graph)
    model.wv.vectors[:] = np.random.default_rng(2).normal(size=(3, 5))
    a, b, c = model.wv.vectors.astype(np.float64)
    model.partial_fit(graph)
    up = 0.5 * sigmoid(-a @ b)
    assert model.wv.vectors == pytest.approx(np.array([a + up * b, b + up * a, c]), rel=1e-5)


def test_edges_of_an_epoch_are_drawn_by_weight():
    ids = np.arange(4, dtype=np.int32)
    weights = np.array([1, 2, 4, 8], dtype=np.float32)
    feed = EdgeFeed(Pairs(ids, ids, weights).take(np.arange(4).repeat(1000)))
    config = SimpleNamespace(batch_words=300, seed=1, shards=None)
    orders = []
    for epoch in (0, 1):
        run = SimpleNamespace(config=config, core=SimpleNamespace(epochs_trained=epoch))
        orders.append(np.concatenate([chunk.order for chunk in feed.jobs(run)]))
    assert not np.array_equal(*orders)
    counts = np.bincount(np.concatenate(orders) // 1000)
    assert counts / counts.sum() == pytest.approx(weights / 15, abs=0.02)


def test_loops_are_left_out():
    model = LINE(order=2, vector_size=4, epochs=1)
    assert len(model._edges(read_graph([("a", "a"), ("a", "b")]))) == 2
    with pytest.raises(VocabularyError, match="no edges except loops"):
        model.fit([("a", "a")])


def test_noise_follows_the_strength_of_nodes():
    model = LINE(order=2, vector_size=4, epochs=1).fit([("a", "b", 0.5), ("b", "c", 1.5), ("d", "d", 0.0)])
    counts = dict(zip(model.wv.index_to_key, model.wv.expandos["count"].tolist(), strict=True))
    assert counts == {"a": 500, "b": 2000, "c": 1500, "d": 1}


@pytest.mark.parametrize("objective", ["softmax", "hierarchical_softmax"])
def test_the_first_order_needs_negatives(objective):
    with pytest.raises(ConfigError, match="has no negatives, which order=1 needs"):
        LINE(order=1, objective=objective)


def test_vectors_side_by_side_belong_to_the_same_node():
    first = LINE(order=1, vector_size=4, epochs=1).fit([("a", "b"), ("b", "c")]).wv
    second = LINE(order=2, vector_size=6, epochs=1).fit([("c", "b"), ("b", "a")]).wv
    both = side_by_side(first, second)
    for key in "abc":
        halves = [first.get_vector(key, norm=True), second.get_vector(key, norm=True)]
        assert both[key] == pytest.approx(np.concatenate(halves))
    del second.key_to_index["c"]
    with pytest.raises(KeyError):
        side_by_side(first, second)
