"""The state of one training thread, and the training of a chunk."""

from __future__ import annotations

from typing import Any

import numpy as np

from ns2vec import _kernels
from ns2vec._typing import Int32Array, Int64Array
from ns2vec.sampling import BlockFunction
from ns2vec.sampling.steering import Steering
from ns2vec.training.pairs import AnyPairs


class Worker:
    """The state of one thread: a kernel shared with the others and its own scratch memory.

    Parameters
    ----------
    kernel : Kernel
    epoch : int
        Epochs the model had trained before this one: part of the key of the random streams.
    max_words : int
        Usual length of a chunk in ids; scratch grows for a longer one.
    block : callable, optional
        Python sampler: fills the negatives of a chunk.
    seed : int
    steering : tuple of Steering
        They get the counts of the sampler's draws.
    """

    def __init__(
        self,
        kernel: _kernels.Kernel,
        epoch: int,
        max_words: int,
        block: BlockFunction | None = None,
        seed: int = 1,
        steering: tuple[Steering, ...] = (),
    ) -> None:
        self.kernel = kernel
        self.steering = steering
        self.block = block
        self.seed = seed
        self.epoch = epoch
        self.room = (max_words, 1, 0)
        self.touches: dict[str, Any] = {}
        self.work = self.workspace()

    def workspace(self) -> _kernels.Workspace:
        """Scratch for chunks of this many ids, lists of this many inputs, and this many tags in total."""
        max_words, max_list, n_tags = self.room
        made = _kernels.Workspace(self.kernel, max_words, max_list=max_list, n_tags=n_tags)
        if self.touches:
            made.count_touches(**self.touches)
        return made

    def count_touches(self, **touches: Any) -> None:
        """Count how often chunks train each row; as `ns2vec._kernels.Workspace.count_touches`."""
        self.touches = touches
        self.work.count_touches(**touches)

    def make_room(self, max_words: int, lists: Int64Array | None = None, n_tags: int = 0) -> None:
        """Provide scratch for a chunk; `lists` holds the beginnings of the lists of inputs or tags in it."""
        max_list = int(np.diff(lists).max()) if lists is not None and len(lists) > 1 else 1
        needed = (max_words, max_list, n_tags)
        if any(more > there for more, there in zip(needed, self.room, strict=True)):
            most = [max(pair) for pair in zip(needed, self.room, strict=True)]
            self.room = (most[0], most[1], most[2])
            self.work = self.workspace()

    def begin(self, progress: float) -> None:
        """Prepare samplers for a chunk at a progress in [0, 1] of the run."""
        for steering in self.steering:
            steering.before(progress)

    def end(self) -> None:
        """Give samplers the counts of the draws of a chunk."""
        if self.steering:
            counts = self.work.take_counts()
            for steering in self.steering:
                steering.after(counts)

    def train(
        self,
        words: Int32Array,
        alpha: float,
        chunk: int,
        remap: Int32Array | None = None,
        tags: Int32Array | None = None,
        tag_offsets: Int64Array | None = None,
    ) -> tuple[int, int, float]:
        """Train a chunk; return (words trained, words read, loss)."""
        self.make_room(len(words), tag_offsets, 0 if tags is None else len(tags))
        block = self.draw_block(len(words), chunk)
        tally = self.kernel.train(
            words, alpha, work=self.work, remap=remap, tags=tags, tag_offsets=tag_offsets, block=block,
            epoch=self.epoch, chunk=chunk,
        )  # fmt: skip
        self.end()
        return tally

    def train_pairs(self, given: AnyPairs, alpha: float, chunk: int, places: Int64Array) -> float:
        """Train the explicit pairs at `places`, one after another; return the loss."""
        pairs, order = given.in_order(places)
        n_inputs = 0 if pairs.offsets is None else len(pairs.inputs)
        self.make_room(max(len(places), n_inputs), pairs.offsets)
        block = self.draw_block(len(places), chunk)
        loss = self.kernel.train_pairs(
            pairs.inputs, pairs.outputs, alpha, work=self.work, offsets=pairs.offsets, weights=pairs.weights,
            order=order, block=block, epoch=self.epoch, chunk=chunk,
        )  # fmt: skip
        self.end()
        return loss

    def draw_block(self, n_words: int, chunk: int) -> Int32Array | None:
        """Negatives that a Python sampler draws for a chunk: as many as it needs without collisions."""
        if self.block is None:
            return None
        sets_per_word = self.kernel.n_sets(min(2 * self.kernel.window, n_words))
        generator = np.random.default_rng([self.seed, self.epoch, chunk])
        return np.asarray(
            self.block(n_words * sets_per_word * self.kernel.negative, generator), dtype=np.int32
        )
