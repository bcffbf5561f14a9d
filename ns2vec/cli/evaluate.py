"""``ns2vec evaluate``: the quality of vectors."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import PurePath
from typing import Any

from ns2vec._typing import Embedding
from ns2vec.cli import runs
from ns2vec.cli.about import about_files
from ns2vec.cli.common import (
    add_format_option,
    command_line,
    key_options,
    load_vectors,
    names_of_files,
    print_json,
    say,
)
from ns2vec.cli.parsing import Parser, UsageError, natural, positive
from ns2vec.evaluation._lines import ON_MALFORMED
from ns2vec.evaluation.analogies import ANALOGY_METHODS
from ns2vec.evaluation.baselines import Baseline, Shortfall, read_baseline, write_baseline
from ns2vec.evaluation.health import measure_health
from ns2vec.evaluation.html_report import html_report
from ns2vec.evaluation.lookup import MISSING
from ns2vec.evaluation.postprocessing import POSTPROCESSING
from ns2vec.evaluation.runner import Evaluation, Settings, SuiteOutcome, evaluate_suites
from ns2vec.evaluation.sources import SuiteNotFoundError
from ns2vec.evaluation.stability import neighbour_stability
from ns2vec.evaluation.statistics import Resampling
from ns2vec.evaluation.suites import Suite, builtin_suites, collections
from ns2vec.evaluation.text_report import markdown, table
from ns2vec.exceptions import FormatError
from ns2vec.formats import guess_format, npy, open_for_write
from ns2vec.reports.tables import aligned, markdown_table

NAME = "evaluate"
HELP = "Score vectors on suites of questions, with intervals, coverage and comparisons."
USAGE = "VECTORS... --suite NAME... [--data-dir FOLDER] [--baseline FILE] [options]"
EXAMPLES = """
ns2vec evaluate vectors.bin --suite facts
ns2vec evaluate vectors.bin vectors.txt --suite facts_relations --json
ns2vec evaluate vectors.bin --suite facts_similarity facts_outliers --post centre --html report.html
ns2vec evaluate vectors.bin --analogies questions.txt --restrict-vocab 30000 --sections
ns2vec evaluate vectors.txt --pairs pairs.tsv --markdown
ns2vec evaluate vectors.bin vectors.txt --health --stability

--suite standard is WordSim-353, SimLex-999, MEN, RG-65, MC-30, Google's analogies, AP, BLESS and
ESSLLI. Their files are looked for in --data-dir, $NS2VEC_DATA, installed packages and, with
--download, at their addresses; --list-suites shows all suites. Vectors may have any known format, text
without a header (GloVe), or .npy with a file of words. Columns of question files are separated by tabs,
semicolons, commas or spaces. --ranking takes vectors of users and of items, and interactions: it ranks all
items that a user does not know yet (docs/ranking.md). Exit code 1: a score is below --baseline, or a file
has no score."""


FOLDER_OPTION, DOWNLOAD_OPTION = "name a folder with --data-dir", "add --download"


class _ListSuites(argparse.Action):
    """Print the names that --suite accepts, and exit."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        for name, members in collections().items():
            print(f"{name:<16} {' '.join(members)}")
        for name, suite in builtin_suites().items():
            print(f"{name:<16} {suite.title}; {suite.task}; licence: {suite.licence}")
        parser.exit()


def add_arguments(parser: Parser) -> None:
    """Add the options of ``evaluate``."""
    parser.add_argument("vectors", nargs="+", metavar="VECTORS", help="files of vectors; - is standard input")
    _add_questions(parser.add_argument_group("questions"))
    _add_scoring(parser.add_argument_group("scoring"))
    _add_ranking(parser.add_argument_group("ranking"))
    output = parser.add_argument_group("output")
    output.add_argument("--sections", action="store_true", help="list the sections of each suite")
    output.add_argument(
        "--health", action="store_true", help="check the vectors themselves, without questions"
    )
    output.add_argument(
        "--stability",
        action="store_true",
        help="share of nearest neighbours shared with the first vectors",
    )
    output.add_argument("--json", action="store_true", help="print everything as JSON")
    output.add_argument("--markdown", action="store_true", help="print the table as Markdown")
    output.add_argument("--html", metavar="FILE", help="also write a self-contained report")
    output.add_argument("--baseline", metavar="FILE", help="accepted scores: exit code 1 below them")
    output.add_argument(
        "--run",
        metavar="RUN",
        help="also record the first model's scores in the ledger of this run (a folder)",
    )
    output.add_argument("--write-baseline", metavar="FILE", help="accept the first model's scores")
    add_format_option(parser)
    parser.add_argument("--vocab", metavar="FILE", help="words of an .npy file, one per line")


