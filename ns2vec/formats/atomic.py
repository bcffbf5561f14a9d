"""Opening files so that a failed write leaves the old file unchanged.

A regular file is written to a temporary file beside it, flushed to the disk and renamed over the target at
the end. If a process was killed, the next write of the same file deletes the leftovers, and reports this
in the log. Symbolic links are followed; an existing file keeps its mode (and owner where permitted), a new
one gets the mode that the umask leaves. Devices, pipes, files that are already open (``/dev/stdout``,
``/dev/fd/9``), ``"-"`` (standard output) and append mode cannot be renamed over and are written directly. The
suffix determines the compression: ``.gz``, ``.bz2``, ``.xz``, and ``.zst`` through smart_open.
"""

from __future__ import annotations

import contextlib
import errno
import io
import logging
import os
import re
import stat
import sys
from collections.abc import Iterator
from typing import IO, Any, NoReturn

from ns2vec._files import COMPRESSIONS, is_remote, open_bytes, strip_compression
from ns2vec._platform import (
    NEW_FILE,
    descriptor_of,
    hold,
    keep_owner_and_mode,
    publish,
    remove_abandoned,
    sync_folder,
)
from ns2vec._typing import PathLike
from ns2vec.exceptions import ConfigError, FormatError
from ns2vec.formats.limits import Bounded
from ns2vec.formats.strangers import stranger_at

logger = logging.getLogger(__name__)

BLOCK_BYTES = 1 << 20
NAME_CHARACTERS = 40  # characters of the target's name in that of its temporary file
MODES = ("wb", "w", "ab", "a")

# errors of writing that need a remedy besides their number
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
    errno.EBADF: "no file is open for writing under this number: open it first, or name a file",
    errno.ENXIO: "no process reads from it: start the reader first, or name a file",
    errno.EIO: "the device failed: look at it, and write elsewhere",
    errno.ESTALE: "the folder on the server has gone: mount it again, or choose another path",
    errno.ENAMETOOLONG: "the name is too long: choose a shorter one",
}
# errors of writing itself, without a file name
WHILE_WRITING = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.ESTALE, errno.EBADF)


def plain_size(path: PathLike) -> int | None:
    """Return the number of bytes that a reader of `path` will get, None if only reading can tell."""
    text = os.fspath(path)
    if text == "-" or is_remote(text) or strip_compression(text)[1]:
        return None
    found = os.stat(text)
    return found.st_size if stat.S_ISREG(found.st_mode) else None


def ends_by_itself(path: PathLike) -> bool:
    """Whether a reader may read ahead: a pipe or terminal could make it wait for data it does not need."""
    text = os.fspath(path)
    if text == "-":
        return False
    return is_remote(text) or stat.S_ISREG(os.stat(text).st_mode)


@contextlib.contextmanager
def open_for_read(path: PathLike | IO[bytes], own: tuple[str, ...] = ()) -> Iterator[IO[bytes]]:
    """Open a file, an address or ``"-"`` (standard input) for reading bytes, decompressed by its suffix.

    If the caller finds that a file is not what it should be, and its first bytes are those of another
    kind of file, the error names that kind and how to load it.

    Parameters
    ----------
    path : path, address or ``"-"``; or a file object, which is left open
    own : names of `ns2vec._magic.KINDS` that the caller reads itself

    Yields
    ------
    binary file

    Raises
    ------
    OSError
        If the file cannot be opened, with the remedy.
    FormatError
        If a compressed file is damaged, or unpacks to an absurd size.

    Examples
    --------
    >>> import os, tempfile
    >>> from ns2vec.formats import open_for_read, open_for_write
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "words.txt.gz")
    ...     with open_for_write(path) as out:
    ...         _ = out.write(b"tea milk")
    ...     with open_for_read(path) as stream:
    ...         stream.read()
    b'tea milk'
    """
    if not isinstance(path, (str, os.PathLike)):
        yield path
    elif os.fspath(path) == "-":
        yield sys.stdin.buffer
    else:
        with open_bytes(path, damaged=FormatError) as (stream, packed):
            bounded = (
                stream if packed is stream else io.BufferedReader(Bounded(stream, packed, path), BLOCK_BYTES)
            )
            try:
                yield bounded
            except FormatError as error:
                found = stranger_at(path, own)
                if found is None:
                    raise
                raise found from error


