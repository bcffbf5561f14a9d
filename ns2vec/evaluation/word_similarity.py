"""Word similarity: do cosines of word pairs rank as people's judgements do?

Spearman's correlation is the score, as in the literature since WordSim-353 (Finkelstein et al. 2002);
Pearson's stands beside it. `evaluate_word_pairs` is the same with gensim's signature and return value.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ns2vec.evaluation.lookup import Lookup
from ns2vec.evaluation.results import Items, TaskResult
from ns2vec.evaluation.statistics import Resampling, correlation_interval, pearson, spearman

__all__ = ["score_word_similarity"]


def score_word_similarity(
    lookup: Lookup,
    pairs: Sequence[tuple[str, str, float]],
    *,
    keep: npt.NDArray[np.bool_] | None = None,
    resampling: Resampling | None = None,
) -> TaskResult:
    """Correlate the cosines of word pairs with judgements.

    Parameters
    ----------
    lookup : Lookup
        Its policy for missing words decides about pairs with one.
    pairs : sequence of (word, word, judgement)
    keep : ndarray of shape (n_pairs,), bool, optional
        Pairs to use at most; all unless given.
    resampling : Resampling, optional

    Returns
    -------
    TaskResult
        Measures ``spearman`` (the score) and ``pearson``.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> import numpy as np
    >>> from ns2vec.evaluation.lookup import Lookup
    >>> from ns2vec.evaluation.word_similarity import score_word_similarity
    >>> vectors = np.array([[1, 0], [1, 0.1], [0, 1]])
    >>> toy = SimpleNamespace(vectors=vectors, index_to_key=["cat", "dog", "car"], key_to_index={})
    >>> pairs = [("cat", "dog", 9.0), ("cat", "car", 1.0), ("dog", "car", 2.0), ("cat", "gnu", 7.0)]
    >>> result = score_word_similarity(Lookup(toy), pairs)
    >>> result.score, result.coverage.n_used, result.coverage.n_total
    (1.0, 3, 4)
    """
    resampling = resampling or Resampling()
    known = lookup.known([pair[:2] for pair in pairs])
    used = known.copy() if lookup.missing == "skip" else np.ones(len(pairs), dtype=bool)
    if keep is not None:
        used &= keep
    positions = np.flatnonzero(used)
    chosen = [pairs[position] for position in positions.tolist()]
    left = lookup.unit_matrix([pair[0] for pair in chosen])
    right = lookup.unit_matrix([pair[1] for pair in chosen])
    cosines = np.einsum("ij,ij->i", left, right)
    gold = np.array([pair[2] for pair in chosen], dtype=np.float64)
    rho = spearman(gold, cosines)
    low, high = correlation_interval(gold, cosines, resampling)
    measures = {"spearman": rho, "pearson": pearson(gold, cosines)}
    items = Items(positions, cosines, gold)
    return TaskResult("spearman", rho, low, high, lookup.coverage(known, used), measures, items=items)
