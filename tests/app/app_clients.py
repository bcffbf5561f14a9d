"""Small vectors, and clients that call the app as browsers do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from fastapi.testclient import TestClient

from ns2vec import KeyedVectors
from ns2vec.app import AppState, create_app

TOKEN = "the-token-of-the-tests"
KEYS = ["man", "woman", "king", "queen", "apple", "Paris"]
ROWS = [[1, 0, 0], [1, 1, 0], [1, 0, 1], [1, 1, 1], [-1, 0, 0.1], [0.2, -1, 0]]


def small_vectors(n_more: int = 0, seed: int = 0) -> KeyedVectors:
    """Four words that make an analogy, two others, and as many as are wanted."""
    more = np.random.default_rng(seed).normal(size=(n_more, 3))
    keys = [*KEYS, *(f"word{number}" for number in range(n_more))]
    vectors = KeyedVectors(3)
    counts = {"count": np.arange(len(keys), 0, -1, dtype=np.int64) * 10}
    vectors.add_vectors(keys, np.vstack([ROWS, more]).astype(np.float32), counts)
    return vectors


@contextmanager
def client_of(state: AppState, **headers: str) -> Iterator[TestClient]:
    """A client that is called as browsers call the app."""
    with TestClient(create_app(state), base_url="http://127.0.0.1:8765", headers=headers) as client:
        yield client
