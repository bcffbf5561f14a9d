"""Arrays beside a model: headers are not believed, objects are not read."""

from __future__ import annotations

import io
import os
import zipfile

import numpy as np
import pytest

from ns2vec.exceptions import FormatError
from ns2vec.formats.gensim.sidefiles import read_npy, read_npz, write_npy
from ns2vec.formats.table import TruncatedFileError


def npy(array: np.ndarray, **options) -> bytes:
    stream = io.BytesIO()
    np.lib.format.write_array(stream, array, **options)
    return stream.getvalue()


def with_header(header: str, data: bytes = b"") -> bytes:
    text = header.encode() + b"\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text + data


ARRAYS = {
    "matrix": np.arange(6, dtype=np.float32).reshape(2, 3),
    "column order": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
    "big-endian": np.arange(3, dtype=">i4"),
    "bytes": np.arange(3, dtype=np.uint8),
    "flags": np.array([True, False]),
    "nothing": np.zeros((0, 5), dtype=np.float32),
    "one number": np.float64(2.5).reshape(()),
}


@pytest.mark.parametrize("version", [(1, 0), (2, 0)])
@pytest.mark.parametrize("name", ARRAYS)
def test_round_trip(tmp_path, name, version):
    path, array = tmp_path / "x.npy", ARRAYS[name]
    path.write_bytes(npy(array, version=version))
    for mmap in (None, "r"):
        found = read_npy(path, mmap)
        assert found.shape == array.shape
        assert np.array_equal(found, array)
    with zipfile.ZipFile(tmp_path / "x.npz", "w") as archive:
        archive.writestr("val.npy", path.read_bytes())
    assert np.array_equal(read_npz(tmp_path / "x.npz"), array)


def test_what_is_written_is_numpys(tmp_path):
    stream = io.BytesIO()
    write_npy(stream, ARRAYS["matrix"][:, ::2])
    assert np.array_equal(np.load(io.BytesIO(stream.getvalue())), ARRAYS["matrix"][:, ::2])
    with pytest.raises(ValueError, match="Object arrays"):
        write_npy(stream, np.array([None]))


FLOATS = "{'descr': '<f4', 'fortran_order': False, 'shape': (%s,), }"
LIES = {
    "objects": npy(np.array([{}], dtype=object)),
    "structured": npy(np.zeros(2, dtype=[("a", "<f4")])),
    "text": npy(np.array(["a"])),
    "no header": b"\x93NUMPY",
    "another file": b"PK\x03\x04" + bytes(50),
    "a long header": b"\x93NUMPY\x02\x00\xff\xff\xff\xff",
    "an expression": with_header(
        "{'descr': '<f4', 'fortran_order': False, 'shape': (__import__('os').getpid(),), }"
    ),
    "a type without size": with_header("{'descr': '<f1', 'fortran_order': False, 'shape': (2,), }", bytes(2)),
    "more than there is": with_header(FLOATS % (2**60)),
    "more than can be": with_header(FLOATS % (10**30)),
    "one byte less": npy(np.arange(3.0))[:-1],
    "one byte more": npy(np.arange(3.0)) + b"x",
}


@pytest.mark.parametrize("name", LIES)
def test_lies_are_refused(tmp_path, name):
    path = tmp_path / "x.npy"
    path.write_bytes(LIES[name])
    for mmap in (None, "r"):
        with pytest.raises(FormatError, match=r"x\.npy"):
            read_npy(path, mmap)
    with zipfile.ZipFile(tmp_path / "x.npz", "w") as archive:
        archive.writestr("val.npy", LIES[name])
    with pytest.raises(FormatError, match=r"x\.npz"):
        read_npz(tmp_path / "x.npz")


def test_damaged_archives(tmp_path):
    path = tmp_path / "x.npz"
    path.write_bytes(b"no archive")
    with pytest.raises(FormatError, match=r"expected a \.npz file"):
        read_npz(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("other.npy", npy(ARRAYS["matrix"]))
    with pytest.raises(FormatError, match="array 'val'"):
        read_npz(path)


def test_a_cut_file_is_an_eof_error(tmp_path):
    path = tmp_path / "x.npy"
    path.write_bytes(npy(np.arange(3.0))[:-1])
    with pytest.raises(TruncatedFileError, match="takes 24 bytes, 23 follow"):
        read_npy(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes on this system")
@pytest.mark.parametrize("read", [read_npy, read_npz])
def test_a_pipe_beside_a_model_is_not_waited_for(tmp_path, read):
    os.mkfifo(tmp_path / "model.vectors.npy")
    with pytest.raises(FormatError, match="expected a regular file"):
        read(tmp_path / "model.vectors.npy")
