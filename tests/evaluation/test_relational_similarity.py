"""Degrees of relational similarity."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from ns2vec.evaluation.lookup import Lookup
from ns2vec.evaluation.relational_similarity import RatedPair, relation_degrees, score_relational_similarity

NAN = float("nan")


def test_degrees_are_mean_cosines_of_offsets():
    rng = np.random.default_rng(0)
    prototypes, offsets = rng.normal(size=(3, 5)), rng.normal(size=(7, 5))
    expected = [np.mean([o @ p / np.linalg.norm(o) / np.linalg.norm(p) for p in prototypes]) for o in offsets]
    np.testing.assert_allclose(relation_degrees(prototypes, offsets), expected)


def test_each_relation_counts_the_same(make_toy):
    words = [f"w{i}" for i in range(40)]
    toy = make_toy(words, seed=1)
    rng = np.random.default_rng(2)
    pairs = []
    for relation, n_pairs in (("small", 5), ("large", 15)):
        pairs.append(RatedPair(relation, *rng.choice(words, 2, replace=False).tolist(), NAN))
        for _ in range(n_pairs):
            pairs.append(RatedPair(relation, *rng.choice(words, 2, replace=False).tolist(), rng.random()))
    result = score_relational_similarity(Lookup(toy), pairs)
    lookup = Lookup(toy)
    expected = []
    for relation in ("small", "large"):
        own = [pair for pair in pairs if pair.relation == relation]
        offsets = np.array(
            [lookup.unit_matrix([pair.right])[0] - lookup.unit_matrix([pair.left])[0] for pair in own]
        )
        degrees = relation_degrees(offsets[:1], offsets[1:])
        expected.append(stats.spearmanr([pair.degree for pair in own[1:]], degrees)[0])
    assert [part.score for part in result.parts] == pytest.approx(expected)
    assert result.score == pytest.approx(np.mean(expected))
    assert result.coverage.n_used == len(pairs)


def test_a_relation_without_known_prototype_has_no_score(make_toy):
    toy = make_toy(["a", "b", "c", "d"])
    pairs = [RatedPair("r", "x", "y", NAN), RatedPair("r", "a", "b", 1), RatedPair("r", "c", "d", 2)]
    result = score_relational_similarity(Lookup(toy), pairs)
    assert np.isnan(result.score)
    assert (result.coverage.n_used, result.parts[0].n_used, result.parts[0].n_total) == (0, 0, 2)
    assert not np.isnan(score_relational_similarity(Lookup(toy, missing="mean"), pairs).coverage.n_used)
