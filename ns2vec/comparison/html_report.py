"""Comparisons as one HTML page with plots, which needs no other file and no plotting library."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape

from ns2vec.comparison.results import Comparison, growth
from ns2vec.comparison.text_report import COLUMNS_EXPLAINED, growth_rows, rows
from ns2vec.evaluation.charts import PALETTE, svg_picture, svg_tag

__all__ = ["html_report", "line_chart"]

WIDTH, HEIGHT, LEFT, BOTTOM, MARGIN = 640, 340, 70, 40, 12
N_TICKS = 5

STYLE = """
body { font: 14px/1.4 system-ui, sans-serif; margin: 24px auto; max-width: 1100px; padding: 0 12px; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; }
th, td { padding: 3px 8px; text-align: left; }
td { border-top: 1px solid #ddd; white-space: nowrap; font-variant-numeric: tabular-nums; }
svg { width: 100%; max-width: 640px; font-size: 11px; } .grid { stroke: #ddd; } .quiet { color: #555; }
.key { display: inline-block; width: 12px; height: 12px; margin: 0 6px 0 12px; vertical-align: -1px; }
"""


def line_chart(
    lines: Mapping[str, Sequence[tuple[float, float]]], *, x: str, y: str, is_log: bool = False
) -> str:
    """Draw one line for each name, with axes.

    Parameters
    ----------
    lines : mapping of name -> points (x, y)
        Points that are not finite are left out, and with `is_log` those that are not above 0.
    x, y : str
        What the axes show.
    is_log : bool
        Both axes in powers of ten.

    Returns
    -------
    str
        An ``<svg>`` element; ``""`` if there is no point.

    Examples
    --------
    >>> from ns2vec.comparison.html_report import line_chart
    >>> line_chart({"a": [(0, 1.0), (1, 0.5)]}, x="epochs", y="loss").count("<polyline")
    1
    """
    kept = {
        name: [(a, b) for a, b in points if math.isfinite(a + b) and not (is_log and min(a, b) <= 0)]
        for name, points in lines.items()
    }
    scale = math.log10 if is_log else float
    scaled = {name: [(scale(a), scale(b)) for a, b in points] for name, points in kept.items()}
    points = [point for line in scaled.values() for point in line]
    if not points:
        return ""
    across, up = ((min(values), max(values)) for values in zip(*points, strict=True))
    drawn = _axes(across, up, x, y, is_log)
    for number, (name, line) in enumerate(scaled.items()):
        drawn.append(_line(number, name, line, across, up))
    return svg_picture(WIDTH, HEIGHT, drawn, f"{y} over {x}")


def _line(
    number: int,
    name: str,
    points: Sequence[tuple[float, float]],
    across: tuple[float, float],
    up: tuple[float, float],
) -> str:
    places = " ".join(
        f"{_place(a, *across, LEFT, WIDTH - MARGIN):.1f},{_place(b, *up, HEIGHT - BOTTOM, MARGIN):.1f}"
        for a, b in points
    )
    style = {"fill": "none", "stroke": PALETTE[number % len(PALETTE)], "stroke_width": 2}
    if number >= len(PALETTE):
        style["stroke_dasharray"] = "5 3"
    return svg_tag("polyline", svg_tag("title", escape(name)), points=places, **style)


def _place(value: float, low: float, high: float, start: float, end: float) -> float:
    return start + (end - start) * ((value - low) / (high - low) if high > low else 0.5)


def _axes(across: tuple[float, float], up: tuple[float, float], x: str, y: str, is_log: bool) -> list[str]:
    drawn = []
    for number in range(N_TICKS):
        share = number / (N_TICKS - 1)
        at_x, at_y = (low + share * (high - low) for low, high in (across, up))
        px, py = (
            (LEFT + share * (WIDTH - MARGIN - LEFT)),
            HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - MARGIN),
        )
        shown = [f"{10**value if is_log else value:.3g}" for value in (at_x, at_y)]
        drawn += [
            svg_tag("line", x1=LEFT, x2=WIDTH - MARGIN, y1=f"{py:.1f}", y2=f"{py:.1f}", class_="grid"),
            svg_tag("text", shown[0], x=f"{px:.1f}", y=HEIGHT - BOTTOM + 14, text_anchor="middle"),
            svg_tag("text", shown[1], x=LEFT - 6, y=f"{py + 4:.1f}", text_anchor="end"),
        ]
    drawn.append(svg_tag("text", escape(x), x=WIDTH / 2, y=HEIGHT - 8, text_anchor="middle"))
    drawn.append(svg_tag("text", escape(y), x=LEFT + 6, y=MARGIN + 10))
    return drawn


def html_report(comparisons: Sequence[Comparison], *, command: str = "") -> str:
    """Render as one self-contained HTML page.

    Parameters
    ----------
    comparisons : sequence of Comparison
    command : str, optional
        The command line that made them.

    Returns
    -------
    str
    """
    parts = [_section(found) for found in comparisons]
    if len(comparisons) > 1:
        grown = growth(comparisons)
        lines = {
            one.name: [
                (float(v), 1e6 * t) for v, t in zip(one.vocabularies, one.seconds_per_pair, strict=True)
            ]
            for one in grown
        }
        chart = line_chart(lines, x="words of the vocabulary", y="us for a pair", is_log=True)
        parts.append("<h2>Growth with the vocabulary</h2>" + _legend(list(lines)) + chart)
        parts.append(_table(growth_rows(comparisons)))
    parts.append(f"<h2>Columns</h2>{_list(COLUMNS_EXPLAINED)}")
    if command:
        parts.append(f"<h2>Command</h2><pre>{escape(command)}</pre>")
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">'
        f"<title>ns2vec comparison</title><style>{STYLE}</style></head><body>\n"
        "<h1>Objectives and samplers</h1>\n" + "\n".join(parts) + "\n</body></html>\n"
    )


def _section(found: Comparison) -> str:
    corpus = found.corpus
    lines = {entry.name: entry.mean_curve() for entry in found.candidates if not entry.note}
    quality = {entry.name: [(entry.seconds, entry.loss()[0])] for entry in found.candidates if not entry.note}
    described = (
        f"{corpus['n_words']:,} words, {corpus['vocabulary']:,} in the vocabulary, {found.text_words:,} "
        f"trained on; {found.options['epochs']} epochs; {found.seconds:.1f} s"
    )
    return "\n".join(
        [
            f'<h2>{escape(str(corpus["name"]))}</h2><p class="quiet">{escape(described)}</p>',
            _table(rows(found)),
            _list(found.notes),
            "<h3>Convergence: loss of held-out text</h3>",
            _legend(list(lines)),
            line_chart(lines, x="epochs", y="loss, nats"),
            "<h3>Time of a whole training</h3>",
            _bars({name: points[0][0] for name, points in quality.items()}),
        ]
    )


def _bars(seconds: Mapping[str, float]) -> str:
    """Draw seconds on a logarithmic scale, for they differ by orders of magnitude."""
    known = {name: value for name, value in seconds.items() if math.isfinite(value) and value > 0}
    if not known:
        return ""
    logs = {name: math.log10(value) for name, value in known.items()}
    low, high = min(logs.values()) - 0.3, max(logs.values())
    drawn = []
    for number, (name, value) in enumerate(known.items()):
        y, length = 4 + 20 * number, _place(logs[name], low, high, 4, WIDTH - 330)
        drawn += [
            svg_tag("text", escape(name), x=232, y=y + 13, text_anchor="end"),
            svg_tag(
                "rect", x=240, y=y, width=f"{length:.1f}", height=16, fill=PALETTE[number % len(PALETTE)]
            ),
            svg_tag("text", f"{value:,.1f} s", x=f"{246 + length:.1f}", y=y + 13),
        ]
    return svg_picture(WIDTH, 8 + 20 * len(known), drawn, "seconds, logarithmic")


def _legend(names: Sequence[str]) -> str:
    keys = (
        f'<span class="key" style="background:{PALETTE[number % len(PALETTE)]}"></span>{escape(name)}'
        for number, name in enumerate(names)
    )
    return f"<p>{' '.join(keys)}</p>"


def _table(lines: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(cell)}</th>" for cell in lines[0])
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in line)}</tr>" for line in lines[1:])
    return f'<div class="scroll"><table><tr>{head}</tr>{body}</table></div>'


def _list(notes: Sequence[str]) -> str:
    return f"<ul>{''.join(f'<li>{escape(note)}</li>' for note in notes)}</ul>" if notes else ""
