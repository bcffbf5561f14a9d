"""The tasks that suites are made of, by name.

A task knows which words its questions need and how a model's answers are scored; suites, reports and the
command line iterate over `TASKS`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from ns2vec._registry import Registry
from ns2vec.evaluation.analogy_scores import known_questions, score_analogies
from ns2vec.evaluation.categorization import score_categorization, score_classification
from ns2vec.evaluation.lookup import Lookup
from ns2vec.evaluation.outliers import score_outliers
from ns2vec.evaluation.relational_similarity import score_relational_similarity
from ns2vec.evaluation.results import TaskResult
from ns2vec.evaluation.word_similarity import score_word_similarity

__all__ = ["TASKS", "Task"]

Mask: TypeAlias = "npt.NDArray[np.bool_]"


@dataclass(frozen=True, slots=True)
class Task:
    """One kind of evaluation.

    Attributes
    ----------
    title : str
    reader : str
        The usual layout of its files, of `READERS`.
    known : callable
        ``known(lookup, questions)``: which items of the suite have all the words they need.
    score : callable
        ``score(lookup, questions, keep=..., resampling=..., **options)``.
    options : tuple of str
        Further keyword arguments of `score`.
    """

    title: str
    reader: str
    known: Callable[[Lookup, Any], Mask]
    score: Callable[..., TaskResult]
    options: tuple[str, ...] = field(default=())


TASKS: Registry[Task] = Registry("task")

TASKS.register(
    "word_similarity",
    Task(
        "word similarity",
        "word_pairs",
        lambda lookup, pairs: lookup.known([pair[:2] for pair in pairs]),
        score_word_similarity,
    ),
)
TASKS.register(
    "analogies",
    Task(
        "analogies",
        "analogies",
        lambda lookup, sections: known_questions(
            lookup, [question for section in sections for question in section.questions]
        ),
        score_analogies,
        ("method",),
    ),
)
for _name, _title, _score in (
    ("categorization", "categorization", score_categorization),
    ("classification", "nearest-centroid classification", score_classification),
):
    TASKS.register(
        _name,
        Task(
            _title,
            "categories",
            lambda lookup, members: lookup.known([(word,) for word, _ in members]),
            _score,
        ),
    )
TASKS.register(
    "outliers",
    Task(
        "outlier detection",
        "outliers",
        lambda lookup, sets: lookup.known(
            [(*group.members, outlier) for group in sets for outlier in group.outliers]
        ),
        score_outliers,
    ),
)
TASKS.register(
    "relational_similarity",
    Task(
        "relational similarity",
        "relations",
        lambda lookup, pairs: lookup.known([(pair.left, pair.right) for pair in pairs]),
        score_relational_similarity,
    ),
)
