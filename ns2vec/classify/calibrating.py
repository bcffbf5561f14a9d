"""Scores of lines by models that were not trained on them, so that a temperature needs no held-out lines."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ns2vec._typing import Float32Array, Int64Array
from ns2vec.classify.lines import LabelLists, TextLines
from ns2vec.exceptions import CorpusError

UNKNOWN = -1e9  # the score of a label that a model was not trained on


def out_of_fold(
    model: Any, lines: TextLines, lists: LabelLists, n_folds: int
) -> tuple[Float32Array, Int64Array, npt.NDArray[np.int32]]:
    """Scores of lines, each by a model with the same options that was trained on the other folds.

    Parameters
    ----------
    model : Classifier
    lines : TextLines
    lists : LabelLists
    n_folds : int

    Returns
    -------
    scores : ndarray of shape (n, n_labels), float32
        In the order of the model's labels.
    offsets : ndarray of shape (n + 1,), int64
    ids : ndarray, int32
        Labels of each line, -1 for those that the model of its fold does not know.

    Raises
    ------
    CorpusError
        If there are fewer lines with labels than folds.
    """
    rows = np.flatnonzero(np.diff(lists.offsets) > 0)
    if len(rows) < n_folds:
        raise CorpusError(f"expected at least {n_folds} lines with labels, one per fold, got {len(rows)}")
    order = np.random.default_rng(model._core.config.seed).permutation(rows)
    scored, offsets, ids = [], [np.zeros(1, np.int64)], []
    for fold in range(n_folds):
        held = order[fold::n_folds]
        rest = np.setdiff1d(order, held)
        other = untrained(model)._fit(lines.some(rest), lists.some(rest))
        asked, right = lines.some(held), lists.some(held)
        found = other._scores_of(other._units.features.encode(asked, other._units.words))
        columns = model._places(other.labels)
        all_labels = np.full((len(held), len(model.labels)), UNKNOWN, dtype=np.float32)
        all_labels[:, columns[columns >= 0]] = found[:, columns >= 0]
        scored.append(all_labels)
        offsets.append(right.offsets[1:] + offsets[-1][-1])
        is_met = other._places(lists.labels)[right.ids] >= 0
        ids.append(np.where(is_met, model._places(lists.labels)[right.ids], -1))
    return np.concatenate(scored), np.concatenate(offsets), np.concatenate(ids).astype(np.int32)


def untrained(model: Any) -> Any:
    """A classifier with the same options, for `fit`."""
    made = type(model).from_state(model.to_state())
    made.pretrained, made.progress = model.pretrained, False
    return made
