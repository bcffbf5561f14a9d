"""The safetensors layout: alignment, claims checked against the size, damaged files."""

from __future__ import annotations

import io
import json
import random

import numpy as np
import pytest

from ns2vec.exceptions import ConfigError, FormatError
from ns2vec.formats.container import DTYPES, looks_like_container, read_container, write_container
from ns2vec.formats.table import TruncatedFileError

ARRAYS = {
    "a": np.arange(6, dtype=np.float32).reshape(2, 3),
    "empty": np.zeros((0, 4), dtype=np.float32),
    "b": np.array([1, -2, 3], dtype=np.int64),
    "c": np.array([True, False]),
    "d": np.arange(40, dtype=np.float16).reshape(10, 4)[::2, 1:3],
}


def written(arrays=ARRAYS, metadata=None) -> bytes:
    stream = io.BytesIO()
    write_container(stream, arrays, metadata or {"note": "über"})
    return stream.getvalue()


def with_header(header: object, data: bytes = b"") -> bytes:
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data


def tensor(shape, offsets, dtype="F32"):
    return {"dtype": dtype, "shape": shape, "data_offsets": offsets}


@pytest.mark.parametrize("mmap", [None, "r", "c"])
def test_round_trip(tmp_path, mmap):
    path = tmp_path / "file"
    write_container(path, ARRAYS, {"note": "über"})
    found = read_container(path, mmap=mmap)
    assert found.metadata == {"note": "über"}
    assert found.arrays.keys() == ARRAYS.keys()
    for name, array in ARRAYS.items():
        assert found.arrays[name].dtype == array.dtype
        assert np.array_equal(found.arrays[name], array)


def test_file_objects_and_compressed_files(tmp_path):
    assert np.array_equal(read_container(io.BytesIO(written())).arrays["a"], ARRAYS["a"])
    write_container(tmp_path / "file.gz", ARRAYS, {})
    assert np.array_equal(read_container(tmp_path / "file.gz").arrays["d"], ARRAYS["d"])
    with pytest.raises(OSError, match="cannot map a compressed"):
        read_container(tmp_path / "file.gz", mmap="r")
    with pytest.raises(OSError, match="cannot map a file object"):
        read_container(io.BytesIO(written()), mmap="r")
    with pytest.raises(ConfigError, match="mmap"):
        read_container(tmp_path / "file.gz", mmap="w")


def test_every_array_starts_at_64_bytes(tmp_path):
    content = written()
    n_header = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + n_header])
    starts = [header[name]["data_offsets"][0] for name in ARRAYS]
    assert {(8 + n_header + start) % 64 for start in starts} == {0}


def test_mapping_shares_the_file(tmp_path):
    path = tmp_path / "file"
    write_container(path, ARRAYS, {})
    with pytest.raises(ValueError, match="read-only"):
        read_container(path, mmap="r").arrays["a"][0, 0] = 9
    private = read_container(path, mmap="c").arrays["a"]
    private[0, 0] = 9
    assert read_container(path).arrays["a"][0, 0] == 0
    shared = read_container(path, mmap="r+").arrays["a"]
    shared[0, 0] = 9
    shared.flush()
    assert read_container(path).arrays["a"][0, 0] == 9


def test_the_safetensors_package_reads_it(tmp_path):
    safetensors = pytest.importorskip("safetensors.numpy", reason="safetensors is not installed")
    path = tmp_path / "file"
    write_container(path, ARRAYS, {"note": "über"})
    found = safetensors.load_file(path)
    assert all(np.array_equal(found[name], array) for name, array in ARRAYS.items())
    assert {name for name in found if not name.startswith("padding.")} == ARRAYS.keys()
    other = tmp_path / "other"
    safetensors.save_file({"x": ARRAYS["a"], "y": ARRAYS["b"]}, other)
    assert np.array_equal(read_container(other).arrays["y"], ARRAYS["b"])


@pytest.mark.parametrize("name", DTYPES)
def test_every_dtype(name):
    array = np.array([0, 1, 2, 100]).astype(DTYPES[name])
    found = read_container(io.BytesIO(written({"x": array}))).arrays["x"]
    assert found.dtype == array.dtype
    assert np.array_equal(found, array)


