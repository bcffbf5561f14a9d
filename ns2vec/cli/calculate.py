"""``ns2vec calculate``: how many pairs, bytes and seconds training will take."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import asdict, fields
from typing import Any

from ns2vec.calculator import Estimate, PairCounts, count_pairs, estimate, zipf_counts
from ns2vec.calculator.clusters import DEFAULT_NETWORK, ClusterEstimate
from ns2vec.cli import train_options
from ns2vec.cli.common import print_json
from ns2vec.cli.parsing import Parser, UsageError
from ns2vec.cli.train import open_paths
from ns2vec.exceptions import FormatError
from ns2vec.formats import open_for_read
from ns2vec.training.config import TrainingConfig

NAME = "calculate"
HELP = "Estimate how many pairs, negatives, bytes and seconds training will take."
USAGE = "[CORPUS] [options]"
EXAMPLES = """
ns2vec calculate corpus.txt --sg --vector-size 300 --workers 2
ns2vec calculate corpus.txt --no-calibration --json
ns2vec calculate corpus.txt --sg --shards 32 --cluster-workers 16 --network 10Gbit
ns2vec train corpus.txt --save-vocab counts.txt -q && ns2vec calculate --counts counts.txt --sentence-words 12
ns2vec calculate --words 10000000 --types 50000 --min-count 1 --no-calibration
ns2vec calculate --positives 1000000 --negative 5 --batch-size 1024 --drop-last

Pairs and operations are for one epoch; seconds are for the whole run on this machine, as busy as it is now;
memory is that of the process during training. The corpus is read twice."""

# Options that change the figures; other training options make no difference here and are rejected.
KNOWN = {field.name for field in fields(TrainingConfig)} | {"objective", "max_final_vocab"}

PARTS = {
    "process": "Python, NumPy, ns2vec",
    "syn0": "input vectors (syn0)",
    "syn1neg": "output vectors (syn1neg)",
    "syn1": "output vectors (syn1)",
    "tables": "noise, paths, thresholds",
    "vocabulary": "words and counts",
    "encoded_corpus": "encoded corpus",
    "counting": "left over from counting",
    "workers": "scratch of the threads",
    "replicas": "copies of the weights (shards)",
    "changes": "changes of a round (shards)",
}
WIDTH = 46  # of a name and its figure


def add_arguments(parser: Parser) -> None:
    """Add the options of ``calculate``."""
    parser.add_argument("corpus", nargs="?", metavar="CORPUS", help="text file, folder or address")
    parser.add_argument("--json", action="store_true", help="write all figures as one JSON object")
    group = parser.add_argument_group("instead of a corpus")
    group.add_argument(
        "--counts", metavar="FILE", help="words with their counts, as ns2vec train --save-vocab writes them"
    )
    group.add_argument(
        "--sentence-words",
        type=float,
        metavar="X",
        help="with --counts or --words: mean length of a sentence (20)",
    )
    group.add_argument("--words", type=int, metavar="N", help="words of the corpus; counts follow Zipf's law")
    group.add_argument("--types", type=int, metavar="N", help="with --words: how many of them are distinct")
    group.add_argument(
        "--positives",
        type=int,
        metavar="N",
        help="only count pairs and batches, for N positives and --negative",
    )
    group.add_argument("--batch-size", type=int, metavar="N", help="with --positives: pairs per batch")
    group.add_argument(
        "--drop-last", action="store_true", help="with --batch-size: leave out a last batch that is not full"
    )
    parser.add_argument(
        "--no-calibration",
        action="store_true",
        help="do not measure the speed of this machine (no seconds then)",
    )
    group = parser.add_argument_group("cluster", "computed from constants of one machine, not measured")
    group.add_argument(
        "--cluster-workers", type=int, metavar="N", help="with --shards: time and memory of N workers on Ray"
    )
    group.add_argument(
        "--network", metavar="SPEED", help=f"between them: 10Gbit, 100Mbit (default: {DEFAULT_NETWORK})"
    )
    train_options.add_model_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the figures as a table or JSON."""
    check_sources(arguments)
    if arguments.positives is not None:
        figures = {name: value for name, value in asdict(pairs_of(arguments)).items() if value is not None}
        lines = [line(name, value) for name, value in figures.items()]
    else:
        found = estimate(**options_of(arguments), **source_of(arguments))
        figures, lines = found.to_dict(), list(table(found))
    if arguments.json:
        print_json(figures)
    else:
        print("\n".join(lines))
    return 0


def pairs_of(arguments: argparse.Namespace) -> PairCounts:
    """Pairs and batches for the given number of positives."""
    negative = getattr(arguments, "negative", TrainingConfig.negative)
    return count_pairs(arguments.positives, negative, arguments.batch_size, drop_last=arguments.drop_last)


