"""The calculator's time and memory compared with real runs of ns2vec.

    python -m benchmarks calculator                               skip-gram, 1 and 2 threads, 1 epoch
    python -m benchmarks calculator --variants cbow hs --threads 1 --epochs 2

Memory is anonymous memory (RssAnon, polled from outside), time that of build_vocab() and train().
Exit code 1: time off by more than 25 %, or memory by more than 10 %.
"""

from __future__ import annotations

import sys
from typing import Any

from benchmarks.processes import ChildError, run_child
from benchmarks.shared import (
    VARIANTS,
    changed_settings,
    common_parser,
    corpus_file,
    describe_corpus,
    describe_machine,
    job_for,
    results_path,
    save_json,
    say,
)
from ns2vec.calculator import estimate

TIME, MEMORY = 0.25, 0.10


def compare(job: dict[str, Any]) -> dict[str, Any]:
    """Estimate a run, run it, and return both next to each other."""
    found = estimate(corpus_file=job["corpus"], **job["parameters"])
    outcome = run_child(job)
    seconds = found.seconds or {}
    return {
        "estimate": found.to_dict(),
        "outcome": outcome,
        "training": (seconds["setup"] + seconds["training"], outcome["train_seconds"]),
        "whole": (sum(seconds.values()), outcome["vocab_seconds"] + outcome["train_seconds"]),
        "memory": (found.memory_total, max(outcome["peak_bytes"].values())),
    }


def is_close(row: dict[str, Any]) -> bool:
    """Whether time and memory are within the promised limits."""
    limits = {"training": TIME, "whole": TIME, "memory": MEMORY}
    return all(abs(row[name][0] / row[name][1] - 1) <= limit for name, limit in limits.items())


def line(name: str, row: dict[str, Any]) -> str:
    """One row of the table."""
    cells = [f"{name:<12}"]
    for what, unit, digits in (("training", 1.0, 2), ("whole", 1.0, 2), ("memory", 1e6, 1)):
        said, real = row[what]
        cells.append(f"{said / unit:8.{digits}f} {real / unit:8.{digits}f} {100 * (said / real - 1):+6.1f} %")
    return " ".join(cells)


def main(argv: list[str] | None = None) -> int:
    """Return 0 if every run is within the limits, else 1."""
    parser = common_parser(__doc__)
    parser.add_argument("--variants", nargs="+", choices=VARIANTS, default=["sg-window"])
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.set_defaults(epochs=1)
    arguments = parser.parse_args(argv)
    corpus = corpus_file(arguments.corpus, arguments.bytes, arguments.data)
    settings = changed_settings(arguments, ("epochs", "vector_size"))
    rows: dict[str, dict[str, Any]] = {}
    try:
        for variant in arguments.variants:
            for threads in arguments.threads:
                say(f"{variant}, {threads} thread(s)")
                rows[f"{variant}/{threads}"] = compare(
                    job_for("ns2vec", variant, corpus, workers=threads, **settings)
                )
    except ChildError as error:
        print(f"calculator: {error}", file=sys.stderr)
        return 1
    record = {"machine": describe_machine(), "corpus": describe_corpus(corpus), "settings": settings}
    save_json(results_path("calculator", arguments.results), {**record, "rows": rows})
    print(f"{'':<12} {'training, s: said, real':<26} {'whole run, s':<26} memory, MB")
    print("\n".join(line(name, row) for name, row in rows.items()))
    return 0 if all(map(is_close, rows.values())) else 1
