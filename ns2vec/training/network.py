"""A model's weights and tables, made ready for the kernels at the start of an epoch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ns2vec import _kernels
from ns2vec._typing import Float32Array, Int32Array
from ns2vec.training.config import TrainingConfig
from ns2vec.training.weights import Rows
from ns2vec.vocab.huffman import Huffman

__all__ = ["Network", "Worker", "lock_factors"]

ALWAYS = np.uint32(2**32 - 1)


def lock_factors(vectors_lockf: Any) -> Float32Array | None:
    """Gensim's ``wv.vectors_lockf`` as the kernels take it: None when it is all ones of length 1."""
    if vectors_lockf is None:
        return None
    factors = np.ascontiguousarray(vectors_lockf, dtype=np.float32).reshape(-1)
    return None if len(factors) == 0 or (len(factors) == 1 and factors[0] == 1.0) else factors


@dataclass
class Network:
    """What one epoch trains.

    Attributes
    ----------
    syn0, syn1neg, syn1 : Rows
        Input rows; output rows of negative sampling and of hierarchical softmax, or None.
    alias : ndarray of shape (V, 2), uint32, or None
    huffman : Huffman or None
    keep : ndarray of shape (V,), uint32, or None
        Subsampling thresholds.
    lock : ndarray of shape (n,), float32, or None
    """

    syn0: Rows
    syn1neg: Rows | None = None
    syn1: Rows | None = None
    alias: npt.NDArray[np.uint32] | None = None
    huffman: Huffman | None = None
    keep: npt.NDArray[np.uint32] | None = None
    lock: Float32Array | None = None

    def kernel(self, config: TrainingConfig) -> _kernels.Kernel:
        """The training kernel over these arrays."""
        arrays: dict[str, Any] = {"lock": self.lock}
        if self.keep is not None and (self.keep != ALWAYS).any():
            arrays["keep"] = np.ascontiguousarray(self.keep, dtype=np.uint32)
        if self.syn1neg is not None:
            arrays |= {"syn1neg": self.syn1neg.padded, "alias": self.alias}
        if self.syn1 is not None and self.huffman is not None:
            arrays |= {
                "syn1": self.syn1.padded,
                "path_offsets": self.huffman.offsets,
                "path_points": self.huffman.points,
                "path_codes": self.huffman.codes,
            }
        return _kernels.Kernel(self.syn0.padded, **arrays, **config.kernel_options())

    def write_back(self) -> None:
        """Give trained rows to arrays that users have put in place of ours."""
        for rows in (self.syn0, self.syn1neg, self.syn1):
            if rows is not None:
                rows.write_back()


class Worker:
    """What one thread holds: a kernel shared with the others and scratch memory of its own.

    Parameters
    ----------
    kernel : Kernel
    epoch : int
        Epochs the model had trained before this one: part of the key of the random streams.
    max_words : int
        Usual length of a chunk in ids; scratch grows when a longer one comes.
    """

    def __init__(self, kernel: _kernels.Kernel, epoch: int, max_words: int) -> None:
        self.kernel = kernel
        self.epoch = epoch
        self.work = _kernels.Workspace(kernel, max_words)
        self.max_words = max_words

    def train(
        self, words: Int32Array, alpha: float, chunk: int, remap: Int32Array | None = None
    ) -> tuple[int, int, float]:
        """Train a chunk; return (words trained, words read, loss)."""
        if len(words) > self.max_words:
            self.max_words = len(words)
            self.work = _kernels.Workspace(self.kernel, self.max_words)
        return self.kernel.train(words, alpha, work=self.work, remap=remap, epoch=self.epoch, chunk=chunk)

    def train_chunks(self, rate: Callable[[Any], float]) -> Callable[[Any], tuple[int, int, float]]:
        """Return the function that trains a corpus chunk at the rate of its place in the run."""

        def do_job(chunk: Any) -> tuple[int, int, float]:
            return self.train(chunk.words, rate(chunk), chunk.index, chunk.remap)

        return do_job
