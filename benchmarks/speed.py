"""Words per second of the training phase, ns2vec beside gensim, interleaved, median of the rounds.

    python benchmarks/speed.py                                    1 and 2 threads, skip-gram, 3 rounds
    python benchmarks/speed.py --variants sg-window cbow --threads 1 --rounds 5

Both programs read the same file with corpus_file=; time is taken around train() after
build_vocab(); words are those in the vocabulary, before subsampling.
"""

from __future__ import annotations

import statistics
import sys
from typing import Any

from side_by_side import (
    PARAMETERS,
    VARIANTS,
    ChildError,
    changed_settings,
    common_parser,
    corpus_file,
    describe_corpus,
    describe_machine,
    job_for,
    results_path,
    run_child,
    save_json,
    say,
)


def summarise(runs: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """Median speed of each program and their ratio."""
    medians = {
        program: statistics.median(run["words_per_second"] for run in found)
        for program, found in runs.items()
    }
    row: dict[str, Any] = {"words_per_second": medians, "runs": runs}
    if "gensim" in medians:
        row["ratio"] = medians["ns2vec"] / medians["gensim"]
    return row


def table(rows: dict[str, dict[str, Any]]) -> str:
    """The rows as aligned lines."""
    lines = [f"{'variant':<10} {'threads':>7} {'ns2vec words/s':>15} {'gensim words/s':>15} {'ratio':>7}"]
    for name, row in rows.items():
        variant, threads = name.rsplit("/", 1)
        speeds = row["words_per_second"]
        peer = (
            f"{speeds['gensim']:15,.0f} {row['ratio']:6.1f}x" if "gensim" in speeds else f"{'-':>15} {'-':>7}"
        )
        lines.append(f"{variant:<10} {threads:>7} {speeds['ns2vec']:15,.0f} {peer}")
    return "\n".join(lines)


def heading(rows: dict[str, dict[str, Any]], settings: dict[str, Any]) -> str:
    """Build of ns2vec and the settings, on one line."""
    build = next(iter(rows.values()))["runs"]["ns2vec"][0]["build"]
    used = {**PARAMETERS, **settings}
    return (
        f"isa {build['isa']}, compiler {build.get('compiler', 'unknown')}, d={used['vector_size']}, "
        f"window {used['window']}, negative {used['negative']}, sample {used['sample']}, "
        f"{used['epochs']} epoch(s)"
    )


def main(argv: list[str] | None = None) -> int:
    """Return 0, or 1 if a run failed."""
    parser = common_parser(__doc__)
    parser.add_argument("--variants", nargs="+", choices=VARIANTS, default=["sg-window", "sg-pair"])
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--no-gensim", action="store_true", help="time ns2vec alone")
    parser.set_defaults(epochs=1)
    arguments = parser.parse_args(argv)
    corpus = corpus_file(arguments.corpus, arguments.bytes, arguments.data)
    settings = changed_settings(arguments, ("epochs", "vector_size"))
    programs = ("ns2vec",) if arguments.no_gensim else ("gensim", "ns2vec")
    runs: dict[str, dict[str, list[dict[str, Any]]]] = {}
    try:
        for number in range(arguments.rounds):
            for threads in arguments.threads:
                for variant in arguments.variants:
                    row = runs.setdefault(f"{variant}/{threads}", {program: [] for program in programs})
                    for program in programs:
                        say(f"round {number + 1}: {program} {variant}, {threads} thread(s)")
                        row[program].append(
                            run_child(job_for(program, variant, corpus, workers=threads, **settings))
                        )
    except ChildError as error:
        print(f"speed.py: {error}", file=sys.stderr)
        return 1
    rows = {name: summarise(row) for name, row in runs.items()}
    record = {
        "machine": describe_machine(),
        "corpus": describe_corpus(corpus),
        "settings": {**PARAMETERS, **settings},
    }
    save_json(results_path("speed", arguments.results), {**record, "rows": rows})
    print(heading(rows, settings))
    print(table(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
