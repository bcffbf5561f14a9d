"""Whatever is given to whichever loader: the error says what the file is and how it is loaded."""

from __future__ import annotations

import gzip
import io
import pickle
import zipfile

import numpy as np
import pytest

from ns2vec import KeyedVectors, Word2Vec
from ns2vec.exceptions import FormatError
from ns2vec.formats import (
    FORMATS,
    VectorTable,
    native,
    npy,
    read_vectors,
    word2vec_binary,
    word2vec_text,
)
from ns2vec.formats.strangers import refuse_stranger, stranger, stranger_at

TEXT = b"2 2\na 1 2\nb 3 4\n"


def a_zip():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("vectors.txt", TEXT)
    return stream.getvalue()


def a_model():
    stream = io.BytesIO()
    native.write_state(stream, native.state_of_table(VectorTable(["a", "b"], np.eye(2, dtype=np.float32))))
    return stream.getvalue()


def an_npy():
    stream = io.BytesIO()
    np.save(stream, np.eye(2))
    return stream.getvalue()


# content, what it is called, what is to be done
CASES = {
    "zip": (a_zip(), "this is a zip archive: unpack it"),
    "gzip": (gzip.compress(TEXT), "this is a gzip file: unpack it, or rename it so"),
    "a web page": (b"<!DOCTYPE html>\n<html>404</html>\n", "this is a web page: the download went wrong"),
    "a pointer": (b"version https://git-lfs.github.com/spec/v1\noid sha256:9\nsize 9\n", "fetch it with"),
    "a pickle": (pickle.dumps({"a": [1.0]}), "this is a pickle: if gensim saved it, load it with"),
    "fastText": (b"\xba\x16\x4f\x2f\x0c\0\0\0" + bytes(90), "load it with ns2vec.fasttext.load_facebook"),
    "save": (a_model(), "this is a model that ns2vec saved: load it with KeyedVectors.load"),
    "npy": (an_npy(), "this is NumPy's .npy matrix: read it with ns2vec.formats.read_vectors"),
    "hdf5": (b"\x89HDF\r\n\x1a\n" + bytes(90), "this is an HDF5 file: open it with h5py"),
    "json": (b'{"king": [0.5, 1.0]}\n', "this is JSON: open it with json.load"),
}
READERS = {
    "text": lambda path: KeyedVectors.load_word2vec_format(path),
    "binary": lambda path: KeyedVectors.load_word2vec_format(path, binary=True),
    "no header": lambda path: KeyedVectors.load_word2vec_format(path, no_header=True),
    "vec": lambda path: read_vectors(path, "fasttext_vec"),
    "glove": lambda path: read_vectors(path, "glove"),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("suffix", ["", ".txt", ".bin"])
def test_each_reader_of_vectors_names_it(tmp_path, name, reader, suffix):
    content, message = CASES[name]
    path = tmp_path / f"vectors{suffix}"
    path.write_bytes(content)
    with pytest.raises(FormatError) as caught:
        READERS[reader](path)
    assert str(caught.value).startswith(f"{path}: this is ")
    assert message in str(caught.value)
    assert "no_header" not in str(caught.value)


@pytest.mark.parametrize("name", sorted(CASES.keys() - {"save"}))
@pytest.mark.parametrize("load", [KeyedVectors.load, Word2Vec.load])
def test_load_names_it(tmp_path, name, load):
    content, message = CASES[name]
    (tmp_path / "model").write_bytes(content)
    with pytest.raises(FormatError) as caught:
        load(tmp_path / "model")
    assert message in str(caught.value) or name == "a pickle"
    with pytest.raises(FormatError, match=r"this is|pickled dict"):
        load(io.BytesIO(content))


@pytest.mark.parametrize("name", ["zip", "gzip", "fastText", "a web page", "json", "hdf5"])
@pytest.mark.parametrize("reader", ["native", "gensim", "npy", "projector"])
def test_other_formats_name_it(tmp_path, name, reader):
    content, message = CASES[name]
    path = tmp_path / "vectors.npy"
    path.write_bytes(content)
    (tmp_path / "vectors.vocab").write_bytes(b"a\nb\n")
    (tmp_path / "metadata.tsv").write_bytes(b"a\nb\n")
    with pytest.raises(FormatError) as caught:
        read_vectors(path, reader)
    assert message in str(caught.value)


@pytest.mark.parametrize("reader", ["native", "gensim", "npy"])
def test_a_reader_does_not_send_its_own_files_away(tmp_path, reader):
    path = tmp_path / f"vectors{FORMATS[reader].SUFFIXES[0]}"
    FORMATS[reader].write(path, VectorTable(["a", "b"], np.eye(2, dtype=np.float32)))
    path.write_bytes(path.read_bytes()[:-3])
    with pytest.raises(FormatError) as caught:
        read_vectors(path, reader)
    assert "this is" not in str(caught.value)


@pytest.mark.parametrize("name", ["zip", "gzip", "fastText"])
def test_guessing_names_it(tmp_path, name):
    content, message = CASES[name]
    (tmp_path / "vectors").write_bytes(content)
    with pytest.raises(FormatError) as caught:
        read_vectors(tmp_path / "vectors")
    assert message in str(caught.value)


@pytest.mark.parametrize("content", [CASES["a web page"][0], CASES["zip"][0]])
def test_what_is_named_as_if_it_were_compressed(tmp_path, content):
    path = tmp_path / "vectors.bin.gz"
    path.write_bytes(content)
    for read in (word2vec_binary.read, native.read, read_vectors):
        with pytest.raises(FormatError, match=r"not what its suffix says: .*; this is a (web|zip)"):
            read(path)


def test_plain_text_is_named_as_if_it_were_compressed(tmp_path):
    path = tmp_path / "vectors.txt.xz"
    path.write_bytes(TEXT)
    with pytest.raises(FormatError, match=r"this is plain text: take \.xz off its name"):
        word2vec_text.read(path)


def test_what_is_inside_a_compressed_file_is_named(tmp_path):
    path = tmp_path / "vectors.txt.gz"
    path.write_bytes(gzip.compress(CASES["a web page"][0]))
    with pytest.raises(FormatError, match="this is a web page"):
        word2vec_text.read(path)


def test_vectors_that_look_strange_are_read(tmp_path):
    (tmp_path / "vectors").write_bytes(b"3 1\n<html> 1\n[1 2\nPAR1 3\n")
    assert word2vec_text.read(tmp_path / "vectors").keys == ["<html>", "[1", "PAR1"]
    (tmp_path / "vectors").write_bytes(b"<html> 1 2\n{ 3 4\n")
    assert word2vec_text.read(tmp_path / "vectors", no_header=True).keys == ["<html>", "{"]


@pytest.mark.parametrize(
    ("write", "way"),
    [
        (lambda path, table: word2vec_binary.write(path, table), r"\(path, binary=True\)"),
        (lambda path, table: word2vec_text.write(path, table), r"\(path\)"),
        (lambda path, table: FORMATS["glove"].write(path, table), r"\(path, no_header=True\)"),
    ],
    ids=["binary", "text", "glove"],
)
def test_load_says_how_word2vecs_files_are_read(tmp_path, write, way):
    write(tmp_path / "vectors", VectorTable(["a", "b"], np.eye(2, dtype=np.float32)))
    with pytest.raises(FormatError, match=rf"KeyedVectors\.load_word2vec_format{way}$"):
        KeyedVectors.load(tmp_path / "vectors")


def test_what_may_be_right_is_no_stranger(tmp_path):
    assert stranger(TEXT, "x") is None
    assert stranger(an_npy(), "x", own=(npy.NAME,)) is None
    assert stranger_at(tmp_path / "missing") is None
    refuse_stranger(b"", "x")
