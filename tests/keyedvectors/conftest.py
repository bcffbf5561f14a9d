"""Small sets of vectors."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec.keyedvectors import KeyedVectors

WORDS = ["man", "woman", "king", "queen", "apple", "pear", "stone", "river"]


@pytest.fixture
def kv():
    """Eight words in six dimensions, with counts."""
    found = KeyedVectors(6)
    found.add_vectors(WORDS, np.random.default_rng(4).normal(size=(8, 6)).astype(np.float32))
    found.allocate_vecattrs(["count"], [int])
    found.expandos["count"][:] = [50, 40, 30, 20, 10, 5, 5, 1]
    return found
