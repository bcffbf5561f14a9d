"""One training step in detail: which words are trained together, with which scores, and how vectors move.

The shipped kernel makes the step (`Kernel.train_window`), so what is shown is what training does; the rows
are restored afterwards. The reference's links in float64 compute the loss of each output.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ns2vec._typing import Float64Array as Array
from ns2vec.exceptions import ConfigError
from ns2vec.reference.objectives import LINKS, sigmoid
from ns2vec.training.config import TrainingConfig
from ns2vec.training.network import Network
from ns2vec.training.worker import Worker

EXPLAINED = ("logistic", "softmax")  # links whose predictions follow from a single score


@dataclass(frozen=True)
class InputWord:
    """A word whose input vector is read: its row, and the length of its vector before and after the step."""

    word: Any
    row: int
    norm: float
    norm_after: float


@dataclass(frozen=True)
class Output:
    """An output that the input is trained on.

    Attributes
    ----------
    word : object or None
        None for an inner node of the Huffman tree.
    row : int
        Row of the output vectors.
    label : float
        The target of the prediction: 1 for the seen word, 0 for noise; 1 / (1 + c) for a seen word that
        was also drawn c times as noise and kept.
    weight : float
        Multiplicity of the output.
    noise_probability : float or None
        Probability that one draw of the sampler is this word; None if nothing is drawn or it is unknown.
    offset : float
        Value that is subtracted from the score: log(k q), or 0.
    score, score_after : float
        Input vector times output vector.
    prediction, prediction_after : float
        Sigmoid of score minus offset, or the share of the softmax.
    loss : float
        Contribution of the output to the loss before the step.
    norm, norm_after : float
        Length of the output vector.
    """

    word: Any
    row: int
    label: float
    weight: float
    noise_probability: float | None
    offset: float
    score: float
    score_after: float
    prediction: float
    prediction_after: float
    loss: float
    norm: float
    norm_after: float


@dataclass(frozen=True)
class Explanation:
    """One step; see `explain_step`.

    Attributes
    ----------
    objective, architecture : str
    link : {"logistic", "softmax"}
    alpha : float
        Learning rate.
    negative : int
        Number of draws of noise.
    centre : object
        The word that was seen.
    inputs : tuple of InputWord
    input_norm, input_norm_after : float
        Length of the input vector: of the one word, or of the mean (or sum) of the words for CBOW.
    outputs : tuple of Output
        The seen word and its negatives; the nodes of its path from the root; or the seen word and the
        words with the largest predictions of the softmax.
    n_outputs : int
        Number of outputs in the step.
    loss, loss_after : float
        The kernel's loss of this step, and the loss of the same outputs after it.
    """

    objective: str
    architecture: str
    link: str
    alpha: float
    negative: int
    centre: Any
    inputs: tuple[InputWord, ...]
    input_norm: float
    input_norm_after: float
    outputs: tuple[Output, ...]
    n_outputs: int
    loss: float
    loss_after: float

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain data."""
        return asdict(self)


@dataclass(frozen=True)
class Met:
    """Output rows of a step (m,), with labels, weights and offsets (m,), and the link."""

    rows: list[int]
    labels: Array
    weights: Array
    offsets: Array
    link: str = "logistic"


@dataclass(frozen=True)
class State:
    """Vectors of a step at one time, and values computed from them.

    Attributes
    ----------
    inputs : ndarray of shape (n, D)
    hidden : ndarray of shape (D,)
    outputs : ndarray of shape (m, D)
    scores, predictions, losses : ndarray of shape (m,)
    """

    inputs: Array
    hidden: Array
    outputs: Array
    scores: Array
    predictions: Array
    losses: Array


