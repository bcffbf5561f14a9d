"""Rows of cells as aligned lines and as Markdown, and figures as JSON types."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from typing import Any


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return lines with aligned columns; a row that is shorter than the first is a remark.

    Examples
    --------
    >>> from ns2vec.reports.tables import aligned
    >>> aligned([["name", "score"], ["a", "1.0"]])
    ['name  score', 'a     1.0']
    """
    whole = [row for row in rows if len(row) == len(rows[0])]
    widths = [max(map(len, column)) for column in zip(*whole, strict=True)]
    padded = ([cell.ljust(width) for cell, width in zip(row, widths, strict=False)] for row in rows)
    return ["  ".join(cells).rstrip() for cells in padded]


def markdown_table(rows: Sequence[Sequence[str]]) -> str:
    r"""Return head and rows as one Markdown table; shorter rows are filled up.

    Examples
    --------
    >>> from ns2vec.reports.tables import markdown_table
    >>> print(markdown_table([["name", "score"], ["a|b"]]))
    | name | score |
    | --- | --- |
    | a\|b |  |
    """
    width = len(rows[0])
    filled = [rows[0], ["---"] * width, *([*row, *[""] * (width - len(row))] for row in rows[1:])]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in filled)


def finite(value: Any) -> Any:
    """Return dicts, lists and numbers for JSON: None instead of numbers that are not finite.

    Examples
    --------
    >>> from ns2vec.reports.tables import finite
    >>> finite({"low": float("nan"), "scores": (0.5, 1)})
    {'low': None, 'scores': [0.5, 1]}
    """
    if isinstance(value, dict):
        return {key: finite(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [finite(entry) for entry in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def now() -> str:
    """Return date and time of day with the offset from UTC, in ISO 8601."""
    return datetime.now().astimezone().isoformat(timespec="seconds")


def date_text(made: str) -> str:
    """Return the result of `now` for readers; ``""`` for ``""``.

    Examples
    --------
    >>> from ns2vec.reports.tables import date_text
    >>> date_text("2026-11-29T12:14:37+01:00")
    '2026-11-29 12:14 (UTC+01:00)'
    """
    return f"{made[:10]} {made[11:16]} (UTC{made[19:]})" if made else ""
