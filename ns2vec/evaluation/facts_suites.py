"""Questions of all tasks that follow from the planted facts of a `FactsCorpus`.

Their answers are known: a model that has learned the corpus can answer them, and one that has not cannot.
They need no file, so they run everywhere.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import groupby
from typing import Any

import numpy as np

from ns2vec._registry import Registry
from ns2vec.evaluation.analogies import AnalogySection, Question
from ns2vec.evaluation.facts import FactsCorpus
from ns2vec.evaluation.facts_tables import ABSENT
from ns2vec.evaluation.outliers import OutlierSet
from ns2vec.evaluation.relational_similarity import RatedPair

SET_SIZE = 8  # members and outliers of a set
N_PROTOTYPES = 3
DEGREES = (10.0, 5.0, 0.0)  # a fact, a pair of the right sides, a pair of the wrong sides

#: Name -> function (corpus) -> questions of the task of that name.
FACTS_QUESTIONS: Registry[Callable[[FactsCorpus], list[Any]]] = Registry("facts suite")


def facts_sides(corpus: FactsCorpus) -> dict[str, list[str]]:
    """Return side -> its words: ``"country-capital" -> ["paris", ...]``; a word has one side.

    Examples
    --------
    >>> from ns2vec.evaluation import facts_corpus
    >>> from ns2vec.evaluation.facts_suites import facts_sides
    >>> "paris" in facts_sides(facts_corpus(n_types=1200, n_words=40_000))["country-capital"]
    True
    """
    sides: dict[str, list[str]] = {}
    taken: set[str] = set()
    for family in corpus.world.families:
        for column, side in enumerate(family.sides):
            words = [row[column] for row in family.rows if row[column] not in {ABSENT, *taken}]
            taken.update(words)
            sides[f"{family.name}-{side}"] = list(dict.fromkeys(words))
    return sides


@FACTS_QUESTIONS.entry("analogies")
def analogies(corpus: FactsCorpus) -> list[AnalogySection]:
    """Return the corpus's own analogy questions; facts whose words never occur together form a group."""
    sections = []
    for name, found in groupby(corpus.analogies(), key=lambda entry: entry[0]):
        questions = tuple(Question(a, b, c, (d,)) for _, (a, b, c, d) in found)
        sections.append(AnalogySection(name, name.rpartition("-")[2], questions))
    return sections


@FACTS_QUESTIONS.entry("word_similarity")
def word_similarity(corpus: FactsCorpus) -> list[tuple[str, str, float]]:
    """Return the corpus's own judgements."""
    return list(corpus.similarities())


@FACTS_QUESTIONS.entry("categorization")
@FACTS_QUESTIONS.entry("classification")
def categories(corpus: FactsCorpus) -> list[tuple[str, str]]:
    """Return each word of a family with its side."""
    return [(word, side) for side, words in facts_sides(corpus).items() for word in words]


@FACTS_QUESTIONS.entry("outliers")
def outliers(corpus: FactsCorpus) -> list[OutlierSet]:
    """Return sets of eight words of each side with eight words of other sides."""
    rng = np.random.default_rng([corpus.seed, 7])
    sides = facts_sides(corpus)
    found = []
    for side, words in sides.items():
        others = [word for other, theirs in sides.items() if other != side for word in theirs]
        if len(words) >= SET_SIZE:
            members = rng.choice(words, SET_SIZE, replace=False).tolist()
            found.append(
                OutlierSet(side, tuple(members), tuple(rng.choice(others, SET_SIZE, replace=False).tolist()))
            )
    return found


@FACTS_QUESTIONS.entry("relational_similarity")
def relations(corpus: FactsCorpus) -> list[RatedPair]:
    """Return facts of each relation (degree 10), mismatched pairs of it (5) and reversed pairs (0)."""
    rng = np.random.default_rng([corpus.seed, 8])
    found = []
    for relation in dict.fromkeys(fact.relation for fact in corpus.facts):
        facts = [fact for fact in corpus.facts if fact.relation == relation]
        order = [facts[number] for number in rng.permutation(len(facts))]
        prototypes, rated = order[:N_PROTOTYPES], order[N_PROTOTYPES:]
        found += [RatedPair(relation, fact.left, fact.right, math.nan) for fact in prototypes]
        for fact, other in zip(rated, rated[1:] + rated[:1], strict=True):
            for (left, right), degree in zip(
                ((fact.left, fact.right), (fact.left, other.right), (fact.right, fact.left)),
                DEGREES,
                strict=True,
            ):
                found.append(RatedPair(relation, left, right, degree))
    return found
