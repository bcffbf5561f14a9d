"""Finds places of the sources with the same sequence of lines."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from sources import C, at, brackets, code_lines, read

IMPORT = re.compile(r"^\s*(?:from\s+[\w.]+\s+c?import\b|c?import\s|#\s*include\b)")


class Repeat(NamedTuple):
    """A sequence of `n_lines` equal lines: where it begins in two files, and its first line."""

    first: str
    second: str
    n_lines: int
    text: str


def logic(text: str, *, is_c: bool = False) -> list[tuple[int, str]]:
    r"""Number and text of the lines with logic: no blank lines, comments, docstrings, imports.

    >>> logic('"Doc."\nfrom a import (\n    b,\n)\n# why\nx = (1,\n     2)\n')
    [(6, 'x = (1,'), (7, '2)')]
    """
    if is_c:
        text = re.sub(r"/\*.*?\*/", lambda comment: "\n" * comment[0].count("\n"), text, flags=re.DOTALL)
        text = re.sub(r"//.*", "", text)
    coded = None if is_c else code_lines(text)
    kept, depth = [], 0
    for number, line in enumerate(text.split("\n"), start=1):
        if depth or IMPORT.match(line):
            depth = 0 if is_c else max(0, depth + brackets(line))
        elif line.strip() if coded is None else number in coded:
            kept.append((number, " ".join(line.split())))
    return kept


def repeats(paths: list[Path], n_lines: int) -> Iterator[Repeat]:
    """Pairs of places in the files `paths` that share at least `n_lines` equal lines of logic."""
    lines = {path: logic(read(path), is_c=path.suffix in C) for path in paths}
    places = defaultdict(list)
    for path, kept in lines.items():
        for start in range(len(kept) - n_lines + 1):
            places[tuple(text for _, text in kept[start : start + n_lines])].append((path, start))
    pairs = {
        (one, other) for found in places.values() for i, one in enumerate(found) for other in found[i + 1 :]
    }
    for one, other in sorted(pairs):
        if (before(one), before(other)) in pairs:
            continue  # reported at the start of the sequence
        length = n_lines
        while (after(one, length - n_lines + 1), after(other, length - n_lines + 1)) in pairs:
            length += 1
        (number, text), (second, _) = lines[one[0]][one[1]], lines[other[0]][other[1]]
        yield Repeat(at(one[0], number), at(other[0], second), length, text)


def before(place: tuple[Path, int]) -> tuple[Path, int]:
    return place[0], place[1] - 1


def after(place: tuple[Path, int], n: int) -> tuple[Path, int]:
    return place[0], place[1] + n
