"""Vectors of eight bits: how far off they are, and where they may be."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec import KeyedVectors
from ns2vec.exceptions import ConfigError, FormatError
from ns2vec.formats import VectorTable, int8, native, read_vectors


def neighbours(kv, keys):
    return [{key for key, _ in found} for found in kv.most_similar_many(keys, topn=10)]


@pytest.mark.parametrize(("dtype", "least"), [("float16", 0.99), ("int8", 0.9)])
def test_fewer_bits_find_the_same_neighbours(tmp_path, dtype, least):
    kv = KeyedVectors(100)
    kv.add_vectors(list(map(str, range(2000))), np.random.default_rng(1).normal(size=(2000, 100)))
    kv.save(tmp_path / "x", dtype=dtype)
    found = KeyedVectors.load(tmp_path / "x", verify=True)
    assert found.vectors.dtype == ("float32" if dtype == "int8" else dtype)
    size = kv.vectors.nbytes // (4 if dtype == "int8" else 2)
    assert (tmp_path / "x").stat().st_size < 1.1 * size + 50_000
    asked = kv.index_to_key[:200]
    pairs = zip(neighbours(kv, asked), neighbours(found, asked), strict=True)
    assert sum(len(one & other) for one, other in pairs) / 2000 >= least


def test_int8_is_not_mapped_and_not_for_models(tmp_path):
    write_int8 = tmp_path / "x"
    native.write(write_int8, VectorTable(["a", "b"], np.ones((2, 3))), datatype="int8")
    with pytest.raises(ConfigError, match="int8 vectors cannot be mapped"):
        KeyedVectors.load(write_int8, mmap="r")
    assert read_vectors(write_int8, limit=1).keys == ["a"]
    with pytest.raises(ConfigError, match="not finite: int8 cannot store them"):
        native.write(write_int8, VectorTable(["a"], np.array([[np.inf]])), datatype="int8")
    with pytest.raises(ConfigError, match="vectors are stored as one of"):
        native.write(write_int8, VectorTable(["a"], np.ones((1, 3))), datatype="int16")
    for scales in (np.ones(3, dtype=np.float32), np.ones(2)):
        with pytest.raises(FormatError, match="one float32 scale for each row"):
            int8.unpack(np.zeros((2, 3), dtype=np.int8), scales)


def test_int8_is_off_by_half_a_scale_at_most():
    vectors = np.random.default_rng(0).normal(size=(300, 7)).astype(np.float32)
    vectors[3] = 0
    vectors[4] *= np.float32(1e-40)
    stored, scales = int8.pack(vectors)
    error = np.abs(int8.unpack(stored, scales) - vectors).max(axis=1)
    assert (error <= scales * 0.5001 + 1e-37).all()
