"""Models times suites: the scores, their comparisons, and everything needed to repeat them."""

from __future__ import annotations

import json
import logging
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from typing import Any

import numpy as np

from ns2vec._build_info import __version__
from ns2vec._typing import BoolArray, Embedding, PathLike
from ns2vec.evaluation._lines import Complaints, Malformed
from ns2vec.evaluation.analogies import ANALOGY_METHODS
from ns2vec.evaluation.facts import FactsCorpus, facts_corpus
from ns2vec.evaluation.facts_suites import FACTS_QUESTIONS
from ns2vec.evaluation.lookup import Lookup
from ns2vec.evaluation.readers import EXPECTED, READERS
from ns2vec.evaluation.results import TaskResult, compare_all
from ns2vec.evaluation.sources import FoundFiles, MissingFiles, SuiteNotFoundError, find_suite_files
from ns2vec.evaluation.statistics import Difference, Resampling
from ns2vec.evaluation.suites import Origin, Suite, select_suites
from ns2vec.evaluation.tasks import TASKS
from ns2vec.exceptions import ConfigError, FormatError
from ns2vec.reports.tables import finite, now

__all__ = ["Evaluation", "Settings", "SuiteOutcome", "evaluate_suites"]

logger = logging.getLogger(__name__)


SUBSETS = ("common", "own")


@dataclass(frozen=True, slots=True)
class Settings:
    """How suites are read and scored.

    Attributes
    ----------
    restrict_vocab : int or None
        Use only this many words from the beginning of each model; None: all.
    case_insensitive : bool
    missing : str
        Policy for unknown words, one of `ns2vec.evaluation.lookup.MISSING`.
    method : str
        How analogies are answered, one of `ANALOGY_METHODS`.
    subset : str
        With several models and the policy ``"skip"``: score all models on the questions whose words all of
        them know (``"common"``), or each model on its own questions (``"own"``). Comparisons always use
        common questions.
    on_malformed : str
        ``"skip"`` or ``"refuse"`` malformed lines; they are listed either way.
    resampling : Resampling

    Raises
    ------
    ConfigError
        If a value cannot work.

    Examples
    --------
    >>> from ns2vec import KeyedVectors
    >>> from ns2vec.evaluation.runner import Settings
    >>> wv = KeyedVectors(2)
    >>> wv.add_vectors(["tea", "milk"], [[1.0, 0.0], [0.0, 1.0]])
    >>> lookup = Settings(restrict_vocab=1).lookup(wv)
    """

    restrict_vocab: int | None = 300000
    case_insensitive: bool = True
    missing: str = "skip"
    method: str = "3cosadd"
    subset: str = "common"
    on_malformed: str = "skip"
    resampling: Resampling = field(default_factory=Resampling)

    def __post_init__(self) -> None:
        _ = ANALOGY_METHODS[self.method]
        if self.restrict_vocab is not None and self.restrict_vocab < 1:
            raise ConfigError(
                f"restrict_vocab must be at least 1, or None for all words, got {self.restrict_vocab}"
            )
        if self.subset not in SUBSETS:
            raise ConfigError(f"subset must be 'common' or 'own', got {self.subset!r}")

    def lookup(self, embedding: Embedding) -> Lookup:
        """Return the words and vectors of a model as these settings see them.

        Parameters
        ----------
        embedding : KeyedVectors, or an object with its three attributes

        Returns
        -------
        Lookup
        """
        return Lookup(
            embedding,
            restrict_vocab=self.restrict_vocab,
            case_insensitive=self.case_insensitive,
            missing=self.missing,
        )


