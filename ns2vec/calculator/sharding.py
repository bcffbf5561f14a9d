"""The memory of copies of the weights in sharded training."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ns2vec._typing import Float64Array
from ns2vec.calculator.shape import CorpusShape
from ns2vec.calculator.work import OutputWork
from ns2vec.sampling import noise_distribution
from ns2vec.training.config import TrainingConfig
from ns2vec.training.sharded.rounds import chunks_of_round
from ns2vec.vocab import keep_probabilities


def shard_parts(
    shape: CorpusShape, config: TrainingConfig, outputs: Sequence[OutputWork], row_bytes: int
) -> dict[str, int]:
    """Bytes of ``replicas``, one of all weights per worker with how often rows were trained, and of the
    ``changes`` of all shards.

    A shard's changes cover the rows that it is expected to touch in a round; of Huffman nodes and of the
    outputs of a full softmax, all rows are assumed to be touched.

    Parameters
    ----------
    shape : CorpusShape
    config : TrainingConfig
    outputs : sequence of OutputWork
    row_bytes : int
        Per row, with its padding.

    Returns
    -------
    dict
        Empty without shards.
    """
    if config.shards is None:
        return {}
    n_rows = len(shape.counts)
    n_workers = 1 if config.spec(n_rows).has_one_updater else min(config.workers, config.shards)
    replicas = n_workers * n_rows * (row_bytes + 4) * (1 + len(outputs))
    n_touched = touched_rows(shape, config, outputs)
    # a row has its number and how often it was trained; each replica may have to record that it has changed
    return {"replicas": replicas, "changes": round(config.shards * n_touched * (row_bytes + 5))}


def touched_rows(
    shape: CorpusShape, config: TrainingConfig, outputs: Sequence[OutputWork], n_shards: int = 1
) -> float:
    """Expected number of rows of all matrices that this many shards touch in a round."""
    return sum(float(chances.sum()) for chances in chances_of_rows(shape, config, outputs, n_shards))


def chances_of_rows(
    shape: CorpusShape, config: TrainingConfig, outputs: Sequence[OutputWork], n_shards: int = 1
) -> list[Float64Array]:
    """For each matrix, the probability that this many shards touch each row in a round."""
    kept = shape.counts * keep_probabilities(shape.counts, config.sample)
    share = n_shards * chunks_of_round(shape.n_words, config) * config.batch_words / max(shape.n_words, 1)
    noise = noise_distribution(shape.counts, config.ns_exponent)
    return [touched(kept * share)] + [
        touched((kept + output.n_drawn * noise) * share) if output.n_drawn else np.ones(len(kept))
        for output in outputs
    ]


def touched(times: npt.NDArray[np.float64] | Float64Array) -> Float64Array:
    """Probability that rows are touched at all, given the expected number of times."""
    return np.asarray(-np.expm1(-times))
