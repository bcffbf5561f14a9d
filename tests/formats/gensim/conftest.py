"""Models to write and read, and the model files in gensim's wheel."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from ns2vec.formats.state import ModelState, VectorState


@pytest.fixture(scope="session")
def wheel_data() -> Path:
    """The folder of model files in gensim's wheel; gensim itself is not imported."""
    spec = importlib.util.find_spec("gensim")
    if spec is None or not spec.submodule_search_locations:
        pytest.skip("gensim is not installed: its wheel has the model files")
    folder = Path(spec.submodule_search_locations[0]) / "test" / "test_data"
    if not folder.is_dir():
        pytest.skip("gensim's wheel carries no test data")
    return folder


@pytest.fixture
def state() -> ModelState:
    """A small Word2Vec with values of every kind."""
    rng = np.random.default_rng(8)
    words = ["the", "naïve", "cat", "日本", "a\nb"]
    expandos = {"count": np.array([9, 5, 3, 2, 1]), "sample_int": np.full(5, 2**32 - 1, dtype=np.uint32)}
    lock = {"vectors_lockf": np.ones(1, dtype=np.float32), "next_index": 5}
    vectors = VectorState(words, rng.normal(size=(5, 4)).astype(np.float32), expandos, lock)
    attributes = {
        "vector_size": 4, "layer1_size": 4, "alpha": 0.025, "min_alpha": 0.0001, "window": 5, "min_count": 1,
        "shrink_windows": True, "sample": 1e-3, "seed": 7, "workers": 1, "sg": 1, "hs": 0, "negative": 5,
        "ns_exponent": 0.75, "cbow_mean": 1, "epochs": 5, "batch_words": 10000, "compute_loss": False,
        "corpus_count": 9, "corpus_total_words": 20, "max_vocab_size": None, "max_final_vocab": None,
        "sorted_vocab": 1, "null_word": 0, "effective_min_count": 1, "comment": None, "train_count": 1,
        "total_train_time": 0.5, "min_alpha_yet_reached": 0.001, "running_training_loss": 0.0,
        "lifecycle_events": [{"event": "created", "params": "x"}],
    }  # fmt: skip
    return ModelState(
        "Word2Vec", vectors, attributes, {"syn1neg": rng.normal(size=(5, 4)).astype(np.float32)}
    )
