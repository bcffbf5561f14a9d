"""Hardness that follows progress or loss."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pytest

from ns2vec.exceptions import ConfigError
from ns2vec.sampling import Adaptive, Cached, NoiseData
from ns2vec.sampling.steering import ANNEALING, Anneal, Hardness, RankSteering, Steering

NAN, INF = math.nan, math.inf


@pytest.mark.parametrize(
    ("losses", "expected"),
    [
        ([3.0, 2.0, 1.0], [0.5, 0.6, 0.7]),
        ([1.0, 2.0, 3.0], [0.5, 0.4, 0.3]),
        ([1.0, 1.0], [0.5, 0.5]),
        ([NAN, NAN], [0.4, 0.3]),
        ([2.0, NAN, 1.0], [0.5, 0.4, 0.5]),
        ([2.0, INF, 3.0], [0.5, 0.4, 0.3]),
        ([9.0 - i for i in range(8)], [0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.0, 1.0]),
        ([float(i) for i in range(8)], [0.5, 0.4, 0.3, 0.2, 0.1, 0.0, 0.0, 0.0]),
    ],
)
def test_hardness_follows_the_loss(losses, expected):
    """Up while it falls, down when it rises or is no number; within [0, 1]."""
    hardness = Hardness(start=0.5, step=0.1)
    assert [hardness.update(loss) for loss in losses] == pytest.approx(expected)


@pytest.mark.parametrize("options", [{"start": -0.1}, {"start": NAN}, {"step": 1.1}, {"step": "big"}])
def test_hardness_options(options):
    with pytest.raises(ConfigError, match="must be a number from 0 to 1"):
        Hardness(**options)


@pytest.mark.parametrize("name", ANNEALING)
def test_annealing_stays_in_bounds(name):
    values = [Anneal(name)(progress) for progress in np.linspace(0, 1, 11)]
    assert all(0.0 <= value <= 1.0 for value in values)
    ends = {"linear": (1, 0), "cosine": (1, 0), "rise": (0, 1), "constant": (1, 1)}
    assert (values[0], values[-1]) == pytest.approx(ends[name])


def test_until_ends_the_hard_part():
    assert [Anneal(until=0.5)(p) for p in (0.0, 0.49, 0.5, 1.0)] == [1.0, 1.0, 0.0, 0.0]
    assert [Anneal("rise", 0.5)(p) for p in (0.0, 0.25, 0.5, 1.0)] == [0.0, 0.5, 1.0, 1.0]


def test_steering_compares_intervals_and_anneals():
    draws = SimpleNamespace(hardness=None)
    steering = Steering(draws, Anneal("linear"), Hardness(0.5, 0.25), interval=10)
    assert draws.hardness == 0.5
    for loss in (30.0, 20.0):
        steering.after({"n_losses": 10, "loss": loss, "n_sets": 10})
    assert draws.hardness == 0.75
    steering.after({"n_losses": 5, "loss": 50.0})
    assert draws.hardness == 0.75  # the interval is not full
    steering.after({"n_losses": 5, "loss": NAN})
    assert draws.hardness == 0.5
    steering.before(0.5)
    assert draws.hardness == 0.25
    assert steering.report()["sets"] == 20


def test_ranks_are_sorted_when_it_is_time():
    given = []
    draws = SimpleNamespace(hardness=1.0, set_lists=lambda lists, deviation: given.append((lists, deviation)))
    steering = RankSteering(draws, Anneal(), every=10)
    outputs = np.array([[1, 9], [3, 9], [2, 9]], np.float32)
    steering.attach(outputs, 1)
    assert given[0][0].tolist() == [[1, 2, 0]]
    assert given[0][1] == pytest.approx([np.std([1, 3, 2])])
    steering.after({"n_sets": 9})
    assert len(given) == 1
    outputs[0, 0] = 7
    steering.after({"n_sets": 1})
    assert given[1][0].tolist() == [[0, 1, 2]]
    outputs[0, 0] = NAN
    steering.after({"n_sets": 10})
    assert len(given) == 2


def test_a_state_goes_on_as_the_steering_it_was_taken_of():
    """Losses half way through an interval too, and those that are no number."""

    def made():
        return Steering(SimpleNamespace(hardness=None), Anneal("linear"), Hardness(0.5, 0.25), interval=10)

    for first in ({"n_losses": 7, "loss": 9.0}, {"n_losses": 12, "loss": NAN}, {"n_losses": 7, "loss": INF}):
        one, other = made(), made()
        one.before(0.25)
        one.after({**first, "n_sets": 5})
        other.restore(one.state(), 8)
        assert other.draws.hardness == one.draws.hardness
        for steering in (one, other):
            steering.after({"n_losses": 10, "loss": 3.0, "n_sets": 5})
            steering.after({"n_losses": 10, "loss": 2.0, "n_sets": 5})
        assert other.state() == pytest.approx(one.state(), nan_ok=True)
        assert other.report() == one.report()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"progress": None}, "progress is missing"),
        ({"progress": "x"}, "progress must be a number from 0 to 1, got 'x'"),
        ({"adaptive": 2}, "adaptive must be a number from 0 to 1, got 2"),
        ({"loss": [1]}, r"loss must be a number, got \[1\]"),
        ({"n_losses": -1}, "n_losses must be a finite number of at least 0, got -1"),
        ({"total.n_sets": NAN}, r"total\.n_sets must be a finite number of at least 0, got nan"),
    ],
)
def test_a_state_that_cannot_be(change, message):
    steering = Steering(SimpleNamespace(hardness=None), Anneal(), Hardness())
    state = {**steering.state(), **change}
    with pytest.raises(ConfigError, match=message):
        steering.restore({name: value for name, value in state.items() if value is not None}, 8)


def test_pools_are_the_callers_own():
    bound = Cached(size=2, extra=4).bind(NoiseData.of_counts([3, 2, 1]))
    state = bound.state()
    assert state["0.rows"].shape == (3, 2)
    state["0.rows"][:] = 2
    assert not bound.source.draws.rows.any()
    bound.restore(state, 8)
    state["0.rows"][:] = 1
    assert (bound.source.draws.rows == 2).all()
    with pytest.raises(ValueError, match=r"pools must have shape \(3, 2\), got \(2, 2\)"):
        bound.source.draws.set_pools(np.zeros((2, 2), np.int32), np.zeros(2, np.uint16))
    with pytest.raises(ConfigError, match=r"2\.rows is unknown"):
        bound.restore({**state, "2.rows": 1}, 8)


def test_ranks_are_kept_from_an_epoch_that_was_cut_to_its_end():
    rng = np.random.default_rng(1)
    outputs, later = rng.standard_normal((2, 5, 16)).astype(np.float32)
    one, other = (Adaptive(form="rank").bind(NoiseData.of_counts([5, 4, 3, 2, 1])) for _ in range(2))
    (steering,), (again,) = one.source.steering, other.source.steering
    assert "0.lists" not in one.state()
    steering.attach(outputs, 3)
    lists = one.source.draws.lists[0].copy()
    other.restore(one.state(), 3)
    again.attach(later, 3)
    assert (other.source.draws.lists[0] == lists).all()
    assert again.n_sorts == 1
    again.detach()
    assert "0.lists" not in other.state()
    again.attach(later, 3)
    assert (other.source.draws.lists[0] != lists).any()
