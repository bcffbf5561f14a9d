"""Rows shrink by their touches."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec.training.decay import LEAST, decay_factors


def test_factors_are_those_of_one_penalty_a_touch():
    """Against the loop of stochastic gradient descent on the penalty alone."""
    for n_touches in (0, 1, 7):
        row = 3.0
        for _ in range(n_touches):
            row -= 0.1 * 0.5 * row
        assert decay_factors([n_touches], 0.1, 0.5)[0] == pytest.approx(row / 3.0, rel=1e-6)


def test_something_stays_of_rows_that_all_share():
    assert decay_factors([1e6, np.inf], 0.1, 0.5).tolist() == [LEAST, LEAST]


@pytest.mark.parametrize("strength", [-0.1, 10.0])
def test_a_step_that_turns_rows_around_is_refused(strength):
    with pytest.raises(ValueError, match="regularization must be at least 0 and below 1"):
        decay_factors([1], 0.1, strength)
