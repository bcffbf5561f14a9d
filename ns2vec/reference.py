"""Every update rule once more in plain NumPy float64: what the kernels are tested against.

Written to be read beside the papers, not to be fast. The random draws are repeated bit for bit
(``_cy/rng.h``), so a kernel and this module train the same windows with the same negatives and
can be compared weight by weight.

Legend: V words, D dimensions, n input rows, m output rows of one block.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

__all__ = ["Model", "Stream", "block_loss", "block_step", "count_higher", "sigmoid", "train_chunk"]

Array = npt.NDArray[np.float64]

MASK = (1 << 64) - 1
GOLDEN = 0x9E3779B97F4A7C15
WINDOWS, NOISE = 0, 1
MAX_REDRAWS = 16


def mix(z: int) -> int:
    """Finalizer of SplitMix64 (Steele, Lea & Flood 2014)."""
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


class Stream:
    """The random stream of one chunk and purpose.

    Parameters
    ----------
    seed, epoch, chunk : int
        Seed of the model, epochs it has ever trained, index of the chunk in the corpus.
    purpose : int
        0 for subsampling and windows, 1 for negatives.

    Examples
    --------
    >>> from ns2vec.reference import Stream
    >>> Stream(1, 0, 0, 0).below(10) == Stream(1, 0, 0, 0).below(10)
    True
    """

    def __init__(self, seed: int, epoch: int, chunk: int, purpose: int) -> None:
        key = mix((seed + GOLDEN) & MASK)
        key = mix(((key ^ epoch) + GOLDEN) & MASK)
        key = mix(((key ^ chunk) + GOLDEN) & MASK)
        self.state = mix(((key ^ purpose) + GOLDEN) & MASK)

    def next(self) -> int:
        """64 random bits."""
        self.state = (self.state + GOLDEN) & MASK
        return mix(self.state)

    def bits(self) -> int:
        """32 random bits."""
        return self.next() >> 32

    def below(self, n: int) -> int:
        """A uniform integer in [0, n)."""
        return (self.bits() * n) >> 32

    def alias(self, table: npt.NDArray[np.uint32]) -> int:
        """One draw from an alias table of shape (V, 2): {threshold, alias}."""
        r = self.next()
        column = ((r >> 32) * len(table)) >> 32
        return column if (r & 0xFFFFFFFF) < int(table[column, 0]) else int(table[column, 1])


def sigmoid(x: Array) -> Array:
    """The logistic function 1 / (1 + exp(-x)), without overflow."""
    return np.exp(-np.logaddexp(0.0, -x))


def block_loss(inputs: Array, outputs: Array, labels: Array, weights: Array) -> float:
    """Negative log likelihood of a block (Mikolov et al. 2013, arXiv:1310.4546, eq. 4).

    Parameters
    ----------
    inputs : ndarray of shape (n, D)
    outputs : ndarray of shape (m, D)
    labels, weights : ndarray of shape (m,)
        1 for what was seen and 0 for noise; how often each output counts.

    Returns
    -------
    float
        -sum_ij w_j (y_j log s(x_ij) + (1 - y_j) log s(-x_ij)) with x = inputs outputs^T.
    """
    scores = inputs @ outputs.T
    return float(np.sum(weights * (np.logaddexp(0.0, scores) - labels * scores)))


def block_step(inputs: Array, outputs: Array, labels: Array, weights: Array) -> tuple[Array, Array]:
    """Minus the gradient of `block_loss`: how inputs (n, D) and outputs (m, D) want to move.

    Both sides come from the old values of the other.
    """
    gradient = (labels - sigmoid(inputs @ outputs.T)) * weights
    return gradient @ outputs, gradient.T @ inputs


@dataclass
class Model:
    """Arrays and options of a training run, as the kernels take them, but in float64.

    Attributes
    ----------
    syn0, syn1neg, syn1 : ndarray of shape (V, D) or None
    alias : ndarray of shape (V, 2), uint32, or None
    paths : list of (points, codes) for each word, or None
    keep : ndarray of shape (V,), uint32, or None
    lock : ndarray of shape (n,)
    """

    syn0: Array
    syn1neg: Array | None = None
    alias: npt.NDArray[np.uint32] | None = None
    syn1: Array | None = None
    paths: list[tuple[npt.NDArray[np.int32], npt.NDArray[np.uint8]]] | None = None
    keep: npt.NDArray[np.uint32] | None = None
    lock: Array = field(default_factory=lambda: np.ones(1))
    architecture: str = "skip_gram"
    window: int = 5
    negative: int = 5
    negative_sharing: str = "window"
    shrink_windows: bool = True
    cbow_mean: bool = True
    cbow_corrected: bool = False
    seed: int = 1


def train_chunk(
    model: Model, sentences: list[list[int]], alpha: float, *, epoch: int = 0, chunk: int = 0
) -> tuple[int, float]:
    """Train a chunk of sentences of rows (-2: not in the vocabulary), in place.

    Returns
    -------
    n_trained : int
        Words left after subsampling.
    loss : float
        Summed negative log likelihood, each term before its own update.
    """
    windows = Stream(model.seed, epoch, chunk, WINDOWS)
    noise = Stream(model.seed, epoch, chunk, NOISE)
    n_trained, loss = 0, 0.0
    for sentence in sentences:
        words = subsample(model, sentence, windows)
        n_trained += len(words)
        shrinks = [windows.below(model.window) if model.shrink_windows else 0 for _ in words]
        for t, shrink in enumerate(shrinks):
            reach = model.window - shrink
            contexts = words[max(0, t - reach) : t] + words[t + 1 : t + reach + 1]
            if contexts:
                loss += STEPS[model.architecture](model, words[t], contexts, alpha, noise)
    return n_trained, loss


def subsample(model: Model, sentence: list[int], stream: Stream) -> list[int]:
    """Words of the vocabulary that survive subsampling; one draw for each word of the vocabulary."""
    known = [word for word in sentence if word >= 0]
    if model.keep is None:
        return known
    return [word for word in known if int(model.keep[word]) >= stream.bits()]


@dataclass(frozen=True)
class OutputSet:
    """The rows that an input meets: rows (m,), labels (m,), weights (m,) of `matrix`."""

    matrix: Array
    rows: list[int]
    labels: Array
    weights: Array


def path_set(model: Model, centre: int) -> OutputSet:
    """Huffman path of the centre; a code of 0 is the positive label (word2vec.c)."""
    if model.syn1 is None or model.paths is None:
        raise ValueError("hierarchical softmax needs syn1 and the Huffman paths")
    points, codes = model.paths[centre]
    return OutputSet(
        model.syn1, [int(p) for p in points], 1.0 - codes.astype(np.float64), np.ones(len(points))
    )


def noise_set(model: Model, centre: int, noise: Stream) -> OutputSet:
    """The centre and its negatives, each row once; a draw of the centre is drawn again, 16 times at most."""
    if model.syn1neg is None or model.alias is None:
        raise ValueError("negative sampling needs syn1neg and an alias table")
    rows, weights = [centre], [1.0]
    for _ in range(model.negative):
        draws = (noise.alias(model.alias) for _ in range(1 + MAX_REDRAWS))
        row = next((draw for draw in draws if draw != centre), None)
        if row is None:
            continue
        if row in rows:
            weights[rows.index(row)] += 1.0
        else:
            rows.append(row)
            weights.append(1.0)
    labels = np.zeros(len(rows))
    labels[0] = 1.0
    return OutputSet(model.syn1neg, rows, labels, np.array(weights))


def move_rows(model: Model, contexts: list[int], outputs: OutputSet, alpha: float) -> float:
    """One block between context rows and an output set; the loss before it."""
    inputs, rows = model.syn0[contexts], outputs.matrix[outputs.rows]
    loss = block_loss(inputs, rows, outputs.labels, outputs.weights)
    d_inputs, d_outputs = block_step(inputs, rows, outputs.labels, outputs.weights)
    np.add.at(model.syn0, contexts, alpha * lock_of(model, contexts) * d_inputs)
    np.add.at(outputs.matrix, outputs.rows, alpha * d_outputs)
    return loss


def step_skip_gram(model: Model, centre: int, contexts: list[int], alpha: float, noise: Stream) -> float:
    """All contexts of a centre in one block; with pairs, each context meets negatives of its own."""
    loss = 0.0
    if model.syn1 is not None:
        loss += move_rows(model, contexts, path_set(model, centre), alpha)
    if model.syn1neg is not None:
        pairwise = model.negative_sharing == "pair"
        for group in [[context] for context in contexts] if pairwise else [contexts]:
            loss += move_rows(model, group, noise_set(model, centre, noise), alpha)
    return loss


def step_cbow(model: Model, centre: int, contexts: list[int], alpha: float, noise: Stream) -> float:
    """The mean (or sum) of the contexts predicts the centre; its change goes back to every context.

    The gradient of a mean carries 1/n, that of a sum does not. word2vec.c has it the other way
    round, which ``cbow_corrected`` repairs (Irsoy, Benton & Stratos 2021, arXiv:2012.15332).
    """
    n = len(contexts)
    hidden = model.syn0[contexts].sum(axis=0, keepdims=True) * (1.0 / n if model.cbow_mean else 1.0)
    sets = [path_set(model, centre)] if model.syn1 is not None else []
    sets += [noise_set(model, centre, noise)] if model.syn1neg is not None else []
    change, loss = np.zeros_like(hidden), 0.0
    for outputs in sets:
        rows = outputs.matrix[outputs.rows]
        loss += block_loss(hidden, rows, outputs.labels, outputs.weights)
        d_hidden, d_rows = block_step(hidden, rows, outputs.labels, outputs.weights)
        change += alpha * d_hidden
        np.add.at(outputs.matrix, outputs.rows, alpha * d_rows)
    share = 1.0 / n if model.cbow_mean == model.cbow_corrected else 1.0
    np.add.at(model.syn0, contexts, share * lock_of(model, contexts) * change)
    return loss


def lock_of(model: Model, rows: list[int]) -> Array:
    """Factor of each row's change, shape (n, 1)."""
    factors: Array = model.lock[np.array(rows) % len(model.lock)]
    return factors[:, None]


STEPS = {"skip_gram": step_skip_gram, "cbow": step_cbow}


# ---- evaluation ------------------------------------------------------------------------------------------


def count_higher(
    of_pairs: Array,
    of_c: Array,
    pairs: Array,
    cs: Array,
    shifts: Array,
    expected: Array,
    excluded: Array,
    products: bool,
) -> Array:
    """Count the words that score higher than expected, as `ns2vec.evaluation._counts` does in one pass."""
    if products:
        scores = (of_pairs[pairs] - shifts[:, None]) * of_c[cs]
    else:
        scores = of_pairs[pairs] + of_c[cs]
    scores[excluded[:, 1], excluded[:, 0]] = -np.inf
    return np.asarray((scores > expected[:, None]).sum(axis=1))
