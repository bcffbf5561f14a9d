"""Training runs that are interrupted, and what is compared after they continue."""

from __future__ import annotations

import hashlib

import numpy as np

from ns2vec.training.checkpoints import CheckpointFolder

OPTIONS = {
    "vector_size": 12, "min_count": 1, "workers": 1, "epochs": 3, "batch_words": 200, "compute_loss": True,
}  # fmt: skip


class Cut:
    """Sentences with Ctrl-C at the `n`-th one, counted over all passes."""

    def __init__(self, sentences, n):
        self.sentences, self.n = sentences, n

    def __iter__(self):
        for sentence in self.sentences:
            self.n -= 1
            if self.n == 0:
                raise KeyboardInterrupt
            yield sentence


class Stop:
    """Ctrl-C at the end of an epoch, before the other callbacks of the model are called."""

    def __init__(self, epoch):
        self.left = epoch

    def on_epoch_end(self, model):
        self.left -= 1
        if self.left == 0:
            raise KeyboardInterrupt

    on_train_begin = on_train_end = on_epoch_begin = lambda self, model: None


def digest(model):
    arrays = [model.wv.vectors, *(getattr(model, name, None) for name in ("syn1neg", "syn1"))]
    parts = [np.ascontiguousarray(array).tobytes() for array in arrays if array is not None]
    return hashlib.sha256(b"".join(parts)).hexdigest()


def facts(model):
    return digest(model), model.epoch_losses, model.get_latest_training_loss(), model.epochs_trained


def write_slowly(monkeypatch, n_writes):
    """Ctrl-C while checkpoint number `n_writes` is written."""
    write, left = CheckpointFolder.write, [n_writes]

    def stopped(self, state):
        left[0] -= 1
        if left[0] == 0:
            raise KeyboardInterrupt
        return write(self, state)

    monkeypatch.setattr(CheckpointFolder, "write", stopped)
