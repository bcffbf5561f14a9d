"""What every schedule keeps to, those of others that are registered by then included."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec.schedules import SCHEDULES

RATES = [(0.025, 0.0001), (0.05, 0.05), (0.01, 0.02)]


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_schedule_begins_at_the_first_rate(name):
    for start, end in RATES:
        assert SCHEDULES[name](0.0, start, end) == pytest.approx(start)


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_schedule_goes_one_way_and_never_past_the_last_rate(name):
    for start, end in RATES:
        rates = np.array([SCHEDULES[name](progress, start, end) for progress in np.linspace(0.0, 1.0, 101)])
        assert (np.diff(rates) * (end - start) >= 0).all()
        assert rates.min() >= min(start, end) - 1e-12
        assert rates.max() <= max(start, end) + 1e-12
