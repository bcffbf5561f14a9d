"""``ns2vec convert``: vectors from one file format to another."""

from __future__ import annotations

import argparse

from ns2vec.cli.common import output_format, read_table, write_table
from ns2vec.cli.parsing import Parser, positive
from ns2vec.formats import FORMATS, check_writable

NAME = "convert"
HELP = "Write vectors in another format, compressed, or only the first of them."
USAGE = "IN OUT [options]"
EXAMPLES = """
ns2vec convert vectors.bin vectors.txt
ns2vec convert vectors.bin top.txt.gz --limit 100
ns2vec convert - top.bin --from word2vec_text < vectors.txt
ns2vec convert vectors.bin - --limit 3 | cut -d' ' -f1"""


def add_arguments(parser: Parser) -> None:
    """Add the options of ``convert``."""
    names = ", ".join(FORMATS)
    parser.add_argument(
        "source", metavar="IN", help="vectors; - is standard input; .gz, .xz ... are unpacked"
    )
    parser.add_argument("target", metavar="OUT", help="file to write; - is standard output")
    parser.add_argument(
        "--from",
        dest="source_format",
        choices=tuple(FORMATS),
        metavar="NAME",
        help=f"format of IN: {names}; guessed unless given (text on standard input)",
    )
    parser.add_argument(
        "--to",
        dest="target_format",
        choices=tuple(FORMATS),
        metavar="NAME",
        help="format of OUT; by its suffix unless given, text if that tells nothing",
    )
    parser.add_argument("--limit", type=positive, metavar="N", help="only the first N vectors")


def run(arguments: argparse.Namespace) -> int:
    """Read all, write all; the old file stays until the new one is complete."""
    check_writable(arguments.target)
    table = read_table(arguments.source, arguments.source_format, arguments.limit)
    write_table(arguments.target, table, arguments.target_format or output_format(arguments.target))
    return 0
