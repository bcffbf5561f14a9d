"""``ns2vec info``."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path

import numpy as np
import pytest

import ns2vec as package
from ns2vec import KeyedVectors


def test_this_installation(ns2vec):
    (found,) = json.loads(ns2vec("info", "--json").out)
    assert found.items() >= package.build_info().items()
    assert f"isa             {found['isa']}\n" in ns2vec("info").out


def test_a_file(ns2vec, planted):
    vectors = KeyedVectors.load_word2vec_format("vectors.bin", binary=True)
    binary, text = json.loads(ns2vec("info", "vectors.bin", "vectors.txt", "--json").out)
    lengths = np.linalg.norm(vectors.vectors, axis=1)
    assert (binary["n_words"], binary["vector_size"]) == vectors.vectors.shape
    assert binary["first_words"] == vectors.index_to_key[:8]
    np.testing.assert_allclose(
        [binary["smallest_length"], binary["mean_length"], binary["largest_length"]],
        [lengths.min(), lengths.mean(), lengths.max()],
        rtol=1e-5,
    )
    assert binary["n_not_finite"] == 0
    assert (binary["format"], text["format"]) == ("word2vec_binary", "word2vec_text")
    shown = ns2vec("info", "vectors.bin").out
    assert f"n words         {len(vectors)}\n" in shown


def test_broken_numbers_are_counted(ns2vec, tmp_path):
    Path(tmp_path, "bad.txt").write_text("3 2\na 1 2\nb nan 1\nc 1 inf\n", "utf-8")
    (found,) = json.loads(ns2vec("info", tmp_path / "bad.txt", "--json").out)
    assert found["n_not_finite"] == 2
    assert found["mean_length"] is None


def test_a_file_without_vectors(ns2vec, tmp_path):
    Path(tmp_path, "none.txt").write_text("0 5\n", "utf-8")
    outcome = ns2vec("info", tmp_path / "none.txt")
    assert outcome.code == 1
    assert "no vectors in it" in outcome.refusal()


def test_checksums_of_a_native_file(ns2vec, planted):
    assert ns2vec("convert", "vectors.bin", "small.ns2v", "--dtype", "int8").code == 0
    (found,) = json.loads(ns2vec("info", "small.ns2v", "--json").out)
    assert (found["stored_as"], found["dtype"], found["kind"]) == ("int8", "float32", "KeyedVectors")
    assert found["checksums"] == "sha256 of 3 parts agree"
    content = bytearray(Path("small.ns2v").read_bytes())
    content[-1] ^= 1
    Path("small.ns2v").write_bytes(content)
    assert "is not what was written" in ns2vec("info", "small.ns2v").refusal()


@pytest.mark.parametrize("name", ["vectors.bin", "vectors.txt", "small.ns2v"])
def test_a_pipe_is_described_too(ns2vec, planted, name):
    assert ns2vec("convert", "vectors.bin", "small.ns2v").code == 0
    content = Path(name).read_bytes()
    os.mkfifo("pipe")
    writer = threading.Thread(target=Path("pipe").write_bytes, args=(content,))
    writer.start()
    outcome = ns2vec("info", "pipe", "--json")
    writer.join()
    (found,), (expected,) = json.loads(outcome.out), json.loads(ns2vec("info", name, "--json").out)
    assert found.items() <= (expected | {"vectors": "pipe"}).items()
    assert found["format"] == expected["format"]
