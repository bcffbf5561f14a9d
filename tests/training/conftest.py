"""A small planted corpus: two topics whose words never meet."""

from __future__ import annotations

import numpy as np
import pytest


def topic_sentences(n_sentences=400, seed=0):
    rng = np.random.default_rng(seed)
    topics = [[f"{name}{i}" for i in range(10)] for name in ("fruit", "tool")]
    return [rng.choice(topics[i % 2], size=8).tolist() for i in range(n_sentences)]


@pytest.fixture(scope="session")
def sentences():
    return topic_sentences()


@pytest.fixture
def corpus_path(tmp_path, sentences):
    path = tmp_path / "topics.txt"
    path.write_text("\n".join(map(" ".join, sentences)) + "\n")
    return path
