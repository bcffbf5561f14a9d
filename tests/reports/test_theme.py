"""What the colours promise: contrast in both themes, and difference for every kind of colour vision."""

from __future__ import annotations

import itertools
import re
from importlib.resources import files

import numpy as np
import pytest

from ns2vec.reports.html import N_SERIES

THEME = files("ns2vec.reports").joinpath("theme.css").read_text("utf-8")
PAGE = files("ns2vec.reports").joinpath("page.css").read_text("utf-8")
COLOURS = dict(re.findall(r"--([\w-]+): light-dark\((#\w{6}, #\w{6})\)", THEME))
GROUNDS = ("ground", "surface")
SERIES = [f"chart-{number}" for number in range(1, N_SERIES + 1)]

# Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB: rows of a 3 x 3 matrix
VISIONS = {
    "full": [1, 0, 0, 0, 1, 0, 0, 0, 1],
    "no red": [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
    "no green": [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
    "no blue": [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
}
# Ottosson's Oklab, in which equal distances look equal
TO_CONES = [0.412221, 0.536333, 0.051446, 0.211903, 0.6807, 0.107397, 0.088302, 0.281719, 0.629979]
TO_LAB = [0.210454, 0.793618, -0.004072, 1.977998, -2.428592, 0.450594, 0.025904, 0.782772, -0.808676]


def linear(name: str, theme: int) -> np.ndarray:
    text = COLOURS[name].split(", ")[theme]
    value = np.array([int(text[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def contrast(one: np.ndarray, other: np.ndarray) -> float:
    low, high = sorted(float(colour @ [0.2126, 0.7152, 0.0722]) for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_text_and_lines_stand_out(theme):
    pairs = [(text, ground, 4.5) for text in ("ink", "quiet", "accent") for ground in (*GROUNDS, "raised")]
    pairs += [(text, f"{text}-ground", 4.5) for text in ("good", "warn", "bad")]
    pairs += [(text, ground, 4.5) for text in ("good", "warn", "bad") for ground in GROUNDS]
    pairs += [("on-accent", "accent", 4.5), ("on-accent", "scale-all", 4.5), ("ink", "scale-none", 4.5)]
    pairs += [(line, ground, 3.0) for line in (*SERIES, "edge", "focus") for ground in GROUNDS]
    weak = [
        (one, other, round(found, 2))
        for one, other, least in pairs
        if (found := contrast(linear(one, theme), linear(other, theme))) < least
    ]
    assert weak == []


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_no_two_colours_of_charts_are_alike(theme, vision):
    colours = np.array([linear(name, theme) for name in SERIES])
    seen = np.clip(colours @ np.reshape(VISIONS[vision], (3, 3)).T, 0, 1)
    lab = np.cbrt(seen @ np.reshape(TO_CONES, (3, 3)).T) @ np.reshape(TO_LAB, (3, 3)).T
    apart = {
        (SERIES[i], SERIES[j]): float(np.linalg.norm(lab[i] - lab[j]))
        for i, j in itertools.combinations(range(N_SERIES), 2)
    }
    assert {pair: found for pair, found in apart.items() if found < 0.095} == {}


def test_everything_used_is_there():
    known = set(re.findall(r"^\s*--([\w-]+):", THEME, re.MULTILINE))
    own = set(re.findall(r"--([\w-]+):", PAGE))
    assert set(re.findall(r"var\(--([\w-]+)", PAGE)) <= known | own | {"at", "height"}


def test_a_page_may_decide_for_one_theme():
    """``light-dark()`` follows ``color-scheme``."""
    for theme in ("light", "dark"):
        assert f':root[data-theme="{theme}"] {{ color-scheme: {theme}; }}' in THEME


def test_layers_of_a_grid_name_both_of_their_lines():
    """Something placed absolutely reaches to the edge of the grid where its second line is left out."""
    rules = re.findall(r"\{([^}]*position: absolute[^}]*grid-column: ([^;]*);)", PAGE)
    assert [line for _, line in rules if "/" not in line] == []
    assert rules
