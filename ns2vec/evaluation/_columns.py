"""The columns of a question file: the separator, and which columns hold what.

Question files use tabs, semicolons, commas or blanks, and those of the literature have further columns
(a part of speech, scores of single judges, a row number). The layout of a file is detected from its first
lines; the reader reports a line that does not follow it.
"""

from __future__ import annotations

import csv
import math
from collections import Counter
from collections.abc import Sequence

#: Separator -> its name; the first one that fits best is used. ``""``: any blanks.
SEPARATORS = {"\t": "tabs", ";": "semicolons", ",": "commas", "": "blanks"}

N_LOOKED_AT = 200


def as_number(text: str) -> float | None:
    """Return a finite number, or None if the text is not one."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def split_columns(line: str, separator: str) -> list[str]:
    """Return the columns of a line, stripped of blanks; with commas and semicolons, quotes are supported.

    Examples
    --------
    >>> from ns2vec.evaluation._columns import split_columns
    >>> split_columns('ice cream, "tea, green", 7', ",")
    ['ice cream', 'tea, green', '7']
    """
    if separator in (",", ";"):
        try:
            cells = next(csv.reader([line], delimiter=separator, skipinitialspace=True))
        except csv.Error:
            cells = line.split(separator)
    else:
        cells = line.split(separator) if separator else line.split()
    return [cell.strip() for cell in cells]


def guess_separator(lines: Sequence[str], n_fields: int, *, with_number: bool = False) -> str:
    """Return the separator that splits most lines into this many columns.

    Parameters
    ----------
    lines : sequence of str
        Without comments and blank lines.
    n_fields : int
        Number of columns that are needed.
    with_number : bool, optional
        The last of them is a number; other columns may precede and follow it.

    Returns
    -------
    str
        A key of `SEPARATORS`; if none fits, the one that splits most lines.

    Examples
    --------
    >>> from ns2vec.evaluation._columns import guess_separator
    >>> guess_separator(["cat,dog,7.5", "ice cream,tea,3"], 3, with_number=True)
    ','
    """

    def rank(separator: str) -> tuple[int, ...]:
        rows = [split_columns(line, separator) for line in lines[:N_LOOKED_AT]]
        wide = [cells[n_fields - 1 :] for cells in rows if len(cells) >= n_fields]
        judged = [rest for rest in wide if any(as_number(cell) is not None for cell in rest)]
        fitting = judged if with_number else wide
        return (len(fitting),) if fitting else (0, len(wide), sum(map(len, rows)))

    return max(SEPARATORS, key=rank)  # of equals, the first


def choose_columns(rows: Sequence[Sequence[str]]) -> tuple[int, int, int] | None:
    """Return the columns of two words and a number in rows of more than three columns.

    The words are in the first two columns that are not numbers, the number is in the first numeric one after
    them.

    Returns
    -------
    tuple of (int, int, int) or None
        None if most rows have three columns, or not two words followed by a number.

    Examples
    --------
    >>> from ns2vec.evaluation._columns import choose_columns
    >>> choose_columns([["1", "old", "new", "A", "1.58", "9"], ["2", "fast", "quick", "A", "8.75", "3"]])
    (1, 2, 4)
    """
    widths = Counter(map(len, rows[:N_LOOKED_AT]))
    width = max(widths, key=widths.__getitem__, default=0)
    if width <= 3:
        return None
    usual = [row for row in rows[:N_LOOKED_AT] if len(row) == width]
    shares = [
        sum(as_number(row[column]) is not None for row in usual) / len(usual) for column in range(width)
    ]
    words = [column for column, share in enumerate(shares) if share < 0.5][:2]
    if len(words) < 2:
        return None
    number = next((column for column in range(words[1] + 1, width) if shares[column] >= 0.5), None)
    return None if number is None else (words[0], words[1], number)
