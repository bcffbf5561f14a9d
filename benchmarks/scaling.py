"""How training scales with corpus size, dimensions, negatives, window and threads; ns2vec only.

    python -m benchmarks scaling                     every axis, 3 rounds
    python -m benchmarks scaling --axes corpus threads --rounds 1

Every point changes one setting. The axis `corpus` keeps the vocabulary at 30,000 words, so that only
the amount of text differs: the cost per trained word must stay within 15 %; otherwise the exit code is 1.
Corpora are prefixes of the English text, or of --corpus (in the same proportion).
"""

from __future__ import annotations

import json
import statistics
import sys
from pathlib import Path
from typing import Any

from benchmarks.measure import training_phase
from benchmarks.processes import ChildError, run_child
from benchmarks.shared import (
    PARAMETERS,
    TEXT8_BYTES,
    code_fingerprint,
    common_parser,
    corpus_file,
    describe_corpus,
    describe_machine,
    prefix_of,
    results_path,
    save_json,
    say,
)
from benchmarks.table import as_markdown

ALLOWED_SPREAD = 0.15
SIZES = (25_000_000, 50_000_000, 100_000_000, 0)  # 0: all of the text
AXES: dict[str, tuple[str, tuple[int, ...]]] = {
    "corpus": ("bytes", SIZES),
    "dimensions": ("vector_size", (50, 100, 200, 300, 400, 600)),
    "negatives": ("negative", (2, 5, 10, 15, 25)),
    "window": ("window", (2, 5, 10, 15)),
    "threads": ("workers", (1, 2)),
}


def points_of(axis: str) -> list[tuple[str, int, dict[str, Any]]]:
    """Label, bytes of text (0: all) and changed settings of each point of an axis."""
    setting, values = AXES[axis]
    if axis == "corpus":
        return [(str(size or "all"), size, {"workers": 1, "max_final_vocab": 30_000}) for size in values]
    return [(str(value), TEXT8_BYTES, {"workers": 1, setting: value}) for value in values]


def text_of(named: str | None, n_bytes: int, data: str | None) -> Path:
    """The prefix that a point trains on; for a named text, in the same proportion as for the English text."""
    if named is None:
        return corpus_file(None, n_bytes, data)
    whole = Path(named)
    english = 389_401_769
    return prefix_of(whole, whole.stat().st_size * n_bytes // english)


def measure_point(corpus: Path, settings: dict[str, Any]) -> dict[str, Any]:
    """Cost of an epoch, from the difference of two runs, and the number of its words."""
    parameters = {**PARAMETERS, **settings}
    job = {"program": "ns2vec", "task": "train", "input": "corpus_file", "corpus": str(corpus)}
    one, two = (run_child({**job, "parameters": {**parameters, "epochs": epochs}}) for epochs in (1, 2))
    asked = {name: value for name, value in parameters.items() if name not in ("epochs", "workers")}
    facts = run_child({**job, "task": "facts", "parameters": asked})
    phase = training_phase(one, two, facts)
    names = ("epoch_seconds", "raw_words_per_second", "trained_words_per_second", "peak_bytes", "isa")
    return {
        **{name: phase[name] for name in names},
        "ns_per_trained_word": 1e9 / phase["trained_words_per_second"],
        "pairs_per_second": facts["scored_pairs"] / phase["epoch_seconds"],
        "n_types": facts["n_types"],
        "corpus_bytes": corpus.stat().st_size,
    }


def summarise(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    """Medians of a point."""
    last = rounds[-1]
    medians = {
        name: statistics.median(found[name] for found in rounds)
        for name, value in last.items()
        if isinstance(value, int | float)
    }
    return {**last, **medians, "n_rounds": len(rounds)}


def spread_of(points: dict[str, Any]) -> float:
    """Largest cost per trained word over the smallest, minus one."""
    costs = [point["summary"]["ns_per_trained_word"] for point in points.values()]
    return max(costs) / min(costs) - 1


def table(axes: dict[str, Any]) -> str:
    """Every point as a row of a markdown table."""
    header = ["axis", "point", "M raw words/s", "ns a trained word", "M pairs/s", "peak MB"]
    lines = [header, ["---"] * len(header)]
    for axis, points in axes.items():
        for label, point in points.items():
            row = point["summary"]
            speeds = [f"{row['raw_words_per_second'] / 1e6:.2f}", f"{row['ns_per_trained_word']:.0f}"]
            rest = [f"{row['pairs_per_second'] / 1e6:.1f}", f"{row['peak_bytes'] / 1e6:.0f}"]
            lines.append([axis, label, *speeds, *rest])
    return as_markdown(lines)


def known_points(path: Path, code: str, keep: bool) -> dict[str, Any]:
    """Points of an earlier call; those by other code are left out unless `keep`."""
    if not path.exists():
        return {}
    axes = json.loads(path.read_text(encoding="utf-8"))["axes"]
    return {
        axis: {label: point for label, point in points.items() if keep or point["code"] == code}
        for axis, points in axes.items()
    }


def main(argv: list[str] | None = None) -> int:
    """Return 0, or 1 if a run failed or the cost over corpus size differs too much."""
    parser = common_parser(__doc__)
    parser.prog = "python -m benchmarks scaling"
    parser.add_argument("--axes", nargs="+", choices=AXES, default=list(AXES))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--keep", action="store_true", help="keep known points of other code")
    arguments = parser.parse_args(argv)
    path = results_path("scaling", arguments.results, is_dated=False)
    code = code_fingerprint()
    axes = known_points(path, code, arguments.keep)
    for axis in arguments.axes:
        found = axes.setdefault(axis, {})
        for number in range(arguments.rounds):  # points of an axis interleaved
            for label, n_bytes, settings in points_of(axis):
                corpus = text_of(arguments.corpus, n_bytes, arguments.data)
                point = found.get(label)
                if point is None or point["corpus"] != describe_corpus(corpus):
                    point = {"code": code, "corpus": describe_corpus(corpus), "rounds": []}
                if len(point["rounds"]) > number:
                    continue
                say(f"{axis} {label}, round {number + 1}")
                try:
                    point["rounds"].append(measure_point(corpus, settings))
                except ChildError as error:
                    print(f"scaling: {axis} {label}: {error}", file=sys.stderr)
                    return 1
                found[label] = {**point, "summary": summarise(point["rounds"])}
                save_json(path, {"machine": describe_machine(), "axes": axes})
    path.with_suffix(".md").write_text(table(axes), encoding="utf-8")
    print(table(axes))
    spread = spread_of(axes["corpus"]) if axes.get("corpus") else 0.0
    print(f"cost of a trained word over corpus size: {100 * spread:.1f} % apart (allowed 15 %)")
    return int(spread > ALLOWED_SPREAD)
