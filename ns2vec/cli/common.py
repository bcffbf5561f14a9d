"""What the subcommands share: errors in one line, logs, signals, vectors in and out, JSON."""

from __future__ import annotations

import argparse
import contextlib
import json
import logging
import os
import shlex
import signal
import sys
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import PurePath
from typing import Any

from ns2vec._files import strip_compression
from ns2vec._magic import N_BYTES
from ns2vec._typing import PathLike
from ns2vec.cli.parsing import Parser, UsageError, encoding, positive
from ns2vec.cli.remedies import as_options
from ns2vec.exceptions import ConfigError, FormatError, Ns2vecError
from ns2vec.fasttext import load_facebook_vectors
from ns2vec.formats import (
    FORMATS,
    VectorTable,
    fasttext_bin,
    format_of_suffix,
    native,
    open_for_read,
    read_vectors,
)
from ns2vec.formats.atomic import is_replaceable, plain_size
from ns2vec.formats.container import read_container
from ns2vec.formats.saving import MODELS
from ns2vec.keyedvectors import KeyedVectors
from ns2vec.keyedvectors.files import adopt_table
from ns2vec.reports.tables import finite

logger = logging.getLogger(__name__)

FAILURE, USAGE, INTERRUPTED, TERMINATED = 1, 2, 128 + signal.SIGINT, 128 + signal.SIGTERM

# Errors caused by input, options and the machine; anything else is a bug and shows its traceback.
EXPECTED = (Ns2vecError, OSError, ValueError, ImportError, NotImplementedError, MemoryError)


def say(message: str) -> None:
    """Write one line to stderr, under the program's name."""
    with contextlib.suppress(OSError):
        print(f"ns2vec: {' '.join(message.split())}", file=sys.stderr, flush=True)


def describe(error: BaseException) -> str:
    """Return an error as one line that begins with the file, if there is one."""
    if isinstance(error, OSError) and error.filename is not None and error.strerror:
        return f"{error.filename}: {error.strerror}"
    if isinstance(error, MemoryError):
        return f"out of memory: {str(error) or 'the model or the file is too large for this machine'}"
    return str(error) or type(error).__name__


class Terminated(KeyboardInterrupt):
    """SIGTERM was received: the library stops as it does after Ctrl-C."""


@contextlib.contextmanager
def _sigterm_interrupts() -> Iterator[None]:
    """Turn SIGTERM into an exception, so that open files are cleaned up."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(number: int, frame: Any) -> None:
        raise Terminated

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def answers_errors(work: Callable[[], int], options: Callable[[], Collection[str]] = frozenset) -> int:
    """Do the work and return its exit code; expected errors are reported in one line.

    Parameters
    ----------
    work : callable
    options : callable
        Returns the options of the command; the library's advice is rewritten in terms of them.

    Returns
    -------
    int
        0, 1 (failure) or 2 (usage); 130 after Ctrl-C, 143 after SIGTERM.
    """
    try:
        with _sigterm_interrupts():
            code = work()
            sys.stdout.flush()
            return code
    except (UsageError, ConfigError) as error:
        say(as_options(describe(error), options()))
        return USAGE
    except BrokenPipeError:
        _forget_output()  # the reader has closed the pipe
        return FAILURE
    except EXPECTED as error:
        say(as_options(describe(error), options()))
        _forget_output()
        return FAILURE
    except Terminated:
        say("terminated")
        return TERMINATED
    except KeyboardInterrupt:
        say("interrupted")
        return INTERRUPTED


def _forget_output() -> None:
    """Discard the rest of the output when the interpreter exits, since stdout cannot be written."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class _Line(logging.Formatter):
    """Formats a record as time and message; warnings as the program's own lines."""

    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        if record.levelno >= logging.WARNING:
            return f"ns2vec: {record.levelname.lower()}: {text}"
        return f"{self.formatTime(record, '%H:%M:%S')} {text}"


@contextlib.contextmanager
def logs_on_stderr(arguments: argparse.Namespace, usual: int) -> Iterator[None]:
    """Show the library's log on stderr from the level `usual`, which ``-v`` and ``-q`` change."""
    level = usual + 10 * (arguments.quiet - arguments.verbose)
    level = max(level, logging.ERROR) if arguments.quiet else level
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Line())
    root = logging.getLogger("ns2vec")
    before = root.level
    root.addHandler(handler)
    root.setLevel(min(max(level, logging.DEBUG), logging.ERROR))
    try:
        yield
    except Exception:
        logger.debug("where it happened", exc_info=True)
        raise
    finally:
        root.removeHandler(handler)
        root.setLevel(before)


