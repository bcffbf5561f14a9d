"""Self-contained pages: no script, no font, no request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from html import escape
from importlib.resources import files

#: Colours of charts in theme.css. After the last one, they are repeated dashed, then dotted.
N_SERIES = 8
LONG_WORD = 14
PATTERNS = ("", " dashed", " dotted")


@cache
def style() -> str:
    """Return theme.css, which the app also serves, and the rules of pages."""
    package = files("ns2vec.reports")
    return "\n".join(package.joinpath(name).read_text("utf-8") for name in ("theme.css", "page.css"))


def page(title: str, sections: Iterable[str]) -> str:
    """Return a whole page; empty sections are left out.

    Examples
    --------
    >>> from ns2vec.reports.html import page
    >>> "<title>a &amp; b</title>" in page("a & b", ["<h1>a</h1>"])
    True
    """
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="icon" href="data:,">'
        f"<title>{escape(title)}</title><style>{style()}</style></head><body><main>\n"
        + "\n".join(filter(None, sections))
        + "\n</main></body></html>\n"
    )


def series_class(number: int) -> str:
    """Return the classes for the colour of a series, counted from 0.

    Examples
    --------
    >>> from ns2vec.reports.html import series_class
    >>> series_class(0), series_class(9)
    ('s1', 's2 dashed')
    """
    return f"s{number % N_SERIES + 1}{PATTERNS[number // N_SERIES % len(PATTERNS)]}"


def cell(text: str, kind: str = "", style: str = "") -> str:
    """Return a cell of a table around markup."""
    attributes = f' class="{kind}"' if kind else ""
    return f"<td{attributes}{f' style={chr(34)}{style}{chr(34)}' if style else ''}>{text}</td>"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], *, is_narrow: bool = False) -> str:
    """Return a table of plain heads and rows of cells made by `cell`.

    On a narrow page, each row becomes a card in which every cell has its head next to it.

    Parameters
    ----------
    heads : sequence of str
    rows : iterable of sequences of str
        Markup; a row may be shorter than the heads.
    is_narrow : bool, optional
        Few columns, which fit into a narrow page unchanged.
    """
    head = "".join(f'<th scope="col" role="columnheader"{_long(text)}>{escape(text)}</th>' for text in heads)
    body = "".join(f'<tr role="row">{"".join(_with_heads(heads, row))}</tr>' for row in rows)
    kind = "" if is_narrow else ' class="cards"'
    return (
        f'<div class="scroll"><table{kind} role="table">'
        f'<thead role="rowgroup"><tr role="row">{head}</tr></thead>'
        f'<tbody role="rowgroup">{body}</tbody></table></div>'
    )


def _long(head: str) -> str:
    """Allow breaks within the words of a head if one of them is long, as file names are."""
    return ' class="long"' if max(map(len, head.split()), default=0) > LONG_WORD else ""


def _with_heads(heads: Sequence[str], row: Sequence[str]) -> Iterable[str]:
    """Add the name of its column to each cell, and its role, which cards would lose."""
    for head, markup in zip(heads, row, strict=False):
        yield markup.replace("<td", f'<td role="cell" data-head="{escape(head)}"', 1)


def text_table(rows: Sequence[Sequence[str]], *, is_narrow: bool = False) -> str:
    """Return a table of plain text, the heads first; cells that begin with a digit or sign are numbers."""
    made = (
        [cell(_unbroken(escape(text)), _kind(text) if place else "") for place, text in enumerate(row)]
        for row in rows[1:]
    )
    return table(rows[0], made, is_narrow=is_narrow)


def _unbroken(text: str) -> str:
    """Keep a percent sign next to its number."""
    return text.replace(" %", "\u00a0%")


def _kind(text: str) -> str:
    return "number" if text[:1].isdigit() or text[:1] in ("-", "~") else ""


def legend(names: Iterable[str], numbers: Sequence[int] | None = None) -> str:
    """Return names, each after its number and colour.

    Parameters
    ----------
    names : iterable of str
    numbers : sequence of int, optional
        Of the colours, from 0; by default in the order of the names.
    """
    listed = list(names)
    swatch = (
        '<svg class="swatch" viewBox="0 0 24 12" aria-hidden="true"><path class="line {}" d="M0 6H24"/></svg>'
    )
    keys = (
        f'<li class="key">{swatch.format(series_class(number))}<b>{number + 1}</b> '
        f"<span>{escape(name)}</span></li>"
        for name, number in zip(listed, numbers or range(len(listed)), strict=True)
    )
    return f'<ul class="legend">{"".join(keys)}</ul>' if listed else ""


def bullets(notes: Iterable[str]) -> str:
    """Return a list of plain text; nothing if it is empty."""
    listed = "".join(f"<li>{escape(note)}</li>" for note in notes)
    return f"<ul>{listed}</ul>" if listed else ""


def facts(described: Mapping[str, str]) -> str:
    """Return names and values as a list that fills the width; names without a value are left out."""
    listed = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>"
        for name, value in described.items()
        if value
    )
    return f'<dl class="facts">{listed}</dl>' if listed else ""


def columns(parts: Iterable[str], kind: str = "") -> str:
    """Return parts side by side if the page is wide enough; empty ones are left out.

    Parameters
    ----------
    parts : iterable of str
    kind : str, optional
        ``"small"`` for parts that need little width.
    """
    shown = [f"<div>{part}</div>" for part in parts if part]
    return f'<div class="{f"columns {kind}".strip()}">{"".join(shown)}</div>' if shown else ""


def command_block(command: str) -> str:
    """Return a command line that breaks between its words only; nothing if it is empty."""
    words = " ".join(f"<span>{escape(word)}</span>" for word in command.split(" "))
    return f'<h2>Command</h2><pre class="command">{words}</pre>' if command else ""
