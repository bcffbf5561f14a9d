"""The two word2vec formats: what is written reads back, what is damaged is refused with its place."""

from __future__ import annotations

import logging
import os
import threading

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ns2vec.exceptions import FormatError
from ns2vec.formats import (
    FORMATS,
    KeyDecodingError,
    VectorTable,
    word2vec_binary,
    word2vec_text,
)

BOTH = pytest.mark.parametrize("name", ["word2vec_text", "word2vec_binary"])
KEYS = st.lists(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters=" \n\t"), min_size=1, max_size=12),
    min_size=1,
    max_size=8,
    unique=True,
)


@st.composite
def tables(draw):
    keys = draw(KEYS)
    width = draw(st.integers(1, 7))
    vectors = draw(hnp.arrays(np.float32, (len(keys), width), elements=st.floats(width=32)))
    return VectorTable(keys, vectors)


def a_table(n_keys=5, width=3):
    rng = np.random.default_rng(3)
    keys = [f"w{i}" for i in range(n_keys)]
    return VectorTable(keys, rng.normal(size=(n_keys, width)).astype(np.float32))


# ---- round trips ----


@BOTH
@pytest.mark.parametrize("suffix", ["", ".gz"])
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(table=tables())
def test_round_trip(tmp_path, name, suffix, table):
    path = tmp_path / f"file{suffix}"
    FORMATS[name].write(path, table)
    found = FORMATS[name].read(path)
    assert found.keys == table.keys
    assert np.array_equal(found.vectors, table.vectors, equal_nan=True)
    assert (
        np.array_equal(np.signbit(found.vectors), np.signbit(table.vectors)) or np.isnan(table.vectors).any()
    )
    assert found.vectors.dtype == np.float32
    assert found.counts is None


@BOTH
def test_strided_and_wider_arrays(tmp_path, name):
    padded = np.arange(40, dtype=np.float32).reshape(5, 8)
    for vectors in (
        padded[:, :3],
        padded[:, ::2],
        padded[::-1],
        np.asfortranarray(padded),
        padded.astype(">f4"),
    ):
        table = VectorTable(a_table().keys, vectors)
        FORMATS[name].write(tmp_path / "file", table)
        assert np.array_equal(FORMATS[name].read(tmp_path / "file").vectors, vectors)


def test_float64_and_float16_text_keeps_all_digits(tmp_path):
    for dtype in (np.float64, np.float16):
        table = VectorTable(["a", "b"], np.random.default_rng(0).normal(size=(2, 50)).astype(dtype))
        word2vec_text.write(tmp_path / "file", table)
        found = word2vec_text.read(tmp_path / "file", datatype=dtype)
        assert found.vectors.dtype == dtype
        assert np.array_equal(found.vectors, table.vectors)


@BOTH
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_datatype(tmp_path, name, dtype):
    table = a_table()
    FORMATS[name].write(tmp_path / "file", table)
    found = FORMATS[name].read(tmp_path / "file", datatype=dtype)
    assert found.vectors.dtype == dtype
    np.testing.assert_allclose(found.vectors, table.vectors, rtol=1e-3)


@BOTH
@pytest.mark.parametrize("limit", [0, 1, 4, 5, 99])
def test_limit(tmp_path, name, limit):
    table = a_table()
    FORMATS[name].write(tmp_path / "file", table)
    found = FORMATS[name].read(tmp_path / "file", limit=limit)
    assert found.keys == table.keys[:limit]
    assert np.array_equal(found.vectors, table.vectors[:limit])


@BOTH
def test_an_empty_table(tmp_path, name):
    FORMATS[name].write(tmp_path / "file", VectorTable([], np.zeros((0, 7), dtype=np.float32)))
    assert (tmp_path / "file").read_bytes() == b"0 7\n"
    assert FORMATS[name].read(tmp_path / "file").vectors.shape == (0, 7)


@BOTH
def test_many_rows_cross_every_block(tmp_path, name):
    table = a_table(n_keys=9000, width=70)  # more than two blocks of a megabyte
    FORMATS[name].write(tmp_path / "file.gz", table)
    found = FORMATS[name].read(tmp_path / "file.gz")
    assert found.keys == table.keys
    assert np.array_equal(found.vectors, table.vectors)


