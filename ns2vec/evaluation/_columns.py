"""How the lines of a question file fall into columns: the separator, and which columns hold what.

Question files come with tabs, semicolons, commas or blanks, and those of the literature with further columns
(a part of speech, single judges' scores, a number of the row). What a file has is found out from its first
lines; a line that does not follow them is the reader's to complain about.
"""

from __future__ import annotations

import csv
import math
from collections import Counter
from collections.abc import Sequence

#: Separator -> its name; the first one that fits best is taken. ``""``: any blanks.
SEPARATORS = {"\t": "tabs", ";": "semicolons", ",": "commas", "": "blanks"}

N_LOOKED_AT = 200


def as_number(text: str) -> float | None:
    """Return a finite number, or None where the text is none."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def split_columns(line: str, separator: str) -> list[str]:
    """Return the columns of a line without blanks around them; with commas and semicolons quotes work.

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
    """Return the separator that cuts most lines into so many columns.

    Parameters
    ----------
    lines : sequence of str
        Without comments and blank lines.
    n_fields : int
        Columns that are needed.
    with_number : bool, optional
        The last of them is a number; there may be others before and after it.

    Returns
    -------
    str
        A key of `SEPARATORS`; where none fits, that which cuts most.

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

    return max(SEPARATORS, key=rank)  # of equals the first


def choose_columns(rows: Sequence[Sequence[str]]) -> tuple[int, int, int] | None:
    """Return where two words and a number stand in rows of more than three columns.

    The words are in the first two columns that are not numbers, the number in the first after them that is.

    Returns
    -------
    tuple of (int, int, int) or None
        None where most rows have three columns, or not two words and a number after them.

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
