"""Adam, for models whose gradients are whole arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

KEEP, KEEP_SQUARE, LEAST = 0.9, 0.999, 1e-8


class Adam:
    """Steps of Kingma & Ba 2015 (arXiv:1412.6980, algorithm 1).

    Parameters
    ----------
    arrays : sequence of ndarray
        The trained arrays; two more arrays of its size are kept for each.

    Examples
    --------
    >>> from ns2vec.training.adam import Adam
    >>> array = np.ones(2, dtype=np.float32)
    >>> Adam([array]).step([array], [np.array([3.0, -0.1], dtype=np.float32)], 0.5)
    >>> array.round(3).tolist()
    [0.5, 1.5]
    """

    def __init__(self, arrays: Sequence[npt.NDArray[Any]]) -> None:
        self.moments = [(np.zeros_like(array), np.zeros_like(array)) for array in arrays]
        self.n_steps = 0

    def step(
        self, arrays: Sequence[npt.NDArray[Any]], gradients: Sequence[npt.NDArray[Any]], rate: float
    ) -> None:
        """Move arrays against their gradients, which are overwritten."""
        self.n_steps += 1
        for array, gradient, (mean, square) in zip(arrays, gradients, self.moments, strict=True):
            mean *= KEEP
            mean += (1.0 - KEEP) * gradient
            np.square(gradient, out=gradient)
            gradient *= 1.0 - KEEP_SQUARE
            square *= KEEP_SQUARE
            square += gradient
            np.sqrt(square, out=gradient)
            gradient /= np.sqrt(1.0 - KEEP_SQUARE**self.n_steps)
            gradient += LEAST
            np.divide(mean, gradient, out=gradient)
            gradient *= rate / (1.0 - KEEP**self.n_steps)
            array -= gradient
