"""The common setting of all runs of a comparison: text, questions, time, remarks."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ns2vec.comparison.candidates import Candidate
from ns2vec.comparison.held_out import HeldOut
from ns2vec.comparison.plan import REFERENCE_SHARE
from ns2vec.comparison.results import CandidateResult
from ns2vec.comparison.runs import PIECES_PER_EPOCH, do_nothing
from ns2vec.comparison.text import Text, read_text
from ns2vec.corpus import Corpus, open_corpus
from ns2vec.evaluation.runner import Settings, evaluate_suites
from ns2vec.evaluation.sources import SuiteNotFoundError
from ns2vec.evaluation.statistics import Resampling
from ns2vec.evaluation.suites import Suite, select_suites
from ns2vec.models.word2vec import Word2Vec

logger = logging.getLogger(__name__)


@dataclass
class Looks:
    """The time for evaluating a model, for candidates with the same kind of output set.

    Attributes
    ----------
    loss_seconds, f1_seconds, score_seconds : float
    pieces : int
        How often per epoch the loss is measured; 0: only before and after the training.
    epochs : int
    """

    loss_seconds: float
    f1_seconds: float
    score_seconds: float
    epochs: int
    pieces: int = PIECES_PER_EPOCH

    @property
    def seconds(self) -> float:
        """Return the time that evaluating one run takes."""
        n_looks = 1 + self.pieces * self.epochs if self.pieces else 2
        return n_looks * self.loss_seconds + self.f1_seconds + self.score_seconds

    def fit(self, allowed: float) -> None:
        """Measure less often if it would take longer than allowed."""
        for self.pieces in (PIECES_PER_EPOCH, 1, 0):
            if self.seconds <= allowed:
                break


@dataclass
class Setting:
    """The common setting of all runs."""

    text: Text
    held_out: HeldOut
    options: dict[str, Any]
    epochs: int
    suites: Sequence[str | Suite]
    data_dir: Any
    deadline: float
    reasons: dict[str, list[str]]
    reference_share: float = REFERENCE_SHARE
    report: Callable[[str], None] = do_nothing
    runs: Any = None
    looks: dict[str, Looks] = field(default_factory=dict)
    found: dict[Candidate, CandidateResult] = field(default_factory=dict)

    def scores(self, model: Word2Vec) -> dict[str, float]:
        """Score the suites whose questions the model can answer; without intervals, which seeds provide."""
        if not self.suites:
            return {}
        settings = Settings(resampling=Resampling(n_draws=0))
        try:
            found = evaluate_suites(
                {"model": model.wv}, self.suites, settings=settings, data_dir=self.data_dir
            )
        except SuiteNotFoundError as error:
            names = ", ".join(one.suite for one in error.missing)
            self.note(f"left out: {names}: the files are {error.missing[0].place}")
            self.suites = ()
            return {}
        for line in found.left_out_lines():
            self.note(line)
        for outcome in found.outcomes:
            if not outcome.is_scored:
                self.note(f"{outcome.suite.name} has no score: too few of its words are known")
        self.suites = [suite for suite in self.suites if suite_name(suite) not in found.left_out]
        return found.scores()["model"]

    def note(self, text: str, who: str = "") -> None:
        """Store a remark once, with all candidates that it is about."""
        logger.info("%s", f"{who}: {text}" if who else text)
        self.reasons.setdefault(text, []).extend([who] if who else [])

    def notes(self) -> list[str]:
        """Return the remarks, one line each."""
        return [f"{', '.join(who)}: {text}" if who else text for text, who in self.reasons.items()]


def read_setting(
    corpus: Any, options: dict[str, Any], held_out: float, suites: Sequence[str | Suite], data_dir: Any,
    deadline: float, reference_share: float, report: Callable[[str], None], runs: Any,
) -> Setting:  # fmt: skip
    """Read the corpus, and find the suites, of a comparison."""
    chosen = select_suites(suites) if suites else ()
    report("reading the corpus")
    model = Word2Vec(**options, progress=False)
    opened = corpus if isinstance(corpus, Corpus) else open_corpus(corpus)
    text = read_text(opened, model, held_out)
    spec = model._spec
    asked = HeldOut(text.thinned(model.sample), len(text.counts), window=spec.window, is_cbow=spec.pooled)
    return Setting(
        text, asked, options, model.epochs, chosen, data_dir, deadline, {}, reference_share, report, runs
    )


def suite_name(suite: str | Suite) -> str:
    """Return the name of a suite."""
    return suite if isinstance(suite, str) else suite.name
