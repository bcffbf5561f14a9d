"""Open files so that a failed write leaves the old file as it was.

A regular file is written to a temporary file beside it, flushed to the disk and renamed over the target at
the end. Symbolic links are followed; an existing file keeps its mode (and owner where permitted), a new one
gets what the umask leaves. Devices, pipes, ``"-"`` (standard output) and append mode cannot be renamed over
and are written through. The suffix decides about compression: ``.gz``, ``.bz2``, ``.xz``, and ``.zst``
through smart_open.
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import stat
import sys
from collections.abc import Iterator
from typing import IO, Any, NoReturn

from ns2vec._files import COMPRESSIONS, is_remote, open_bytes, strip_compression
from ns2vec._typing import PathLike
from ns2vec.exceptions import ConfigError, FormatError
from ns2vec.formats.limits import Bounded

__all__ = ["check_writable", "open_for_read", "open_for_write", "plain_size"]

BLOCK_BYTES = 1 << 20
MODES = ("wb", "w", "ab", "a")

# of the errors a write can meet, those that need a remedy more than a number
REMEDIES = {
    errno.ENOSPC: "no space left on the device: free some, or write elsewhere",
    errno.EDQUOT: "the disk quota is used up: free some space, or write elsewhere",
    errno.EFBIG: "the file would be larger than the file system allows: write elsewhere",
    errno.EACCES: "this folder or file cannot be written: change its permissions, or choose another path",
    errno.EPERM: "this folder or file cannot be written: change its permissions, or choose another path",
    errno.EROFS: "the file system is read-only: choose another path",
    errno.ENOENT: "the folder does not exist: create it, or choose another path",
    errno.ENOTDIR: "a part of the path is a file, not a folder: choose another path",
    errno.EISDIR: "this is a folder: name a file",
    errno.ENAMETOOLONG: "the name is too long: choose a shorter one",
}


def plain_size(path: PathLike) -> int | None:
    """Return the number of bytes a reader of `path` will get, None when only reading can tell."""
    text = os.fspath(path)
    if text == "-" or is_remote(text) or strip_compression(text)[1]:
        return None
    found = os.stat(text)
    return found.st_size if stat.S_ISREG(found.st_mode) else None


@contextlib.contextmanager
def open_for_read(path: PathLike) -> Iterator[IO[bytes]]:
    """Open a file, an address or ``"-"`` (standard input) for reading bytes, decompressed by its suffix.

    Raises
    ------
    OSError
        If the file cannot be opened, with the remedy.
    FormatError
        If a compressed file is damaged, or unpacks to absurdly much.
    """
    if os.fspath(path) == "-":
        yield sys.stdin.buffer
    else:
        with open_bytes(path, damaged=FormatError) as (stream, packed):
            if packed is None or packed is stream:
                yield stream
            else:
                yield io.BufferedReader(Bounded(stream, packed, path), BLOCK_BYTES)


@contextlib.contextmanager
def open_for_write(
    path: PathLike, mode: str = "wb", *, encoding: str | None = None, newline: str | None = None
) -> Iterator[IO[Any]]:
    """Open a file for writing; the old file stays untouched unless everything was written.

    Parameters
    ----------
    path : path, address or ``"-"`` for standard output
    mode : ``"wb"``, ``"w"`` (text), ``"ab"`` or ``"a"``
    encoding, newline : as in `open`, for the text modes; UTF-8 and plain newlines unless given

    Raises
    ------
    OSError
        With the path and the remedy in its message; the subclass (PermissionError, ...) and ``errno`` are the
        operating system's.

    Examples
    --------
    >>> import os, tempfile
    >>> from ns2vec.formats.atomic import open_for_write
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with open_for_write(os.path.join(folder, "new.txt"), "w") as out:
    ...         _ = out.write("done")
    ...     os.listdir(folder)
    ['new.txt']
    """
    if mode not in MODES:
        raise ConfigError(f"unknown mode {mode!r}: expected one of {', '.join(MODES)}")
    with _translated(os.fspath(path)), _open_bytes(os.fspath(path), append=mode[0] == "a") as stream:
        if "b" in mode:
            yield stream
        else:
            text = io.TextIOWrapper(stream, encoding=encoding or "utf8", newline=newline or "\n")
            try:
                yield text
            except BaseException:
                with contextlib.suppress(OSError, ValueError):
                    text.detach()  # or its destructor would close the stream of somebody else
                raise
            text.flush()
            text.detach()


class _Abandoned(Exception):  # noqa: N818 - a signal, not an error
    """Leaves `open_for_write` without writing."""


def check_writable(path: PathLike) -> None:
    """Find out before long work whether `open_for_write` will open this path; nothing is left behind.

    Addresses and ``"-"`` are taken on trust, and so is a pipe, whose reader would see it opened.

    Raises
    ------
    OSError, ImportError
        What `open_for_write` would raise at once.

    Examples
    --------
    >>> from ns2vec.formats.atomic import check_writable
    >>> check_writable("missing/vectors.bin")
    Traceback (most recent call last):
    ...
    FileNotFoundError: [Errno 2] cannot write: the folder does not exist: create it...
    """
    text = os.fspath(path)
    if text == "-" or is_remote(text) or _is_pipe(text):
        return
    with contextlib.suppress(_Abandoned), open_for_write(text):
        raise _Abandoned


def _is_pipe(path: str) -> bool:
    with contextlib.suppress(OSError):
        return stat.S_ISFIFO(os.stat(path).st_mode)
    return False


@contextlib.contextmanager
def _translated(path: str) -> Iterator[None]:
    """Give an operating system's error the remedy; errors that other files raised pass untouched."""
    try:
        yield
    except OSError as error:
        if error.filename is None and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            _refuse(error, path)
        raise


