"""Samplers beside each other: words a second relative to unigram, and quality over seeds.

    python -m benchmarks samplers                            speed and quality, seeds 1 2 3, 3 epochs
    python -m benchmarks samplers --parts speed --rounds 5
    python -m benchmarks samplers --samplers uniform dynamic:m=8 --seeds 1

Speed is words a second of processor time of the training phase, one thread, one epoch, samplers
interleaved, median of the rounds. ``pointer`` is unigram called through the interface of samplers
instead of in line, ``numba`` a copy of it compiled by numba (left out where that is not installed).
"""

from __future__ import annotations

import statistics
import sys
from pathlib import Path
from typing import Any

from benchmarks.held_out import split_corpus
from benchmarks.processes import ChildError, run_child
from benchmarks.shared import (
    PARAMETERS,
    common_parser,
    corpus_file,
    describe_corpus,
    describe_machine,
    protocol,
    results_path,
    save_json,
    say,
)

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


def measure_speed(samplers: list[str], corpus: Path, rounds: int) -> dict[str, list[float]]:
    """Words a second of processor time of each sampler, by round."""
    speeds: dict[str, list[float]] = {name: [] for name in samplers}
    for number in range(rounds):
        for name, found in speeds.items():
            say(f"round {number + 1}: {name}")
            outcome = run_child(job(name, corpus, workers=1, epochs=1))
            found.append(outcome["words_per_cpu_second"])
    return speeds


def measure_quality(
    samplers: list[str], corpus: Path, seeds: list[int], epochs: int, data: str
) -> dict[str, Any]:
    """Mean of each metric over the seeds, by sampler; a hundredth of the text is held out."""
    training, held_out = split_corpus(corpus)
    means: dict[str, Any] = {}
    for name in samplers:
        scores = []
        for seed in seeds:
            say(f"quality of {name}, seed {seed}")
            task = job(name, training, seed=seed, epochs=epochs)
            task |= {"data": data, "held_out": str(held_out)}
            outcome = run_child(task)
            scores.append({**outcome["scores"], HELD_OUT: outcome["held_out_loss"]})
        names = [*protocol.METRICS, HELD_OUT]
        means[name] = {metric: statistics.fmean(run[metric] for run in scores) for metric in names}
    return means


def table(speeds: dict[str, list[float]], quality: dict[str, Any]) -> str:
    """One line a sampler."""
    medians = {name: statistics.median(found) for name, found in speeds.items()}
    lines = [
        f"{'sampler':<32} {'words/cpu-s':>12} {'unigram=1':>10} " + " ".join([*protocol.METRICS, HELD_OUT])
    ]
    for name in {**medians, **quality}:
        speed = f"{medians[name]:12,.0f} {medians[name] / medians['unigram']:10.3f}" if medians else " " * 23
        scores = quality.get(name, {})
        shown = " ".join(
            f"{scores[metric]:.4f}" for metric in [*protocol.METRICS, HELD_OUT] if metric in scores
        )
        lines.append(f"{name:<32} {speed} {shown}")
    return "\n".join(lines)


def main(argv: list[str] | None = None) -> int:
    """Return 0, or 1 if a run failed."""
    parser = common_parser(__doc__)
    parser.add_argument("--samplers", nargs="+", default=[*STATIC, *AWARE])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3])
    parser.add_argument("--parts", nargs="+", choices=("speed", "quality"), default=["speed", "quality"])
    parser.set_defaults(epochs=3)
    arguments = parser.parse_args(argv)
    corpus = corpus_file(arguments.corpus, arguments.bytes, arguments.data)
    samplers = list(dict.fromkeys(["unigram", *arguments.samplers]))
    try:
        import numba  # noqa: F401

        called = THROUGH_THE_INTERFACE
    except ImportError:
        called = THROUGH_THE_INTERFACE[:1]
    try:
        speeds, quality = {}, {}
        if "speed" in arguments.parts:
            speeds = measure_speed([*samplers, *called], corpus, arguments.rounds)
        if "quality" in arguments.parts:
            data = str(protocol.data_folder(arguments.data))
            quality = measure_quality(samplers, corpus, arguments.seeds, arguments.epochs, data)
    except ChildError as error:
        print(f"samplers: {error}", file=sys.stderr)
        return 1
    record = {"machine": describe_machine(), "corpus": describe_corpus(corpus)}
    save_json(results_path("samplers", arguments.results), {**record, "speeds": speeds, "quality": quality})
    print(table(speeds, quality))
    return 0
