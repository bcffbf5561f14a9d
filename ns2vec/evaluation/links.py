"""How well scores distinguish links from pairs without a link: AUC and average precision."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ns2vec.evaluation.statistics import average_ranks
from ns2vec.exceptions import ConfigError

__all__ = ["LinkScores", "judge_links"]


@dataclass(frozen=True, slots=True)
class LinkScores:
    """How good a ranking of pairs is.

    Attributes
    ----------
    auc : float
        Share of (link, other) pairs in the right order; equal scores count half.
    average_precision : float
        Mean, over links, of the share of links among the pairs that score as high or higher.
    n_links, n_others : int
    """

    auc: float
    average_precision: float
    n_links: int
    n_others: int


def judge_links(links: npt.ArrayLike, others: npt.ArrayLike) -> LinkScores:
    """Judge the scores of linked pairs and of other pairs.

    Parameters
    ----------
    links, others : array_like of shape (n,) and (m,)
        Scores; a higher score means more likely.

    Returns
    -------
    LinkScores

    Raises
    ------
    ConfigError
        If there are no pairs of one kind, or a score is NaN.

    Examples
    --------
    >>> from ns2vec.evaluation.links import judge_links
    >>> judge_links([0.9, 0.4], [0.5, 0.1]).auc
    0.75
    """
    seen, unseen = (np.asarray(scores, dtype=np.float64).ravel() for scores in (links, others))
    n, m = len(seen), len(unseen)
    if not n or not m or np.isnan(seen).any() or np.isnan(unseen).any():
        raise ConfigError(f"expected scores of links and of other pairs, without NaN, got {n} and {m}")
    scores = np.concatenate([seen, unseen])
    auc = (average_ranks(scores)[:n].sum() - n * (n + 1) / 2) / (n * m)
    order = np.sort(scores)
    as_high = len(scores) - np.searchsorted(order, seen, side="left")
    links_as_high = n - np.searchsorted(np.sort(seen), seen, side="left")
    return LinkScores(float(auc), float((links_as_high / as_high).mean()), n, m)
