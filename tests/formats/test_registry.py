"""Every format against every other; any key and number a format can hold comes back from it."""

from __future__ import annotations

import itertools
import os
import threading
import types

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ns2vec.exceptions import ConfigError, FormatError
from ns2vec.formats import FORMATS, VectorTable, guess_format, native, read_vectors
from ns2vec.formats.registry import format_of_start

NAMES = tuple(FORMATS)
EVERY = pytest.mark.parametrize("name", NAMES)
COMPRESSIONS = ("", ".gz", ".bz2", ".xz", ".zst")
WITH_COUNTS = {"npy", "projector", "native", "gensim"}
# word2vec's binary files are float32; text is read as the dtype that is asked for
DTYPES = {
    name: ("float32",) if name == "word2vec_binary" else ("float16", "float32", "float64") for name in NAMES
}


def file_of(folder, name, compression=""):
    return os.fspath(folder / f"vectors{FORMATS[name].SUFFIXES[0]}{compression}")


def a_table(dtype=np.float32):
    keys = ["the", "naïve", "日本", "a/b", "x1", "🙂", "a\u2028b"]
    vectors = np.random.default_rng(5).normal(size=(len(keys), 5)).astype(dtype)
    return VectorTable(keys, vectors, np.arange(len(keys), 0, -1))


def same(found, table, *, counts=True):
    assert found.keys == table.keys
    assert found.vectors.dtype == table.vectors.dtype
    assert np.array_equal(found.vectors, table.vectors, equal_nan=True)
    if counts:
        assert found.counts.tolist() == table.counts.tolist()


# ---- each to each ----


@pytest.mark.parametrize(("first", "second"), list(itertools.product(NAMES, NAMES)))
def test_each_to_each(tmp_path, first, second):
    table = a_table()
    (tmp_path / "1").mkdir()
    (tmp_path / "2").mkdir()
    source, target = file_of(tmp_path / "1", first), file_of(tmp_path / "2", second)
    FORMATS[first].write(source, table)
    FORMATS[second].write(target, read_vectors(source))
    same(read_vectors(target), table, counts={first, second} <= WITH_COUNTS)
    assert guess_format(source) == first


@EVERY
@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_every_compression_and_dtype(tmp_path, name, compression):
    for dtype in DTYPES[name]:
        table, path = a_table(dtype), file_of(tmp_path, name, compression)
        FORMATS[name].write(path, table)
        same(read_vectors(path, datatype=dtype), table, counts=name in WITH_COUNTS)
        assert guess_format(path) == name


@EVERY
@pytest.mark.parametrize("limit", [0, 1, 7, 99])
@pytest.mark.parametrize("compression", ["", ".gz"])
def test_limit(tmp_path, name, limit, compression):
    table, path = a_table(), file_of(tmp_path, name, compression)
    FORMATS[name].write(path, table)
    found = read_vectors(path, limit=limit)
    assert found.keys == table.keys[:limit]
    assert np.array_equal(found.vectors, table.vectors[:limit]) or limit == 0
    assert found.vectors.flags.writeable
    assert not isinstance(found.vectors, np.memmap)


@pytest.mark.parametrize("name", sorted(set(NAMES) - {"npy", "projector", "fasttext_vec"}))
@pytest.mark.parametrize("limit", [None, 3])
def test_a_pipe_is_known_by_its_first_bytes(tmp_path, name, limit):
    FORMATS[name].write(tmp_path / "file", a_table())
    os.mkfifo(tmp_path / "pipe")
    content = (tmp_path / "file").read_bytes()
    writer = threading.Thread(target=(tmp_path / "pipe").write_bytes, args=(content,))
    writer.start()
    found = read_vectors(tmp_path / "pipe", limit=limit)
    writer.join()
    assert found.keys == a_table().keys[:limit]


