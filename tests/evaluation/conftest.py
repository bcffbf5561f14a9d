"""Small embeddings for the evaluation tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest


@dataclass
class Toy:
    """The smallest embedding that evaluation accepts."""

    vectors: Any
    index_to_key: list[Any]
    key_to_index: dict[Any, int] = field(default_factory=dict)


@pytest.fixture
def make_toy():
    """Return ``make(words, vectors=None, seed=0, vector_size=12) -> Toy``."""

    def make(words: list[Any], vectors: Any = None, *, seed: int = 0, vector_size: int = 12) -> Toy:
        if vectors is None:
            rng = np.random.default_rng(seed)
            vectors = rng.normal(size=(len(words), vector_size)).astype(np.float32)
            vectors *= rng.uniform(0.2, 5, size=(len(words), 1)).astype(np.float32)
        return Toy(vectors, list(words), {word: i for i, word in enumerate(words)})

    return make


@pytest.fixture
def as_gensim():
    """Return ``convert(toy) -> gensim KeyedVectors`` with the same vectors; skips without gensim."""
    models = pytest.importorskip("gensim.models", reason="gensim is not installed")

    def convert(toy: Toy) -> Any:
        keyed = models.KeyedVectors(toy.vectors.shape[1])
        keyed.add_vectors(toy.index_to_key, toy.vectors)
        return keyed

    return convert