@contextlib.contextmanager
def open_for_write(
    path: PathLike | IO[Any], mode: str = "wb", *, encoding: str | None = None, newline: str | None = None
) -> Iterator[IO[Any]]:
    """Open a file for writing; the old file is unchanged unless everything was written.

    Parameters
    ----------
    path : path, address or ``"-"`` for standard output; or a file object, which is left open
    mode : ``"wb"``, ``"w"`` (text), ``"ab"`` or ``"a"``
    encoding, newline : as in `open`, for the text modes; UTF-8 and plain newlines unless given

    Yields
    ------
    file

    Raises
    ------
    ConfigError
        If `mode` is not one of these.
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
    if not isinstance(path, (str, os.PathLike)):
        yield path
        return
    with _translated(os.fspath(path)), _open_bytes(os.fspath(path), append=mode[0] == "a") as stream:
        if "b" in mode:
            yield stream
        else:
            text = io.TextIOWrapper(stream, encoding=encoding or "utf8", newline=newline or "\n")
            try:
                yield text
            except BaseException:
                with contextlib.suppress(OSError, ValueError):
                    text.detach()  # otherwise its destructor would close a stream that is not ours
                raise
            text.flush()
            text.detach()


class _Abandoned(Exception):  # noqa: N818 - a signal, not an error
    """Leaves `open_for_write` without writing."""


def check_writable(path: PathLike) -> None:
    """Find out before long work whether `open_for_write` can open this path; nothing is left behind.

    Addresses and ``"-"`` are not checked, nor is a pipe, whose reader would notice that it was opened.

    Parameters
    ----------
    path : path, address or ``"-"``

    Raises
    ------
    OSError, ImportError
        Those that `open_for_write` would raise at once.

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
    """Add the remedy to an operating system's error; errors about other files are not changed."""
    try:
        yield
    except OSError as error:
        if error.filename is None and error.errno in WHILE_WRITING:
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
        opened = _written_through if append or not is_replaceable(path) else _replaced
        with opened(path) as raw, _compressed(raw, path) as stream:
            yield stream


def is_replaceable(path: PathLike) -> bool:
    """Whether a file is written beside this path and renamed over it, and other files may lie beside it.

    Examples
    --------
    >>> from ns2vec.formats.atomic import is_replaceable
    >>> is_replaceable("vectors.bin"), is_replaceable("/dev/stdout"), is_replaceable("-")
    (True, False, False)
    """
    text = os.fspath(path)
    if text == "-" or is_remote(text) or descriptor_of(text) is not None:
        return False
    try:
        # of the path as given: the kernel knows where a link in /proc leads, but its text need not be a name
        return stat.S_ISREG(os.stat(text).st_mode)
    except OSError:
        return True  # creating the temporary file will report the problem


@contextlib.contextmanager
def _compressed(raw: IO[bytes], path: str) -> Iterator[IO[bytes]]:
    suffix = strip_compression(path)[1]
    if not suffix:
        yield raw
        return
    with COMPRESSIONS[suffix](raw, "wb") as stream:
        yield stream


@contextlib.contextmanager
def _written_through(path: str) -> Iterator[IO[bytes]]:
    descriptor = descriptor_of(path)
    try:
        if descriptor is None:
            target: str | int = path
        else:
            target = os.dup(descriptor)  # opening it again would begin at the start of the file
        mode = "ab" if is_replaceable(path) else "wb"
        raw = open(target, mode, buffering=BLOCK_BYTES)  # noqa: SIM115 - the next lines close it
    except OSError as error:
        _refuse(error, path)
    with raw:
        yield raw


@contextlib.contextmanager
def _replaced(path: str) -> Iterator[IO[bytes]]:
    target, temporary = os.path.realpath(path), ""
    try:
        existing = _existing(target)
        remove_stale(target)
        temporary, descriptor = _create_beside(target)
    except OSError as error:
        _refuse(error, path)
    try:
        with open(descriptor, "wb", buffering=BLOCK_BYTES) as raw:
            yield raw
            with _naming(path):
                raw.flush()
                if existing is not None:
                    keep_owner_and_mode(descriptor, existing)
                os.fsync(descriptor)
                publish(raw, temporary, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
    sync_folder(os.path.dirname(target))


@contextlib.contextmanager
def _naming(path: str) -> Iterator[None]:
    """Every error here is about the file being written, whatever temporary name it mentions."""
    try:
        yield
    except OSError as error:
        _refuse(error, path)


def _existing(target: str) -> os.stat_result | None:
    """Return the status of the file to be replaced; renaming must not override its write protection."""
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
        temporary = os.path.join(folder, f".{name[:NAME_CHARACTERS]}.{os.urandom(6).hex()}.tmp")
        try:
            descriptor = os.open(temporary, NEW_FILE, 0o666)
        except FileExistsError:
            continue
        if hold(descriptor, temporary):
            return temporary, descriptor
        os.close(descriptor)


def remove_stale(target: PathLike) -> list[str]:
    """Delete temporary files of writes of `target` whose process was killed.

    Each is reported in the log. Files that a living process is writing are kept. `open_for_write` does this
    before it writes.

    Returns
    -------
    list of str
        Paths of the deleted files.

    Examples
    --------
    >>> from ns2vec.formats.atomic import remove_stale
    >>> remove_stale("vectors.bin")
    []
    """
    folder, name = os.path.split(os.path.realpath(target))
    pattern = re.compile(rf"\.{re.escape(name[:NAME_CHARACTERS])}\.[0-9a-f]{{12}}\.tmp")
    try:
        left = [entry for entry in os.listdir(folder) if pattern.fullmatch(entry)]
    except OSError:
        return []  # a write there will report the problem
    gone = [
        path for path in (os.path.join(folder, entry) for entry in sorted(left)) if remove_abandoned(path)
    ]
    for path in gone:
        logger.warning("%s: deleted; an interrupted write left it behind", path)
    return gone
