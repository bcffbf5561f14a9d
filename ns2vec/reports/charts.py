"""Line charts and maps of words: SVG for shapes, markup for text.

Shapes are placed in percent of the chart and stretch with it; text is placed in the same way but does
not stretch, so that it can be read at any width.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape

from ns2vec.reports.axes import Axis
from ns2vec.reports.html import legend, series_class

HEIGHT = 320
LABEL_HEIGHT = 18  # pixels; minimum distance between labels at the ends of lines


def line_chart(
    lines: Mapping[str, Sequence[tuple[float, float]]],
    *,
    x: str,
    y: str,
    is_log: bool = False,
    series: Mapping[str, int] | None = None,
) -> str:
    """Draw one line for each name, with axes and the names at the ends of the lines.

    Parameters
    ----------
    lines : mapping of name -> points (x, y)
        Points that are not finite are left out, and with `is_log` also those that are not above 0.
    x, y : str
        Labels of the axes.
    is_log : bool, optional
        Both axes are logarithmic, as their labels say.
    series : mapping of name -> int, optional
        Numbers of the colours, from 0; by default in the order of the lines.

    Returns
    -------
    str
        A ``<figure>``; ``""`` if there are no points.

    Examples
    --------
    >>> from ns2vec.reports.charts import line_chart
    >>> line_chart({"a": [(0, 1.0), (1, 0.5)]}, x="epochs", y="loss").count("<polyline")
    1
    """
    kept = {
        name: points
        for name, given in lines.items()
        if (points := [p for p in given if math.isfinite(sum(p)) and not (is_log and min(p) <= 0)])
    }
    if not kept:
        return ""
    numbers = series or {name: number for number, name in enumerate(kept)}
    across, up = (
        Axis.around((point[axis] for line in kept.values() for point in line), is_log=is_log)
        for axis in (0, 1)
    )
    height = max(HEIGHT, LABEL_HEIGHT * (len(kept) + 1))
    placed = {
        name: [(100 * across.place(a), 100 - 100 * up.place(b)) for a, b in points]
        for name, points in kept.items()
    }
    said = ", logarithmic scale" if is_log else ""
    caption = escape(y[:1].upper() + y[1:] + said)
    return (
        f'<figure class="plot" style="--height:{height}px">'
        f'<figcaption>{caption}</figcaption><div class="frame"><div class="area">'
        f"{_drawn(placed, numbers, across, up, f'{y} over {x}')}{_tick_labels(across, up)}</div>"
        f'{_ends(placed, numbers, height)}</div><p class="axis">{escape(x + said)}</p>'
        f"{legend(list(kept), [numbers[name] for name in kept])}</figure>"
    )


def _drawn(
    placed: Mapping[str, Sequence[tuple[float, float]]],
    numbers: Mapping[str, int],
    across: Axis,
    up: Axis,
    title: str,
) -> str:
    levels = (100 - 100 * up.place(tick) for tick in up.ticks)
    columns = (100 * across.place(tick) for tick in across.ticks)
    drawn = [f'<path class="grid" d="M0 {level:.2f}H100"/>' for level in levels]
    drawn += [f'<path class="grid" d="M{column:.2f} 0V100"/>' for column in columns]
    for name, points in placed.items():
        colour = series_class(numbers[name])
        path = " ".join(f"{a:.2f},{b:.2f}" for a, b in points)
        dots = "".join(f"M{a:.2f} {b:.2f}h0" for a, b in points)
        a, b = points[-1]
        drawn += [
            f'<path class="leader" d="M{a:.2f} {b:.2f}H100"/>' if a < 99 else "",
            f'<polyline class="line {colour}" points="{path}"><title>{escape(name)}</title></polyline>',
            f'<path class="dots {colour}" d="{dots}"/>',
        ]
    return (
        f'<svg viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-label="{escape(title)}">'
        f"{''.join(drawn)}</svg>"
    )


def _tick_labels(across: Axis, up: Axis) -> str:
    beside = (
        f'<span class="tick y" style="bottom:{100 * up.place(tick):.2f}%">{text}</span>'
        for tick, text in zip(up.ticks, up.labels(), strict=True)
    )
    below = (
        f'<span class="tick x" style="left:{100 * across.place(tick):.2f}%">{text}</span>'
        for tick, text in zip(across.ticks, across.labels(), strict=True)
    )
    return "".join([*beside, *below])


def _ends(
    placed: Mapping[str, Sequence[tuple[float, float]]], numbers: Mapping[str, int], height: float
) -> str:
    """Write the names on the right, each as close to the end of its line as the others allow."""
    names = sorted(placed, key=lambda name: placed[name][-1][1])
    wanted = [placed[name][-1][1] / 100 * height for name in names]
    leaders, labels = [], []
    for name, start, y in zip(names, wanted, spread_out(wanted, LABEL_HEIGHT, height), strict=True):
        colour = series_class(numbers[name])
        leaders.append(f'<path class="line {colour}" d="M0 {start:.1f}L16 {y:.1f}"/>')
        labels.append(
            f'<span class="end" style="top:{y:.1f}px"><b>{numbers[name] + 1}</b> '
            f"<span>{escape(name)}</span></span>"
        )
    longest = max(names, key=len)
    svg = f'<svg width="16" height="{height:g}">{"".join(leaders)}</svg>'
    return (
        f'<div class="ends" aria-hidden="true" data-longest="00 {escape(longest)}">'
        f"{svg}{''.join(labels)}</div>"
    )


def spread_out(wanted: Sequence[float], distance: float, height: float) -> list[float]:
    """Return positions near the wanted ones, which ascend, with at least this distance from each other.

    Parameters
    ----------
    wanted : sequence of float
        Ascending, from 0 to `height`.
    distance, height : float
        There must be room: ``distance * len(wanted) <= height``.

    Examples
    --------
    >>> from ns2vec.reports.charts import spread_out
    >>> spread_out([10.0, 11.0, 99.0], 10.0, 100.0)
    [10.0, 20.0, 95.0]
    """
    places: list[float] = []
    for place in wanted:
        places.append(max(place, places[-1] + distance if places else distance / 2))
    end = height - distance / 2
    for number in range(len(places) - 1, -1, -1):
        places[number] = min(places[number], end)
        end = places[number] - distance
    return places
