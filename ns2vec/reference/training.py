"""Windows, output sets, and how rows move."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import numpy.typing as npt

from ns2vec.reference import cuts
from ns2vec.reference.objectives import block_loss, block_step
from ns2vec.reference.samplers import Draw, Request
from ns2vec.reference.streams import NOISE, WINDOWS, Stream

__all__ = ["MAX_REDRAWS", "Model", "OutputSet", "STEPS", "Window", "draw_sets", "train_chunk"]

Array = npt.NDArray[np.float64]

MAX_REDRAWS = 16
LOWEST_LOG_Q = -80.0


@dataclass
class Model:
    """Arrays and options of a training run, as the kernels take them, but in float64.

    Attributes
    ----------
    syn0, syn1neg, syn1 : ndarray of shape (V, D) or None
    draw : callable or None
        The sampler: ``draw(request, k) -> rows``.
    log_q : callable or None
        ``log_q(request, rows)``: log probability of each row in a draw. With it, scores are reduced by
        log(k q).
    on_collision : {"redraw", "skip", "keep"}
    excluded : dict of row -> rows
        Rows that are no negatives of a centre.
    exclude_window : bool
    batch_words, pool_size, pool_draw
        Words of a batch; rows drawn to stand for it, and from what.
    link : str
    full_softmax : bool
    paths : list of (points, codes) for each word, or None
    keep : ndarray of shape (V,), uint32, or None
    lock : ndarray of shape (n,)
    """

    syn0: Array
    syn1neg: Array | None = None
    draw: Draw | None = None
    log_q: Callable[[Request, list[int]], Array] | None = None
    on_collision: str = "redraw"
    excluded: dict[int, list[int]] = field(default_factory=dict)
    exclude_window: bool = False
    batch_words: int = 0
    pool_size: int = 0
    pool_draw: Draw | None = None
    link: str = "logistic"
    full_softmax: bool = False
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


@dataclass
class Window:
    """A centre, the words around it, the batch that negatives may come from, and the negatives.

    `norms` are the squared lengths of the contexts' rows when a window first reached their `positions` in the
    chunk; None: as they are now.
    """

    centre: int
    contexts: list[int]
    batch: list[int]
    noise: Stream
    positions: range = range(0)
    norms: list[float] | None = None
    sets: list[OutputSet] = field(default_factory=list)


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
    loaded = []
    for sentence in sentences:
        words = subsample(model, sentence, windows)
        loaded.append((words, [windows.below(model.window) if model.shrink_windows else 0 for _ in words]))
    everything = [word for words, _ in loaded for word in words]
    batches = Batches(model, everything, noise)
    places = [(words, shrinks, t) for words, shrinks in loaded for t in range(len(words))]
    loss, norms = 0.0, list[float]()
    ahead: Window | None = None
    # sets are drawn one window ahead, so a sampler that looks at the model sees it one window old
    for position in range(len(places) + 1):
        window, ahead = ahead, None
        if position < len(places):
            ahead = plan(model, *places[position], batches, position)
        if window is not None:
            measure(model, window, everything, position - 1, norms)
            loss += STEPS[model.architecture](model, window, alpha)
    return len(everything), loss


def plan(
    model: Model, words: list[int], shrinks: list[int], t: int, batches: Batches, position: int
) -> Window | None:
    """The window of position t of a sentence with its negatives; None where there are no contexts."""
    reach = model.window - shrinks[t]
    contexts = words[max(0, t - reach) : t] + words[t + 1 : t + reach + 1]
    if not contexts:
        return None
    first = position - min(t, reach)
    reached = range(first, first + len(contexts) + 1)
    window = Window(words[t], contexts, batches.at(position), batches.noise, reached)
    draw_sets(model, window)
    return window


def measure(model: Model, window: Window, words: list[int], position: int, norms: list[float]) -> None:
    """Give a window the lengths of its rows: of those that it reaches first, every other counts twice."""
    for row in words[len(norms) : window.positions.stop]:
        is_measured = len(norms) * 2654435769 % 2**32 >= 2**31
        norms.append(2 * float(model.syn0[row] @ model.syn0[row]) if is_measured else 0.0)
    window.norms = [norms[p] for p in window.positions if p != position]


def draw_sets(model: Model, window: Window) -> None:
    """Draw the negatives of a window."""
    if model.draw is not None:
        window.sets = [noise_set(model, window, part) for part in parts_of(model, window)]


def parts_of(model: Model, window: Window) -> list[range]:
    """The contexts that each set of negatives serves."""
    n_contexts = len(window.contexts)
    if model.architecture != "skip_gram":
        return [range(n_contexts)]
    most = 1 if model.negative_sharing == "pair" else cuts.SET_CONTEXTS
    return cuts.parts_of(n_contexts, -(-n_contexts // most))


class Batches:
    """What stands for the batch of each position of a chunk: its words, or rows drawn when it begins."""

    def __init__(self, model: Model, words: list[int], noise: Stream) -> None:
        self.model, self.words, self.noise = model, words, noise
        self.current, self.pool = -1, list[int]()

    def at(self, position: int) -> list[int]:
        """The batch of a position; empty for samplers that know none."""
        size = self.model.batch_words
        if not size:
            return []
        number = position // size
        if self.model.pool_draw is None:
            return self.words[number * size : (number + 1) * size]
        if number != self.current:
            self.current = number
            self.pool = self.model.pool_draw(Request(0, self.noise), self.model.pool_size)
        return self.pool


def subsample(model: Model, sentence: list[int], stream: Stream) -> list[int]:
    """Words of the vocabulary that survive subsampling; one draw for each word of the vocabulary."""
    known = [word for word in sentence if word >= 0]
    if model.keep is None:
        return known
    return [word for word in known if int(model.keep[word]) >= stream.bits()]


@dataclass(frozen=True)
class OutputSet:
    """The rows that an input meets: rows (m,) of `matrix`, labels, weights and offsets (m,), and the link."""

    matrix: Array
    rows: list[int]
    labels: Array
    weights: Array
    offsets: Array | float = 0.0
    link: str = "logistic"

    def heaviest(self) -> float:
        """The largest weight that makes a step larger: under a softmax none does."""
        return 1.0 if self.link == "softmax" else max(1.0, float(self.weights.max(initial=1.0)))

    def block(self) -> tuple[Array, Array, str]:
        """Rows as they are now, weights and the link."""
        return self.matrix[self.rows], self.weights, self.link


def path_set(model: Model, centre: int) -> OutputSet:
    """Huffman path of the centre; a code of 0 is the positive label (word2vec.c)."""
    if model.syn1 is None or model.paths is None:
        raise ValueError("hierarchical softmax needs syn1 and the Huffman paths")
    points, codes = model.paths[centre]
    return OutputSet(
        model.syn1, [int(p) for p in points], 1.0 - codes.astype(np.float64), np.ones(len(points))
    )


def full_set(model: Model, centre: int) -> OutputSet:
    """Every word; the label of the centre is 1."""
    if model.syn1neg is None:
        raise ValueError("the full softmax needs syn1neg")
    n_words = len(model.syn1neg)
    labels = np.zeros(n_words)
    labels[centre] = 1.0
    return OutputSet(model.syn1neg, list(range(n_words)), labels, np.ones(n_words), link="softmax")


def noise_set(model: Model, window: Window, part: range) -> OutputSet:
    """The centre and its negatives for a part of the contexts, each row once with its multiplicity.

    A draw that is no negative is drawn again, left out, or (the centre) kept: the centre's row is then both
    seen and noise, (1 - s) - c s = (1 + c) (1 / (1 + c) - s).
    """
    if model.syn1neg is None or model.draw is None:
        raise ValueError("negatives need syn1neg and a sampler")
    request = request_of(model, window, part)
    rows, weights = [window.centre], [1.0]
    for i, drawn in enumerate(model.draw(request, model.negative)):
        row, weight = drawn, request.weights[i] if request.weights is not None else 1.0
        for _ in range(MAX_REDRAWS if model.on_collision == "redraw" else 0):
            if is_wanted(model, window, row):
                break
            row = next(iter(model.draw(request, 1)), row)
        if not is_wanted(model, window, row):
            weights[0] += model.on_collision == "keep" and row == window.centre
        elif row in rows:
            weights[rows.index(row)] += weight
        else:
            rows.append(row)
            weights.append(weight)
    labels = np.zeros(len(rows))
    labels[0] = 1.0 if model.link == "softmax" else 1.0 / weights[0]
    return OutputSet(
        model.syn1neg, rows, labels, np.array(weights), offsets_of(model, request, rows), model.link
    )


def request_of(model: Model, window: Window, part: range) -> Request:
    """What the sampler is shown of a window and the model."""
    served = window.contexts[part.start : part.stop]
    is_pair = model.negative_sharing == "pair" and model.architecture == "skip_gram"
    request = Request(window.centre, window.noise, served[0] if is_pair else -1, window.batch)
    if model.syn1neg is not None:
        request.inputs, request.outputs = model.syn0, model.syn1neg
        request.hidden = model.syn0[served].mean(axis=0)
        request.excluded = model.excluded.get(window.centre, [])
        request.excluded = request.excluded + (window.contexts if model.exclude_window else [])
    return request


def is_wanted(model: Model, window: Window, row: int) -> bool:
    """Whether a drawn row may be a negative of the window."""
    if row == window.centre or row in model.excluded.get(window.centre, []):
        return False
    return not (model.exclude_window and row in window.contexts)


def offsets_of(model: Model, request: Request, rows: list[int]) -> Array:
    """log(k q) of each row; the first is the centre."""
    if model.log_q is None:
        return np.zeros(len(rows))
    return np.asarray(np.log(max(model.negative, 1)) + np.maximum(model.log_q(request, rows), LOWEST_LOG_Q))


def move_rows(model: Model, contexts: list[int], outputs: OutputSet, alpha: float) -> float:
    """One block between context rows and an output set; the loss before it."""
    inputs, rows = model.syn0[contexts], outputs.matrix[outputs.rows]
    block = (inputs, rows, outputs.labels, outputs.weights, outputs.offsets, outputs.link)
    loss, (d_inputs, d_outputs) = block_loss(*block), block_step(*block)
    np.add.at(model.syn0, contexts, alpha * lock_of(model, contexts) * d_inputs)
    np.add.at(outputs.matrix, outputs.rows, alpha * d_outputs)
    return loss


def in_rounds(step: Callable[[float], float], alpha: float, n_rounds: int) -> float:
    """Take so many steps, each of a part of `alpha`; the loss before the first."""
    losses = [step(alpha / n_rounds) for _ in range(n_rounds)]
    return losses[0]


def step_set(model: Model, window: Window, part: range, outputs: OutputSet, alpha: float) -> float:
    """A part of the contexts meets an output set: all at once, or where that overshoots one by one."""
    contexts, norms, loss = [window.contexts[i] for i in part], window.norms or [], 0.0
    heaviest, rate = outputs.heaviest(), as_float32(alpha)
    if cuts.is_whole(
        contexts, len(window.contexts), sum(norms[i] for i in part), outputs.block(), heaviest, rate
    ):
        return move_rows(model, contexts, outputs, alpha)
    for context in contexts:
        rounds = cuts.rounds_of_context(model.syn0[context], outputs.block(), heaviest, rate)
        loss += in_rounds(partial(move_rows, model, [context], outputs), alpha, rounds)
    return loss


def step_skip_gram(model: Model, window: Window, alpha: float) -> float:
    """The contexts of a centre meet its output sets; with pairs, each context has negatives of its own."""
    everything, loss = range(len(window.contexts)), 0.0
    if window.norms is None:
        window.norms = (model.syn0[window.contexts] ** 2).sum(axis=1).tolist()
    if model.syn1 is not None:
        loss += step_set(model, window, everything, path_set(model, window.centre), alpha)
    for part, outputs in zip(parts_of(model, window), window.sets, strict=False):
        loss += step_set(model, window, part, outputs, alpha)
    if model.full_softmax:
        loss += step_set(model, window, everything, full_set(model, window.centre), alpha)
    return loss


def step_cbow(model: Model, window: Window, alpha: float) -> float:
    """The mean (or sum) of the contexts predicts the centre; its change goes back to every context.

    The gradient of a mean carries 1/n, that of a sum does not. word2vec.c has it the other way
    round, which ``cbow_corrected`` repairs (Irsoy, Benton & Stratos 2021, arXiv:2012.15332).
    Where a negative was drawn several times, that may take several rounds.
    """
    contexts, n = window.contexts, len(window.contexts)
    share = (1.0 if model.cbow_mean else n) * (1.0 / n if model.cbow_mean == model.cbow_corrected else 1.0)
    rounds = 1
    for outputs in window.sets:
        hidden = hidden_of(model, contexts)[0]
        heaviest, rate = outputs.heaviest(), as_float32(alpha)
        rounds = cuts.rounds_of_hidden(hidden, contexts, outputs.block(), heaviest, rate, share)
    return in_rounds(partial(step_hidden, model, window), alpha, rounds)


def hidden_of(model: Model, contexts: list[int]) -> Array:
    """Mean or sum of the contexts' rows, shape (1, D)."""
    total: Array = model.syn0[contexts].sum(axis=0, keepdims=True)
    return total / len(contexts) if model.cbow_mean else total


