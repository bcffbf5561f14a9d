"""SVG pictures for pages: bars, lines, a map of words."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import numpy as np
import numpy.typing as npt

from ns2vec._typing import Float64Array

#: Colours of the models, distinguishable without red-green vision (Okabe and Ito).
PALETTE = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8a6d00", "#444444")

BAR_HEIGHT = 16
LABEL_WIDTH = 130
CHART_WIDTH = 640
VALUE_WIDTH = 60
MAP_SIZE = (640, 460)
MARGIN = 12
TEXT_HEIGHT = 12
LINES_HEIGHT, LEFT, BOTTOM = 340, 70, 40
N_TICKS = 5


def svg_tag(name: str, text: str = "", **attributes: Any) -> str:
    """Return one element; a trailing ``_`` of an attribute's name is dropped, other ``_`` become ``-``."""
    shown = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(str(value))}"' for key, value in attributes.items()
    )
    return f"<{name}{shown}>{text}</{name}>"


def interval_bars(
    labels: Sequence[str], scores: Sequence[Sequence[tuple[float, float, float]]], names: Sequence[str]
) -> str:
    """Draw one bar with its interval for each label and model.

    Parameters
    ----------
    labels : sequence of str
        One for each suite.
    scores : sequence of sequences of (score, low, high)
        ``scores[suite][model]``; NaN where there is none. Negative scores are drawn as 0.
    names : sequence of str
        Of the models, for the tool tips.

    Returns
    -------
    str
        An ``<svg>`` element.

    Examples
    --------
    >>> from ns2vec.reports.charts import interval_bars
    >>> interval_bars(["mc30"], [[(0.5, 0.4, 0.6)]], ["mine"]).startswith("<svg")
    True
    """
    width = CHART_WIDTH - LABEL_WIDTH - VALUE_WIDTH
    drawn = []
    y = 4.0
    for label, row in zip(labels, scores, strict=True):
        middle = y + len(row) * BAR_HEIGHT / 2 + 4
        drawn.append(svg_tag("text", escape(label), x=LABEL_WIDTH - 8, y=middle, text_anchor="end"))
        for number, (score, low, high) in enumerate(row):
            drawn.append(_bar(y, number, score, low, high, width, f"{label}, {names[number]}"))
            y += BAR_HEIGHT
        y += 8
    grid = []
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        x = LABEL_WIDTH + share * width
        grid.append(svg_tag("line", x1=x, x2=x, y1=0, y2=y, class_="grid"))
        grid.append(svg_tag("text", f"{share:g}", x=x, y=y + 12, text_anchor="middle"))
    return svg_picture(CHART_WIDTH, y + 18, grid + drawn, "scores with intervals")


def _bar(y: float, number: int, score: float, low: float, high: float, width: float, title: str) -> str:
    if math.isnan(score):
        return svg_tag("text", "no score", x=LABEL_WIDTH + 4, y=y + 12)
    colour = PALETTE[number % len(PALETTE)]
    length = max(0.0, min(1.0, score)) * width
    parts = [
        svg_tag("title", escape(f"{title}: {score:.4f} [{low:.4f}, {high:.4f}]")),
        svg_tag("rect", x=LABEL_WIDTH, y=y + 2, width=f"{length:.1f}", height=BAR_HEIGHT - 4, fill=colour),
        svg_tag("text", f"{score:.3f}", x=LABEL_WIDTH + width + 8, y=y + 12),
    ]
    if not math.isnan(low):
        left, right = (LABEL_WIDTH + max(0.0, min(1.0, end)) * width for end in (low, high))
        path = (
            f"M{left:.1f} {y + 4}v{BAR_HEIGHT - 8}m0 {-(BAR_HEIGHT - 8) / 2}H{right:.1f}"
            f"m0 {-(BAR_HEIGHT - 8) / 2}v{BAR_HEIGHT - 8}"
        )
        parts.insert(2, f'<path d="{path}" class="interval"/>')
    return svg_tag("g", "".join(parts))


def principal_plane(vectors: npt.ArrayLike) -> Float64Array:
    """Return the first two principal components of vectors, shape (n, 2), the same signs on every run.

    Parameters
    ----------
    vectors : array-like of shape (n, D)

    Examples
    --------
    >>> from ns2vec.reports.charts import principal_plane
    >>> principal_plane([[1.0, 0, 5], [3, 0, 5]]).round(3).tolist()
    [[-1.0, 0.0], [1.0, 0.0]]
    """
    centred = np.asarray(vectors, dtype=np.float64)
    centred = centred - centred.mean(axis=0)
    _, _, axes = np.linalg.svd(centred, full_matrices=False)
    axes = np.vstack([axes, np.zeros((2, centred.shape[1]))])[:2]
    largest = np.abs(axes).argmax(axis=1)
    signs = np.where(axes[np.arange(2), largest] < 0, -1.0, 1.0)
    return np.asarray(centred @ (axes * signs[:, None]).T)


