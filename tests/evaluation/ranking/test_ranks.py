"""Ranks and metrics are those of a short definition, and of an independent library."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from scipy import sparse

from ns2vec.evaluation.ranking import Factors, RankingQuestion, find_ranks, popularity, ranks, values
from ns2vec.exceptions import ConfigError
from ns2vec.recommend import by_time, movielens

KS = (1, 5, 1000)


def one_user(scores, known, wanted, k, keys):
    """The metrics of one user by their definition: known and wanted are sets, keys put ties into order."""
    order = [item for item in np.lexsort((keys, -scores)) if item not in known]
    hit = np.array([item in wanted for item in order])
    discounts = 1 / np.log2(np.arange(2, len(order) + 2))
    pairs = [(scores[i], scores[j]) for i in wanted for j in order if j not in wanted]
    return {
        f"recall@{k}": hit[:k].sum() / len(wanted),
        f"precision@{k}": hit[:k].sum() / k,
        f"hit_rate@{k}": float(hit[:k].any()),
        f"ndcg@{k}": (hit * discounts)[:k].sum() / discounts[: min(k, len(wanted))].sum(),
        "map": (np.cumsum(hit) / np.arange(1, len(hit) + 1))[hit].mean(),
        "mrr": 1 / (np.flatnonzero(hit)[0] + 1),
        "auc": np.mean([(a > b) + (a == b) / 2 for a, b in pairs]) if pairs else np.nan,
    }


def random_data(seed, n_users=40, n_items=30):
    """Scores with many ties, users without anything to find or anything known, one who knows nearly all."""
    rng = np.random.default_rng(seed)
    scores = rng.integers(0, 6, size=(n_users, n_items)).astype(np.float32)
    known = rng.random((n_users, n_items)) < rng.random(n_users)[:, None] / 2
    wanted = rng.random((n_users, n_items)) < 0.1
    wanted[::7] = False
    known[1] = False
    known[2], wanted[2] = np.arange(n_items) > 2, np.arange(n_items) <= 2  # has no other item
    return scores, known, wanted


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("n_candidates", [30, 12])
def test_metrics_are_their_definition(seed, n_candidates, monkeypatch):
    monkeypatch.setattr(ranks, "BLOCK_SCORES", 100)  # blocks of a few users
    scores, known, wanted = random_data(seed)
    columns = np.sort(np.random.default_rng(seed).permutation(30)[:n_candidates])
    question = RankingQuestion.of(
        sparse.csr_matrix(known), sparse.csr_matrix(wanted), None if n_candidates == 30 else columns
    )
    found = find_ranks(lambda rows: scores[rows], question, KS, seed=9)
    asked = [user for user in range(40) if (wanted & ~known)[user, columns].any()]
    assert found.users.tolist() == asked
    assert 0 < len(asked) < 40
    per_user = values(found, KS)
    for k in KS:
        expected = [
            one_user(
                scores[user, columns],
                set(np.flatnonzero(known[user, columns])),
                set(np.flatnonzero((wanted & ~known)[user, columns])),
                k,
                np.random.default_rng([9, user]).random(n_candidates),
            )
            for user in asked
        ]
        for name in expected[0]:
            np.testing.assert_allclose(per_user[name], [one[name] for one in expected], err_msg=name)
    for k in KS:
        lists = [
            [item for item in np.lexsort((keys, -scores[user, columns])) if not known[user, columns[item]]][
                :k
            ]
            for user in asked
            for keys in [np.random.default_rng([9, user]).random(n_candidates)]
        ]
        assert found.shown[k].tolist() == np.bincount(np.concatenate(lists), minlength=n_candidates).tolist()


def test_equal_scores_give_nothing_away():
    n_users, n_items = 2000, 50
    wanted = sparse.csr_matrix(
        (np.ones(n_users), (np.arange(n_users), np.zeros(n_users, dtype=int))), (n_users, n_items)
    )
    question = RankingQuestion.of(sparse.csr_matrix((n_users, n_items)), wanted)
    found = find_ranks(Factors(np.zeros((n_users, 1)), np.zeros((n_items, 1))), question, [5])
    assert values(found, [5])["recall@5"].mean() == pytest.approx(5 / 50, abs=0.03)
    assert (found.auc == 0.5).all()
    assert found.shown[5].min() > 120  # of 200
    again = find_ranks(Factors(np.zeros((n_users, 1)), np.zeros((n_items, 1))), question, [5])
    assert again.ranks.tobytes() == found.ranks.tobytes()


def test_memory_is_that_of_a_block(monkeypatch):
    monkeypatch.setattr(ranks, "BLOCK_SCORES", 1 << 18)
    n_users, n_items, n_cells = 1500, 4000, 3000
    rng = np.random.default_rng(1)
    factors = Factors(*(rng.normal(size=(n, 8)).astype(np.float32) for n in (n_users, n_items)))
    cells = rng.integers(0, n_users, n_cells), rng.integers(0, n_items, n_cells)
    wanted = sparse.csr_matrix((np.ones(n_cells), cells), (n_users, n_items))
    question = RankingQuestion.of(sparse.csr_matrix((n_users, n_items)), wanted)
    tracemalloc.start()
    find_ranks(factors, question, [20])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * 4 * ranks.BLOCK_SCORES  # 4 MB: the scores of a block, a few times; all are 24 MB


def test_what_is_known_is_not_asked_for():
    known, wanted = sparse.csr_matrix([[1, 1, 0, -1]]), sparse.csr_matrix([[1, 0, 1, 1]])
    question = RankingQuestion.of(known, wanted, [0, 1, 2])
    assert (question.n_left_out, question.wanted.toarray().tolist()) == (2, [[0, 0, 1]])
    assert RankingQuestion.of(known, wanted).wanted.toarray().tolist() == [
        [0, 0, 1, 1]
    ]  # below 0 nothing is known
    assert popularity(known)(np.array([0])).tolist() == [[1, 1, 0, 0]]


def test_what_cannot_be_ranked_is_refused():
    known, wanted = sparse.csr_matrix((2, 3)), sparse.csr_matrix([[0, 1, 0], [0, 0, 0]])
    question = RankingQuestion.of(known, wanted)
    for scores, message in [
        (np.zeros((2, 3)), r"expected scores of shape \(1, 3\), got \(2, 3\)"),
        (np.zeros(3), r"expected scores of shape \(1, 3\), got \(3,\)"),
        (np.array([[0, np.nan, 1]]), "scores of the user in row 0 are not all finite; has training diverged"),
    ]:
        with pytest.raises(ConfigError, match=message):
            find_ranks(lambda rows, scores=scores: scores, question)
    for parts, message in [
        ((known, known), "no user has an item to find that is not yet known"),
        ((wanted, wanted), "no user has an item to find that is not yet known"),
        ((known, wanted[:, :2]), r"got shapes \(2, 3\) and \(2, 2\)"),
        ((known, wanted, [3]), "expected candidates among the rows 0 to 2"),
    ]:
        with pytest.raises(ConfigError, match=message):
            RankingQuestion.of(*parts)
    with pytest.raises(ConfigError, match="k must be a whole number of at least 1"):
        find_ranks(popularity(known), question, [0])


@pytest.mark.data
def test_an_independent_library_finds_the_same_on_movielens(data_dir):
    pytrec_eval = pytest.importorskip(
        "pytrec_eval", reason="not installed: pip install 'ns2vec[test-ranking]'"
    )
    split = by_time(movielens(data_dir / "recommendation" / "ml-100k").interactions)
    known, wanted = split.train.matrix(), split.test.matrix()
    left, sizes, right = sparse.linalg.svds(known.astype(np.float64), 16, random_state=1)
    # films without ratings would tie
    apart = np.random.default_rng(1).normal(size=known.shape[1]) / 1000
    model = Factors(left * sizes, right.T, apart)
    question = RankingQuestion.of(known, wanted)
    found = values(find_ranks(model, question), [10, 20])
    relevant, run = {}, {}
    for user, scores in ranks.score_blocks(model, question):
        relevant[str(user)] = {str(item): 1 for item in question.wanted_by(user)}
        run[str(user)] = {str(item): float(scores[item]) for item in np.flatnonzero(scores > -np.inf)}
    names = {"recall.20": "recall@20", "ndcg_cut.10": "ndcg@10", "P.10": "precision@10", "map": "map"}
    told = pytrec_eval.RelevanceEvaluator(relevant, {*names, "recip_rank"}).evaluate(run)
    for theirs, ours in {**names, "recip_rank": "mrr"}.items():
        expected = [told[str(user)][theirs.replace(".", "_")] for user in question.users]
        np.testing.assert_allclose(found[ours], expected, atol=1e-5, err_msg=ours)  # a few films tie
