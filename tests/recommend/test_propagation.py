"""What LightGCN computes: how vectors are spread, the gradient through that, negatives."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec.recommend._spread import spread_mean
from ns2vec.recommend.propagation import Negatives, Spreading, bpr_gradient, graph_of, recall_of_lists

N_USERS, N_ITEMS, D = 5, 7, 4


@pytest.fixture
def lists():
    met = [[0, 1, 2], [1, 4], [], [2, 3, 5], [6]]
    return np.cumsum([0, *map(len, met)]), np.concatenate([np.array(one, dtype=np.int32) for one in met])


@pytest.fixture
def vectors():
    return np.random.default_rng(0).standard_normal((N_USERS + N_ITEMS, D)).astype(np.float32)


def dense(lists):
    """D^-1/2 A D^-1/2 by the definition; a node without edges has a row of zeros."""
    a = np.zeros((N_USERS + N_ITEMS,) * 2)
    for user in range(N_USERS):
        for item in lists[1][lists[0][user] : lists[0][user + 1]]:
            a[user, N_USERS + item] = a[N_USERS + item, user] = 1.0
    degree = np.maximum(a.sum(axis=1), 1.0)
    return a / np.sqrt(np.outer(degree, degree))


def test_vectors_are_spread_as_equations_4_and_8_say(lists, vectors):
    a, expected, layer = dense(lists), vectors.astype(np.float64), vectors.astype(np.float64)
    graph = graph_of(lists, N_ITEMS)
    np.testing.assert_allclose(graph.toarray(), a, atol=1e-7)
    for _ in range(3):
        layer = a @ layer
        expected = expected + layer
    np.testing.assert_allclose(Spreading(graph, 3)(vectors), expected / 4, atol=1e-6)
    assert np.array_equal(Spreading(graph, 0)(vectors), vectors)


@pytest.mark.parametrize("width", [1, 3, 8, 39, 64])
def test_vectors_of_any_length_are_spread_into_memory_that_is_given(lists, width):
    """Tiles, quads and single columns; memory that was used before does not show."""
    graph, rng = graph_of(lists, N_ITEMS), np.random.default_rng(width)
    spreading, out = Spreading(graph, 2), np.full((N_USERS + N_ITEMS, width), np.nan, dtype=np.float32)
    for _ in range(2):
        vectors = rng.standard_normal(out.shape).astype(np.float32)
        once = graph.toarray() @ vectors
        assert spreading(vectors, out) is out
        np.testing.assert_allclose(out, (vectors + once + graph.toarray() @ once) / 3, atol=1e-6)


@pytest.mark.parametrize(
    ("offsets", "ends", "n_out", "message"),
    [
        ([0, 1], [0], 2, "a graph of 1 nodes for 2 vectors"),
        ([0, 1, 2], [0, 2], 2, "edges beyond its 2 nodes"),
        ([0, 2, 1], [0], 2, "offsets that do not rise"),
        ([0, 1, 2], [0, 1], 3, "expected memory for 2 vectors of 4 numbers"),
    ],
)
def test_graphs_that_do_not_fit_are_refused(offsets, ends, n_out, message):
    vectors, out = np.zeros((2, 4), np.float32), np.zeros((n_out, 4), np.float32)
    weights = np.ones(len(ends), np.float32)
    with pytest.raises(ValueError, match=message):
        spread_mean(
            np.array(offsets, np.int64), np.array(ends, np.int32), weights, vectors, out,
            np.zeros((2, n_out, 4), np.float32), 1,
        )  # fmt: skip


def test_the_gradient_is_that_of_finite_differences(lists, vectors):
    """Through the spreading, in float64."""
    users, chosen, others = np.array([0, 0, 1, 3, 4]), np.array([5, 6, 9, 8, 11]), np.array([9, 10, 5, 6, 6])
    graph = graph_of(lists, N_ITEMS)
    a, spreading = dense(lists), Spreading(graph, 3)

    def loss_of(base):
        final = (base + a @ base + a @ a @ base + a @ a @ a @ base) / 4
        lead = (final[users] * (final[chosen] - final[others])).sum(axis=1)
        return np.logaddexp(0.0, -lead).mean()

    loss, by_final = bpr_gradient(spreading(vectors), users, chosen, others)
    gradient, base = spreading(by_final), vectors.astype(np.float64)
    assert loss == pytest.approx(loss_of(base), rel=1e-6)
    for row, column in np.ndindex(base.shape):
        moved = [base.copy(), base.copy()]
        moved[0][row, column] += 1e-5
        moved[1][row, column] -= 1e-5
        slope = (loss_of(moved[0]) - loss_of(moved[1])) / 2e-5
        assert gradient[row, column] == pytest.approx(slope, rel=1e-3, abs=1e-6)


def test_negatives_were_not_chosen_and_are_the_best_of_some(lists):
    rng, users = np.random.default_rng(2), np.repeat([0, 1, 3], 400)
    worth = np.arange(N_ITEMS, dtype=np.float64)
    plain = 0.0
    for candidates in (1, 3):
        items, has_one = Negatives(lists, N_ITEMS, candidates).draw(users, lambda _, drawn: worth[drawn], rng)
        assert has_one.all()
        for user in (0, 1, 3):
            met = set(lists[1][lists[0][user] : lists[0][user + 1]].tolist())
            assert set(items[users == user].tolist()) == set(range(N_ITEMS)) - met
        if candidates == 3:
            assert np.mean(items[users == 0]) > plain + 0.5
        plain = np.mean(items[users == 0])


def test_who_has_met_everything_has_no_negatives():
    everything = np.array([0, N_ITEMS]), np.arange(N_ITEMS, dtype=np.int32)
    _, has_one = Negatives(everything, N_ITEMS, 2).draw(
        np.zeros(3, np.int64), lambda _, drawn: drawn * 1.0, np.random.default_rng(0)
    )
    assert not has_one.any()


def test_recall_of_lists_is_the_mean_over_users_who_want_something():
    """The first user has the best and the last of 24 items, the second none; the third knows the best."""
    items = np.arange(24, 0, -1, dtype=np.float32)[:, np.newaxis]
    users = np.ones((3, 1), dtype=np.float32)
    known = np.array([0, 0, 0, 1]), np.array([0], dtype=np.int32)
    wanted = np.array([0, 2, 2, 4]), np.array([0, 23, 1, 20], dtype=np.int32)
    assert recall_of_lists((users, items), known, wanted) == pytest.approx((0.5 + 1.0) / 2)
