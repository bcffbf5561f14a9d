"""From rounds to one row: medians, the value that counts, the verdict."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from typing import Any

from benchmarks.rows import Row

__all__ = ["KINDS", "summarise", "verdict_on"]

Figures = dict[str, dict[str, Any]]
FLOP_PER_DIMENSION = 6  # score, and both updates: two each


def median_of(runs: list[dict[str, Any]], key: str) -> float | None:
    """Median over the rounds; None if no round has the figure."""
    found = [run[key] for run in runs if run.get(key) is not None]
    return statistics.median(found) if found else None


def summarise_arm(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """The arm's description (from its last run) and the medians of its figures."""
    missing = next((run["missing"] for run in runs if "missing" in run), None)
    if missing is not None:
        return {"program": runs[-1].get("program"), "missing": missing}
    figures = dict(runs[-1])
    for key, value in runs[-1].items():
        if isinstance(value, int | float) and not isinstance(value, bool):
            figures[key] = median_of(runs, key)
    figures["peak_bytes"] = max(run["peak_bytes"] for run in runs)
    figures["n_rounds"] = len(runs)
    return figures


def fastest(arms: Figures, row: Row, ours: bool) -> dict[str, Any] | None:
    """The fastest of our arms, or of the peers that ran."""
    found = [
        arms[arm.name]
        for arm in row.arms
        if (arm.program == "ns2vec") == ours and "speed" in arms.get(arm.name, {})
    ]
    return max(found, key=lambda arm: arm["speed"], default=None)


def ratio(row: Row, arms: Figures, peaks: dict[str, float]) -> float | None:
    """Our speed over the fastest peer's."""
    our, their = fastest(arms, row, True), fastest(arms, row, False)
    return our["speed"] / their["speed"] if our and their else None


def thread_share(row: Row, arms: Figures, peaks: dict[str, float]) -> float | None:
    """Gain from the second thread, relative to the gain of the hardware."""
    one, two = arms.get("1 thread", {}), arms.get("2 threads", {})
    if "speed" not in one or "speed" not in two or not {"1", "2"} <= set(peaks):
        return None
    return two["speed"] / one["speed"] / (peaks["2"] / peaks["1"])


def peak_share(row: Row, arms: Figures, peaks: dict[str, float]) -> float | None:
    """Arithmetic of the scored pairs relative to the peak."""
    our = fastest(arms, row, True)
    if our is None or "1" not in peaks:
        return None
    flop = FLOP_PER_DIMENSION * our["parameters"]["vector_size"] * our["scored_pairs"]
    return flop / our["epoch_seconds"] / peaks["1"]


# kind of row: the value that counts
KINDS: dict[str, Callable[[Row, Figures, dict[str, float]], float | None]] = {
    "training": ratio,
    "seconds": ratio,
    "wall": ratio,
    "threads": thread_share,
    "fma": peak_share,
}


def verdict_on(value: float | None, must: float | None, aim: float | None) -> str:
    """One of "aim", "must", "missed", "not measured", and "-" if there is no target."""
    if value is None:
        return "not measured"
    if must is None or aim is None:
        return "-"
    return "aim" if value >= aim else "must" if value >= must else "missed"


def summarise(row: Row, rounds: list[dict[str, Any]]) -> dict[str, Any]:
    """The summary of a row: value, verdict, medians of each arm, peaks, reasons for missing figures."""
    arms = {
        arm.name: summarise_arm(found)
        for arm in row.arms
        if (found := [measured["arms"][arm.name] for measured in rounds if arm.name in measured["arms"]])
    }
    peaks: dict[str, float] = {}
    for threads in sorted({key for measured in rounds for key in measured.get("peaks", {})}):
        peaks[threads] = statistics.median(measured["peaks"][threads] for measured in rounds)
    value = KINDS[row.kind](row, arms, peaks)
    verdict = verdict_on(value, row.must, row.aim)
    reasons = [f"{name}: {arm['missing']}" for name, arm in arms.items() if "missing" in arm]
    reasons += [measured["no_peak"] for measured in rounds[-1:] if "no_peak" in measured]
    isa = next((arm["isa"] for arm in arms.values() if "isa" in arm), row.isa)
    if verdict == "missed" and row.isa and isa != row.isa:
        reasons.append(f"asked of {row.isa}, measured with {isa}")
    return {
        "value": value,
        "must": row.must,
        "aim": row.aim,
        "verdict": verdict,
        "n_rounds": len(rounds),
        "arms": arms,
        "peaks": peaks,
        "reasons": reasons,
    }
