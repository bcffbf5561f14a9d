"""Expected work of one epoch: words, windows, pairs, and what each objective does with them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from ns2vec._kernels import CONTEXTS_PER_SET
from ns2vec._registry import Registry
from ns2vec.calculator.shape import CorpusShape
from ns2vec.training.config import TrainingConfig
from ns2vec.vocab import build_huffman, keep_probabilities


@dataclass(frozen=True)
class Expected:
    """Expected figures of one epoch, over subsampling and the shrinking of windows.

    Attributes
    ----------
    n_trained : float
        Words left after vocabulary and subsampling.
    n_windows : float
        Centre words with a context.
    n_pairs : float
        (context, centre) pairs: the positives of skip-gram. CBOW makes one input of each window.
    """

    n_trained: float
    n_windows: float
    n_pairs: float

    def n_inputs(self, config: TrainingConfig) -> float:
        """Input rows that are trained on an output set: contexts in skip-gram, windows in CBOW."""
        return self.n_windows if config.spec().pooled else self.n_pairs


def expect_windows(shape: CorpusShape, config: TrainingConfig) -> Expected:
    """Expected words, windows and pairs of one epoch.

    A sentence of n words, each kept with probability q, keeps L ~ Binomial(n, q) words, and
    two kept words at distance j are a pair, in both directions, if the window reaches that far: with
    probability (window - j + 1) / window, or 1 without shrinking. So the pairs of a sentence are
    2 sum_j P(reach >= j) E max(L - j, 0), where E max(L - j, 0) = n q - j + sum_{i < j} P(L <= i).
    """
    from scipy.special import bdtr

    lengths, kept = shape.lengths, np.minimum(shape.kept, 1.0)
    mean = lengths * kept
    pairs = np.zeros(len(lengths))
    missing = np.zeros(len(lengths))
    for j in range(1, min(config.window, int(lengths.max(initial=1))) + 1):
        # bdtr is undefined beyond n
        below = bdtr(np.minimum(j - 1.0, lengths), lengths, kept)
        missing += np.where(j - 1 >= lengths, 1.0, below)
        reaches = (config.window - j + 1) / config.window if config.shrink_windows else 1.0
        pairs += 2.0 * reaches * np.maximum(mean - j + missing, 0.0)
    alone = mean * (1.0 - kept) ** (lengths - 1.0)
    n_sentences = shape.n_sentences
    return Expected(
        float(mean @ n_sentences), float((mean - alone) @ n_sentences), float(pairs @ n_sentences)
    )


@dataclass(frozen=True)
class OutputWork:
    """The contribution of an objective to an epoch and to memory.

    Attributes
    ----------
    matrix : str
        Name of its output matrix; it has V rows.
    n_drawn : float
        Noise words drawn.
    n_scored : float
        Input rows times the output rows that they are scored with.
    table_bytes : int
        Its tables besides the matrix.
    """

    matrix: str
    n_drawn: float
    n_scored: float
    table_bytes: int


OutputRule: TypeAlias = Callable[[CorpusShape, TrainingConfig, Expected], OutputWork]

OUTPUTS: Registry[OutputRule] = Registry("output set")
"""The number of output rows touched, for each kind of output set of an objective."""


@OUTPUTS.entry("sampled")
def negatives(shape: CorpusShape, config: TrainingConfig, expected: Expected) -> OutputWork:
    """The centre and k noise words, drawn once per pair, or once per window and for at most 32 contexts."""
    n_sets, spec = expected.n_windows, config.spec()
    if spec.pairs:
        n_sets = expected.n_pairs
    elif not spec.pooled and 2 * spec.window > CONTEXTS_PER_SET:
        # with many contexts, the last set has half as many as the others on average
        n_sets = max(n_sets, expected.n_pairs / CONTEXTS_PER_SET + n_sets / 2)
    # alias table, log q, the noise distribution, subsampling
    table_bytes = len(shape.counts) * (8 + 4 + 8 + 8)
    n_scored = expected.n_inputs(config) * (1 + config.negative)
    return OutputWork("syn1neg", n_sets * config.negative, n_scored, table_bytes)


@OUTPUTS.entry("all")
def full_softmax(shape: CorpusShape, config: TrainingConfig, expected: Expected) -> OutputWork:
    """Every word."""
    return OutputWork("syn1neg", 0.0, expected.n_inputs(config) * len(shape.counts), 0)


@OUTPUTS.entry("path")
def hierarchical_softmax(shape: CorpusShape, config: TrainingConfig, expected: Expected) -> OutputWork:
    """The inner nodes on the centre's Huffman path."""
    tree = build_huffman(shape.counts)
    code_lengths = np.diff(tree.offsets)
    trained = shape.counts * keep_probabilities(shape.counts, config.sample)
    mean_length = float(code_lengths @ trained / max(trained.sum(), 1.0))
    table_bytes = tree.offsets.nbytes + tree.points.nbytes + tree.codes.nbytes
    return OutputWork("syn1", 0.0, expected.n_inputs(config) * mean_length, table_bytes)


def outputs_of(shape: CorpusShape, config: TrainingConfig, expected: Expected) -> list[OutputWork]:
    """The work of each objective that a configuration trains."""
    targets = config.spec(len(shape.counts)).targets
    return [OUTPUTS[target.outputs](shape, config, expected) for target in targets]
