"""What the demo shows of recommendations and graphs."""

from __future__ import annotations

import re

import pytest

from ns2vec.cli import showcase
from ns2vec.recommend import planted_interactions


@pytest.fixture(scope="module")
def made():
    return showcase.shop()


@pytest.mark.parametrize(
    ("part", "limit", "complaint"),
    [
        (showcase.recommendations, "BETTER", "NDCG@10 0.* is below 100 times that of popularity"),
        (showcase.nodes, "FLOOR", r"micro-F1 [01]\.\d+ is below 100"),
    ],
)
def test_a_part_is_content_with_training_that_works_and_no_less(made, part, limit, complaint, monkeypatch):
    shown = part(made)
    assert shown.complaint == ""
    assert len(shown.lines) == 3
    monkeypatch.setattr(showcase, limit, 100)
    small = planted_interactions(200, 80, 6, per_user=8)
    assert re.match(complaint, part(small).complaint)
