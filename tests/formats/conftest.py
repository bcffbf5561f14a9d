"""Files of vectors; some are built in a module that tests import, in any import mode."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from ns2vec import KeyedVectors
from ns2vec.formats import word2vec_binary, word2vec_text

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def reading(tmp_path):
    """Return ``read(module, content, **options)``: the table in a file of this content."""

    def read(module, content, **options):
        path = tmp_path / "vectors"
        path.write_bytes(content)
        return module.read(path, **options)

    return read


@pytest.fixture
def small_blocks(monkeypatch):
    """Read word2vec files fifty bytes at a time."""
    monkeypatch.setattr(word2vec_text, "READ_BYTES", 50)
    monkeypatch.setattr(word2vec_binary, "READ_BYTES", 50)


@pytest.fixture
def numbered():
    """Return ``numbered(n_rows)``: lines of word2vec's text format, each with a key and two numbers."""
    return lambda n_rows: b"".join(b"w%d %d.5 -%d\n" % (i, i, i) for i in range(n_rows))


@pytest.fixture
def saved(tmp_path):
    """Fifty vectors with counts, in a file of ns2vec's format."""
    path = tmp_path / "vectors.ns2v"
    kv = KeyedVectors(3)
    vectors = np.random.default_rng(3).normal(size=(50, 3)).astype(np.float32)
    kv.add_vectors([f"w{i}" for i in range(50)], vectors, extras={"count": np.arange(50, 0, -1)})
    kv.save(path)
    return path