@BOTH
def test_rows_in_order_with_prefix_in_parts(tmp_path, name):
    table, path = a_table(), tmp_path / "file"
    write = FORMATS[name].write
    write(path, table, order=np.array([3, 1]), prefix="*", total_vec=3)
    write(path, table, order=np.array([0]), prefix="+", write_header=False, append=True)
    found = FORMATS[name].read(path)
    assert found.keys == ["*w3", "*w1", "+w0"]
    assert np.array_equal(found.vectors, table.vectors[[3, 1, 0]])


@BOTH
@pytest.mark.parametrize("key", ["new york", " ", "\nx"])
def test_keys_that_cannot_be_kept_are_refused(tmp_path, name, key):
    (tmp_path / "file").write_bytes(b"old")
    with pytest.raises(FormatError, match="which this format cannot keep; replace it") as caught:
        FORMATS[name].write(tmp_path / "file", VectorTable(["ok", key], np.zeros((2, 2), dtype=np.float32)))
    assert repr(key) in str(caught.value)
    assert (tmp_path / "file").read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["file"]


def test_tables_are_checked():
    with pytest.raises(ValueError, match=r"expected vectors of shape \(1, D\)"):
        VectorTable(["a"], np.zeros((2, 2)))
    with pytest.raises(ValueError, match="expected one count for each of 1 keys, got 2"):
        VectorTable(["a"], np.zeros((1, 2)), np.zeros(2, dtype=np.int64))


# ---- what others write ----


@pytest.mark.parametrize(
    "content",
    [
        b"2 2\na 1 2\nb 3 4\n",
        b"2 2\na 1 2\nb 3 4",
        b"2 2\na 1 2 \nb 3 4 \n",
        b"2 2\r\na 1 2\r\nb 3 4\r\n",
        b"2  2 \na  1 2\nb 3\t4\n",
        b"2 2\na\t1\t2\nb\t3\t4\n",
        b"\xef\xbb\xbf2 2\na 1 2\n\nb 3 4\n\n",
    ],
)
def test_spellings_of_text(reading, content):
    found = reading(word2vec_text, content)
    assert found.keys == ["a", "b"]
    assert found.vectors.tolist() == [[1, 2], [3, 4]]


@pytest.mark.parametrize("between", [b"", b"\n", b"\n\n"])
def test_newlines_between_binary_records(reading, between):
    one = np.array([1, 2], dtype="<f4").tobytes()
    found = reading(word2vec_binary, b"2 2\na " + one + between + b"b " + one + between)
    assert found.keys == ["a", "b"]
    assert found.vectors.tolist() == [[1, 2], [1, 2]]


def test_text_without_header(reading, caplog):
    content = b"".join(b"w%d %d 2\n" % (i, i) for i in range(3000))
    found = reading(word2vec_text, content, no_header=True)
    assert len(found.keys) == 3000
    assert found.vectors[:, 0].tolist() == list(range(3000))
    assert reading(word2vec_text, content, no_header=True, limit=2).keys == ["w0", "w1"]


@BOTH
def test_the_first_of_equal_keys_wins(reading, caplog, name):
    one, two = np.array([1], dtype="<f4"), np.array([2], dtype="<f4")
    text = b"3 1\na 1\na 2\nb 2\n"
    binary = b"3 1\na " + one.tobytes() + b"a " + two.tobytes() + b"b " + two.tobytes()
    with caplog.at_level(logging.WARNING):
        found = reading(FORMATS[name], text if name == "word2vec_text" else binary)
    assert found.keys == ["a", "b"]
    assert found.vectors.tolist() == [[1], [2]]
    assert "1 rows repeat a key of an earlier row (the first is 'a')" in caplog.text


def test_keys_in_other_encodings(reading):
    content = "1 1\nä 1\n".encode("latin1")
    assert reading(word2vec_text, content, encoding="latin1").keys == ["ä"]
    assert reading(word2vec_text, content, unicode_errors="replace").keys == ["\ufffd"]
    with pytest.raises(
        KeyDecodingError, match=r"vectors:2: the key b'\\xe4' is not valid utf-8; name the file's"
    ):
        reading(word2vec_text, content)
    with pytest.raises(UnicodeDecodeError):
        reading(word2vec_binary, b"1 1\n\xe4 1234")


