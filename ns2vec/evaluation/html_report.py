"""An `Evaluation` as one self-contained HTML file: no script, no font, no request."""

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
from ns2vec.evaluation.verdicts import verdict
from ns2vec.reports.bars import interval_bars
from ns2vec.reports.html import bullets, cell, columns, command_block, page, table, text_table
from ns2vec.reports.maps import principal_plane, word_map
from ns2vec.reports.tables import date_text

MAX_MAP_WORDS_PER_GROUP = 14
MAX_PARTS = 60
NEIGHBOUR_WORDS = ("king", "paris", "water", "green", "running", "three")


def html_report(
    evaluation: Evaluation,
    models: Mapping[str, Embedding] | None = None,
    *,
    command: str = "",
    about: Mapping[str, Mapping[str, str]] | None = None,
) -> str:
    """Render as one self-contained HTML page.

    Parameters
    ----------
    evaluation : Evaluation
    models : mapping of str to Embedding, optional
        For the map of example words and their neighbours, which are left out by default.
    command : str, optional
        The command line that made the evaluation.
    about : mapping of str to mapping of str to str, optional
        Model -> information on it: ``{"mine": {"trained": "2026-11-29", "settings": "window 5"}}``.

    Returns
    -------
    str
    """
    names = list(evaluation.models)
    sections = [
        heading("Evaluation of word vectors", evaluation.made, verdict(names, evaluation.outcomes)),
        _about_models(evaluation, about or {}),
        *score_sections(names, evaluation.outcomes),
        _maps(evaluation, models or {}),
        _suites(evaluation),
        settings_section(settings_notes(evaluation), evaluation.seconds, command),
    ]
    return page("ns2vec evaluation", sections)


def heading(title: str, made: str, said: str) -> str:
    """Return the title of a page, when and by what it was made, and its conclusion.

    Parameters
    ----------
    title : str
    made : str
        As returned by `ns2vec.reports.tables.now`; ``""`` if unknown.
    said : str
    """
    when = ", ".join(filter(None, [date_text(made), f"ns2vec {__version__}"]))
    return f'<h1>{escape(title)}</h1><p class="note">{escape(when)}</p><p class="verdict">{escape(said)}</p>'


def _about_models(evaluation: Evaluation, about: Mapping[str, Mapping[str, str]]) -> str:
    known = list(dict.fromkeys(name for facts in about.values() for name in facts))
    rows = []
    for name, (n_words, size) in evaluation.models.items():
        facts = about.get(name, {})
        rows.append([name, f"{n_words:,}", str(size), *(facts.get(fact, "") for fact in known)])
    return "<h2>Models</h2>" + text_table([["model", "words", "dimensions", *known], *rows])


def score_sections(models: Sequence[str], outcomes: Sequence[Outcome], head: str = "suite") -> list[str]:
    """Return the scores as bars and as a table, and the scores of the parts in one table each.

    Parameters
    ----------
    models : sequence of str
    outcomes : sequence of Outcome
    head : str, optional
        What an outcome is called.
    """
    labels = [outcome.name for outcome in outcomes]
    scores = [[(r.score, r.low, r.high) for r in outcome.results] for outcome in outcomes]
    parts = [part for outcome in outcomes if (part := _parts_table(outcome, models))]
    drawn = interval_bars(labels, scores, models) if outcomes else ""
    return [
        "<h2>Scores</h2>" + columns([drawn, _score_table(models, outcomes, head)]),
        f"<h2>Sections</h2>{columns(parts, 'small' if len(models) < 3 else '')}" if parts else "",
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


def _parts_table(outcome: Outcome, models: Sequence[str]) -> str:
    """Show the score of each part and model with a bar below it."""
    if not outcome.results[0].parts:
        return ""
    rows = []
    for parts in list(zip(*(result.parts for result in outcome.results), strict=True))[:MAX_PARTS]:
        used = f'<span class="quiet">{parts[0].n_used}\u00a0/\u00a0{parts[0].n_total}</span>'
        rows.append([cell(f"{escape(parts[0].name)} {used}"), *map(_meter, parts)])
    shown = table(["section, used / total", *models], rows, is_narrow=len(models) < 3)
    return f"<h3>{escape(outcome.title)}</h3>{shown}"


def _meter(part: PartResult) -> str:
    if math.isnan(part.score):
        return cell("–", "meter")
    return cell(f'{score_text(part.score)}<i style="--at:{max(0.0, min(1.0, part.score)):.3f}"></i>', "meter")


def _maps(evaluation: Evaluation, models: Mapping[str, Embedding]) -> str:
    drawn = []
    for name, embedding in models.items():
        lookup = evaluation.settings.lookup(embedding)
        words, groups = _example_words(lookup)
        if len(words) > 2:
            points = principal_plane(lookup.unit_matrix(words))
            title = f"<h3>{escape(name)}</h3>"
            drawn += [title + word_map(words, groups, points), title + _neighbour_table(embedding)]
    if not drawn:
        return ""
    explained = (
        "First two principal components of example words. Colours are families, shapes are sides of a "
        "family; names that find no room show where the pointer is."
    )
    return f'<h2>Map and neighbours</h2><p class="note">{explained}</p>{columns(drawn)}'


def _example_words(lookup: Lookup) -> tuple[list[str], list[tuple[str, str]]]:
    """Return known words of the real facts with their families and sides."""
    words: list[str] = []
    groups: list[tuple[str, str]] = []
    for family in load_real_families()[0]:
        for column, side in enumerate(family.sides):
            known = [word for word in (row[column] for row in family.rows) if lookup.row(word) >= 0]
            known = [word for word in dict.fromkeys(known) if word not in words][:MAX_MAP_WORDS_PER_GROUP]
            words += known
            groups += [(family.name, side)] * len(known)
    return words, groups


def _neighbour_table(embedding: Embedding) -> str:
    found = dump_neighbours(embedding, NEIGHBOUR_WORDS, topn=6) or dump_neighbours(embedding, topn=6)
    rows = [[word, ", ".join(near for near, _ in neighbours)] for word, neighbours in found.items()]
    return text_table([["word", "nearest words"], *rows], is_narrow=True)


def settings_section(notes: Sequence[str], seconds: float, command: str) -> str:
    """Return how the scores were made.

    Parameters
    ----------
    notes : sequence of str
    seconds : float
    command : str
        The command line; empty for none.
    """
    return (
        f"<h2>How it was scored</h2>{bullets([*notes, f'it took {seconds:.1f} s'])}{command_block(command)}"
    )


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
