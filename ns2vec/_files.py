"""Files opened for reading: plain, compressed by their suffix, or remote; errors suggest a remedy."""

from __future__ import annotations

import bz2
import contextlib
import errno
import gzip
import io
import lzma
import os
from collections.abc import Callable, Iterator
from functools import partial
from typing import IO, Any

from ns2vec._magic import N_BYTES, is_binary, recognized
from ns2vec._typing import PathLike
from ns2vec.exceptions import Ns2vecError

BLOCK_BYTES = 1 << 20


def _open_gzip(raw: IO[bytes], mode: str) -> IO[bytes]:
    # no name and no time in the header: equal contents give equal files
    return gzip.GzipFile(filename="", fileobj=raw, mode=mode, mtime=0)  # type: ignore[return-value]


def _by_smart_open(suffix: str, raw: IO[bytes], mode: str) -> IO[bytes]:
    try:
        from smart_open.compression import compression_wrapper

        return compression_wrapper(raw, mode, compression=suffix)
    except ImportError as error:
        extra = suffix.removeprefix(".")
        raise ImportError(f"files ending in {suffix} need: pip install 'smart_open[{extra}]'") from error


COMPRESSIONS: dict[str, Callable[[IO[bytes], str], IO[bytes]]] = {
    ".gz": _open_gzip,
    ".bz2": bz2.BZ2File,  # type: ignore[dict-item]
    ".xz": lzma.LZMAFile,
    ".zst": partial(_by_smart_open, ".zst"),
    ".lz4": partial(_by_smart_open, ".lz4"),
}


def strip_compression(path: PathLike) -> tuple[str, str]:
    """Split a path into the part without compression and the suffix of the compression (or ``""``).

    Examples
    --------
    >>> from ns2vec._files import strip_compression
    >>> strip_compression("vectors.bin.gz")
    ('vectors.bin', '.gz')
    """
    text = os.fspath(path)
    stem, suffix = os.path.splitext(text)
    return (stem, suffix.lower()) if suffix.lower() in COMPRESSIONS else (text, "")


def is_remote(path: PathLike) -> bool:
    """Whether the path is an address (``s3://...``) that smart_open has to open."""
    return "://" in os.fspath(path)


class OpenPath(os.PathLike[str]):
    """The path of a pipe that is already open, because its first bytes, which come only once, have been read.

    Attributes
    ----------
    stream : binary file object with ``peek``
        `open_bytes` reads from it, and closes it.
    """

    def __init__(self, path: PathLike) -> None:
        self._name = os.fspath(path)
        self.stream = _open_local(self._name, "file")

    def __fspath__(self) -> str:
        return self._name

    __str__ = __fspath__


@contextlib.contextmanager
def open_bytes(
    path: PathLike, *, noun: str = "file", damaged: type[Ns2vecError]
) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
    """Open a path or address for reading bytes, decompressed by its suffix.

    Parameters
    ----------
    path : path or address
    noun : str
        What the file is, for messages.
    damaged : class of exception
        Raised if a compressed file cannot be decompressed.

    Yields
    ------
    stream : binary file object
        The text or the vectors.
    raw : binary file object
        The underlying file, whose position shows how much of the file has been read.

    Raises
    ------
    OSError
        As raised by `open`, with what to do.
    ImportError
        If a package for the compression or the protocol is missing; names it.
    """
    name = os.fspath(path)
    with contextlib.ExitStack() as stack:
        try:
            if isinstance(path, OpenPath):
                opened = path.stream
            else:
                opened = _open_remote(name, damaged) if is_remote(name) else _open_local(name, noun)
            raw = stack.enter_context(opened)
            yield _unpacked(raw, name, stack), raw
        except Exception as error:
            if not is_damage(error, name):
                raise
            raise damaged(damage(name, error)) from error


