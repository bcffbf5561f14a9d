"""``ns2vec convert``."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import numpy as np
import pytest

from ns2vec.formats import FORMATS


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("vectors.bin", "new.txt"),
        ("vectors.txt", "new.bin"),
        ("vectors.bin", "new.bin.xz"),
        ("vectors.txt", "new"),
        ("vectors.txt", "vectors.txt"),
    ],
)
def test_nothing_changes_but_the_format(ns2vec, planted, source, target):
    before = FORMATS["word2vec_binary"].read("vectors.bin")
    assert ns2vec("convert", source, target) == (0, "", "")
    after = FORMATS["word2vec_binary" if ".bin" in target else "word2vec_text"].read(target)
    assert after.keys == before.keys
    assert np.array_equal(after.vectors, before.vectors)


def test_named_formats(ns2vec, planted):
    os.rename("vectors.bin", "binary.txt")
    assert (
        ns2vec("convert", "binary.txt", "text.bin", "--from", "word2vec_binary", "--to", "word2vec_text").code
        == 0
    )
    assert Path("text.bin").read_bytes() == Path("vectors.txt").read_bytes()


def test_the_first_vectors_only(ns2vec, planted):
    outcome = ns2vec("convert", "vectors.bin", "-", "--limit", "3")
    lines = Path("vectors.txt").read_text("utf-8").splitlines()
    assert outcome.out.splitlines() == ["3 24", *lines[1:4]]


def test_pipes(ns2vec, planted):
    text = Path("vectors.txt").read_bytes()
    assert ns2vec("convert", "-", "new.bin", stdin=text).code == 0
    assert Path("new.bin").read_bytes() == Path("vectors.bin").read_bytes()


@pytest.mark.parametrize("name", ["cut.bin", "cut.txt", "cut.bin.gz", "cut.txt.gz", "cut.txt.xz"])
def test_truncated_vectors(ns2vec, planted, listing, name):
    whole = f"whole{name.removeprefix('cut')}"
    assert ns2vec("convert", "vectors.bin", whole).code == 0
    Path(name).write_bytes(Path(whole).read_bytes()[:-3000])
    before = listing(planted)
    outcome = ns2vec("convert", name, "new.txt")
    assert outcome.code == 1
    assert name in outcome.refusal()
    assert listing(planted) == before


@pytest.mark.parametrize(
    "content", [b"", b"3 4\n", b"no numbers here\n", b"\xff\xfe\x00", b"5 2\na 1 2\nb 1 2\n"]
)
@pytest.mark.parametrize("suffix", [".bin", ".txt", ""])
def test_what_is_no_vectors(ns2vec, tmp_path, listing, content, suffix):
    path = tmp_path / f"strange{suffix}"
    path.write_bytes(content)
    outcome = ns2vec("convert", path, tmp_path / "new.bin")
    assert outcome.code == 1
    assert str(path) in outcome.refusal()
    assert listing(tmp_path) == [path.name]


def test_damaged_compression_names_the_file(ns2vec, planted):
    Path("broken.txt.gz").write_bytes(gzip.compress(Path("vectors.txt").read_bytes())[:-4] + b"abcd")
    assert "broken.txt.gz" in ns2vec("convert", "broken.txt.gz", "new.bin").refusal()


def test_the_old_file_stays_when_reading_fails(ns2vec, planted):
    before = Path("vectors.txt").read_bytes()
    assert ns2vec("convert", "missing.bin", "vectors.txt").code == 1
    assert Path("vectors.txt").read_bytes() == before


def test_the_output_is_tried_first(ns2vec, planted):
    outcome = ns2vec("convert", "missing.bin", "missing/new.txt")
    assert outcome.refusal().startswith("ns2vec: missing/new.txt: cannot write: the folder does not exist")


@pytest.mark.parametrize(
    "target", ["new.vec", "new.glove", "new.npy", "new.tsv", "new.ns2v", "new.gensim", "new.npy.zst"]
)
def test_every_format_and_back(ns2vec, planted, target):
    assert ns2vec("convert", "vectors.bin", target) == (0, "", "")
    assert ns2vec("convert", target, "back.bin") == (0, "", "")
    assert Path("back.bin").read_bytes() == Path("vectors.bin").read_bytes()


def test_the_content_is_believed_before_the_name(ns2vec, planted):
    os.rename("vectors.bin", "binary.txt")
    assert ns2vec("convert", "binary.txt", "new.txt").code == 0
    assert Path("new.txt").read_bytes() == Path("vectors.txt").read_bytes()


def test_numbers_of_other_types(ns2vec, planted):
    assert ns2vec("convert", "vectors.bin", "half.ns2v", "--dtype", "float16").code == 0
    assert ns2vec("convert", "vectors.bin", "small.ns2v", "--dtype", "int8").code == 0
    half, small = (FORMATS["native"].read(path).vectors for path in ("half.ns2v", "small.ns2v"))
    whole = FORMATS["word2vec_binary"].read("vectors.bin").vectors
    assert half.dtype == np.float16
    np.testing.assert_allclose(small, whole, atol=np.abs(whole).max() / 100)
    outcome = ns2vec("convert", "vectors.bin", "new.txt", "--dtype", "int8")
    assert outcome.code == 2
    assert "--dtype int8 is for native files, but OUT is word2vec_text" in outcome.refusal()


def test_policies(ns2vec, tmp_path):
    Path(tmp_path, "x.txt").write_bytes(b"4 1\na 1\n\xe4 2\na 3\nb nan\n")
    options = ["--encoding", "latin1", "--duplicates", "last", "--not-finite", "drop"]
    assert ns2vec("convert", tmp_path / "x.txt", tmp_path / "y.txt", *options).code == 0
    assert Path(tmp_path, "y.txt").read_text("utf-8") == "2 1\na 3.0\nä 2.0\n"
    assert "not valid utf-8" in ns2vec("convert", tmp_path / "x.txt", tmp_path / "y.txt").refusal()
    replaced = ["--unicode-errors", "replace", "--duplicates", "error"]
    assert "repeat a key" in ns2vec("convert", tmp_path / "x.txt", tmp_path / "y.txt", *replaced).refusal()


FOREIGN = [".safetensors", ".json", ".h5", ".parquet", ".model", ".kv", ".xyz", ".csv.gz"]


@pytest.mark.parametrize("end", FOREIGN)
def test_a_suffix_that_is_no_formats_is_refused(ns2vec, planted, listing, end):
    before, target = listing(planted), f"new{end}"
    outcome = ns2vec("convert", "vectors.bin", target)
    assert outcome.code == 2
    suffix = Path(target.removesuffix(".gz")).suffix
    assert f"{target}: no format of vectors has the suffix {suffix}; known are .txt" in outcome.refusal()
    assert "or name the format by --to: word2vec_text, " in outcome.err
    assert listing(planted) == before
    assert ns2vec("convert", "vectors.bin", target, "--to", "word2vec_binary").code == 0
    assert FORMATS["word2vec_binary"].read(target).keys == FORMATS["word2vec_binary"].read("vectors.bin").keys


@pytest.mark.parametrize("target", ["new", "wiki.300", "glove.6B.50d", "new.gz", ".hidden", "folder.d/new"])
def test_a_name_without_a_suffix_is_text(ns2vec, planted, target):
    Path(target).parent.mkdir(exist_ok=True)
    assert ns2vec("convert", "vectors.bin", target, "--limit", "3") == (0, "", "")
    assert len(FORMATS["word2vec_text"].read(target).keys) == 3