def explain_step(
    network: Network,
    config: TrainingConfig,
    sentence: npt.ArrayLike,
    position: int,
    words: Sequence[Any],
    *,
    input_position: int | None = None,
    epoch: int = 0,
    topn: int = 5,
) -> Explanation:
    """Make one training step, return what happened, and restore the vectors.

    For negative sampling the step lowers equation 4 of Mikolov et al. 2013 (arXiv:1310.4546), negated,

        loss = -log s(x.y_o) - sum over k negatives w ~ Pn of log s(-x.y_w),

    where x is the input vector, y are output vectors and s is the logistic function: each y moves by
    alpha (label - s(x.y)) x, and x by the sum of alpha (label - s(x.y)) y.

    Skip-gram shows one pair of words, CBOW the whole window. For a sampler that draws from
    the batch, the sentence is the batch.

    Parameters
    ----------
    network : Network
    config : TrainingConfig
        The step is made with its `alpha` and `seed`.
    sentence : array_like of shape (n,), int
        Rows; at least two.
    position : int
        Position of the seen word.
    words : sequence of length V
        Word of each row.
    input_position : int, optional
        Position of the input word of skip-gram; by default the word before `position` (the one after it for
        0).
    epoch : int
        Part of the key of the random stream.
    topn : int
        For the full softmax, how many words besides the seen one are returned.

    Returns
    -------
    Explanation

    Raises
    ------
    ConfigError
        If the sentence is too short, two objectives are trained at once, or the link is a custom one.

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.training.config import TrainingConfig
    >>> from ns2vec.training.explain import explain_step
    >>> from ns2vec.training.matrices import Rows
    >>> from ns2vec.training.network import Goal, Network
    >>> from ns2vec.training.units import Side
    >>> from ns2vec.vocab import build_huffman
    >>> config = TrainingConfig(hs=True, negative=0, sg=True, vector_size=4)
    >>> syn0, syn1 = (Side(Rows(name, np.ones((3, 4), np.float32), 3, 4)) for name in ("syn0", "syn1"))
    >>> goal = Goal(config.spec().targets[0], syn1, huffman=build_huffman([8, 2, 1]))
    >>> network = Network(config.spec(), syn0, [goal])
    >>> step = explain_step(network, config, [2, 0], 1, ["sat", "car", "cat"])
    >>> step.inputs[0].word, step.centre, step.outputs[0].score, round(step.loss, 4)
    ('cat', 'sat', 4.0, 4.0181)
    """
    rows = np.ascontiguousarray(sentence, dtype=np.int32)
    check_step(network, rows, position)
    spec = config.spec(len(words))
    if not spec.pooled:
        rows, position = pair_at_the_end(rows, position, input_position)
        config = replace(config, window=1)
    contexts = context_rows(rows, position, config.window)
    before, after, drawn, loss = make_step(network, config, rows, position, epoch)
    met = output_set(network, int(rows[position]), drawn)
    states = [state_of(matrices, contexts, met, spec.mean) for matrices in (before, after)]
    probabilities = noise_probabilities(network, config, int(rows[position]), contexts, met)
    return Explanation(
        objective=network.goals[0].objective.name,
        architecture=spec.architecture,
        link=met.link,
        alpha=config.alpha,
        negative=config.negative if network.bound is not None else 0,
        centre=words[rows[position]],
        inputs=tell_inputs(words, contexts, *states),
        input_norm=norm(states[0].hidden),
        input_norm_after=norm(states[1].hidden),
        outputs=tuple(
            tell_output(words if network.words is not None else None, met, j, probabilities, *states)
            for j in shown_outputs(network, met, states[0], topn)
        ),
        n_outputs=len(met.rows),
        loss=loss,
        loss_after=float(states[1].losses.sum()),
    )


def check_step(network: Network, sentence: npt.NDArray[np.int32], position: int) -> None:
    """Refuse a step that cannot be explained."""
    if sentence.ndim != 1 or len(sentence) < 2:
        raise ConfigError(f"a step needs a sentence of at least two known words, got {sentence.tolist()}")
    if not 0 <= position < len(sentence):
        raise ConfigError(
            f"position must be at least 0 and below {len(sentence)}, where the sentence ends, got {position}"
        )
    if len(network.goals) > 1:
        raise ConfigError("one objective is explained at a time: leave out hs=1, or set negative to 0")
    objective = network.goals[0].objective
    if objective.link not in EXPLAINED:
        raise ConfigError(
            f"{objective.name!r} has another link function: only {' and '.join(EXPLAINED)} are explained"
        )


def pair_at_the_end(
    sentence: npt.NDArray[np.int32], position: int, input_position: int | None
) -> tuple[npt.NDArray[np.int32], int]:
    """Move input and seen word to the end of the sentence, where a window of one word joins just them."""
    beside = input_position if input_position is not None else position - 1 if position else 1
    if not 0 <= beside < len(sentence) or beside == position:
        raise ConfigError(f"input_position must be a different position of the sentence, got {beside}")
    rest = np.delete(sentence, [beside, position])
    return np.concatenate([rest, sentence[[beside, position]]]), len(sentence) - 1


def context_rows(sentence: npt.NDArray[np.int32], position: int, window: int) -> npt.NDArray[np.int32]:
    """Rows within the full window around a position."""
    before = sentence[max(0, position - window) : position]
    return np.concatenate([before, sentence[position + 1 : position + window + 1]])