@pytest.mark.parametrize("name", ["npy", "projector"])
@pytest.mark.parametrize("path", ["-", "/dev/stdout"])
def test_what_takes_two_files_needs_a_folder(tmp_path, monkeypatch, name, path):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match="needs a second file next to the first: give a file name"):
        FORMATS[name].write(path, a_table())
    assert os.listdir(tmp_path) == []


# ---- anything ----

KEYS = st.lists(
    st.text(st.characters() | st.sampled_from(" \t\r\n\x00\u00a0\ufeff1"), max_size=5),
    min_size=1,
    max_size=5,
    unique=True,
)


@st.composite
def tables(draw, dtypes):
    keys = draw(KEYS)
    dtype = np.dtype(draw(st.sampled_from(dtypes)))
    numbers = st.floats(width=8 * dtype.itemsize, allow_nan=True)
    vectors = draw(hnp.arrays(dtype, (len(keys), draw(st.integers(1, 4))), elements=numbers))
    counts = draw(st.none() | st.just(np.arange(len(keys), 0, -1)))
    return VectorTable(keys, vectors, counts)


@EVERY
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_table_comes_back_or_is_refused(tmp_path, name, data):
    table = data.draw(tables(DTYPES[name]))
    path = file_of(tmp_path, name, data.draw(st.sampled_from(COMPRESSIONS)))
    try:
        FORMATS[name].write(path, table)
    except FormatError as error:
        assert "cannot keep" in str(error) or "read as its count" in str(error) or "Unicode" in str(error)
        assert "\n" not in str(error)
        return
    found = read_vectors(path, name, datatype=table.vectors.dtype)
    same(found, table, counts=name in WITH_COUNTS and table.counts is not None)
    bits = f"u{table.vectors.dtype.itemsize}"
    plain = ~np.isnan(table.vectors)
    assert np.array_equal(found.vectors.view(bits)[plain], table.vectors.view(bits)[plain])


def test_a_single_number_whose_bytes_are_text_is_a_number(tmp_path):
    table = VectorTable(["a"], np.frombuffer(b"1\nDJ", np.float32).reshape(1, 1))
    FORMATS["word2vec_binary"].write(tmp_path / "vectors.bin", table)
    assert read_vectors(tmp_path / "vectors.bin", "word2vec_binary").vectors == table.vectors


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("glove", "new york"), ("glove", "a\n"), ("fasttext_vec", "a\tb"), ("fasttext_vec", "a\x00"),
        ("fasttext_vec", ""), ("npy", "a\tb"), ("npy", "a\r"), ("projector", "a\tb"), ("projector", " "),
        ("projector", "a\rb"), ("word2vec_binary", "\na"), ("word2vec_text", "a b"),
    ],
)  # fmt: skip
def test_keys_that_no_reader_could_tell_apart_are_refused(tmp_path, name, key):
    path = file_of(tmp_path, name)
    with pytest.raises(FormatError, match="cannot keep; replace it") as caught:
        FORMATS[name].write(path, VectorTable(["ok", key], np.zeros((2, 2), dtype=np.float32)))
    assert repr(key) in str(caught.value)
    assert os.listdir(tmp_path) == []


def test_half_a_surrogate_pair(tmp_path):
    table = VectorTable(["\ud800"], np.zeros((1, 2), dtype=np.float32))
    for name in NAMES:
        if name in ("native", "gensim"):
            FORMATS[name].write(file_of(tmp_path, name), table)
            assert read_vectors(file_of(tmp_path, name)).keys == table.keys
        else:
            with pytest.raises(FormatError, match="not valid Unicode"):
                FORMATS[name].write(file_of(tmp_path, name), table)


# ---- policies ----

REPEATED = {
    "word2vec_text": (b"3 1\na 1\nb 2\na 3\n", None),
    "word2vec_binary": (b"3 1\na \0\0\x80\x3fb \0\0\0\x40a \0\0\x40\x40", None),
    "glove": (b"a 1\nb 2\na 3\n", None),
    "fasttext_vec": (b"3 1\na 1 \nb 2 \na 3 \n", None),
    "projector": (b"1\n2\n3\n", ("metadata.tsv", b"a\nb\na\n")),
    "npy": (b"", ("vectors.vocab", b"a\nb\na\n")),
}


