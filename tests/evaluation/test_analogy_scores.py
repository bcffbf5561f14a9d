"""Accuracy by section and group, several answers, policies."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec.evaluation.analogy_ranks import Question
from ns2vec.evaluation.analogy_scores import AnalogySection, score_analogies
from ns2vec.evaluation.lookup import Lookup

SQUARE = ["man", "woman", "king", "queen", "apple"]
VECTORS = np.array([[1, 0, 0], [1, 1, 0], [1, 0, 1], [1, 1, 1], [-1, 0, 0]], dtype=np.float32)
RIGHT, WRONG = Question("man", "woman", "king", ("queen",)), Question("man", "woman", "king", ("apple",))
UNKNOWN = Question("man", "woman", "king", ("duchess",))


@pytest.fixture
def lookup(make_toy):
    """Return ``lookup(missing="skip")`` of five words."""
    return lambda missing="skip": Lookup(make_toy(SQUARE, VECTORS), missing=missing)


def test_micro_macro_groups_and_parts(lookup):
    sections = [
        AnalogySection("one", "first", (RIGHT, RIGHT, RIGHT)),
        AnalogySection("two", "second", (WRONG,)),
        AnalogySection("three", "", (UNKNOWN,)),
    ]
    result = score_analogies(lookup(), sections)
    assert result.score == result.measures["accuracy"] == 0.75
    assert result.measures["macro"] == 0.5
    assert (result.measures["accuracy:first"], result.measures["accuracy:second"]) == (1.0, 0.0)
    assert [(part.name, part.n_used, part.n_total) for part in result.parts] == [
        ("one", 3, 3), ("two", 1, 1), ("three", 0, 1)
    ]  # fmt: skip
    assert [part.score for part in result.parts[:2]] == [1.0, 0.0]
    assert np.isnan(result.parts[2].score)
    assert (result.measures["top5"], result.measures["mean_rank"]) == (1.0, (3 * 1 + 2) / 4)
    assert result.items.values.tolist() == [1.0, 1.0, 1.0, 0.0]
    assert result.items.groups.tolist() == [0, 0, 0, 1]


@pytest.mark.parametrize(
    ("missing", "score", "n_used"), [("skip", 1.0, 1), ("zero", 0.5, 2), ("mean", 0.5, 2)]
)
def test_policies(lookup, missing, score, n_used):
    result = score_analogies(lookup(missing), [AnalogySection("all", "", (RIGHT, UNKNOWN))])
    assert (result.score, result.coverage.n_used, result.coverage.n_known) == (score, n_used, 1)


def test_any_accepted_answer_will_do(lookup):
    asked = Question("man", "woman", "king", ("duchess", "apple", "queen"))
    assert score_analogies(lookup(), [AnalogySection("all", "", (asked,))]).score == 1.0


def test_only_some_questions(lookup):
    sections = [AnalogySection("one", "", (RIGHT,)), AnalogySection("two", "", (WRONG,))]
    result = score_analogies(lookup(), sections, keep=np.array([False, True]))
    assert (result.score, result.coverage.n_used) == (0.0, 1)


def test_nothing_to_answer(lookup):
    result = score_analogies(lookup(), [AnalogySection("all", "g", (UNKNOWN,))])
    assert np.isnan([result.score, result.low, result.measures["accuracy:g"]]).all()
    assert np.isnan(score_analogies(lookup(), []).score)
