"""The tasks of suites, by name.

A task defines which words its questions need and how a model's answers are scored; suites, reports and the
command line iterate over `TASKS`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ns2vec._registry import Registry
from ns2vec.evaluation.analogies import score_analogies, words_of_sections
from ns2vec.evaluation.categorization import score_categorization, score_classification
from ns2vec.evaluation.lookup import Words
from ns2vec.evaluation.outliers import score_outliers, words_of_sets
from ns2vec.evaluation.relational_similarity import score_relational_similarity
from ns2vec.evaluation.results import TaskResult
from ns2vec.evaluation.word_pairs import score_word_similarity


@dataclass(frozen=True, slots=True)
class Task:
    """One kind of evaluation.

    Attributes
    ----------
    title : str
    reader : str
        The default layout of its files, of `READERS`.
    words : callable
        ``words(questions)``: the words that each item of the suite needs, in the form for `Lookup.known`.
    score : callable
        ``score(lookup, questions, keep=..., **options)``.
    options : tuple of str
        Further keyword arguments of `score`.
    """

    title: str
    reader: str
    words: Callable[[Any], list[Words]]
    score: Callable[..., TaskResult]
    options: tuple[str, ...] = ()


TASKS: Registry[Task] = Registry("task")


def _words_of_pairs(pairs: Any) -> list[Words]:
    return [(left, right) for left, right, _ in pairs]


def _words_of_members(members: Any) -> list[Words]:
    return [(word,) for word, _ in members]


def _words_of_rated(pairs: Any) -> list[Words]:
    return [(pair.left, pair.right) for pair in pairs]


for _name, _task in {
    "word_similarity": Task("word similarity", "word_pairs", _words_of_pairs, score_word_similarity),
    "analogies": Task("analogies", "analogies", words_of_sections, score_analogies, ("method",)),
    "categorization": Task("categorization", "categories", _words_of_members, score_categorization),
    "classification": Task(
        "nearest-centroid classification", "categories", _words_of_members, score_classification
    ),
    "outliers": Task("outlier detection", "outliers", words_of_sets, score_outliers),
    "relational_similarity": Task(
        "relational similarity", "relations", _words_of_rated, score_relational_similarity
    ),
}.items():
    TASKS.register(_name, _task)
