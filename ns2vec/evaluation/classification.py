"""Evaluation of labels: accuracy, F1, confusion, calibration, with intervals and a paired test.

>>> from ns2vec.evaluation.classification import evaluate_labels
>>> found = evaluate_labels(["a", "a", "b", "b"], ["a", "b", "b", "b"])
>>> found.accuracy, round(found.macro_f1, 3)
(0.75, 0.733)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from ns2vec._options import whole
from ns2vec._typing import Float64Array, Int64Array
from ns2vec.evaluation.statistics import Difference, Resampling, compare_means, percentiles
from ns2vec.exceptions import ConfigError

__all__ = [
    "F1Stability",
    "LabelEvaluation",
    "LabelScore",
    "calibration_error",
    "compare_labels",
    "evaluate_labels",
    "f1_stability",
    "macro_f1",
]

MOST_CELLS = 1 << 24  # cells of the confusion matrices of resampled items at a time


@dataclass(frozen=True)
class LabelScore:
    """How well one label is predicted.

    Attributes
    ----------
    precision, recall, f1 : float
        0 if the label was never predicted, or never occurs.
    support : int
        Number of items that have the label.

    Examples
    --------
    >>> from ns2vec.evaluation.classification import evaluate_labels
    >>> evaluate_labels(["a", "b"], ["a", "a"]).per_label["a"]
    LabelScore(precision=0.5, recall=1.0, f1=0.6666666666666666, support=1)
    """

    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True)
class LabelEvaluation:
    """How well predicted labels agree with the true ones.

    Attributes
    ----------
    labels : list
    confusion : ndarray of shape (n_labels, n_labels), int64
        How often a label (row) was taken for another (column).
    accuracy, macro_f1, micro_f1 : float
        Accuracy, the mean F1 over labels, and the F1 of all decisions together.
    per_label : dict of label -> LabelScore
    intervals : dict of str -> (low, high)
        Bootstrap intervals of accuracy and macro F1.
    is_right : ndarray of shape (n,), bool
    """

    labels: list[Any]
    confusion: Int64Array
    accuracy: float
    macro_f1: float
    micro_f1: float
    per_label: dict[Any, LabelScore]
    intervals: dict[str, tuple[float, float]] = field(repr=False, default_factory=dict)
    is_right: npt.NDArray[np.bool_] = field(repr=False, default_factory=lambda: np.empty(0, bool))


def evaluate_labels(
    truth: Sequence[Any], predicted: Sequence[Any], *, resampling: Resampling | None = None
) -> LabelEvaluation:
    """Compare predicted labels with the true ones.

    Parameters
    ----------
    truth, predicted : sequences of length n
        One label for each item.
    resampling : Resampling, optional
        How intervals are computed.

    Returns
    -------
    LabelEvaluation

    Raises
    ------
    ConfigError
        If there are no items, or the numbers of labels differ.

    Examples
    --------
    >>> from ns2vec.evaluation.classification import evaluate_labels
    >>> found = evaluate_labels(["a", "a", "b", "b"], ["a", "a", "b", "a"])
    >>> found.accuracy, found.per_label["b"].recall, found.confusion.tolist()
    (0.75, 0.5, [[2, 0], [1, 1]])
    """
    labels, codes = coded(truth, predicted)
    confusion = confusion_of(codes, len(labels))
    precision, recall, f1 = label_scores(confusion)
    support = confusion.sum(axis=1).tolist()
    rows = zip(precision.tolist(), recall.tolist(), f1.tolist(), support, strict=True)
    accuracy = float(np.trace(confusion) / confusion.sum())
    return LabelEvaluation(
        labels=labels,
        confusion=confusion,
        accuracy=accuracy,
        macro_f1=float(f1.mean()),
        micro_f1=accuracy,  # each item has one label: a wrong one is missed once and found once
        per_label={label: LabelScore(*row) for label, row in zip(labels, rows, strict=True)},
        intervals=intervals_of(confusion, resampling or Resampling()),
        is_right=codes[0] == codes[1],
    )


def coded(truth: Sequence[Any], predicted: Sequence[Any]) -> tuple[list[Any], tuple[Int64Array, Int64Array]]:
    """The distinct labels in order, and the index of each item's label among them."""
    if len(truth) != len(predicted) or not len(truth):
        raise ConfigError(
            f"expected a predicted label for each true one, got {len(predicted)} for {len(truth)}"
        )
    distinct = {*truth, *predicted}
    try:
        labels = sorted(distinct)
    except TypeError:  # labels of several types
        labels = sorted(distinct, key=lambda label: (type(label).__name__, str(label)))
    places = {label: place for place, label in enumerate(labels)}
    one, other = (np.array([places[label] for label in each], dtype=np.int64) for each in (truth, predicted))
    return labels, (one, other)


def confusion_of(codes: tuple[Int64Array, Int64Array], n: int) -> Int64Array:
    """How often each of n labels (row) was predicted as another one (column)."""
    found: Int64Array = np.bincount(codes[0] * n + codes[1], minlength=n * n).reshape(n, n)
    return found


def label_scores(confusion: npt.NDArray[Any]) -> tuple[Float64Array, Float64Array, Float64Array]:
    """Precision, recall and F1 of labels, shape (..., n_labels), for confusions (..., n_labels, n_labels)."""
    right = np.diagonal(confusion, axis1=-2, axis2=-1).astype(np.float64)
    found, there = confusion.sum(axis=-2), confusion.sum(axis=-1)
    return (
        right / np.maximum(found, 1),
        right / np.maximum(there, 1),
        2.0 * right / np.maximum(found + there, 1),
    )


