"""A model's weights and tables, made ready for the kernels at the start of an epoch."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ns2vec import _kernels
from ns2vec._typing import Float32Array, Int32Array
from ns2vec.corpus import MAX_SENTENCE_WORDS
from ns2vec.exceptions import ConfigError
from ns2vec.objectives import Objective
from ns2vec.sampling import BlockFunction, BoundSampler
from ns2vec.sampling.steering import Steering
from ns2vec.training.config import TrainingConfig
from ns2vec.training.matrices import Rows
from ns2vec.vocab.huffman import Huffman

ALWAYS = np.uint32(2**32 - 1)
HOT_ROWS = 1024  # most frequent rows, of which each worker trains copies of its own (benchmarks/NOTES.md)
MERGES_PER_WORKER = 100  # in an epoch, at least; in a shorter corpus all rows are shared


def lock_factors(vectors_lockf: Any) -> Float32Array | None:
    """Gensim's ``wv.vectors_lockf`` as the kernels take it: None when it is all ones of length 1."""
    if vectors_lockf is None:
        return None
    factors = np.ascontiguousarray(vectors_lockf, dtype=np.float32).reshape(-1)
    return None if len(factors) == 0 or (len(factors) == 1 and factors[0] == 1.0) else factors


def make_noise(bound: BoundSampler, objective: type[Objective]) -> _kernels.Noise:
    """What the kernels need to draw with a sampler for an objective.

    Raises
    ------
    ConfigError
        If the objective needs probabilities that the sampler cannot tell.
    """
    source, sampler = bound.source, bound.sampler
    is_inline = (
        source.block is not None or source.is_uniform or (source.alias is not None and not source.batch_words)
    )
    tells = source.log_q is not None or (source.draws is not None and source.draws.tells)
    if objective.with_offsets and not tells:
        raise ConfigError(
            f"objective={objective.name!r} needs probabilities of negatives, which {sampler!r} cannot tell"
        )
    offsets, rows = bound.filter or (None, None)
    return _kernels.Noise(
        bound.data.n_words,
        alias=source.alias,
        sampler=None if is_inline else source.draws,
        block=source.block is not None,
        on_collision=sampler.on_collision or objective.on_collision,
        log_q=source.log_q,
        with_offsets=objective.with_offsets,
        filter_offsets=offsets,
        filter_rows=rows,
        filter_window=sampler.exclude == "window",
        batch_words=source.batch_words,
        pool_size=source.pool_size,
        wants_hidden=source.wants_hidden,
    )


@dataclass
class Network:
    """What one epoch trains.

    Attributes
    ----------
    syn0, syn1neg, syn1 : Rows
        Input rows; output rows of words and of the Huffman tree's inner nodes, or None.
    objective : type of Objective, or None
        What the output rows of words are trained for.
    bound : BoundSampler or None
        Where its negatives come from.
    huffman : Huffman or None
    keep : ndarray of shape (V,), uint32, or None
        Subsampling thresholds.
    lock : ndarray of shape (n,), float32, or None
    """

    syn0: Rows
    syn1neg: Rows | None = None
    syn1: Rows | None = None
    objective: type[Objective] | None = None
    bound: BoundSampler | None = None
    huffman: Huffman | None = None
    keep: npt.NDArray[np.uint32] | None = None
    lock: Float32Array | None = None

    def kernel(self, config: TrainingConfig, n_words: int = 0) -> _kernels.Kernel:
        """The training kernel over these arrays.

        Parameters
        ----------
        config : TrainingConfig
        n_words : int
            Length of the corpus, when known. With hierarchical softmax alone workers keep copies of hot rows
            where it is so long that copies are merged often enough: all of them change the top of the tree at
            every word. With negatives it gains next to nothing and costs quality (benchmarks/NOTES.md).
        """
        has_copies = config.workers > 1 and self.syn1 is not None and self.syn1neg is None
        is_long = n_words >= MERGES_PER_WORKER * config.workers * config.batch_words
        keep = self.keep if self.keep is not None and (self.keep != ALWAYS).any() else None
        return _kernels.Kernel(
            _kernels.UnitMatrix(self.syn0.padded, lock=self.lock),
            self.targets(config),
            keep=None if keep is None else np.ascontiguousarray(keep, dtype=np.uint32),
            hot_rows=HOT_ROWS if has_copies and is_long else 0,
            width=config.vector_size,
            **config.kernel_options(),
        )

    def targets(self, config: TrainingConfig) -> list[_kernels.Target]:
        """What each window is trained for, one after the other."""
        found: list[_kernels.Target] = []
        if self.syn1 is not None and self.huffman is not None:
            tree = self.huffman
            found.append(_kernels.Path(self.syn1.padded, tree.offsets, tree.points, tree.codes))
        if self.syn1neg is None or self.objective is None:
            return found
        if self.objective.outputs == "all":
            return [*found, _kernels.All(self.syn1neg.padded)]
        if self.bound is not None:
            check_pairs(self.bound, config)
            noise = make_noise(self.bound, self.objective)
            link = self.objective.link
            found.append(_kernels.Sampled(self.syn1neg.padded, noise, config.negative, link=link))
            for steering in self.steering():
                steering.attach(self.syn1neg.padded, config.vector_size)
        return found

    def weights(self) -> list[Rows]:
        """Every matrix that is trained."""
        return [rows for rows in (self.syn0, self.syn1neg, self.syn1) if rows is not None]

    def loss_of_nothing(self, config: TrainingConfig) -> float:
        """Loss of a trained word when every score is zero, at most: with all of its contexts.

        Infinite where no bound is known.
        """
        loss = 0.0
        if self.huffman is not None:
            loss += int(np.diff(self.huffman.offsets).max()) * np.log(2.0)
        if self.objective is not None:
            loss += loss_of_zero_scores(self.objective, self.bound, len(self.syn0.padded), config.negative)
        return float(loss * (1 if config.spec().pooled else 2 * config.window))

    def worker(self, kernel: _kernels.Kernel, config: TrainingConfig, epoch: int) -> Worker:
        """What one thread holds, with scratch for chunks of the usual length."""
        return Worker(kernel, epoch, chunk_room(config), self.block(), config.seed, self.steering())

    def block(self) -> BlockFunction | None:
        """The Python function that draws negatives, if the sampler is one."""
        return self.bound.source.block if self.bound is not None else None

    def steering(self) -> tuple[Steering, ...]:
        """What follows the training for samplers that look at the model."""
        return self.bound.source.steering if self.bound is not None else ()

    def detach(self) -> None:
        """Tell samplers that look at the model that the epoch is over."""
        for steering in self.steering():
            steering.detach()

    def write_back(self) -> None:
        """Give trained rows to arrays that users have put in place of ours."""
        for rows in self.weights():
            rows.write_back()