def _refuse(error: OSError, path: str) -> NoReturn:
    remedy = REMEDIES.get(error.errno or 0, error.strerror or str(error))
    raise OSError(error.errno, f"cannot write: {remedy}", path) from error


@contextlib.contextmanager
def _open_bytes(path: str, *, append: bool) -> Iterator[IO[bytes]]:
    if path == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
    elif is_remote(path):
        import smart_open

        with smart_open.open(path, "ab" if append else "wb") as stream:
            yield stream
    else:
        target = os.path.realpath(path)
        opened = _written_through if append or not _is_replaceable(target) else _replaced
        with opened(path, target) as raw, _compressed(raw, path) as stream:
            yield stream


def _is_replaceable(target: str) -> bool:
    try:
        return stat.S_ISREG(os.stat(target).st_mode)
    except FileNotFoundError:
        return True
    except OSError:
        return True  # creating the temporary file will say what is wrong


@contextlib.contextmanager
def _compressed(raw: IO[bytes], path: str) -> Iterator[IO[bytes]]:
    suffix = strip_compression(path)[1]
    if not suffix:
        yield raw
        return
    with COMPRESSIONS[suffix](raw, "wb") as stream:
        yield stream


@contextlib.contextmanager
def _written_through(path: str, target: str) -> Iterator[IO[bytes]]:
    try:
        mode = "ab" if _is_replaceable(target) else "wb"
        raw = open(target, mode, buffering=BLOCK_BYTES)  # noqa: SIM115 - the next lines close it
    except OSError as error:
        _refuse(error, path)
    with raw:
        yield raw


@contextlib.contextmanager
def _replaced(path: str, target: str) -> Iterator[IO[bytes]]:
    temporary = ""
    try:
        existing = _existing(target)
        temporary, descriptor = _create_beside(target)
    except OSError as error:
        _refuse(error, path)
    try:
        with open(descriptor, "wb", buffering=BLOCK_BYTES) as raw:
            yield raw
            raw.flush()
            if existing is not None:
                _keep_mode(descriptor, existing)
            os.fsync(descriptor)
        os.replace(temporary, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
    _sync_folder(os.path.dirname(target))


def _existing(target: str) -> os.stat_result | None:
    """Return what is known of the file to be replaced; renaming must not overrule its write protection."""
    try:
        found = os.stat(target)
    except FileNotFoundError:
        return None
    if not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), target)
    return found


def _create_beside(target: str) -> tuple[str, int]:
    folder, name = os.path.split(target)
    while True:
        temporary = os.path.join(folder, f".{name[:40]}.{os.urandom(6).hex()}.tmp")
        with contextlib.suppress(FileExistsError):
            return temporary, os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)


def _keep_mode(descriptor: int, existing: os.stat_result) -> None:
    with contextlib.suppress(OSError):
        os.fchown(descriptor, existing.st_uid, existing.st_gid)
    with contextlib.suppress(OSError):
        os.fchmod(descriptor, stat.S_IMODE(existing.st_mode))


def _sync_folder(folder: str) -> None:
    """Make the rename itself durable where the system lets a folder be synced."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
