"""Bars with names and numbers next to them, as markup whose text keeps its size on narrow pages."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from ns2vec.reports.axes import Axis
from ns2vec.reports.html import series_class


@dataclass(frozen=True)
class Bar:
    """One bar.

    Attributes
    ----------
    name : str
    value : float
        NaN if there is none.
    text : str
        The text after the bar.
    low, high : float
        Ends of an interval; NaN if there is none.
    kind : str
        Class of its colour: from `series_class`, ``"plain"``, or ``"reference"`` for the one that others are
        compared with.
    """

    name: str
    value: float
    text: str = ""
    low: float = math.nan
    high: float = math.nan
    kind: str = "plain"


def bars(groups: Mapping[str, Sequence[Bar]], scale: Axis, caption: str, *, label: str) -> str:
    """Draw bars from 0, or points on a logarithmic scale, which has no 0.

    Parameters
    ----------
    groups : mapping of heading -> bars
        An empty heading is not shown.
    scale : Axis
    caption : str
        Title; a logarithmic scale is added to it.
    label : str
        What the scale measures, and its unit.

    Returns
    -------
    str
        A ``<figure>``; ``""`` if there are no bars.

    Examples
    --------
    >>> from ns2vec.reports.bars import Bar, bars
    >>> from ns2vec.reports.axes import Axis
    >>> drawn = bars({"": [Bar("a", 2.0, "2 s")]}, Axis.around([2.0], is_log=True), "Time", label="seconds")
    >>> "seconds, logarithmic scale" in drawn
    True
    """
    if not any(groups.values()):
        return ""
    drawn = []
    for heading, group in groups.items():
        if heading:
            drawn.append(f'<h4 class="over">{escape(heading)}</h4>')
        drawn += [_bar(bar, scale) for bar in group]
    measured = label + (", logarithmic scale" if scale.is_log else "")
    return (
        f'<figure class="bars"><figcaption>{escape(caption)}</figcaption><div class="rows">{_grid(scale)}'
        f'{"".join(drawn)}</div><p class="axis">{escape(measured)}</p></figure>'
    )


def _grid(scale: Axis) -> str:
    ticks = (
        f'<span class="tick" style="left:{_percent(scale.place(tick))}"><span>{text}</span></span>'
        for tick, text in zip(scale.ticks, scale.labels(), strict=True)
    )
    return f'<div class="grid" aria-hidden="true">{"".join(ticks)}</div>'


def _bar(bar: Bar, scale: Axis) -> str:
    name = f'<span class="name">{escape(bar.name)}</span>'
    if math.isnan(bar.value):
        text = escape(bar.text or "no score")
        return f'{name}<span class="value quiet">{text}</span><span class="track"></span>'
    at = scale.place(bar.value)
    zero = 0.0 if scale.is_log else scale.place(0.0)
    start, end = sorted((zero, at))
    place = f"left:{_percent(start)};width:{_percent(end - start)}"
    drawn = [f'<span class="{"stem" if scale.is_log else "fill"} {bar.kind}" style="{place}"></span>']
    if scale.is_log:
        drawn.append(f'<span class="point {bar.kind}" style="left:{_percent(at)}"></span>')
    title = ""
    if not math.isnan(bar.low + bar.high):
        low, high = scale.place(bar.low), scale.place(bar.high)
        drawn.append(
            f'<span class="interval" style="left:{_percent(low)};width:{_percent(high - low)}"></span>'
        )
        title = f' title="{escape(bar.name)}: {bar.value:.4f} [{bar.low:.4f}, {bar.high:.4f}]"'
    return (
        f'{name}<span class="value">{escape(bar.text)}</span>'
        f'<span class="track"{title} aria-hidden="true">{"".join(drawn)}</span>'
    )


def _percent(share: float) -> str:
    return f"{100 * share:.2f}%"


def interval_bars(
    labels: Sequence[str], scores: Sequence[Sequence[tuple[float, float, float]]], names: Sequence[str]
) -> str:
    """Draw one bar with its interval for each label and model.

    Parameters
    ----------
    labels : sequence of str
        One for each suite.
    scores : sequence of sequences of (score, low, high)
        ``scores[suite][model]``; NaN if there is none.
    names : sequence of str
        Of the models.

    Returns
    -------
    str
        A ``<figure>``.

    Examples
    --------
    >>> from ns2vec.reports.bars import interval_bars
    >>> interval_bars(["mc30"], [[(0.5, 0.4, 0.6)]], ["mine"]).count('class="interval"')
    1
    """
    groups: dict[str, list[Bar]] = {}
    for label, row in zip(labels, scores, strict=True):
        for number, (score, low, high) in enumerate(row):
            name = names[number] if len(names) > 1 else label
            bar = Bar(
                name, score, "" if math.isnan(score) else f"{score:.3f}", low, high, series_class(number)
            )
            groups.setdefault(label if len(names) > 1 else "", []).append(bar)
    scale = scale_of([bar for group in groups.values() for bar in group], most=1.0)
    return bars(groups, scale, "Scores with their intervals", label="score, more is better")


def scale_of(drawn: Sequence[Bar], *, most: float = -math.inf) -> Axis:
    """Return the scale of bars from 0; ends of intervals below 0 count only for negative values."""
    ends = [value for bar in drawn for value in (bar.value, bar.high)]
    ends += [bar.low for bar in drawn if bar.value < 0]
    return Axis.around(ends, least=0.0, most=most)
