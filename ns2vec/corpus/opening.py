"""Opening text: plain, compressed, remote or already open, with errors that suggest a remedy."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain, islice
from typing import IO, Any

from ns2vec._files import is_remote, open_bytes
from ns2vec._magic import N_BYTES, is_binary, recognized
from ns2vec._options import shown
from ns2vec._typing import PathLike
from ns2vec.exceptions import ConfigError, CorpusError

BOM = b"\xef\xbb\xbf"
BLOCK_BYTES = 1 << 18
NOUN = "corpus file"
"""The name of the file in messages."""
TEXTS = ("lfs", "pdf", "utf-16")
"""Kinds of `ns2vec._magic.KINDS` that can contain text."""
NAME_BYTES, PATH_BYTES = 255, 4095  # the maximum of usual file systems
PROSE_WORDS = 8
_POLICIES = ("strict", "replace", "ignore")


def check_errors(errors: str) -> str:
    """Return the UTF-8 policy if it is valid.

    Raises
    ------
    ConfigError
        If it is none of ``"strict"``, ``"replace"``, ``"ignore"``.
    """
    if errors not in _POLICIES:
        raise ConfigError(f"errors must be one of {', '.join(map(repr, _POLICIES))}, not {errors!r}")
    return errors


def check_path(path: PathLike) -> None:
    """Refuse a text that is passed instead of its path.

    Raises
    ------
    CorpusError
        If there is no such file, and no file can have this name.
    """
    name = os.fspath(path)
    if os.path.exists(name):
        return
    has_lines = any(character in name for character in "\n\r\0")
    is_prose = "/" not in name and len(name.split()) >= PROSE_WORDS
    longest = max(len(part.encode("utf8", "surrogatepass")) for part in name.split("/"))
    is_long = not is_remote(name) and (longest > NAME_BYTES or len(name) > PATH_BYTES)
    if has_lines or is_prose or is_long:
        raise CorpusError(
            f"expected sentences or the path of a text, got {len(name):,} characters of text, {shown(name)}: "
            "split it into lists of words, such as [line.split() for line in text.splitlines()]"
        )


def source_name(source: Any) -> str:
    """The name of a source in messages."""
    if isinstance(source, (str, os.PathLike)):
        return os.fspath(source)
    name = getattr(source, "name", None)
    return name if isinstance(name, str) else f"<{type(source).__name__}>"


def decoding_error(error: UnicodeDecodeError, name: str, line_number: int) -> CorpusError:
    """Return the error for bytes that are not UTF-8, with the file, the line and the bytes."""
    if is_binary(error.object):
        return CorpusError(
            f"{name}, line {line_number}: this is a binary file, not text; "
            "a corpus is UTF-8 text, a sentence a line"
        )
    around = error.object[max(0, error.start - 10) : error.end + 10]
    hint = "is it UTF-16? " if around.startswith((b"\xff\xfe", b"\xfe\xff")) else ""
    return CorpusError(
        f"{name}, line {line_number}: not UTF-8 at {error.object[error.start : error.end]!r} in {around!r} "
        f"({error.reason}); {hint}convert the file to UTF-8, or use errors='replace' or errors='ignore'"
    )


def refuse_stranger(start: Any, name: str) -> None:
    """Refuse a source that begins with bytes no text begins with, whatever the policy for invalid ones.

    Raises
    ------
    CorpusError
        With what it is and what to do.
    """
    kind = recognized(start[:N_BYTES]) if isinstance(start, bytes) else None
    if kind is not None and kind.is_bytes:
        way = kind.way if kind.is_packed or kind.name in TEXTS else "a corpus is text, a sentence a line"
        raise CorpusError(f"{name}: this is {kind.what}: {way}")


class Reader:
    """Blocks of bytes of an open source, and how much of it has been read.

    The first block is checked: anything but text is refused.

    Parameters
    ----------
    stream : binary or text file object
        Text is encoded to UTF-8 again.
    name : str
        Its name in messages.
    n_bytes : int, optional
        Size of what `position` counts, if known.
    position : callable, optional
        Returns the number of bytes read so far; in a compressed file, of compressed bytes.
    """

    def __init__(self, stream: IO[Any], name: str, n_bytes: int | None = None, position: Any = None) -> None:
        self.stream = stream
        self.name = name
        self.is_new = True
        self.n_bytes = n_bytes
        self.position = position

    def __iter__(self) -> Iterator[bytes]:
        lines = iter(self.stream)
        first = list(islice(lines, 1))
        for line in first:
            refuse_stranger(line, self.name)
        return chain(first, lines)

    def read(self, n: int = BLOCK_BYTES) -> bytes:
        """Return the next bytes, empty at the end."""
        block = self.stream.read(n)
        if self.is_new:
            self.is_new = False
            refuse_stranger(block, self.name)
        if isinstance(block, str):
            return block.encode("utf-8", "surrogatepass")
        return b"" if block is None else block

    def fraction(self) -> float | None:
        """Part of the source that has been read, if its size is known."""
        if not self.n_bytes or self.position is None:
            return None
        return min(1.0, float(self.position()) / self.n_bytes)


@contextmanager
def open_binary(path: PathLike) -> Iterator[Reader]:
    """Open a path or URL for reading bytes, decompressed by suffix.

    Raises
    ------
    OSError
        As raised by `open`, with what to do.
    ImportError
        If a module for the compression or the protocol is missing; names the package.
    CorpusError
        If a compressed file is damaged, or the path is a text.
    """
    check_path(path)
    with open_bytes(path, noun=NOUN, damaged=CorpusError) as (stream, raw):
        if is_remote(path):
            yield Reader(stream, os.fspath(path))
        else:
            yield Reader(stream, os.fspath(path), os.fstat(raw.fileno()).st_size, raw.tell)


def is_seekable(stream: Any) -> bool:
    """True if the stream can be read again from its start."""
    if not hasattr(stream, "seek"):
        return False
    seekable = getattr(stream, "seekable", None)
    try:
        return bool(seekable()) if callable(seekable) else True
    except (OSError, ValueError, io.UnsupportedOperation):
        return False
