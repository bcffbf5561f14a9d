"""Comparisons as one HTML page with plots, which needs no other file and no plotting library."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from ns2vec.comparison.results import Comparison, growth
from ns2vec.comparison.text_report import COLUMNS_EXPLAINED, growth_rows, rows
from ns2vec.reports.charts import line_chart, time_bars
from ns2vec.reports.html import bullets, legend, page, text_table


def html_report(comparisons: Sequence[Comparison], *, command: str = "") -> str:
    """Render as one self-contained HTML page.

    Parameters
    ----------
    comparisons : sequence of Comparison
    command : str, optional
        The command line that made them.

    Returns
    -------
    str
    """
    parts = ["<h1>Objectives and samplers</h1>", *map(_section, comparisons)]
    if len(comparisons) > 1:
        grown = growth(comparisons)
        lines = {
            one.name: [
                (float(v), 1e6 * t) for v, t in zip(one.vocabularies, one.seconds_per_pair, strict=True)
            ]
            for one in grown
        }
        chart = line_chart(lines, x="words of the vocabulary", y="us for a pair", is_log=True)
        parts.append("<h2>Growth with the vocabulary</h2>" + legend(list(lines)) + chart)
        parts.append(text_table(growth_rows(comparisons)))
    parts.append(f"<h2>Columns</h2>{bullets(COLUMNS_EXPLAINED)}")
    if command:
        parts.append(f"<h2>Command</h2><pre>{escape(command)}</pre>")
    return page("ns2vec comparison", parts)


def _section(found: Comparison) -> str:
    corpus = found.corpus
    lines = {entry.name: entry.mean_curve() for entry in found.candidates if not entry.note}
    described = (
        f"{corpus['n_words']:,} words, {corpus['vocabulary']:,} in the vocabulary, {found.text_words:,} "
        f"trained on; {found.options['epochs']} epochs; {found.seconds:.1f} s"
    )
    return "\n".join(
        [
            f'<h2>{escape(str(corpus["name"]))}</h2><p class="quiet">{escape(described)}</p>',
            text_table(rows(found)),
            bullets(found.notes),
            "<h3>Convergence: loss of held-out text</h3>",
            legend(list(lines)),
            line_chart(lines, x="epochs", y="loss, nats"),
            "<h3>Time of a whole training</h3>",
            time_bars({entry.name: entry.seconds for entry in found.candidates if not entry.note}),
        ]
    )
