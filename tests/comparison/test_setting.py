"""What all runs of a comparison share."""

from __future__ import annotations

import pytest

from ns2vec.comparison.setting import Looks


@pytest.mark.parametrize(
    ("allowed", "pieces", "seconds"),
    [(1e9, 4, 24.0), (24.0, 4, 24.0), (23.0, 1, 9.0), (8.0, 0, 5.0), (0.0, 0, 5.0)],
)
def test_a_loss_that_takes_long_is_looked_at_less(allowed, pieces, seconds):
    looks = Looks(1.0, 2.0, 1.0, epochs=5)
    looks.fit(allowed)
    assert (looks.pieces, looks.seconds) == (pieces, seconds)