def _add_questions(group: argparse._ArgumentGroup) -> None:
    many: dict[str, Any] = {"nargs": "+", "action": "extend", "default": []}
    group.add_argument("--suite", metavar="NAME", help="suites, lists of suites, .toml files", **many)
    group.add_argument("--analogies", metavar="FILE", help="four words per line", **many)
    group.add_argument("--pairs", metavar="FILE", help="two words and a score per line", **many)
    group.add_argument("--categories", metavar="FILE", help="a word and its category per line", **many)
    group.add_argument("--facts", action="store_true", help="short for --suite facts")
    group.add_argument("--data-dir", metavar="FOLDER", help="where suites' files are ($NS2VEC_DATA)")
    group.add_argument("--download", action="store_true", help="download files that are not found here")
    group.add_argument("--list-suites", action=_ListSuites, nargs=0, help="list what is available and exit")
    group.add_argument(
        "--malformed", choices=ON_MALFORMED, default="skip", help="for malformed lines (default: skip)"
    )


def _add_scoring(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--restrict-vocab",
        type=natural,
        default=300000,
        metavar="N",
        help="use only the first N words; 0: all (default: 300000)",
    )
    group.add_argument("--case-sensitive", action="store_true", help="distinguish upper and lower case")
    group.add_argument(
        "--missing",
        choices=tuple(MISSING),
        default="skip",
        help="what to do with questions that have unknown words (default: skip)",
    )
    group.add_argument(
        "--own-questions",
        action="store_true",
        help="score each model on all questions whose words it knows",
    )
    group.add_argument(
        "--method", choices=tuple(ANALOGY_METHODS), default="3cosadd", help="for analogies (default: 3cosadd)"
    )
    group.add_argument(
        "--post",
        nargs="+",
        action="extend",
        default=[],
        choices=tuple(POSTPROCESSING),
        metavar="NAME",
        help=f"also score postprocessed vectors: {', '.join(POSTPROCESSING)}",
    )
    group.add_argument(
        "--draws", type=natural, default=1000, metavar="N", help="for intervals and tests (default: 1000)"
    )
    group.add_argument("--seed", type=natural, default=1, metavar="N", help="seed of the draws (default: 1)")


