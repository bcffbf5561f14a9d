"""Categories of words: does clustering find them, and does the nearest centroid name them?

Concept categorization (Almuhareb and Poesio 2005; Baroni, Dinu and Kruszewski 2014): words are clustered into
as many clusters as there are categories, and the clusters are compared with the categories. The score is the
mean over fixed seeds, not the best of them. k-means is Lloyd's algorithm from k-means++ seeds (Arthur and
Vassilvitskii 2007); the other methods are scipy's hierarchical clustering. Purity and normalised mutual
information are those of scikit-learn's definitions; the latter is the V-measure (Rosenberg and Hirschberg
2007).

Nearest-centroid classification asks the same data a question without randomness: is a word nearer to the mean
of its own category, without itself, than to the others?
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from ns2vec import similarity
from ns2vec._registry import Registry
from ns2vec._typing import BoolArray, Float64Array, Int64Array
from ns2vec.evaluation.lookup import Lookup
from ns2vec.evaluation.results import Items, TaskResult, parts_of_groups
from ns2vec.evaluation.statistics import Resampling, draw_counts, percentiles

Labels: TypeAlias = "npt.NDArray[np.intp]"

N_SEEDS = 10
MAX_ROUNDS = 300

#: Name -> function (vectors (n, D), n_clusters, seed) -> labels (n,).
CLUSTERINGS: Registry[Callable[[Float64Array, int, int], Labels]] = Registry("clustering")


def _squared_distances(vectors: Float64Array, centres: Float64Array) -> Float64Array:
    squares = (vectors * vectors).sum(axis=1)[:, None] + (centres * centres).sum(axis=1)
    return np.asarray(np.maximum(squares - 2 * vectors @ centres.T, 0))


def _first_centres(vectors: Float64Array, n_clusters: int, rng: np.random.Generator) -> Float64Array:
    """Draw centres from the vectors, each far from the earlier ones."""
    chosen = [int(rng.integers(len(vectors)))]
    nearest = _squared_distances(vectors, vectors[chosen])[:, 0]
    while len(chosen) < n_clusters:
        total = nearest.sum()
        weights = nearest / total if total > 0 else None
        chosen.append(int(rng.choice(len(vectors), p=weights)))
        nearest = np.minimum(nearest, _squared_distances(vectors, vectors[chosen[-1:]])[:, 0])
    return np.array(vectors[chosen])


@CLUSTERINGS.entry("kmeans")
def k_means(vectors: Float64Array, n_clusters: int, seed: int) -> Labels:
    """Cluster vectors by k-means.

    Parameters
    ----------
    vectors : ndarray of shape (n, D), float64
    n_clusters : int
        At most n.
    seed : int
        The same seed gives the same clusters.

    Returns
    -------
    ndarray of shape (n,)
        Cluster numbers from 0.

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.evaluation.categorization import k_means
    >>> sorted(np.bincount(k_means(np.array([[0.0], [0.1], [5.0], [5.1], [5.2]]), 2, seed=1)).tolist())
    [2, 3]
    """
    rng = np.random.default_rng(seed)
    centres = _first_centres(vectors, n_clusters, rng)
    labels = np.full(len(vectors), -1, dtype=np.intp)
    for _ in range(MAX_ROUNDS):
        distances = _squared_distances(vectors, centres)
        found = distances.argmin(axis=1)
        sizes = np.bincount(found, minlength=n_clusters)
        for empty in np.flatnonzero(sizes == 0):
            # an empty cluster gets the vector that is farthest from its centre
            farthest = int(distances[np.arange(len(found)), found].argmax())
            found[farthest] = empty
            distances[farthest] = 0
        if (found == labels).all():
            break
        labels = found
        sizes = np.maximum(np.bincount(labels, minlength=n_clusters), 1)
        centres = np.zeros_like(centres)
        np.add.at(centres, labels, vectors)
        centres /= sizes[:, None]
    return labels


def _hierarchical(linkage: str) -> Callable[[Float64Array, int, int], Labels]:
    def cluster(vectors: Float64Array, n_clusters: int, seed: int) -> Labels:
        from scipy.cluster import hierarchy

        del seed  # nothing is random here
        tree = hierarchy.linkage(vectors, method=linkage)
        return np.asarray(hierarchy.fcluster(tree, n_clusters, criterion="maxclust") - 1, dtype=np.intp)

    return cluster


# on unit vectors, squared Euclidean distance is twice the cosine distance
for _linkage in ("average", "complete", "ward"):
    CLUSTERINGS.register(_linkage, _hierarchical(_linkage))


def contingency(categories: npt.ArrayLike, clusters: npt.ArrayLike) -> Int64Array:
    """Return how many items each category has in each cluster, shape (n_categories, n_clusters).

    Examples
    --------
    >>> from ns2vec.evaluation.categorization import contingency
    >>> contingency(["a", "a", "b"], [1, 1, 0]).tolist()
    [[0, 2], [1, 0]]
    """
    _, rows = np.unique(np.asarray(categories), return_inverse=True)
    _, columns = np.unique(np.asarray(clusters), return_inverse=True)
    shape = (int(rows.max(initial=-1)) + 1, int(columns.max(initial=-1)) + 1)
    table = np.zeros(shape, dtype=np.int64)
    np.add.at(table, (rows, columns), 1)
    return table


def majority_hits(categories: npt.ArrayLike, clusters: npt.ArrayLike) -> Float64Array:
    """Return 1.0 for each item of its cluster's largest category, shape (n,); their mean is the purity.

    Examples
    --------
    >>> from ns2vec.evaluation.categorization import majority_hits
    >>> majority_hits(["a", "a", "b", "b"], [0, 0, 0, 1]).tolist()
    [1.0, 1.0, 0.0, 1.0]
    """
    _, rows = np.unique(np.asarray(categories), return_inverse=True)
    _, columns = np.unique(np.asarray(clusters), return_inverse=True)
    if not len(rows):
        return np.zeros(0)
    return np.asarray(contingency(categories, clusters).argmax(axis=0)[columns] == rows, dtype=np.float64)


def purity(categories: npt.ArrayLike, clusters: npt.ArrayLike) -> float:
    """Return the share of items that belong to their cluster's largest category, in (0, 1].

    Examples
    --------
    >>> from ns2vec.evaluation.categorization import purity
    >>> purity(["a", "a", "b", "b"], [0, 0, 0, 1])
    0.75
    """
    return float(majority_hits(categories, clusters).mean())


def normalised_mutual_information(categories: npt.ArrayLike, clusters: npt.ArrayLike) -> float:
    """Return the mutual information over the arithmetic mean of the two entropies, in [0, 1].

    It equals the V-measure with equal weights, the harmonic mean of homogeneity and completeness.

    Examples
    --------
    >>> from ns2vec.evaluation.categorization import normalised_mutual_information
    >>> normalised_mutual_information(["a", "a", "b", "b"], [1, 1, 0, 0])
    1.0
    """
    table = contingency(categories, clusters)
    joint, of_categories, of_clusters = map(_entropy, (table.ravel(), table.sum(axis=1), table.sum(axis=0)))
    mutual, mean = max(0.0, of_categories + of_clusters - joint), (of_categories + of_clusters) / 2
    return mutual / mean if mean else 1.0


def _entropy(counts: npt.NDArray[Any]) -> float:
    shares = counts[counts > 0] / counts.sum()
    return float(-(shares * np.log(shares)).sum())


class _Words:
    """The used words of a suite of ``(word, category)``."""

    def __init__(self, lookup: Lookup, members: Sequence[tuple[str, str]], keep: BoolArray | None) -> None:
        self.positions, self.coverage = lookup.choose([(word,) for word, _ in members], keep)
        used = [members[position] for position in self.positions.tolist()]
        self.categories = np.array([category for _, category in used])
        self.units = lookup.unit_matrix(word for word, _ in used)
        self.of_members = [category for _, category in members]


def score_categorization(
    lookup: Lookup, members: Sequence[tuple[str, str]], *, keep: BoolArray | None = None
) -> TaskResult:
    """Cluster words and compare the clusters with their categories.

    Parameters
    ----------
    lookup : Lookup
    members : sequence of (word, category)
    keep : ndarray of shape (n_words,), bool, optional
        The only words to use.

    Returns
    -------
    TaskResult
        Score: the mean purity of k-means over the seeds 0 ... `N_SEEDS` - 1. Measures ``purity``, ``nmi``,
        ``v_measure``, and ``purity:NAME`` of the hierarchical clusterings. One part for each category.

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
        return TaskResult("purity", words.coverage)
    runs = [CLUSTERINGS["kmeans"](words.units, n_clusters, seed) for seed in range(N_SEEDS)]
    hits = np.mean([majority_hits(words.categories, labels) for labels in runs], axis=0)
    nmi = float(np.mean([normalised_mutual_information(words.categories, labels) for labels in runs]))
    measures = {"purity": float(hits.mean()), "nmi": nmi, "v_measure": nmi}
    for name, cluster in CLUSTERINGS.items():
        if name != "kmeans":
            measures[f"purity:{name}"] = purity(words.categories, cluster(words.units, n_clusters, 0))
    parts = parts_of_groups(words.of_members, words.categories, hits)
    return TaskResult("purity", words.coverage, measures, parts, Items(words.positions, hits))


