"""The results of a comparison, and what follows from them."""

from __future__ import annotations

import json
import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from ns2vec._build_info import __version__
from ns2vec.comparison.candidates import REFERENCE
from ns2vec.comparison.memory import BatchMemory
from ns2vec.comparison.runs import Sample
from ns2vec.reports.tables import finite

HOUR = 3600.0


def mean_and_deviation(values: Iterable[float]) -> tuple[float, float]:
    """Mean and sample standard deviation, NaN if there are too few values.

    Examples
    --------
    >>> from ns2vec.comparison.results import mean_and_deviation
    >>> mean_and_deviation([1.0, 3.0])
    (2.0, 1.4142135623730951)
    """
    known = [value for value in values if not math.isnan(value)]
    mean = statistics.fmean(known) if known else math.nan
    return mean, statistics.stdev(known) if len(known) > 1 else math.nan


@dataclass(frozen=True)
class CandidateRun:
    """One training of a candidate.

    Attributes
    ----------
    seed : int
    text_words : int
        Words of its text; the same for all candidates except a reference that is too slow.
    n_words, n_trained : int
        Words read over all epochs; words left after vocabulary and subsampling.
    seconds, cpu_seconds : float
        Of training alone; processor time is that of all threads together.
    share : float
        Part of the planned training that was done: below 1 if the budget ended it.
    curve : list of (epochs, loss)
        Held-out loss during training, in nats per word; the first value is that of the initial model.
    f1 : float
        On the text that the reference was trained on; see `CandidateResult.f1_stability`.
    scores : dict of str to float
        Suite -> score.

    Examples
    --------
    >>> from ns2vec.comparison import CandidateRun
    >>> run = CandidateRun(seed=1, text_words=900, n_words=1800, n_trained=1700, seconds=0.5, cpu_seconds=0.9)
    >>> run.share
    1.0
    """

    seed: int
    text_words: int
    n_words: int
    n_trained: int
    seconds: float
    cpu_seconds: float
    share: float = 1.0
    curve: list[tuple[float, float]] = field(default_factory=list)
    f1: float = math.nan
    scores: dict[str, float] = field(default_factory=dict)

    @property
    def loss(self) -> float:
        """Return the held-out loss at the end."""
        return self.curve[-1][1] if self.curve else math.nan


