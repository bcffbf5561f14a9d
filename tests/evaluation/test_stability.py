"""Overlap of neighbours."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec.evaluation.stability import common_rows, neighbour_stability
from ns2vec.exceptions import ConfigError

WORDS = [f"w{i}" for i in range(60)]


def test_a_model_agrees_with_itself_rotated_scaled_and_reordered(make_toy):
    toy = make_toy(WORDS, seed=1)
    rotation, _ = np.linalg.qr(np.random.default_rng(2).normal(size=(12, 12)))
    order = np.random.default_rng(3).permutation(60)
    other = make_toy([WORDS[row] for row in order], 3 * (toy.vectors @ rotation)[order])
    assert neighbour_stability(toy, other, k=5).overlap == 1.0


def test_unrelated_models_agree_by_chance(make_toy):
    found = neighbour_stability(make_toy(WORDS, seed=1), make_toy(WORDS, seed=2), k=6)
    assert abs(found.overlap - 6 / 59) < 0.06
    assert len(found.by_word) == found.n_common == 60


def test_planted_answer(make_toy):
    """Two groups; the second model moves one word to the other group: it shares no neighbour."""
    rng = np.random.default_rng(0)
    groups = np.repeat([0, 1], 5)
    vectors = np.eye(2)[groups] + 0.01 * rng.normal(size=(10, 2))
    moved = vectors.copy()
    moved[0] = [0.0, 1.0]
    words = WORDS[:10]
    found = neighbour_stability(make_toy(words, vectors), make_toy(words, moved), k=4)
    assert found.by_word["w0"] == 0.0
    assert found.by_word["w7"] >= 0.75


def test_only_common_words_count(make_toy):
    first, second = make_toy(WORDS[:40], seed=1), make_toy(WORDS[20:], seed=1)
    keys, rows, others = common_rows(first, second)
    assert keys == WORDS[20:40]
    assert (rows.tolist(), others.tolist()) == (list(range(20, 40)), list(range(20)))
    assert neighbour_stability(first, second, k=3).n_common == 20


def test_too_little_in_common(make_toy):
    with pytest.raises(ConfigError, match="more than k=10 words"):
        neighbour_stability(make_toy(WORDS[:5]), make_toy(WORDS))
