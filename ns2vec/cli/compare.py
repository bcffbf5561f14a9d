"""``ns2vec compare``: the cost and the quality of objectives and samplers on a text."""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ns2vec.cli import runs, train_options
from ns2vec.cli.common import command_line, print_json, say
from ns2vec.cli.evaluate import suites_asked
from ns2vec.cli.parsing import Parser, UsageError, positive
from ns2vec.cli.train import open_paths
from ns2vec.comparison import Comparison, compare, make_candidates
from ns2vec.comparison.html_report import html_report
from ns2vec.comparison.plan import DEFAULT_BUDGET, REFERENCE_SHARE
from ns2vec.comparison.text_report import markdown, table
from ns2vec.evaluation.facts import DEMO_PARAMETERS, facts_corpus
from ns2vec.evaluation.suites import Suite
from ns2vec.formats import check_writable, open_for_read, open_for_write
from ns2vec.objectives import OBJECTIVES
from ns2vec.sampling import SAMPLERS

NAME = "compare"
HELP = "Compare objectives and samplers on a text: time, memory, quality, loss, cost."
USAGE = "[CORPUS... | --facts N... | --from FILE] [--budget TIME] [options]"
EXAMPLES = """
ns2vec compare corpus.txt --objectives negative_sampling nce --samplers unigram --budget 3s
ns2vec compare corpus.txt --objectives nce --samplers unigram uniform --seeds 1 --budget 3s --markdown
ns2vec compare corpus.txt --objectives nce --samplers unigram --pairs pairs.tsv --budget 3s --output c.json
ns2vec compare corpus.txt --objectives nce --budget 3s --output c.json && ns2vec compare --from c.json
ns2vec compare corpus.txt --objectives nce --seeds 1 --budget 3s --runs runs && ns2vec runs list

Full softmax is always among the candidates: time saved and F1 are relative to it. Without --objectives,
all objectives are compared, with one sampler; without --samplers, all samplers that need no options, with one
objective; with both, every combination. Training options are those of ns2vec train, the same for all.
If the budget is too short, less text is trained on, and the times of whole training runs are extrapolated;
every candidate is trained with at least one seed."""

FACTS_WORDS = 1_000_000
LEAST_SHARE = 0.1
DIFFERS = ("objective", "sampler", "hs", "seed", "cbow")


def _duration(text: str) -> float | None:
    """Convert ``120``, ``120s``, ``2m`` or ``1.5h`` to seconds, ``none`` to None."""
    if text.strip() == "none":
        return None
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(s|m|min|h)?", text.strip())
    if found is None or float(found[1]) <= 0:
        raise ValueError
    return float(found[1]) * {None: 1, "s": 1, "m": 60, "min": 60, "h": 3600}[found[2]]


def _price(text: str) -> float:
    value = float(text)
    if not 0 < value < float("inf"):
        raise ValueError
    return value


_duration.__name__ = "duration such as 120s, 5m or 1h"
_price.__name__ = "price above 0"