def make_step(
    network: Network, config: TrainingConfig, sentence: npt.NDArray[np.int32], position: int, epoch: int
) -> tuple[list[Any], list[Any], list[Any], float]:
    """Have the kernel train one window, and undo it.

    Returns
    -------
    before, after : list of ndarray
        The matrices of input and output rows.
    drawn : list of ndarray
        Rows, weights and offsets of the output set, as returned by the kernel.
    loss : float
    """
    gathered = network.bound.state() if network.bound is not None else {}
    worker = Worker(network.kernel(config), epoch, len(sentence), network.block(), config.seed)
    block = worker.draw_block(len(sentence), 0)
    before = [matrix.padded.copy() for matrix in network.weights()]
    try:
        *drawn, loss = worker.kernel.train_window(
            sentence, position, config.alpha, work=worker.work, block=block, epoch=epoch
        )
        after = [matrix.padded.copy() for matrix in network.weights()]
    finally:
        for matrix, saved in zip(network.weights(), before, strict=True):
            matrix.padded[:] = saved
        network.detach()
        if network.bound is not None:
            network.bound.restore(gathered, config.vector_size)
    return before, after, drawn, loss


def output_set(network: Network, centre: int, drawn: Sequence[Any]) -> Met:
    """The outputs that the input was trained on."""
    goal = network.goals[0]
    if goal.huffman is not None:
        labels = 1.0 - goal.huffman.code(centre).astype(np.float64)
        points = goal.huffman.point(centre).tolist()
        return Met(points, labels, np.ones(len(points)), np.zeros(len(points)))
    if goal.spec.outputs == "all":
        n_words = goal.n_outputs
        labels = (np.arange(n_words) == centre).astype(np.float64)
        return Met(list(range(n_words)), labels, np.ones(n_words), np.zeros(n_words), "softmax")
    rows, weights, offsets = (np.asarray(array)[0] for array in drawn)
    is_there = rows >= 0
    counted = weights[is_there].astype(np.float64)
    labels = np.zeros(len(counted))
    labels[0] = 1.0 if goal.objective.link == "softmax" else 1.0 / counted[0]
    found = rows[is_there].tolist()
    used = offsets[is_there].astype(np.float64)
    return Met(found, labels, counted, used, goal.objective.link)


def state_of(matrices: Sequence[Any], contexts: npt.NDArray[np.int32], met: Met, mean: bool) -> State:
    """Scores, predictions and losses, computed from input and output matrices."""
    inputs, outputs = (
        matrix[rows].astype(np.float64) for matrix, rows in zip(matrices, (contexts, met.rows), strict=True)
    )
    hidden = inputs.mean(axis=0) if mean else inputs.sum(axis=0)
    scores = outputs @ hidden
    logits = scores - met.offsets
    loss, errors = LINKS[met.link](logits[np.newaxis], met.labels, met.weights)
    if met.link == "softmax":
        return State(inputs, hidden, outputs, scores, met.labels - errors[0], met.labels * loss)
    losses = met.weights * (np.logaddexp(0.0, logits) - met.labels * logits)
    return State(inputs, hidden, outputs, scores, sigmoid(logits), losses)


def shown_outputs(network: Network, met: Met, before: State, topn: int) -> list[int]:
    """Places of all outputs; for the full softmax, the seen word and those with the largest shares."""
    if network.goals[0].spec.outputs != "all":
        return list(range(len(met.rows)))
    seen = int(np.argmax(met.labels))
    best = np.argsort(-before.predictions, kind="stable")
    return [seen, *best[best != seen][:topn].tolist()]


def noise_probabilities(
    network: Network, config: TrainingConfig, centre: int, contexts: npt.NDArray[np.int32], met: Met
) -> list[float | None]:
    """Probability of each output in one draw, if there are draws and the sampler knows it."""
    if network.bound is None:
        return [None] * len(met.rows)
    context = -1 if network.spec.pooled else int(contexts[0])
    try:
        log_q = network.bound.log_q(met.rows, centre=centre, context=context, k=config.negative)
    except ConfigError:  # a custom function
        return [None] * len(met.rows)
    return [float(q) for q in np.exp(log_q)]


def norm(vector: Array) -> float:
    """Length of a vector."""
    return float(np.linalg.norm(vector))


def tell_inputs(
    words: Sequence[Any], contexts: npt.NDArray[np.int32], before: State, after: State
) -> tuple[InputWord, ...]:
    """The input words in the order of the text."""
    return tuple(
        InputWord(words[row], int(row), norm(old), norm(new))
        for row, old, new in zip(contexts, before.inputs, after.inputs, strict=True)
    )


def tell_output(
    words: Sequence[Any] | None,
    met: Met,
    j: int,
    probabilities: list[float | None],
    before: State,
    after: State,
) -> Output:
    """One output before and after the step."""
    return Output(
        word=None if words is None else words[met.rows[j]],
        row=met.rows[j],
        label=float(met.labels[j]),
        weight=float(met.weights[j]),
        noise_probability=probabilities[j],
        offset=float(met.offsets[j]),
        score=float(before.scores[j]),
        score_after=float(after.scores[j]),
        prediction=float(before.predictions[j]),
        prediction_after=float(after.predictions[j]),
        loss=float(before.losses[j]),
        norm=norm(before.outputs[j]),
        norm_after=norm(after.outputs[j]),
    )
