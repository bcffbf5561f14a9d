"""A `RankingEvaluation` as a table for a terminal, as Markdown, and as an HTML file."""

from __future__ import annotations

from ns2vec.evaluation.html_report import heading, score_sections, settings_section
from ns2vec.evaluation.ranking.runner import RankingEvaluation
from ns2vec.evaluation.text_report import (
    MARKS_EXPLAINED,
    markdown,
    resampling_note,
    rows_and_notes,
    score_rows,
    score_text,
    table,
)
from ns2vec.evaluation.verdicts import verdict
from ns2vec.reports.html import page, text_table

__all__ = ["html_report", "markdown", "notes", "table"]


@rows_and_notes.register
def _(evaluation: RankingEvaluation, sections: bool) -> tuple[list[list[str]], list[str]]:
    rows = score_rows(evaluation.models, evaluation.outcomes, head="metric", sections=sections)
    of_lists = [[figure, "all lists", "", *figures] for figure, *figures in _catalogue(evaluation)]
    return rows + of_lists, notes(evaluation)


def _catalogue(evaluation: RankingEvaluation) -> list[list[str]]:
    return [
        [figure, *(score_text(of_models[model]) for model in evaluation.models)]
        for figure, of_models in evaluation.catalogue.items()
    ]


def notes(evaluation: RankingEvaluation) -> list[str]:
    """Return the question and how it was scored.

    Parameters
    ----------
    evaluation : RankingEvaluation

    Returns
    -------
    list of str

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.evaluation.ranking import Factors, evaluate_ranking
    >>> from ns2vec.evaluation.ranking.reports import notes
    >>> from scipy.sparse import csr_matrix
    >>> known, wanted = csr_matrix([[1, 0, 0], [0, 1, 0]]), csr_matrix([[0, 1, 0], [0, 0, 1]])
    >>> found = evaluate_ranking({"model": Factors(np.eye(2), np.ones((3, 2)))}, known, wanted)
    >>> all(isinstance(line, str) for line in notes(found))
    True
    """
    counts, settings = evaluation.counts, evaluation.settings
    split = f"split: {settings.split}; " if settings.split else ""
    found = [
        f"{split}{counts['n_users']:,} users, {counts['n_wanted']:,} items to find, each list of all of "
        f"{counts['n_items']:,} items but those that its user knows",
        f"equal scores are in an order that is drawn, seed {settings.seed}",
        resampling_note(settings.resampling),
    ]
    if counts["n_left_out"]:
        found.append(f"{counts['n_left_out']:,} items to find were left out: they are known, or not ranked")
    return [*found, *([MARKS_EXPLAINED] if len(evaluation.models) > 1 else [])]


def html_report(evaluation: RankingEvaluation, *, command: str = "") -> str:
    """Render as one self-contained HTML page.

    Parameters
    ----------
    evaluation : RankingEvaluation
    command : str, optional
        The command line that made the evaluation.

    Returns
    -------
    str

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.evaluation.ranking import Factors, evaluate_ranking
    >>> from ns2vec.evaluation.ranking.reports import html_report, markdown, notes, table
    >>> from scipy.sparse import csr_matrix
    >>> known, wanted = csr_matrix([[1, 0, 0], [0, 1, 0]]), csr_matrix([[0, 1, 0], [0, 0, 1]])
    >>> found = evaluate_ranking({"model": Factors(np.eye(2), np.ones((3, 2)))}, known, wanted)
    >>> html_report(found).startswith("<!doctype html>")
    True
    """
    sections = [
        heading(
            "Evaluation of recommendations",
            evaluation.made,
            verdict(evaluation.models, evaluation.outcomes, "metric"),
        ),
        *score_sections(evaluation.models, evaluation.outcomes, "metric"),
        "<h2>Catalogue</h2>" + text_table([["all lists", *evaluation.models], *_catalogue(evaluation)]),
        settings_section(notes(evaluation), evaluation.seconds, command),
    ]
    return page("ns2vec ranking", sections)
