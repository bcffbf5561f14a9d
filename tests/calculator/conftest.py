"""Small corpora of which every sentence is known."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec.training.config import TrainingConfig


@pytest.fixture
def config():
    """Return ``config(**changes)``: options of a small model."""

    def make(**changes):
        defaults = {"vector_size": 20, "window": 3, "sg": True, "min_count": 2, "workers": 1, "sample": 0.05}
        return TrainingConfig(**{**defaults, **changes})

    return make


@pytest.fixture(scope="session")
def sentences():
    """600 sentences of 0 to 30 Zipf-distributed words, some of them below min_count=2."""
    rng = np.random.default_rng(3)
    lengths = rng.integers(0, 31, 600)
    words = [f"w{word}" for word in np.minimum(rng.zipf(1.3, lengths.sum()), 3000)]
    ends = np.cumsum(lengths)
    return [words[end - length : end] for end, length in zip(ends, lengths, strict=True)]