@dataclass(frozen=True)
class CandidateResult:
    """All results of one candidate.

    Attributes
    ----------
    name, objective : str
    sampler : str or None
    sample : Sample or None
        Speed on a short part of the text, before the runs; None if the candidate was left out.
    pairs_per_word : float
        Expected (input, centre) pairs per word of the text, after subsampling.
    full_words : int
        Words of a whole training: all of the text, all epochs.
    batch_words, workers : int
    memory, memory_formula : BatchMemory or None
    runs : tuple of CandidateRun
    note : str
        Why a result is missing.
    """

    name: str
    objective: str
    sampler: str | None
    sample: Sample | None = None
    pairs_per_word: float = math.nan
    full_words: int = 0
    batch_words: int = 10_000
    workers: int = 1
    memory: BatchMemory | None = None
    memory_formula: BatchMemory | None = None
    runs: tuple[CandidateRun, ...] = ()
    note: str = ""

    @property
    def seconds_per_word(self) -> float:
        """Seconds of training per word of text: of the runs, or of the sample if that was longer."""
        n_words, seconds, _ = self._longest()
        return seconds / n_words if n_words else math.nan

    def _longest(self) -> tuple[int, float, float]:
        """Words, seconds and processor seconds of all runs together, or of the sample."""
        n_words = sum(run.n_words for run in self.runs)
        if self.sample is not None and self.sample.n_words >= n_words:
            return self.sample.n_words, self.sample.seconds, self.sample.cpu_seconds
        return n_words, sum(run.seconds for run in self.runs), sum(run.cpu_seconds for run in self.runs)

    @property
    def is_measured(self) -> bool:
        """Whether a whole training was timed; otherwise `seconds` is extrapolated from a part of one."""
        return any(run.n_words >= self.full_words and run.share == 1.0 for run in self.runs)

    @property
    def seconds(self) -> float:
        """Seconds of a whole training: median of the whole runs, or extrapolated (`is_measured`)."""
        whole = [run.seconds for run in self.runs if run.n_words >= self.full_words and run.share == 1.0]
        return statistics.median(whole) if whole else self.full_words * self.seconds_per_word

    @property
    def seconds_per_pair(self) -> float:
        """Seconds of training per (input, centre) pair."""
        return self.seconds_per_word / self.pairs_per_word

    @property
    def cpu_seconds_per_pair(self) -> float:
        """Processor seconds per pair, which other programs on the machine affect less."""
        n_words, _, cpu_seconds = self._longest()
        return cpu_seconds / n_words / self.pairs_per_word if n_words else math.nan

    @property
    def seconds_per_batch(self) -> float:
        """Seconds for training a batch of `batch_words` words, with all threads together."""
        return self.seconds_per_word * self.batch_words

    def cost_per_batch(self, price_per_hour: float) -> float:
        """Price of a batch on a machine that costs `price_per_hour`.

        Parameters
        ----------
        price_per_hour : float
            Price of the machine, in any currency.

        Returns
        -------
        float
        """
        return self.seconds_per_batch * price_per_hour / HOUR

    def time_reduction(self, reference: CandidateResult) -> float:
        """Share of the reference's training time that is saved: 1 - t / t_reference.

        Parameters
        ----------
        reference : CandidateResult

        Returns
        -------
        float
        """
        return 1.0 - self.seconds / reference.seconds

    def f1_stability(self, reference: CandidateResult) -> tuple[float, float]:
        """How much of full softmax's F1 is kept: mean and standard deviation over seeds of F1 / F1_reference.

        F1 is that of predictions on held-out text: for each input word the k = 10 words that the
        model gives the highest calibrated probability, against the distinct words that occur within
        `window` of it in the held-out part (thinned as training thins); precision and recall are
        counted over all input words together. Both models of a ratio have the same seed and were
        trained on the same text with the same options. 1 means as good as full softmax; the
        deviation says how much that depends on the seed.

        Parameters
        ----------
        reference : CandidateResult

        Returns
        -------
        mean, deviation : float
        """
        theirs = {run.seed: run.f1 for run in reference.runs}
        ratios = [run.f1 / theirs[run.seed] for run in self.runs if theirs.get(run.seed)]
        return mean_and_deviation(ratios)

    def score(self, suite: str) -> tuple[float, float]:
        """Mean and standard deviation over seeds of a suite's score.

        Parameters
        ----------
        suite : str

        Returns
        -------
        mean, deviation : float
        """
        return mean_and_deviation(run.scores.get(suite, math.nan) for run in self.runs)

    def loss(self) -> tuple[float, float]:
        """Mean and standard deviation over seeds of the held-out loss at the end."""
        return mean_and_deviation(run.loss for run in self.runs)

    def mean_curve(self) -> list[tuple[float, float]]:
        """Return (epochs, held-out loss), the mean of the runs that reached them."""
        points: dict[float, list[float]] = {}
        for run in self.runs:
            for epochs, loss in run.curve:
                points.setdefault(round(epochs, 6), []).append(loss)
        return [(epochs, statistics.fmean(losses)) for epochs, losses in sorted(points.items())]

    def summary(self, reference: CandidateResult, price_per_hour: float | None) -> dict[str, Any]:
        """Return the figures that follow from the runs, as plain numbers.

        Parameters
        ----------
        reference : CandidateResult
        price_per_hour : float or None

        Returns
        -------
        dict
        """
        stability, loss = self.f1_stability(reference), self.loss()
        suites = dict.fromkeys(suite for run in self.runs for suite in run.scores)
        figures = {
            "seconds": self.seconds,
            "time": "measured" if self.is_measured else "extrapolated",
            "time_reduction": self.time_reduction(reference),
            "speed_up": reference.seconds / self.seconds,
            "seconds_per_pair": self.seconds_per_pair,
            "cpu_seconds_per_pair": self.cpu_seconds_per_pair,
            "seconds_per_batch": self.seconds_per_batch,
            "memory_per_batch": self.memory.total if self.memory else math.nan,
            "memory_per_batch_formula": self.memory_formula.total if self.memory_formula else math.nan,
            "f1": mean_and_deviation(run.f1 for run in self.runs),
            "f1_stability": stability,
            "held_out_loss": loss,
            "scores": {suite: self.score(suite) for suite in suites},
        }
        if price_per_hour is not None:
            figures["cost_per_batch"] = self.cost_per_batch(price_per_hour)
            figures["cost"] = self.seconds * price_per_hour / HOUR
        return figures


