"""Models on the same users: their metrics with intervals, their differences with tests."""

from __future__ import annotations

import json
import logging
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from ns2vec._build_info import __version__
from ns2vec._options import whole
from ns2vec._typing import Int32Array
from ns2vec.evaluation.lookup import Coverage
from ns2vec.evaluation.ranking.metrics import catalogue_values, values
from ns2vec.evaluation.ranking.ranks import RankingQuestion, Ranks, Scorer, cells, find_ranks, n_users_of
from ns2vec.evaluation.results import Items, TaskResult, compare_all, parts_of_groups
from ns2vec.evaluation.statistics import Difference, Resampling, drawn_means, percentiles
from ns2vec.exceptions import ConfigError
from ns2vec.reports.tables import finite, now

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class MetricOutcome:
    """One metric of all models.

    Attributes
    ----------
    name : str
        ``"recall@10"``.
    results : tuple of TaskResult
        One for each model; their items are the users.
    comparisons : dict of (int, int) to Difference
        Indices of two models, the first smaller than the second -> their difference.
    """

    name: str
    results: tuple[TaskResult, ...]
    comparisons: dict[tuple[int, int], Difference]
    measure = "mean of users"

    @property
    def title(self) -> str:
        """The title of the table of groups of users."""
        return self.name


@dataclass(frozen=True)
class RankingSettings:
    """How models were ranked.

    Attributes
    ----------
    split : str
        Name of the split.
    ks : tuple of int
        Lengths of lists.
    seed : int
        Seed of the order of equal scores.
    resampling : Resampling
        How intervals and tests are computed.

    Examples
    --------
    >>> from ns2vec.evaluation.ranking import RankingSettings
    >>> RankingSettings("last fifth", ks=(5,)).ks
    (5,)
    """

    split: str = ""
    ks: tuple[int, ...] = (10, 20)
    seed: int = 1
    resampling: Resampling = field(default_factory=Resampling)

    def __post_init__(self) -> None:
        object.__setattr__(self, "ks", tuple(whole("k", k, 1) for k in self.ks))
        whole("seed", self.seed)


@dataclass(frozen=True)
class RankingEvaluation:
    """The result of `evaluate_ranking`.

    Attributes
    ----------
    models : tuple of str
    outcomes : tuple of MetricOutcome
    catalogue : dict of str to dict of str to float
        Metric of all lists together -> model -> its value: coverage, popularity, novelty.
    counts : dict of str to int
        ``n_users`` who have something to find, ``n_items`` that are ranked, ``n_wanted`` choices to find, and
        ``n_left_out`` choices that are known or not among the candidates.
    settings : RankingSettings
    seconds : float
    made : str
        Date and time, in ISO 8601.

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.evaluation.ranking import Factors, evaluate_ranking
    >>> from scipy.sparse import csr_matrix
    >>> known, wanted = csr_matrix([[1, 0, 0], [0, 1, 0]]), csr_matrix([[0, 1, 0], [0, 0, 1]])
    >>> found = evaluate_ranking({"model": Factors(np.eye(2), np.ones((3, 2)))}, known, wanted)
    >>> found.scores()["model"]["recall@10"], found.as_dict()["models"], found.to_json(indent=None)[:1]
    (1.0, ['model'], '{')
    """

    models: tuple[str, ...]
    outcomes: tuple[MetricOutcome, ...]
    catalogue: dict[str, dict[str, float]]
    counts: dict[str, int]
    settings: RankingSettings
    seconds: float
    made: str = ""

    def scores(self) -> dict[str, dict[str, float]]:
        """Return model -> metric -> mean over the users."""
        return {
            model: {outcome.name: outcome.results[number].score for outcome in self.outcomes}
            for number, model in enumerate(self.models)
        }

    def as_dict(self) -> dict[str, Any]:
        """Return plain dicts, lists, str and numbers, ready for JSON."""
        return {
            "ns2vec": __version__,
            "made": self.made,
            "settings": asdict(self.settings),
            "seconds": round(self.seconds, 3),
            "models": list(self.models),
            **self.counts,
            "metrics": [
                {
                    "name": outcome.name,
                    "results": {
                        name: result.as_dict()
                        for name, result in zip(self.models, outcome.results, strict=True)
                    },
                    "comparisons": [
                        {"models": [self.models[first], self.models[second]], **asdict(comparison)}
                        for (first, second), comparison in outcome.comparisons.items()
                    ],
                }
                for outcome in self.outcomes
            ],
            "catalogue": self.catalogue,
        }

    def to_json(self, *, indent: int | None = 2) -> str:
        """Render as JSON; numbers that are not defined (NaN) become null.

        Parameters
        ----------
        indent : int, optional
            None: one line.

        Returns
        -------
        str
        """
        return json.dumps(finite(self.as_dict()), indent=indent, allow_nan=False, ensure_ascii=False)


