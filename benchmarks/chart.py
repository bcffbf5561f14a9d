"""The README's chart as SVG, from the committed JSON: the speed relative to a peer, one bar per row."""

from __future__ import annotations

from html import escape
from typing import Any

BARS = {
    "sg": "skip-gram vs gensim",
    "fasttext": "skip-gram vs fastText",
    "word2vec.c": "skip-gram vs word2vec.c",
    "cbow": "CBOW vs gensim",
    "hs": "hierarchical softmax vs gensim",
    "lists": "skip-gram from lists vs gensim",
    "vocab": "counting and encoding a file vs gensim",
    "load-text": "reading vectors as text vs gensim",
    "analogies": "analogies vs gensim",
}
WIDTH, LABEL, HEIGHT, TOP = 760, 330, 26, 34  # pixels: total, names, height of a row, space above the first
STYLE = """text{font:14px system-ui,sans-serif;fill:#24292f}.note{font-size:12px;fill:#57606a}
.bar{fill:#0969da}.one{stroke:#57606a;stroke-dasharray:3 3}
@media(prefers-color-scheme:dark){text{fill:#e6edf3}
.note{fill:#9198a1}.bar{fill:#4493f8}.one{stroke:#9198a1}}"""


def chart(record: dict[str, Any]) -> str:
    """Draw the rows that have been measured; the longest bar has the full width."""
    found = {name: record["rows"][name]["summary"]["value"] for name in BARS if name in record["rows"]}
    values = {name: value for name, value in found.items() if value is not None}
    if not values:
        return ""
    scale = (WIDTH - LABEL - 70) / max(values.values())
    rows = [bar(number, BARS[name], value, scale) for number, (name, value) in enumerate(values.items())]
    bottom = TOP + HEIGHT * len(values)
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {bottom + 12}" role="img" '
        'aria-label="Speed relative to peers">',
        f"<style>{STYLE}</style>",
        f'<text x="{LABEL}" y="18" class="note">times as fast as the peer; the dashed line is 1</text>',
        *rows,
        f'<line class="one" x1="{LABEL + scale:.1f}" x2="{LABEL + scale:.1f}" y1="{TOP - 8}" y2="{bottom}"/>',
        "</svg>\n",
    ])  # fmt: skip


def bar(number: int, name: str, value: float, scale: float) -> str:
    """One row: name, bar, figure."""
    y, length = TOP + HEIGHT * number, value * scale
    return (
        f'<text x="{LABEL - 10}" y="{y + 13}" text-anchor="end">{escape(name)}</text>'
        f'<rect class="bar" x="{LABEL}" y="{y}" width="{length:.1f}" height="{HEIGHT - 8}" rx="2"/>'
        f'<text x="{LABEL + length + 8:.1f}" y="{y + 13}">{value:.1f}</text>'
    )