def test_counts_of_a_vocabulary_file(tmp_path, reading, caplog):
    (tmp_path / "counts").write_text("a 7\nother 9\n")
    found = reading(word2vec_text, b"2 1\na 1\nb 2\n", fvocab=tmp_path / "counts")
    assert found.counts.tolist() == [7, 0]
    assert "lacks 1 keys" in caplog.text
    (tmp_path / "counts").write_text("a 7\nb x\n")
    with pytest.raises(FormatError, match="counts:2: expected 'word count', found"):
        reading(word2vec_text, b"2 1\na 1\nb 2\n", fvocab=tmp_path / "counts")


# ---- blocks ----


@pytest.mark.parametrize("limit", [None, 1, 17, 299, 300, 400])
@pytest.mark.parametrize("end", [b"\n", b"", b"\n\n \n", b" \r\n"])
def test_text_in_many_blocks(small_blocks, numbered, reading, limit, end):
    content = b"300 2\n" + numbered(300).rstrip() + end
    found = reading(word2vec_text, content, limit=limit)
    n_rows = min(limit or 300, 300)
    assert found.keys == [f"w{i}" for i in range(n_rows)]
    assert found.vectors.tolist() == [[i + 0.5, -i] for i in range(n_rows)]


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_blocks_with_numbers_for_the_slow_parser(small_blocks, reading, dtype):
    lines = [b"w%d %s 0.12345678901234567890\n" % (i, b"nan" if i % 3 else b"1e39") for i in range(100)]
    more = b"".join(b"x%d 1 2\n" % i for i in range(100))
    with np.errstate(over="ignore"):
        found = reading(word2vec_text, b"200 2\n" + b"".join(lines) + more, datatype=dtype)
        first = np.array([1e39, 0.12345678901234567890]).astype(dtype)
    assert found.vectors.dtype == dtype
    assert found.vectors[0].tolist() == first.tolist()
    assert np.isnan(found.vectors[1, 0])
    assert found.vectors[100:].tolist() == [[1, 2]] * 100


@BOTH
def test_a_key_that_comes_again_in_a_later_block(small_blocks, tmp_path, caplog, name):
    keys = [f"w{i % 90}" for i in range(100)]
    vectors = np.arange(200, dtype=np.float32).reshape(100, 2)
    FORMATS[name].write(tmp_path / "file", VectorTable(keys, vectors))
    found = FORMATS[name].read(tmp_path / "file")
    assert found.keys == keys[:90]
    assert np.array_equal(found.vectors, vectors[:90])
    assert "10 rows repeat a key of an earlier row (the first is 'w0')" in caplog.text


@BOTH
def test_a_pipe_is_read(tmp_path, name):
    table = VectorTable(["a", "b", "c"], np.ones((3, 2), dtype=np.float32))
    FORMATS[name].write(tmp_path / "file", table)
    os.mkfifo(tmp_path / "pipe")
    content = (tmp_path / "file").read_bytes()
    writer = threading.Thread(target=(tmp_path / "pipe").write_bytes, args=(content,))
    writer.start()
    found = FORMATS[name].read(tmp_path / "pipe")
    writer.join()
    assert found.keys == table.keys
    assert np.array_equal(found.vectors, table.vectors)


@pytest.mark.parity
@BOTH
def test_files_are_gensims_to_the_byte(tmp_path, name):
    models = pytest.importorskip("gensim.models", reason="gensim is not installed")
    patterns = np.random.default_rng(3).integers(0, 2**32, (3000, 20), dtype=np.uint32)
    vectors = patterns.view(np.float32)
    vectors[1500:] = np.random.default_rng(4).normal(size=(1500, 20))
    table = VectorTable([f"wört{i}" for i in range(3000)], vectors)
    theirs = models.KeyedVectors(20)
    theirs.add_vectors(table.keys, vectors)
    theirs.save_word2vec_format(str(tmp_path / "theirs"), binary=name == "word2vec_binary")
    FORMATS[name].write(tmp_path / "ours", table)
    assert (tmp_path / "ours").read_bytes() == (tmp_path / "theirs").read_bytes()
