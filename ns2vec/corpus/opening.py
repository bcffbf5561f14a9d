"""Opening text: plain, compressed, remote or already open, with errors that name the remedy."""

from __future__ import annotations

import errno
import importlib
import io
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from numbers import Integral
from typing import IO, Any

from ns2vec._typing import PathLike
from ns2vec.exceptions import ConfigError, CorpusError

__all__ = [
    "BLOCK_BYTES",
    "BOM",
    "COMPRESSED",
    "Reader",
    "check_errors",
    "check_length",
    "check_limit",
    "decoding_error",
    "explain",
    "is_remote",
    "is_seekable",
    "open_binary",
    "source_name",
]

BOM = b"\xef\xbb\xbf"
COMPRESSED = (".gz", ".bz2", ".xz", ".zst", ".lz4")
BLOCK_BYTES = 1 << 18
_POLICIES = ("strict", "replace", "ignore")
_STANDARD = {".gz": "gzip", ".bz2": "bz2", ".xz": "lzma"}


def check_errors(errors: str) -> str:
    """Return the UTF-8 policy if it is one.

    Raises
    ------
    ConfigError
        If it is none of ``"strict"``, ``"replace"``, ``"ignore"``.
    """
    if errors not in _POLICIES:
        raise ConfigError(f"errors must be one of {', '.join(map(repr, _POLICIES))}, not {errors!r}")
    return errors


def check_length(max_sentence_length: Any) -> int:
    """Return the length if sentences can have it.

    Raises
    ------
    ConfigError
        If it is not a whole number >= 1.
    """
    if not isinstance(max_sentence_length, Integral) or max_sentence_length < 1:
        raise ConfigError(f"max_sentence_length must be a whole number >= 1, not {max_sentence_length!r}")
    return int(max_sentence_length)


def check_limit(limit: Any) -> int | None:
    """Return the number of lines to read if it is one, or None for all.

    Raises
    ------
    ConfigError
        If it is not None or a whole number >= 0.
    """
    if limit is not None and (not isinstance(limit, Integral) or limit < 0):
        raise ConfigError(f"limit must be a whole number of lines >= 0 or None, not {limit!r}")
    return None if limit is None else int(limit)


def is_remote(path: PathLike) -> bool:
    """True for what smart_open reads from elsewhere: ``s3://``, ``https://`` and others."""
    return "://" in os.fspath(path)


def source_name(source: Any) -> str:
    """What to call a source in a message."""
    if isinstance(source, (str, os.PathLike)):
        return os.fspath(source)
    name = getattr(source, "name", None)
    return name if isinstance(name, str) else f"<{type(source).__name__}>"


def decoding_error(error: UnicodeDecodeError, name: str, line_number: int) -> CorpusError:
    """Return the error for bytes that are not UTF-8, naming the file, the line and the bytes."""
    around = error.object[max(0, error.start - 10) : error.end + 10]
    hint = "is it UTF-16? " if around.startswith((b"\xff\xfe", b"\xfe\xff")) else ""
    return CorpusError(
        f"{name}, line {line_number}: not UTF-8 at {error.object[error.start : error.end]!r} in {around!r} "
        f"({error.reason}); {hint}convert the file to UTF-8, or use errors='replace' or errors='ignore'"
    )


class Reader:
    """Blocks of bytes of one open source, and how much of it has been read.

    Parameters
    ----------
    stream : binary or text file object
        Text is encoded to UTF-8 again.
    n_bytes : int, optional
        Size of what `position` counts, if known.
    position : callable, optional
        Returns the bytes read so far, compressed ones in a compressed file.
    """

    def __init__(self, stream: IO[Any], n_bytes: int | None = None, position: Any = None) -> None:
        self.stream = stream
        self.n_bytes = n_bytes
        self.position = position

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.stream)

    def read(self, n: int = BLOCK_BYTES) -> bytes:
        """Return the next bytes, none at the end."""
        block = self.stream.read(n)
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
        Of the kind that `open` raises, with what to do.
    ImportError
        If a module for the compression or the protocol is missing; names the package.
    CorpusError
        If a compressed file is damaged.
    """
    name = os.fspath(path)
    with ExitStack() as stack:
        reader = _open_remote(name, stack) if is_remote(name) else _open_local(name, stack)
        try:
            yield reader
        except Exception as error:
            if not _is_damage(error, name):
                raise
            raise CorpusError(
                f"{name}: damaged or not what its suffix says: {error}; fetch it again"
            ) from error


def _open_local(name: str, stack: ExitStack) -> Reader:
    try:
        raw = stack.enter_context(open(name, "rb"))  # noqa: SIM115 - the stack closes it
    except OSError as error:
        raise explain(error, name) from error
    n_bytes = os.fstat(raw.fileno()).st_size
    suffix = os.path.splitext(name)[1].lower()
    if suffix not in COMPRESSED:
        return Reader(raw, n_bytes, raw.tell)
    with _naming_the_package(name, suffix[1:]):
        if suffix in _STANDARD:
            unpacked = importlib.import_module(_STANDARD[suffix]).open(raw, "rb")
        else:
            from smart_open.compression import compression_wrapper

            unpacked = compression_wrapper(raw, "rb")
        return Reader(stack.enter_context(unpacked), n_bytes, raw.tell)


def _open_remote(name: str, stack: ExitStack) -> Reader:
    protocol = name.split(":")[0]
    with _naming_the_package(name, {"https": "http"}.get(protocol, protocol)):
        import smart_open  # 80 ms, and only for what is remote

        return Reader(stack.enter_context(smart_open.open(name, "rb")))


@contextmanager
def _naming_the_package(name: str, extra: str) -> Iterator[None]:
    try:
        yield
    except ImportError as error:
        raise ImportError(f"cannot read {name}: {error}; pip install 'smart_open[{extra}]'") from error


def explain(error: OSError, name: str) -> OSError:
    """Return the error of the same type with the remedy in its text."""
    remedies = {
        errno.ENOENT: "no such corpus file or folder; check the path",
        errno.EACCES: "no permission to read the corpus; check its mode and owner",
        errno.EISDIR: "the corpus is a folder here; use PathLineSentences or give a file",
    }
    text = remedies.get(error.errno or 0)
    return type(error)(error.errno, text, name) if text else error


def _is_damage(error: Exception, name: str) -> bool:
    """True for what the decompressors raise when the bytes are not theirs."""
    if isinstance(error, OSError):
        return error.errno is None and not is_remote(name)
    return isinstance(error, EOFError) or type(error).__name__ in ("error", "LZMAError", "ZstdError")


def is_seekable(stream: Any) -> bool:
    """True if the stream can be read again from its start."""
    if not hasattr(stream, "seek"):
        return False
    seekable = getattr(stream, "seekable", None)
    try:
        return bool(seekable()) if callable(seekable) else True
    except (OSError, ValueError, io.UnsupportedOperation):
        return False