@dataclass(frozen=True)
class Comparison:
    """The result of `ns2vec.comparison.compare`.

    Attributes
    ----------
    corpus : dict
        ``name``, ``n_words``, ``n_sentences``, ``vocabulary``, ``held_out_words``.
    options : dict
        Of `ns2vec.Word2Vec`, equal for all candidates.
    seeds : list of int
    text_words : int
        Words that the candidates were trained on in each epoch; fewer than in the corpus if the
        budget was too short.
    reference_words : int
        Words that full softmax was trained on; every candidate's F1 is for this text.
    candidates : tuple of CandidateResult
        The reference first.
    notes : list of str
    budget, seconds : float or None, float
        Seconds that were allowed, and seconds that were used.
    price_per_hour : float or None
    machine : dict
    made, version : str
        Date and time in ISO 8601, and version of ns2vec; ``""`` in records that have none.

    Examples
    --------
    >>> from ns2vec.comparison import Comparison, compare, make_candidates
    >>> corpus = [["sun", "shines"], ["rain", "falls"], ["snow", "falls"]] * 60
    >>> found = compare(corpus, make_candidates(["negative_sampling"], ["unigram"]), seeds=[1], held_out=0.1,
    ...                 vector_size=8, min_count=1, epochs=2, workers=1, sample=0)
    >>> Comparison.from_dict(found.as_dict()).to_json() == found.to_json()
    True
    >>> full, sampled = found.candidates
    >>> len(sampled.runs), len(sampled.mean_curve()) > 0, sampled.loss()[0] > 0
    (1, True, True)
    >>> sampled.time_reduction(full) < 1, len(sampled.f1_stability(full)), len(sampled.score("google"))
    (True, 2, 2)
    >>> sampled.cost_per_batch(price_per_hour=2.0) > 0, isinstance(sampled.summary(full, None), dict)
    (True, True)
    """

    corpus: dict[str, Any]
    options: dict[str, Any]
    seeds: list[int]
    text_words: int
    reference_words: int
    candidates: tuple[CandidateResult, ...]
    notes: list[str]
    budget: float | None
    seconds: float
    price_per_hour: float | None = None
    machine: dict[str, Any] = field(default_factory=dict)
    made: str = ""
    version: str = ""

    @property
    def reference(self) -> CandidateResult:
        """Return the result of full softmax."""
        return next(found for found in self.candidates if found.objective == REFERENCE)

    @property
    def suites(self) -> list[str]:
        """Return the names of the evaluated suites."""
        runs = (run for found in self.candidates for run in found.runs)
        return list(dict.fromkeys(suite for run in runs for suite in run.scores))

    def as_dict(self) -> dict[str, Any]:
        """Return plain dicts, lists, str and numbers, ready for JSON; NaN becomes None."""
        listed = asdict(self)
        for entry, found in zip(listed["candidates"], self.candidates, strict=True):
            entry["summary"] = found.summary(self.reference, self.price_per_hour)
        record: dict[str, Any] = finite({"ns2vec": __version__, **listed})
        return record

    def to_json(self, *, indent: int | None = 2) -> str:
        """Render as JSON.

        Parameters
        ----------
        indent : int, optional
            None: one line.

        Returns
        -------
        str
        """
        return json.dumps(self.as_dict(), indent=indent, allow_nan=False, ensure_ascii=False)

    @classmethod
    def from_dict(cls, record: dict[str, Any]) -> Comparison:
        """Return the comparison that `as_dict` has written, so that its tables can be made again.

        Parameters
        ----------
        record : dict

        Returns
        -------
        Comparison
        """
        values = {"made": "", "version": record["ns2vec"], **record}
        values = {name: values[name] for name in cls.__dataclass_fields__}
        return cls(**{**values, "candidates": tuple(map(_candidate_of, record["candidates"]))})


def _candidate_of(record: dict[str, Any]) -> CandidateResult:
    values = {name: _nan(record[name]) for name in CandidateResult.__dataclass_fields__}
    for name in ("memory", "memory_formula"):
        values[name] = BatchMemory(**record[name]) if record[name] else None
    values["sample"] = Sample(**record["sample"]) if record["sample"] else None
    values["sampler"] = record["sampler"]
    values["runs"] = tuple(
        CandidateRun(
            **{name: _nan(value) for name, value in run.items() if name not in ("curve", "scores")},
            curve=[(epochs, _nan(loss)) for epochs, loss in run["curve"]],
            scores={suite: _nan(score) for suite, score in run["scores"].items()},
        )
        for run in record["runs"]
    )
    return CandidateResult(**values)


def _nan(value: Any) -> Any:
    return math.nan if value is None else value


@dataclass(frozen=True)
class TimeGrowth:
    """How a candidate's time per pair grows with the vocabulary.

    Attributes
    ----------
    name : str
    vocabularies : list of int
    seconds_per_pair : list of float
        Processor time.
    factor : float
        Time with the largest vocabulary, divided by that with the smallest one.
    """

    name: str
    vocabularies: list[int]
    seconds_per_pair: list[float]
    factor: float


def growth(comparisons: Sequence[Comparison]) -> list[TimeGrowth]:
    """Compare comparisons on corpora with different vocabularies.

    Returns
    -------
    list of TimeGrowth
        One for each candidate that all of them have, with vocabularies in ascending order.
    """
    rising = sorted(comparisons, key=lambda found: found.corpus["vocabulary"])
    by_name = [{entry.name: entry for entry in found.candidates} for found in rising]
    found = []
    for name in by_name[0]:
        if all(name in others for others in by_name):
            entries = [others[name] for others in by_name]
            times = [entry.cpu_seconds_per_pair for entry in entries]
            sizes = [one.corpus["vocabulary"] for one in rising]
            found.append(TimeGrowth(name, sizes, times, times[-1] / times[0]))
    return found
