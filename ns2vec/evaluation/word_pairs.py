"""Word similarity: do cosines rank word pairs as people's judgements do?

Spearman's correlation is the score, as in the literature since WordSim-353 (Finkelstein et al. 2002);
Pearson's correlation is reported, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

from ns2vec._typing import BoolArray, Float64Array
from ns2vec.evaluation.lookup import Lookup
from ns2vec.evaluation.results import Items, TaskResult
from ns2vec.evaluation.statistics import pearson, spearman

#: Two words and a judgement.
JudgedPair: TypeAlias = "tuple[str, str, float]"


def pair_cosines(lookup: Lookup, pairs: Sequence[JudgedPair]) -> Float64Array:
    """Return the cosine of each pair's words, shape (n,), with the lookup's vectors for missing words."""
    left = lookup.unit_matrix(pair[0] for pair in pairs)
    right = lookup.unit_matrix(pair[1] for pair in pairs)
    return np.asarray(np.einsum("ij,ij->i", left, right))


def score_word_similarity(
    lookup: Lookup, pairs: Sequence[JudgedPair], *, keep: BoolArray | None = None
) -> TaskResult:
    """Correlate the cosines of word pairs with judgements.

    Parameters
    ----------
    lookup : Lookup
        Its policy for missing words applies to pairs.
    pairs : sequence of (word, word, judgement)
    keep : ndarray of shape (n_pairs,), bool, optional
        The only pairs to use; by default all.

    Returns
    -------
    TaskResult
        Measures ``spearman`` (the score) and ``pearson``.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> import numpy as np
    >>> from ns2vec.evaluation.lookup import Lookup
    >>> from ns2vec.evaluation.word_pairs import score_word_similarity
    >>> vectors = np.array([[1, 0], [1, 0.1], [0, 1]])
    >>> toy = SimpleNamespace(vectors=vectors, index_to_key=["cat", "dog", "car"], key_to_index={})
    >>> pairs = [("cat", "dog", 9.0), ("cat", "car", 1.0), ("dog", "car", 2.0), ("cat", "gnu", 7.0)]
    >>> result = score_word_similarity(Lookup(toy), pairs)
    >>> result.score, result.coverage.n_used, result.coverage.n_total
    (1.0, 3, 4)
    """
    positions, coverage = lookup.choose([pair[:2] for pair in pairs], keep)
    chosen = [pairs[position] for position in positions.tolist()]
    cosines = pair_cosines(lookup, chosen)
    gold = np.array([pair[2] for pair in chosen], dtype=np.float64)
    measures = {"spearman": spearman(gold, cosines), "pearson": pearson(gold, cosines)}
    return TaskResult("spearman", coverage, measures, items=Items(positions, cosines, gold))
