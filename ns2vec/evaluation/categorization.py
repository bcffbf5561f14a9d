"""Categories of words: does clustering find them, and does the nearest centroid name them?

Concept categorization (Almuhareb and Poesio 2005; Baroni, Dinu and Kruszewski 2014): words are clustered into
as many clusters as there are categories, and the clusters are compared with the categories. The score is the
mean over fixed seeds, not the best of them. Nearest-centroid classification asks the same data a question
without randomness: is a word nearer to the mean of its own category, without itself, than to the others?
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from ns2vec import similarity
from ns2vec.evaluation.clustering import (
    CLUSTERINGS,
    majority_hits,
    normalised_mutual_information,
    purity,
    v_measure,
)
from ns2vec.evaluation.lookup import Lookup
from ns2vec.evaluation.results import Items, Part, TaskResult
from ns2vec.evaluation.statistics import Resampling, draw_counts, mean_interval, percentiles

__all__ = ["macro_f1", "nearest_centroids", "score_categorization", "score_classification"]

FloatArray: TypeAlias = "npt.NDArray[np.float64]"
Mask: TypeAlias = "npt.NDArray[np.bool_]"

N_SEEDS = 10


class _Words:
    """The used words of a suite of ``(word, category)``."""

    def __init__(self, lookup: Lookup, members: Sequence[tuple[str, str]], keep: Mask | None) -> None:
        known = lookup.known([(word,) for word, _ in members])
        used = known.copy() if lookup.missing == "skip" else np.ones(len(members), dtype=bool)
        if keep is not None:
            used &= keep
        self.positions = np.flatnonzero(used)
        self.coverage = lookup.coverage(known, used)
        self.categories = np.array([members[position][1] for position in self.positions.tolist()])
        self.units = lookup.unit_matrix([members[position][0] for position in self.positions.tolist()])
        self.totals: dict[str, int] = {}
        for _, category in members:
            self.totals[category] = self.totals.get(category, 0) + 1

    def parts(self, hits: FloatArray) -> tuple[Part, ...]:
        """Return the mean hit of each category."""
        found = []
        for category, n_total in self.totals.items():
            own = hits[self.categories == category] if len(hits) else hits
            found.append(Part(category, float(own.mean()) if len(own) else math.nan, len(own), n_total))
        return tuple(found)


def score_categorization(
    lookup: Lookup,
    members: Sequence[tuple[str, str]],
    *,
    keep: Mask | None = None,
    resampling: Resampling | None = None,
    n_seeds: int = N_SEEDS,
) -> TaskResult:
    """Cluster words and compare the clusters with their categories.

    Parameters
    ----------
    lookup : Lookup
    members : sequence of (word, category)
    keep : ndarray of shape (n_words,), bool, optional
        Words to use at most.
    resampling : Resampling, optional
    n_seeds : int, optional
        k-means runs with the seeds 0 ... n_seeds - 1; its measures are means over them.

    Returns
    -------
    TaskResult
        Score: the mean purity of k-means. Measures ``purity``, ``nmi``, ``v_measure``, and ``purity:NAME``
        of the hierarchical clusterings. One part for each category.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> import numpy as np
    >>> from ns2vec.evaluation.categorization import score_categorization
    >>> from ns2vec.evaluation.lookup import Lookup
    >>> vectors = np.array([[1, 0], [1, 0.1], [0, 1], [0.1, 1]])
    >>> toy = SimpleNamespace(vectors=vectors, index_to_key=["cat", "dog", "car", "bus"], key_to_index={})
    >>> members = [("cat", "animal"), ("dog", "animal"), ("car", "vehicle"), ("bus", "vehicle")]
    >>> score_categorization(Lookup(toy), members).score
    1.0
    """
    words = _Words(lookup, members, keep)
    n_clusters = len(set(words.categories.tolist()))
    if n_clusters < 2:
        return TaskResult("purity", math.nan, math.nan, math.nan, words.coverage)
    runs = [CLUSTERINGS["kmeans"](words.units, n_clusters, seed) for seed in range(n_seeds)]
    measures = {
        "purity": float(np.mean([purity(words.categories, labels) for labels in runs])),
        "nmi": float(np.mean([normalised_mutual_information(words.categories, labels) for labels in runs])),
        "v_measure": float(np.mean([v_measure(words.categories, labels) for labels in runs])),
    }
    for name, cluster in CLUSTERINGS.items():
        if name != "kmeans":
            measures[f"purity:{name}"] = purity(words.categories, cluster(words.units, n_clusters, 0))
    hits = np.mean([majority_hits(words.categories, labels) for labels in runs], axis=0)
    low, high = mean_interval(hits, resampling or Resampling())
    items = Items(words.positions, hits)
    parts = words.parts(hits)
    return TaskResult("purity", measures["purity"], low, high, words.coverage, measures, parts, items)


def nearest_centroids(units: FloatArray, categories: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return for each vector the category whose mean vector has the highest cosine with it.

    The vector itself is left out of its own category's mean.

    Parameters
    ----------
    units : ndarray of shape (n, D), float64, rows of length 1
    categories : ndarray of shape (n,)

    Returns
    -------
    ndarray of shape (n,)

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.evaluation.categorization import nearest_centroids
    >>> units = np.array([[1.0, 0], [1, 0], [0, 1], [0, 1]])
    >>> nearest_centroids(units, np.array(["a", "a", "b", "b"])).tolist()
    ['a', 'a', 'b', 'b']
    """
    names, own = np.unique(categories, return_inverse=True)
    sums = np.zeros((len(names), units.shape[1]))
    np.add.at(sums, own, units)
    scores = units @ sums.T / np.maximum(similarity.row_norms(sums), 1e-300)
    others = sums[own] - units
    lengths = similarity.row_norms(others)
    # a word that is alone in its category has no centroid there
    alone = np.bincount(own)[own] == 1
    with np.errstate(invalid="ignore", divide="ignore"):
        left_out = np.where(lengths > 0, np.einsum("ij,ij->i", units, others) / lengths, 0.0)
    scores[np.arange(len(units)), own] = np.where(alone, -np.inf, left_out)
    return np.asarray(names[scores.argmax(axis=1)])


