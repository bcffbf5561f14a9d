"""Evaluation of a classifier on held-out lines, by the metrics of `autotune`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ns2vec._options import shown
from ns2vec._typing import Float32Array, Float64Array, Int64Array
from ns2vec.classify import prediction
from ns2vec.exceptions import ConfigError

if TYPE_CHECKING:
    from ns2vec.classify.classifier import Classifier


@dataclass
class HeldOutAnswers:
    """The scores of a model for held-out lines.

    Attributes
    ----------
    model : Classifier
    scored : ndarray of shape (n, n_labels), float32
    offsets : ndarray of shape (n + 1,), int64
    ids : ndarray, int32
        The labels of each line, -1 for unknown ones.
    """

    model: Classifier
    scored: Float32Array
    offsets: Int64Array
    ids: npt.NDArray[np.int32]
    top: Int64Array = field(init=False)

    def __post_init__(self) -> None:
        self.top = self.scored.argmax(axis=1)

    def f1(self) -> Float64Array:
        """F1 of each label, if the best label of a line is the prediction."""
        n = len(self.model.labels)
        lines = np.repeat(np.arange(len(self.top)), np.diff(self.offsets))
        right = np.bincount(self.ids[self.top[lines] == self.ids], minlength=n)
        there = np.bincount(self.ids[self.ids >= 0], minlength=n)
        found: Float64Array = 2.0 * right / np.maximum(there + np.bincount(self.top, minlength=n), 1)
        return found


Judge = Callable[[HeldOutAnswers], float]


def accuracy(answers: HeldOutAnswers) -> float:
    """Share of lines whose best label is one of theirs."""
    return prediction.accuracy(answers.scored, answers.offsets, answers.ids)


def macro_f1(answers: HeldOutAnswers) -> float:
    """Mean F1 of labels."""
    return float(answers.f1().mean())


def log_loss(answers: HeldOutAnswers) -> float:
    """Mean log probability of the labels of held-out lines; unknown labels count as nearly impossible."""
    lines = np.repeat(np.arange(len(answers.top)), np.diff(answers.offsets))
    found = prediction.probabilities(answers.scored, answers.model._is_each)[lines, answers.ids]
    return float(np.log(np.where(answers.ids >= 0, np.maximum(found, 1e-7), 1e-7)).mean())


METRICS: dict[str, Judge] = {"accuracy": accuracy, "macro_f1": macro_f1, "log_loss": log_loss}


def judge_of(metric: str) -> Judge:
    """The function of a metric, for which larger is better.

    Raises
    ------
    ConfigError
        If there is no metric of that name.
    """
    if metric in METRICS:
        return METRICS[metric]
    kind, _, wanted = str(metric).partition(":")
    if kind != "f1" or not wanted:
        known = ", ".join(map(repr, METRICS))
        raise ConfigError(f"metric must be one of {known} or 'f1:LABEL', got {shown(metric)}")

    def f1_of_label(answers: HeldOutAnswers) -> float:
        names = [str(label) for label in answers.model.labels]
        if wanted not in names:
            raise ConfigError(f"metric {metric!r} names a label that no line has")
        return float(answers.f1()[names.index(wanted)])

    return f1_of_label
