"""Opening for reading, as corpora and formats share it."""

from __future__ import annotations

import gzip
import os
import sys

import pytest

from ns2vec import KeyedVectors
from ns2vec._files import COMPRESSIONS, is_remote, open_bytes, strip_compression
from ns2vec.exceptions import FormatError
from ns2vec.formats.table import TruncatedFileError


def read(path):
    with open_bytes(path, damaged=FormatError) as (stream, _):
        return stream.read()


def test_addresses_are_remote(tmp_path):
    assert is_remote("s3://bucket/key.gz")
    assert not is_remote(tmp_path)


@pytest.mark.parametrize("suffix", COMPRESSIONS)
def test_the_suffix_decides_in_any_case(suffix):
    assert strip_compression("a.bin" + suffix.upper()) == ("a.bin", suffix)
    assert strip_compression(suffix) == (suffix, "")


def test_the_raw_file_tells_how_far_reading_is(tmp_path):
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(os.urandom(5000)))
    with open_bytes(path, damaged=FormatError) as (stream, raw):
        stream.read()
        assert raw.tell() == path.stat().st_size


@pytest.mark.parametrize(
    ("name", "error", "message"),
    [
        ("gone.txt", FileNotFoundError, r"no such file; check the path: '.*gone\.txt'"),
        (".", IsADirectoryError, "this is a folder, not a file; name one file"),
        ("damaged.gz", FormatError, r"damaged\.gz: damaged or not what its suffix says"),
        ("damaged.bz2", FormatError, r"damaged\.bz2: damaged or not what its suffix says"),
        ("damaged.xz", FormatError, r"damaged\.xz: damaged or not what its suffix says"),
    ],
)
@pytest.mark.parametrize("use", [read, KeyedVectors.load_word2vec_format], ids=["bytes", "vectors"])
def test_errors_name_the_file_and_the_remedy(tmp_path, name, error, message, use):
    if name.startswith("damaged"):
        (tmp_path / name).write_bytes(b"2 2\na 1 2\n")
    with pytest.raises(error, match=message) as caught:
        use(tmp_path / name)
    assert "\n" not in str(caught.value)


def test_what_a_format_finds_wrong_is_not_called_damage(tmp_path):
    path = tmp_path / "cut.txt.gz"
    path.write_bytes(gzip.compress(b"2 2\na 1 2\n"))
    with pytest.raises(TruncatedFileError, match="promises 2 vectors, the file has 1"):
        KeyedVectors.load_word2vec_format(path)


@pytest.mark.parametrize(("suffix", "module"), [(".zst", "backports.zstd"), (".lz4", "lz4")])
def test_a_missing_compressor_is_named(tmp_path, monkeypatch, suffix, module):
    path = tmp_path / ("a" + suffix)
    path.write_bytes(b"")
    for name in (module, module.split(".")[0], "zstandard", "compression.zstd", "lz4.frame"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ImportError, match=rf"a\{suffix}.*pip install 'smart_open\[{suffix[1:]}\]'"):
        read(path)


def test_a_missing_protocol_is_one_line(monkeypatch):
    monkeypatch.setitem(sys.modules, "smart_open", None)
    with pytest.raises(ImportError, match=r"^cannot read s3://b/x: .*pip install 'smart_open\[s3\]'$"):
        read("s3://b/x")


def test_an_unknown_protocol_is_named():
    with pytest.raises(FormatError, match=r"^cannot read foo://b/x: smart_open does not support foo://"):
        read("foo://b/x")
