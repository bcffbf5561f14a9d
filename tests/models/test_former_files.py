"""Files, checkpoints and pickles of version 0.1.0, from before models were split into core and interface."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from ns2vec import Word2Vec

FORMER = Path(__file__).parent / "former"
SENTENCES = [[f"w{i * k % 7}" for k in range(1, 7)] for i in range(60)]
OPTIONS = {
    "vector_size": 4, "min_count": 1, "workers": 1, "epochs": 3, "batch_words": 50, "seed": 5, "sample": 0,
    "sampler": "cached:size=4,keep=1", "guard": "rollback",
}  # fmt: skip


@pytest.fixture(scope="module")
def whole():
    return Word2Vec(SENTENCES, **OPTIONS)


def test_a_checkpoint_goes_on_to_the_same_vectors(whole, tmp_path):
    """It was taken in the second of three epochs, and trained by another processor perhaps."""
    shutil.copy(FORMER / "checkpoint-00000001.ns2v", tmp_path)
    model = Word2Vec.resume(tmp_path, SENTENCES)
    assert model.epochs_trained == len(model.epoch_losses) == 3
    np.testing.assert_allclose(model.wv.vectors, whole.wv.vectors, rtol=1e-3, atol=1e-5)


def test_a_file_is_the_same_model(whole):
    model = Word2Vec.load(FORMER / "model.ns2v")
    np.testing.assert_allclose(model.wv.vectors, whole.wv.vectors, rtol=1e-3, atol=1e-5)
    assert model.bound_sampler().report()["sets"] == whole.bound_sampler().report()["sets"]
    assert (model.epochs_trained, model.train_count) == (3, 1)


def test_a_pickle_trains_on(whole):
    state = whole.__getstate__() | dict.fromkeys(("_bound", "_bound_for", "_encoded", "_huffman", "_network"))
    model = Word2Vec.__new__(Word2Vec)
    model.__setstate__(state)
    assert np.array_equal(model.wv.vectors, whole.wv.vectors)
    assert model.train(SENTENCES, total_examples=60, epochs=1) == (360, 360)