def chunk_room(config: TrainingConfig) -> int:
    """Ids that scratch memory is made for: a chunk, its last sentence and their ends."""
    return 2 * config.batch_words + 2 * MAX_SENTENCE_WORDS


def loss_of_zero_scores(
    objective: type[Objective], bound: BoundSampler | None, n_words: int, negative: int
) -> float:
    """Expected loss of one output set whose scores are zero, at most.

    Examples
    --------
    >>> from ns2vec.objectives import NegativeSampling
    >>> round(loss_of_zero_scores(NegativeSampling, None, 100, 5), 3)     # 6 log 2
    4.159
    """
    log_q = None if bound is None else bound.source.log_q
    if objective.link == "softmax":
        # with offsets: log(1 + (k q_o) sum_j 1 / (k q_j)), where the sum is V on average
        return math.log1p(n_words * negative) if objective.with_offsets else math.log(n_words)
    if objective.link != "logistic" or (objective.with_offsets and log_q is None):
        return math.inf  # the user's own link, or probabilities of the user's own
    if not objective.with_offsets or log_q is None:
        return (1 + negative) * math.log(2.0)
    seen = log_q[np.isfinite(log_q)].astype(np.float64)
    logits = -(math.log(negative) + seen)
    noise = negative * float((np.exp(seen) * np.logaddexp(0.0, logits)).sum())
    return noise + float(np.logaddexp(0.0, -logits).max())


def check_pairs(bound: BoundSampler, config: TrainingConfig) -> None:
    """A sampler that is keyed on the context needs negatives for each pair."""
    if bound.source.needs_pairs and not config.spec().pairs:
        raise ConfigError(
            f"{bound.sampler!r} is keyed on the context word: it needs sg=1 and negative_sharing='pair'"
        )


class Worker:
    """What one thread holds: a kernel shared with the others and scratch memory of its own.

    Parameters
    ----------
    kernel : Kernel
    epoch : int
        Epochs the model had trained before this one: part of the key of the random streams.
    max_words : int
        Usual length of a chunk in ids; scratch grows when a longer one comes.
    block : callable, optional
        Python sampler: fills the negatives of a chunk.
    seed : int
    steering : tuple of Steering
        Told what the sampler's draws counted.
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
        self.work = _kernels.Workspace(kernel, max_words)
        self.max_words = max_words

    def begin(self, progress: float) -> None:
        """Get samplers ready for a chunk at a progress in [0, 1] of the run."""
        for steering in self.steering:
            steering.before(progress)

    def train(
        self, words: Int32Array, alpha: float, chunk: int, remap: Int32Array | None = None
    ) -> tuple[int, int, float]:
        """Train a chunk; return (words trained, words read, loss)."""
        if len(words) > self.max_words:
            self.max_words = len(words)
            self.work = _kernels.Workspace(self.kernel, self.max_words)
        block = self.draw_block(len(words), chunk)
        tally = self.kernel.train(
            words, alpha, work=self.work, remap=remap, block=block, epoch=self.epoch, chunk=chunk
        )
        if self.steering:
            counts = self.work.take_counts()
            for steering in self.steering:
                steering.after(counts)
        return tally

    def draw_block(self, n_words: int, chunk: int) -> Int32Array | None:
        """Negatives that a Python sampler draws for a chunk: as many as it can need without collisions."""
        if self.block is None:
            return None
        sets_per_word = self.kernel.n_sets(min(2 * self.kernel.window, n_words))
        generator = np.random.default_rng([self.seed, self.epoch, chunk])
        return np.asarray(
            self.block(n_words * sets_per_word * self.kernel.negative, generator), dtype=np.int32
        )
