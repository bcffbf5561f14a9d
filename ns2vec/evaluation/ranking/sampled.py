"""Metrics from a sample of the catalogue, as in papers, and their correction.

Among m sampled items, nearly everything is near the top: a sampled recall@10 of .9 means little, and it can
rank two models differently from the whole catalogue (Krichene and Rendle 2020,
doi:10.1145/3394486.3403226). Each wanted item is a separate question. At rank r of n items, its true value is
f(r), and it gets the rank q among the m sampled items with the binomial probability A(r, q): each
sampled item precedes it with probability (r - 1) / (n - 1). The corrected value w(q) minimises the sum of the
squared bias and g times the variance, for uniform r (their bias-variance trade-off)::

    w = ((1 - g) A'A + g diag(A'1))^-1 A' f        g = .1
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.special import gammaln, xlog1py, xlogy

from ns2vec._options import whole
from ns2vec._typing import Float64Array, Int64Array
from ns2vec.evaluation.ranking.ranks import RankingQuestion, Scorer, score_blocks
from ns2vec.exceptions import ConfigError

logger = logging.getLogger(__name__)

TRADE_OFF = 0.1  # g

WORTH: dict[str, Callable[[Float64Array, int], Float64Array]] = {
    "recall": lambda ranks, k: (ranks <= k).astype(np.float64),
    "ndcg": lambda ranks, k: np.where(ranks <= k, 1 / np.log2(ranks + 1), 0.0),
}


def corrected(of_rank: Float64Array, n_sampled: int) -> Float64Array:
    """Return the corrected value of each rank among sampled items.

    Parameters
    ----------
    of_rank : ndarray of shape (n,), float64
        The value of each rank among all n items.
    n_sampled : int
        Number of items sampled, with replacement.

    Returns
    -------
    ndarray of shape (n_sampled + 1,), float64

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.evaluation.ranking.sampled import corrected
    >>> corrected((np.arange(1000) < 10).astype(float), 100).round(2)[:3].tolist()
    [1.1, 0.17, -0.23]
    """
    n = len(of_rank)
    before = np.linspace(0, 1, n) if n > 1 else np.zeros(1)
    chances = _binomial(n_sampled, before[:, None])
    squares = (1 - TRADE_OFF) * chances.T @ chances + TRADE_OFF * np.diag(chances.sum(axis=0))
    return np.asarray(np.linalg.solve(squares, chances.T @ of_rank))


def _binomial(n: int, chance: Float64Array) -> Float64Array:
    """Return the probabilities of 0 to n successes; importing scipy.stats for them takes half a second."""
    q = np.arange(n + 1)
    ways = gammaln(n + 1) - gammaln(q + 1) - gammaln(n - q + 1)
    return np.asarray(np.exp(ways + xlogy(q, chance) + xlog1py(n - q, -chance)))


def sampled_metrics(
    scorer: Scorer, known: Any, wanted: Any, k: int = 10, *, n_sampled: int = 100, seed: int = 1
) -> dict[str, float]:
    """Score a model on samples of the catalogue, for comparison with published figures of this kind.

    Use `evaluate_ranking` for everything else: sampled metrics can order models wrongly, and a warning is
    logged.

    Parameters
    ----------
    scorer : callable
        As for `evaluate_ranking`.
    known, wanted : sparse matrix of shape (n_users, n_items)
    k : int, optional
    n_sampled : int, optional
        Number of items that each wanted item is ranked among, drawn uniformly, with replacement, from those
        that the user neither knows nor wants.
    seed : int, optional

    Returns
    -------
    dict of str to float
        ``sampled_recall@k`` and ``sampled_ndcg@k``, as in papers; ``corrected_recall@k`` and
        ``corrected_ndcg@k``, which estimate the metrics over the whole catalogue. Each wanted item counts as
        a separate list, so neither is the metric of the same name over lists of users.

    Raises
    ------
    ConfigError
        If matrices or scores do not match, or a user has no item that could be sampled.

    Examples
    --------
    >>> import numpy as np
    >>> from scipy.sparse import csr_matrix
    >>> from ns2vec.evaluation.ranking import Factors, sampled_metrics
    >>> known, wanted = csr_matrix([[1, 0, 0, 0]]), csr_matrix([[0, 1, 0, 0]])
    >>> found = sampled_metrics(Factors(np.ones((1, 1)), np.array([[0.0], [3], [2], [1]])), known, wanted, 1)
    >>> found["sampled_recall@1"]
    1.0
    """
    k, n_sampled = whole("k", k, 1), whole("n_sampled", n_sampled, 1)
    question = RankingQuestion.of(known, wanted)
    logger.warning(
        "sampled metrics (%d items) can rank models differently from the whole catalogue; "
        "evaluate_ranking ranks all of it",
        n_sampled,
    )
    ranks, n_ranked = _sampled_ranks(scorer, question, n_sampled, seed)
    found = {}
    for name, worth in WORTH.items():
        of_sampled = worth(np.arange(1.0, n_sampled + 2), k)
        of_all = corrected(worth(np.arange(1.0, n_ranked + 1), k), n_sampled)
        found[f"sampled_{name}@{k}"] = float(of_sampled[ranks - 1].mean())
        found[f"corrected_{name}@{k}"] = float(of_all[ranks - 1].mean())
    return found


def _sampled_ranks(
    scorer: Scorer, question: RankingQuestion, n_sampled: int, seed: int
) -> tuple[Int64Array, int]:
    """Return the rank of each wanted item among sampled ones, and the mean number of all it competes with."""
    ranks, sizes = [], []
    for user, scores in score_blocks(scorer, question):
        rng = np.random.default_rng([seed, user])
        wanted = question.wanted_by(user)
        others = scores.copy()
        others[wanted] = -np.inf
        pool = others[others > -np.inf]
        if not len(pool):
            raise ConfigError(f"the user in row {user} knows or wants all items: nothing can be sampled")
        drawn = pool[rng.integers(0, len(pool), size=(len(wanted), n_sampled))]
        own = scores[wanted][:, None]
        ties = rng.random(drawn.shape) < 0.5
        ranks.append(1 + ((drawn > own) | ((drawn == own) & ties)).sum(axis=1))
        sizes.append(len(pool) + 1)
    return np.concatenate(ranks), round(np.mean(sizes))
