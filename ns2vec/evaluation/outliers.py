"""Outlier detection: which word does not belong to the others?

Camacho-Collados and Navigli 2016 ("Find the word that does not belong"): for a set of related words and one
outlier, words are ranked by how compact the set is without them, which is the order of their summed
similarity to the others. The outlier should come last.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ns2vec._typing import BoolArray, Float64Array
from ns2vec.evaluation.lookup import Lookup, Words
from ns2vec.evaluation.results import Items, TaskResult, parts_of_groups
from ns2vec.evaluation.statistics import mean


@dataclass(frozen=True, slots=True)
class OutlierSet:
    """Words that belong together, and words each of which does not belong with them."""

    name: str
    members: tuple[str, ...]
    outliers: tuple[str, ...]


def outlier_position(members: Float64Array, outlier: Float64Array) -> int:
    """Return how many members are more central than the outlier: all of them if it is found.

    Parameters
    ----------
    members : ndarray of shape (n, D), rows of length 1
    outlier : ndarray of shape (D,), of length 1

    Returns
    -------
    int
        0 ... n, the outlier position (OP) of the paper; a tie counts against the outlier.

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.evaluation.outliers import outlier_position
    >>> outlier_position(np.array([[1.0, 0], [1, 0]]), np.array([0.0, 1]))
    2
    """
    words = np.vstack([members, outlier])
    centrality = words @ words.sum(axis=0) - np.einsum("ij,ij->i", words, words)
    return int((centrality[:-1] > centrality[-1] + 1e-12).sum())


def words_of_sets(sets: Sequence[OutlierSet]) -> list[Words]:
    """Return the words that each question needs: those of its set, and its outlier."""
    return [(*group.members, outlier) for group in sets for outlier in group.outliers]


def score_outliers(
    lookup: Lookup, sets: Sequence[OutlierSet], *, keep: BoolArray | None = None
) -> TaskResult:
    """Find the outlier of each set and outlier.

    Parameters
    ----------
    lookup : Lookup
        With the policy ``"skip"``, a question counts if the set's members and the outlier are all known.
    sets : sequence of OutlierSet
    keep : ndarray of shape (n_questions,), bool, optional
        The only questions to use; a question is one outlier with its set.

    Returns
    -------
    TaskResult
        Measures ``accuracy`` (the score) and ``opp``, the mean outlier position over the number of members.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> import numpy as np
    >>> from ns2vec.evaluation.lookup import Lookup
    >>> from ns2vec.evaluation.outliers import OutlierSet, score_outliers
    >>> vectors = np.array([[1, 0], [1, 0.1], [0.9, 0], [0, 1]])
    >>> toy = SimpleNamespace(vectors=vectors, index_to_key=["cat", "dog", "cow", "car"], key_to_index={})
    >>> score_outliers(Lookup(toy), [OutlierSet("pets", ("cat", "dog", "cow"), ("car",))]).score
    1.0
    """
    asked = [(group, outlier) for group in sets for outlier in group.outliers]
    positions, coverage = lookup.choose(words_of_sets(sets), keep)
    places = []
    for position in positions.tolist():
        group, outlier = asked[position]
        units = lookup.unit_matrix([*group.members, outlier])
        places.append((outlier_position(units[:-1], units[-1]), len(group.members)))
    hits = np.array([place == n_members for place, n_members in places], dtype=np.float64)
    measures = {"accuracy": mean(hits), "opp": mean([place / n_members for place, n_members in places])}
    of_asked = [group.name for group, _ in asked]
    names = np.array([of_asked[position] for position in positions], dtype=str)
    # the outliers of one set are resampled together
    items, parts = Items(positions, hits, None, names), parts_of_groups(of_asked, names, hits)
    return TaskResult("accuracy", coverage, measures, parts, items)
