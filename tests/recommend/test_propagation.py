"""What LightGCN computes: how vectors are spread, the gradient through that, negatives."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec.recommend.propagation import Negatives, bpr_gradient, graph_of, recall_of_lists, spread

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
    np.testing.assert_allclose(spread(vectors, graph, 3), expected / 4, atol=1e-6)
    assert np.array_equal(spread(vectors, graph, 0), vectors)


def test_the_gradient_is_that_of_finite_differences(lists, vectors):
    """Through the spreading, in float64."""
    users, chosen, others = np.array([0, 0, 1, 3, 4]), np.array([5, 6, 9, 8, 11]), np.array([9, 10, 5, 6, 6])
    graph = graph_of(lists, N_ITEMS)

    def loss_of(base):
        final = spread(base, graph.astype(np.float64), 3)
        lead = (final[users] * (final[chosen] - final[others])).sum(axis=1)
        return np.logaddexp(0.0, -lead).mean()

    loss, by_final = bpr_gradient(spread(vectors, graph, 3), users, chosen, others)
    gradient, base = spread(by_final, graph, 3), vectors.astype(np.float64)
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
    """The first user wants the best and the last of 24 items, the second none; the third knows the best."""
    items = np.arange(24, 0, -1, dtype=np.float32)[:, np.newaxis]
    users = np.ones((3, 1), dtype=np.float32)
    known = np.array([0, 0, 0, 1]), np.array([0], dtype=np.int32)
    wanted = np.array([0, 2, 2, 4]), np.array([0, 23, 1, 20], dtype=np.int32)
    assert recall_of_lists((users, items), known, wanted) == pytest.approx((0.5 + 1.0) / 2)