def macro_f1(categories: npt.ArrayLike, predicted: npt.ArrayLike) -> float:
    """Return the mean F1 score of the categories, each counting the same.

    Examples
    --------
    >>> from ns2vec.evaluation.categorization import macro_f1
    >>> round(macro_f1(["a", "a", "b"], ["a", "b", "b"]), 4)
    0.6667
    """
    categories, predicted = np.asarray(categories), np.asarray(predicted)
    found = []
    for name in np.unique(np.concatenate([categories, predicted])):
        n_right = int(((categories == name) & (predicted == name)).sum())
        found.append(2 * n_right / int((categories == name).sum() + (predicted == name).sum()))
    return float(np.mean(found))


def score_classification(
    lookup: Lookup,
    members: Sequence[tuple[str, str]],
    *,
    keep: Mask | None = None,
    resampling: Resampling | None = None,
) -> TaskResult:
    """Name each word's category by the nearest centroid of the other words.

    Parameters
    ----------
    lookup, members, keep, resampling
        As in `score_categorization`.

    Returns
    -------
    TaskResult
        Score: ``macro_f1``; also ``accuracy``, in which two models are compared word by word. One part for
        each category.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> import numpy as np
    >>> from ns2vec.evaluation.categorization import score_classification
    >>> from ns2vec.evaluation.lookup import Lookup
    >>> vectors = np.array([[1, 0], [1, 0.1], [0, 1], [0.1, 1]])
    >>> toy = SimpleNamespace(vectors=vectors, index_to_key=["cat", "dog", "car", "bus"], key_to_index={})
    >>> members = [("cat", "animal"), ("dog", "animal"), ("car", "vehicle"), ("bus", "vehicle")]
    >>> score_classification(Lookup(toy), members).measures["macro_f1"]
    1.0
    """
    words = _Words(lookup, members, keep)
    if len(set(words.categories.tolist())) < 2:
        return TaskResult("macro_f1", math.nan, math.nan, math.nan, words.coverage)
    predicted = nearest_centroids(words.units, words.categories)
    hits = np.asarray(predicted == words.categories, dtype=np.float64)
    measures = {"accuracy": float(hits.mean()), "macro_f1": macro_f1(words.categories, predicted)}
    low, high = _macro_f1_interval(words.categories, predicted, resampling or Resampling())
    parts, items = words.parts(hits), Items(words.positions, hits)
    return TaskResult("macro_f1", measures["macro_f1"], low, high, words.coverage, measures, parts, items)


def _macro_f1_interval(
    categories: npt.NDArray[Any], predicted: npt.NDArray[Any], resampling: Resampling
) -> tuple[float, float]:
    counts = draw_counts(len(categories), resampling.n_draws, resampling.seed)
    scores = []
    for name in np.unique(np.concatenate([categories, predicted])):
        right = (categories == name) & (predicted == name)
        total = counts @ ((categories == name).astype(np.int64) + (predicted == name))
        # a category that a sample lacks does not count in it
        scores.append(np.where(total > 0, 2 * (counts @ right) / np.maximum(total, 1), np.nan))
    return percentiles(np.nanmean(scores, axis=0), resampling.level)
