"""How the learning rate falls with the progress of a run.

A schedule is a function ``f(progress, start, end) -> rate`` with `progress` in [0, 1], registered
under the name that users type.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeAlias

from ns2vec._registry import Registry

__all__ = ["SCHEDULES", "Schedule", "constant", "cosine", "linear"]

#: ``schedule(progress, start, end) -> learning rate``, for progress from 0 to 1.
Schedule: TypeAlias = Callable[[float, float, float], float]

#: Name -> schedule of the learning rate.
SCHEDULES: Registry[Schedule] = Registry("schedule")


@SCHEDULES.entry("linear")
def linear(progress: float, start: float, end: float) -> float:
    """Fall linearly and stay at `end`: word2vec's schedule.

    Parameters
    ----------
    progress, start, end : float

    Returns
    -------
    float

    Examples
    --------
    >>> from ns2vec.schedules import linear
    >>> linear(0.5, 0.025, 0.005)
    0.015
    """
    return max(start - (start - end) * progress, min(start, end))


@SCHEDULES.entry("constant")
def constant(progress: float, start: float, end: float) -> float:
    """Stay at `start`.

    Parameters
    ----------
    progress, start, end : float

    Returns
    -------
    float

    Examples
    --------
    >>> from ns2vec.schedules import constant
    >>> constant(0.9, 0.025, 0.0001)
    0.025
    """
    return start


@SCHEDULES.entry("cosine")
def cosine(progress: float, start: float, end: float) -> float:
    """Fall along half a cosine (Loshchilov & Hutter 2017, arXiv:1608.03983, eq. 5, without restarts).

    Parameters
    ----------
    progress, start, end : float

    Returns
    -------
    float

    Examples
    --------
    >>> from ns2vec.schedules import cosine
    >>> round(cosine(0.5, 0.025, 0.005), 6)
    0.015
    """
    return end + (start - end) * (1.0 + math.cos(math.pi * progress)) / 2.0
