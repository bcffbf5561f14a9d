"""Typed words and counts: one word and its count per line."""

from __future__ import annotations

from ns2vec._options import shown
from ns2vec.exceptions import ConfigError

MOST_LINES = 1_000_000
MOST_COUNT = 2**53


def parse_counts(text: str, name: str = "counts") -> dict[str, int]:
    r"""Read lines of ``word count``; the two are separated by a space, a tab or a comma.

    Parameters
    ----------
    text : str
    name : str
        Name of the field, with which messages begin.

    Returns
    -------
    dict of str to int
        In the order of the lines.

    Raises
    ------
    ConfigError
        If a line has another form, a word is repeated, or there is no word.

    Examples
    --------
    >>> from ns2vec.app.counts import parse_counts
    >>> parse_counts("the 10000\ncat, 500")
    {'the': 10000, 'cat': 500}
    """
    found: dict[str, int] = {}
    lines = text.splitlines()
    if len(lines) > MOST_LINES:
        raise ConfigError(f"{name} may have at most {MOST_LINES:,} lines, got {len(lines):,}")
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        word, count = split_line(line.strip())
        if not word or not count.isdecimal() or int(count) > MOST_COUNT:
            raise ConfigError(f"{name} must have a word and its count in line {number}, got {shown(line)}")
        if word in found:
            raise ConfigError(f"{name} must name each word once: {shown(word)} is repeated in line {number}")
        found[word] = int(count)
    if not any(found.values()):
        raise ConfigError(f"{name} must have a line with a word and a count above 0")
    return found


def split_line(line: str) -> tuple[str, str]:
    """Split a line into the word and its last field, the count."""
    at = max(line.rfind(mark) for mark in " \t,")
    return line[: max(at, 0)].rstrip(" \t,"), line[at + 1 :]