@pytest.mark.parametrize("name", REPEATED)
def test_equal_keys(tmp_path, name, caplog):
    path = file_of(tmp_path, name)
    content, beside = REPEATED[name]
    with open(path, "wb") as stream:
        stream.write(content)
    if name == "npy":
        np.save(path, np.array([[1], [2], [3]], dtype=np.float32))
    if beside is not None:
        (tmp_path / beside[0]).write_bytes(beside[1])
    first, last = (read_vectors(path, name, duplicates=policy) for policy in ("first", "last"))
    assert first.keys == last.keys == ["a", "b"]
    assert (first.vectors.tolist(), last.vectors.tolist()) == ([[1], [2]], [[3], [2]])
    assert "1 rows repeat a key of an earlier row (the first is 'a') and are left out" in caplog.text
    assert "and take its place" in caplog.text
    with pytest.raises(FormatError, match="repeat a key"):
        read_vectors(path, name, duplicates="error")
    with pytest.raises(ConfigError, match="duplicates must be one of"):
        read_vectors(path, name, duplicates="any")


@EVERY
def test_numbers_that_are_not_finite(tmp_path, name, caplog):
    path = file_of(tmp_path, name)
    table = VectorTable(["a", "b", "c"], np.array([[1, 2], [np.nan, 1], [1, -np.inf]], dtype=np.float32))
    FORMATS[name].write(path, table)
    same(read_vectors(path), table, counts=False)
    assert "2 vectors hold NaN or infinity (the first is that of 'b') and are kept" in caplog.text
    assert read_vectors(path, not_finite="drop").keys == ["a"]
    with pytest.raises(FormatError, match="2 vectors hold NaN"):
        read_vectors(path, not_finite="error")
    with pytest.raises(ConfigError, match="not_finite must be one of"):
        read_vectors(path, not_finite="no")


@pytest.mark.parametrize(
    "name", ["word2vec_text", "word2vec_binary", "glove", "fasttext_vec", "npy", "projector"]
)
def test_keys_in_other_encodings(tmp_path, name):
    path = file_of(tmp_path, name)
    FORMATS[name].write(path, VectorTable(["x?"], np.ones((1, 2), dtype=np.float32)))
    for part in tmp_path.iterdir():
        part.write_bytes(part.read_bytes().replace(b"x?", b"\xe4?"))
    assert read_vectors(path, encoding="latin1").keys == ["ä?"]
    assert read_vectors(path, unicode_errors="replace").keys == ["\ufffd?"]
    with pytest.raises(UnicodeDecodeError):
        read_vectors(path)


def test_options_that_a_format_lacks(tmp_path):
    path = file_of(tmp_path, "native")
    native.write(path, a_table())
    with pytest.raises(ConfigError, match="format native has no option 'encoding'"):
        read_vectors(path, encoding="latin1")


def test_a_format_from_elsewhere_needs_no_options(monkeypatch, tmp_path):
    module = types.SimpleNamespace(NAME="two", SUFFIXES=(".two",), read=lambda path: a_table(), write=None)
    monkeypatch.setitem(FORMATS._entries, "two", module)
    assert read_vectors(tmp_path / "x.two", limit=2, datatype=np.float64).vectors.dtype == np.float64
    for limit in (2, 2.0, np.int64(2)):
        assert len(read_vectors(tmp_path / "x.two", limit=limit).keys) == 2
    for limit in (1.5, -1, "2"):
        with pytest.raises(ConfigError, match="limit must be a whole number of at least 0, got"):
            read_vectors(tmp_path / "x.two", limit=limit)


# ---- which format ----


