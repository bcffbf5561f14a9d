"""``ns2vec convert``: vectors from one file format to another."""

from __future__ import annotations

import argparse

from ns2vec.cli.common import add_key_options, key_options, output_format, write_table
from ns2vec.cli.parsing import Parser, UsageError, positive
from ns2vec.formats import DUPLICATES, FORMATS, NOT_FINITE, check_writable, native, read_vectors

NAME = "convert"
HELP = "Write vectors in another format, compressed, or only the first ones."
USAGE = "IN OUT [options]"
EXAMPLES = """
ns2vec convert vectors.bin vectors.txt
ns2vec convert vectors.bin top.txt.gz --limit 100
ns2vec convert vectors.txt small.ns2v --dtype int8
ns2vec convert vectors.bin vectors.tsv
ns2vec convert - top.bin --from word2vec_text < vectors.txt
ns2vec convert vectors.bin - --limit 3 | cut -d' ' -f1"""


def add_arguments(parser: Parser) -> None:
    """Add the options of ``convert``."""
    parser.add_argument(
        "source", metavar="IN", help="vectors; - is standard input; .gz, .xz ... are unpacked"
    )
    parser.add_argument("target", metavar="OUT", help="file to write; - is standard output")
    text = "format of IN: {}; by default guessed from its content and name"
    parser.add_choice(parser, "--from", dest="source_format", names=FORMATS, help=text)
    text = "format of OUT; by default from its suffix, text if it has none"
    parser.add_choice(parser, "--to", dest="target_format", names=FORMATS, help=text)
    parser.add_argument("--limit", type=positive, metavar="N", help="write only the first N vectors")
    text = "type of the components of OUT: {} (int8 in native files only)"
    parser.add_choice(parser, "--dtype", names=native.DTYPES, help=text)
    add_key_options(parser)
    for flag, names, metavar, text in (
        ("--duplicates", DUPLICATES, "WHICH", "which of several equal keys to keep: {}"),
        ("--not-finite", NOT_FINITE, "HOW", "vectors with NaN or infinity: {}"),
    ):
        parser.add_choice(parser, flag, names=names, metavar=metavar, default=names[0], help=text)


def run(arguments: argparse.Namespace) -> int:
    """Read all, then write all; an old file is kept until the new one is complete."""
    check_writable(arguments.target)
    target_format = arguments.target_format or output_format(arguments.target, "--to")
    if arguments.dtype == "int8" and target_format != native.NAME:
        raise UsageError(f"--dtype int8 is for native files, but OUT is {target_format}: use float32")
    table = read_vectors(
        arguments.source,
        arguments.source_format,
        limit=arguments.limit,
        datatype=None if arguments.dtype == "int8" else arguments.dtype,
        duplicates=arguments.duplicates,
        not_finite=arguments.not_finite,
        **key_options(arguments),
    )
    stored = {"datatype": arguments.dtype} if target_format == native.NAME else {}
    write_table(arguments.target, table, target_format, **stored)
    return 0
