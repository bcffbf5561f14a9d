"""Which rows a sampler draws for a request: one function per kind (in C: ``sampling/_builtin.h``)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from ns2vec._typing import Float64Array as Array
from ns2vec.reference.aware import draw_cached, draw_dynamic, draw_hard, draw_ranked, draw_warp, draw_weighted
from ns2vec.reference.streams import Stream

POOL_TRIES = 64


@dataclass
class Request:
    """What a sampler knows about the set that it is asked for.

    Attributes
    ----------
    centre, context : int
        `context` is -1 if a set serves the whole window.
    batch : list of int
    stream : Stream
    hidden : ndarray of shape (D,)
        The input vector as it was one window earlier; with it, the matrices `inputs` and `outputs`,
        the biases of outputs if there are any, and the rows `excluded`, which are not negatives of this
        window.
    weights : list of float or None
        OUT: the weight of each row drawn, if the sampler sets one.
    """

    centre: int
    stream: Stream
    context: int = -1
    batch: list[int] = field(default_factory=list)
    hidden: Array = field(default_factory=lambda: np.zeros(0))
    inputs: Array = field(default_factory=lambda: np.zeros((0, 0)))
    outputs: Array = field(default_factory=lambda: np.zeros((0, 0)))
    bias: Array | None = None
    excluded: list[int] = field(default_factory=list)
    weights: list[float] | None = None


#: ``draw(request, k) -> rows``
Draw: TypeAlias = Callable[[Request, int], list[int]]


def draw_static(alias: npt.NDArray[np.uint32]) -> Draw:
    """One distribution for all windows, from its alias table."""
    return lambda request, k: [request.stream.alias(alias) for _ in range(k)]


def draw_uniform(n_rows: int) -> Draw:
    """All rows with equal probability."""
    return lambda request, k: [request.stream.below(n_rows) for _ in range(k)]


def draw_batch() -> Draw:
    """Positions of the batch (or of the pool that represents it), with equal probability."""
    return lambda request, k: [request.batch[request.stream.below(len(request.batch))] for _ in range(k)]


def draw_allowed(lists: dict[int, list[int]], fallback: Draw, by_context: bool = False) -> Draw:
    """Rows of the key's list, with equal probability."""

    def draw(request: Request, k: int) -> list[int]:
        rows = lists.get(request.context if by_context else request.centre, [])
        if not rows:
            return fallback(request, k)
        return [rows[request.stream.below(len(rows))] for _ in range(k)]

    return draw


def draw_forbidden(lists: dict[int, list[int]], fallback: Draw, by_context: bool = False) -> Draw:
    """Rows of the fallback that are not in the key's list."""

    def draw(request: Request, k: int) -> list[int]:
        rows = lists.get(request.context if by_context else request.centre, [])
        if not rows:
            return fallback(request, k)
        drawn: list[int] = []
        for _ in range(k):
            tries = (fallback(request, 1)[0] for _ in range(POOL_TRIES))
            permitted = next((row for row in tries if row not in rows), None)
            drawn += [] if permitted is None else [permitted]
        return drawn

    return draw


def draw_explicit(lists: dict[int, list[int]], fallback: Draw, by_context: bool = False) -> Draw:
    """K rows of the key's list without repetition (Knuth, TAOCP 2, algorithm S), or the whole list."""

    def draw(request: Request, k: int) -> list[int]:
        rows = lists.get(request.context if by_context else request.centre, [])
        if not rows:
            return fallback(request, k)
        chosen: list[int] = []
        for i, row in enumerate(rows):
            left, wanted = len(rows) - i, k - len(chosen)
            if wanted and (wanted >= left or request.stream.below(left) < wanted):
                chosen.append(row)
        return chosen

    return draw


def draw_mixed(parts: list[Draw], weights: list[float]) -> Draw:
    """Each draw from one of the parts."""
    thresholds = [min(round(total * 2**32), 2**32 - 1) for total in np.cumsum(weights)]

    def draw(request: Request, k: int) -> list[int]:
        drawn: list[int] = []
        for _ in range(k):
            bits = request.stream.bits()
            part = next((p for p, top in enumerate(thresholds[:-1]) if bits < top), len(parts) - 1)
            drawn += parts[part](request, 1)
        return drawn

    return draw


#: Name in `ns2vec.sampling.SAMPLERS` -> what makes its draw function.
DRAWS: dict[str, Callable[..., Any]] = {
    "unigram": draw_static,
    "random": draw_static,
    "log_uniform": draw_static,
    "uniform": draw_uniform,
    "batch": draw_batch,
    "pool": draw_allowed,
    "mixed": draw_mixed,
    "dynamic": draw_dynamic,
    "hard": draw_hard,
    "adaptive": draw_ranked,
    "cached": draw_cached,
    "self_adversarial": draw_weighted,
    "warp": draw_warp,
}
