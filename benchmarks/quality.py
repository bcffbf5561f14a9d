"""Quality compared with gensim: the same text, settings and seeds, the same evaluation code.

    python -m benchmarks quality                                 all variants, seeds 1 2 3 (about an hour)
    python -m benchmarks quality --variants sg-window --seeds 1 2 3 4
    python -m benchmarks quality --corpus text.txt --epochs 1

The scores of every run are written at once, so an interrupted benchmark continues where it stopped. The
summary includes all variants and seeds that are known with the same settings, not only those asked for, so
that seeds may be added to one variant, and none is left out. A run of ns2vec is repeated if the code that
trains has changed. Exit code 1: a bound is missed; the mean difference to gensim may be -.01, its one-sided
90 % bound twice that.

gensim reads the text with its LineSentence: with corpus_file= and n workers, its learning rate falls
by only 1/n of an epoch's share within each epoch and jumps at the end (each thread divides its own words by
those of all threads), which is a different schedule with a higher rate. ``--gensim-input corpus_file`` uses
it.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import sys
from typing import Any

from benchmarks.known_runs import KnownRuns
from benchmarks.processes import ChildError
from benchmarks.shared import (
    TEXT8_BYTES,
    VARIANTS,
    changed_settings,
    common_parser,
    corpus_file,
    job_for,
    protocol,
    results_path,
)

CONFIDENCE = 0.9
PROGRAMS = ("gensim", "ns2vec")


class Benchmark:
    """Runs, and the settings that they share."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self.corpus = corpus_file(arguments.corpus, arguments.bytes, arguments.data)
        self.data = str(protocol.data_folder(arguments.data))
        self.settings = changed_settings(arguments, ("epochs", "vector_size", "workers", "min_count"))
        self.gensim_input = arguments.gensim_input
        self.known = KnownRuns(results_path("quality", arguments.results, is_dated=False), self.corpus)

    def job(self, program: str, variant: str, seed: int) -> dict[str, Any]:
        """The run of one seed."""
        job = job_for(program, variant, self.corpus, seed=seed, **self.settings)
        job["data"] = self.data
        if program == "gensim":
            job["input"] = self.gensim_input
        return job

    def measure(self, program: str, variant: str, seed: int) -> None:
        """Train and score now, unless the result is known."""
        self.known.outcome(self.job(program, variant, seed), f"{program} {variant} seed {seed}")

    def summaries(self) -> dict[str, dict[str, dict[str, float]]]:
        """The summary of each variant, over the seeds that both programs ran."""
        summaries, seeds = {}, self.known.seeds()
        for variant in VARIANTS:
            runs = [
                [self.known.known_outcome(self.job(program, variant, seed)) for program in PROGRAMS]
                for seed in seeds
            ]
            pairs = [(ours["scores"], theirs["scores"]) for theirs, ours in runs if theirs and ours]
            if pairs:
                summaries[variant] = summarise([ours for ours, _ in pairs], [theirs for _, theirs in pairs])
        return summaries


def lower_bound(differences: list[float]) -> float:
    """One-sided 90 % bound of the mean by Student's t; one value is its own bound."""
    if len(differences) < 2:
        return differences[0]
    from scipy.stats import t

    error = statistics.stdev(differences) / len(differences) ** 0.5
    return statistics.fmean(differences) - float(t.ppf(CONFIDENCE, len(differences) - 1)) * error


def summarise(ours: list[dict[str, float]], theirs: list[dict[str, float]]) -> dict[str, dict[str, float]]:
    """Means of both programs, mean and deviation of the paired differences, by metric."""
    summary = {}
    for metric in protocol.METRICS:
        differences = [our[metric] - their[metric] for our, their in zip(ours, theirs, strict=True)]
        summary[metric] = {
            "ns2vec": statistics.fmean(run[metric] for run in ours),
            "gensim": statistics.fmean(run[metric] for run in theirs),
            "difference": statistics.fmean(differences),
            "deviation": statistics.stdev(differences) if len(differences) > 1 else float("nan"),
            "bound": lower_bound(differences),
            "n_seeds": len(differences),
        }
    return summary


def broken_bounds(variant: str, summary: dict[str, dict[str, float]], floors: bool) -> list[str]:
    """Each acceptance bound that `variant` misses, in words."""
    broken = []
    for metric, row in summary.items():
        if not row["difference"] >= -protocol.LARGEST_LOSS[metric]:
            broken.append(f"{variant} {metric}: {row['difference']:+.4f} against gensim")
        elif not row["bound"] >= -2 * protocol.LARGEST_LOSS[metric]:
            broken.append(f"{variant} {metric}: 90 % bound {row['bound']:+.4f} against gensim")
        floor = protocol.SKIP_GRAM_FLOORS.get(metric) if floors and variant.startswith("sg") else None
        if floor is not None and not row["ns2vec"] >= floor:
            broken.append(f"{variant} {metric}: {row['ns2vec']:.4f}, floor {floor}")
    return broken


def table(summaries: dict[str, dict[str, dict[str, float]]]) -> str:
    """The summary as aligned lines."""
    header = ("ns2vec", "gensim", "mean diff", "90 % bound")
    lines = [f"{'variant':<10} {'metric':<10} {' '.join(f'{name:>10}' for name in header)} seeds"]
    for variant, summary in summaries.items():
        for metric, row in summary.items():
            lines.append(
                f"{variant:<10} {metric:<10} {row['ns2vec']:10.4f} {row['gensim']:10.4f} "
                f"{row['difference']:+10.4f} {row['bound']:+10.4f} {row['n_seeds']:5d}"
            )
    return "\n".join(lines)


def main(argv: list[str] | None = None) -> int:
    """Return 0 when all bounds hold, 1 when one is missed or a run failed."""
    parser = common_parser(__doc__)
    parser.add_argument("--variants", nargs="+", choices=VARIANTS, default=list(VARIANTS))
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3])
    parser.add_argument("--gensim-input", choices=("sentences", "corpus_file"), default="sentences")
    parser.add_argument("--workers", type=int, help="instead of 2")
    parser.add_argument("--min-count", type=int, help="instead of 5")
    arguments = parser.parse_args(argv)
    benchmark = Benchmark(arguments)
    try:
        for seed, variant, program in itertools.product(arguments.seeds, arguments.variants, PROGRAMS):
            benchmark.measure(program, variant, seed)
    except ChildError as error:
        print(f"quality: {error}", file=sys.stderr)
        return 1
    summaries = benchmark.summaries()
    floors = arguments.corpus is None and arguments.bytes == TEXT8_BYTES and not benchmark.settings
    broken = [
        line for variant, summary in summaries.items() for line in broken_bounds(variant, summary, floors)
    ]
    benchmark.known.save({"variants": summaries, "broken_bounds": broken, "floors_checked": floors})
    print(table(summaries))
    print("\n".join(f"MISSED {line}" for line in broken) or "all bounds hold")
    return 1 if broken else 0
