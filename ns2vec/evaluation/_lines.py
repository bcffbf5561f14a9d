"""Lines of a question file, from a path or from an iterable, with their numbers."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from ns2vec._typing import PathLike
from ns2vec.exceptions import FormatError
from ns2vec.formats import open_for_read

__all__ = ["numbered_lines", "source_name"]


def source_name(source: PathLike | Iterable[str]) -> str:
    """Return how errors and logs call `source`: its path, or ``"<lines>"``."""
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
        If the file is not in `encoding`.

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
