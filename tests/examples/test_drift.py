"""Words that were moved to another topic are those that have drifted most."""

from __future__ import annotations


def test_drift(figures):
    assert figures("drift.py")["share of the words that moved among the first ten"] >= 0.9
