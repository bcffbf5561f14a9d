"""The conclusion of an evaluation, in a sentence or two."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ns2vec.evaluation.results import Outcome
from ns2vec.evaluation.statistics import mean

SIGNIFICANT = 0.05


def verdict(models: Sequence[str], outcomes: Sequence[Outcome], kind: str = "suite") -> str:
    """Say which model is best and how certain that is, or where a single one is good and bad.

    Parameters
    ----------
    models : sequence of str
    outcomes : sequence of Outcome
    kind : str, optional
        What an outcome is called.

    Returns
    -------
    str

    Examples
    --------
    >>> from ns2vec.evaluation.verdicts import verdict
    >>> verdict(["a"], [])
    'Nothing was asked.'
    """
    if not outcomes:
        return "Nothing was asked."
    scored = [one for one in outcomes if any(not math.isnan(result.score) for result in one.results)]
    if not scored:
        return "Nothing could be scored."
    if len(models) == 1:
        return f"{_extremes(models[0], scored, kind)} {_asked(outcomes, kind)}"
    return f"{_race(models, scored, kind)} {_asked(outcomes, kind)}"


def _extremes(model: str, scored: Sequence[Outcome], kind: str) -> str:
    best, worst = (
        pick(scored, key=lambda one: one.results[0].score) for pick in (max, min)
    )  # scored outcomes have no NaN: there is one model
    said = f"{best.name} ({best.results[0].score:.3f} {best.measure})"
    if best is worst:
        return f"{model} has one score: {said}."
    return (
        f"{model} is at its best on {said} and at its worst on {worst.name} "
        f"({worst.results[0].score:.3f} {worst.measure}), of {_count(len(scored), kind)}."
    )


def _asked(outcomes: Sequence[Outcome], kind: str) -> str:
    """Say how many questions could not be asked: scores from few questions mean little."""
    n_used = sum(min(result.coverage.n_used for result in one.results) for one in outcomes)
    n_total = sum(one.results[0].coverage.n_total for one in outcomes)
    if kind != "suite" or not n_total:
        return ""
    if n_used == n_total:
        return "All questions could be asked."
    share = f"{n_used:,} of {n_total:,} questions ({n_used / n_total:.0%})"
    return f"{share} could be asked: the others have unknown words."


def _race(models: Sequence[str], scored: Sequence[Outcome], kind: str) -> str:
    def standing(number: int) -> tuple[int, float]:
        scores = [one.results[number].score for one in scored]
        return _n_wins(number, scored), mean([score for score in scores if not math.isnan(score)])

    order = sorted(range(len(models)), key=standing, reverse=True)
    leader, second = order[:2]
    n_wins = _n_wins(leader, scored)
    if not n_wins:
        return f"No model is above all others in any of {_count(len(scored), kind)}."
    said = f"{models[leader]} has the highest score in {n_wins} of {_count(len(scored), kind)}."
    better, worse, tested = _tests(leader, second, scored)
    if not tested:
        return f"{said} Whether this is chance was not tested."
    open_ = tested - better - worse
    parts = [f"better in {better}" if better else "", f"worse in {worse}" if worse else ""]
    sure = " and ".join(filter(None, parts))
    against = f"Against {models[second]} it is"
    if not sure:
        return f"{said} {against} no better than chance allows in any of them (p < {SIGNIFICANT:g})."
    rest = f"; in {open_} chance may explain the difference" if open_ else ""
    return f"{said} {against} {sure} beyond chance (p < {SIGNIFICANT:g}){rest}."


def _n_wins(number: int, scored: Sequence[Outcome]) -> int:
    """Count the outcomes in which a model is above all others."""
    return sum(
        all(
            one.results[number].score > other.score or math.isnan(other.score)
            for place, other in enumerate(one.results)
            if place != number
        )
        and not math.isnan(one.results[number].score)
        for one in scored
    )


def _tests(leader: int, second: int, scored: Sequence[Outcome]) -> tuple[int, int, int]:
    """Count the outcomes in which the leader is better, in which it is worse, and the tests."""
    better = worse = tested = 0
    pair = (min(leader, second), max(leader, second))
    for one in scored:
        found = one.comparisons.get(pair)
        if found is None or math.isnan(found.p_value):
            continue
        tested += 1
        ahead = found.difference if leader < second else -found.difference
        better += found.p_value < SIGNIFICANT and ahead > 0
        worse += found.p_value < SIGNIFICANT and ahead < 0
    return better, worse, tested


def _count(number: int, kind: str) -> str:
    return f"{number} {kind}{'' if number == 1 else 's'}"