def _add_ranking(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--ranking",
        action="store_true",
        help="rank items for users: VECTORS are those of users, then of items, in pairs of files",
    )
    group.add_argument("--train", metavar="FILE", help="known interactions: a user and an item per line")
    group.add_argument("--test", metavar="FILE", help="interactions to find")
    group.add_argument(
        "--lists", type=positive, nargs="+", metavar="K", default=[10, 20],
        help="lengths of the lists (default: 10 20)",
    )  # fmt: skip
    group.add_argument(
        "--ties", type=natural, default=1, metavar="SEED", help="seed of the order of ties (default: 1)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Evaluate all files and show the results next to each other."""
    if arguments.ranking:
        from ns2vec.cli.ranking import run_ranking  # imports sparse matrices: .3 s

        return run_ranking(arguments)
    suites = _suites(arguments)
    if not (suites or arguments.health or arguments.stability):
        raise UsageError("nothing to evaluate: give --suite NAME, or give --analogies, --pairs or --facts")
    if arguments.stability and len(arguments.vectors) + len(arguments.post) < 2:
        raise UsageError("--stability compares the neighbours of vectors: give two files or more")
    baseline = read_baseline(arguments.baseline) if arguments.baseline else None
    models = _models(arguments)
    try:
        evaluation = evaluate_suites(
            models, suites, settings=_settings(arguments),
            data_dir=arguments.data_dir, allow_download=arguments.download,
        )  # fmt: skip
    except SuiteNotFoundError as error:
        raise FormatError(error.told(FOLDER_OPTION, DOWNLOAD_OPTION)) from None
    command = command_line(NAME, [*arguments.vectors, "--suite", *arguments.suite])
    failed = _shortfalls(baseline, arguments.vectors, evaluation)
    _print(arguments, evaluation, failed, _about_vectors(arguments, models))
    if arguments.html:
        with open_for_write(arguments.html, "w", encoding="utf-8") as out:
            out.write(html_report(evaluation, models, command=command, about=about_files(arguments)))
    if arguments.run:
        found = [(outcome.name, outcome.results[0]) for outcome in evaluation.outcomes if outcome.is_scored]
        scores = {name: {"value": one.score, "low": one.low, "high": one.high} for name, one in found}
        runs.keep_scores(arguments.run, scores)
    if arguments.write_baseline:
        write_baseline(arguments.write_baseline, command, evaluation.scores()[next(iter(models))])
    for model, shortfall in failed:
        say(f"{model}: below the baseline: {shortfall}")
    if evaluation.missing:
        say(f"for suites that were left out: {FOLDER_OPTION} or set NS2VEC_DATA, or {DOWNLOAD_OPTION}")
    unscored = _unscored(evaluation)
    for outcome in unscored:
        say(_why_unscored(outcome))
    return 1 if failed or unscored else 0


def _unscored(evaluation: Evaluation) -> list[SuiteOutcome]:
    """Return files of questions without a score, and the suites if there is no score at all.

    If some suites have a score, one whose words a model does not know is only shown in its row.
    """
    found = [outcome for outcome in evaluation.outcomes if not outcome.is_scored]
    if len(found) == len(evaluation.outcomes):
        return found
    return [outcome for outcome in found if outcome.suite.paths]


def _why_unscored(outcome: SuiteOutcome) -> str:
    used = max(result.coverage.n_used for result in outcome.results)
    total = outcome.results[0].coverage.n_total
    who = "the vectors" if len(outcome.results) == 1 else "all vectors"
    asked = f"{used} of {total} questions could be asked"
    return f"{outcome.suite.name}: no score: {asked}; {who} must know their words"


def _suites(arguments: argparse.Namespace) -> list[str | Suite]:
    files = {
        "analogies": arguments.analogies,
        "word_similarity": arguments.pairs,
        "categorization": arguments.categories,
    }
    return suites_asked([*arguments.suite, *(["facts"] if arguments.facts else [])], files)


def suites_asked(named: Sequence[str], files: Mapping[str, Sequence[str]]) -> list[str | Suite]:
    """Return what to evaluate, by task: the named suites, and a suite for each file."""
    found: list[str | Suite] = [*named]
    for task, path in ((task, path) for task, paths in files.items() for path in paths):
        taken = {suite.name for suite in found if isinstance(suite, Suite)}
        name = PurePath(path).name.split(".")[0]
        found.append(Suite.of_files(path if name in taken else name, task, [path]))
    return found


def _models(arguments: argparse.Namespace) -> dict[str, Embedding]:
    models: dict[str, Embedding] = {}
    for path, name in names_of_files(arguments.vectors).items():
        options: dict[str, Any] = key_options(arguments)
        if (arguments.format or (guess_format(path) if path != "-" else "")) == npy.NAME:
            options |= {"vocabulary": arguments.vocab, "mmap": "r" if path.endswith(".npy") else None}
        raw = load_vectors(path, arguments.format, arguments.limit, **options)
        models[name] = raw
        for change in dict.fromkeys(arguments.post):
            models[f"{name}+{change}"] = POSTPROCESSING[change](raw)
    return models


def _settings(arguments: argparse.Namespace) -> Settings:
    return Settings(
        restrict_vocab=arguments.restrict_vocab or None,
        case_insensitive=not arguments.case_sensitive,
        missing=arguments.missing,
        method=arguments.method,
        subset="own" if arguments.own_questions else "common",
        on_malformed=arguments.malformed,
        resampling=Resampling(arguments.draws, arguments.seed),
    )


def _shortfalls(
    baseline: Baseline | None, paths: Sequence[str], evaluation: Evaluation
) -> list[tuple[str, Shortfall]]:
    """Return what is below the baseline; it does not apply to vectors changed with --post."""
    if baseline is None:
        return []
    scores = evaluation.scores()
    names = names_of_files(paths).values()
    return [(name, found) for name in names for found in baseline.shortfalls(scores[name])]


def _about_vectors(arguments: argparse.Namespace, models: dict[str, Embedding]) -> dict[str, Any]:
    """Return the figures about the vectors themselves: name of the figure -> model -> figures."""
    found: dict[str, Any] = {}
    if arguments.health:
        found["health"] = {name: asdict(measure_health(model)) for name, model in models.items()}
    if arguments.stability:
        first, *others = models
        compared = {name: neighbour_stability(models[first], models[name]) for name in others}
        found["stability"] = {
            name: {"overlap": one.overlap, "k": one.k, "n_common": one.n_common}
            for name, one in compared.items()
        }
    return found


def _about_rows(found: dict[str, dict[str, Any]]) -> list[list[str]]:
    """Return a head, and a row for each figure."""
    rows = [["", *found]]
    for figure in next(iter(found.values())):
        values = [figures[figure] for figures in found.values()]
        shown = [f"{value:.4g}" if isinstance(value, float) else str(value) for value in values]
        rows.append([figure, *shown])
    return rows


def _print(
    arguments: argparse.Namespace,
    evaluation: Evaluation,
    failed: list[tuple[str, Shortfall]],
    about: dict[str, Any],
) -> None:
    if arguments.json:
        below = [f"{model}: {shortfall}" for model, shortfall in failed]
        print_json({**evaluation.as_dict(), **about, "below_baseline": below})
    else:
        show = markdown if arguments.markdown else table
        if evaluation.outcomes:
            print(show(evaluation, sections=arguments.sections), flush=True)
        for name, found in about.items():
            rows = _about_rows(found)
            lines = markdown_table(rows) if arguments.markdown else "\n".join(aligned(rows))
            print(f"\n{name}:\n\n{lines}", flush=True)
