"""Every sampler learns what was planted."""

from __future__ import annotations


def test_compare_samplers(figures):
    found = figures("compare_samplers.py")
    assert len(found) == 6
    assert all(0.3 < score < 0.9 for score in found.values())
