"""The trials of `autotune`, and how they are shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from ns2vec.reports.tables import aligned

if TYPE_CHECKING:
    from ns2vec.classify.classifier import Classifier


@dataclass(eq=False)
class Trial:
    """A setting, and its results.

    Attributes
    ----------
    options : dict
        Of `Classifier`.
    scores : list of float
        One for each fold that it was evaluated on.
    n_lines : int or None
        Number of training lines; None: all but the held-out ones.
    seconds : float
        Time of its trainings.
    first_score : float
        The score of its first training: all settings begin with the same number of lines and the same fold.

    Examples
    --------
    >>> from ns2vec.classify import Trial
    >>> Trial({"epochs": 5}, scores=[0.8, 0.9]).rank() > Trial({"epochs": 9}, scores=[0.95]).rank()
    True
    """

    options: dict[str, Any]
    scores: list[float] = field(default_factory=list)
    n_lines: int | None = None
    seconds: float = 0.0
    first_score: float = float("nan")

    @property
    def score(self) -> float:
        """The mean of its scores."""
        return float(np.mean(self.scores)) if self.scores else float("-inf")

    def rank(self) -> tuple[float, ...]:
        """A key that is larger for a better one: evaluation on more lines counts more than any score."""
        return (float(self.n_lines or np.inf), len(self.scores), self.score)


@dataclass
class Tuned:
    """The outcome of `autotune`.

    Attributes
    ----------
    model : Classifier
        With the best options, trained on all lines.
    options : dict
        The best options.
    trials : list of Trial
        In the order in which they were started.
    metric : str
    seconds : float
        Total time.

    Examples
    --------
    >>> from ns2vec.classify import autotune
    >>> texts, labels = ["good fun", "bad taste", "good plot", "bad joke"] * 10, ["good", "bad"] * 20
    >>> tuned = autotune(texts, labels, budget=2, vector_size=8, epochs=3, loss="softmax")
    >>> len(tuned.trials), len(tuned.table(n=1)) > 0
    (2, True)
    >>> tuned.values("epochs"), isinstance(tuned.effects(["alpha"]), list)
    ([3], True)
    """

    model: Classifier
    options: dict[str, Any]
    trials: list[Trial]
    metric: str
    seconds: float

    @property
    def score(self) -> float:
        """Score of the best options on held-out lines: as the best of several, it is slightly too high."""
        return max(self.trials, key=Trial.rank).score

    def __str__(self) -> str:
        return self.table()

    def table(self, n: int = 10) -> str:
        """Return the best settings as lines, the best first, and the first scores for each value of an
        option.

        Parameters
        ----------
        n : int
            How many settings.

        Returns
        -------
        str
        """
        names = [name for name in self.trials[0].options if len(self.values(name)) > 1]
        best = sorted(self.trials, key=Trial.rank, reverse=True)[:n]
        rows = [[self.metric, "folds", "seconds", *names]]
        for trial in best:
            own = [str(trial.options[name]) for name in names]
            rows.append([f"{trial.score:.4f}", str(len(trial.scores)), f"{trial.seconds:.1f}", *own])
        n_trainings = sum(len(trial.scores) for trial in self.trials)
        counted = [
            f"{n} {noun}{'s' * (n > 1)}"
            for n, noun in ((len(self.trials), "setting"), (n_trainings, "training"))
        ]
        head = f"{', '.join(counted)}, {self.seconds:.0f} s"
        return "\n".join([head, "", *aligned(rows), "", *self.effects(names)])

    def values(self, name: str) -> list[Any]:
        """The values of an option that were tried; they may be of any type.

        Parameters
        ----------
        name : str

        Returns
        -------
        list
        """
        found = {str(trial.options[name]): trial.options[name] for trial in self.trials}
        return sorted(found.values()) if len(found) > 1 else [*found.values()]

    def effects(self, names: list[str]) -> list[str]:
        """For options with few values, the best first score of each value, and how many settings had it.

        First scores are for the same number of lines and the same fold; the best of many is also higher by
        chance.

        Parameters
        ----------
        names : list of str
            Names of options.

        Returns
        -------
        list of str
            One line for each option.
        """
        found = []
        for name in names:
            values = self.values(name)
            if len(values) > 4:
                continue
            shown = []
            for value in values:
                scores = [trial.first_score for trial in self.trials if trial.options[name] == value]
                shown.append(f"{value}: {max(scores):.4f} of {len(scores)}")
            found.append(f"best first {self.metric} by {name}: {', '.join(shown)}")
        return found
