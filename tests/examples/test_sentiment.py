"""The example with reviews runs, on made-up ones that need pairs of words, and on real ones."""

from __future__ import annotations

import pytest


def test_made_up_reviews(figures):
    assert figures("sentiment.py")["accuracy"] > 0.95


@pytest.mark.data
def test_real_reviews(figures, data_dir):
    good, bad = (data_dir / "classification" / f"rt-polarity.{name}" for name in ("pos", "neg"))
    assert figures("sentiment.py", good, bad)["accuracy"] > 0.77
