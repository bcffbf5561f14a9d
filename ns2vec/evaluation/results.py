"""The result of a task: a score with its interval, its coverage, its parts, and its items."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from ns2vec._typing import Float64Array
from ns2vec.evaluation.lookup import Coverage
from ns2vec.evaluation.statistics import (
    Difference,
    Resampling,
    compare_correlations,
    compare_means,
    correlation_interval,
    mean,
    mean_interval,
)
from ns2vec.exceptions import ConfigError


@dataclass(frozen=True, slots=True)
class Items:
    """The scored items of a task, for comparing two models on them.

    Attributes
    ----------
    positions : ndarray of shape (n,), int
        Places in the suite, ascending.
    values : ndarray of shape (n,), float64
        One score for each item: their mean is the task's score or, if there is `gold`, their
        rank correlation with it.
    gold : ndarray of shape (n,), float64, or None
    groups : ndarray of shape (n,) or None
        Items of one group are not independent and are resampled together.
    """

    positions: npt.NDArray[Any]
    values: Float64Array
    gold: Float64Array | None = None
    groups: npt.NDArray[Any] | None = None

    def interval(self, resampling: Resampling) -> tuple[float, float]:
        """Return the bootstrap interval of the score, ``(low, high)``."""
        if self.gold is not None:
            return correlation_interval(self.gold, self.values, resampling)
        return mean_interval(self.values, resampling, self.groups)

    def at(self, positions: npt.NDArray[Any]) -> Items:
        """Return the items at these places of the suite."""
        kept = np.isin(self.positions, positions)
        gold = None if self.gold is None else self.gold[kept]
        groups = None if self.groups is None else self.groups[kept]
        return Items(self.positions[kept], self.values[kept], gold, groups)


@dataclass(frozen=True, slots=True)
class PartResult:
    """One section or group of a suite."""

    name: str
    score: float
    n_used: int
    n_total: int
    measures: dict[str, float] = field(default_factory=dict)


def parts_of_groups(
    of_suite: Sequence[str], of_used: npt.NDArray[Any], hits: Float64Array
) -> tuple[PartResult, ...]:
    """Return one part for each group of items: the mean of its hits.

    Parameters
    ----------
    of_suite : sequence of str
        The group of each item of the suite; the parts are in the order of their first items.
    of_used : ndarray of shape (n,)
        The group of each scored item.
    hits : ndarray of shape (n,)
    """
    parts = []
    for group, n_total in Counter(of_suite).items():
        own = hits[of_used == group] if len(hits) else hits
        parts.append(PartResult(group, mean(own), len(own), n_total))
    return tuple(parts)


@dataclass(frozen=True, slots=True)
class TaskResult:
    """The score of one embedding on one suite.

    Attributes
    ----------
    measure : str
        The measure that is the score: ``"spearman"``, ``"accuracy"``.
    coverage : Coverage
    measures : dict of str to float
        All figures of the task; none if nothing could be scored.
    parts : tuple of PartResult
    items : Items or None
    low, high : float
        Bootstrap interval of the score; NaN if there is none.
    """

    measure: str
    coverage: Coverage
    measures: dict[str, float] = field(default_factory=dict)
    parts: tuple[PartResult, ...] = ()
    items: Items | None = None
    low: float = math.nan
    high: float = math.nan

    @property
    def score(self) -> float:
        """The score; NaN if nothing could be scored."""
        return self.measures.get(self.measure, math.nan)

    def with_interval(self, resampling: Resampling) -> TaskResult:
        """Return the result with the bootstrap interval of its score."""
        if self.items is None:
            return self
        low, high = self.items.interval(resampling)
        return replace(self, low=low, high=high)

    def as_dict(self) -> dict[str, Any]:
        """Return plain dicts, lists, str and numbers, without the items."""
        return {
            "measure": self.measure,
            "score": self.score,
            "low": self.low,
            "high": self.high,
            **asdict(self.coverage),
            "measures": dict(self.measures),
            "parts": [asdict(part) for part in self.parts],
        }


class Outcome(Protocol):
    """One line of a report: all models' results on the same questions."""

    @property
    def name(self) -> str:
        """The name of the line."""

    @property
    def title(self) -> str:
        """The title of the table of its parts."""

    @property
    def measure(self) -> str:
        """The name of the score."""

    @property
    def results(self) -> tuple[TaskResult, ...]:
        """One for each model."""

    @property
    def comparisons(self) -> Mapping[tuple[int, int], Difference]:
        """Indices of two models, the first smaller than the second -> their difference."""


def compare_all(results: Sequence[TaskResult], resampling: Resampling) -> dict[tuple[int, int], Difference]:
    """Return the difference of each two models that have items, by their indices, the smaller one first."""
    pairs = itertools.combinations([n for n, result in enumerate(results) if result.items is not None], 2)
    return {(i, j): compare_results(results[i], results[j], resampling) for i, j in pairs}


def compare_results(first: TaskResult, second: TaskResult, resampling: Resampling) -> Difference:
    """Compare two models on the items that both of them scored.

    Parameters
    ----------
    first, second : TaskResult
        On the same suite.
    resampling : Resampling

    Returns
    -------
    Difference

    Raises
    ------
    ConfigError
        If a result has no items.

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.evaluation.lookup import Coverage
    >>> from ns2vec.evaluation.results import Items, TaskResult, compare_results
    >>> from ns2vec.evaluation.statistics import Resampling
    >>> def result(values):
    ...     items = Items(np.arange(4), np.array(values))
    ...     coverage = Coverage(4, 4, 4, "skip")
    ...     return TaskResult("accuracy", coverage, items=items)
    >>> compare_results(result([1.0, 1, 1, 0]), result([0.0, 1, 0, 0]), Resampling()).difference
    0.5
    """
    if first.items is None or second.items is None:
        raise ConfigError("expected results with items; this task has none to compare")
    common = np.intersect1d(first.items.positions, second.items.positions)
    a, b = first.items.at(common), second.items.at(common)
    if not len(common):
        return Difference(math.nan, math.nan, math.nan, math.nan, 0)
    if a.gold is not None:
        return compare_correlations(a.gold, a.values, b.values, resampling)
    return compare_means(a.values, b.values, resampling, a.groups)
