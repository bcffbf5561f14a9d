"""Explicit pairs of an input and an output, in an order that changes with each epoch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Protocol
from zlib import crc32

import numpy as np
import numpy.typing as npt

from ns2vec._kernels import shuffled
from ns2vec._typing import Float32Array, Int32Array, Int64Array
from ns2vec.training.sharded.rounds import examples_of_chunk

__all__ = ["AnyPairs", "PairFeed", "Pairs"]

if TYPE_CHECKING:
    from ns2vec.training.run import Run
    from ns2vec.training.worker import Worker


@dataclass(frozen=True)
class Pairs:
    """Which inputs are trained on which outputs.

    Attributes
    ----------
    inputs : ndarray of shape (n,), int32
        Units; if inputs are pooled, all of them concatenated, in the lists of `offsets`.
    outputs : ndarray of shape (n,), int32
    weights : ndarray of shape (n,), float32, or None
        Factor of each pair's loss.
    offsets : ndarray of shape (n + 1,), int64, or None
        First input of each pair.

    Examples
    --------
    >>> from ns2vec.training.pairs import Pairs
    >>> ids = np.arange(3, dtype=np.int32)
    >>> Pairs(ids, ids + 5).take(np.array([2, 0])).outputs.tolist()
    [7, 5]
    """

    inputs: Int32Array
    outputs: Int32Array
    weights: Float32Array | None = None
    offsets: Int64Array | None = None

    def __len__(self) -> int:
        return len(self.outputs)

    @cached_property
    def mark(self) -> int:
        """CRC-32 of ids and weights: a checkpoint identifies them by it, whatever their order in an epoch."""
        return arrays_mark(self.inputs, self.outputs, self.weights)

    def take(self, places: npt.NDArray[Any]) -> Pairs:
        """Select some of them, in the order of `places`."""
        weights = None if self.weights is None else self.weights[places]
        if self.offsets is None:
            return Pairs(self.inputs[places], self.outputs[places], weights)
        starts, lengths = self.offsets[places], np.diff(self.offsets)[places]
        offsets = np.concatenate([[0], np.cumsum(lengths)])
        inputs = self.inputs[np.repeat(starts - offsets[:-1], lengths) + np.arange(offsets[-1])]
        return Pairs(inputs, self.outputs[places], weights, offsets)

    def in_order(self, places: Int64Array) -> tuple[Pairs, Int64Array | None]:
        """Pairs to train, and their order.

        Lists are selected first: scratch is as large as all lists that a kernel is given.
        """
        return (self, places) if self.offsets is None else (self.take(places), None)


class AnyPairs(Protocol):
    """Pairs whose inputs are stored, as in `Pairs`, or computed when they are taken."""

    def __len__(self) -> int: ...

    @property
    def mark(self) -> int:
        """The mark by which a checkpoint identifies them, whatever their order in an epoch."""
        ...

    def take(self, places: npt.NDArray[Any]) -> Pairs:
        """Select some of them, in the order of `places`."""
        ...

    def in_order(self, places: Int64Array) -> tuple[Pairs, Int64Array | None]:
        """Pairs to train, and their order; None if they are already in the order of `places`."""
        ...


@dataclass(frozen=True)
class PairChunk:
    """Pairs that share one learning rate; each counts as a word and as a sentence.

    Attributes
    ----------
    index : int
        Number of the chunk in its epoch, from 0.
    whole : AnyPairs
        All pairs of an epoch.
    order : ndarray of shape (n,), int64
        Places of its pairs among them.
    words_before, sentences_before : int
        Pairs of this epoch before this chunk.
    """

    index: int
    whole: AnyPairs
    order: Int64Array
    words_before: int

    def alone(self) -> PairChunk:
        """A copy for another process: with no other pairs than its own."""
        return replace(self, whole=self.whole.take(self.order), order=np.arange(len(self.order)))

    @property
    def n_sentences(self) -> int:
        """Number of pairs."""
        return len(self.order)

    @property
    def mark(self) -> int:
        """The mark by which a checkpoint identifies the pairs."""
        return self.whole.mark

    @property
    def sentences_before(self) -> int:
        """Pairs of this epoch before it."""
        return self.words_before


class PairFeed:
    """Pairs for a run, shuffled again in each epoch.

    Parameters
    ----------
    pairs : Pairs, or another object that returns some of its pairs on request
    """

    def __init__(self, pairs: AnyPairs) -> None:
        self.pairs = pairs

    def jobs(self, run: Run) -> Iterator[PairChunk]:
        """Chunks of one epoch; the order follows from the seed and the number of epochs trained before."""
        config, n_pairs, epoch = run.config, len(self.pairs), run.core.epochs_trained
        n_chunk = examples_of_chunk(n_pairs, config)
        for index, start in enumerate(range(0, n_pairs, n_chunk)):
            end = min(start + n_chunk, n_pairs)
            order = shuffled(n_pairs, start, end, seed=config.seed % 2**64, epoch=epoch)
            yield PairChunk(index, self.pairs, order, start)

    def job_of(self, run: Run, worker: Worker) -> Callable[[PairChunk], tuple[int, int, float]]:
        """Train a chunk at the learning rate of its place in the run."""
        return partial(RemotePairs().train, run, worker)

    def remote(self, run: Run) -> RemotePairs:
        """The object that trains its chunks in another process."""
        return RemotePairs()


class RemotePairs:
    """Trains chunks of pairs in any process: they contain everything that is needed."""

    def train(self, run: Any, worker: Worker, chunk: PairChunk) -> tuple[int, int, float]:
        """Train a chunk; return (pairs trained, pairs read, loss)."""
        worker.begin(run.progress(chunk))
        loss = worker.train_pairs(chunk.whole, run.rate(chunk), chunk.index, chunk.order)
        return chunk.n_sentences, chunk.n_sentences, loss


def arrays_mark(*arrays: Any) -> int:
    """CRC-32 of arrays one after another, without those that are None."""
    found = 0
    for array in arrays:
        if array is not None:
            found = crc32(np.ascontiguousarray(array).view(np.uint8).data, found)
    return found
