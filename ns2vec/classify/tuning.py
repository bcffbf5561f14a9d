"""Find good options for a classifier by successive halving, and report what was tried.

Settings are judged on held-out lines. All settings of a round are judged on a few lines, the better half on
more, the better half of those on most (Jamieson and Talwalkar 2016, "Non-stochastic best arm identification
and hyperparameter optimization"); further rounds also try settings near the best so far.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ns2vec._options import number, whole
from ns2vec._typing import Int64Array, PathLike
from ns2vec.classify.classifier import Classifier
from ns2vec.classify.judging import HeldOutAnswers, Judge, judge_of
from ns2vec.classify.lines import LabelLists, TextLines
from ns2vec.classify.observing import Deadline
from ns2vec.classify.space import Proposals
from ns2vec.classify.trials import Trial, Tuned
from ns2vec.exceptions import CorpusError

logger = logging.getLogger(__name__)

N_SETTINGS = 9  # per round
KEPT = 2  # one in this many is kept
STAGES = ((20_000, 1), (100_000, 2), (None, 5))  # training lines and folds, for each stage of a setting
N_FOLDS = 5
MOST_HELD_OUT = 20_000
LAST = 2.0  # times the duration of a trial with as many lines that the last training may take
ENOUGH_HELD_OUT = 5000  # lines: enough to evaluate on one fold only


@dataclass
class Examples:
    """Lines with their labels.

    Attributes
    ----------
    lines : TextLines
    lists : LabelLists
    """

    lines: TextLines
    lists: LabelLists

    def __len__(self) -> int:
        return len(self.lines)

    def take(self, rows: Int64Array) -> Examples:
        """Select some of them."""
        return Examples(self.lines.some(rows), self.lists.some(rows))


def autotune(
    texts: PathLike | Iterable[Any], labels: Iterable[Any] | None = None, *, validation: Any = None,
    budget: int | None = None, seconds: float | None = None, metric: str = "accuracy", seed: int = 1,
    **options: Any,
) -> Tuned:  # fmt: skip
    """Try options of a classifier, and train on all lines with the best.

    The first settings are good for many texts, so a small budget loses little.

    Parameters
    ----------
    texts, labels
        As in `Classifier.fit`.
    validation : tuple (texts, labels), or texts that hold their labels; optional
        Lines to judge by, which are not trained on. By default, each setting is trained on four fifths of the
        lines and judged on the rest: at first on one fifth, the best settings on all five in turn.
    budget : int, optional
        How many times a classifier may be trained: 50 by default, unless `seconds` is given. The result
        repeats to the byte.
    seconds : float, optional
        How long to take, including the final training; how many settings are tried depends on the machine.
    metric : str
        ``"accuracy"`` (the best label is one of the line's), ``"macro_f1"``, ``"f1:LABEL"`` of one label, or
        ``"log_loss"``.
    seed : int
    **options
        Options of `Classifier` to keep fixed: ``loss="ova"``, ``vector_size=100``.

    Returns
    -------
    Tuned
        It has the `model`, its `options` and all `trials`; printed, it is a table of the trials.

    Raises
    ------
    ConfigError
        If budget, metric, seed or an option is invalid.
    CorpusError
        If there are too few lines with labels to hold some out.

    Examples
    --------
    >>> from ns2vec.classify import autotune
    >>> texts = ["what a good film", "so bad a film", "good fun", "bad taste"] * 10
    >>> tuned = autotune(texts, ["+", "-", "+", "-"] * 10, budget=4, progress=False)
    >>> tuned.score, tuned.model.predict(["good taste"])
    (1.0, ['+'])
    """
    judge, started, seed = judge_of(metric), time.monotonic(), whole("seed", seed)
    if seconds is not None:
        seconds = number("seconds", seconds, 0.0)
    n_most = whole("budget", 50 if budget is None else budget, 1)
    if budget is None and seconds is not None:
        n_most = 10**9
    reader = Classifier(**options)
    examples = Examples(*reader._read(texts, labels))
    held_out = None if validation is None else Examples(*reader._read(*pair_of(validation)))
    known = len(examples.lists.labels), bool((np.diff(examples.lists.offsets) > 1).any())
    rng = np.random.default_rng(seed)
    search = Halving(examples, held_out, judge, seed, n_most, None if seconds is None else started + seconds)
    for trial in search.rounds(Proposals(options, *known, rng)):
        logger.info("%s %.4f: %s", metric, trial.score, trial.options)
    best = max(search.trials, key=Trial.rank)
    model = fitted(examples, best.options, seed)
    return Tuned(model, best.options, search.trials, metric, time.monotonic() - started)


def pair_of(validation: Any) -> tuple[Any, Any]:
    """Texts and labels, which may be part of the texts."""
    return validation if isinstance(validation, tuple) else (validation, None)


class Halving:
    """Trials of settings on the same held-out lines.

    Parameters
    ----------
    examples : Examples
    held_out : Examples or None
        None: each fold of the examples in turn.
    judge : callable
    seed : int
    n_most : int
        Number of trainings.
    deadline : float or None
        By the clock of `time.monotonic`.
    """

    def __init__(
        self, examples: Examples, held_out: Examples | None, judge: Judge, seed: int, n_most: int,
        deadline: float | None,
    ) -> None:  # fmt: skip
        self.judge, self.seed, self.n_left, self.deadline = judge, seed, n_most, deadline
        self.trials: list[Trial] = []
        order = np.random.default_rng([seed, 1]).permutation(
            np.flatnonzero(np.diff(examples.lists.offsets) > 0)
        )
        if held_out is None and len(order) < 2 * N_FOLDS:
            raise CorpusError(
                f"expected at least {2 * N_FOLDS} lines with labels to hold some out, got {len(order)}: "
                "give more, or validation="
            )
        self.examples, self.held_out, self.order = examples, held_out, order

    @property
    def end(self) -> float:
        """When to stop trials, so that there is time to train on all lines with the best of them."""
        if self.deadline is None or not self.trials:
            return math.inf
        best = max(self.trials, key=Trial.rank)
        share = 1.0 if best.n_lines is None else best.n_lines / len(self.order)
        return self.deadline - LAST * best.seconds / len(best.scores) / share

    def is_over(self) -> bool:
        """Whether there is no budget for another training."""
        return self.n_left < 1 or time.monotonic() > self.end

    def rounds(self, settings: Proposals) -> Iterator[Trial]:
        """Rounds of settings until the budget is used up; yields a trial after each evaluation."""
        best: dict[str, Any] | None = None
        while not self.is_over():
            # further rounds: half of them anywhere, the others near the best
            made = [] if best else settings.first
            near = [settings.next(best if i % KEPT else None) for i in range(N_SETTINGS - len(made))]
            going = [Trial(options) for options in [*made, *near]]
            for n_lines, n_folds in self.stages():
                for trial in going:
                    yield from self.judged(trial, n_lines, n_folds)
                going = sorted(going, key=Trial.rank, reverse=True)[: math.ceil(len(going) / KEPT)]
            best = max(self.trials, key=Trial.rank).options

    def stages(self) -> list[tuple[int | None, int]]:
        """Lines and folds of each stage that gives more information than the one before."""
        n_held = len(self.folds(0)[1])
        found: list[tuple[int | None, int]] = []
        for n_lines, n_folds in STAGES:
            is_all = n_lines is None or n_lines >= len(self.order)
            stage = (None if is_all else n_lines, 1 if n_held >= ENOUGH_HELD_OUT else n_folds)
            if stage not in found:
                found.append(stage)
        return found

    def folds(self, fold: int) -> tuple[Int64Array, Int64Array]:
        """Lines for training, in any order, and for evaluation."""
        if self.held_out is not None:
            return self.order, np.flatnonzero(np.diff(self.held_out.lists.offsets) > 0)
        held = self.order[fold::N_FOLDS][:MOST_HELD_OUT]
        return self.order[~np.isin(self.order, held)], held

    def judged(self, trial: Trial, n_lines: int | None, n_folds: int) -> Iterator[Trial]:
        """Train a setting on more lines, or until it has been evaluated this often."""
        known = trial.scores if trial.n_lines == n_lines else []
        while len(known) < n_folds and not self.is_over():
            started = time.monotonic()
            score = self.score(trial.options, n_lines, len(known))
            if self.is_over():  # the training was stopped, and its result means nothing
                return
            known.append(score)
            trial.scores, trial.n_lines = known, n_lines
            trial.seconds += time.monotonic() - started
            self.n_left -= 1
            if trial not in self.trials:
                trial.first_score = score
                self.trials.append(trial)
            yield trial

    def score(self, options: dict[str, Any], n_lines: int | None, fold: int) -> float:
        """Score of a setting on a fold; on given lines, with a seed."""
        learned, held = self.folds(fold)
        model = fitted(self.examples.take(learned[:n_lines]), options, self.seed + fold, self.end)
        asked = (self.held_out or self.examples).take(held)
        bags = model._units.features.encode(asked.lines, model._units.words)
        ids = model._places(asked.lists.labels)[asked.lists.ids]
        return self.judge(HeldOutAnswers(model, model._scores_of(bags), asked.lists.offsets, ids))


def fitted(examples: Examples, options: dict[str, Any], seed: int, end: float = math.inf) -> Classifier:
    """A classifier trained on some lines; if `end` comes first, as it is then.

    Its epochs are not logged: with many settings, they would fill the log.
    """
    model = Classifier(**({"progress": False} | options | {"seed": seed}))
    return model._fit(examples.lines, examples.lists, observers=[Deadline(end)])
