"""An evaluation as a table for a terminal and as Markdown.

A mark after a score compares the model with the first one: ``*`` p < .05, ``**`` p < .01, ``***`` p < .001,
of the permutation test on common questions, not corrected for the number of suites.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import singledispatch
from typing import Any

from ns2vec.evaluation.results import Outcome, TaskResult
from ns2vec.evaluation.runner import Evaluation
from ns2vec.evaluation.statistics import Resampling
from ns2vec.reports.tables import aligned, markdown_table

LEVELS = ((0.001, "***"), (0.01, "**"), (0.05, "*"))
MARKS_EXPLAINED = (
    "* ** ***: differs from the first model, p < .05 .01 .001 (permutation test, common questions, "
    "not corrected for the number of suites)"
)


def significance_mark(p_value: float) -> str:
    """Return the stars of a p-value, ``""`` from .05 on and for NaN.

    Examples
    --------
    >>> from ns2vec.evaluation.text_report import significance_mark
    >>> significance_mark(0.03)
    '*'
    """
    return next((mark for level, mark in LEVELS if p_value < level), "")


def score_text(value: float) -> str:
    """Return a score as shown in reports."""
    return "-" if math.isnan(value) else f"{value:.3f}"


def _score(result: TaskResult, mark: str) -> str:
    interval = "" if math.isnan(result.low) else f" [{score_text(result.low)}, {score_text(result.high)}]"
    return f"{score_text(result.score)}{mark}{interval}"


def coverage_text(outcome: Outcome) -> str:
    """Return ``used/total``, for each model if they differ, and the number of questions with made vectors."""
    coverages = [result.coverage for result in outcome.results]
    used = _one_or_all([coverage.n_used for coverage in coverages])
    made = _one_or_all([coverage.n_made for coverage in coverages])
    return f"{used}/{coverages[0].n_total}" + (f", {made} made" if made != "0" else "")


def _one_or_all(counts: Sequence[int]) -> str:
    return " ".join(map(str, counts if len(set(counts)) > 1 else counts[:1]))


def score_rows(
    models: Iterable[str], outcomes: Iterable[Outcome], *, head: str = "suite", sections: bool = False
) -> list[list[str]]:
    """Return the cells of a table of scores: a head, and one row for each outcome and part.

    Parameters
    ----------
    models : iterable of str
    outcomes : iterable of Outcome
    head : str, optional
        What an outcome is called.
    sections : bool, optional
        Whether to list the parts.
    """
    rows = [[head, "measure", "used/total", *models]]
    for outcome in outcomes:
        marks = [""]
        for number in range(1, len(outcome.results)):
            compared = outcome.comparisons.get((0, number))
            marks.append(significance_mark(compared.p_value) if compared else "")
        cells = [_score(result, mark) for result, mark in zip(outcome.results, marks, strict=True)]
        rows.append([outcome.name, outcome.measure, coverage_text(outcome), *cells])
        if sections:
            for parts in zip(*(result.parts for result in outcome.results), strict=True):
                used = f"{parts[0].n_used}/{parts[0].n_total}"
                rows.append([f"  {parts[0].name}", "", used, *(score_text(part.score) for part in parts)])
    return rows


def resampling_note(resampling: Resampling) -> str:
    """Return how intervals were computed."""
    return (
        f"intervals: {resampling.level:.0%} of {resampling.n_draws} bootstrap draws, seed {resampling.seed}"
    )


def settings_notes(evaluation: Evaluation) -> list[str]:
    """Return how the suites were read and scored, and what the marks mean."""
    settings = evaluation.settings
    notes = [
        f"missing words: {settings.missing}; restrict_vocab: {settings.restrict_vocab or 'none'}; "
        f"case: {'ignored' if settings.case_insensitive else 'kept'}; analogies: {settings.method}; "
        f"{resampling_note(settings.resampling)}"
    ]
    if len(evaluation.models) > 1:
        subset = "common to all models" if settings.subset == "common" else "of each model's own vocabulary"
        notes.append(f"questions {subset}" if settings.missing == "skip" else "all questions")
        notes.append(MARKS_EXPLAINED)
    return notes


def _notes(evaluation: Evaluation) -> list[str]:
    notes = settings_notes(evaluation)
    for outcome in evaluation.outcomes:
        notes += [f"{outcome.suite.name}: {note}" for note in outcome.read.notes]
        if outcome.read.malformed:
            more = f" and {len(outcome.read.malformed) - 1} more" if len(outcome.read.malformed) > 1 else ""
            notes.append(f"{outcome.suite.name}: malformed line skipped: {outcome.read.malformed[0]}{more}")
    return notes + evaluation.left_out_lines()


@singledispatch
def rows_and_notes(evaluation: Any, sections: bool) -> tuple[list[list[str]], list[str]]:
    """Return the cells of an evaluation's table, its head first, and notes; each kind registers its own
    function.

    Raises
    ------
    TypeError
        If it is not an evaluation.
    """
    raise TypeError(f"expected an evaluation, got {type(evaluation).__name__}")


@rows_and_notes.register
def _(evaluation: Evaluation, sections: bool) -> tuple[list[list[str]], list[str]]:
    return score_rows(evaluation.models, evaluation.outcomes, sections=sections), _notes(evaluation)


def table(evaluation: Any, *, sections: bool = False) -> str:
    """Render as aligned lines.

    Parameters
    ----------
    evaluation : Evaluation or RankingEvaluation
    sections : bool, optional
        Whether to list the parts of each suite, or groups of users.

    Returns
    -------
    str

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.evaluation.ranking import Factors, evaluate_ranking
    >>> from ns2vec.evaluation.ranking.reports import table
    >>> from scipy.sparse import csr_matrix
    >>> known, wanted = csr_matrix([[1, 0, 0], [0, 1, 0]]), csr_matrix([[0, 1, 0], [0, 0, 1]])
    >>> found = evaluate_ranking({"model": Factors(np.eye(2), np.ones((3, 2)))}, known, wanted)
    >>> "recall@10" in table(found)
    True
    """
    rows, notes = rows_and_notes(evaluation, sections)
    return "\n".join([*aligned(rows), *notes])


def markdown(evaluation: Any, *, sections: bool = False) -> str:
    """Render as a Markdown table with notes.

    Parameters
    ----------
    evaluation, sections
        As in `table`.

    Returns
    -------
    str

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.evaluation.ranking import Factors, evaluate_ranking
    >>> from ns2vec.evaluation.ranking.reports import markdown
    >>> from scipy.sparse import csr_matrix
    >>> known, wanted = csr_matrix([[1, 0, 0], [0, 1, 0]]), csr_matrix([[0, 1, 0], [0, 0, 1]])
    >>> found = evaluate_ranking({"model": Factors(np.eye(2), np.ones((3, 2)))}, known, wanted)
    >>> markdown(found).count("| recall@10 |")
    1
    """
    rows, notes = rows_and_notes(evaluation, sections)
    escaped = [[_escape(cell) for cell in row] for row in rows]
    return "\n".join([markdown_table(escaped), "", *(f"- {_escape(note)}" for note in notes)])


def _escape(text: str) -> str:
    for character in "\\*_`<[":
        text = text.replace(character, "\\" + character)
    return text.strip()
