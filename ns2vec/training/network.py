"""A model's weights and tables, prepared for the kernels at the start of an epoch."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from ns2vec import _kernels
from ns2vec._registry import Registry
from ns2vec._typing import Float32Array, Int32Array, Int64Array
from ns2vec.corpus import MAX_SENTENCE_WORDS
from ns2vec.exceptions import ConfigError
from ns2vec.inputs import Bags
from ns2vec.objectives import Objective
from ns2vec.sampling import BlockFunction, BoundSampler
from ns2vec.sampling.steering import Steering
from ns2vec.training.config import TrainingConfig
from ns2vec.training.matrices import Rows
from ns2vec.training.spec import Spec, TargetSpec
from ns2vec.training.units import Side
from ns2vec.training.worker import Worker
from ns2vec.vocab.huffman import Huffman

Lists: TypeAlias = tuple[Int64Array, Int32Array]

ALWAYS = np.uint32(2**32 - 1)
HOT_ROWS = 1024  # most frequent rows, of which each worker trains its own copies (benchmarks/NOTES.md)
RUN_WORDS = 4  # of a document that share negatives, like the words of a window (benchmarks/NOTES.md)
RUN_DRAWS = 1.6  # how many times as many negatives they draw as one word
FROZEN_RUN_WORDS = 16  # the same if outputs are not changed, so that no step can take them too far
FROZEN_RUN_DRAWS = 3.2
MERGES_PER_WORKER = 100  # per epoch, at least; in a shorter corpus, all rows are shared


def make_noise(
    bound: BoundSampler, objective: type[Objective], known: Lists | None = None, other_inputs: bool = False
) -> _kernels.Noise:
    """What the kernels need to draw with a sampler for an objective; `known` and `other_inputs` as in `Goal`.

    Raises
    ------
    ConfigError
        If the objective needs probabilities that the sampler does not know, or lists are given in two ways.
    """
    source, sampler = bound.source, bound.sampler
    is_inline = (
        source.block is not None or source.is_uniform or (source.alias is not None and not source.batch_words)
    )
    tells = source.log_q is not None or (source.draws is not None and source.draws.tells)
    if objective.with_offsets and not tells:
        raise ConfigError(
            f"objective={objective.name!r} needs probabilities of negatives, which {sampler!r} does not know"
        )
    if known is not None and bound.filter is not None:
        raise ConfigError(f"{sampler!r} excludes outputs, but here every input has its own list")
    offsets, rows = known or bound.filter or (None, None)
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
        filter_by_input=known is not None,
        filter_window=sampler.exclude == "window",
        batch_words=source.batch_words,
        pool_size=source.pool_size,
        wants_hidden=source.wants_hidden,
        other_inputs=other_inputs,
    )


@dataclass
class Goal:
    """A target as an epoch trains it: its rows, and how the outputs of a centre are chosen.

    Attributes
    ----------
    spec : TargetSpec
    side : Side
    bound : BoundSampler or None
        The source of negatives.
    huffman : Huffman or None
    bias : ndarray of shape (n_outputs,), float32, or None
    sets : Bags or None
        Sets of labels, which are then the centres.
    known : tuple of ndarray, or None
        Offsets (n_inputs + 1,), int64, and outputs (n,), int32, ascending within each list: the outputs that
        are not negatives of an input.
    other_inputs : bool
        Inputs are not outputs, whatever their number: users, when items are drawn.
    """

    spec: TargetSpec
    side: Side
    bound: BoundSampler | None = None
    huffman: Huffman | None = None
    bias: Float32Array | None = None
    sets: Bags | None = None
    known: Lists | None = None
    other_inputs: bool = False

    @property
    def objective(self) -> type[Objective]:
        """The objective of the rows."""
        return self.spec.objective

    @property
    def padded(self) -> Float32Array:
        """The rows in the layout of the kernels."""
        return self.side.rows.padded

    @property
    def n_outputs(self) -> int:
        """The number of outputs that can be centres."""
        return len(self.padded) if self.side.bags is None else len(self.side.bags.offsets) - 1

    def target(self, config: TrainingConfig) -> _kernels.Target:
        """The target for the kernels."""
        return TARGETS[self.spec.outputs](self, config)

    def loss_of_nothing(self, negative: int) -> float:
        """Upper bound of the expected loss of an input if all scores are zero; infinite if none is known."""
        if self.huffman is not None:
            return int(np.diff(self.huffman.offsets).max()) * math.log(2.0)
        return loss_of_zero_scores(self.objective, self.bound, self.n_outputs, negative)


#: The `outputs` of an objective -> the target of the kernels.
TARGETS: Registry[Callable[[Goal, TrainingConfig], _kernels.Target]] = Registry("output set")


@TARGETS.entry("sampled")
def sampled_target(goal: Goal, config: TrainingConfig) -> _kernels.Target:
    """The centre with negatives from a sampler."""
    if goal.bound is None:
        raise RuntimeError(f"{goal.spec.matrix} has no sampler")
    noise = make_noise(goal.bound, goal.objective, goal.known, goal.other_inputs)
    link = goal.objective.link
    return _kernels.Sampled(goal.side.matrix(), noise, config.negative, link=link, bias=goal.bias)


@TARGETS.entry("path")
def path_target(goal: Goal, config: TrainingConfig) -> _kernels.Target:
    """The inner nodes on the path of the centre in the Huffman tree."""
    if goal.huffman is None:
        raise RuntimeError(f"{goal.spec.matrix} has no tree")
    tree = goal.huffman
    return _kernels.Path(goal.side.matrix(), tree.offsets, tree.points, tree.codes)


@TARGETS.entry("all")
def full_target(goal: Goal, config: TrainingConfig) -> _kernels.Target:
    """Every output, by BLAS."""
    return _kernels.All(goal.side.matrix())


@TARGETS.entry("labels")
def label_target(goal: Goal, config: TrainingConfig) -> _kernels.Target:
    """Every output, for a small number of outputs."""
    sets: dict[str, Any] = {}
    if goal.sets is not None:
        sets = {"offsets": goal.sets.offsets, "labels": goal.sets.rows}
    return _kernels.Labels(goal.side.matrix(), link=goal.objective.link, bias=goal.bias, **sets)


@dataclass
class Network:
    """The arrays that one epoch trains.

    Attributes
    ----------
    spec : Spec
    inputs : Side
    goals : sequence of Goal
        In the order of training.
    tags : Side or None
        Further inputs, of whole documents.
    keep : ndarray of shape (V,), uint32, or None
        Subsampling thresholds.
    null_row : int or None
        The padding word, if inputs are concatenated.
    """

    spec: Spec
    inputs: Side
    goals: Sequence[Goal]
    tags: Side | None = None
    keep: npt.NDArray[np.uint32] | None = None
    null_row: int | None = None

    def kernel(self, config: TrainingConfig, n_words: int = 0) -> _kernels.Kernel:
        """The training kernel over these arrays.

        Parameters
        ----------
        config : TrainingConfig
        n_words : int
            Length of the corpus, if known. With hierarchical softmax alone, workers keep copies of hot rows
            if it is so long that copies are merged often enough: all of them change the top of the tree at
            every word. With negatives, this gains next to nothing and costs quality (benchmarks/NOTES.md).
        """
        self.check_sampler()
        is_plain = self.tags is None and self.inputs.bags is None and self.spec.reader == "windows"
        has_copies = config.workers > 1 and is_plain and self.words is None
        is_long = n_words >= MERGES_PER_WORKER * config.workers * config.batch_words
        keep = self.keep if self.keep is not None and (self.keep != ALWAYS).any() else None
        options = config.kernel_options()
        if self.spec.concat:
            options |= {"shrink_windows": False, "null_row": self.null_row, "n_tags": self.spec.concat}
        targets = [goal.target(config) for goal in self.goals]
        if self.takes_runs(config, targets):
            is_frozen = self.goals[0].side.frozen
            words = FROZEN_RUN_WORDS if is_frozen else RUN_WORDS
            draws = FROZEN_RUN_DRAWS if is_frozen else RUN_DRAWS
            options |= {"run_words": words, "run_negative": round(draws * config.negative)}
        made = _kernels.Kernel(
            self.inputs.matrix(),
            targets,
            tags=None if self.tags is None else self.tags.matrix(),
            reader=self.spec.reader,
            pooled="concat" if self.spec.concat else self.spec.pooled,
            keep=None if keep is None else np.ascontiguousarray(keep, dtype=np.uint32),
            hot_rows=HOT_ROWS if has_copies and is_long else 0,
            width=config.vector_size,
            **options,
        )
        self.attach(config)
        return made

    def attach(self, config: TrainingConfig) -> None:
        """Show the outputs to samplers that look at the model."""
        if self.words is None:
            return
        side = self.words.side
        made_of_rows = {} if side.bags is None else {"compose": side.vectors}
        for steering in self.steering():
            steering.attach(self.words.padded, config.vector_size, **made_of_rows)

    def takes_runs(self, config: TrainingConfig, targets: Sequence[_kernels.Target]) -> bool:
        """Whether words of a document share negatives: only tags are trained on them, and the target can."""
        has_rows = self.tags is not None and self.tags.bags is None
        is_alone = self.spec.reader == "tags" and not self.spec.pooled
        is_shared = is_alone and has_rows and config.negative_sharing == "window"
        return is_shared and len(targets) == 1 and targets[0].serves_runs

    def check_sampler(self) -> None:
        """A sampler that is keyed on the context needs negatives for each pair."""
        bound = self.bound
        if bound is not None and bound.source.needs_pairs and not self.spec.pairs:
            raise ConfigError(
                f"{bound.sampler!r} depends on the context word: it needs sg=1 and negative_sharing='pair'"
            )

    @property
    def words(self) -> Goal | None:
        """The target whose outputs are words; None if only a Huffman tree is trained."""
        return next((goal for goal in self.goals if goal.huffman is None), None)

    @property
    def bound(self) -> BoundSampler | None:
        """The source of negatives."""
        return None if self.words is None else self.words.bound

    @property
    def huffman(self) -> Huffman | None:
        """The tree whose inner nodes are trained."""
        return next((goal.huffman for goal in self.goals if goal.huffman is not None), None)

    def weights(self) -> list[Rows]:
        """Every matrix that is trained, the inputs' first."""
        sides = [self.inputs, *(goal.side for goal in self.goals)]
        return [side.rows for side in (sides if self.tags is None else [*sides, self.tags])]

    def loss_of_nothing(self, config: TrainingConfig) -> float:
        """Upper bound of the loss of a trained word, with all of its contexts, if every score is zero.

        Infinite if there is no known bound.
        """
        loss = sum(goal.loss_of_nothing(config.negative) for goal in self.goals)
        return float(loss * (2 * config.window if self.spec.is_pair_of_words else 1))

    def worker(self, kernel: _kernels.Kernel, config: TrainingConfig, epoch: int) -> Worker:
        """The state of one thread, with scratch for chunks of the usual length."""
        return Worker(kernel, epoch, chunk_room(config), self.block(), config.seed, self.steering())

    def block(self) -> BlockFunction | None:
        """The Python function that draws negatives, if the sampler is one."""
        return self.bound.source.block if self.bound is not None else None

    def steering(self) -> tuple[Steering, ...]:
        """The steerings of samplers that look at the model."""
        return self.bound.source.steering if self.bound is not None else ()

    def detach(self) -> None:
        """Tell samplers that look at the model that the epoch is over."""
        for steering in self.steering():
            steering.detach()

    def write_back(self) -> None:
        """Copy trained rows to arrays with which users have replaced ours."""
        for rows in self.weights():
            rows.write_back()


def chunk_room(config: TrainingConfig) -> int:
    """Number of ids that scratch memory is allocated for: a chunk, its last sentence and their ends."""
    return 2 * config.batch_words + 2 * MAX_SENTENCE_WORDS


def loss_of_zero_scores(
    objective: type[Objective], bound: BoundSampler | None, n_words: int, negative: int
) -> float:
    """Upper bound of the expected loss of one output set whose scores are zero.

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
        return math.inf  # a custom link, or custom probabilities
    if not objective.with_offsets or log_q is None:
        return (1 + negative) * math.log(2.0)
    seen = log_q[np.isfinite(log_q)].astype(np.float64)
    logits = -(math.log(negative) + seen)
    noise = negative * float((np.exp(seen) * np.logaddexp(0.0, logits)).sum())
    return noise + float(np.logaddexp(0.0, -logits).max())
