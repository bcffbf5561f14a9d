"""A `Comparison` as tables for a terminal and as Markdown."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ns2vec.comparison.remarks import remarks
from ns2vec.comparison.results import CandidateResult, Comparison, growth
from ns2vec.reports.tables import aligned, markdown_table

COLUMNS_EXPLAINED = (
    "time: seconds of a whole training, ~ extrapolated from a part of one",
    "saved: 1 - time / time of full softmax",
    "memory: a batch's scratch and window of rows, in bytes as counted (formula)",
    "loss: -log P of held-out words, nats; F1: of predictions on held-out text; "
    "F1 kept: F1 / F1 of full softmax; ±: standard deviation over seeds",
)


def _number(value: float, digits: int = 3) -> str:
    return "-" if math.isnan(value) else f"{value:,.{digits}f}"


def _spread(pair: tuple[float, float], digits: int = 3) -> str:
    mean, deviation = pair
    shown = _number(mean, digits)
    return shown if math.isnan(deviation) else f"{shown} ±{_number(deviation, digits)}"


def _micro(seconds: float) -> str:
    return "-" if math.isnan(seconds) else f"{1e6 * seconds:.4g}"


def _share(value: float) -> str:
    return "-" if math.isnan(value) else f"{100 * value:.1f} %"


def rows(found: Comparison) -> list[list[str]]:
    """Return the head and one row for each candidate that was not left out."""
    head = ["candidate", "time s", "saved", "us/pair", "memory", "loss", "F1", "F1 kept", *found.suites]
    if found.price_per_hour is not None:
        head.append("cost/batch")
    return [head, *(_row(entry, found) for entry in found.candidates if not entry.note)]


def _row(entry: CandidateResult, found: Comparison) -> list[str]:
    reference = found.reference
    figures = entry.summary(reference, found.price_per_hour)
    cells = [
        entry.name,
        ("" if entry.is_measured else "~") + _number(entry.seconds, 1 if entry.seconds >= 1.0 else 3),
        _share(figures["time_reduction"]),
        _micro(entry.seconds_per_pair),
        _memory(entry),
        _spread(figures["held_out_loss"]),
        _spread(figures["f1"]),
        _spread(figures["f1_stability"]),
        *(_spread(entry.score(suite)) for suite in found.suites),
    ]
    if found.price_per_hour is not None:
        cells.append(f"{figures['cost_per_batch']:.3g}")
    return cells


def _memory(entry: CandidateResult) -> str:
    if entry.memory is None or entry.memory_formula is None:
        return "-"
    return f"{entry.memory.total:,.0f} ({entry.memory_formula.total:,.0f})"


def growth_rows(comparisons: Sequence[Comparison]) -> list[list[str]]:
    """Return head and rows of the time per pair by vocabulary."""
    found = growth(comparisons)
    head = ["candidate", *(f"V={size:,}" for size in found[0].vocabularies), "growth"]
    return [
        head, *([one.name, *map(_micro, one.seconds_per_pair), f"x{one.factor:.2f}"] for one in found)
    ]  # fmt: skip


def _heading(found: Comparison) -> str:
    corpus = found.corpus
    return (
        f"{corpus['name']}: {corpus['n_words']:,} words, {corpus['vocabulary']:,} in the vocabulary; "
        f"trained on {found.text_words:,} words, {found.options['epochs']} epochs, seeds "
        f"{' '.join(map(str, found.seeds))}; {found.seconds:.1f} s"
        + ("" if found.budget is None else f" of {found.budget:,.0f} s")
    )


def _notes(found: Comparison) -> list[str]:
    return [*COLUMNS_EXPLAINED, *remarks(found)]


def table(comparisons: Sequence[Comparison]) -> str:
    """Render as aligned lines, one table for each corpus, and the growth over vocabularies."""
    parts = []
    for found in comparisons:
        parts.append("\n".join([_heading(found), *aligned(rows(found)), *remarks(found), ""]))
    if len(comparisons) > 1:
        parts.append("\n".join(["processor time for a pair, us", *aligned(growth_rows(comparisons)), ""]))
    return "\n".join([*parts, *COLUMNS_EXPLAINED])


def markdown(comparisons: Sequence[Comparison]) -> str:
    """Render as Markdown tables with notes."""
    parts = []
    for found in comparisons:
        notes = "\n".join(f"- {note}" for note in _notes(found))
        parts.append(f"{_heading(found)}\n\n{markdown_table(rows(found))}\n\n{notes}\n")
    if len(comparisons) > 1:
        parts.append(f"Processor time for a pair, us\n\n{markdown_table(growth_rows(comparisons))}\n")
    return "\n".join(parts)
