"""A tenth of the negatives is as good as all of them, once the odds are put right."""

from __future__ import annotations

import pytest


def test_clicks(figures):
    pytest.importorskip("sklearn")
    found = figures("clicks.py")
    assert found["a tenth: log loss"] < 1.02 * found["all: log loss"]
    assert found["all: log loss"] < 1.1 * found["the world itself: log loss"]
    assert found["a tenth, not put right: log loss"] > 1.5 * found["all: log loss"]
