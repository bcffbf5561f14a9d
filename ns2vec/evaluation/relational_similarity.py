"""Degrees of relational similarity: how good an example of a relation is a word pair?

SemEval-2012 task 2 (Jurgens et al. 2012): pairs of a relation are rated by people. A pair's predicted degree
is the mean cosine of its offset with the offsets of the relation's prototype pairs (Zhila et al. 2013).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ns2vec import similarity
from ns2vec._typing import BoolArray, Float64Array
from ns2vec.evaluation.lookup import Lookup
from ns2vec.evaluation.results import Items, PartResult, TaskResult
from ns2vec.evaluation.statistics import mean, spearman


@dataclass(frozen=True, slots=True)
class RatedPair:
    """A pair of a relation with its degree; a prototype of the relation has NaN."""

    relation: str
    left: str
    right: str
    degree: float


def relation_degrees(prototypes: Float64Array, offsets: Float64Array) -> Float64Array:
    """Return the mean cosine of each offset with the prototype offsets, shape (n,).

    Parameters
    ----------
    prototypes : ndarray of shape (p, D)
        Offsets, right minus left, of unit vectors.
    offsets : ndarray of shape (n, D)

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.evaluation.relational_similarity import relation_degrees
    >>> relation_degrees(np.array([[1.0, 0]]), np.array([[2.0, 0], [0, 1]])).tolist()
    [1.0, 0.0]
    """
    known = similarity.unit_rows(prototypes, similarity.row_norms(prototypes))
    return np.asarray(similarity.unit_rows(offsets, similarity.row_norms(offsets)) @ known.mean(axis=0))


def score_relational_similarity(
    lookup: Lookup, pairs: Sequence[RatedPair], *, keep: BoolArray | None = None
) -> TaskResult:
    """Rank the pairs of each relation and correlate with their degrees.

    Parameters
    ----------
    lookup : Lookup
    pairs : sequence of RatedPair
        Pairs of a relation without a known prototype are not used.
    keep : ndarray of shape (n_pairs,), bool, optional
        The only pairs to use.

    Returns
    -------
    TaskResult
        Score: mean over the relations of Spearman's correlation; one part for each relation. Relations are
        the items for resampling, and for comparing two models.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> import numpy as np
    >>> from ns2vec.evaluation.lookup import Lookup
    >>> from ns2vec.evaluation.relational_similarity import RatedPair, score_relational_similarity
    >>> vectors = np.array([[1, 0], [1, 1], [2, 0], [2, 2], [0, 1]])
    >>> toy = SimpleNamespace(vectors=vectors, index_to_key=["a", "A2", "b", "B2", "c"], key_to_index={})
    >>> nan = float("nan")
    >>> pairs = [RatedPair("r", "a", "A2", nan), RatedPair("r", "b", "B2", 9), RatedPair("r", "c", "b", 1)]
    >>> score_relational_similarity(Lookup(toy), pairs).score
    1.0
    """
    words = [(pair.left, pair.right) for pair in pairs]
    allowed = set(lookup.choose(words, keep)[0].tolist())
    relations = list(dict.fromkeys(pair.relation for pair in pairs))
    used = np.zeros(len(pairs), dtype=bool)
    parts = []
    for relation in relations:
        rated = [i for i, pair in enumerate(pairs) if pair.relation == relation]
        chosen = [i for i in rated if i in allowed and not math.isnan(pairs[i].degree)]
        prototypes = [i for i in rated if i in allowed and math.isnan(pairs[i].degree)]
        score = math.nan
        if len(chosen) > 1 and prototypes:
            degrees = relation_degrees(_offsets(lookup, pairs, prototypes), _offsets(lookup, pairs, chosen))
            score = spearman([pairs[i].degree for i in chosen], degrees)
            used[chosen + prototypes] = True
        n_used = len(chosen) if not math.isnan(score) else 0
        parts.append(PartResult(relation, score, n_used, sum(not math.isnan(pairs[i].degree) for i in rated)))
    scores = np.array([part.score for part in parts], dtype=np.float64)
    defined = np.flatnonzero(~np.isnan(scores))
    items = Items(defined, scores[defined])
    coverage = lookup.coverage(words, lookup.known(words), used)
    return TaskResult("spearman", coverage, {"spearman": mean(scores[defined])}, tuple(parts), items)


def _offsets(lookup: Lookup, pairs: Sequence[RatedPair], chosen: list[int]) -> Float64Array:
    left = lookup.unit_matrix([pairs[i].left for i in chosen])
    return lookup.unit_matrix([pairs[i].right for i in chosen]) - left
