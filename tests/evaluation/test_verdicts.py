"""What an evaluation comes to."""

from __future__ import annotations

import math
from types import SimpleNamespace

import pytest

from ns2vec.evaluation.lookup import Coverage
from ns2vec.evaluation.results import TaskResult
from ns2vec.evaluation.statistics import Difference
from ns2vec.evaluation.verdicts import verdict


def outcome(name: str, *scores: float, p_value: float = math.nan, n_used: int = 10):
    results = tuple(
        TaskResult("accuracy", Coverage(n_used, n_used, 10, "skip"), {"accuracy": score}) for score in scores
    )
    pairs = {(0, 1): Difference(scores[0] - scores[1], 0, 0, p_value, 10)} if len(scores) == 2 else {}
    return SimpleNamespace(name=name, title=name, measure="accuracy", results=results, comparisons=pairs)


def test_of_one_model_where_it_is_good_and_bad():
    asked = [outcome("s", 0.2, n_used=5), outcome("t", 0.9), outcome("u", 0.5)]
    assert verdict(["m"], asked) == (
        "m is at its best on t (0.900 accuracy) and at its worst on s (0.200 accuracy), of 3 suites. "
        "25 of 30 questions (83%) could be asked: the others have unknown words."
    )
    assert verdict(["m"], asked[1:2]) == "m has one score: t (0.900 accuracy). All questions could be asked."


def test_of_two_models_how_sure_it_is():
    asked = [
        outcome("s", 0.2, 0.4, p_value=0.01),
        outcome("t", 0.1, 0.2, p_value=0.3),
        outcome("u", 0.9, 0.5, p_value=0.04),
    ]
    assert verdict(["a", "b"], asked).startswith(
        "b has the highest score in 2 of 3 suites. Against a it is better in 1 and worse in 1 beyond chance "
        "(p < 0.05); in 1 chance may explain the difference."
    )


@pytest.mark.parametrize(
    ("p_value", "said"),
    [
        (0.4, "no better than chance allows in any of them"),
        (math.nan, "Whether this is chance was not tested."),
    ],
)
def test_a_difference_that_may_be_chance_is_no_win(p_value, said):
    assert said in verdict(["a", "b"], [outcome("s", 0.2, 0.4, p_value=p_value)])


def test_equal_and_missing_scores():
    assert verdict(["a", "b"], [outcome("s", 0.4, 0.4)]).startswith("No model is above all others")
    assert verdict(["a"], [outcome("s", math.nan)]) == "Nothing could be scored."
    assert "b has the highest score in 1 of 1 suite." in verdict(["a", "b"], [outcome("s", math.nan, 0.4)])
