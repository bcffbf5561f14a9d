"""Losses of a block of input and output rows, and their gradients: one function per link."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from ns2vec._typing import Float64Array as Array

Link: TypeAlias = Callable[[Array, Array, Array], tuple[float, Array]]

#: Name -> function, for every link; the same names as in `ns2vec._kernels.LINKS`.
LINKS: dict[str, Link] = {}
#: Name -> how the outputs of an input interact: not at all ("each"), through a shared sum ("shared"), or
#: output 0, the positive one, is compared with each of the others ("contrast").
KINDS: dict[str, str] = {}


def link(kind: str) -> Callable[[Link], Link]:
    """Register a function as the link of this name."""

    def register(function: Link) -> Link:
        LINKS[function.__name__], KINDS[function.__name__] = function, kind
        return function

    return register


def sigmoid(x: Array) -> Array:
    """The logistic function 1 / (1 + exp(-x)), without overflow."""
    return np.exp(-np.logaddexp(0.0, -x))


@link("each")
def logistic(logits: Array, labels: Array, weights: Array) -> tuple[float, Array]:
    """Cross entropy of each label with the sigmoid of its logit (Mikolov 2013, arXiv:1310.4546, eq. 4).

    Parameters
    ----------
    logits : ndarray of shape (n, m)
        Scores minus offsets.
    labels, weights : ndarray of shape (m,)
        1 for positives and 0 for noise; how often each output counts.

    Returns
    -------
    loss : float
        -sum_ij w_j (y_j log s(x_ij) + (1 - y_j) log s(-x_ij)).
    errors : ndarray of shape (n, m)
        Minus the derivative of the loss: (y_j - s(x_ij)) w_j.
    """
    loss = float(np.sum(weights * (np.logaddexp(0.0, logits) - labels * logits)))
    return loss, (labels - sigmoid(logits)) * weights


@link("shared")
def softmax(logits: Array, labels: Array, weights: Array) -> tuple[float, Array]:
    """Cross entropy of the labels with the softmax over the outputs of each input (Bengio et al. 2003).

    P_j is proportional to w_j exp(x_j): an output that was drawn twice appears twice in the sum.
    """
    weighted = logits + np.log(weights)
    log_p = weighted - np.logaddexp.reduce(weighted, axis=1, keepdims=True)
    log_p_of_one = log_p - np.log(weights)
    return float(-np.sum(labels * log_p_of_one)), labels - np.exp(log_p)


def contrast(logits: Array, weights: Array, loss: Array, push: Array) -> tuple[float, Array]:
    """Loss and errors if the centre, output 0, is compared with each other output."""
    errors = np.zeros_like(logits)
    errors[:, 1:] = -weights[1:] * push
    errors[:, 0] = -errors[:, 1:].sum(axis=1)
    return float((weights[1:] * loss).sum()), errors


@link("contrast")
def bpr(logits: Array, labels: Array, weights: Array) -> tuple[float, Array]:
    """-log s(x_0 - x_j) for each negative j (Rendle et al. 2009, arXiv:1205.2618)."""
    lead = logits[:, :1] - logits[:, 1:]
    return contrast(logits, weights, np.logaddexp(0.0, -lead), sigmoid(-lead))


@link("contrast")
def hinge(logits: Array, labels: Array, weights: Array) -> tuple[float, Array]:
    """max(0, 1 - (x_0 - x_j)) for each negative j (Weston et al. 2011, "WSABIE")."""
    lead = logits[:, :1] - logits[:, 1:]
    return contrast(logits, weights, np.maximum(0.0, 1.0 - lead), (lead < 1.0).astype(np.float64))


def block_loss(
    inputs: Array,
    outputs: Array,
    labels: Array,
    weights: Array,
    offsets: Array | float = 0.0,
    link: str = "logistic",
) -> float:
    """Negative log likelihood of a block.

    Parameters
    ----------
    inputs : ndarray of shape (n, D)
    outputs : ndarray of shape (m, D)
    labels, weights, offsets : ndarray of shape (m,)
        `offsets` are subtracted from the scores ``inputs @ outputs.T``.
    link : str
        A name of `LINKS`.
    """
    return LINKS[link](inputs @ outputs.T - offsets, labels, weights)[0]


def block_step(
    inputs: Array,
    outputs: Array,
    labels: Array,
    weights: Array,
    offsets: Array | float = 0.0,
    link: str = "logistic",
) -> tuple[Array, Array]:
    """Minus the gradient of `block_loss`: the directions in which inputs (n, D) and outputs (m, D) move.

    Each side is computed from the old values of the other.
    """
    errors = LINKS[link](inputs @ outputs.T - offsets, labels, weights)[1]
    return errors @ outputs, errors.T @ inputs
