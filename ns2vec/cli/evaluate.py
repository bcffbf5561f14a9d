"""``ns2vec evaluate``: how good vectors are."""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from ns2vec.cli.common import add_format_option, load_vectors, print_json
from ns2vec.cli.parsing import Parser, UsageError, natural
from ns2vec.evaluation import evaluate_all
from ns2vec.evaluation.facts import facts_corpus

NAME = "evaluate"
HELP = "Score vectors on analogy questions and word pairs."
USAGE = "VECTORS... [--analogies FILE...] [--pairs FILE...] [options]"
EXAMPLES = """
ns2vec evaluate vectors.bin --analogies questions.txt
ns2vec evaluate vectors.bin vectors.txt --pairs pairs.tsv --json
ns2vec evaluate vectors.bin --analogies questions.txt --restrict-vocab 30000 --sections

Analogies stand four words a line under lines ': section' (questions-words.txt of word2vec),
word pairs as 'word TAB word TAB score'. --facts asks about the corpus of ns2vec demo."""


def add_arguments(parser: Parser) -> None:
    """Add the options of ``evaluate``."""
    parser.add_argument("vectors", nargs="+", metavar="VECTORS", help="files of vectors; - is standard input")
    parser.add_argument("--analogies", metavar="FILE", nargs="+", action="extend", default=[])
    parser.add_argument("--pairs", metavar="FILE", nargs="+", action="extend", default=[])
    parser.add_argument("--facts", action="store_true", help="the questions of the demo's corpus")
    parser.add_argument(
        "--restrict-vocab",
        type=natural,
        default=300000,
        metavar="N",
        help="only the first N words are asked and answered in analogies; 0: all (default: 300000)",
    )
    parser.add_argument("--case-sensitive", action="store_true", help="do not compare upper-cased words")
    parser.add_argument("--sections", action="store_true", help="list the sections of the analogies")
    parser.add_argument("--json", action="store_true", help="a list with one object for each file")
    add_format_option(parser)


def run(arguments: argparse.Namespace) -> int:
    """Evaluate one file after the other."""
    if not (arguments.analogies or arguments.pairs or arguments.facts):
        raise UsageError("nothing to ask: give --analogies, --pairs or --facts")
    reports = []
    with facts_files(arguments.facts) as (questions, judgements):
        for path in arguments.vectors:
            report = evaluate_all(
                load_vectors(path, arguments.format, arguments.limit),
                [*arguments.analogies, *questions],
                [*arguments.pairs, *judgements],
                restrict_vocab=arguments.restrict_vocab or None,
                case_insensitive=not arguments.case_sensitive,
            )
            reports.append({"vectors": path, **json.loads(report.to_json())})
            if not arguments.json:
                print(f"{path}: {report.n_words} words, {report.vector_size} dimensions")
                print(report.table(sections=arguments.sections), flush=True)
    if arguments.json:
        print_json(reports)
    return 0


@contextmanager
def facts_files(are_wanted: bool) -> Iterator[tuple[list[str], list[str]]]:
    """Write the questions of the facts corpus for as long as they are needed."""
    if not are_wanted:
        yield [], []
        return
    with tempfile.TemporaryDirectory() as folder:
        questions, judgements = (
            os.path.join(folder, "facts.txt"),
            os.path.join(folder, "facts-similarity.tsv"),
        )
        corpus = facts_corpus()
        corpus.write_analogies(questions)
        corpus.write_similarity(judgements)
        yield [questions], [judgements]