def test_big_endian_arrays_are_turned():
    array = np.array([1.5, -2.0], dtype=">f4")
    assert read_container(io.BytesIO(written({"x": array}))).arrays["x"].tolist() == [1.5, -2.0]


@pytest.mark.parametrize("name", ["__metadata__", "padding.3"])
def test_reserved_names(name):
    with pytest.raises(ConfigError, match="reserves"):
        written({name: np.zeros(2)})


def test_objects_and_texts_are_refused():
    with pytest.raises(ConfigError, match="got object"):
        written({"x": np.array([None, 1], dtype=object)})


def test_a_failed_write_leaves_the_old_file(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with pytest.raises(ConfigError):
        write_container(path, {"x": np.array(["a"])}, {})
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


HUGE = 2**62
LIES = {
    "no JSON": b"\x05" + bytes(7) + b"{....",
    "a list": with_header([1]),
    "header beyond the end": (10**6).to_bytes(8, "little") + b"{}",
    "header beyond all sizes": (2**63).to_bytes(8, "little") + b"{}",
    "nothing": b"",
    "seven bytes": b"1234567",
    "metadata that is no text": with_header({"__metadata__": {"a": 1}}),
    "metadata that is a list": with_header({"__metadata__": []}),
    "a shape that overflows": with_header({"x": tensor([HUGE, HUGE], [0, 16])}, bytes(16)),
    "more than there is": with_header({"x": tensor([HUGE], [0, 4 * HUGE])}),
    "a negative shape": with_header({"x": tensor([-1, -4], [0, 16])}, bytes(16)),
    "a negative offset": with_header({"x": tensor([4], [-16, 0])}, bytes(16)),
    "a bool as a number": with_header({"x": tensor([True], [0, 4])}, bytes(4)),
    "a float as a number": with_header({"x": tensor([1.0], [0, 4])}, bytes(4)),
    "a shape that is a text": with_header({"x": tensor("12", [0, 4])}, bytes(4)),
    "an unknown dtype": with_header({"x": tensor([4], [0, 16], "O")}, bytes(16)),
    "an unhashable dtype": with_header({"x": tensor([4], [0, 16], [])}, bytes(16)),
    "a gap": with_header({"x": tensor([2], [8, 16])}, bytes(16)),
    "an overlap": with_header({"x": tensor([2], [0, 8]), "y": tensor([2], [4, 12])}, bytes(12)),
    "bytes after the arrays": with_header({"x": tensor([2], [0, 8])}, bytes(9)),
    "no offsets": with_header({"x": {"dtype": "F32", "shape": [1]}}, bytes(4)),
    "a text as an array": with_header({"x": "F32"}, bytes(4)),
    "nested too deep": (200000).to_bytes(8, "little") + b"[" * 200000,
}


@pytest.mark.parametrize("name", LIES)
def test_lies_are_refused(tmp_path, name):
    path = tmp_path / "file"
    path.write_bytes(LIES[name])
    for source in (path, io.BytesIO(LIES[name])):
        with pytest.raises(FormatError, match=r"safetensors|file|header|arrays"):
            read_container(source)


def test_a_name_cannot_occur_twice():
    text = json.dumps({"x": tensor([1], [0, 4])}).encode()
    text = text[:-1] + b"," + text[1:]
    with pytest.raises(FormatError, match="twice"):
        read_container(io.BytesIO(len(text).to_bytes(8, "little") + text + bytes(4)))


def test_every_cut_is_noticed():
    content = written()
    for n in range(len(content)):
        with pytest.raises(FormatError):
            read_container(io.BytesIO(content[:n]))
    with pytest.raises(TruncatedFileError):
        read_container(io.BytesIO(content[:-1]))


def test_mutated_files_are_read_or_refused():
    content, rng = written(), random.Random(5)
    n_read = 0
    for _ in range(2000):
        mutated = bytearray(content)
        for _ in range(rng.randint(1, 4)):
            mutated[rng.randrange(len(mutated))] = rng.randrange(256)
        try:
            found = read_container(io.BytesIO(bytes(mutated)))
        except FormatError:
            continue
        n_read += 1
        assert sum(array.nbytes for array in found.arrays.values()) <= len(content)
    assert n_read > 100


def test_sniffing():
    assert looks_like_container(written()[:16])
    assert not looks_like_container(b"\x80\x04\x95" + bytes(20))
    assert not looks_like_container(b"12 100\nthe 0.1 ")
