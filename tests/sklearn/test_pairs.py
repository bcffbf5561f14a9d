"""Surprise is -log P: right on average, large for strange pairs, defined for unknown keys."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("sklearn")

from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GridSearchCV

from ns2vec.exceptions import ConfigError, CorpusError
from ns2vec.sampling import StaticSampler
from ns2vec.sklearn import PairAnomalyScorer

N_FIRSTS, N_SECONDS, N_KINDS = 200, 40, 4
SHARES = np.repeat([0.4, 0.3, 0.2, 0.1], 10)  # of seconds; those of a kind are scattered among them
KIND = np.arange(N_SECONDS) % N_KINDS


def probabilities():
    """Of seconds for each kind of firsts: nine of ten pairs are of its own kind."""
    own = np.where(np.arange(N_KINDS)[:, np.newaxis] == KIND, SHARES, 0.0)
    return 0.9 * own / own.sum(axis=1, keepdims=True) + 0.1 * SHARES / SHARES.sum()


def drawn(n, seed):
    rng = np.random.default_rng(seed)
    firsts = rng.integers(0, N_FIRSTS, n)
    ends = probabilities().cumsum(axis=1)[firsts % N_KINDS]
    return np.column_stack([firsts, (rng.random((n, 1)) > ends).sum(axis=1)])


@pytest.fixture(scope="module")
def fitted():
    return PairAnomalyScorer(vector_size=8, random_state=1).fit(drawn(20_000, 1))


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"loss": "sampled_softmax", "sampler": "log_uniform"},
        {"loss": "nce", "sampler": "uniform"},
        {"sampler": "dynamic:m=4"},
    ],
)
def test_surprise_is_right_on_average_and_for_each_pair(options):
    scorer = PairAnomalyScorer(vector_size=8, random_state=1, **options).fit(drawn(20_000, 1))
    new = drawn(5000, 2)
    expected = -np.log(probabilities()[new[:, 0] % N_KINDS, new[:, 1]])
    found = scorer.surprise(new)
    assert found.mean() == pytest.approx(expected.mean(), abs=0.1)
    assert np.corrcoef(found, expected)[0, 1] > 0.9


def test_probabilities_sum_to_one(fitted):
    all_seconds = np.column_stack([np.full(N_SECONDS, 3), np.arange(N_SECONDS)])
    assert np.exp(fitted.score_samples(all_seconds)).sum() == pytest.approx(1.0)


def test_strange_pairs_are_told_from_usual_ones_by_kind_and_not_by_rarity(fitted):
    usual = drawn(3000, 3)
    usual = usual[KIND[usual[:, 1]] == usual[:, 0] % N_KINDS]
    strange = np.column_stack([usual[:, 0] + 1, usual[:, 1]])  # firsts of the next kind; 200 is unknown
    strange = strange[strange[:, 0] < N_FIRSTS]
    is_strange = np.repeat([0, 1], [len(usual), len(strange)])
    surprise = fitted.surprise(np.concatenate([usual, strange]))
    assert roc_auc_score(is_strange, surprise) > 0.9


def test_rare_seconds_are_usual_where_surprise_is_relative():
    pairs = drawn(20_000, 1)
    rare, frequent = [(3, 39)], [(3, 3)]
    absolute = PairAnomalyScorer(vector_size=8, random_state=1).fit(pairs)
    relative = PairAnomalyScorer(vector_size=8, relative=True, random_state=1).fit(pairs)
    assert absolute.surprise(rare) > absolute.surprise(frequent) + 1.0
    assert relative.surprise(rare) == pytest.approx(relative.surprise(frequent), abs=0.5)
    assert relative.surprise(rare)[0] < 0 < relative.surprise([(3, 4)])[0]


def test_unknown_keys_have_a_surprise(fitted):
    pairs = drawn(20_000, 1)
    share = (pairs[:, 1] == 5).mean()
    of_new_first, of_new_second = fitted.surprise([("new", 5), (3, "new")])
    assert of_new_first == pytest.approx(-np.log(share))
    assert of_new_second == pytest.approx(np.log(20_001))


def test_a_sampler_that_never_draws_a_second_leaves_its_surprise_finite():
    class NotTheFirst(StaticSampler):
        def distribution(self, data):
            return np.arange(data.n_words) > 0

    scorer = PairAnomalyScorer(vector_size=8, epochs=2, sampler=NotTheFirst(), random_state=1)
    pairs = drawn(2000, 1)
    assert np.isfinite(scorer.fit(pairs).surprise(pairs)).all()


def test_outliers_are_as_many_as_was_said():
    pairs = drawn(5000, 1)
    scorer = PairAnomalyScorer(vector_size=8, contamination=0.05, random_state=1)
    assert (scorer.fit_predict(pairs) == -1).mean() == pytest.approx(0.05, abs=0.005)
    assert (scorer.decision_function(pairs) < 0).tolist() == (scorer.predict(pairs) == -1).tolist()


def test_a_grid_search_finds_what_makes_new_pairs_probable():
    search = GridSearchCV(PairAnomalyScorer(vector_size=8, random_state=1), {"epochs": [1, 20]}, cv=2)
    assert search.fit(drawn(4000, 1)).best_params_ == {"epochs": 20}


def test_bad_input_is_refused():
    for wrong, reason in (
        ("ab", "pairs of keys"),
        ([(1, 2, 3)], "shape"),
        ([], "n > 0"),
        ([(1, None)], "lacks a key"),
        ([({}, 1), ({}, 2)], "must be hashable"),
    ):
        with pytest.raises(CorpusError, match=reason):
            PairAnomalyScorer().fit(wrong)
    with pytest.raises(CorpusError, match="nothing to distinguish"):
        PairAnomalyScorer().fit([(1, 2), (3, 2)])
    for options, reason in (
        ({"loss": "hs"}, "loss must"),
        ({"held_out": 2}, "held_out"),
        ({"negative": 0}, "negative"),
    ):
        with pytest.raises(ConfigError, match=reason):
            PairAnomalyScorer(**options).fit([(1, 2), (3, 4)])
