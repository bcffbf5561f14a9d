"""Comparisons as one self-contained HTML page with plots, without a plotting library."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from html import escape

from ns2vec._build_info import __version__
from ns2vec.comparison.remarks import remarks, seconds_text, verdict
from ns2vec.comparison.results import CandidateResult, Comparison, growth
from ns2vec.comparison.text_report import COLUMNS_EXPLAINED, growth_rows, rows
from ns2vec.reports.axes import Axis
from ns2vec.reports.bars import Bar, bars, scale_of
from ns2vec.reports.charts import line_chart
from ns2vec.reports.html import bullets, columns, command_block, facts, page, text_table
from ns2vec.reports.tables import date_text

LONG_NAME = 34  # characters; charts with longer names at the ends of lines have the full width
BY_SEEDS = "; the interval is the standard deviation over seeds"


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
    names = dict.fromkeys(entry.name for found in comparisons for entry in found.candidates if not entry.note)
    series = {name: number for number, name in enumerate(names)}
    parts = ["<h1>Objectives and samplers</h1>", *(_section(found, series) for found in comparisons)]
    if len(comparisons) > 1:
        lines = {
            one.name: [
                (float(v), 1e6 * t) for v, t in zip(one.vocabularies, one.seconds_per_pair, strict=True)
            ]
            for one in growth(comparisons)
        }
        chart = line_chart(
            lines, x="words of the vocabulary", y="processor time for a pair, µs", is_log=True, series=series
        )
        shown = columns([chart, text_table(growth_rows(comparisons))])
        parts.append(f"<h2>Growth with the vocabulary</h2>{shown}")
    parts.append(f"<h2>Columns</h2>{bullets(COLUMNS_EXPLAINED)}")
    parts.append(command_block(command))
    return page("ns2vec comparison", parts)


def _section(found: Comparison, series: dict[str, int]) -> str:
    shown = [entry for entry in found.candidates if not entry.note]
    lines = {entry.name: entry.mean_curve() for entry in shown}
    times = _times(found, shown)
    curves = line_chart(lines, x="epochs", y="loss of held-out text, nats", series=series)
    has_long_names = max(map(len, lines), default=0) > LONG_NAME
    return "\n".join(
        [
            f'<h2>{escape(str(found.corpus["name"]))}</h2><p class="verdict">{escape(verdict(found))}</p>',
            facts(_described(found)),
            bullets(remarks(found)),
            times + curves if has_long_names else columns([times, curves]),
            columns([_f1_kept(found, shown), *_suites(found, shown)]),
            "<h3>All figures</h3>",
            text_table(rows(found)),
        ]
    )


def _described(found: Comparison) -> dict[str, str]:
    """Return what was compared, where and when."""
    corpus, machine = found.corpus, found.machine
    options = {name: value for name, value in found.options.items() if name != "epochs" and value is not None}
    took = f"{found.seconds:,.1f} s" + (f" of {found.budget:,.0f} s" if found.budget is not None else "")
    return {
        "made": ", ".join(filter(None, [date_text(found.made), f"ns2vec {found.version or __version__}"])),
        "text": f"{corpus['n_words']:,} words, {corpus['vocabulary']:,} in the vocabulary",
        "trained on": f"{found.text_words:,} words in each of {found.options['epochs']} epochs",
        "held out": f"{corpus['held_out_words']:,} words",
        "seeds": " ".join(map(str, found.seeds)),
        "it took": took,
        "settings": ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in options.items()),
        "machine": ", ".join(str(value) for value in machine.values()),
    }


def _times(found: Comparison, shown: Sequence[CandidateResult]) -> str:
    drawn = [
        Bar(entry.name, entry.seconds, seconds_text(entry), kind=_kind(entry, found))
        for entry in sorted(shown, key=lambda entry: entry.seconds)
        if entry.seconds > 0
    ]
    scale = Axis.around([bar.value for bar in drawn], is_log=True)
    return bars({"": drawn}, scale, "Time of a whole training, ~ extrapolated", label="seconds")


def _f1_kept(found: Comparison, shown: Sequence[CandidateResult]) -> str:
    reference = found.reference
    caption = f"F1 kept of full softmax's{_by_seeds(found)}"

    def kept(entry: CandidateResult) -> tuple[float, float]:
        return entry.f1_stability(reference)

    return _quality(found, shown, kept, caption, "F1 / F1 of full softmax")


def _suites(found: Comparison, shown: Sequence[CandidateResult]) -> list[str]:
    def one(suite: str) -> str:
        caption = f"Scores of {suite}{_by_seeds(found)}"
        return _quality(found, shown, lambda entry: entry.score(suite), caption, suite)

    return [one(suite) for suite in found.suites]


def _by_seeds(found: Comparison) -> str:
    return BY_SEEDS if len(found.seeds) > 1 else ""


def _kind(entry: CandidateResult, found: Comparison) -> str:
    return "reference" if entry is found.reference else "plain"


def _quality(
    found: Comparison,
    shown: Sequence[CandidateResult],
    of: Callable[[CandidateResult], tuple[float, float]],
    caption: str,
    label: str,
) -> str:
    """Draw means with their deviations, the best first; nothing if no candidate has a value."""
    drawn = []
    for entry in shown:
        value, deviation = of(entry)
        text = "no score" if math.isnan(value) else f"{value:.3f}"
        drawn.append(Bar(entry.name, value, text, value - deviation, value + deviation, _kind(entry, found)))
    drawn.sort(key=lambda bar: math.inf if math.isnan(bar.value) else -bar.value)
    if not any(math.isfinite(bar.value) for bar in drawn):
        return ""
    return bars({"": drawn}, scale_of(drawn), caption, label=f"{label}, more is better")
