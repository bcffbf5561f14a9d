"""Counts for a corpus of which only the size is known."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec.calculator import zipf_counts
from ns2vec.exceptions import ConfigError


def test_counts_fall_with_the_rank_and_add_up():
    counts = zipf_counts(10_000_000, 50_000)
    np.testing.assert_allclose(counts[:100] * np.arange(1, 101), counts[0], rtol=1e-3)
    assert counts.min() >= 1
    assert abs(counts.sum() / 10_000_000 - 1) < 1e-3


@pytest.mark.parametrize(
    ("n_words", "n_types", "message"),
    [(10, 11, "n_words must be at least n_types"), (10, 0, "n_types must be"), (1e8, 2e7, "n_types must be")],
)
def test_sizes_that_cannot_be_are_refused(n_words, n_types, message):
    with pytest.raises(ConfigError, match=message):
        zipf_counts(n_words, n_types)