def print_json(value: Any, *, indent: int | None = 2) -> None:
    """Write a result to stdout as JSON; numbers that are not finite are written as null."""
    print(json.dumps(finite(value), indent=indent, ensure_ascii=False, allow_nan=False))


def command_line(name: str, otherwise: Sequence[str]) -> str:
    """Return the command for a report: that of the process or, in a test, one with these words."""
    is_own = len(sys.argv) > 2 and sys.argv[1] == name
    return shlex.join(["ns2vec", name, *(sys.argv[2:] if is_own else otherwise)])


# ---- vectors ----------------------------------------------------------------------------------------


def add_format_option(parser: Parser) -> None:
    """Add the options for reading vectors."""
    text = "format of the vectors: {}; guessed by default"
    parser.add_choice(parser, "--format", names=FORMATS, help=text)
    parser.add_argument("--limit", type=positive, metavar="N", help="read only the first N vectors")
    add_key_options(parser)


def add_key_options(parser: Parser) -> None:
    """Add the options for decoding the keys of vectors."""
    parser.add_argument(
        "--encoding", type=encoding, metavar="NAME", help="encoding of the keys (default: utf8)"
    )
    parser.add_argument(
        "--errors",
        "--unicode-errors",
        dest="unicode_errors",
        choices=("strict", "replace", "ignore", "surrogateescape", "backslashreplace"),
        metavar="HOW",
        help="invalid bytes in keys: strict (an error, the default), replace, ignore, backslashreplace",
    )


def key_options(arguments: argparse.Namespace) -> dict[str, str]:
    """Return the options for decoding keys that are on the command line."""
    names = ("encoding", "unicode_errors")
    return {name: getattr(arguments, name) for name in names if getattr(arguments, name) is not None}


def names_of_files(paths: Sequence[str]) -> dict[str, str]:
    """Return path -> name in the report: the last part of the path, or all of it if several end alike."""
    last = {path: PurePath(path).name or path for path in paths}
    shared = {name for name in last.values() if list(last.values()).count(name) > 1}
    return {path: path if name in shared else name for path, name in last.items()}


def load_vectors(
    path: PathLike, name: str | None = None, limit: int | None = None, **options: Any
) -> KeyedVectors:
    """Read vectors for queries and evaluation; see `ns2vec.formats.read_vectors`.

    FastText vectors, in Facebook's files or in ours, also answer for words that are not in their vocabulary.

    Raises
    ------
    FormatError
        If the file contains no vector.
    """
    if name is None and limit is None and (found := with_subwords(path)) is not None:
        return found
    table = read_vectors(path, name, limit=limit, **options)
    if not table.keys:
        raise FormatError(f"{path}: there are no vectors in it")
    return adopt_table(KeyedVectors(table.vectors.shape[1], dtype=table.vectors.dtype), table)


def with_subwords(path: PathLike) -> KeyedVectors | None:
    """Read vectors that are made of n-grams; None if the file contains others."""
    if not os.path.isfile(path):  # a pipe, or a remote file
        return None
    with open_for_read(path) as stream:
        start = stream.read(N_BYTES)
    if fasttext_bin.looks_like(start):
        return load_facebook_vectors(path)
    if not native.looks_like(start) or plain_size(path) is None:
        return None
    kind = read_container(path, mmap="r").metadata.get("kind", "")
    if not kind.startswith("FastText"):
        return None
    model = MODELS[kind].load(path)
    wv: KeyedVectors = model if isinstance(model, KeyedVectors) else model.wv
    return wv


def write_table(path: str, table: VectorTable, name: str | None = None, **options: Any) -> None:
    """Write vectors to a path or ``"-"``; the format is the named one, or that of the suffix, or text."""
    module: Any = FORMATS[name or output_format(path)]
    module.write(path, table, **options)


def output_format(path: str, option: str = "--format") -> str:
    """Return the format for a file to be written: that of its suffix, or text if it has none.

    Parameters
    ----------
    path : str
    option : str
        The option of the command that names a format.

    Raises
    ------
    UsageError
        If no format has this suffix.
    """
    known = format_of_suffix(path)
    suffix = os.path.splitext(strip_compression(path)[0])[1]
    # "wiki.300" and "2024.05" have numbers after the dot, and the name of a pipe comes from the shell
    if known is None and suffix[1:2].isalpha() and is_replaceable(path):
        listed = " ".join(end for module in FORMATS.values() for end in module.SUFFIXES)
        raise UsageError(
            f"{path}: no format of vectors has the suffix {suffix}; known are {listed}, "
            f"or name the format by {option}: {', '.join(FORMATS)}"
        )
    return known or "word2vec_text"