def word_map(words: Sequence[str], groups: Sequence[str], points: Float64Array) -> str:
    """Draw words at points, coloured by group; a label that would cover another one shows as a tool tip.

    Parameters
    ----------
    words, groups : sequence of str
    points : ndarray of shape (n, 2)

    Returns
    -------
    str
        An ``<svg>`` element.

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.reports.charts import word_map
    >>> word_map(["a", "b"], ["x", "y"], np.eye(2)).count("<circle")
    2
    """
    width, height = MAP_SIZE
    low, span = points.min(axis=0), np.ptp(points, axis=0)
    scaled = (points - low) / np.where(span > 0, span, 1)
    xs = MARGIN + scaled[:, 0] * (width - 2 * MARGIN - 70)
    ys = height - MARGIN - scaled[:, 1] * (height - 2 * MARGIN)
    colours = {group: PALETTE[i % len(PALETTE)] for i, group in enumerate(dict.fromkeys(groups))}
    boxes: list[tuple[float, float, float]] = []
    drawn = []
    for word, group, x, y in zip(words, groups, xs.tolist(), ys.tolist(), strict=True):
        title = svg_tag("title", escape(f"{word} ({group})"))
        drawn.append(svg_tag("circle", title, cx=f"{x:.1f}", cy=f"{y:.1f}", r=3.5, fill=colours[group]))
        right = x + 6 + 6.5 * len(word)
        free = all(abs(y - other) >= TEXT_HEIGHT or right < a or x > b for other, a, b in boxes)
        if free:
            boxes.append((y, x, right))
            at = {"x": f"{x + 6:.1f}", "y": f"{y + 4:.1f}"}
            drawn.append(svg_tag("text", escape(word), **at, fill=colours[group]))
    return svg_picture(width, height, drawn, "map of example words")


def svg_picture(width: float, height: float, drawn: Sequence[str], title: str) -> str:
    """Return an ``<svg>`` element around what was drawn."""
    return (
        f'<svg viewBox="0 0 {width:g} {height:g}" role="img" aria-label="{escape(title)}">'
        + "".join(drawn)
        + "</svg>"
    )


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
    >>> from ns2vec.reports.charts import line_chart
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
    return svg_picture(CHART_WIDTH, LINES_HEIGHT, drawn, f"{y} over {x}")


def _line(
    number: int,
    name: str,
    points: Sequence[tuple[float, float]],
    across: tuple[float, float],
    up: tuple[float, float],
) -> str:
    places = " ".join(
        f"{_place(a, *across, LEFT, CHART_WIDTH - MARGIN):.1f},"
        f"{_place(b, *up, LINES_HEIGHT - BOTTOM, MARGIN):.1f}"
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
            (LEFT + share * (CHART_WIDTH - MARGIN - LEFT)),
            LINES_HEIGHT - BOTTOM - share * (LINES_HEIGHT - BOTTOM - MARGIN),
        )
        shown = [f"{10**value if is_log else value:.3g}" for value in (at_x, at_y)]
        drawn += [
            svg_tag("line", x1=LEFT, x2=CHART_WIDTH - MARGIN, y1=f"{py:.1f}", y2=f"{py:.1f}", class_="grid"),
            svg_tag("text", shown[0], x=f"{px:.1f}", y=LINES_HEIGHT - BOTTOM + 14, text_anchor="middle"),
            svg_tag("text", shown[1], x=LEFT - 6, y=f"{py + 4:.1f}", text_anchor="end"),
        ]
    drawn.append(svg_tag("text", escape(x), x=CHART_WIDTH / 2, y=LINES_HEIGHT - 8, text_anchor="middle"))
    drawn.append(svg_tag("text", escape(y), x=LEFT + 6, y=MARGIN + 10))
    return drawn


def time_bars(seconds: Mapping[str, float]) -> str:
    """Draw seconds on a logarithmic scale, for they differ by orders of magnitude."""
    known = {name: value for name, value in seconds.items() if math.isfinite(value) and value > 0}
    if not known:
        return ""
    logs = {name: math.log10(value) for name, value in known.items()}
    low, high = min(logs.values()) - 0.3, max(logs.values())
    drawn = []
    for number, (name, value) in enumerate(known.items()):
        y, length = 4 + 20 * number, _place(logs[name], low, high, 4, CHART_WIDTH - 330)
        drawn += [
            svg_tag("text", escape(name), x=232, y=y + 13, text_anchor="end"),
            svg_tag(
                "rect", x=240, y=y, width=f"{length:.1f}", height=16, fill=PALETTE[number % len(PALETTE)]
            ),
            svg_tag("text", f"{value:,.1f} s", x=f"{246 + length:.1f}", y=y + 13),
        ]
    return svg_picture(CHART_WIDTH, 8 + 20 * len(known), drawn, "seconds, logarithmic")
