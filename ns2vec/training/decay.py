"""Regularization by shrinking rows: after each epoch, by as much as each update of a row would have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ns2vec._typing import Float32Array
from ns2vec.training.observers import EpochTally, Observer

if TYPE_CHECKING:
    from ns2vec.training.run import Run


LEAST = 0.25  # factor of a row per epoch, at least: rows shared by all units are updated by every pair


def decay_factors(touches: npt.ArrayLike, alpha: float, strength: float) -> Float32Array:
    """Factors of rows after this many updates, each with the penalty ``strength / 2 |row|^2``.

    Parameters
    ----------
    touches : array_like of shape (n,)
        Number of updates of each row.
    alpha : float
        Learning rate.
    strength : float

    Returns
    -------
    ndarray of shape (n,), float32
        ``(1 - alpha * strength) ** touches``, but not below `LEAST`.

    Raises
    ------
    ValueError
        If ``alpha * strength`` is not below 1: one update would change the sign of a row.

    Examples
    --------
    >>> from ns2vec.training.decay import decay_factors
    >>> decay_factors([0, 1, 2], alpha=0.1, strength=1).astype(float).round(2).tolist()
    [1.0, 0.9, 0.81]
    """
    step = alpha * strength
    if not 0.0 <= step < 1.0:
        raise ValueError(f"alpha * regularization must be at least 0 and below 1, got {step}")
    factors = np.exp(np.asarray(touches) * np.log1p(-step))
    return np.asarray(np.maximum(factors, LEAST), dtype=np.float32)


class Decay(Observer):
    """L2 regularization, decoupled from the updates: a row shrinks once per epoch, for all of its updates.

    An update of a row with a penalty multiplies it by ``1 - alpha * strength`` (Rendle et al. 2009,
    arXiv:1205.2618, figure 4). Here, the gradients of an epoch are applied first and the factors of all
    updates of a row afterwards, at the mean rate of the epoch.

    Parameters
    ----------
    strength : float
    touches : mapping
        For ``"inputs"`` and each matrix and bias of outputs that is to shrink: how often each row is
        updated in an epoch, (n,), or one number for all.
    """

    def __init__(self, strength: float, touches: Mapping[str, npt.ArrayLike]) -> None:
        self.strength, self.touches = strength, touches

    def on_epoch(self, run: Run, done: EpochTally) -> None:
        """Shrink the rows."""
        core = run.core
        alpha = run.plan.alpha((run.epoch + 0.5) / run.plan.epochs)
        for name, touches in self.touches.items():
            rows = core.inputs.matrix if name == "inputs" else core.output(name)
            factors = decay_factors(touches, alpha, self.strength)
            rows *= factors if rows.ndim == 1 else factors[..., np.newaxis]
        core.compose()
