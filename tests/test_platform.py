"""Files and memory where systems differ: the same results on all of them."""

from __future__ import annotations

import mmap
import os

import numpy as np
import pytest

from ns2vec import _platform


def test_seeking_does_what_positions_do(tmp_path):
    descriptor = os.open(tmp_path / "file", os.O_RDWR | os.O_CREAT)
    try:
        assert os.write(descriptor, b"__abcdef") == 8
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


def test_memory_that_was_let_go_goes_back_where_the_allocator_can(monkeypatch):
    asked = []
    monkeypatch.setattr(_platform, "_malloc_trim", lambda: asked.append)
    _platform.give_back_memory()
    assert asked == [0]
    monkeypatch.setattr(_platform, "_malloc_trim", lambda: None)
    _platform.give_back_memory()
    assert asked == [0]