def step_hidden(model: Model, window: Window, alpha: float) -> float:
    """One step of CBOW; the loss before it."""
    centre, contexts, n = window.centre, window.contexts, len(window.contexts)
    hidden = hidden_of(model, contexts)
    sets = [path_set(model, centre)] if model.syn1 is not None else []
    sets += window.sets
    sets += [full_set(model, centre)] if model.full_softmax else []
    change, loss = np.zeros_like(hidden), 0.0
    for outputs in sets:
        rows = outputs.matrix[outputs.rows]
        block = (hidden, rows, outputs.labels, outputs.weights, outputs.offsets, outputs.link)
        loss += block_loss(*block)
        d_hidden, d_rows = block_step(*block)
        change += alpha * d_hidden
        np.add.at(outputs.matrix, outputs.rows, alpha * d_rows)
    share = 1.0 / n if model.cbow_mean == model.cbow_corrected else 1.0
    np.add.at(model.syn0, contexts, share * lock_of(model, contexts) * change)
    return loss


def as_float32(alpha: float) -> float:
    """The rate as the kernels know it, so that both decide alike where a bound is met exactly."""
    return float(np.float32(alpha))


def lock_of(model: Model, rows: list[int]) -> Array:
    """Factor of each row's change, shape (n, 1)."""
    factors: Array = model.lock[np.array(rows) % len(model.lock)]
    return factors[:, None]


STEPS = {"skip_gram": step_skip_gram, "cbow": step_cbow}
