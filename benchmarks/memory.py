"""Anonymous memory (RssAnon, polled from outside) of a training process, compared with its model's bytes.

    python -m benchmarks memory                                   whole corpus, corpus_memory=64MiB
    python -m benchmarks memory --corpus-memory 0 --epochs 1
    python -m benchmarks memory --program gensim --bytes 100000000

Exit code 1: the peak exceeds the model bytes (two float32 matrices) by more than --allowance.
"""

from __future__ import annotations

import sys

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
)

MEGABYTE = 1_000_000
ALLOWANCE = 250  # MB besides the model


def main(argv: list[str] | None = None) -> int:
    """Return 0 if the peak is within the allowance, else 1."""
    parser = common_parser(__doc__, n_bytes=0)
    parser.add_argument("--program", choices=("ns2vec", "gensim"), default="ns2vec")
    parser.add_argument("--variant", choices=VARIANTS, default="sg-window")
    parser.add_argument(
        "--corpus-memory", default="64MiB", help="ns2vec's corpus_memory (default: %(default)s)"
    )
    parser.add_argument("--workers", type=int, help="instead of 2")
    parser.add_argument(
        "--allowance", type=float, default=ALLOWANCE, help="MB besides the model (default: 250)"
    )
    arguments = parser.parse_args(argv)
    corpus = corpus_file(arguments.corpus, arguments.bytes, arguments.data)
    settings = changed_settings(arguments, ("epochs", "vector_size", "workers"))
    job = job_for(arguments.program, arguments.variant, corpus, **settings)
    if arguments.program == "ns2vec":
        limit = arguments.corpus_memory
        job["parameters"]["corpus_memory"] = int(limit) if limit.isdigit() else limit
    try:
        outcome = run_child(job)
    except ChildError as error:
        print(f"memory: {error}", file=sys.stderr)
        return 1
    peak, model_bytes = max(outcome["peak_bytes"].values()), outcome["model_bytes"]
    beside = (peak - model_bytes) / MEGABYTE
    record = {"machine": describe_machine(), "corpus": describe_corpus(corpus), "job": job["parameters"]}
    save_json(
        results_path("memory", arguments.results), {**record, "outcome": outcome, "beside_model_mb": beside}
    )
    for phase, size in outcome["peak_bytes"].items():
        print(f"{phase:<12} peak RssAnon {size / MEGABYTE:9.1f} MB")
    print(
        f"{arguments.program}: peak {peak / MEGABYTE:.1f} MB, model {model_bytes / MEGABYTE:.1f} MB, "
        f"besides it {beside:.1f} MB (allowed {arguments.allowance:.0f}); "
        f"{outcome['words_per_second']:,.0f} words/s"
    )
    return 0 if beside <= arguments.allowance else 1
