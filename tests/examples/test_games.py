"""The next action is found more often than by popularity."""

from __future__ import annotations


def test_games(figures):
    found = figures("games.py")
    assert found["model: recall@10"] > 3 * found["popularity: recall@10"]
