"""Differences between operating systems: everything that not all of them have is here and nowhere else.

Files that are in use are not deleted, processes are not forked and ``/proc`` is not read by any other module
(tests/house/test_platform.py).
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import mmap
import os
import stat
import sys
import threading
from collections.abc import Callable
from types import ModuleType
from typing import IO, Any

import numpy.typing as npt

fcntl: ModuleType | None
try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

IS_POSIX = os.name == "posix"

NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
"""Flags for `os.open`: a new binary file, for writing."""

READ_STATUS = "import sys, ns2vec; sys.stdout.write(open('/proc/self/status').read())"
"""A program that writes what Linux knows about a process that has imported ns2vec; it fails elsewhere."""

MAX_LINKS = 40  # in a row; Linux does not follow more either

MADV_POPULATE_WRITE = 23  # Linux 5.14; Python has no name for it

_seeking = threading.Lock()


def n_processors() -> int:
    """Return how many processors this process may use, or how many there are if that is unknown."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def after_fork_in_child(function: Callable[[], object]) -> None:
    """Have a function called in each process that is forked from this one, on systems with fork."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=function)


def advise_huge_pages(memory: npt.NDArray[Any], wanted: bool) -> None:
    """Tell the system whether an array's memory should use huge pages, if it accepts such advice.

    NumPy asks for huge pages for all its large arrays. Their first touch is expensive in a virtual machine
    whose host has reclaimed free memory: each page has to be fetched from the host as a whole.
    """
    _advise(memory, getattr(mmap, "MADV_HUGEPAGE" if wanted else "MADV_NOHUGEPAGE", None))


def provide_memory(memory: npt.NDArray[Any]) -> None:
    """Have the system allocate an array's memory now, if it can; existing contents are kept.

    Any thread may call this while others write to the array.
    """
    _advise(memory, MADV_POPULATE_WRITE if sys.platform == "linux" else None)


def _advise(memory: npt.NDArray[Any], advice: int | None) -> None:
    """Give advice about the whole pages of an array; a system that does not know it ignores it."""
    start = -(-memory.ctypes.data // mmap.PAGESIZE) * mmap.PAGESIZE
    n_bytes = (memory.ctypes.data + memory.nbytes - start) // mmap.PAGESIZE * mmap.PAGESIZE
    if advice is not None and n_bytes > 0:
        _madvise()(ctypes.c_void_p(start), ctypes.c_size_t(n_bytes), advice)


@functools.cache
def _madvise() -> Any:
    return ctypes.CDLL(None).madvise


def give_back_memory() -> None:
    """Return the allocator's free memory to the system; no effect except with glibc.

    glibc keeps up to 64 MB at the end of the heap, and everything before a block that is still in use.
    """
    if (trim := _malloc_trim()) is not None:
        trim(0)


@functools.cache
def _malloc_trim() -> Any:
    return getattr(ctypes.CDLL(None), "malloc_trim", None) if IS_POSIX else None


def descriptor_of(path: str) -> int | None:
    """Return the open file of this process that a path such as ``/dev/fd/9`` refers to."""
    folders = (f"/proc/{os.getpid()}/fd", "/dev/fd")
    for _ in range(MAX_LINKS):
        folder, name = os.path.split(path)
        folder = os.path.realpath(folder)
        if folder in folders and name.isascii() and name.isdecimal():
            return int(name)
        if not os.path.islink(path):
            return None
        path = os.path.join(folder, os.readlink(path))
    return None


def seek_and_read(descriptor: int, buffer: memoryview, offset: int) -> int:
    """`read_at` for systems without positional reads: one thread at a time."""
    with _seeking:
        os.lseek(descriptor, offset, os.SEEK_SET)
        found = os.read(descriptor, len(buffer))
    buffer[: len(found)] = found
    return len(found)


def read_at(descriptor: int, buffer: memoryview, offset: int) -> int:
    """Read bytes at a position into a buffer, from any thread; return how many, 0 at the end."""
    if hasattr(os, "preadv"):
        return os.preadv(descriptor, [buffer], offset)
    return seek_and_read(descriptor, buffer, offset)


# ---- files that replace others -----------------------------------------------------------------------


def hold(descriptor: int, path: str) -> bool:
    """Mark a newly created file as in use, so that `remove_abandoned` keeps it as long as this process lives.

    Returns
    -------
    bool
        False if another process was faster and considers it abandoned: create another.
    """
    if fcntl is None:  # an open file cannot be deleted there
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True  # a file system without locks, where no file is considered abandoned
    return _is_at(descriptor, path)


def remove_abandoned(path: str) -> bool:
    """Delete a temporary file unless a living process is writing it; return whether it is gone."""
    try:
        if fcntl is None:
            os.unlink(path)
            return True
        descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if not _is_at(descriptor, path):
                return False
            os.unlink(path)
            return True
        finally:
            os.close(descriptor)
    except OSError:
        return False


def _is_at(descriptor: int, path: str) -> bool:
    """Whether a path still leads to an open regular file."""
    here = os.fstat(descriptor)
    with contextlib.suppress(OSError):
        return stat.S_ISREG(here.st_mode) and os.path.samestat(here, os.lstat(path))
    return False


def publish(stream: IO[Any], temporary: str, target: str) -> None:
    """Replace a file by another one that was written and flushed, in one step."""
    if not IS_POSIX:
        stream.close()  # open files cannot be renamed there
    os.replace(temporary, target)


def keep_owner_and_mode(descriptor: int, existing: os.stat_result) -> None:
    """Give a new file the owner, where permitted, and the mode of the one that it will replace."""
    if not IS_POSIX:
        return
    with contextlib.suppress(OSError):
        os.fchown(descriptor, existing.st_uid, existing.st_gid)
    with contextlib.suppress(OSError):
        os.fchmod(descriptor, stat.S_IMODE(existing.st_mode))


def sync_folder(folder: str) -> None:
    """Make a renaming durable if the system can sync a folder."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


# ---- processes ---------------------------------------------------------------------------------------


def resident_bytes() -> int | None:
    """Return the memory of this process that is in RAM, None if the system does not report it."""
    try:
        with open("/proc/self/statm", "rb") as stream:
            return int(stream.read().split()[1]) * mmap.PAGESIZE
    except (OSError, IndexError, ValueError):
        return None


def process_mark(process: int) -> str | None:
    """Return a mark that a later process with the same number does not have; None if gone or unknown."""
    try:
        with open(f"/proc/{process}/stat", "rb") as stream:
            # the program's name, in brackets, may contain blanks; the start time is the 20th field after it
            fields = stream.read().rpartition(b")")[2].split()
        return None if fields[0] in (b"Z", b"X") else fields[19].decode("ascii")
    except (OSError, IndexError, ValueError):
        return None


def knows_processes() -> bool:
    """Whether `process_mark` can distinguish living processes from others."""
    return process_mark(os.getpid()) is not None
