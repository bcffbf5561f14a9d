"""Dividing a budget of seconds: the amount of text that each candidate is trained on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

DEFAULT_BUDGET = 600.0  # seconds

REFERENCE_SHARE = 0.4  # of the time for runs, at most, for candidates that score every word
FEWEST_WORDS = 5000  # less text teaches nothing: if the budget is too short, runs are stopped instead
SAFETY = 0.85  # rates come from a sample, with cold caches, on a shared machine: leave some time unplanned


@dataclass(frozen=True)
class Load:
    """The speed of a candidate's runs.

    Attributes
    ----------
    words_per_second : float
    is_exact : bool
        It scores every word of the vocabulary, as full softmax does.
    """

    words_per_second: float
    is_exact: bool = False


@dataclass(frozen=True)
class TextPlan:
    """The amounts of text for training.

    Attributes
    ----------
    text_words : int
        For the candidates that are not exact, in each epoch.
    exact_words : int
        For exact candidates. If it is less, the others are also trained on this amount, for F1.
    """

    text_words: int
    exact_words: int

    @property
    def is_split(self) -> bool:
        """Whether the exact candidates have less text."""
        return self.exact_words < self.text_words


def make_plan(
    loads: Sequence[Load],
    *,
    n_words: int,
    epochs: int,
    n_seeds: int,
    seconds: float,
    look_seconds: float,
    f1_seconds: float = 0.0,
    reference_share: float = REFERENCE_SHARE,
) -> TextPlan:
    """Choose how much text every candidate is trained on.

    All candidates that are not exact get the same text. The exact ones get it, too, if that takes at
    most `reference_share` of the time; otherwise as much as fits into that share, and the others are
    trained once more on that amount, so that F1 is compared on equal text.

    Parameters
    ----------
    loads : sequence of Load
    n_words : int
        Words of the text.
    epochs, n_seeds : int
    seconds : float
        For all runs; infinite without a budget.
    look_seconds : float
        Evaluation of one run.
    f1_seconds : float
        Of F1 alone, which is all that is measured after the second training of the others.
    reference_share : float
        Between 0 and 1.

    Returns
    -------
    TextPlan

    Examples
    --------
    >>> from ns2vec.comparison.plan import Load, make_plan
    >>> fast, slow = Load(10000.0), Load(10.0, is_exact=True)
    >>> options = {"n_words": 8000, "epochs": 1, "n_seeds": 1, "look_seconds": 0.0}
    >>> make_plan([slow, fast], seconds=float("inf"), **options)
    TextPlan(text_words=8000, exact_words=8000)
    >>> make_plan([slow, fast], seconds=10.0, **options)
    TextPlan(text_words=8000, exact_words=34)
    """
    exact = [load for load in loads if load.is_exact]
    others = [load for load in loads if not load.is_exact]
    usable = SAFETY * seconds - n_seeds * len(loads) * look_seconds
    usable = max(usable, SAFETY * seconds / 4)  # if evaluation leaves no time, runs are stopped instead
    exact_cost, cost = (
        n_seeds * epochs * sum(1.0 / load.words_per_second for load in some) for some in (exact, others)
    )
    fits = usable >= n_words * (exact_cost + cost) or not others
    share = usable if fits else reference_share * usable
    exact_words = min(n_words, _words(share, exact_cost, n_words))
    left = usable - exact_words * exact_cost
    text_words = min(n_words, _words(left, cost, n_words))
    if exact_words < text_words:  # F1 of all others on the text of the exact ones, with its evaluation
        left -= exact_words * cost + n_seeds * len(others) * f1_seconds
        text_words = min(n_words, max(exact_words, _words(left, cost, n_words)))
    text_words = max(text_words, min(n_words, FEWEST_WORDS))
    return TextPlan(text_words, min(exact_words, text_words))


def _words(seconds: float, seconds_per_word: float, n_words: int) -> int:
    if seconds_per_word <= 0.0 or seconds >= n_words * seconds_per_word:
        return n_words
    return max(1, int(seconds / seconds_per_word))


class TimeTable:
    """Deadlines for the runs of a seed: a run that takes longer than planned takes the time from its own
    share.

    Parameters
    ----------
    deadline : float
        For all runs, on the clock of `until`; may be infinite.
    exact_seconds : float
        Maximum time of the exact candidates' runs of all seeds together; may be infinite.
    n_exact_runs : int
        Number of these runs.

    Examples
    --------
    >>> from ns2vec.comparison.plan import TimeTable
    >>> table = TimeTable(100.0, exact_seconds=30.0, n_exact_runs=1)
    >>> table.until(0.0, [10.0, 30.0, 60.0]), table.until(10.0, [30.0, 60.0])
    (10.0, 40.0)
    >>> table.until(40.0, [60.0], is_exact=True)
    70.0
    """

    def __init__(self, deadline: float, exact_seconds: float = math.inf, n_exact_runs: int = 0) -> None:
        self.deadline, self.exact_seconds, self.n_exact_runs = deadline, exact_seconds, n_exact_runs

    def until(self, now: float, costs: Sequence[float], *, is_exact: bool = False) -> float:
        """Return the deadline of the next run.

        Parameters
        ----------
        now : float
        costs : sequence of float
            Expected seconds of the next run, followed by those of the other remaining runs
            with this seed; later seeds get what is left.
        is_exact : bool, optional
            Whether the next run is that of an exact candidate.
        """
        if not math.isfinite(self.deadline):
            return math.inf
        total = sum(costs)
        share = max(0.0, self.deadline - now) * (costs[0] / total if total > 0.0 else 1.0)
        if is_exact:
            share = min(share, max(0.0, self.exact_seconds) / max(1, self.n_exact_runs))
        return now + share

    def take_exact(self, seconds: float) -> None:
        """Count a finished run of an exact candidate."""
        self.exact_seconds -= seconds
        self.n_exact_runs -= 1
