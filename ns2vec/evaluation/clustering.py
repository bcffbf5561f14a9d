"""Clusterings of a few hundred vectors, and how well they match categories.

k-means is Lloyd's algorithm from k-means++ seeds (Arthur and Vassilvitskii 2007); the other methods are
scipy's hierarchical clustering. Purity, normalised mutual information and V-measure (Rosenberg and Hirschberg
2007) are those of scikit-learn's definitions.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from ns2vec._registry import Registry

__all__ = [
    "CLUSTERINGS",
    "contingency",
    "k_means",
    "majority_hits",
    "normalised_mutual_information",
    "purity",
    "v_measure",
]

FloatArray: TypeAlias = "npt.NDArray[np.float64]"
Labels: TypeAlias = "npt.NDArray[np.intp]"

MAX_ROUNDS = 300

#: Name -> function (vectors (n, D), n_clusters, seed) -> labels (n,).
CLUSTERINGS: Registry[Callable[[FloatArray, int, int], Labels]] = Registry("clustering")


def _squared_distances(vectors: FloatArray, centres: FloatArray) -> FloatArray:
    squares = (vectors * vectors).sum(axis=1)[:, None] + (centres * centres).sum(axis=1)
    return np.asarray(np.maximum(squares - 2 * vectors @ centres.T, 0))


def _first_centres(vectors: FloatArray, n_clusters: int, rng: np.random.Generator) -> FloatArray:
    """Draw centres among the vectors, each far from those before it."""
    chosen = [int(rng.integers(len(vectors)))]
    nearest = _squared_distances(vectors, vectors[chosen])[:, 0]
    while len(chosen) < n_clusters:
        total = nearest.sum()
        weights = nearest / total if total > 0 else None
        chosen.append(int(rng.choice(len(vectors), p=weights)))
        nearest = np.minimum(nearest, _squared_distances(vectors, vectors[chosen[-1:]])[:, 0])
    return np.array(vectors[chosen])


@CLUSTERINGS.entry("kmeans")
def k_means(vectors: FloatArray, n_clusters: int, seed: int) -> Labels:
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
    >>> from ns2vec.evaluation.clustering import k_means
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
            # an empty cluster takes the vector that is farthest from its centre
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


def _hierarchical(linkage: str, metric: str) -> Callable[[FloatArray, int, int], Labels]:
    def cluster(vectors: FloatArray, n_clusters: int, seed: int) -> Labels:
        from scipy.cluster import hierarchy

        del seed  # there is nothing random in it
        tree = hierarchy.linkage(vectors, method=linkage, metric=metric)
        return np.asarray(hierarchy.fcluster(tree, n_clusters, criterion="maxclust") - 1, dtype=np.intp)

    return cluster


# on unit vectors, squared Euclidean distance is twice the cosine distance
for _linkage in ("average", "complete", "ward"):
    CLUSTERINGS.register(_linkage, _hierarchical(_linkage, "euclidean"))


def contingency(categories: npt.ArrayLike, clusters: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Return how many items each category has in each cluster, shape (n_categories, n_clusters).

    Examples
    --------
    >>> from ns2vec.evaluation.clustering import contingency
    >>> contingency(["a", "a", "b"], [1, 1, 0]).tolist()
    [[0, 2], [1, 0]]
    """
    _, rows = np.unique(np.asarray(categories), return_inverse=True)
    _, columns = np.unique(np.asarray(clusters), return_inverse=True)
    shape = (int(rows.max(initial=-1)) + 1, int(columns.max(initial=-1)) + 1)
    table = np.zeros(shape, dtype=np.int64)
    np.add.at(table, (rows, columns), 1)
    return table


def majority_hits(categories: npt.ArrayLike, clusters: npt.ArrayLike) -> FloatArray:
    """Return 1.0 for each item of its cluster's largest category, shape (n,); their mean is the purity.

    Examples
    --------
    >>> from ns2vec.evaluation.clustering import majority_hits
    >>> majority_hits(["a", "a", "b", "b"], [0, 0, 0, 1]).tolist()
    [1.0, 1.0, 0.0, 1.0]
    """
    _, rows = np.unique(np.asarray(categories), return_inverse=True)
    _, columns = np.unique(np.asarray(clusters), return_inverse=True)
    if not len(rows):
        return np.zeros(0)
    return np.asarray(contingency(categories, clusters).argmax(axis=0)[columns] == rows, dtype=np.float64)


def purity(categories: npt.ArrayLike, clusters: npt.ArrayLike) -> float:
    """Return the share of items that are of their cluster's largest category, in (0, 1].

    Examples
    --------
    >>> from ns2vec.evaluation.clustering import purity
    >>> purity(["a", "a", "b", "b"], [0, 0, 0, 1])
    0.75
    """
    table = contingency(categories, clusters)
    return float(table.max(axis=0).sum() / table.sum())


def _entropy(counts: npt.NDArray[Any]) -> float:
    shares = counts[counts > 0] / counts.sum()
    return float(-(shares * np.log(shares)).sum())


def _entropies(categories: npt.ArrayLike, clusters: npt.ArrayLike) -> tuple[float, float, float]:
    """Return the entropies of categories, of clusters, and their mutual information, in nats."""
    table = contingency(categories, clusters)
    of_categories, of_clusters = _entropy(table.sum(axis=1)), _entropy(table.sum(axis=0))
    return of_categories, of_clusters, max(0.0, of_categories + of_clusters - _entropy(table.ravel()))


def normalised_mutual_information(categories: npt.ArrayLike, clusters: npt.ArrayLike) -> float:
    """Return the mutual information over the arithmetic mean of the two entropies, in [0, 1].

    Examples
    --------
    >>> from ns2vec.evaluation.clustering import normalised_mutual_information
    >>> normalised_mutual_information(["a", "a", "b", "b"], [1, 1, 0, 0])
    1.0
    """
    of_categories, of_clusters, mutual = _entropies(categories, clusters)
    mean = (of_categories + of_clusters) / 2
    return mutual / mean if mean else 1.0


def v_measure(categories: npt.ArrayLike, clusters: npt.ArrayLike, *, beta: float = 1.0) -> float:
    """Return the weighted harmonic mean of homogeneity and completeness, in [0, 1].

    Parameters
    ----------
    categories, clusters : array-like of shape (n,)
    beta : float, optional
        Weight of completeness; with 1 the V-measure equals the normalised mutual information.

    Examples
    --------
    >>> from ns2vec.evaluation.clustering import v_measure
    >>> round(v_measure([0, 0, 1, 1], [0, 0, 1, 2]), 2)
    0.8
    """
    of_categories, of_clusters, mutual = _entropies(categories, clusters)
    homogeneity = mutual / of_categories if of_categories else 1.0
    completeness = mutual / of_clusters if of_clusters else 1.0
    if homogeneity + completeness == 0:
        return 0.0
    return (1 + beta) * homogeneity * completeness / (beta * homogeneity + completeness)
