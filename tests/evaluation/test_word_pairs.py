"""Word similarity: the same as gensim's protocol, and its policies."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec.evaluation import evaluate_word_pairs
from ns2vec.evaluation.lookup import Lookup
from ns2vec.evaluation.statistics import Resampling
from ns2vec.evaluation.word_pairs import score_word_similarity


@pytest.fixture
def judged(make_toy):
    """An embedding and 60 judged pairs, some with unknown words."""
    words = [f"w{i}" for i in range(30)]
    rng = np.random.default_rng(1)
    pairs = [(*rng.choice([*words, "unseen"], 2).tolist(), float(rng.integers(10))) for _ in range(60)]
    return make_toy(words, seed=2), pairs


@pytest.mark.parametrize("restrict_vocab", [12, None])
@pytest.mark.parametrize(("missing", "dummy4unknown"), [("skip", False), ("zero", True)])
def test_equals_evaluate_word_pairs(judged, missing, dummy4unknown, restrict_vocab):
    toy, pairs = judged
    lines = [f"{left}\t{right}\t{score}" for left, right, score in pairs]
    found, spearman, oov = evaluate_word_pairs(
        toy, lines, restrict_vocab=restrict_vocab, dummy4unknown=dummy4unknown
    )
    result = score_word_similarity(Lookup(toy, restrict_vocab=restrict_vocab, missing=missing), pairs)
    assert result.score == result.measures["spearman"] == pytest.approx(spearman[0], abs=1e-9)
    assert result.measures["pearson"] == pytest.approx(found[0], abs=1e-6)
    assert 100 * (1 - result.coverage.n_known / result.coverage.n_total) == pytest.approx(oov)


def test_the_mean_vector_in_place_of_missing_words(judged):
    toy, pairs = judged
    known = score_word_similarity(Lookup(toy), pairs)
    result = score_word_similarity(Lookup(toy, missing="mean"), pairs)
    assert (result.coverage.n_used, result.coverage.n_known) == (60, known.coverage.n_used)
    assert result.score != known.score


def test_only_some_pairs(judged):
    toy, pairs = judged
    keep = np.arange(60) < 20
    result = score_word_similarity(Lookup(toy), pairs, keep=keep).with_interval(Resampling(50))
    assert result.score == score_word_similarity(Lookup(toy), pairs[:20]).score
    assert result.coverage.n_total == 60
    assert result.items.positions.max() < 20
    assert result.low <= result.score <= result.high


def test_nothing_known_is_no_score(make_toy):
    result = score_word_similarity(Lookup(make_toy(["a"])), [("x", "y", 1.0)])
    assert np.isnan([result.score, result.low]).all()
    assert result.coverage.n_used == 0
