"""The ``ns2vec`` command: one module per subcommand; `COMMANDS` lists them.

A subcommand is a module with six names: ``NAME``; ``HELP``, one line; ``USAGE``, the arguments after
the name; ``EXAMPLES``, command lines that work (the tests run them) and, after a blank line, notes;
``add_arguments(parser)``; ``run(arguments)``, which returns the exit code. `main` does the rest:
messages, exit codes of errors, signals, ``-v`` and ``-q``.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from typing import Protocol

from ns2vec._build_info import build_info
from ns2vec._registry import Registry
from ns2vec.cli import (
    app,
    calculate,
    classify,
    compare,
    completion,
    convert,
    demo,
    evaluate,
    explain,
    fasttext,
    graph,
    info,
    phrases,
    query,
    recommend,
    runs,
    train,
)  # fmt: skip
from ns2vec.cli.common import answers_errors, logs_on_stderr
from ns2vec.cli.parsing import Parser, add_common_options

__all__ = ["COMMANDS", "main"]


class Command(Protocol):
    """The interface of a subcommand's module."""

    NAME: str
    HELP: str
    USAGE: str
    EXAMPLES: str

    @staticmethod
    def add_arguments(parser: Parser, /) -> None:
        """Add positional arguments and options."""
        ...

    @staticmethod
    def run(arguments: argparse.Namespace, /) -> int:
        """Do the work and return the exit code."""
        ...


#: Name -> subcommand of ``ns2vec``.
COMMANDS: Registry[Command] = Registry("command")
for _module in (
    train, phrases, classify, recommend, graph, evaluate, query, convert, info, calculate, compare, explain,
    app, runs, demo, completion,
):  # fmt: skip
    COMMANDS.register(_module.NAME, _module)  # type: ignore[arg-type]
for _command in (fasttext.SKIPGRAM, fasttext.CBOW):
    COMMANDS.register(_command.NAME, _command)  # type: ignore[arg-type]

# Commands that take long report what they are doing; the others report only problems.
TALKATIVE = (
    train.NAME, phrases.NAME, classify.NAME, recommend.NAME, graph.NAME, fasttext.SKIPGRAM.NAME,
    fasttext.CBOW.NAME,
)  # fmt: skip


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line ``ns2vec`` and return its exit code.

    Parameters
    ----------
    argv : sequence of str, optional
        Without the program's name; by default ``sys.argv[1:]``.

    Returns
    -------
    int
        0; 1 for a failure, reported in one line on stderr; 2 for an invalid command line;
        130 after Ctrl-C and 143 after SIGTERM.

    Examples
    --------
    >>> from ns2vec.cli import main
    >>> main(["convert", "missing.bin", "vectors.txt"])
    1
    """
    words = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # not an error for words it cannot show
    try:
        return answers_errors(lambda: _run(words), lambda: _options(words))
    except SystemExit as done:  # argparse has shown the help or the version
        return done.code if isinstance(done.code, int) else 0


def _run(words: list[str]) -> int:
    if words[:1] == ["help"]:
        words = [*words[1:2], "--help"]
    if not words or words[0] not in COMMANDS:
        return _run_without_command(words)
    command = COMMANDS[words[0]]
    arguments = command_parser(words[0]).parse(words[1:])
    usual = logging.INFO if command.NAME in TALKATIVE else logging.WARNING
    with logs_on_stderr(arguments, usual):
        return command.run(arguments)


def _options(words: list[str]) -> frozenset[str]:
    """Return the options of the command that is run."""
    return command_parser(words[0]).options() if words and words[0] in COMMANDS else frozenset()


def _run_without_command(words: list[str]) -> int:
    parser = top_parser()
    if not words:
        parser.print_help(sys.stderr)
        return 2
    parser.parse(words)
    return 0


def top_parser() -> Parser:
    """Return the parser that knows the names of the commands, but not their options."""
    listed = "\n".join(f"  {name:<10} {command.HELP}" for name, command in COMMANDS.items())
    parser = Parser(
        prog="ns2vec",
        usage="ns2vec COMMAND [options]",
        description="Embeddings by negative sampling, of words, items and nodes: train, evaluate, query.\n\n"
        "commands:\n" + listed,
        epilog="ns2vec COMMAND --help shows the options of a command, with examples.",
    )
    parser.add_argument("--version", action="version", version=_version())
    parser.add_argument("command", choices=tuple(COMMANDS), help=argparse.SUPPRESS)
    return parser


def _version() -> str:
    found = build_info()
    return f"ns2vec {found['version']} ({found['isa']} kernels, {found['compiler']})"


def command_parser(name: str) -> Parser:
    """Return the parser of one command."""
    command = COMMANDS[name]
    examples, _, notes = command.EXAMPLES.strip().partition("\n\n")
    parser = Parser(
        prog=f"ns2vec {name}",
        usage=f"ns2vec {name} {command.USAGE}",
        description=command.HELP,
        epilog="examples:\n" + "".join(f"  {line}\n" for line in examples.splitlines()) + f"\n{notes}",
    )
    command.add_arguments(parser)
    add_common_options(parser)
    return parser