def nearest_centroids(units: Float64Array, categories: npt.NDArray[Any]) -> npt.NDArray[Any]:
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
    """Return the mean F1 score of the categories, with equal weights.

    Examples
    --------
    >>> from ns2vec.evaluation.categorization import macro_f1
    >>> round(macro_f1(["a", "a", "b"], ["a", "b", "b"]), 4)
    0.6667
    """
    categories, predicted = np.asarray(categories), np.asarray(predicted)
    return float(_macro_f1_draws(categories, predicted, np.ones((1, len(categories)), dtype=np.int64))[0])


def _macro_f1_draws(
    categories: npt.NDArray[Any], predicted: npt.NDArray[Any], counts: Int64Array
) -> Float64Array:
    """Return the macro F1 of each sample, shape (n_draws,), from the counts of the items in it."""
    scores = []
    for name in np.unique(np.concatenate([categories, predicted])):
        right = (categories == name) & (predicted == name)
        total = counts @ ((categories == name).astype(np.int64) + (predicted == name))
        # a category that is missing in a sample does not count
        scores.append(np.where(total > 0, 2 * (counts @ right) / np.maximum(total, 1), np.nan))
    return np.asarray(np.nanmean(scores, axis=0))


@dataclass(frozen=True, slots=True, kw_only=True)
class _NamedWords(Items):
    """Words with predicted categories: their values are hits, but the score is the macro F1."""

    categories: npt.NDArray[Any]
    predicted: npt.NDArray[Any]

    def interval(self, resampling: Resampling) -> tuple[float, float]:
        """Return the bootstrap interval of the macro F1."""
        counts = draw_counts(len(self.predicted), resampling.n_draws, resampling.seed)
        return percentiles(_macro_f1_draws(self.categories, self.predicted, counts), resampling.level)


def score_classification(
    lookup: Lookup, members: Sequence[tuple[str, str]], *, keep: BoolArray | None = None
) -> TaskResult:
    """Assign each word to the category with the nearest centroid of the other words.

    Parameters
    ----------
    lookup, members, keep
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
        return TaskResult("macro_f1", words.coverage)
    predicted = nearest_centroids(words.units, words.categories)
    hits = np.asarray(predicted == words.categories, dtype=np.float64)
    measures = {"accuracy": float(hits.mean()), "macro_f1": macro_f1(words.categories, predicted)}
    parts = parts_of_groups(words.of_members, words.categories, hits)
    items = _NamedWords(words.positions, hits, categories=words.categories, predicted=predicted)
    return TaskResult("macro_f1", words.coverage, measures, parts, items)