@EVERY
def test_formats_offer_the_five_names(name):
    module = FORMATS[name]
    assert name == module.NAME
    assert all(suffix.startswith(".") for suffix in module.SUFFIXES)
    assert all(guess_format(f"missing{suffix}.xz") == name for suffix in module.SUFFIXES)
    assert all(guess_format(f"missing{suffix.upper()}.gz") == name for suffix in module.SUFFIXES)
    assert callable(module.read)
    assert callable(module.write)
    assert not module.looks_like(b"")
    assert "::" in module.__doc__


@EVERY
def test_the_content_counts_more_than_the_name(tmp_path, name):
    path = file_of(tmp_path, name)
    FORMATS[name].write(path, a_table())
    os.rename(path, tmp_path / "x.bin.model")
    expected = "word2vec_text" if name == "fasttext_vec" else name
    assert guess_format(tmp_path / "x.bin.model") == expected
    os.rename(tmp_path / "x.bin.model", tmp_path / "x.txt")
    assert guess_format(tmp_path / "x.txt") == expected


@pytest.mark.parametrize("name", ["word2vec_text", "word2vec_binary"])
@pytest.mark.parametrize("path", ["file", "file.gz"])
def test_a_name_without_a_suffix_of_a_format_says_nothing(tmp_path, name, path):
    FORMATS[name].write(tmp_path / path, a_table())
    assert guess_format(tmp_path / path) == name


def test_guessing_the_rest(tmp_path):
    assert guess_format(tmp_path / "to_be_written") == "word2vec_text"
    assert guess_format("-") == "word2vec_text"
    (tmp_path / "glove").write_text("the 0.1 0.2\n")
    assert guess_format(tmp_path / "glove") == "glove"
    (tmp_path / "program").write_bytes(b"\x7fELF")
    with pytest.raises(FormatError, match="looks like none of word2vec_text, word2vec_binary"):
        guess_format(tmp_path / "program")


def test_unknown_formats_are_refused():
    with pytest.raises(ConfigError, match="unknown format 'parquet': expected one of 'word2vec_text'"):
        FORMATS["parquet"]


def test_starts():
    assert format_of_start(b"2 2\na 1 2 \n", "fasttext_vec") == "fasttext_vec"
    assert format_of_start(b"2 2\na 1 2 \n", "native") == "word2vec_text"
    assert format_of_start(b"0.5\t1\n0.5\t1\n") == "projector"
    assert format_of_start(b"a\t1\t2\n") == "glove"
    assert format_of_start(b"the cat sat\n") is None
    assert format_of_start(b"\x7fELF") is None


# ---- what others write ----


def test_a_matrix_with_a_vocabulary_of_words_and_counts(tmp_path):
    np.save(tmp_path / "sgns.npy", np.eye(2, dtype=">f8"))
    (tmp_path / "sgns.words").write_text("new york\nthe 4\n")
    assert read_vectors(tmp_path / "sgns.npy").keys == ["new york", "the 4"]
    (tmp_path / "sgns.words").write_text("new york 9\nthe 4\n")
    found = read_vectors(tmp_path / "sgns.npy")
    assert (found.keys, found.counts.tolist()) == (["new york", "the"], [9, 4])


def test_files_of_gensim_itself(tmp_path):
    gensim = pytest.importorskip("gensim.models", reason="gensim is not installed")
    table = a_table()
    theirs = gensim.KeyedVectors(5)
    theirs.add_vectors(table.keys, table.vectors)
    theirs.save(os.fspath(tmp_path / "x.kv"))
    theirs.save_word2vec_format(os.fspath(tmp_path / "x.txt"))
    theirs.save_word2vec_format(os.fspath(tmp_path / "x.bin"), binary=True)
    for path, name in (("x.kv", "gensim"), ("x.txt", "word2vec_text"), ("x.bin", "word2vec_binary")):
        assert guess_format(tmp_path / path) == name
        same(read_vectors(tmp_path / path), table, counts=False)