def add_arguments(parser: Parser) -> None:
    """Add the options of ``compare``."""
    parser.add_argument("corpus", nargs="*", metavar="CORPUS", help="text files, folders or addresses")
    many: dict[str, Any] = {"nargs": "+", "action": "extend"}
    group = parser.add_argument_group("instead of a corpus")
    group.add_argument(
        "--facts", type=positive, metavar="N", help="generated corpora of N words each", **many
    )
    group.add_argument(
        "--facts-words", type=positive, default=FACTS_WORDS, metavar="N", help=f"their length ({FACTS_WORDS})"
    )
    group.add_argument("--from", dest="record", metavar="FILE", help="show a file that --output has written")
    group = parser.add_argument_group("candidates")
    group.add_argument("--objectives", metavar="NAME", help=f"some of {', '.join(OBJECTIVES)}", **many)
    group.add_argument("--samplers", metavar="NAME", help=f"{', '.join(SAMPLERS)}, with options", **many)
    group.add_argument("--seeds", type=int, metavar="N", help="one run per seed (default: 1 2 3)", **many)
    group.add_argument(
        "--budget", type=_duration, default=DEFAULT_BUDGET, metavar="TIME",
        help=f"time for everything: 120s, 5m, 1h; none: no limit (default: {DEFAULT_BUDGET / 60:g}m)",
    )  # fmt: skip
    group.add_argument(
        "--reference-share", type=float, default=REFERENCE_SHARE, metavar="X",
        help="share of the budget for full softmax, if it cannot have all of the text (default: %(default)s)",
    )  # fmt: skip
    group = parser.add_argument_group("questions")
    group.add_argument("--suite", metavar="NAME", default=[], help="suites, as in ns2vec evaluate", **many)
    group.add_argument("--analogies", metavar="FILE", default=[], help="four words per line", **many)
    group.add_argument("--pairs", metavar="FILE", default=[], help="two words and a score per line", **many)
    group.add_argument("--data-dir", metavar="FOLDER", help="where suites' files are ($NS2VEC_DATA)")
    group.add_argument(
        "--held-out", type=float, default=0.05, metavar="X", help="share of sentences (default: 0.05)"
    )
    output = parser.add_argument_group("output")
    output.add_argument("--price-per-hour", type=_price, metavar="X", help="of this machine, in any currency")
    output.add_argument("--json", action="store_true", help="print everything as JSON")
    output.add_argument("--markdown", action="store_true", help="print the tables as Markdown")
    output.add_argument("--html", metavar="FILE", help="also write a page with plots")
    output.add_argument("--output", metavar="FILE", help="also write everything as JSON")
    runs.add_ledger_options(output, has_one_run=False)
    train_options.add_model_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Compare, then show the figures in the requested forms."""
    check_sources(arguments)
    for path in filter(None, (arguments.output, arguments.html)):
        check_writable(path)
    if arguments.record:
        command, comparisons = read_record(arguments.record)
    else:
        command = command_line(NAME, arguments.corpus)
        with progress_line(arguments) as on_progress:
            comparisons = list(compared(arguments, on_progress))
    record = {"command": command, "comparisons": [found.as_dict() for found in comparisons]}
    if arguments.output:
        with open_for_write(arguments.output, "w", encoding="utf-8") as out:
            out.write(json.dumps(record, indent=1, allow_nan=False) + "\n")
    if arguments.html:
        with open_for_write(arguments.html, "w", encoding="utf-8") as out:
            out.write(html_report(comparisons, command=command))
    if arguments.json:
        print_json(record)
    else:
        print((markdown if arguments.markdown else table)(comparisons), flush=True)
    return 0


def check_sources(arguments: argparse.Namespace) -> None:
    """Reject invalid combinations of options."""
    given = [bool(arguments.corpus), bool(arguments.facts), arguments.record is not None]
    if sum(given) != 1:
        raise UsageError("give one of these: a corpus, --facts N or --from FILE")
    for name in DIFFERS:
        if name in arguments:
            raise UsageError(
                f"compare does not take --{name}: use --objectives, --samplers, --seeds and --architecture"
            )
    if arguments.record and arguments.runs:
        raise UsageError("--runs records training runs, but --from trains nothing: leave one out")


def read_record(path: str) -> tuple[str, list[Comparison]]:
    """Read a file that ``--output`` has written."""
    with open_for_read(path) as stream:
        record = json.loads(stream.read())
    try:
        return record["command"], [Comparison.from_dict(found) for found in record["comparisons"]]
    except (KeyError, TypeError) as error:
        raise ValueError(
            f"{path}: expected a file that ns2vec compare --output wrote, got {error!r}"
        ) from None


@contextmanager
def progress_line(arguments: argparse.Namespace) -> Iterator[Callable[[str], None]]:
    """Make a function that shows progress; its first call also shows the time limit, unless it was chosen.

    Progress is one line of a terminal; elsewhere it is not shown.
    """
    started = time.monotonic()
    limit = "" if arguments.budget is None else f" of {arguments.budget:.0f}"
    is_terminal, is_told = sys.stderr.isatty(), arguments.budget != DEFAULT_BUDGET

    def show(doing: str) -> None:
        nonlocal is_told
        if not is_told:
            is_told = True
            say(f"{NAME} takes at most {DEFAULT_BUDGET / 60:g} minutes: --budget 1h allows more, none any")
        if is_terminal:
            seconds = time.monotonic() - started
            sys.stderr.write(f"\r{NAME}: {seconds:.0f}{limit} s: {doing}\033[K")
            sys.stderr.flush()

    if arguments.quiet:
        yield lambda doing: None
        return
    try:
        yield show
    finally:
        if is_terminal:
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()


def compared(
    arguments: argparse.Namespace, on_progress: Callable[[str], None] = lambda doing: None
) -> Iterator[Comparison]:
    """Compare on the corpus, or on each facts corpus with its share of the budget."""
    options = train_options.model_parameters(arguments)
    settings = {
        "candidates": make_candidates(arguments.objectives, arguments.samplers),
        "seeds": arguments.seeds or [1, 2, 3],
        "held_out": arguments.held_out,
        "reference_share": arguments.reference_share,
        "data_dir": arguments.data_dir,
        "price_per_hour": arguments.price_per_hour,
        "on_progress": on_progress,
        "runs": arguments.runs,
    }
    files = {"analogies": arguments.analogies, "word_similarity": arguments.pairs}
    asked = suites_asked(arguments.suite, files)
    if arguments.corpus:
        corpus = open_paths(arguments.corpus, "strict")
        name = " ".join(Path(path).name for path in arguments.corpus)
        yield compare(corpus, name=name, suites=asked, budget=arguments.budget, **settings, **options)
        return
    started = time.perf_counter()
    for number, n_types in enumerate(arguments.facts):
        with facts_folder(n_types, arguments.facts_words) as (path, suites):
            left = None
            if arguments.budget is not None:
                spent = time.perf_counter() - started
                # a corpus that takes more than its share reduces those of the others, but only so far
                left = max(arguments.budget - spent, LEAST_SHARE * arguments.budget)
                left /= len(arguments.facts) - number
            yield compare(
                path, name=f"facts {n_types}", suites=[*suites, *asked], budget=left, **settings,
                **{**DEMO_PARAMETERS, **options},
            )  # fmt: skip


@contextmanager
def facts_folder(n_types: int, n_words: int) -> Iterator[tuple[str, list[Suite]]]:
    """Write a facts corpus and its questions to a temporary folder."""
    corpus = facts_corpus(n_types, 1, n_words)
    with tempfile.TemporaryDirectory(prefix="ns2vec-compare-") as name:
        folder = Path(name)
        corpus.write_corpus(folder / "corpus.txt")
        corpus.write_analogies(folder / "questions.txt")
        corpus.write_similarity(folder / "pairs.tsv")
        yield (
            str(folder / "corpus.txt"),
            [
                Suite.of_files("facts_analogies", "analogies", [folder / "questions.txt"]),
                Suite.of_files("facts_similarity", "word_similarity", [folder / "pairs.tsv"]),
            ],
        )
