"""Lists of the best items, diverse ones, and where scores come from."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec.recommend import serving

N_USERS, N_ITEMS, D = 40, 300, 8


@pytest.fixture
def factors():
    rng = np.random.default_rng(0)
    made = [rng.standard_normal((n, D)).astype(np.float32) for n in (N_USERS, N_ITEMS)]
    return *made, rng.standard_normal(N_ITEMS).astype(np.float32)


@pytest.fixture
def seen():
    rng = np.random.default_rng(1)
    lists = [np.sort(rng.choice(N_ITEMS, rng.integers(0, 30), replace=False)) for _ in range(N_USERS)]
    return np.cumsum([0, *map(len, lists)]), np.concatenate(lists).astype(np.int32)


@pytest.mark.parametrize("block", [1, 7 * N_ITEMS, 1 << 24])
def test_the_best_are_those_of_a_full_sort(monkeypatch, factors, seen, block):
    monkeypatch.setattr(serving, "BLOCK_SCORES", block)
    vectors, items, bias = factors
    allowed = np.arange(N_ITEMS) % 3 > 0
    rows, scores = serving.top_items(vectors, items, bias, 20, seen=seen, allowed=allowed)
    for user in range(N_USERS):
        own = vectors[user] @ items.T + bias
        own[seen[1][seen[0][user] : seen[0][user + 1]]] = -np.inf
        own[~allowed] = -np.inf
        expected = np.argsort(-own, kind="stable")[:20]
        assert rows[user].tolist() == expected.tolist()
        np.testing.assert_allclose(scores[user], own[expected], rtol=1e-5)


def test_lists_end_where_there_are_no_more_items(factors, seen):
    vectors, items, _ = factors
    allowed = np.arange(N_ITEMS) < 3
    rows, scores = serving.top_items(vectors, items, n=5, allowed=allowed)
    assert (np.sort(rows[:, :3]) == [0, 1, 2]).all()
    assert (rows[:, 3:] == -1).all()
    assert (scores[:, 3:] == -np.inf).all()
    assert serving.top_items(vectors, items, n=N_ITEMS + 5)[0].shape == (N_USERS, N_ITEMS + 5)


def test_diverse_items_are_a_greedy_choice(factors):
    """Against the definition, one item after the other."""
    vectors, items, bias = factors
    scores, unit = vectors[0] @ items.T + bias, items / np.linalg.norm(items, axis=1, keepdims=True)
    scores[5] = -np.inf
    assert serving.diverse(scores, items, 6, 0.0).tolist() == np.argsort(-scores)[:6].tolist()
    pool = np.argsort(-scores, kind="stable")[:60]
    worth = (scores[pool] - scores[pool].min()) / np.ptp(scores[pool])
    chosen = [0]
    while len(chosen) < 6:
        near = np.max(unit[pool] @ unit[pool[chosen]].T, axis=1)
        value = 0.4 * worth - 0.6 * near
        value[chosen] = -np.inf
        chosen.append(int(value.argmax()))
    assert serving.diverse(scores, items, 6, 0.6).tolist() == pool[chosen].tolist()


def test_a_user_who_was_trained_is_folded_in_where_they_stand(factors, seen):
    """Vectors that do follow from the histories are found again, but for what the ridge holds back."""
    _, items, _ = factors
    truth = np.random.default_rng(2).standard_normal((D + 1, D))
    histories = [seen[1][a:b] for a, b in zip(seen[0][:-1], seen[0][1:], strict=True)]
    vectors = np.stack([serving.fold_in(history, items, truth) for history in histories])
    mapping = serving.history_map(vectors, items, seen)
    found = np.stack([serving.fold_in(history, items, mapping) for history in histories])
    cosines = (found * vectors).sum(1) / np.linalg.norm(found, axis=1) / np.linalg.norm(vectors, axis=1)
    assert np.median(cosines) > 0.95


def test_contributions_add_up_to_the_score(factors, seen):
    vectors, items, _ = factors
    mapping = serving.history_map(vectors, items, seen)
    history = np.array([3, 50, 120])
    parts = serving.contributions(np.arange(N_ITEMS), history, items, mapping)
    scores = items @ serving.fold_in(history, items, mapping)
    np.testing.assert_allclose(parts.sum(axis=1) + items @ mapping[-1], scores, atol=1e-4)


def test_without_histories_nothing_is_known(factors):
    vectors, items, _ = factors
    nothing = np.zeros(N_USERS + 1, dtype=np.int64), np.zeros(0, dtype=np.int32)
    mapping = serving.history_map(vectors, items, nothing)
    np.testing.assert_allclose(serving.fold_in(np.array([2]), items, mapping), items[2], rtol=1e-6)