def damage(name: str, error: Exception) -> str:
    """Return the message for a compressed file that cannot be unpacked: it may be of another kind."""
    start, suffix, remedy = (
        first_bytes(name, N_BYTES, packed=True),
        strip_compression(name)[1],
        "fetch it again",
    )
    kind = recognized(start)
    if kind is not None and not kind.way.endswith(suffix):  # not where it is what it should be
        remedy = f"this is {kind.what}: {kind.way}"
    elif start and not is_binary(start):
        remedy = f"this is plain text: take {suffix} off its name"
    return f"{name}: damaged or not what its suffix says: {error}; {remedy}"


def first_bytes(name: str, n: int, *, packed: bool = False) -> bytes:
    """Return the first bytes of a regular file, unpacked by its suffix unless `packed`; none for others."""
    with contextlib.suppress(Exception), contextlib.ExitStack() as stack:
        if os.path.isfile(name):
            raw = stack.enter_context(open(name, "rb"))
            return (raw if packed else _unpacked(raw, name, stack)).read(n)
    return b""


def _unpacked(raw: IO[bytes], name: str, stack: contextlib.ExitStack) -> IO[bytes]:
    suffix = strip_compression(name)[1]
    if not suffix:
        return raw
    try:
        return stack.enter_context(COMPRESSIONS[suffix](raw, "rb"))
    except ImportError as error:
        raise ImportError(f"cannot read {name}: {error}") from error


def _open_local(name: str, noun: str) -> IO[bytes]:
    try:
        return open(name, "rb", buffering=BLOCK_BYTES)
    except OSError as error:
        raise explain(error, name, noun) from error


class Counted(io.RawIOBase):
    """A stream that counts the bytes that were read, because remote ones may not."""

    def __init__(self, stream: Any) -> None:
        super().__init__()
        self._stream, self._n_come = stream, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        block = self._stream.read(len(buffer))
        buffer[: len(block)] = block
        self._n_come += len(block)
        return len(block)

    def seekable(self) -> bool:
        return False

    def tell(self) -> int:
        return self._n_come

    def close(self) -> None:
        self._stream.close()
        super().close()


def _open_remote(name: str, unknown: type[Ns2vecError], *, seekable: bool = False) -> IO[bytes]:
    protocol = name.split(":")[0]
    try:
        import smart_open  # 80 ms, and needed for remote files only

        # unpacked here, where the compression ratio can be checked
        opened: IO[bytes] = smart_open.open(name, "rb", compression="disable")
        return opened if seekable else io.BufferedReader(Counted(opened), BLOCK_BYTES)
    except ImportError as error:
        extra = {"https": "http"}.get(protocol, protocol)
        raise ImportError(
            f"cannot read {name}: a package for {protocol}:// is missing; pip install 'smart_open[{extra}]'"
        ) from error
    except NotImplementedError as error:
        raise unknown(f"cannot read {name}: smart_open does not support {protocol}://; check it") from error


@contextlib.contextmanager
def open_raw(path: PathLike, *, noun: str = "file", damaged: type[Ns2vecError]) -> Iterator[IO[bytes]]:
    """Open a path or address for reading bytes at any position, with ``seek``; nothing is unpacked."""
    name = os.fspath(path)
    if not is_remote(name):
        with _open_local(name, noun) as stream:
            yield stream
        return
    with _open_remote(name, damaged, seekable=True) as stream:
        yield stream


def explain(error: OSError, name: str, noun: str = "file") -> OSError:
    """Return an error of the same type whose text includes the remedy."""
    of_texts = ", or use PathLineSentences for text" if "corpus" in noun else ""
    remedies = {
        errno.ENOENT: f"no such {noun}; check the path",
        errno.EACCES: f"no permission to read the {noun}; check its mode and owner",
        errno.EISDIR: f"this is a folder, not a {noun}; name one file{of_texts}",
    }
    text = remedies.get(error.errno or 0)
    return type(error)(error.errno, text, name) if text else error


def is_damage(error: Exception, name: str) -> bool:
    """Whether it is an error that decompressors raise for invalid data."""
    if isinstance(error, Ns2vecError) or not strip_compression(name)[1]:
        return False
    if isinstance(error, OSError):
        return isinstance(error, gzip.BadGzipFile) or (error.errno is None and not is_remote(name))
    return isinstance(error, EOFError) or type(error).__name__ in ("error", "LZMAError", "ZstdError")
