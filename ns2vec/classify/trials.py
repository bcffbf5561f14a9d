"""What `autotune` has tried, and how that is shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from ns2vec.reports.tables import aligned

if TYPE_CHECKING:
    from ns2vec.classify.classifier import Classifier


@dataclass(eq=False)
class Trial:
    """A setting, and what came of it.

    Attributes
    ----------
    options : dict
        Of `Classifier`.
    scores : list of float
        One of each fold that it was judged by.
    n_lines : int or None
        It learned from so many; None: all but those that were held out.
    seconds : float
        Of its trainings.
    first_score : float
        That of its first training: all settings begin with as many lines and the same fold.

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
        """What is larger for a better one: to be judged by more lines counts more than any score."""
        return (float(self.n_lines or np.inf), len(self.scores), self.score)


@dataclass
class Tuned:
    """The outcome of `autotune`.

    Attributes
    ----------
    model : Classifier
        Of the best options, learned from all lines.
    options : dict
        The best ones.
    trials : list of Trial
        In the order in which they were begun.
    metric : str
    seconds : float
        Of all.

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
        """Of the best options on held-out lines: as the best of several it is a little too good."""
        return max(self.trials, key=Trial.rank).score

    def __str__(self) -> str:
        return self.table()

    def table(self, n: int = 10) -> str:
        """Return the best settings as lines, the best first, and how each value of an option began.

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
        """The values of an option that were tried, which may be of any type where it was given.

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
        """For options of few values, the best first score of each, and how many settings had it.

        First scores are of as many lines and the same fold; the best of many is higher by chance, too.

        Parameters
        ----------
        names : list of str
            Of options.

        Returns
        -------
        list of str
            A line for each option.
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
