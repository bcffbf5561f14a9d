"""Remarks on a comparison besides its figures, each reason once, and its conclusion."""

from __future__ import annotations

import math
from collections.abc import Callable

from ns2vec.comparison.results import CandidateResult, CandidateRun, Comparison, mean_and_deviation


def remarks(found: Comparison) -> list[str]:
    """Return the notes, and the candidates left out, stopped early or not scored, one line for each reason.

    Parameters
    ----------
    found : Comparison

    Returns
    -------
    list of str
    """
    told = _told_one_by_one(found)
    lines = [note for note in found.notes if note not in told]
    lines += [f"left out: {', '.join(names)}: {reason}" for reason, names in _left_out(found).items()]
    if ended := _who(found, lambda run: run.share < 1.0, "after {share:.0%} of its training (seed {seed})"):
        lines.append(f"the budget ended runs early, which have no scores: {'; '.join(ended)}")
    if unscored := _who(found, _is_unscored, "with seed {seed}"):
        lines.append(f"the budget left no time for F1 and scores: {'; '.join(unscored)}")
    return lines


def _is_unscored(run: CandidateRun) -> bool:
    return run.share == 1.0 and math.isnan(run.f1) and not run.scores


def _who(found: Comparison, is_meant: Callable[[CandidateRun], bool], words: str) -> list[str]:
    """Return the runs concerned; candidates with the same remark are joined."""
    groups: dict[str, list[str]] = {}
    trained = [entry for entry in found.candidates if entry.runs]
    for entry in trained:
        for run in filter(is_meant, entry.runs):
            groups.setdefault(words.format(share=run.share, seed=run.seed), []).append(entry.name)
    return [
        f"{'every candidate' if len(names) == len(trained) > 2 else ', '.join(names)} {what}"
        for what, names in groups.items()
    ]


def _told_one_by_one(found: Comparison) -> set[str]:
    """Return notes that records of older versions repeat for each candidate and run."""
    told = {f"{entry.name} left out: {entry.note}" for entry in found.candidates if entry.note}
    told |= {
        f"{entry.name} with seed {run.seed} was ended by the budget after {run.share:.0%} of its training"
        for entry in found.candidates
        for run in entry.runs
    }
    return told


def _left_out(found: Comparison) -> dict[str, list[str]]:
    reasons: dict[str, list[str]] = {}
    for entry in found.candidates:
        if entry.note:
            reasons.setdefault(entry.note, []).append(entry.name)
    return reasons


def verdict(found: Comparison) -> str:
    """Say which candidate is the fastest and which are the best, compared with full softmax.

    Parameters
    ----------
    found : Comparison

    Returns
    -------
    str
    """
    reference = found.reference
    others = [entry for entry in found.candidates if not entry.note and entry is not reference]
    figures: list[tuple[str, Figure]] = [("lowest held-out loss", _less_loss), ("highest F1", _f1)]
    figures += [(f"highest score on {suite}", _score_of(suite)) for suite in found.suites]
    claims: dict[str, list[str]] = {}
    for words, of in figures:
        known = [entry for entry in others if math.isfinite(of(entry))]
        if not known:
            continue
        best = max(known, key=of)
        theirs = of(reference)
        against = f"; full softmax {abs(theirs):.3f}" if math.isfinite(theirs) else ""
        claims.setdefault(best.name, []).append(f"the {words} ({abs(of(best)):.3f}{against})")
    said = [f"{name} has {_listed(of_it)}." for name, of_it in claims.items()]
    return " ".join(filter(None, [_fastest(others, reference), *said])) or "Nothing was trained."


Figure = Callable[[CandidateResult], float]


def _less_loss(entry: CandidateResult) -> float:
    return -entry.loss()[0]


def _f1(entry: CandidateResult) -> float:
    return mean_and_deviation(run.f1 for run in entry.runs)[0]


def _score_of(suite: str) -> Figure:
    return lambda entry: entry.score(suite)[0]


def _listed(parts: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(parts[:-1]), parts[-1]]))


def _fastest(others: list[CandidateResult], reference: CandidateResult) -> str:
    timed = [entry for entry in others if math.isfinite(entry.seconds)]
    if not timed:
        return ""
    first = min(timed, key=lambda entry: entry.seconds)
    said = f"{first.name} is the fastest: {seconds_text(first)}"
    if reference.note or not math.isfinite(reference.seconds):
        return f"{said}."
    times = reference.seconds / first.seconds
    return (
        f"{said} for a whole training, where full softmax takes {seconds_text(reference)}, "
        f"{times:,.{0 if times >= 10 else 1}f} times as long."
    )


def seconds_text(entry: CandidateResult) -> str:
    """Return the time of a whole training; ~ marks extrapolated values."""
    n_digits = 0 if entry.seconds >= 100 else 1 if entry.seconds >= 1 else 3
    return f"{'' if entry.is_measured else '~'}{entry.seconds:,.{n_digits}f} s"
