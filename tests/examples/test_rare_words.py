"""Letters help where words are rare."""

from __future__ import annotations


def test_rare_words(figures):
    found = figures("rare_words.py")
    assert found["1 times"] < 0.5
    assert found["30 times"] > 0.9
