"""Losses for your own training loop, on NumPy arrays or PyTorch tensors."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from ns2vec.exceptions import ConfigError

__all__ = ["negative_sampling_loss"]

REDUCTIONS = ("mean", "sum", "none")


def negative_sampling_loss(
    center_vector: Any, context_vector: Any, negative_vectors: Any, *, reduction: str = "mean"
) -> Any:
    """Return the loss of negative sampling: how badly a word distinguishes its context from k noise words.

    Parameters
    ----------
    center_vector : array or tensor of shape (D,) or (B, D)
        Input vectors: rows of ``wv.vectors``.
    context_vector : array or tensor of shape (D,) or (B, D)
        Output vectors of what was seen: rows of ``syn1neg``.
    negative_vectors : array or tensor of shape (k, D) or (B, k, D)
        Output vectors of the noise; k may be 0.
    reduction : {"mean", "sum", "none"}
        How the losses of a batch are combined, as in PyTorch; the k negatives of an example are always
        summed.

    Returns
    -------
    float, ndarray of shape (B,), or tensor
        ``-log s(context . center) - sum_i log s(-negative_i . center)`` with the logistic function
        s: minus the objective of Mikolov et al. 2013, arXiv:1310.4546, eq. 4. Arrays are computed
        in float64; tensors stay tensors, with gradients.

    Raises
    ------
    ConfigError
        If the shapes do not fit together, only some of the three are tensors, or `reduction` is
        none of the three names.

    Examples
    --------
    cat sat, and no car:

    >>> from ns2vec import negative_sampling_loss
    >>> cat, sat, car = [0.5, 1.0], [1.0, 0.5], [-1.0, 0.5]
    >>> round(negative_sampling_loss(cat, sat, [car]), 6)
    1.006409
    >>> negative_sampling_loss([cat, sat], [sat, cat], [[car], [car]], reduction="none").round(6).tolist()
    [1.006409, 0.700133]
    """
    if reduction not in REDUCTIONS:
        raise ConfigError(f"reduction must be one of {', '.join(map(repr, REDUCTIONS))}, got {reduction!r}")
    given = {
        "center_vector": center_vector, "context_vector": context_vector, "negative_vectors": negative_vectors
    }  # fmt: skip
    arrays = [name for name, value in given.items() if not _is_tensor(value)]
    if 0 < len(arrays) < 3:
        raise ConfigError(f"give three arrays or three tensors: {' and '.join(arrays)} is not a torch.Tensor")
    if arrays:
        center, context, negatives = (np.asarray(value, dtype=np.float64) for value in given.values())
        log_sigmoid: Any = _log_sigmoid
    else:
        center, context, negatives = given.values()
        # a caller with a tensor has imported torch; ns2vec itself never does
        log_sigmoid = sys.modules["torch"].nn.functional.logsigmoid
    _check_shapes(tuple(center.shape), tuple(context.shape), tuple(negatives.shape))
    positive_scores = (center * context).sum(-1)
    negative_scores = (negatives @ center[..., None])[..., 0]
    losses = -log_sigmoid(positive_scores) - log_sigmoid(-negative_scores).sum(-1)
    if reduction == "none" and center.ndim == 2:
        return losses
    total = losses.mean() if reduction == "mean" else losses.sum()
    return float(total) if arrays else total


def _log_sigmoid(x: Any) -> Any:
    return -np.logaddexp(0.0, -x)


def _is_tensor(value: Any) -> bool:
    return any(kind.__module__.partition(".")[0] == "torch" for kind in type(value).__mro__)


def _check_shapes(center: tuple[int, ...], context: tuple[int, ...], negatives: tuple[int, ...]) -> None:
    fits = len(center) in (1, 2) and context == center and len(negatives) == len(center) + 1
    if not fits or negatives[:-2] != center[:-1] or negatives[-1] != center[-1]:
        raise ConfigError(
            "expected center_vector and context_vector of shape (D,) with negative_vectors (k, D), "
            f"or (B, D) with (B, k, D); got {center}, {context} and {negatives}"
        )
