"""A `RankingEvaluation` as a table for a terminal, as Markdown, and as an HTML file."""

from __future__ import annotations

from html import escape

from ns2vec._build_info import __version__
from ns2vec.evaluation.html_report import score_sections
from ns2vec.evaluation.ranking.runner import RankingEvaluation
from ns2vec.evaluation.text_report import (
    MARKS_EXPLAINED,
    markdown_of,
    resampling_note,
    score_rows,
    score_text,
)
from ns2vec.reports.html import bullets, page, text_table
from ns2vec.reports.tables import aligned


def _rows(evaluation: RankingEvaluation, sections: bool) -> list[list[str]]:
    rows = score_rows(evaluation.models, evaluation.outcomes, head="metric", sections=sections)
    return rows + [[figure, "all lists", "", *values] for figure, *values in _catalogue(evaluation)]


def _catalogue(evaluation: RankingEvaluation) -> list[list[str]]:
    return [
        [figure, *(score_text(of_models[model]) for model in evaluation.models)]
        for figure, of_models in evaluation.catalogue.items()
    ]


def notes(evaluation: RankingEvaluation) -> list[str]:
    """Return what was asked and how it was scored."""
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


def table(evaluation: RankingEvaluation, *, sections: bool = False) -> str:
    """Render as aligned lines.

    Parameters
    ----------
    evaluation : RankingEvaluation
    sections : bool, optional
        Whether to list groups of users.

    Returns
    -------
    str
    """
    return "\n".join([*aligned(_rows(evaluation, sections)), *notes(evaluation)])


def markdown(evaluation: RankingEvaluation, *, sections: bool = False) -> str:
    """Render as a Markdown table with notes.

    Parameters
    ----------
    evaluation, sections
        As in `table`.

    Returns
    -------
    str
    """
    return markdown_of(_rows(evaluation, sections), notes(evaluation))


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
    """
    given = f"<pre>{escape(command)}</pre>" if command else ""
    made = f"{evaluation.seconds:.1f} s, ns2vec {__version__}"
    sections = [
        "<h1>Evaluation of recommendations</h1>",
        *score_sections(evaluation.models, evaluation.outcomes, "metric"),
        "<h2>Catalogue</h2>" + text_table([["all lists", *evaluation.models], *_catalogue(evaluation)]),
        f"<h2>Settings</h2>{given}{bullets([*notes(evaluation), made])}",
    ]
    return page("ns2vec ranking", sections)
