"""Hardness that follows progress or loss."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pytest

from ns2vec.exceptions import ConfigError
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
    with pytest.raises(ConfigError, match="must be from 0 to 1"):
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
