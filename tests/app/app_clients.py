"""Small vectors, and clients that call the app as browsers do."""

from __future__ import annotations

import socket
import threading
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
    """Four words that form an analogy, two others, and `n_more` random ones."""
    more = np.random.default_rng(seed).normal(size=(n_more, 3))
    keys = [*KEYS, *(f"word{number}" for number in range(n_more))]
    vectors = KeyedVectors(3)
    counts = {"count": np.arange(len(keys), 0, -1, dtype=np.int64) * 10}
    vectors.add_vectors(keys, np.vstack([ROWS, more]).astype(np.float32), counts)
    return vectors


@contextmanager
def client_of(state: AppState, **headers: str) -> Iterator[TestClient]:
    """A client that calls the app as browsers do."""
    with TestClient(create_app(state), base_url="http://127.0.0.1:8765", headers=headers) as client:
        yield client


def large_vectors(n_words: int) -> KeyedVectors:
    """Vectors of 100 dimensions around thirty centres, with decreasing counts."""
    generator = np.random.default_rng(1)
    centres = generator.normal(size=(30, 100)).astype(np.float32)
    rows = generator.standard_normal((n_words, 100), dtype=np.float32)
    rows += centres[generator.integers(30, size=n_words)]
    vectors = KeyedVectors(100)
    counts = {"count": (10**7 // np.arange(1, n_words + 1)).astype(np.int64)}
    vectors.add_vectors([f"w{number}" for number in range(n_words)], rows, counts)
    return vectors


@contextmanager
def served(state: AppState) -> Iterator[str]:
    """Serve on a free port, in a thread."""
    import uvicorn

    with socket.create_server(("127.0.0.1", 0)) as bound:
        settings = uvicorn.Config(create_app(state), log_level="warning", timeout_graceful_shutdown=1)
        server = uvicorn.Server(settings)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"
        server.should_exit = True
        thread.join(30)
