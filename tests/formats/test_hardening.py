"""Files from strangers: what is absurd, cut off, foreign or hostile is refused, and costs no memory."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import os
import tracemalloc
import zipfile

import numpy as np
import pytest

from ns2vec.exceptions import FormatError
from ns2vec.formats import (
    FORMATS,
    TruncatedFileError,
    VectorTable,
    glove,
    limits,
    npy,
    projector,
    read_vectors,
)
from ns2vec.formats.container import read_container, write_container
from ns2vec.formats.gensim import sidefiles

PACKERS = {".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress}
ENOUGH = 40 << 20  # bytes that reading a few kilobytes may take for a moment: first blocks and buffers


def a_file(folder, name, compression=""):
    path = folder / f"vectors{FORMATS[name].SUFFIXES[0]}{compression}"
    vectors = np.arange(1, 13, dtype=np.float32).reshape(4, 3)
    FORMATS[name].write(path, VectorTable(["a", "b", "c", "d"], vectors))
    return path


def npy_header(shape, descr="<f4", order=False):
    text = f"{{'descr': '{descr}', 'fortran_order': {order}, 'shape': {shape}, }}".encode()
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text


def container_header(entries, data=b""):
    text = json.dumps(entries).encode()
    return len(text).to_bytes(8, "little") + text + data


def tensor(shape, offsets):
    return {"dtype": "F32", "shape": shape, "data_offsets": offsets}


# ---- claims that cannot be true ----

ABSURD = {
    "more rows than atoms": ("word2vec_text", b"9999999999999999999999 3\na 1 2 3\n"),
    "a negative number of rows": ("word2vec_text", b"-4 3\na 1 2 3\n"),
    "rows that overflow 64 bits": ("word2vec_binary", b"18446744073709551617 3\na 123456789012"),
    "a vector of two gigabytes": ("word2vec_binary", b"1 2147483647\na 1234"),
    "a negative size": ("word2vec_binary", b"1 -3\na 1234"),
    "a huge product": ("word2vec_binary", b"4294967296 2147483647\na 1234"),
    "a matrix of exabytes": ("npy", npy_header("(4611686018427387904, 3)")),
    "an overflowing matrix": ("npy", npy_header("(4611686018427387904, 4611686018427387904)")),
    "a negative matrix": ("npy", npy_header("(-1, -3)")),
    "a huge array": ("native", container_header({"vectors": tensor([1 << 60], [0, 1 << 62])})),
    "a huge array of nothing": ("native", container_header({"vectors": tensor([10**19, 0], [0, 0])})),
    "nothing, overflowing": ("native", container_header({"vectors": tensor([1 << 62, 1 << 62, 0], [0, 0])})),
    "a huge matrix of nothing": ("npy", npy_header("(4611686018427387904, 4611686018427387904, 0)")),
    "rows without numbers": ("npy", npy_header("(4611686018427387904, 0)")),
    "a huge header": ("native", (1 << 40).to_bytes(8, "little") + b'{"'),
}


@pytest.mark.parametrize("compression", ["", *PACKERS])
@pytest.mark.parametrize("case", ABSURD)
def test_absurd_claims_take_no_memory(tmp_path, case, compression):
    name, content = ABSURD[case]
    path = tmp_path / f"vectors{FORMATS[name].SUFFIXES[0]}{compression}"
    path.write_bytes(PACKERS[compression](content) if compression else content)
    (tmp_path / "vectors.vocab").write_text("a\n")
    tracemalloc.start()
    try:
        with pytest.raises(FormatError) as caught:
            read_vectors(path, name)
        assert tracemalloc.get_traced_memory()[1] < ENOUGH
    finally:
        tracemalloc.stop()
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


# ---- cut off, continued, changed ----


@pytest.mark.parametrize("compression", ["", ".gz"])
@pytest.mark.parametrize("name", FORMATS)
def test_every_cut_is_noticed(tmp_path, name, compression):
    path = a_file(tmp_path, name, compression)
    content = path.read_bytes()
    whole = read_vectors(path, name).keys
    for n_bytes in range(len(content)):
        path.write_bytes(content[:n_bytes])
        try:
            found = read_vectors(path, name)
        except FormatError as error:
            assert str(path) in str(error)
        else:  # text without a header ends where it ends
            assert name == "glove" or (name in ("projector", "word2vec_text", "fasttext_vec") and n_bytes > 8)
            assert found.keys == whole[: len(found.keys)]


@pytest.mark.parametrize("name", FORMATS)
def test_two_files_in_one(tmp_path, name):
    path = a_file(tmp_path, name)
    path.write_bytes(path.read_bytes() * 2)
    if name == "glove":  # nothing shows where one ends
        assert read_vectors(path, name).keys == ["a", "b", "c", "d"]
    elif name == "gensim":  # a pickle ends with its own mark, as everywhere
        assert len(read_vectors(path, name).keys) == 4
    else:
        with pytest.raises(FormatError):
            read_vectors(path, name)


@pytest.mark.parametrize("name", ["projector", "npy"])
def test_parts_that_do_not_belong_together(tmp_path, name):
    path = a_file(tmp_path, name)
    beside = tmp_path / ("metadata.tsv" if name == "projector" else "vectors.vocab")
    beside.write_bytes(b"a\nb\nc\n")
    with pytest.raises(FormatError, match=r"no key for this line|expected one word for each of 4 rows"):
        read_vectors(path)
    beside.write_bytes(b"a\nb\nc\nd\ne\n")
    with pytest.raises(FormatError, match=r"has more keys|expected one word for each of 4 rows"):
        read_vectors(path)
    beside.unlink()
    with pytest.raises((FormatError, FileNotFoundError), match=r"metadata|vocab"):
        read_vectors(path)


@pytest.mark.parametrize(
    ("module", "content", "message"),
    [
        (glove, b"a 1 2\nb 1\n", ":2: expected 2 numbers after the key, found 1"),
        (glove, b"a 1 2\nb x 1\n", ":2: expected a number, found 'x'"),
        (glove, b"a\nb\n", ":1: expected 'key number number ...'"),
        (glove, b"", "the file is empty"),
        (glove, b"a 1 2\nb 1", "it is cut off"),
        (projector, b"1\t2\n3\n", ":2: expected 2 numbers, found 1"),
        (projector, b"1\t2\n3\tx\n", ":2: expected a number, found 'x'; keys belong in"),
        (projector, b"", "the file is empty"),
    ],
)
def test_damaged_text(tmp_path, module, content, message):
    path = tmp_path / f"vectors{module.SUFFIXES[0]}"
    path.write_bytes(content)
    (tmp_path / "metadata.tsv").write_bytes(b"a\nb\n")
    with pytest.raises(FormatError) as caught:
        module.read(path)
    assert message in str(caught.value)


def test_metadata_with_a_count_that_is_none(tmp_path):
    path = a_file(tmp_path, "projector")
    (tmp_path / "metadata.tsv").write_bytes(b"word\tcount\na\t1\nb\tmany\nc\t1\nd\t1\n")
    with pytest.raises(FormatError, match=r"metadata\.tsv:3: expected the columns of the first line"):
        read_vectors(path)


# ---- bytes that mean something else ----


def test_big_endian_matrices_are_turned_and_other_endian_headers_refused(tmp_path):
    path = a_file(tmp_path, "npy")
    np.save(path, np.arange(12, dtype=">f4").reshape(4, 3))
    assert read_vectors(path).vectors[3].tolist() == [9, 10, 11]
    with pytest.raises(FormatError, match="length of a header"):
        read_container(io.BytesIO((2).to_bytes(8, "big") + b"{}"))


def test_nul_bytes_and_invalid_utf8(tmp_path):
    for name in ("word2vec_text", "glove", "fasttext_vec", "word2vec_binary"):
        path = a_file(tmp_path, name)
        content = path.read_bytes()
        path.write_bytes(content.replace(b"b ", b"\0 ", 1))
        assert read_vectors(path, name).keys[1] == "\0"
        path.write_bytes(content.replace(b"b ", b"\xc3 ", 1))
        with pytest.raises(UnicodeDecodeError, match="not valid utf-8"):
            read_vectors(path, name)
        path.write_bytes(content.replace(b"b 4", b"b \x004", 1))
        if name != "word2vec_binary":
            with pytest.raises(FormatError, match="expected a number"):
                read_vectors(path, name)


@pytest.mark.parametrize("name", ["glove", "projector", "word2vec_text", "fasttext_vec"])
def test_lines_without_end(tmp_path, name, monkeypatch):
    path = a_file(tmp_path, name)
    monkeypatch.setattr(
        f"ns2vec.formats.{'lines' if name == 'projector' else 'word2vec_text'}.MAX_LINE_BYTES", 64
    )
    path.write_bytes(path.read_bytes() + b"9" * 100)
    with pytest.raises(FormatError, match="line is longer than 64 bytes"):
        read_vectors(path, name)


# ---- bombs, paths, links ----


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("compression", PACKERS)
def test_compression_bombs(tmp_path, name, compression, monkeypatch):
    monkeypatch.setattr(limits, "MOST_BYTES", 1 << 18)
    path = a_file(tmp_path, name, compression)
    if name in ("native", "npy"):
        n_rows = 1 << 10  # few keys, which hardly pack, and long rows, which do
        vectors = np.zeros((n_rows, 1 << 10), dtype=np.float32)
        FORMATS[name].write(path, VectorTable(list(map(str, range(n_rows))), vectors, np.arange(n_rows)))
    else:
        start = {".gz": gzip, ".bz2": bz2, ".xz": lzma}[compression].open(path).read()
        path.write_bytes(PACKERS[compression](start + b"\n" * (4 << 20)))
    assert path.stat().st_size * 100 < 4 << 20
    with pytest.raises(FormatError, match=r"unpacks to more than 100 times its size|more .*follow|found 0"):
        read_vectors(path, name)


def test_bombs_in_archives(tmp_path, monkeypatch):
    monkeypatch.setattr(sidefiles, "MAX_UNPACKED_BYTES", 1 << 16)
    with zipfile.ZipFile(tmp_path / "x.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("val.npy", npy_header("(1000, 1000)") + bytes(4_000_000))
    with pytest.raises(FormatError, match="no file of vectors does that"):
        sidefiles.read_npz(tmp_path / "x.npz")


def test_names_in_a_file_lead_nowhere(tmp_path):
    """Arrays, attributes and keys named like paths stay names."""
    names = ["../outside", "/etc/passwd", "..", "a\0b", "C:\\x"]
    write_container(tmp_path / "x", {name: np.ones(1, dtype=np.float32) for name in names}, {"../m": "/etc"})
    assert list(read_container(tmp_path / "x").arrays) == names
    table = VectorTable(names, np.ones((len(names), 2), dtype=np.float32))
    for name in ("native", "npy", "projector"):
        (tmp_path / name).mkdir()
        FORMATS[name].write(tmp_path / name / f"vectors{FORMATS[name].SUFFIXES[0]}", table)
    assert {path.parent.name for path in tmp_path.rglob("*.*")} <= {
        tmp_path.name,
        "native",
        "npy",
        "projector",
    }


@pytest.mark.parametrize("name", FORMATS)
def test_links_are_followed_and_stay_links(tmp_path, name):
    path = a_file(tmp_path, name)
    (tmp_path / "links").mkdir()
    for part in list(tmp_path.glob("*.*")):
        os.symlink(part, tmp_path / "links" / part.name)
    link = tmp_path / "links" / path.name
    assert read_vectors(link).keys == ["a", "b", "c", "d"]
    FORMATS[name].write(link, VectorTable(["z"], np.ones((1, 3), dtype=np.float32)))
    assert link.is_symlink()
    assert read_vectors(path).keys == ["z"]
    os.symlink(tmp_path / "links" / "loop", tmp_path / "links" / "loop")
    with pytest.raises(OSError, match="loop"):
        read_vectors(tmp_path / "links" / "loop", name)


def test_objects_in_matrices_are_not_read(tmp_path):
    np.save(tmp_path / "x.npy", np.array([[{}]], dtype=object), allow_pickle=True)
    (tmp_path / "x.vocab").write_text("a\n")
    with pytest.raises(FormatError, match="could run code"):
        npy.read(tmp_path / "x.npy")


def test_a_stream_that_ends_early_says_so(tmp_path):
    path = tmp_path / "x.npy.gz"
    path.write_bytes(gzip.compress(npy_header("(1000000, 3)") + bytes(64)))
    (tmp_path / "x.vocab").write_text("a\n")
    with pytest.raises(TruncatedFileError, match="ends after 64 of 12000000 bytes"):
        read_vectors(path)


# ---- a little that becomes much ----


@pytest.mark.parametrize("compression", PACKERS)
def test_a_remote_file_that_unpacks_to_absurdly_much(tmp_path, monkeypatch, compression):
    path = tmp_path / f"vectors.bin{compression}"
    path.write_bytes(PACKERS[compression](b"999999 1\n" + b"a 0000" * 999999))
    monkeypatch.setattr(limits, "MOST_BYTES", 1 << 16)
    with pytest.raises(
        FormatError, match=r"unpacks to more than 100 times its size .* which no file of vectors does"
    ):
        read_vectors(path.as_uri(), "word2vec_binary")


@pytest.mark.parametrize("name", ["native", "word2vec_text", "glove", "projector", "npy"])
def test_what_is_cut_into_many_small_objects_is_bounded(tmp_path, name):
    n_bytes = 17 << 20
    lists = b'{"a":[' + b"[]," * (n_bytes // 3) + b"0]}"
    path = tmp_path / f"vectors{FORMATS[name].SUFFIXES[0]}.gz"
    content = {
        "native": len(lists).to_bytes(8, "little") + lists,
        "word2vec_text": b"1 9999999\na" + b" 00" * (n_bytes // 3) + b"\n",
        "glove": b"a" + b" 00" * (n_bytes // 3) + b"\n",
        "projector": b"00" + b"\t00" * (n_bytes // 3) + b"\n",
        "npy": npy_header("(2, 1)") + bytes(8),
    }[name]
    path.write_bytes(gzip.compress(content, 1))
    (tmp_path / "metadata.tsv.gz").write_bytes(gzip.compress(b"a\n"))
    (tmp_path / "vectors.vocab.gz").write_bytes(gzip.compress(b"a\n" * (n_bytes // 2), 1))
    tracemalloc.start()
    try:
        with pytest.raises(FormatError, match=r"longer than|length of a header|found more"):
            read_vectors(path, name)
        assert tracemalloc.get_traced_memory()[1] < 2 * ENOUGH
    finally:
        tracemalloc.stop()
