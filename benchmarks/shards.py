"""Training in shards compared with threads that share the weights: quality over seeds, and words per second.

    python -m benchmarks shards                               2, 4 and 8 shards by the default rule, 100 MB
    python -m benchmarks shards --bytes 25000000 --rules adasum mean others --shards 4 8
    python -m benchmarks shards --shards 8 --seeds 1 --epochs 1

A stopped benchmark continues where it stopped if it is called again with the same --results. Exit code 1: a
run failed; a rule with which training diverges has no scores.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from benchmarks.known_runs import KnownRuns
from benchmarks.processes import ChildError
from benchmarks.shared import (
    PARAMETERS,
    changed_settings,
    common_parser,
    corpus_file,
    protocol,
    results_path,
)
from benchmarks.table import as_markdown
from ns2vec.comparison.results import mean_and_deviation
from ns2vec.training.sharded.merges import DEFAULT, MERGES

SPEEDS = ("words_per_second", "words_per_cpu_second")


def job(corpus: Path, data: str, seed: int, settings: dict[str, Any]) -> dict[str, Any]:
    """A job for child.py that trains and is scored."""
    return {
        "program": "ns2vec",
        "corpus": str(corpus),
        "input": "corpus_file",
        "parameters": {**PARAMETERS, **settings, "seed": seed},
        "data": data,
    }


def row(name: str, outcomes: list[dict[str, Any]]) -> list[str]:
    """One row of the table: means and deviations over the seeds."""
    speeds = [mean_and_deviation(one[unit] for one in outcomes)[0] for unit in SPEEDS]
    scores = [mean_and_deviation(one["scores"][metric] for one in outcomes) for metric in protocol.METRICS]
    return [
        name,
        *(f"{speed:,.0f}" for speed in speeds),
        *(f"{mean:.4f}" + (f" ± {deviation:.4f}" if len(outcomes) > 1 else "") for mean, deviation in scores),
    ]


def main(argv: list[str] | None = None) -> int:
    """Return 0, or 1 if a run failed."""
    parser = common_parser(__doc__)
    parser.add_argument("--shards", nargs="+", type=int, default=[2, 4, 8])
    parser.add_argument("--rules", nargs="+", choices=MERGES, default=[DEFAULT])
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3])
    parser.add_argument("--workers", type=int, help="instead of 2")
    arguments = parser.parse_args(argv)
    corpus = corpus_file(arguments.corpus, arguments.bytes, arguments.data)
    known = KnownRuns(results_path("shards", arguments.results, is_dated=False), corpus)
    settings = changed_settings(arguments, ("epochs", "vector_size", "workers"))
    data = str(protocol.data_folder(arguments.data))
    kinds: dict[str, dict[str, Any]] = {"threads": {}}
    for rule in arguments.rules:
        kinds |= {f"{n} shards, {rule}": {"shards": n, "shard_merge": rule} for n in arguments.shards}
    rows, failed = [["", *SPEEDS, *protocol.METRICS], ["---"] * (3 + len(protocol.METRICS))], False
    for name, own in kinds.items():
        jobs = [job(corpus, data, seed, {**settings, **own}) for seed in arguments.seeds]
        try:
            rows.append(
                row(name, [known.outcome(one, f"{name}, {one['parameters']['seed']}") for one in jobs])
            )
        except ChildError as error:
            print(f"shards: {name}: {error}", file=sys.stderr)
            failed = True
    known.save({"rows": rows})
    print(as_markdown(rows))
    return int(failed)
