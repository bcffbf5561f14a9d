"""Memory of a batch: what a thread holds while it trains a batch, besides the weights that all share.

There are two parts. *Scratch* is what a thread allocates once and keeps for a batch of words: ids, inputs,
errors, scores, copies of hot rows. The *window* is the set of weight rows that one step reads and writes: the
context rows, and the output rows that they are trained on; all V of them with the full softmax, 1 + k with
negative sampling. It has to fit in the caches for a step to be fast.

Both are reported twice: counted (bytes that the kernel allocated; rows that actually changed when windows of
text were trained) and by formula.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ns2vec._kernels import PLANNED_WINDOWS, ROW_FLOATS, Kernel, Workspace
from ns2vec._typing import Float64Array, Int32Array, Int64Array
from ns2vec.objectives import OBJECTIVES
from ns2vec.training.network import Network
from ns2vec.training.worker import Worker
from ns2vec.vocab import build_huffman

FLOAT, INT, POINTER = 4, 4, 8
LANES = 16  # rows of a tile of scores are this many floats wide, or a multiple of it


@dataclass(frozen=True)
class BatchMemory:
    """Bytes of one thread's batch.

    Attributes
    ----------
    scratch : float
    window : float
        Mean over windows.
    """

    scratch: float
    window: float

    @property
    def total(self) -> float:
        """Return their sum."""
        return self.scratch + self.window


def count_batch_memory(
    network: Network, kernel: Kernel, max_words: int, windows: Sequence[tuple[Int32Array, int]]
) -> BatchMemory:
    """Count what the kernel allocates, and the rows that change while it trains windows.

    Parameters
    ----------
    network : Network
        Its weights are changed: pass a trained model that is no longer needed, without locked
        rows. (In a new model, output rows are zero, and inputs do not move.)
    kernel : Kernel
        Made from the network.
    max_words : int
        Words of a batch, for which scratch is allocated.
    windows : sequence of (sentence of shape (n,), int32, position of the centre)

    Returns
    -------
    BatchMemory
    """
    worker = Worker(kernel, 0, max_words, network.block())
    matrices = [rows.padded for rows in network.weights()]
    # copies are made once: only rows that changed are copied again
    before = [matrix.copy() for matrix in matrices]
    n_rows = 0
    for number, (sentence, position) in enumerate(windows):
        block = worker.draw_block(len(sentence), number)
        kernel.train_window(sentence, position, 0.025, work=worker.work, block=block, chunk=number)
        for matrix, old in zip(matrices, before, strict=True):
            changed = np.flatnonzero((matrix != old).any(axis=1))
            old[changed] = matrix[changed]
            n_rows += len(changed)
    row_bytes = matrices[0].shape[1] * FLOAT
    return BatchMemory(float(Workspace(kernel, max_words).n_bytes), n_rows * row_bytes / max(1, len(windows)))


def expected_batch_memory(
    kernel: Kernel,
    max_words: int,
    windows: Sequence[tuple[Int32Array, int]],
    *,
    objective: str,
    counts: Int64Array,
    q: Float64Array | None,
    vector_size: int,
) -> BatchMemory:
    """Compute the same from the options, the words of the windows, and the sampler's distribution.

    Rows of a window: the distinct contexts, and by output set: all V; the nodes on the centre's Huffman
    path; or the centre and the distinct words among n draws, sum_w 1 - (1 - q_w)^n of them. n is k for
    a window, and k for each context under pair sharing.

    Parameters
    ----------
    kernel, max_words, windows
        As in `count_batch_memory`.
    objective : str
    counts : ndarray of shape (V,), int64
    q : ndarray of shape (V,), float64, or None
        Distribution of a negative; None if there is no single one, and all draws are assumed to differ.
    vector_size : int

    Returns
    -------
    BatchMemory
    """
    row_bytes = -(-vector_size // ROW_FLOATS) * ROW_FLOATS * FLOAT
    outputs = OBJECTIVES[objective].outputs
    path_lengths = np.diff(build_huffman(counts).offsets) if outputs == "path" else None
    n_rows = 0.0
    for sentence, position in windows:
        contexts = _contexts(sentence, position, kernel.window)
        n_rows += len(set(contexts))
        if outputs == "all":
            n_rows += len(counts)
        elif path_lengths is not None:
            n_rows += int(path_lengths[sentence[position]])
        else:
            n_draws = kernel.negative * kernel.n_sets(len(contexts))
            n_rows += 1 + _distinct(n_draws, int(sentence[position]), q)
    scratch = scratch_formula(kernel, max_words)
    return BatchMemory(float(scratch), n_rows * row_bytes / max(1, len(windows)))


def _contexts(sentence: Int32Array, position: int, window: int) -> list[int]:
    around = np.concatenate(
        [sentence[max(0, position - window) : position], sentence[position + 1 : position + 1 + window]]
    )
    return [*around.tolist()]


def _distinct(n_draws: int, centre: int, q: Float64Array | None) -> float:
    """Expected number of distinct words among draws that are not the centre."""
    if q is None:
        return float(n_draws)
    others = np.delete(q, centre) / max(1.0 - q[centre], 1e-12)
    return float(-np.expm1(n_draws * np.log1p(-np.minimum(others, 1.0 - 1e-12))).sum())


def scratch_formula(kernel: Kernel, max_words: int) -> int:
    """Bytes of a thread's scratch, computed from the options, without parts of constant size.

    Legend: C contexts (2 window), k negatives, W the wider of 1 + k and the longest path, S floats of a row.

    - 36 bytes per word of the batch: its id, its window's width, the address of its input row, the lengths of
    rows,
      where words are repeated and sentences end
    - a tile of scores (C + 1) W, and C rows of errors
    - with the full softmax the packed contexts C S and their scores C V
    - windows that are planned ahead: ids, addresses, weights and offsets of their negatives, rows to
    prefetch;
      a set of negatives serves up to 32 contexts, or a pair
    - two copies of each hot row of each matrix
    """
    n_contexts = min(2 * kernel.window, max_words)
    noise_ld = _padded(1 + kernel.negative)
    widest = max(noise_ld, _padded(kernel.max_path))
    n_sets = kernel.n_sets(n_contexts)
    parts = [
        max_words * (3 * INT + 3 * POINTER),
        (n_contexts + 1) * widest * FLOAT,
        (n_contexts + 2) * kernel.stride * FLOAT,
        n_contexts * (kernel.stride + kernel.n_rows) * FLOAT if kernel.full_softmax else 0,
        PLANNED_WINDOWS * n_sets * ((1 + kernel.negative) * (INT + POINTER) + (2 * noise_ld + 1) * FLOAT),
        PLANNED_WINDOWS * (n_contexts + 2 + kernel.negative) * POINTER,
        2 * kernel.hot_rows * kernel.stride * FLOAT * (1 + kernel.sampled + (kernel.max_path > 0)),
    ]
    return sum(parts)


def _padded(n: int) -> int:
    return -(-n // LANES) * LANES