def evaluate_ranking(
    models: Mapping[str, Scorer],
    known: Any,
    wanted: Any,
    *,
    candidates: npt.ArrayLike | None = None,
    groups: Sequence[str] | None = None,
    settings: RankingSettings | None = None,
) -> RankingEvaluation:
    """Rank all items for each user with each model, and compare the models on the same users.

    Parameters
    ----------
    models : mapping of str to callable
        Name -> function from rows of users, int32 of shape (b,), to the scores of all items, finite and of
        shape (b, n_items): `Factors`, `popularity`, or a method of any model.
    known, wanted : sparse matrix of shape (n_users, n_items)
        Items that are not to be recommended again, and items to find. Cells of 0 or below do not count.
    candidates : array-like of int, optional
        Rows of the items to rank; by default all.
    groups : sequence of str, optional
        The group of each user, for a table of the groups; by default, groups by how many items users know.
    settings : RankingSettings, optional

    Returns
    -------
    RankingEvaluation

    Raises
    ------
    ConfigError
        If there is no model, shapes do not match, no user has anything to find, or scores are not finite.

    Examples
    --------
    >>> import numpy as np
    >>> from scipy.sparse import csr_matrix
    >>> from ns2vec.evaluation.ranking import Factors, evaluate_ranking, popularity
    >>> known, wanted = csr_matrix([[1, 0, 0], [0, 1, 0]]), csr_matrix([[0, 0, 1], [0, 0, 1]])
    >>> good = Factors(np.ones((2, 1)), np.array([[0.1], [0.2], [0.9]]))
    >>> found = evaluate_ranking({"good": good, "popularity": popularity(known)}, known, wanted)
    >>> found.scores()["good"]["mrr"], found.scores()["popularity"]["mrr"]
    (1.0, 0.5)
    """
    if not models:
        raise ConfigError("expected at least one model to evaluate, got none")
    settings = settings or RankingSettings()
    started = time.perf_counter()
    question = RankingQuestion.of(known, wanted, candidates)
    all_groups = _activity(known) if groups is None else groups
    if len(all_groups) != known.shape[0]:
        raise ConfigError(f"expected a group for each of the {known.shape[0]} users, got {len(all_groups)}")
    own_groups = [all_groups[user] for user in question.users]
    results, figures = [], {}
    for name, scorer in models.items():
        logger.info("ranking %d items for %d users: %s", *question.known.shape[::-1], name)
        ranks = find_ranks(scorer, question, settings.ks, seed=settings.seed)
        results.append(_results(ranks, own_groups, settings))
        figures[name] = catalogue_values(ranks, n_users_of(question.known), known.shape[0])
    counts = {
        "n_users": len(question.users),
        "n_items": question.known.shape[1],
        "n_wanted": question.wanted.nnz,
        "n_left_out": question.n_left_out,
    }
    catalogue = {figure: {name: found[figure] for name, found in figures.items()} for figure in figures[name]}
    outcomes = tuple(_outcome(metric, results, settings) for metric in results[0])
    return RankingEvaluation(
        tuple(models), outcomes, catalogue, counts, settings, time.perf_counter() - started, now()
    )


def _outcome(
    metric: str, results: Sequence[Mapping[str, TaskResult]], settings: RankingSettings
) -> MetricOutcome:
    of_models = tuple(result[metric] for result in results)
    return MetricOutcome(metric, of_models, compare_all(of_models, settings.resampling))


def _results(ranks: Ranks, groups: Sequence[str], settings: RankingSettings) -> dict[str, TaskResult]:
    """Return metric -> its mean with an interval; all metrics are computed on the same draws of users."""
    found = values(ranks, settings.ks)
    table = np.stack(list(found.values()), axis=1)
    there = ~np.isnan(table)
    means = drawn_means(np.where(there, table, 0.0), there.astype(np.float64), settings.resampling)
    results = {}
    for column, (name, of_users) in enumerate(found.items()):
        own = there[:, column]
        positions, kept = np.flatnonzero(own), of_users[own]
        score = float(kept.mean()) if len(kept) else math.nan
        low, high = percentiles(means[:, column], settings.resampling.level)
        parts = parts_of_groups(sorted(groups), np.asarray(groups)[own], kept)
        coverage = Coverage(len(kept), len(kept), len(own), "skip")
        items = Items(ranks.users[positions], kept)
        results[name] = TaskResult(name, coverage, {name: score}, parts, items, low, high)
    return results


def _activity(known: Any) -> list[str]:
    """Return the third of the users that each user belongs to, by the number of known items."""
    counts: Int32Array = np.diff(cells(known).indptr)
    low, high = (int(edge) for edge in np.quantile(counts, [1 / 3, 2 / 3]))
    names = (f"1: up to {low} items", f"2: {low + 1} to {high} items", f"3: more than {high} items")
    return [names[place] for place in np.searchsorted([low, high], counts)]
