"""An `Evaluation` as one HTML file that needs nothing else: no script, no font, no request."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape

from ns2vec._typing import Embedding
from ns2vec.evaluation.charts import PALETTE, interval_bars, principal_plane, word_map
from ns2vec.evaluation.facts_tables import load_real_families
from ns2vec.evaluation.lookup import Lookup
from ns2vec.evaluation.neighbours import dump_neighbours
from ns2vec.evaluation.results import Part
from ns2vec.evaluation.runner import Evaluation, SuiteOutcome
from ns2vec.evaluation.text_report import MARKS_EXPLAINED, significance_mark

__all__ = ["html_report"]

MAX_MAP_WORDS_PER_GROUP = 14
MAX_PARTS = 60
NEIGHBOUR_WORDS = ("king", "paris", "water", "green", "running", "three")

STYLE = """
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { font: 15px/1.45 system-ui, sans-serif; color: #1a1a1a; background: #fff; margin: 0 auto;
       max-width: 1100px; padding: 16px; }
h1 { font-size: 1.5rem; margin: 0 0 4px; } h2 { font-size: 1.15rem; margin: 28px 0 8px; }
h3 { font-size: 1rem; margin: 16px 0 6px; } p { margin: 6px 0; } .quiet { color: #555; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; font-size: 14px; }
th { overflow-wrap: anywhere; min-width: 84px; max-width: 170px; }
th, td { padding: 4px 10px; text-align: left; border-bottom: 1px solid #ddd; vertical-align: top; }
td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.heat { text-align: center; font-variant-numeric: tabular-nums; border: 1px solid #fff; min-width: 60px; }
svg { width: 100%; max-width: 760px; height: auto; display: block; }
svg text { font: 11px system-ui, sans-serif; }
.grid { stroke: #ccc; stroke-width: 1; } .interval { stroke: #111; stroke-width: 1.3; fill: none; }
.model { display: inline-block; margin-right: 14px; overflow-wrap: anywhere; }
.key { display: inline-block; width: 12px; height: 12px; margin-right: 6px; vertical-align: -1px; }
ul { padding-left: 20px; margin: 6px 0; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 14px; }
dt { color: #555; } dd { margin: 0; overflow-wrap: anywhere; }
.maps { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 480px), 1fr)); gap: 12px; }
"""


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
        "<h2>Scores</h2>" + _legend(list(evaluation.models)) + _bars(evaluation),
        _score_table(evaluation),
        "<h2>Sections</h2>" + "".join(_heat_map(outcome, evaluation) for outcome in evaluation.outcomes),
        _maps(evaluation, models or {}),
        _settings(evaluation, command),
        _suites(evaluation),
    ]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="icon" href="data:,">'
        f"<title>ns2vec evaluation</title><style>{STYLE}</style></head><body>\n"
        + "\n".join(section for section in sections if section)
        + "\n</body></html>\n"
    )


def _heading(evaluation: Evaluation) -> str:
    described = "; ".join(
        f"{escape(name)}: {shape[0]:,} words, {shape[1]} dimensions"
        for name, shape in evaluation.models.items()
    )
    return f'<h1>Evaluation of word vectors</h1><p class="quiet">{described}</p>'


def _legend(names: Sequence[str]) -> str:
    keys = (
        f'<span class="model"><span class="key" style="background:{PALETTE[number % len(PALETTE)]}"></span>'
        f"{escape(name)}</span>"
        for number, name in enumerate(names)
    )
    return f"<p>{' '.join(keys)}</p>"


def _bars(evaluation: Evaluation) -> str:
    labels = [outcome.suite.name for outcome in evaluation.outcomes]
    scores = [[(r.score, r.low, r.high) for r in outcome.results] for outcome in evaluation.outcomes]
    return interval_bars(labels, scores, list(evaluation.models))


def _cell(text: str, kind: str = "", style: str = "") -> str:
    attributes = f' class="{kind}"' if kind else ""
    return f"<td{attributes}{f' style={chr(34)}{style}{chr(34)}' if style else ''}>{text}</td>"


def _number(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.3f}"


def _score_table(evaluation: Evaluation) -> str:
    rows = []
    for outcome in evaluation.outcomes:
        used = " ".join(dict.fromkeys(str(result.coverage.n_used) for result in outcome.results))
        below = f"{outcome.measure}, {used} / {outcome.results[0].coverage.n_total}"
        cells = [_cell(f'{escape(outcome.suite.name)}<br><span class="quiet">{escape(below)}</span>')]
        for number, result in enumerate(outcome.results):
            compared = outcome.comparisons.get((0, number))
            mark = significance_mark(compared.p_value) if compared else ""
            title = f"p = {compared.p_value:.4f}, {compared.n_items} items" if compared else ""
            interval = f"<br>[{_number(result.low)}, {_number(result.high)}]"
            shown = f"{_number(result.score)}{mark}{interval}"
            cells.append(_cell(f'<span title="{title}">{shown}</span>', "number"))
        rows.append(f"<tr>{''.join(cells)}</tr>")
    note = f'<p class="quiet">{MARKS_EXPLAINED}</p>' if len(evaluation.models) > 1 else ""
    return _table(["suite, measure, used / total", *evaluation.models], rows) + note


def _table(heads: Sequence[str], rows: Sequence[str]) -> str:
    head = "".join(f"<th>{escape(text)}</th>" for text in heads)
    return f'<div class="scroll"><table><tr>{head}</tr>{"".join(rows)}</table></div>'


def _heat_map(outcome: SuiteOutcome, evaluation: Evaluation) -> str:
    """Colour the score of each part and model."""
    if not outcome.results[0].parts:
        return ""
    rows = []
    for parts in list(zip(*(result.parts for result in outcome.results), strict=True))[:MAX_PARTS]:
        used = f'<span class="quiet">{parts[0].n_used} / {parts[0].n_total}</span>'
        name = _cell(f"{escape(parts[0].name)} {used}")
        rows.append(f"<tr>{name}{''.join(map(_heat_cell, parts))}</tr>")
    return f"<h3>{escape(outcome.suite.title)}</h3>" + _table(["section", *evaluation.models], rows)


def _heat_cell(part: Part) -> str:
    if math.isnan(part.score):
        return _cell("–", "heat", "background:#eee")
    depth = max(0.0, min(1.0, part.score))
    # white to blue; the text turns white where the ground is dark
    red, green, blue = (round(255 + (end - 255) * depth) for end in (8, 69, 148))
    colour = "#fff" if depth > 0.65 else "#111"
    return _cell(_number(part.score), "heat", f"background:rgb({red},{green},{blue});color:{colour}")


def _maps(evaluation: Evaluation, models: Mapping[str, Embedding]) -> str:
    drawn = []
    for name, embedding in models.items():
        settings = evaluation.settings
        lookup = Lookup(
            embedding,
            restrict_vocab=settings.restrict_vocab,
            case_insensitive=settings.case_insensitive,
        )
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
    rows = [
        f"<tr>{_cell(escape(word))}{_cell(escape(', '.join(near for near, _ in neighbours)))}</tr>"
        for word, neighbours in found.items()
    ]
    return _table(["word", "nearest words"], rows)


def _settings(evaluation: Evaluation, command: str) -> str:
    settings = evaluation.settings
    entries = {
        "command": command,
        "missing words": settings.missing,
        "vocabulary": f"the first {settings.restrict_vocab:,} words"
        if settings.restrict_vocab
        else "all words",
        "case": "ignored" if settings.case_insensitive else "kept",
        "analogies": settings.method,
        "questions": settings.subset,
        "intervals": f"{settings.resampling.level:.0%}, {settings.resampling.n_draws} bootstrap draws, "
        f"seed {settings.resampling.seed}",
        "time": f"{evaluation.seconds:.1f} s",
        "ns2vec": str(evaluation.as_dict()["ns2vec"]),
    }
    shown = "".join(f"<dt>{name}</dt><dd>{escape(text)}</dd>" for name, text in entries.items() if text)
    return f"<h2>Settings</h2><dl>{shown}</dl>"


def _suites(evaluation: Evaluation) -> str:
    rows = []
    for outcome in evaluation.outcomes:
        suite = outcome.suite
        notes = [*outcome.notes, *(f"malformed line: {line}" for line in outcome.malformed[:20])]
        listed = f"<ul>{''.join(f'<li>{escape(note)}</li>' for note in notes)}</ul>" if notes else ""
        rows.append(
            f"<tr>{_cell(escape(suite.title))}{_cell(escape(suite.citation) + listed)}"
            f"{_cell(escape(suite.licence))}</tr>"
        )
    left_out = "".join(f"<li>{escape(line)}</li>" for line in evaluation.left_out_lines())
    missing = f"<h3>Left out</h3><ul>{left_out}</ul>" if left_out else ""
    return "<h2>Suites</h2>" + _table(["suite", "citation", "licence"], rows) + missing
