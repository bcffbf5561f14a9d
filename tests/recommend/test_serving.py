"""Lists of the best items, diverse ones, and where scores come from."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec.recommend import serving
from ns2vec.recommend._best import WORST, keep_best, write_best

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


@pytest.mark.parametrize(("n_scores", "n_users"), [(1, 1), (1, 7), (7 * N_ITEMS, 7), (1 << 24, 1)])
def test_the_best_are_those_of_a_full_sort(monkeypatch, factors, seen, n_scores, n_users):
    """In tiles of some items, of all items and some users, and in a single tile."""
    monkeypatch.setattr(serving, "TILE_SCORES", n_scores)
    monkeypatch.setattr(serving, "TILE_USERS", (1, n_users))
    monkeypatch.setattr(serving, "WHOLE", 3)
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


def test_equal_scores_go_by_row_whatever_the_tiles(monkeypatch):
    """Vectors of whole numbers, one all zeros; the same bytes from tiles and in one piece."""
    rng = np.random.default_rng(4)
    vectors, items = (rng.integers(-1, 2, (n, D)).astype(np.float32) for n in (N_USERS, N_ITEMS))
    vectors[5] = 0
    whole = serving.top_items(vectors, items, n=20)
    expected = np.argsort(-vectors @ items.T, axis=1, kind="stable")[:, :20]
    monkeypatch.setattr(serving, "TILE_SCORES", 64 * N_USERS)
    in_tiles = serving.top_items(vectors, items, n=20)
    assert whole[0].tolist() == in_tiles[0].tolist() == expected.tolist()
    assert whole[1].tobytes() == in_tiles[1].tobytes()


@pytest.mark.parametrize("n", [1, 2, 20, 200, 400])
@pytest.mark.parametrize("n_levels", [1, 9, 10_000])
def test_what_is_kept_is_what_a_sort_says(n, n_levels):
    """Tiles in any order, runs that are not whole; NaN and -inf are not kept, and -0.0 equals 0.0."""
    rng = np.random.default_rng(n)
    scores = rng.integers(-n_levels, n_levels + 1, (6, N_ITEMS)).astype(np.float32) * np.float32(0.1)
    scores[scores == 0] = -0.0
    for special in (np.nan, -np.inf, np.inf, 0.0, 3.4e38, -3.4e38, 1e-45, -1e-45):
        scores[rng.random(scores.shape) < 0.05] = special
    added = rng.integers(-2, 3, N_ITEMS).astype(np.float32)
    added[::7] = -np.inf
    heaps, rows, best = np.full((6, n), WORST), np.empty((6, n), np.int32), np.empty((6, n), np.float32)
    for first, end in ((170, 300), (0, 64), (65, 170), (64, 65), (300, 300)):
        keep_best(scores[:, first:end].copy(), added[first:end], first, heaps)
    heaps.sort(axis=1)
    write_best(heaps, rows, best)
    with np.errstate(invalid="ignore"):
        total = scores + added
    for user in range(6):
        expected = [row for row in np.argsort(-total[user], kind="stable") if total[user, row] > -np.inf][:n]
        n_missing = n - len(expected)
        assert rows[user].tolist() == expected + [-1] * n_missing
        assert best[user].tolist() == total[user, expected].tolist() + [-np.inf] * n_missing


def test_tiles_and_heaps_that_do_not_fit_are_refused():
    scores, heaps = np.zeros((2, 3), np.float32), np.full((2, 4), WORST)
    with pytest.raises(ValueError, match="scores of 2 users and 3 items for 2 and 4"):
        keep_best(scores, np.zeros(4, np.float32), 0, heaps)
    with pytest.raises(ValueError, match="memory for 4 best of 2 users"):
        write_best(heaps, np.zeros((2, 4), np.int32), np.zeros((2, 3), np.float32))


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
