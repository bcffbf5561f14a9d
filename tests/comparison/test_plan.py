"""How a budget becomes amounts of text: counted work, no clock."""

from __future__ import annotations

import math

import pytest

from ns2vec.comparison.plan import FEWEST_WORDS, Load, TimeTable, make_plan

FAST, SLOW = Load(100_000.0), Load(100.0, is_exact=True)


def seconds_of(plan, loads, epochs, n_seeds):
    """Seconds that a plan takes at the rates it was made for."""
    total = 0.0
    for load in loads:
        words = plan.exact_words if load.is_exact else plan.text_words + plan.is_split * plan.exact_words
        total += n_seeds * epochs * words / load.words_per_second
    return total


@pytest.mark.parametrize("n_words", [10_000, 1_000_000, 100_000_000])
@pytest.mark.parametrize("budget", [10.0, 120.0, 3600.0])
@pytest.mark.parametrize("n_seeds", [1, 3])
def test_a_plan_stays_within_the_budget(n_words, budget, n_seeds):
    loads = [SLOW, FAST, FAST, Load(20_000.0)]
    plan = make_plan(loads, n_words=n_words, epochs=5, n_seeds=n_seeds, seconds=budget, look_seconds=0.1)
    looks = n_seeds * (4 + 3 * plan.is_split) * 0.1
    assert seconds_of(plan, loads, 5, n_seeds) + looks <= max(budget, FEWEST_WORDS)
    if plan.text_words > FEWEST_WORDS:
        assert seconds_of(plan, loads, 5, n_seeds) + looks <= budget
    assert 1 <= plan.exact_words <= plan.text_words <= n_words


def test_without_a_budget_all_is_trained():
    plan = make_plan([SLOW, FAST], n_words=10**9, epochs=5, n_seeds=3, seconds=math.inf, look_seconds=1.0)
    assert (plan.text_words, plan.exact_words, plan.is_split) == (10**9, 10**9, False)


def test_what_the_reference_may_not_have_is_left_for_the_others():
    options = {"n_words": 10**8, "epochs": 1, "n_seeds": 1, "seconds": 1000.0, "look_seconds": 0.0}
    most, least = (make_plan([SLOW, FAST], reference_share=share, **options) for share in (0.4, 0.1))
    assert most.exact_words == pytest.approx(4 * least.exact_words, rel=0.01)
    assert least.text_words > 1.4 * most.text_words


def test_more_time_is_never_less_text():
    plans = [
        make_plan([SLOW, FAST], n_words=10**6, epochs=1, n_seeds=1, seconds=seconds, look_seconds=0.01)
        for seconds in (1.0, 10.0, 100.0, 1000.0)
    ]
    assert [plan.exact_words for plan in plans] == sorted(plan.exact_words for plan in plans)
    assert [plan.text_words for plan in plans] == sorted(plan.text_words for plan in plans)


@pytest.mark.parametrize("factor", [0.5, 1.0, 3.0, 100.0])
def test_runs_that_take_longer_than_planned_leave_the_others_their_share(factor):
    costs = [1.0, 2.0, 5.0, 30.0]
    table, now = TimeTable(40.0), 0.0
    lasted = []
    for number in range(len(costs)):
        until = table.until(now, costs[number:])
        lasted.append(min(factor * costs[number], until - now))
        now += lasted[-1]
    assert now <= 40.0
    assert all(seconds >= min(factor, 1.0) * cost for seconds, cost in zip(lasted, costs, strict=True))


def test_exact_runs_have_no_more_than_their_share_together():
    table = TimeTable(100.0, exact_seconds=40.0, n_exact_runs=2)
    assert table.until(0.0, [1.0], is_exact=True) == 20.0
    table.take_exact(5.0)
    assert table.until(50.0, [1.0], is_exact=True) == 85.0
    table.take_exact(60.0)
    assert table.until(90.0, [1.0], is_exact=True) == 90.0
    assert table.until(90.0, [1.0]) == 100.0
    assert TimeTable(math.inf).until(5.0, [0.0]) == math.inf
