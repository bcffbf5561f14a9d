"""Lines of a question file, from a path or from an iterable, with their numbers; and TOML of suites."""

from __future__ import annotations

import logging
import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ns2vec._typing import PathLike
from ns2vec.exceptions import ConfigError, FormatError
from ns2vec.formats import open_for_read
from ns2vec.formats.strangers import refuse_stranger

logger = logging.getLogger(__name__)

ON_MALFORMED = ("skip", "refuse")
N_TOLD = 3  # malformed lines of a file that are logged separately


@dataclass(frozen=True, slots=True)
class Malformed:
    """A line that does not have the expected layout."""

    path: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.reason}"


@dataclass
class Complaints:
    """The malformed lines of question files, skipped and listed, or refused; and remarks on the others.

    Attributes
    ----------
    on_malformed : str
        ``"skip"``: record the complaint and continue; ``"refuse"``: raise at the first one.
    found : list of Malformed
    remarks : list of str
        Guesses about the layout of files that may be wrong.

    Raises
    ------
    ConfigError
        If `on_malformed` is neither.

    Examples
    --------
    >>> from ns2vec.evaluation._lines import Complaints
    >>> complaints = Complaints()
    >>> complaints.add("pairs.tsv", 3, "expected 3 columns, found 2")
    >>> str(complaints.found[0])
    'pairs.tsv:3: expected 3 columns, found 2'
    """

    on_malformed: str = "skip"
    found: list[Malformed] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.on_malformed not in ON_MALFORMED:
            raise ConfigError(f"on_malformed must be 'skip' or 'refuse', got {self.on_malformed!r}")

    def add(self, path: str, line: int, reason: str) -> None:
        """Record a malformed line.

        Raises
        ------
        FormatError
            If malformed lines are refused.
        """
        complaint = Malformed(path, line, reason)
        if self.on_malformed == "refuse":
            raise FormatError(f"{complaint}; correct the file, or skip such lines")
        self.found.append(complaint)

    def remark(self, text: str) -> None:
        """Record a remark on how a file is read."""
        self.remarks.append(text)

    def tell(self) -> None:
        """Log the findings once the files are read: remarks, and the first malformed lines of each file."""
        for text in self.remarks:
            logger.info("%s", text)
        seen: Counter[str] = Counter()
        for complaint in self.found:
            seen[complaint.path] += 1
            if seen[complaint.path] <= N_TOLD:
                logger.warning("%s; skipped", complaint)
        for path, n_lines in seen.items():
            if n_lines > N_TOLD:
                logger.warning("%s: %d more lines that do not fit; skipped", path, n_lines - N_TOLD)


def parse_toml(text: str, name: str) -> dict[str, Any]:
    """Return the tables of a TOML text that describes suites.

    Raises
    ------
    FormatError
        If it is not TOML; the message begins with `name`.
    """
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib

    try:
        table: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise FormatError(f"{name}: expected a TOML file of [[suite]] tables: {error}") from None
    return table


def source_name(source: PathLike | Iterable[str]) -> str:
    """Return the name of `source` in errors and logs: its path, or ``"<lines>"``."""
    return str(os.fspath(source)) if isinstance(source, str | os.PathLike) else "<lines>"


def numbered_lines(source: PathLike | Iterable[str], encoding: str = "utf8") -> Iterator[tuple[int, str]]:
    """Yield ``(number from 1, line without its end)``; a byte order mark at the start is dropped.

    Parameters
    ----------
    source : path or iterable of str
        Compressed files and URLs work.
    encoding : str, optional

    Yields
    ------
    tuple of (int, str)

    Raises
    ------
    FormatError
        If the file is not in `encoding`, or is of another kind: an archive, a Git LFS pointer ...

    Examples
    --------
    >>> from ns2vec.evaluation._lines import numbered_lines
    >>> list(numbered_lines([": capitals", "a b c d"]))
    [(1, ': capitals'), (2, 'a b c d')]
    """
    if isinstance(source, str | os.PathLike):
        yield from _numbered_lines_of_file(source, encoding)
        return
    for number, line in enumerate(source, start=1):
        yield number, line.rstrip("\r\n")


def _numbered_lines_of_file(path: PathLike, encoding: str) -> Iterator[tuple[int, str]]:
    with open_for_read(path) as stream:
        for number, raw_line in enumerate(stream, start=1):
            if number == 1:
                refuse_stranger(raw_line, os.fspath(path))
            try:
                line = raw_line.decode(encoding)
            except UnicodeDecodeError as error:
                raise FormatError(
                    f"{os.fspath(path)}:{number}: expected text in {encoding}, found byte "
                    f"{raw_line[error.start]:#04x}; convert the file or name its encoding"
                ) from error
            if number == 1:
                line = line.removeprefix("\ufeff")
            yield number, line.rstrip("\r\n")