@dataclass(frozen=True, slots=True)
class Read:
    """A suite's questions, and remarks on its files."""

    questions: list[Any]
    malformed: tuple[Malformed, ...] = ()
    files: tuple[str, ...] = ()
    sha256: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SuiteOutcome:
    """One suite's scores.

    Attributes
    ----------
    suite : Suite
    read : Read
        Its questions, and remarks on its files.
    results : tuple of TaskResult
        One for each model; a score is NaN where no question, or too few of them, could be asked.
    comparisons : dict of (int, int) to Difference
        Indices of two models, the first smaller than the second -> their difference.
    """

    suite: Suite
    read: Read
    results: tuple[TaskResult, ...]
    comparisons: dict[tuple[int, int], Difference]

    @property
    def name(self) -> str:
        """The name of the suite."""
        return self.suite.name

    @property
    def title(self) -> str:
        """The title of the suite."""
        return self.suite.title

    @property
    def measure(self) -> str:
        """The measure of the scores."""
        return self.results[0].measure

    @property
    def is_scored(self) -> bool:
        """Whether a model has a score."""
        return any(not math.isnan(result.score) for result in self.results)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The result of `evaluate_suites`.

    Attributes
    ----------
    models : dict of str to (int, int)
        Name -> shape (V, D) of its vectors.
    outcomes : tuple of SuiteOutcome
    missing : tuple of MissingFiles
        Suites that were left out because their files were not found.
    settings : Settings
    seconds : float
    made : str
        Date and time, in ISO 8601.

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.evaluation import facts_corpus
    >>> from ns2vec.evaluation.runner import Settings, evaluate_suites
    >>> from ns2vec import KeyedVectors
    >>> words = facts_corpus().tokens
    >>> noise = KeyedVectors(8)
    >>> noise.add_vectors(words, np.random.default_rng(1).normal(size=(len(words), 8)))
    >>> settings = Settings(restrict_vocab=None)
    >>> found = evaluate_suites({"noise": noise}, ["facts_relations"], settings=settings)
    >>> list(found.scores()["noise"]), found.left_out_lines()
    (['facts_relations'], [])
    >>> sorted(found.as_dict())[:1], found.to_json(indent=None)[:1]
    (['left_out'], '{')
    >>> outcome = found.outcomes[0]
    >>> outcome.suite.name, len(outcome.results)
    ('facts_relations', 1)
    """

    models: dict[str, tuple[int, int]]
    outcomes: tuple[SuiteOutcome, ...]
    missing: tuple[MissingFiles, ...]
    settings: Settings
    seconds: float
    made: str = ""

    @property
    def left_out(self) -> dict[str, str]:
        """Suites that were left out, and where their files were not found."""
        return {one.suite: f"its files are {one.place}" for one in self.missing}

    def left_out_lines(self) -> list[str]:
        """Return the suites that were left out, one line for each place without their files."""
        places = dict.fromkeys(one.place for one in self.missing)
        return [
            f"left out: {', '.join(one.suite for one in self.missing if one.place == place)}: "
            f"the files are {place}"
            for place in places
        ]

    def scores(self) -> dict[str, dict[str, float]]:
        """Return model -> suite -> score."""
        return {
            model: {outcome.suite.name: outcome.results[number].score for outcome in self.outcomes}
            for number, model in enumerate(self.models)
        }

    def as_dict(self) -> dict[str, Any]:
        """Return plain dicts, lists, str and numbers, ready for JSON."""
        names = list(self.models)
        return {
            "ns2vec": __version__,
            "made": self.made,
            "settings": asdict(self.settings),
            "seconds": round(self.seconds, 3),
            "models": [
                {"name": name, "n_words": shape[0], "vector_size": shape[1]}
                for name, shape in self.models.items()
            ],
            "suites": [_outcome_dict(outcome, names) for outcome in self.outcomes],
            "left_out": self.left_out,
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


def _outcome_dict(outcome: SuiteOutcome, names: list[str]) -> dict[str, Any]:
    suite, read = outcome.suite, outcome.read
    return {
        "name": suite.name,
        "title": suite.title,
        "task": suite.task,
        "measure": outcome.measure,
        "licence": suite.licence,
        "citation": suite.citation,
        "files": list(read.files),
        "sha256": list(read.sha256),
        "notes": list(read.notes),
        "malformed": [asdict(line) for line in read.malformed],
        "results": {name: result.as_dict() for name, result in zip(names, outcome.results, strict=True)},
        "comparisons": [
            {"models": [names[first], names[second]], **asdict(comparison)}
            for (first, second), comparison in outcome.comparisons.items()
        ],
    }


@cache
def _facts() -> FactsCorpus:
    return facts_corpus()


def read_questions(
    suite: Suite,
    data_dir: PathLike | None = None,
    *,
    allow_download: bool = False,
    on_malformed: str = "skip",
) -> Read:
    """Read a suite's questions.

    Raises
    ------
    SuiteNotFoundError
        If their files are in no place.
    FormatError
        If a line is malformed and is to be refused, or no question can be read.
    """
    complaints = Complaints(on_malformed)
    if suite.generated:
        return Read(FACTS_QUESTIONS[suite.task](_facts()))
    if suite.paths:
        found = FoundFiles((), Origin(), ())
    else:
        found = find_suite_files(suite, data_dir, allow_download=allow_download)
    files = suite.paths or found.paths
    questions = READERS[suite.reader](list(files), found.origin.layout, complaints)
    names = tuple(map(str, files))
    if not any(getattr(question, "questions", True) for question in questions):
        reason = str(complaints.found[0] if complaints.found else f"{names[0]}: there is no question in it")
        raise FormatError(f"{reason}; expected lines of {EXPECTED[suite.reader]}")
    complaints.tell()
    notes = (*found.notes, *complaints.remarks)
    return Read(questions, tuple(complaints.found), names, found.sha256, notes)


def evaluate_suites(
    models: Mapping[str, Embedding],
    suites: Sequence[str | Suite] = ("standard",),
    *,
    settings: Settings | None = None,
    data_dir: PathLike | None = None,
    allow_download: bool = False,
) -> Evaluation:
    """Score models on suites and compare them.

    Parameters
    ----------
    models : mapping of str to Embedding
        The models by name; they are never changed.
    suites : sequence of str or Suite, optional
        Names of suites and collections, or paths of TOML files of suites.
    settings : Settings, optional
    data_dir : path, optional
        Folder of question files; by default ``$NS2VEC_DATA``.
    allow_download : bool, optional

    Returns
    -------
    Evaluation

    Raises
    ------
    ConfigError
        If there is no model, or a suite or setting is unknown.
    SuiteNotFoundError
        If the files of no suite are there.
    FormatError
        If a line is malformed and is to be refused, or no question of a suite can be read.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> import numpy as np
    >>> from ns2vec.evaluation.facts import facts_corpus
    >>> from ns2vec.evaluation.runner import evaluate_suites
    >>> words = facts_corpus().tokens
    >>> vectors = np.random.default_rng(1).normal(size=(len(words), 8))
    >>> noise = SimpleNamespace(vectors=vectors, index_to_key=words, key_to_index={})
    >>> evaluation = evaluate_suites({"noise": noise}, ["facts_relations"])
    >>> abs(evaluation.scores()["noise"]["facts_relations"]) < 0.3
    True
    """
    if not models:
        raise ConfigError("expected at least one model to evaluate, got none")
    settings = settings or Settings()
    started = time.perf_counter()
    lookups = [settings.lookup(embedding) for embedding in models.values()]
    outcomes: list[SuiteOutcome] = []
    missing: list[MissingFiles] = []
    for suite in select_suites(suites):
        logger.info("suite %s", suite.name)
        try:
            read = read_questions(
                suite, data_dir, allow_download=allow_download, on_malformed=settings.on_malformed
            )
        except SuiteNotFoundError as error:
            missing += error.missing
            continue
        results = _score(lookups, suite, read.questions, settings)
        outcomes.append(SuiteOutcome(suite, read, results, compare_all(results, settings.resampling)))
    if missing and not outcomes:
        raise SuiteNotFoundError(missing)
    shapes = {name: (len(model.index_to_key), model.vectors.shape[1]) for name, model in models.items()}
    done = Evaluation(shapes, tuple(outcomes), tuple(missing), settings, time.perf_counter() - started, now())
    for line in done.left_out_lines():
        logger.warning("%s", line)
    return done


def _score(
    lookups: list[Lookup], suite: Suite, questions: list[Any], settings: Settings
) -> tuple[TaskResult, ...]:
    task = TASKS[suite.task]
    words = task.words(questions)
    keep: BoolArray | None = None
    if settings.subset == "common" and settings.missing == "skip" and len(lookups) > 1:
        keep = np.logical_and.reduce([lookup.known(words) for lookup in lookups])
    options = {name: getattr(settings, name) for name in task.options}
    return tuple(
        task.score(lookup, questions, keep=keep, **options).with_interval(settings.resampling)
        for lookup in lookups
    )
