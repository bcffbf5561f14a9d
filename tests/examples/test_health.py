"""The table is read, and codes of one condition are neighbours."""

from __future__ import annotations

import pytest


def test_health(figures):
    pytest.importorskip("sklearn")
    found = figures("health.py")
    assert found["breast cancer: AUC"] > 0.97
    assert found["co-morbid codes: precision of ten neighbours"] > 0.8
