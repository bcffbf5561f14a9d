"""Chunks in memory and on disk; a full disk; many threads."""

from __future__ import annotations

import errno
import io
import os
import tempfile
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from ns2vec.corpus import END, EncodedCorpus, encoded
from ns2vec.exceptions import CorpusError


def ids(*numbers):
    return np.array(numbers, dtype=np.int32)


def filled(memory_limit, n_chunks=50):
    store = EncodedCorpus(memory_limit)
    for number in range(n_chunks):
        store.append(np.full(number + 1, number, dtype=np.int32), n_words=number, n_sentences=2)
    return store


@pytest.mark.parametrize("memory_limit", [0, 100, 1 << 20])
def test_chunks_come_back_as_they_went_in(memory_limit):
    store = filled(memory_limit)
    assert (store.n_chunks, store.n_words, store.n_sentences) == (50, sum(range(50)), 100)
    for number in reversed(range(50)):
        chunk = store.chunk(number)
        assert chunk.words.tolist() == [number] * (number + 1)
        assert (chunk.index, chunk.n_words, chunk.n_sentences) == (number, number, 2)
        assert (chunk.words_before, chunk.sentences_before) == (sum(range(number)), 2 * number)
    store.close()


def test_memory_is_used_up_to_the_limit_and_disk_for_the_rest():
    store = filled(memory_limit=100)  # 4 * (1 + 2 + ... + 6) = 84 fit, the seventh does not
    assert store.n_bytes_in_memory == 84
    assert store.n_bytes_on_disk == 4 * (sum(range(51)) - 21)
    store.close()


def test_the_remap_is_passed_on():
    store = filled(0, n_chunks=3)
    assert store.chunk(2, remap=ids(7, 8, 9)).rows().tolist() == [9, 9, 9]
    store.close()


def test_many_threads_read_at_once():
    store = filled(memory_limit=500, n_chunks=200)
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda i: store.chunk(i % 200).words.tolist(), range(4000)))
    assert found == [[i % 200] * (i % 200 + 1) for i in range(4000)]
    store.close()


def test_the_temporary_file_has_no_name_and_is_given_back(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    open_before = set(os.listdir("/proc/self/fd"))
    store = filled(0)
    assert os.listdir(tmp_path) == []
    store.close()
    store = filled(0)
    del store  # without close: the descriptor goes with the object
    assert set(os.listdir("/proc/self/fd")) == open_before


def test_a_full_disk_is_a_corpus_error(monkeypatch):
    def full(descriptor, buffer):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(encoded.os, "write", full)
    with pytest.raises(CorpusError, match=r"No space left on device; set TMPDIR .* or use corpus_memory=0"):
        EncodedCorpus(0).append(ids(1, END), 1, 1)


def test_the_full_device_of_the_system(monkeypatch):
    if not os.path.exists("/dev/full"):
        pytest.skip("this system has no /dev/full")
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda dir: io.FileIO("/dev/full", "r+"))
    with pytest.raises(CorpusError, match="No space left on device"):
        EncodedCorpus(0).append(ids(1, END), 1, 1)


def test_a_folder_that_cannot_be_written_is_a_corpus_error(monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    with pytest.raises(CorpusError, match=r"gone.*set TMPDIR"):
        EncodedCorpus(0).append(ids(1, END), 1, 1)


def test_short_writes_and_reads_are_continued(monkeypatch):
    write, read = os.write, os.preadv
    monkeypatch.setattr(encoded.os, "write", lambda fd, data: write(fd, data[:5]))
    monkeypatch.setattr(encoded.os, "preadv", lambda fd, views, at: read(fd, [views[0][:7]], at))
    store = filled(0, n_chunks=10)
    assert store.chunk(9).words.tolist() == [9] * 10
    store.close()


def test_a_cut_temporary_file_is_a_corpus_error():
    store = filled(0)
    os.ftruncate(store._descriptor, 100)
    with pytest.raises(CorpusError, match="ends at byte 4,900 of 5,100"):
        store.chunk(49)
    store.close()


@pytest.mark.parametrize("index", [-1, 3])
def test_there_is_no_chunk_outside(index):
    store = filled(0, n_chunks=3)
    with pytest.raises(IndexError, match=f"chunk {index} of 3"):
        store.chunk(index)
    store.close()


def test_nothing_is_read_after_close():
    store = filled(1 << 20)
    store.close()
    store.close()
    with pytest.raises(ValueError, match="was closed"):
        store.chunk(0)
