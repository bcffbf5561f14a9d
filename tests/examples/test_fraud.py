"""Surprise finds thieves that rarity does not, and hard negatives find more of them."""

from __future__ import annotations

import pytest


def test_fraud(figures):
    pytest.importorskip("sklearn")
    found = figures("fraud.py")
    assert abs(found["rarity alone: AUC"] - 0.5) < 0.05
    assert found["uniform: AUC"] > 0.83
    assert found["same region: AUC"] > found["uniform: AUC"] + 0.03
