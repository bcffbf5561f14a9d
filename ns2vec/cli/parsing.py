"""Argument parsing shared by all subcommands: one-line usage errors, switches, common options."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NoReturn

from ns2vec._registry import did_you_mean


class UsageError(Exception):
    """The command line is invalid: exit code 2."""


def at_least(least: int) -> Callable[[str], int]:
    """Return the conversion of an option whose value is a whole number of at least `least`."""

    def convert(text: str) -> int:
        number = int(text)
        if number < least:
            raise ValueError
        return number

    convert.__name__ = f"whole number of at least {least}"  # argparse uses the name in its message
    return convert


positive, natural = at_least(1), at_least(0)


def encoding(text: str) -> str:
    """Convert an option that names an encoding of text."""
    try:
        "a".encode(text)
    except LookupError:
        raise ValueError from None
    return text


encoding.__name__ = "name of an encoding such as utf8 or latin1"


def _bit(text: str) -> bool:
    return bool(("0", "1").index(text))


_bit.__name__ = "switch (0 or 1)"


class Parser(argparse.ArgumentParser):
    """Parser of one command: usage errors are one line, and options may come before and after words.

    Options come with one dash (word2vec.c) or two (everyone else); those with two are never abbreviated.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False, **options)
        self._switches: set[str] = set()

    def add_switch(self, group: argparse._ArgumentGroup, *flags: str, dest: str, help: str) -> None:
        """Add a switch to a group, which may have the value 0 or 1: ``--hs``, ``--hs 1``, ``-hs 0``."""
        self._switches.update(flags)
        group.add_argument(
            *flags,
            dest=dest,
            nargs="?",
            const=True,
            type=_bit,
            metavar="0|1",
            default=argparse.SUPPRESS,
            help=help,
        )

    def add_choice(self, group: Any, *flags: str, names: Iterable[str], help: str, **options: Any) -> None:
        """Add an option with a fixed set of names as values, listed in its help."""
        known = tuple(names)
        text = help.format(", ".join(known))
        group.add_argument(*flags, choices=known, **{"metavar": "NAME", **options}, help=text)

    def options(self) -> frozenset[str]:
        """Return all options of the command as they are written."""
        return frozenset(self._option_string_actions)

    def parse(self, argv: Sequence[str]) -> argparse.Namespace:
        """Return the options of a command line.

        Raises
        ------
        UsageError
            If it is invalid.
        SystemExit
            After ``--help``, with code 0.
        """
        return self.parse_intermixed_args(list(self._with_values(argv)))

    def _with_values(self, argv: Sequence[str]) -> Iterator[str]:
        """Add their values to switches, which would otherwise take the next word, perhaps a file, as one."""
        words = list(argv)
        while words:
            word = words.pop(0)
            if word in self._switches:
                word += "=" + (words.pop(0) if words[:1] in (["0"], ["1"]) else "1")
            yield word

    def error(self, message: str) -> NoReturn:
        """Raise an error that says what is wrong and what may have been meant, without the whole usage."""
        raise UsageError(f"{message}{self._meant(message)} (see {self.prog} --help)")

    def _meant(self, message: str) -> str:
        """Return the option, or the choice, that is most similar to the wrong one."""
        if unknown := re.search(r"unrecognized arguments: .*?(--?[\w-]+)", message):
            return did_you_mean(unknown[1], self.options())
        if wrong := re.search(r"invalid choice: '(.*?)' \(choose from (.*)\)", message):
            actions = re.findall(r"[\w-]+", wrong[2])
            if "argument action:" in message and os.path.exists(wrong[1]):
                return f"; say what to do with the file: {self.prog} {actions[0]} {wrong[1]}"
            return did_you_mean(wrong[1], actions)
        return ""


def add_common_options(parser: Parser) -> None:
    """Add the options that all commands have."""
    group = parser.add_argument_group("messages")
    group.add_argument(
        "-v", "--verbose", action="count", default=0, help="report more on stderr; -vv: everything"
    )
    group.add_argument("-q", "--quiet", action="count", default=0, help="report less on stderr: errors only")
