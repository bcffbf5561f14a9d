"""Three negatives read digits as well as all classes do, with any seed."""

from __future__ import annotations

import pytest


def test_digits(figures):
    pytest.importorskip("sklearn")
    found = figures("digits.py")
    assert min(found[f"{loss}: macro F1"] for loss in ("softmax", "ns", "sampled_softmax")) > 0.95
    assert found["sampled_softmax"] > 0.985
    assert found["ns"] > 0.97
