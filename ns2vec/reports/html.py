"""Pages that need nothing else: no script, no font, no request."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from ns2vec.reports.charts import PALETTE

#: Colours of charts in theme.css.
N_SERIES = 8

STYLE = """
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { font: 15px/1.45 system-ui, sans-serif; color: #1a1a1a; background: #fff; margin: 0 auto;
       max-width: 1100px; padding: 16px; }
h1 { font-size: 1.5rem; margin: 0 0 4px; } h2 { font-size: 1.15rem; margin: 28px 0 8px; }
h3 { font-size: 1rem; margin: 16px 0 6px; } p { margin: 6px 0; } .quiet { color: #555; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; font-size: 14px; }
th { overflow-wrap: anywhere; min-width: 84px; max-width: 170px; }
th, td { padding: 4px 10px; text-align: left; border-bottom: 1px solid #ddd; vertical-align: top; }
td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.heat { text-align: center; font-variant-numeric: tabular-nums; border: 1px solid #fff; min-width: 60px; }
svg { width: 100%; max-width: 760px; height: auto; display: block; }
svg text { font: 11px system-ui, sans-serif; }
.grid { stroke: #ccc; stroke-width: 1; } .interval { stroke: #111; stroke-width: 1.3; fill: none; }
.model { display: inline-block; margin-right: 14px; overflow-wrap: anywhere; }
.key { display: inline-block; width: 12px; height: 12px; margin-right: 6px; vertical-align: -1px; }
ul { padding-left: 20px; margin: 6px 0; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; }
.maps { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 480px), 1fr)); gap: 12px; }
"""


def page(title: str, sections: Iterable[str]) -> str:
    """Return a whole page; sections that are empty are left out.

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
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body>\n"
        + "\n".join(filter(None, sections))
        + "\n</body></html>\n"
    )


def cell(text: str, kind: str = "", style: str = "") -> str:
    """Return a cell of a table around markup."""
    attributes = f' class="{kind}"' if kind else ""
    return f"<td{attributes}{f' style={chr(34)}{style}{chr(34)}' if style else ''}>{text}</td>"


def table(heads: Sequence[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a table of plain heads and rows of cells that `cell` made."""
    head = "".join(f"<th>{escape(text)}</th>" for text in heads)
    body = "".join(f"<tr>{''.join(row)}</tr>" for row in rows)
    return f'<div class="scroll"><table><tr>{head}</tr>{body}</table></div>'


def text_table(rows: Sequence[Sequence[str]]) -> str:
    """Return a table of plain text, the heads first."""
    return table(rows[0], ([cell(escape(text)) for text in row] for row in rows[1:]))


def legend(names: Iterable[str]) -> str:
    """Return names with their colours of `PALETTE`."""
    keys = (
        f'<span class="model"><span class="key" style="background:{PALETTE[number % len(PALETTE)]}"></span>'
        f"{escape(name)}</span>"
        for number, name in enumerate(names)
    )
    return f"<p>{' '.join(keys)}</p>"


def bullets(notes: Iterable[str]) -> str:
    """Return a list of plain text; nothing where there is none."""
    listed = "".join(f"<li>{escape(note)}</li>" for note in notes)
    return f"<ul>{listed}</ul>" if listed else ""