def check_sources(arguments: argparse.Namespace) -> None:
    """Reject invalid combinations of options."""
    given = [arguments.corpus, arguments.counts, arguments.words, arguments.positives]
    if sum(value is not None for value in given) != 1:
        raise UsageError("give one of these: a corpus, --counts, --words or --positives")
    if (arguments.words is None) != (arguments.types is None):
        raise UsageError("--words and --types must be given together")
    if arguments.batch_size is None and arguments.drop_last:
        raise UsageError("--drop-last needs --batch-size")
    if arguments.positives is None and arguments.batch_size is not None:
        raise UsageError("--batch-size needs --positives")
    if arguments.network is not None and arguments.cluster_workers is None:
        raise UsageError("--network needs --cluster-workers")
    if arguments.counts is arguments.words is None and arguments.sentence_words is not None:
        raise UsageError("--sentence-words needs --counts or --words: the sentences of a corpus are measured")


def source_of(arguments: argparse.Namespace) -> dict[str, Any]:
    """The corpus, or the counts that replace it."""
    mean = {"sentence_words": arguments.sentence_words}
    if arguments.words is not None:
        return {"counts": zipf_counts(arguments.words, arguments.types), **mean}
    if arguments.counts is None:
        return {"corpus": open_paths([arguments.corpus], "strict")}
    return {"counts": dict(read_counts(arguments.counts)), **mean}


def options_of(arguments: argparse.Namespace) -> dict[str, Any]:
    """The training options that were given."""
    parameters = train_options.model_parameters(arguments)
    for name in parameters:
        if name not in KNOWN:
            raise UsageError(f"--{name.replace('_', '-')} is not used by the calculation: leave it out")
    found = {**parameters, "calibrate": not arguments.no_calibration}
    if arguments.cluster_workers is not None:
        network = arguments.network or DEFAULT_NETWORK
        found |= {"cluster_workers": arguments.cluster_workers, "network": network}
    return found


def read_counts(path: str) -> Iterator[tuple[str, int]]:
    """Words and counts from lines of ``word count``."""
    with open_for_read(path) as stream:
        for number, row in enumerate(stream, start=1):
            word, _, count = row.decode("utf-8").strip().rpartition(" ")
            if not word or not count.isdecimal():
                raise FormatError(f"{path}:{number}: expected a word and its count, got {row[:40]!r}")
            yield word, int(count)


def table(found: Estimate) -> Iterator[str]:
    """The figures as lines."""
    yield line("corpus", found.n_words, f"words of {found.n_types:,} types")
    yield line("vocabulary", found.vocabulary, "words")
    yield line("objective", " + ".join(found.objectives))
    yield line("epochs", found.epochs)
    yield "one epoch"
    for name in ("trained_words", "windows", "positives", "negatives_drawn", "scored_pairs"):
        yield line(f"  {name}", getattr(found, name))
    yield line("  operations", f"{found.flop:.4g}", "FLOP")
    yield line("parameters", found.parameters)
    yield line("memory", f"{found.memory_total / 1e6:,.1f}", "MB")
    for name, size in found.memory.items():
        yield line(f"  {PARTS.get(name, name)}", f"{size / 1e6:,.1f}", "MB")
    if found.seconds is not None:
        yield line(
            "time", f"{sum(found.seconds.values()):,.1f}", f"s, at {found.words_per_second:,.0f} words/s"
        )
        for name, seconds in found.seconds.items():
            yield line(f"  {name}", f"{seconds:,.1f}", "s")
    if found.cluster is not None:
        yield from cluster_lines(found.cluster)
    for assumption in found.assumptions:
        yield f"assumed: {assumption}"


def cluster_lines(found: ClusterEstimate) -> Iterator[str]:
    """The needs of the workers of a cluster, as lines."""
    yield line("cluster, computed", found.workers, "workers")
    yield line("  rounds", found.rounds, "per epoch")
    yield line("  changed rows", f"{found.changed_bytes / 1e6:,.1f}", "MB per round, to their owners")
    yield line("  merged rows", f"{found.merged_bytes / 1e6:,.1f}", "MB per round, to all workers")
    yield line("  relative to all rows", f"{found.share_of_everything:.1%}")
    yield line("  network", f"{found.network_seconds:,.3f}", "s per round")
    if found.processor_seconds is not None:
        yield line(
            "  processors", f"{found.processor_seconds:,.3f}", f"s per round; bottleneck: {found.bound}"
        )
    for name, parts in (("driver", found.driver), ("worker", found.worker)):
        yield line(f"  memory of the {name}", f"{sum(parts.values()) / 1e6:,.1f}", "MB")
        for part, size in parts.items():
            yield line(f"    {PARTS.get(part, part)}", f"{size / 1e6:,.1f}", "MB")


def line(name: str, value: int | str, unit: str = "") -> str:
    """One figure: its name, its value aligned to the right, its unit."""
    shown = f"{value:,}" if isinstance(value, int) else value
    name = name.replace("_", " ")
    return f"{name} {shown:>{WIDTH - len(name) - 1}} {unit}".rstrip()