def intervals_of(confusion: Int64Array, resampling: Resampling) -> dict[str, tuple[float, float]]:
    """Bootstrap intervals: resampling items is resampling their confusion matrix."""
    n_items, n = int(confusion.sum()), len(confusion)
    rng = np.random.default_rng([resampling.seed, n_items])
    accuracies, scores = [], []
    step = max(1, MOST_CELLS // (n * n))
    for start in range(0, resampling.n_draws, step):
        n_draws = min(step, resampling.n_draws - start)
        drawn = rng.multinomial(n_items, confusion.reshape(-1) / n_items, size=n_draws).reshape(-1, n, n)
        accuracies.append(np.trace(drawn, axis1=1, axis2=2) / n_items)
        scores.append(label_scores(drawn)[2].mean(axis=1))
    if not accuracies:
        return dict.fromkeys(("accuracy", "macro_f1"), (float("nan"), float("nan")))
    level = resampling.level
    return {
        "accuracy": percentiles(np.concatenate(accuracies), level),
        "macro_f1": percentiles(np.concatenate(scores), level),
    }


def compare_labels(
    truth: Sequence[Any],
    first: Sequence[Any],
    second: Sequence[Any],
    *,
    resampling: Resampling | None = None,
) -> Difference:
    """Compare the accuracy of two models on the same items, with a paired permutation test.

    Parameters
    ----------
    truth, first, second : sequences of length n
    resampling : Resampling, optional

    Returns
    -------
    Difference

    Examples
    --------
    >>> from ns2vec.evaluation.classification import compare_labels
    >>> compare_labels(["a"] * 20, ["a"] * 20, ["a"] * 10 + ["b"] * 10).difference
    0.5
    """
    right = [np.equal(*coded(truth, each)[1]) for each in (first, second)]
    return compare_means(right[0], right[1], resampling or Resampling())


@dataclass(frozen=True)
class F1Stability:
    """How much of a macro F1 is kept when classes are sampled in training.

    Attributes
    ----------
    mean, lowest : float
        The mean and the lowest of the shares.
    shares : list of float
        The share of F1 that is kept, for each seed: 1 is the same F1, above 1 a better one.

    Examples
    --------
    >>> from ns2vec.evaluation.classification import f1_stability
    >>> f1_stability(["a", "b"], [["a", "a"]], [["a", "b"]]).shares[0] < 1
    True
    """

    mean: float
    lowest: float
    shares: list[float]


def f1_stability(
    truth: Sequence[Any], sampled: Sequence[Sequence[Any]], full: Sequence[Sequence[Any]]
) -> F1Stability:
    """Compare labels predicted by models that sampled classes with those by models that used all of them.

    Parameters
    ----------
    truth : sequence of length n
    sampled, full : sequences of sequences of length n
        Predicted labels, for each seed.

    Returns
    -------
    F1Stability

    Raises
    ------
    ConfigError
        If the numbers of seeds differ or are 0, or a full model has an F1 of 0.

    Examples
    --------
    >>> from ns2vec.evaluation.classification import f1_stability
    >>> f1_stability(["a", "b"], [["a", "b"], ["a", "a"]], [["a", "b"], ["a", "b"]]).shares
    [1.0, 0.333]
    """
    if len(sampled) != len(full) or not len(full):
        raise ConfigError(f"expected predictions of the same seeds, got {len(sampled)} and {len(full)}")
    scores = np.array([[macro_f1(truth, labels) for labels in each] for each in (sampled, full)])
    if not scores[1].all():
        raise ConfigError("the full model has a macro F1 of 0, of which no share can be computed")
    shares = scores[0] / scores[1]
    return F1Stability(float(shares.mean()), float(shares.min()), shares.tolist())


def macro_f1(truth: Sequence[Any], predicted: Sequence[Any]) -> float:
    """Return the mean F1 over labels, without intervals.

    Parameters
    ----------
    truth, predicted : sequence of length n

    Returns
    -------
    float

    Examples
    --------
    >>> from ns2vec.evaluation.classification import macro_f1
    >>> macro_f1(["a", "b"], ["a", "b"])
    1.0
    """
    labels, codes = coded(truth, predicted)
    return float(label_scores(confusion_of(codes, len(labels)))[2].mean())


def calibration_error(is_right: npt.ArrayLike, confidence: npt.ArrayLike, n_bins: int = 15) -> float:
    """Return the expected calibration error (Naeini et al. 2015; Guo et al. 2017).

    Parameters
    ----------
    is_right : array-like of shape (n,), bool
    confidence : array-like of shape (n,)
        The probability of the predicted label.
    n_bins : int
        Number of bins of equal width.

    Returns
    -------
    float

    Raises
    ------
    ConfigError
        If a probability is not between 0 and 1, or the numbers of probabilities and items differ.

    Examples
    --------
    >>> from ns2vec.evaluation.classification import calibration_error
    >>> calibration_error([True, False, True, True], [0.75] * 4)
    0.0
    """
    right, sure = np.asarray(is_right, dtype=np.float64), np.asarray(confidence, dtype=np.float64)
    if right.shape != sure.shape or right.ndim != 1 or not ((sure >= 0) & (sure <= 1 + 1e-6)).all():
        raise ConfigError(
            f"expected a probability for each of {right.size} items, got {sure.size} numbers: "
            "pass those of the predicted labels"
        )
    bins = np.minimum((sure * whole("n_bins", n_bins, 1)).astype(np.int64), n_bins - 1)
    gaps = np.bincount(bins, weights=right - sure, minlength=n_bins)
    return float(np.abs(gaps).sum() / max(1, len(right)))
