"""Samplers compared: words per second relative to unigram, and quality over seeds.

    python -m benchmarks samplers                            speed and quality, seeds 1 2 3, 3 epochs
    python -m benchmarks samplers --parts speed --rounds 5
    python -m benchmarks samplers --samplers uniform dynamic:m=8 --seeds 1

A stopped benchmark continues where it stopped if it is called again with the same --results.

Speed is words per second of processor time of the training phase: one thread, one epoch, samplers
interleaved, median of the rounds. ``pointer`` is unigram called through the interface of samplers
instead of inlined, ``numba`` a copy of it compiled by numba (left out if that is not installed).
"""

from __future__ import annotations

import argparse
import statistics
import sys
from pathlib import Path
from typing import Any

from benchmarks.held_out import split_corpus
from benchmarks.known_runs import KnownRuns
from benchmarks.processes import ChildError
from benchmarks.shared import (
    PARAMETERS,
    common_parser,
    corpus_file,
    protocol,
    results_path,
)
from benchmarks.table import as_markdown
from ns2vec.comparison.results import mean_and_deviation

STATIC = ["unigram", "uniform", "random", "log_uniform", "batch", "mixed:unigram=0.8,uniform=0.2"]
AWARE = [
    "dynamic:m=8",
    "dynamic:m=8,anneal=linear",
    "dynamic:m=8,top=4",
    "dynamic:m=8,temperature=1",
    "hard:near=input",
    "hard:near=positive",
    "adaptive",
    "adaptive:form=rank",
    "cached",
    "self_adversarial",
]
HELD_OUT = "held-out loss"
METRICS = [*protocol.METRICS, HELD_OUT]
THROUGH_THE_INTERFACE = ["pointer", "numba"]


def job(sampler: str, corpus: Path, **changed: Any) -> dict[str, Any]:
    """A job for child.py that trains with `sampler`."""
    parameters = {**PARAMETERS, "negative_sharing": "window", "sampler": sampler, **changed}
    return {
        "program": "ns2vec",
        "corpus": str(corpus),
        "input": "corpus_file",
        "parameters": parameters,
        "data": None,
    }


def measure_speed(known: KnownRuns, samplers: list[str], corpus: Path, rounds: int) -> dict[str, list[float]]:
    """Words per second of processor time of each sampler, by round."""
    speeds: dict[str, list[float]] = {name: [] for name in samplers}
    for number in range(1, rounds + 1):
        for name, found in speeds.items():
            task = {**job(name, corpus, workers=1, epochs=1), "round": number}
            found.append(known.outcome(task, f"round {number}: {name}")["words_per_cpu_second"])
    return speeds


def measure_quality(
    known: KnownRuns, samplers: list[str], corpus: Path, arguments: argparse.Namespace
) -> dict[str, dict[str, dict[str, float]]]:
    """Mean and deviation of each metric over the seeds, by sampler; one hundredth of the text is held out."""
    training, held_out = split_corpus(corpus)
    scores: dict[str, list[dict[str, float]]] = {name: [] for name in samplers}
    for seed in arguments.seeds:
        for name, found in scores.items():
            task = job(name, training, seed=seed, epochs=arguments.epochs)
            task |= {"data": str(protocol.data_folder(arguments.data)), "held_out": str(held_out)}
            outcome = known.outcome(task, f"quality of {name}, seed {seed}")
            found.append({**outcome["scores"], HELD_OUT: outcome["held_out_loss"]})
    return {name: summarise(found) for name, found in scores.items()}


def summarise(runs: list[dict[str, float]]) -> dict[str, dict[str, float]]:
    """Mean and deviation of each metric."""
    summary = {}
    for metric in METRICS:
        mean, deviation = mean_and_deviation(run[metric] for run in runs)
        summary[metric] = {"mean": mean, "deviation": deviation, "n_seeds": len(runs)}
    return summary


def table(speeds: dict[str, list[float]], quality: dict[str, Any]) -> str:
    """One row per sampler, as markdown; each score is followed by its deviation over the seeds."""
    medians = {name: statistics.median(found) for name, found in speeds.items()}
    header = ["sampler", "words/cpu s", "unigram = 1", *METRICS]
    rows = [header, ["---"] * len(header)]
    for name in {**medians, **quality}:
        cells = [name, "", ""]
        if medians:
            cells[1:] = f"{medians[name]:,.0f}", f"{medians[name] / medians['unigram']:.3f}"
        for score in (quality.get(name, {}).get(metric) for metric in METRICS):
            cells.append(f"{score['mean']:.4f} ± {score['deviation']:.4f}" if score else "")
        rows.append(cells)
    return as_markdown(rows)


def main(argv: list[str] | None = None) -> int:
    """Return 0, or 1 if a run failed."""
    parser = common_parser(__doc__)
    parser.add_argument("--samplers", nargs="+", default=[*STATIC, *AWARE])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3])
    parser.add_argument("--parts", nargs="+", choices=("speed", "quality"), default=["speed", "quality"])
    parser.add_argument("--keep", action="store_true", help="take known runs of any code as they are")
    parser.set_defaults(epochs=3)
    arguments = parser.parse_args(argv)
    corpus = corpus_file(arguments.corpus, arguments.bytes, arguments.data)
    samplers = list(dict.fromkeys(["unigram", *arguments.samplers]))
    try:
        import numba  # noqa: F401

        called = THROUGH_THE_INTERFACE
    except ImportError:
        called = THROUGH_THE_INTERFACE[:1]
    known = KnownRuns(results_path("samplers", arguments.results), corpus, arguments.keep)
    speeds: dict[str, list[float]] = {}
    quality: dict[str, Any] = {}
    try:
        if "speed" in arguments.parts:
            speeds = measure_speed(known, [*samplers, *called], corpus, arguments.rounds)
        if "quality" in arguments.parts:
            quality = measure_quality(known, samplers, corpus, arguments)
    except ChildError as error:
        print(f"samplers: {error}", file=sys.stderr)
        return 1
    known.save({"speeds": speeds, "quality": quality})
    print(table(speeds, quality), end="")
    return 0
