"""A map of words: points on a plane, with as many names as there is room for."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
import numpy.typing as npt

from ns2vec._typing import Float64Array
from ns2vec.reports.html import series_class

HEIGHT = 520  # pixels, at any width
WIDE, NARROW = 640, 320  # pixels for which names are placed; wider charts only spread them further
MARGIN = 14
TEXT_HEIGHT = 14
CHARACTER = 6.6  # mean width of a character in a font of 12 pixels
BESIDE = 8  # from a point to its name

#: Shapes around (0, 0), for the groups of one colour: disc, square, triangle, diamond, cross.
SHAPES = (
    "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0z",
    "M-3.6-3.6h7.2v7.2h-7.2z",
    "M0-4.8L4.6 3.4h-9.2z",
    "M0-5.2L5.2 0 0 5.2-5.2 0z",
    "M-1.5-5h3v3.5h3.5v3h-3.5v3.5h-3v-3.5h-3.5v-3h3.5z",
)


def principal_plane(vectors: npt.ArrayLike) -> Float64Array:
    """Return the first two principal components of vectors, shape (n, 2), with the same signs on every run.

    Parameters
    ----------
    vectors : array-like of shape (n, D)

    Examples
    --------
    >>> from ns2vec.reports.maps import principal_plane
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


def word_map(words: Sequence[str], groups: Sequence[tuple[str, str]], points: Float64Array) -> str:
    """Draw words at points, with a legend; a name that would cover another one is shown as a tooltip.

    Parameters
    ----------
    words : sequence of str
    groups : sequence of (family, side)
        The kind of each word: the family determines the colour, the side within it the shape.
    points : ndarray of shape (n, 2)

    Returns
    -------
    str
        A ``<figure>``.

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.reports.maps import word_map
    >>> word_map(["a", "b"], [("x", "one"), ("x", "two")], np.eye(2)).count("<title>")
    2
    """
    low, span = points.min(axis=0), np.ptp(points, axis=0)
    shares = (points - low) / np.where(span > 0, span, 1)
    shares[:, 1] = 1 - shares[:, 1]
    sides = _sides(groups)
    colours = {family: series_class(number) for number, family in enumerate(sides)}
    narrow = _name_places(words, shares, NARROW, {})
    everywhere = _name_places(words, shares, WIDE, narrow)
    drawn = []
    for number, (word, (family, side)) in enumerate(zip(words, groups, strict=True)):
        name = ""
        if number in everywhere:
            anchor = "start" if everywhere[number] > 0 else "end"
            kind = "" if number in narrow else ' class="if-wide"'
            name = f'<text x="{everywhere[number]}" y="4" text-anchor="{anchor}"{kind}>{escape(word)}</text>'
        shape = SHAPES[sides[family].index(side) % len(SHAPES)]
        x, y = shares[number].tolist()
        drawn.append(
            f'<svg x="{100 * x:.2f}%" y="{100 * y:.2f}%" overflow="visible">'
            f'<path class="mark {colours[family]}" d="{shape}">'
            f"<title>{escape(word)} ({escape(family)}: {escape(side)})</title></path>{name}</svg>"
        )
    return (
        f'<figure class="map">{_legend(sides, colours)}<div class="area"><svg width="100%" height="100%" '
        f'overflow="visible" role="img" aria-label="map of {len(words)} example words">{"".join(drawn)}'
        "</svg></div></figure>"
    )


def _sides(groups: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    sides: dict[str, list[str]] = {}
    for family, side in dict.fromkeys(groups):
        sides.setdefault(family, []).append(side)
    return sides


def _legend(sides: dict[str, list[str]], colours: dict[str, str]) -> str:
    rows = []
    for family, own in sides.items():
        marks = "".join(
            f'<span class="key"><svg class="swatch" viewBox="-7 -7 14 14" aria-hidden="true">'
            f'<path class="mark {colours[family]}" d="{SHAPES[number % len(SHAPES)]}"/></svg>'
            f"{escape(side)}</span>"
            for number, side in enumerate(own)
        )
        rows.append(f"<li><b>{escape(family)}</b> {marks}</li>")
    return f'<ul class="legend families">{"".join(rows)}</ul>'


def _name_places(
    words: Sequence[str], shares: Float64Array, width: float, placed: dict[int, int]
) -> dict[int, int]:
    """Return number of a word -> where its name begins (right of the point) or ends (left of it).

    Names that were placed on a narrower map keep their positions: there is more room between them now.
    """
    found = dict(placed)
    xs = MARGIN + shares[:, 0] * (width - 2 * MARGIN)
    ys = MARGIN + shares[:, 1] * (HEIGHT - 2 * MARGIN)
    lengths = [CHARACTER * len(word) for word in words]
    taken = [_box(xs[number], ys[number], lengths[number], side) for number, side in placed.items()]
    points = list(zip(xs.tolist(), ys.tolist(), strict=True))
    for number, (x, y) in enumerate(points):
        if number in found:
            continue
        others = points[:number] + points[number + 1 :]
        for side in (BESIDE, -BESIDE):
            box = _box(x, y, lengths[number], side)
            if box[0] < 0 or box[1] > width or any(_cross(box, other) for other in taken):
                continue
            begin, end = (box[0] + side, box[1]) if side > 0 else (box[0], box[1] + side)
            if any(begin < a < end and abs(b - y) < BESIDE + 2 for a, b in others):
                continue
            found[number] = side
            taken.append(box)
            break
    return found


def _box(x: float, y: float, length: float, side: int) -> tuple[float, float, float]:
    """Left end, right end and height of a name."""
    return (x, x + side + length, y) if side > 0 else (x + side - length, x, y)


def _cross(one: tuple[float, float, float], other: tuple[float, float, float]) -> bool:
    return abs(one[2] - other[2]) < TEXT_HEIGHT and one[0] < other[1] and other[0] < one[1]
