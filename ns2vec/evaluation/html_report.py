"""An `Evaluation` as one HTML file that needs nothing else: no script, no font, no request."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape

from ns2vec._build_info import __version__
from ns2vec._typing import Embedding
from ns2vec.evaluation.facts_tables import load_real_families
from ns2vec.evaluation.lookup import Lookup
from ns2vec.evaluation.neighbours import dump_neighbours
from ns2vec.evaluation.results import Outcome, PartResult
from ns2vec.evaluation.runner import Evaluation
from ns2vec.evaluation.text_report import coverage_text, score_text, settings_notes, significance_mark
from ns2vec.reports.charts import interval_bars, principal_plane, word_map
from ns2vec.reports.html import bullets, cell, legend, page, table, text_table

MAX_MAP_WORDS_PER_GROUP = 14
MAX_PARTS = 60
NEIGHBOUR_WORDS = ("king", "paris", "water", "green", "running", "three")


def html_report(
    evaluation: Evaluation, models: Mapping[str, Embedding] | None = None, *, command: str = ""
) -> str:
    """Render as one self-contained HTML page.

    Parameters
    ----------
    evaluation : Evaluation
    models : mapping of str to Embedding, optional
        For the map of example words and their neighbours, which are left out without.
    command : str, optional
        The command line that made the evaluation.

    Returns
    -------
    str
    """
    sections = [
        _heading(evaluation),
        *score_sections(list(evaluation.models), evaluation.outcomes),
        _maps(evaluation, models or {}),
        settings_section(settings_notes(evaluation), evaluation.seconds, command),
        _suites(evaluation),
    ]
    return page("ns2vec evaluation", sections)


def _heading(evaluation: Evaluation) -> str:
    described = "; ".join(
        f"{escape(name)}: {shape[0]:,} words, {shape[1]} dimensions"
        for name, shape in evaluation.models.items()
    )
    return f'<h1>Evaluation of word vectors</h1><p class="quiet">{described}</p>'


def score_sections(models: Sequence[str], outcomes: Sequence[Outcome], head: str = "suite") -> list[str]:
    """Return the scores as bars and as a table, and those of the parts in colours.

    Parameters
    ----------
    models : sequence of str
    outcomes : sequence of Outcome
    head : str, optional
        What an outcome is.
    """
    labels = [outcome.name for outcome in outcomes]
    scores = [[(r.score, r.low, r.high) for r in outcome.results] for outcome in outcomes]
    parts = "".join(_heat_map(outcome, models) for outcome in outcomes)
    return [
        "<h2>Scores</h2>" + legend(models) + interval_bars(labels, scores, models),
        _score_table(models, outcomes, head),
        f"<h2>Sections</h2>{parts}" if parts else "",
    ]


def _score_table(models: Sequence[str], outcomes: Sequence[Outcome], head: str) -> str:
    rows = []
    for outcome in outcomes:
        below = f"{outcome.measure}, {coverage_text(outcome)}"
        cells = [cell(f'{escape(outcome.name)}<br><span class="quiet">{escape(below)}</span>')]
        for number, result in enumerate(outcome.results):
            compared = outcome.comparisons.get((0, number))
            mark = significance_mark(compared.p_value) if compared else ""
            title = f"p = {compared.p_value:.4f}, {compared.n_items} items" if compared else ""
            interval = f"<br>[{score_text(result.low)}, {score_text(result.high)}]"
            shown = f"{score_text(result.score)}{mark}{interval}"
            cells.append(cell(f'<span title="{title}">{shown}</span>', "number"))
        rows.append(cells)
    return table([f"{head}, measure, used / total", *models], rows)


def _heat_map(outcome: Outcome, models: Sequence[str]) -> str:
    """Colour the score of each part and model."""
    if not outcome.results[0].parts:
        return ""
    rows = []
    for parts in list(zip(*(result.parts for result in outcome.results), strict=True))[:MAX_PARTS]:
        used = f'<span class="quiet">{parts[0].n_used} / {parts[0].n_total}</span>'
        name = cell(f"{escape(parts[0].name)} {used}")
        rows.append([name, *map(_heat_cell, parts)])
    return f"<h3>{escape(outcome.title)}</h3>" + table(["section", *models], rows)


def _heat_cell(part: PartResult) -> str:
    if math.isnan(part.score):
        return cell("–", "heat", "background:#eee")
    depth = max(0.0, min(1.0, part.score))
    # white to blue; the text turns white where the ground is dark
    red, green, blue = (round(255 + (end - 255) * depth) for end in (8, 69, 148))
    colour = "#fff" if depth > 0.65 else "#111"
    return cell(score_text(part.score), "heat", f"background:rgb({red},{green},{blue});color:{colour}")


def _maps(evaluation: Evaluation, models: Mapping[str, Embedding]) -> str:
    drawn = []
    for name, embedding in models.items():
        lookup = evaluation.settings.lookup(embedding)
        words, groups = _example_words(lookup)
        if len(words) > 2:
            points = principal_plane(lookup.unit_matrix(words))
            drawn.append(
                f"<div><h3>{escape(name)}</h3>{word_map(words, groups, points)}"
                f"{_neighbour_table(embedding)}</div>"
            )
    if not drawn:
        return ""
    explained = "First two principal components of example words, coloured by what they are."
    return f'<h2>Map</h2><p class="quiet">{explained}</p><div class="maps">{"".join(drawn)}</div>'


def _example_words(lookup: Lookup) -> tuple[list[str], list[str]]:
    """Return known words of the real facts with their sides."""
    words: list[str] = []
    groups: list[str] = []
    for family in load_real_families()[0]:
        for column, side in enumerate(family.sides):
            known = [word for word in (row[column] for row in family.rows) if lookup.row(word) >= 0]
            known = [word for word in dict.fromkeys(known) if word not in words][:MAX_MAP_WORDS_PER_GROUP]
            words += known
            groups += [f"{family.name}: {side}"] * len(known)
    return words, groups


def _neighbour_table(embedding: Embedding) -> str:
    found = dump_neighbours(embedding, NEIGHBOUR_WORDS, topn=6) or dump_neighbours(embedding, topn=6)
    rows = [[word, ", ".join(near for near, _ in neighbours)] for word, neighbours in found.items()]
    return text_table([["word", "nearest words"], *rows])


def settings_section(notes: Sequence[str], seconds: float, command: str) -> str:
    """Return how the scores were made.

    Parameters
    ----------
    notes : sequence of str
    seconds : float
    command : str
        The command line; none if empty.
    """
    made = f"{seconds:.1f} s, ns2vec {__version__}"
    given = f"<pre>{escape(command)}</pre>" if command else ""
    return f"<h2>Settings</h2>{given}{bullets([*notes, made])}"


def _suites(evaluation: Evaluation) -> str:
    rows = []
    for outcome in evaluation.outcomes:
        suite = outcome.suite
        notes = [*outcome.read.notes, *(f"malformed line: {line}" for line in outcome.read.malformed[:20])]
        cited = escape(suite.citation) + bullets(notes)
        rows.append([cell(escape(suite.title)), cell(cited), cell(escape(suite.licence))])
    left_out = bullets(evaluation.left_out_lines())
    missing = f"<h3>Left out</h3>{left_out}" if left_out else ""
    return "<h2>Suites</h2>" + table(["suite", "citation", "licence"], rows) + missing
