"""Binary records are cut out of pieces that threads have read, wherever a piece ends."""

from __future__ import annotations

import gzip

import numpy as np
import pytest

from ns2vec.formats import TruncatedFileError, VectorTable, word2vec_binary
from ns2vec.formats import table as table_module


def a_table(n_keys, width):
    rng = np.random.default_rng(3)
    keys = [f"w{i}" for i in range(n_keys)]
    return VectorTable(keys, rng.normal(size=(n_keys, width)).astype(np.float32))


@pytest.fixture
def small_blocks(monkeypatch):
    monkeypatch.setattr(word2vec_binary, "READ_BYTES", 50)


def recorded(keys, vectors, end=b""):
    rows = vectors.astype("<f4")
    records = (key.encode() + b" " + row.tobytes() + end for key, row in zip(keys, rows, strict=True))
    return b"%d %d\n" % rows.shape + b"".join(records)


@pytest.fixture(params=["plain", "packed"])
def reading_either(request, tmp_path):
    """Return ``read(content, **options)`` of a binary file: of known size, or to be unpacked."""

    def read(content, **options):
        path = tmp_path / ("vectors.bin" if request.param == "plain" else "vectors.bin.gz")
        path.write_bytes(content if request.param == "plain" else gzip.compress(content))
        return word2vec_binary.read(path, **options)

    return read


@pytest.mark.parametrize("limit", [None, 1, 17, 299, 300, 400])
@pytest.mark.parametrize("end", [b"", b"\n"])
@pytest.mark.parametrize("width", [1, 5, 40])
def test_binary_in_many_pieces(small_blocks, reading_either, limit, end, width):
    table = a_table(300, width)
    found = reading_either(recorded(table.keys, table.vectors, end), limit=limit)
    assert found.keys == table.keys[:limit]
    assert found.vectors.tobytes() == table.vectors[:limit].tobytes()
    assert found.index == {key: row for row, key in enumerate(found.keys)}
    assert found.vectors.flags.owndata


@pytest.mark.parametrize("key_bytes", [1, 49, 50, 300, 700])
def test_keys_longer_than_a_piece(small_blocks, reading_either, key_bytes):
    keys = [chr(ord("a") + i) * key_bytes for i in range(20)]
    vectors = np.arange(60, dtype=np.float32).reshape(20, 3)
    found = reading_either(recorded(keys, vectors))
    assert found.keys == keys
    assert found.vectors.tolist() == vectors.tolist()


@pytest.mark.parametrize("dtype", [np.float16, np.float64])
def test_binary_pieces_of_another_type(small_blocks, reading_either, dtype):
    table = a_table(200, 4)
    found = reading_either(recorded(table.keys, table.vectors), datatype=dtype)
    assert found.vectors.dtype == dtype
    assert found.vectors.tolist() == table.vectors.astype(dtype).tolist()


@pytest.mark.parametrize("policy", ["first", "last"])
def test_equal_keys_among_the_pieces(small_blocks, reading_either, policy):
    rng = np.random.default_rng(5)
    keys = [f"w{i}" for i in rng.integers(0, 150, 400)]
    vectors = rng.normal(size=(400, 4)).astype(np.float32)
    found = reading_either(recorded(keys, vectors), duplicates=policy)
    expected = {}
    for key, vector in zip(keys, vectors.tolist(), strict=True):
        if policy == "last" or key not in expected:
            expected[key] = vector
    assert found.keys == list(expected)
    assert found.vectors.tolist() == list(expected.values())


def test_equal_keys_take_no_memory(tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(table_module, "provide_memory", lambda rows: asked.append(len(rows)))
    monkeypatch.setattr(table_module, "FIRST_ALLOCATION_BYTES", 160)
    monkeypatch.setattr(word2vec_binary, "READ_BYTES", 100)
    (tmp_path / "vectors").write_bytes(recorded(["same"] * 5000, np.zeros((5000, 4))))
    assert word2vec_binary.read(tmp_path / "vectors").keys == ["same"]
    assert sum(asked) <= 3 * 10


def test_memory_is_provided_for_rows_that_come(tmp_path, monkeypatch):
    provided = []
    monkeypatch.setattr(table_module, "provide_memory", lambda rows: provided.append(rows.copy()))
    monkeypatch.setattr(word2vec_binary, "READ_BYTES", 100)
    table = a_table(300, 4)
    (tmp_path / "vectors").write_bytes(recorded(table.keys, table.vectors))
    found = word2vec_binary.read(tmp_path / "vectors")
    assert found.vectors.tobytes() == table.vectors.tobytes()
    assert sum(map(len, provided)) > 250


def test_a_file_that_shrinks_while_it_is_read(tmp_path, monkeypatch):
    table = a_table(300, 4)
    content = recorded(table.keys, table.vectors)
    (tmp_path / "vectors").write_bytes(content[:-1000])
    monkeypatch.setattr(word2vec_binary, "READ_BYTES", 100)
    monkeypatch.setattr(word2vec_binary, "plain_size", lambda path: len(content))
    with pytest.raises(TruncatedFileError, match="unexpected end of input in vector"):
        word2vec_binary.read(tmp_path / "vectors")
