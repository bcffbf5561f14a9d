"""Files of vectors."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec import KeyedVectors


@pytest.fixture
def reading(tmp_path):
    """Return ``read(module, content, **options)``: the table in a file of this content."""

    def read(module, content, **options):
        path = tmp_path / "vectors"
        path.write_bytes(content)
        return module.read(path, **options)

    return read


@pytest.fixture
def saved(tmp_path):
    """Fifty vectors with counts, in a file of ns2vec's own."""
    path = tmp_path / "vectors.ns2v"
    kv = KeyedVectors(3)
    vectors = np.random.default_rng(3).normal(size=(50, 3)).astype(np.float32)
    kv.add_vectors([f"w{i}" for i in range(50)], vectors, extras={"count": np.arange(50, 0, -1)})
    kv.save(path)
    return path
