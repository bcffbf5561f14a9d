"""Models are compared on the same users; reports show what was asked."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from scipy import sparse

from ns2vec.evaluation.ranking import (
    Factors,
    RankingSettings,
    evaluate_ranking,
    find_ranks,
    popularity,
    values,
)
from ns2vec.evaluation.ranking.ranks import RankingQuestion
from ns2vec.evaluation.ranking.reports import html_report, markdown, table
from ns2vec.evaluation.statistics import Resampling, compare_means, mean_interval
from ns2vec.exceptions import ConfigError
from ns2vec.recommend import by_time, planted_interactions

MADE = planted_interactions(120, 80, 4, per_user=12)
SPLIT = by_time(MADE.interactions)
KNOWN, WANTED = SPLIT.train.matrix(), SPLIT.test.matrix()
TRUTH = Factors(np.eye(4)[MADE.user_communities], np.eye(4)[MADE.item_communities], MADE.popularity / 10)
SETTINGS = RankingSettings(SPLIT.name, (5,), resampling=Resampling(200))


@pytest.fixture(scope="module")
def evaluation():
    models = {"<truth>": TRUTH, "popularity": popularity(KNOWN)}
    return evaluate_ranking(models, KNOWN, WANTED, settings=SETTINGS)


def test_scores_intervals_and_tests_are_those_of_the_users(evaluation):
    of_users = [
        values(find_ranks(model, RankingQuestion.of(KNOWN, WANTED)), (5,))
        for model in (TRUTH, popularity(KNOWN))
    ]
    for outcome in evaluation.outcomes:
        first, second = (one[outcome.name] for one in of_users)
        assert evaluation.scores()["<truth>"][outcome.name] == pytest.approx(first.mean())
        expected = mean_interval(first, SETTINGS.resampling)
        assert (outcome.results[0].low, outcome.results[0].high) == pytest.approx(expected)
        assert outcome.comparisons[0, 1] == compare_means(first, second, SETTINGS.resampling)
    ndcg = next(outcome for outcome in evaluation.outcomes if outcome.name == "ndcg@5")
    assert ndcg.comparisons[0, 1].difference > 0.2
    assert ndcg.comparisons[0, 1].p_value < 0.01


def test_figures_of_the_catalogue(evaluation):
    counts = np.asarray((KNOWN > 0).sum(axis=0)).ravel()
    shown = find_ranks(popularity(KNOWN), RankingQuestion.of(KNOWN, WANTED), [5]).shown[5]
    of_lists, of_users = shown / shown.sum(), counts / counts.sum()
    figures = {name: found["popularity"] for name, found in evaluation.catalogue.items()}
    assert figures["coverage@5"] == np.mean(shown > 0)
    assert figures["popularity@5"] == pytest.approx((of_lists @ counts) / (of_users @ counts))
    assert figures["novelty@5"] == pytest.approx(of_lists @ -np.log2(np.maximum(counts, 1) / 120))
    other = {name: found["<truth>"] for name, found in evaluation.catalogue.items()}
    assert other["coverage@5"] > figures["coverage@5"]
    assert other["popularity@5"] < figures["popularity@5"]


def test_groups_of_users(evaluation):
    parts = evaluation.outcomes[0].results[0].parts
    assert [part.name[:2] for part in parts] == ["1:", "2:", "3:"]
    assert sum(part.n_used for part in parts) == evaluation.counts["n_users"]
    groups = [f"community {number}" for number in MADE.user_communities]
    found = evaluate_ranking({"truth": TRUTH}, KNOWN, WANTED, groups=groups, settings=SETTINGS)
    recall = found.outcomes[0].results[0]
    assert [part.name for part in recall.parts] == sorted(set(groups))
    total = sum(part.score * part.n_used for part in recall.parts)
    assert total / found.counts["n_users"] == pytest.approx(recall.score)


def test_only_candidates_are_ranked():
    columns = np.flatnonzero(MADE.item_communities < 2)
    found = evaluate_ranking({"truth": TRUTH}, KNOWN, WANTED, candidates=columns, settings=SETTINGS)
    n_wanted = int((MADE.item_communities[SPLIT.test.items] < 2).sum())
    assert found.counts["n_items"] == len(columns)
    assert (found.counts["n_wanted"], found.counts["n_left_out"]) == (n_wanted, len(SPLIT.test) - n_wanted)
    assert f"{len(SPLIT.test) - n_wanted} items to find were left out" in table(found)


def test_a_user_without_other_items_has_no_auc():
    known, wanted = sparse.csr_matrix([[1, 0], [0, 0]]), sparse.csr_matrix([[0, 1], [0, 1]])
    found = evaluate_ranking({"a": Factors(np.ones((2, 1)), np.ones((2, 1)))}, known, wanted)
    auc = next(outcome.results[0] for outcome in found.outcomes if outcome.name == "auc")
    assert (auc.score, auc.coverage.n_used, auc.coverage.n_total) == (0.5, 1, 2)
    alone = evaluate_ranking({"a": Factors(np.ones((2, 1)), np.ones((2, 1)))}, known[:1], wanted[:1])
    assert math.isnan(alone.scores()["a"]["auc"])
    assert '"auc"' in alone.to_json()


def test_reports_say_what_was_asked(evaluation):
    lines = table(evaluation).splitlines()
    assert lines[0].split() == ["metric", "measure", "used/total", "<truth>", "popularity"]
    assert "***" in table(evaluation)
    page = html_report(evaluation, command="ns2vec evaluate <a>")
    ndcg = next(outcome.results[0] for outcome in evaluation.outcomes if outcome.name == "ndcg@5")
    interval = f"[{ndcg.low:.3f}, {ndcg.high:.3f}]", "intervals: 95% of 200 bootstrap draws"
    for shown in (table(evaluation, sections=True), markdown(evaluation).replace("\\", ""), page):
        assert "120 users, " in shown
        assert "coverage@5" in shown
        assert all(end in shown for end in interval)
    assert "split: by_time(test=0.2); " in page
    assert "more than" in table(evaluation, sections=True)
    assert "&lt;truth&gt;" in page
    assert "<truth>" not in page
    found = json.loads(evaluation.to_json())
    assert found["settings"]["split"] == SPLIT.name
    assert found["metrics"][0]["comparisons"][0]["models"] == ["<truth>", "popularity"]


def test_what_cannot_be_evaluated_is_refused():
    with pytest.raises(ConfigError, match="at least one model"):
        evaluate_ranking({}, KNOWN, WANTED)
    with pytest.raises(ConfigError, match="a group for each of the 120 users, got 1"):
        evaluate_ranking({"a": TRUTH}, KNOWN, WANTED, groups=["x"])
    with pytest.raises(ConfigError, match="k must be a whole number of at least 1"):
        RankingSettings(ks=(0,))
