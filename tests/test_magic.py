"""Files are known by their first bytes, and text is not taken for one of them."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import pickle
import tarfile
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ns2vec import KeyedVectors
from ns2vec._magic import KINDS, N_BYTES, recognized
from ns2vec.formats.container import write_container

VECTORS = np.eye(3, dtype=np.float32)


def written(write, *arguments):
    """Return what `write` puts into a file object."""
    stream = io.BytesIO()
    write(stream, *arguments)
    return stream.getvalue()


def zipped(stream):
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("glove.6B.50d.txt", "the 0.5 1\n")


def tarred(stream):
    with tarfile.open(fileobj=stream, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("vectors.txt"))


def of_ns2vec():
    kv = KeyedVectors(3)
    kv.add_vectors(["a", "b", "c"], VECTORS)
    return written(kv.save)


FILES = {
    "gzip": gzip.compress(b"the 0.5"),
    "bzip2": bz2.compress(b"the 0.5"),
    "xz": lzma.compress(b"the 0.5"),
    "zstandard": b"\x28\xb5\x2f\xfd\x04\x58",
    "lz4": b"\x04\x22\x4d\x18\x64",
    "npz": written(np.savez, VECTORS),
    "torch": b"PK\x03\x04" + bytes(26) + b"archive/data.pkl" + bytes(9),
    "zip": written(zipped),
    "tar": written(tarred),
    "7z": b"7z\xbc\xaf\x27\x1c\0\4",
    "rar": b"Rar!\x1a\x07\x01\0",
    "fasttext": (793712314).to_bytes(4, "little") + (12).to_bytes(4, "little"),
    "ns2vec": of_ns2vec(),
    "safetensors": written(write_container, {"weight": VECTORS}, {"format": "pt"}),
    "npy": written(np.save, VECTORS),
    "pickle": pickle.dumps({"a": VECTORS}),
    "hdf5": b"\x89HDF\r\n\x1a\n\0",
    "parquet": b"PAR1\x15\x04",
    "arrow": b"ARROW1\0\0\xff",
    "sqlite": b"SQLite format 3\0\x10",
    "gguf": b"GGUF\x03\0\0\0",
    "pdf": b"%PDF-1.7\n",
    "utf-16": "the 0.5".encode("utf-16"),
    "lfs": b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n",
    "html": b"\n<!DOCTYPE html>\n<html>",
    "json": b'{"the": [0.5, 1]}',
}


def test_every_kind_has_an_example():
    assert FILES.keys() == {kind.name for kind in KINDS}


@pytest.mark.parametrize("name", FILES)
def test_each_is_known(name):
    found = recognized(FILES[name][:N_BYTES])
    assert found is not None
    assert found.name == name
    assert found.is_bytes == (name not in ("html", "json"))


@pytest.mark.parametrize(
    "start",
    [
        b"",
        b"3 2\nking 0.5 1\n",
        b"the 0.1 0.2\n",
        b"PAR1 0.1 0.2\n",
        b"BZh9 is a magic number\n",
        b"GGUF and PK are names\n",
        b"version 2.0 is out\n",
        b"%PDF- files are documents\n",
        b"<unk> 0.1 0.2\n",
        b"[ 0.1 0.2\n",
        b"\xef\xbb\xbfthe cat\n",
        b"ustar\n",
    ],
)
def test_text_is_none_of_them(start):
    assert recognized(start) is None


@given(st.text())
def test_no_text_is_taken_for_bytes(text):
    kind = recognized(text.encode("utf-8", "replace"))
    assert kind is None or not kind.is_bytes or "\0" in text
