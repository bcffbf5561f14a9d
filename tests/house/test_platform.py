"""What not every operating system does stands in one module."""

from __future__ import annotations

import mmap
import os
import re

import numpy as np
import pytest
from sources import CYTHON, C, at, expect_none, files, line_of, read

from ns2vec import _platform

NOT_EVERYWHERE = re.compile(
    r"os\.fork|/proc/|\bfcntl\b|\bmsvcrt\b|preadv|pwrite|fchown|fchmod|O_CLOEXEC|O_TEMPORARY|mkstemp|"
    r"TemporaryFile|import resource$|multiprocessing|madvise",
    re.MULTILINE,
)
POSIX = re.compile(r"posix_memalign|\baligned_alloc\b|from posix|<(?:unistd|pthread|sys/)")


def matches(pattern: re.Pattern, paths) -> list[str]:
    """Where `pattern` occurs in the files `paths`."""
    found = ((path, match) for path in paths for match in pattern.finditer(read(path)))
    return [f"{at(path, line_of(read(path), match.start()))}: {match[0]}" for path, match in found]


def test_no_other_module_depends_on_the_system():
    others = [path for path in files(".py", folders=("ns2vec",)) if path.name != "_platform.py"]
    expect_none(matches(NOT_EVERYWHERE, others), "Move these to ns2vec/_platform.py.")


def test_no_compiled_source_depends_on_the_system():
    compiled = [path for path in files(*CYTHON, *C, folders=("ns2vec",)) if path.name != "aligned.h"]
    expect_none(matches(POSIX, compiled), "Move these to ns2vec/_cy/aligned.h.")


def test_seeking_does_what_positions_do(tmp_path):
    descriptor = os.open(tmp_path / "file", os.O_RDWR | os.O_CREAT)
    try:
        assert _platform.seek_and_write(descriptor, memoryview(b"abcdef"), 2) == 6
        buffer = bytearray(4)
        assert _platform.seek_and_read(descriptor, memoryview(buffer), 4) == 4
        assert _platform.read_at(descriptor, memoryview(buffer)[:2], 7) == 1
        assert bytes(buffer) == b"fdef"
    finally:
        os.close(descriptor)


@pytest.mark.parametrize("n_bytes", [0, 1, 5000, 1 << 20])
def test_advice_about_memory_leaves_what_was_written(n_bytes):
    memory = (np.arange(n_bytes) % 251).astype(np.uint8)
    before = memory.copy()
    _platform.advise_huge_pages(memory, False)
    _platform.provide_memory(memory[3:])
    _platform.advise_huge_pages(memory, True)
    assert np.array_equal(memory, before)


def test_systems_that_take_no_advice(monkeypatch):
    monkeypatch.delattr(mmap, "MADV_HUGEPAGE", raising=False)
    monkeypatch.delattr(mmap, "MADV_NOHUGEPAGE", raising=False)
    monkeypatch.setattr(_platform.sys, "platform", "win32")
    monkeypatch.setattr(_platform, "_madvise", lambda: pytest.fail("there is no madvise"))
    memory = np.ones(1 << 20, dtype=np.uint8)
    _platform.advise_huge_pages(memory, False)
    _platform.provide_memory(memory)
    assert memory.all()
