"""What is in a file is what was written."""

from __future__ import annotations

import json

import numpy as np
import pytest

from ns2vec import KeyedVectors
from ns2vec.formats.checksums import ChecksumError
from ns2vec.formats.container import write_container
from ns2vec.similarity import row_norms


def test_each_part_is_verified(saved):
    content = saved.read_bytes()
    assert KeyedVectors.load(saved, verify=True).index_to_key[3] == "w3"
    assert KeyedVectors.load(saved, mmap="r", verify=True).index_to_key[3] == "w3"
    n_header = 8 + int.from_bytes(content[:8], "little")
    header = json.loads(content[8:n_header])
    for part in ("vectors", "keys", "vecattr.count", "norms"):
        place = n_header + header[part]["data_offsets"][0]
        saved.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        assert len(KeyedVectors.load(saved, mmap="r")) == 50
        for mmap in (None, "r"):
            with pytest.raises(ChecksumError, match=f"the part '{part}' is not what was written"):
                KeyedVectors.load(saved, mmap=mmap, verify=True)
    saved.write_bytes(content.replace(b'"kind":"KeyedVectors"', b'"kind":"KeyedVectorz"'))
    with pytest.raises(ChecksumError, match="__metadata__"):
        KeyedVectors.load(saved, verify=True)


def test_sums_of_a_file_that_was_written_into_hold_no_longer(saved):
    changed = KeyedVectors.load(saved, mmap="r+")
    changed.vectors[0] = [3, 4, 0]
    changed.vectors.flush()
    with pytest.raises(ChecksumError, match=r"opened for changes in place \(mmap='r\+'\)"):
        KeyedVectors.load(saved, verify=True)
    again = KeyedVectors.load(saved)
    assert again.norms is None  # the stored ones could be old
    again.fill_norms()
    assert again.norms[0] == 5


def test_lengths_come_out_of_the_file(saved):
    found = KeyedVectors.load(saved, mmap="r")
    assert isinstance(found.norms, np.memmap)
    assert np.array_equal(found.norms, row_norms(KeyedVectors.load(saved).vectors))


def test_files_without_sums_load_but_cannot_be_verified(tmp_path):
    path = tmp_path / "old"
    arrays = {"vectors": np.ones((2, 3), dtype=np.float32), "keys": np.frombuffer(b"a\nb", dtype=np.uint8)}
    metadata = {
        "format": "ns2vec",
        "version": "1",
        "kind": "KeyedVectors",
        "key_coding": "lines",
        "n_keys": "2",
    }
    write_container(path, arrays, {**metadata, "attributes": "{}", "vector_attributes": "{}"})
    assert KeyedVectors.load(path).index_to_key == ["a", "b"]
    with pytest.raises(ChecksumError, match="holds no checksums: save it again"):
        KeyedVectors.load(path, verify=True)
