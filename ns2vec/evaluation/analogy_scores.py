"""Analogy suites: accuracy by section and group, top-n, ranks, several accepted answers.

`evaluate_word_analogies` is gensim's function; this one scores any method of `ANALOGY_METHODS` and says how
far down the right answers stand. Questions that ask for the same word pair are not independent (Google's
19,544 questions are made of 550 pairs), so intervals and tests draw pairs, not questions.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from ns2vec.evaluation.analogy_ranks import Question, rank_answers
from ns2vec.evaluation.lookup import Lookup
from ns2vec.evaluation.results import Items, Part, TaskResult
from ns2vec.evaluation.statistics import Resampling, mean_interval

__all__ = ["AnalogySection", "score_analogies"]

Mask: TypeAlias = "npt.NDArray[np.bool_]"
IntArray: TypeAlias = "npt.NDArray[np.int64]"

TOP_N = (5, 10)


@dataclass(frozen=True, slots=True)
class AnalogySection:
    """Questions about one relation; `group` is the kind of relation, ``""`` where there is none."""

    name: str
    group: str
    questions: tuple[Question, ...]


def score_analogies(
    lookup: Lookup,
    sections: Sequence[AnalogySection],
    *,
    keep: Mask | None = None,
    resampling: Resampling | None = None,
    method: str = "3cosadd",
) -> TaskResult:
    """Answer analogy questions and score the answers.

    Parameters
    ----------
    lookup : Lookup
        With the policy ``"skip"`` a question counts when a, b, c and one accepted answer are known; with
        ``"zero"`` and ``"mean"`` all questions count.
    sections : sequence of AnalogySection
    keep : ndarray of shape (n_questions,), bool, optional
        Questions to use at most, all sections one after the other.
    resampling : Resampling, optional
    method : str, optional
        One of `ANALOGY_METHODS`.

    Returns
    -------
    TaskResult
        Measures ``accuracy`` (micro: over questions; the score), ``macro`` (over sections), ``top5``,
        ``top10``, ``mean_rank``, ``median_rank`` (of answers that are known), and ``accuracy:GROUP``. One
        part for each section, with the same measures.

    Raises
    ------
    ConfigError
        If the method is unknown.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> import numpy as np
    >>> from ns2vec.evaluation.analogy_ranks import Question
    >>> from ns2vec.evaluation.analogy_scores import AnalogySection, score_analogies
    >>> from ns2vec.evaluation.lookup import Lookup
    >>> words = ["man", "woman", "king", "queen", "apple"]
    >>> vectors = np.array([[1, 0, 0], [1, 1, 0], [1, 0, 1], [1, 1, 1], [-1, 0, 0]])
    >>> toy = SimpleNamespace(vectors=vectors, index_to_key=words, key_to_index={})
    >>> section = AnalogySection("gender", "semantic", (Question("man", "woman", "king", ("queen",)),))
    >>> result = score_analogies(Lookup(toy), [section])
    >>> result.score, result.measures["mean_rank"]
    (1.0, 1.0)
    """
    questions = [question for section in sections for question in section.questions]
    known = known_questions(lookup, questions)
    used = known.copy() if lookup.missing == "skip" else np.ones(len(questions), dtype=bool)
    if keep is not None:
        used &= keep
    positions = np.flatnonzero(used)
    ranks = np.zeros(len(questions), dtype=np.int64)
    ranks[positions] = rank_answers(lookup, [questions[position] for position in positions.tolist()], method)
    parts = _parts(sections, ranks, used)
    measures = _measures(ranks[used])
    scored = [part.score for part in parts if part.n_used]
    measures["macro"] = float(np.mean(scored)) if scored else math.nan
    measures.update(_group_accuracies(sections, ranks, used))
    asked = _asked_pairs(questions)[positions]
    hits = (ranks[positions] == 1).astype(np.float64)
    low, high = mean_interval(hits, resampling or Resampling(), asked)
    items = Items(positions, hits, None, asked)
    coverage = lookup.coverage(known, used)
    return TaskResult("accuracy", measures["accuracy"], low, high, coverage, measures, parts, items)


def known_questions(lookup: Lookup, questions: Sequence[Question]) -> Mask:
    """Return which questions have known words and at least one known answer."""
    return np.fromiter(
        (
            lookup.knows((question.a, question.b, question.c))
            and any(lookup.row(word) >= 0 for word in question.accepted)
            for question in questions
        ),
        dtype=bool,
        count=len(questions),
    )


def _asked_pairs(questions: Sequence[Question]) -> IntArray:
    """Number the word pairs (c, answers) that are asked for."""
    numbers: dict[Any, int] = {}
    found = (numbers.setdefault((question.c, question.accepted), len(numbers)) for question in questions)
    return np.fromiter(found, dtype=np.int64, count=len(questions))


def _measures(ranks: IntArray) -> dict[str, float]:
    """Return the measures of some used questions; rank 0 is a wrong answer that has no rank."""
    if not len(ranks):
        return dict.fromkeys(["accuracy", *(f"top{n}" for n in TOP_N), "mean_rank", "median_rank"], math.nan)
    found = {"accuracy": float((ranks == 1).mean())}
    found.update({f"top{n}": float(((ranks >= 1) & (ranks <= n)).mean()) for n in TOP_N})
    ranked = ranks[ranks > 0]
    found["mean_rank"] = float(ranked.mean()) if len(ranked) else math.nan
    found["median_rank"] = float(np.median(ranked)) if len(ranked) else math.nan
    return found


def _parts(sections: Sequence[AnalogySection], ranks: IntArray, used: Mask) -> tuple[Part, ...]:
    parts = []
    start = 0
    for section in sections:
        place = slice(start, start + len(section.questions))
        start = place.stop
        measures = _measures(ranks[place][used[place]])
        n_used = int(used[place].sum())
        parts.append(Part(section.name, measures["accuracy"], n_used, len(section.questions), measures))
    return tuple(parts)


def _group_accuracies(sections: Sequence[AnalogySection], ranks: IntArray, used: Mask) -> dict[str, float]:
    groups = np.repeat([section.group for section in sections], [len(s.questions) for s in sections])
    found = {}
    for group in dict.fromkeys(section.group for section in sections if section.group):
        chosen = ranks[(groups == group) & used]
        found[f"accuracy:{group}"] = float((chosen == 1).mean()) if len(chosen) else math.nan
    return found
