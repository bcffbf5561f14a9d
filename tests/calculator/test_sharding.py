"""Memory of sharded training, against what it takes."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec import Word2Vec
from ns2vec.calculator import estimate
from ns2vec.training.sharded.threads import Threads

RNG = np.random.default_rng(1)
SENTENCES = [[f"w{i}" for i in RNG.zipf(1.2, size=20) if i < 5000] for _ in range(3000)]
OPTIONS = {"vector_size": 16, "min_count": 1, "workers": 2, "batch_words": 1000, "epochs": 1}


@pytest.mark.parametrize("options", [{"sg": 1}, {"hs": 1, "negative": 0}])
def test_memory_of_shards_is_what_they_take(monkeypatch, options):
    """Replicas to the byte; changes as they are on average, for the fullest round."""
    taken, merge = [], Threads.merge

    def measured(self, changes, rate, tick):
        copies = sum(array.nbytes for one in self.replicas for array in [*one.arrays, *one.touches])
        rows = sum(array.nbytes for one in changes for of_matrix in one for array in of_matrix)
        taken.append((copies, rows))
        return merge(self, changes, rate, tick)

    monkeypatch.setattr(Threads, "merge", measured)
    Word2Vec(SENTENCES, shards=4, **OPTIONS, **options)
    expected = estimate(SENTENCES, calibrate=False, shards=4, **OPTIONS, **options).memory
    copies, changes = max(taken)
    assert expected["replicas"] == copies
    assert changes <= expected["changes"] * 1.1
    assert "hs" in options or changes >= expected["changes"] * 0.9


def test_without_shards_there_are_no_copies():
    assert {"replicas", "changes"}.isdisjoint(estimate(SENTENCES, calibrate=False, **OPTIONS).memory)
