"""An `Evaluation` as a table for a terminal and as Markdown.

A mark behind a score compares the model with the first one: ``*`` p < .05, ``**`` p < .01, ``***`` p < .001,
of the permutation test on common questions, not corrected for the number of suites.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from ns2vec.evaluation.results import TaskResult
from ns2vec.evaluation.runner import Evaluation, SuiteOutcome

__all__ = ["MARKS_EXPLAINED", "markdown", "significance_mark", "table"]

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


def _number(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.3f}"


def _score(result: TaskResult, mark: str) -> str:
    interval = "" if math.isnan(result.low) else f" [{_number(result.low)}, {_number(result.high)}]"
    return f"{_number(result.score)}{mark}{interval}"


def _coverage(outcome: SuiteOutcome) -> str:
    """Return ``used/total``, of each model where they differ."""
    used = [result.coverage.n_used for result in outcome.results]
    shown = str(used[0]) if len(set(used)) == 1 else " ".join(map(str, used))
    return f"{shown}/{outcome.results[0].coverage.n_total}"


def _rows(evaluation: Evaluation, sections: bool) -> list[list[str]]:
    rows = [["suite", "measure", "used/total", *evaluation.models]]
    for outcome in evaluation.outcomes:
        marks = [""]
        for number in range(1, len(outcome.results)):
            compared = outcome.comparisons.get((0, number))
            marks.append(significance_mark(compared.p_value) if compared else "")
        cells = [_score(result, mark) for result, mark in zip(outcome.results, marks, strict=True)]
        rows.append([outcome.suite.name, outcome.measure, _coverage(outcome), *cells])
        if sections:
            for parts in zip(*(result.parts for result in outcome.results), strict=True):
                used = f"{parts[0].n_used}/{parts[0].n_total}"
                rows.append([f"  {parts[0].name}", "", used, *(_number(part.score) for part in parts)])
    return rows


def _notes(evaluation: Evaluation) -> list[str]:
    settings = evaluation.settings
    notes = [
        f"missing words: {settings.missing}; restrict_vocab: {settings.restrict_vocab or 'none'}; "
        f"case: {'ignored' if settings.case_insensitive else 'kept'}; analogies: {settings.method}; "
        f"intervals: {settings.resampling.level:.0%} of {settings.resampling.n_draws} bootstrap draws, "
        f"seed {settings.resampling.seed}"
    ]
    if len(evaluation.models) > 1:
        subset = "common to all models" if settings.subset == "common" else "of each model's own vocabulary"
        notes.append(f"questions {subset}" if settings.missing == "skip" else "all questions")
        notes.append(MARKS_EXPLAINED)
    for outcome in evaluation.outcomes:
        notes += [f"{outcome.suite.name}: {note}" for note in outcome.notes]
        if outcome.malformed:
            more = f" and {len(outcome.malformed) - 1} more" if len(outcome.malformed) > 1 else ""
            notes.append(f"{outcome.suite.name}: malformed line skipped: {outcome.malformed[0]}{more}")
    return notes + evaluation.left_out_lines()


def table(evaluation: Evaluation, *, sections: bool = False) -> str:
    """Render as aligned lines.

    Parameters
    ----------
    evaluation : Evaluation
    sections : bool, optional
        Whether to list the parts of each suite.

    Returns
    -------
    str
    """
    rows = _rows(evaluation, sections)
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return "\n".join([*(line.rstrip() for line in lines), *_notes(evaluation)])


def markdown(evaluation: Evaluation, *, sections: bool = False) -> str:
    """Render as a Markdown table with notes.

    Parameters
    ----------
    evaluation, sections
        As in `table`.

    Returns
    -------
    str
    """
    head, *rows = _rows(evaluation, sections)
    lines = [_markdown_row(head), _markdown_row(["---"] * len(head)), *map(_markdown_row, rows)]
    return "\n".join([*lines, "", *(f"- {_escape(note)}" for note in _notes(evaluation))])


def _markdown_row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(map(_escape, cells)) + " |"


def _escape(text: str) -> str:
    for character in "\\|*_`<[":
        text = text.replace(character, "\\" + character)
    return text.strip()
