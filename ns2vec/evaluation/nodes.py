"""Classification of nodes by their vectors, as in the DeepWalk paper (Perozzi et al. 2014, section 6.1).

A logistic regression for each label is fitted to a growing share of the nodes. Of the other nodes, those with
k labels get the k most probable ones: the number of labels is given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ns2vec._options import number, whole
from ns2vec._typing import BoolArray, Float64Array
from ns2vec.exceptions import ConfigError

__all__ = ["NodeScores", "classify_nodes"]


@dataclass(frozen=True, slots=True)
class NodeScores:
    """F1 for a share of labelled nodes: mean and standard deviation over shuffles.

    Attributes
    ----------
    share : float
        Share of the nodes whose labels were given.
    micro, macro : float
    micro_sd, macro_sd : float
        Standard deviation over shuffles; NaN if there was only one.
    n_shuffles : int
    """

    share: float
    micro: float
    macro: float
    micro_sd: float
    macro_sd: float
    n_shuffles: int


def classify_nodes(
    vectors: npt.ArrayLike,
    labels: Any,
    *,
    shares: Sequence[float] = (0.1, 0.5, 0.9),
    n_shuffles: int = 10,
    strength: float = 1.0,
    seed: int = 1,
) -> list[NodeScores]:
    """Judge vectors by how well they predict the labels of nodes.

    Parameters
    ----------
    vectors : array_like of shape (n, D)
    labels : array_like or scipy.sparse matrix of shape (n, L)
        A value other than 0 is a label. Nodes without a label are left out.
    shares : sequence of float
        Shares of nodes to train on, each above 0 and below 1.
    n_shuffles : int
    strength : float
        C, the inverse strength of regularisation: the loss is C times the sum over nodes, plus half the sum
        of squared weights.
    seed : int

    Returns
    -------
    list of NodeScores

    Raises
    ------
    ConfigError
        If the shapes of the arrays do not match, or a share leaves no node to train on or to test on.

    References
    ----------
    The protocol is that of Perozzi et al. 2014, arXiv:1403.6652, section 5.

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.evaluation.nodes import classify_nodes
    >>> groups = np.arange(40) % 2
    >>> vectors = np.eye(2)[groups] + np.random.default_rng(1).normal(0, 0.1, (40, 2))
    >>> classify_nodes(vectors, np.eye(2)[groups], shares=[0.5], n_shuffles=2, strength=100.0)[0].micro
    1.0
    """
    rows = np.asarray(vectors, dtype=np.float64)
    marks = np.asarray(labels.toarray() if hasattr(labels, "toarray") else labels) != 0
    if rows.ndim != 2 or marks.ndim != 2 or len(rows) != len(marks):
        raise ConfigError(f"expected vectors (n, D) and labels (n, L), got {rows.shape} and {marks.shape}")
    has_any = marks.any(axis=1)
    rows, marks = rows[has_any], marks[has_any]
    n_shuffles, strength = whole("n_shuffles", n_shuffles, 1), number("strength", strength, 1e-12)
    orders = [
        np.random.default_rng([whole("seed", seed), k]).permutation(len(rows)) for k in range(n_shuffles)
    ]
    found = []
    for share in shares:
        n_known = round(number("share", share, 0.0, 1.0) * len(rows))
        if not 0 < n_known < len(rows):
            raise ConfigError(
                f"a share of {share} of {len(rows)} nodes leaves none to train on or none to test on"
            )
        scores = np.array([one_split(rows, marks, order, n_known, strength) for order in orders])
        spread = scores.std(axis=0, ddof=1) if n_shuffles > 1 else np.full(2, np.nan)
        micro, macro, micro_sd, macro_sd = map(float, [*scores.mean(axis=0), *spread])
        found.append(NodeScores(share, micro, macro, micro_sd, macro_sd, n_shuffles))
    return found


def one_split(
    rows: Float64Array, marks: BoolArray, order: npt.NDArray[np.int64], n_known: int, strength: float
) -> tuple[float, float]:
    """Micro and macro F1 of the nodes after the first `n_known` in an order."""
    known, asked = order[:n_known], order[n_known:]
    weights, bias = one_against_rest(rows[known], marks[known], strength)
    return f1_scores(marks[asked], most_probable(rows[asked] @ weights + bias, marks[asked].sum(axis=1)))


def one_against_rest(
    rows: Float64Array, marks: BoolArray, strength: float
) -> tuple[Float64Array, Float64Array]:
    """A logistic regression for each label, all in one problem for L-BFGS: weights (D, L) and biases (L,).

    The optimum is the same as for scikit-learn's ``LogisticRegression(C=strength)`` for each label.
    """
    from scipy.optimize import minimize

    n_dims, n_labels = rows.shape[1], marks.shape[1]
    signs = np.where(marks, 1.0, -1.0)

    def loss(flat: Float64Array) -> tuple[float, Float64Array]:
        found = flat.reshape(n_dims + 1, n_labels)
        margins = signs * (rows @ found[:-1] + found[-1])
        pushes = -strength * signs / (1.0 + np.exp(np.minimum(margins, 700.0)))
        grad = np.vstack([rows.T @ pushes + found[:-1], pushes.sum(axis=0)])
        total = strength * np.logaddexp(0.0, -margins).sum() + 0.5 * (found[:-1] ** 2).sum()
        return float(total), grad.ravel()

    best = minimize(loss, np.zeros((n_dims + 1) * n_labels), jac=True, method="L-BFGS-B",
                    options={"maxiter": 500, "maxcor": 20}).x.reshape(n_dims + 1, n_labels)  # fmt: skip
    return best[:-1], best[-1]


def most_probable(scores: Float64Array, n_labels: npt.NDArray[Any]) -> BoolArray:
    """The labels with the highest scores, as many as each node has, shape (n, L)."""
    order = np.argsort(-scores, axis=1, kind="stable")
    found = np.zeros(scores.shape, dtype=np.bool_)
    np.put_along_axis(found, order, np.arange(scores.shape[1]) < n_labels[:, np.newaxis], axis=1)
    return found


def f1_scores(truth: BoolArray, guess: BoolArray) -> tuple[float, float]:
    """F1 over all labels together, and its mean over labels; 0 for labels neither true nor predicted."""
    hits = (truth & guess).sum(axis=0)
    sizes = truth.sum(axis=0) + guess.sum(axis=0)
    each = np.divide(2.0 * hits, sizes, out=np.zeros(len(hits)), where=sizes > 0)
    return float(2.0 * hits.sum() / max(sizes.sum(), 1)), float(each.mean())
