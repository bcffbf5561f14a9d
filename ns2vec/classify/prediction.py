"""From features of lines to scores of labels, their probabilities, and calibration."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from ns2vec._typing import Float32Array, Float64Array, Int64Array
from ns2vec.classify._likeliest import write_best
from ns2vec.classify.features import LineBags
from ns2vec.classify.units import OUTPUTS
from ns2vec.exceptions import ConfigError, CorpusError
from ns2vec.inputs import mean_rows
from ns2vec.probability import log_normalised, path_log_probabilities
from ns2vec.training import EmbeddingCore

BLOCK_SCORES = 1 << 22  # scores at a time


def line_vectors(rows: Float32Array, bags: LineBags) -> Float32Array:
    """Vectors of lines, shape (n, D): means of their rows; features without one are zeros."""
    found = mean_rows(bags.bags, rows)
    n_known = np.diff(bags.offsets)
    if (n_known != bags.n_features).any():
        found *= (n_known / np.maximum(bags.n_features, 1)).astype(np.float32)[:, None]
    return found


def scores(core: EmbeddingCore, rows: Float32Array, bags: LineBags, adds_noise: bool) -> Float32Array:
    """Scores of all labels, shape (n, n_labels)."""
    found, first = np.empty((len(bags.n_features), len(core.outputs)), dtype=np.float32), 0
    for block in score_blocks(core, rows, bags, adds_noise):
        found[first : first + len(block)] = block
        first += len(block)
    return found


def score_blocks(
    core: EmbeddingCore, rows: Float32Array, bags: LineBags, adds_noise: bool
) -> Iterator[Float32Array]:
    """Scores of all labels, for some lines at a time: those of all lines may not fit in memory."""
    step = max(1, BLOCK_SCORES // max(1, len(core.outputs), core.config.vector_size))
    score = scorer_of(core, adds_noise)
    for first in range(0, len(bags.n_features), step):
        end = min(first + step, len(bags.n_features))
        offsets = bags.offsets[first : end + 1]
        part = LineBags(offsets - offsets[0], bags.rows[offsets[0] : offsets[-1]], bags.n_features[first:end])
        yield score(line_vectors(rows, part)).astype(np.float32, copy=False)


def scorer_of(core: EmbeddingCore, adds_noise: bool) -> Callable[[Float32Array], npt.NDArray[Any]]:
    """Return a function from vectors of lines, shape (n, D), to scores of all labels, shape (n, n_labels)."""
    target, outputs = core.spec.targets[0], core.output(OUTPUTS)
    if target.outputs == "path":
        tree = core.huffman()
        return lambda hidden: path_log_probabilities(hidden, outputs, tree)
    by_label, log_q = outputs.T, None
    if target.outputs == "sampled" and adds_noise and not target.objective.with_offsets:
        log_q = core.sampler().source.log_q
    if log_q is None:
        return lambda hidden: np.asarray(hidden @ by_label)
    log_noise = log_q.astype(np.float32)
    return lambda hidden: np.asarray(hidden @ by_label + log_noise)


def probabilities(scored: npt.NDArray[Any], is_each: bool) -> Float32Array:
    """Probabilities of labels: of each separately, or of one out of all."""
    wide = np.asarray(scored, dtype=np.float64)
    if is_each:
        return (0.5 + 0.5 * np.tanh(0.5 * wide)).astype(np.float32)
    return np.exp(log_normalised(wide)).astype(np.float32)


def likeliest(scored: Float32Array, is_each: bool) -> tuple[Int64Array, Float32Array]:
    """The label of each line with the highest score, and its probability; arrays of shape (n,)."""
    places, found = np.empty(len(scored), dtype=np.int64), np.empty(len(scored), dtype=np.float32)
    write_best(scored, is_each, places, found)
    return places, found


def thresholds(given: float | Mapping[Any, float], places: Mapping[Any, int]) -> Float64Array:
    """The threshold of each label, by its column; 0 for labels that a dict does not name.

    Raises
    ------
    ConfigError
        If it names an unknown label.
    """
    if not isinstance(given, Mapping):
        return np.full(len(places), float(given))
    found = np.zeros(len(places))
    for label, value in given.items():
        if label not in places:
            raise ConfigError(f"threshold names the label {label!r}, which the classifier does not know")
        found[places[label]] = value
    return found


def best(
    found: Float32Array, labels: list[Any], k: int, least: Float64Array
) -> list[list[tuple[Any, float]]]:
    """The k most probable labels of each line with at least this probability."""
    k = min(k, len(labels))
    places = np.argpartition(-found, k - 1, axis=1)[:, :k]
    order = np.argsort(-np.take_along_axis(found, places, 1), axis=1, kind="stable")
    places = np.take_along_axis(places, order, 1)
    chosen = np.take_along_axis(found, places, 1)
    is_likely = chosen >= least[places]
    return [
        [(labels[i], p) for i, p, likely in zip(*row, strict=True) if likely]
        for row in zip(places.tolist(), chosen.tolist(), is_likely.tolist(), strict=True)
    ]


def fit_temperature(
    scored: Float32Array, offsets: Int64Array, ids: npt.NDArray[np.int32], is_each: bool
) -> float:
    """The temperature with the highest likelihood of held-out labels (Guo et al. 2017, arXiv:1706.04599).

    Parameters
    ----------
    scored : ndarray of shape (n, n_labels)
    offsets : ndarray of shape (n + 1,), int64
    ids : ndarray, int32
        Labels of each line, -1 for unknown ones.
    is_each : bool
        Each label is decided separately.

    Raises
    ------
    CorpusError
        If no label is known.
    """
    from scipy.optimize import minimize_scalar

    lines = np.repeat(np.arange(len(scored)), np.diff(offsets))[ids >= 0]
    known = ids[ids >= 0]
    if not len(known):
        raise CorpusError("no held-out line has a label that the classifier knows: give other lines")
    wide = scored.astype(np.float64)
    wanted = np.zeros(wide.shape, dtype=bool)
    wanted[lines, known] = True

    def loss(log_temperature: float) -> float:
        logits = wide / np.exp(log_temperature)
        if is_each:
            return float((np.logaddexp(0.0, logits) - wanted * logits).sum())
        return -float(log_normalised(logits)[lines, known].sum())

    found = minimize_scalar(loss, bounds=(-4.0, 4.0), method="bounded", options={"xatol": 1e-4})
    return float(np.exp(found.x))


def accuracy(scored: Float32Array, offsets: Int64Array, ids: npt.NDArray[np.int32]) -> float:
    """Share of lines whose best label is one of theirs."""
    top = scored.argmax(axis=1)
    lines = np.repeat(np.arange(len(scored)), np.diff(offsets))
    is_right = np.zeros(len(scored), dtype=bool)
    is_right[lines[top[lines] == ids]] = True
    return float(is_right[np.diff(offsets) > 0].mean())
