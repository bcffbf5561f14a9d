"""A write replaces a file as a whole or not at all; what cannot be renamed over is written through."""

from __future__ import annotations

import bz2
import errno
import gzip
import io
import lzma
import os
import stat
import subprocess
import sys
import textwrap

import pytest

from ns2vec._files import COMPRESSIONS
from ns2vec.exceptions import ConfigError, FormatError
from ns2vec.formats.atomic import check_writable, open_for_read, open_for_write, plain_size

DECOMPRESS = {".gz": gzip.decompress, ".bz2": bz2.decompress, ".xz": lzma.decompress, "": bytes}


def write(path, content=b"new", **options):
    with open_for_write(path, **options) as out:
        out.write(content)


def listing(folder):
    return sorted(os.listdir(folder))


@pytest.mark.parametrize("suffix", DECOMPRESS)
def test_the_suffix_compresses(tmp_path, suffix):
    path = tmp_path / f"file.txt{suffix}"
    content = b"line\n" * 100_000
    write(path, content)
    assert DECOMPRESS[suffix](path.read_bytes()) == content
    with open_for_read(path) as stream:
        assert stream.readline() == b"line\n"
        assert stream.read() == content[5:]
    assert plain_size(path) == (None if suffix else len(content))
    assert listing(tmp_path) == [path.name]


@pytest.mark.parametrize("suffix", [".gz", ".bz2", ".xz"])
def test_equal_contents_give_equal_compressed_files(tmp_path, suffix):
    for name in ("one", "two"):
        write(tmp_path / (name + suffix))
    assert (tmp_path / f"one{suffix}").read_bytes() == (tmp_path / f"two{suffix}").read_bytes()


def test_zstandard(tmp_path):
    try:
        write(tmp_path / "file.zst", b"text" * 1000)
    except ImportError as error:
        assert "pip install 'smart_open[zst]'" in str(error)
        assert listing(tmp_path) == []
        pytest.skip(str(error))
    assert (tmp_path / "file.zst").read_bytes()[:4] == b"\x28\xb5\x2f\xfd"
    with open_for_read(tmp_path / "file.zst") as stream:
        assert stream.read() == b"text" * 1000


def test_text_mode_is_utf8_with_plain_newlines(tmp_path):
    write(tmp_path / "file", "ä\n", mode="w")
    assert (tmp_path / "file").read_bytes() == b"\xc3\xa4\n"
    write(tmp_path / "file", "ö\n", mode="a", encoding="latin1")
    assert (tmp_path / "file").read_bytes() == b"\xc3\xa4\n\xf6\n"


def test_an_unknown_mode_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="unknown mode 'r'"):
        write(tmp_path / "file", mode="r")


@pytest.mark.parametrize("mode", ["wb", "w"])
@pytest.mark.parametrize("suffix", ["", ".gz"])
@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_an_error_leaves_the_old_file(tmp_path, mode, suffix, error):
    path = tmp_path / f"file{suffix}"
    path.write_bytes(b"old")
    with pytest.raises(error), open_for_write(path, mode) as out:
        out.write("half" if mode == "w" else b"half")
        raise error("in the middle")
    assert path.read_bytes() == b"old"
    assert listing(tmp_path) == [path.name]


def test_nothing_is_visible_before_the_end(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with open_for_write(path) as out:
        out.write(b"new")
        out.flush()
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"


def test_symbolic_links_are_followed(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "real").write_bytes(b"old")
    (tmp_path / "link").symlink_to("folder/real")
    (tmp_path / "dangling").symlink_to("folder/fresh")
    write(tmp_path / "link")
    write(tmp_path / "dangling")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "folder" / "real").read_bytes() == b"new"
    assert (tmp_path / "folder" / "fresh").read_bytes() == b"new"


def test_mode_and_umask(tmp_path):
    (tmp_path / "old").write_bytes(b"")
    (tmp_path / "old").chmod(0o640)
    before = os.umask(0o027)
    try:
        write(tmp_path / "old")
        write(tmp_path / "fresh")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "old").stat().st_mode) == 0o640
    assert stat.S_IMODE((tmp_path / "fresh").stat().st_mode) == 0o640


def test_appending(tmp_path):
    write(tmp_path / "file.gz", b"one ")
    write(tmp_path / "file.gz", b"two", mode="ab")
    with open_for_read(tmp_path / "file.gz") as stream:
        assert stream.read() == b"one two"


def test_standard_output_and_input(monkeypatch):
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, write_through=True))
    write("-", b"bytes")
    assert not sys.stdout.closed
    assert written.getvalue() == b"bytes"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"given")))
    with open_for_read("-") as stream:
        assert stream.read() == b"given"
    assert plain_size("-") is None


def test_devices_and_pipes_are_written_through(tmp_path):
    write(os.devnull)
    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write(pipe, b"through")
        assert os.read(reader, 100) == b"through"
    finally:
        os.close(reader)
    assert listing(tmp_path) == ["pipe"]


def open_pipe(path):
    """Return a reader's end of a pipe, and its other end under a name of this kind."""
    reader, writer = os.pipe()
    return reader, writer, path.format(writer)


@pytest.mark.skipif(not os.path.isdir("/dev/fd"), reason="no /dev/fd on this system")
@pytest.mark.parametrize("path", ["/dev/fd/{}", "/proc/self/fd/{}"])
@pytest.mark.parametrize("mode", ["wb", "ab"])
def test_a_pipe_that_is_open_already_is_written_by_its_number(path, mode):
    reader, writer, name = open_pipe(path)
    try:
        check_writable(name)
        write(name, b"through", mode=mode)
        assert os.read(reader, 100) == b"through"
    finally:
        os.close(reader)
        os.close(writer)


@pytest.mark.skipif(not os.path.isdir("/dev/fd"), reason="no /dev/fd on this system")
def test_links_to_an_open_file_lead_there(tmp_path):
    reader, writer, name = open_pipe("/dev/fd/{}")
    (tmp_path / "inner").symlink_to(name)
    (tmp_path / "link.gz").symlink_to("inner")
    try:
        write(tmp_path / "link.gz", b"through")
        assert gzip.decompress(os.read(reader, 100)) == b"through"
        assert listing(tmp_path) == ["inner", "link.gz"]
    finally:
        os.close(reader)
        os.close(writer)


@pytest.mark.skipif(not os.path.isdir("/dev/fd"), reason="no /dev/fd on this system")
def test_an_open_file_is_written_on_from_where_it_is(tmp_path):
    """`(echo first; ns2vec ... /dev/stdout) > file` keeps what came first."""
    with open(tmp_path / "file", "wb", buffering=0) as out:
        out.write(b"first ")
        write(f"/dev/fd/{out.fileno()}", b"second")
        out.write(b" third")
    assert (tmp_path / "file").read_bytes() == b"first second third"
    assert listing(tmp_path) == ["file"]


@pytest.mark.skipif(not os.path.isdir("/dev/fd"), reason="no /dev/fd on this system")
def test_a_number_without_an_open_file_is_refused():
    reader, writer, _ = open_pipe("")
    os.close(writer)
    for number in (reader, writer):
        with pytest.raises(OSError, match="no file is open for writing under this number") as caught:
            write(f"/dev/fd/{number}")
        assert caught.value.filename == f"/dev/fd/{number}"
    os.close(reader)


def test_a_named_pipe_gets_what_its_suffix_says(tmp_path):
    os.mkfifo(tmp_path / "pipe.gz")
    reader = os.open(tmp_path / "pipe.gz", os.O_RDONLY | os.O_NONBLOCK)
    try:
        write(tmp_path / "pipe.gz", b"through")
        assert gzip.decompress(os.read(reader, 100)) == b"through"
    finally:
        os.close(reader)
    assert listing(tmp_path) == ["pipe.gz"]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full on this system")
@pytest.mark.parametrize("mode", ["wb", "w", "ab"])
def test_a_full_device_is_named_with_the_remedy(mode):
    with pytest.raises(OSError, match="no space left on the device: free some") as caught:
        write("/dev/full", "x" if mode == "w" else b"x", mode=mode)
    assert caught.value.errno == errno.ENOSPC
    assert str(caught.value).endswith("'/dev/full'")
    assert "\n" not in str(caught.value)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full on this system")
@pytest.mark.parametrize("suffix", [".gz", ".bz2", ".xz"])
def test_a_full_device_while_compressing(tmp_path, suffix):
    (tmp_path / f"full{suffix}").symlink_to("/dev/full")
    with pytest.raises(OSError, match="no space left on the device"):
        write(tmp_path / f"full{suffix}", os.urandom(3 << 20))


def test_an_error_of_another_file_passes_untouched(tmp_path):
    with pytest.raises(FileNotFoundError) as caught, open_for_write(tmp_path / "file") as out:
        out.write(b"half")
        (tmp_path / "missing").read_bytes()
    assert caught.value.filename == str(tmp_path / "missing")
    assert listing(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "error", "remedy"),
    [
        ("missing/file", FileNotFoundError, "the folder does not exist: create it"),
        ("file/below", NotADirectoryError, "a part of the path is a file"),
        ("folder", IsADirectoryError, "this is a folder: name a file"),
        ("n" * 300, OSError, "the name is too long"),
    ],
)
@pytest.mark.parametrize("mode", ["wb", "ab"])
def test_impossible_paths(tmp_path, name, error, remedy, mode):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_bytes(b"old")
    with pytest.raises(error, match=remedy) as caught:
        write(tmp_path / name, mode=mode)
    assert caught.value.filename == str(tmp_path / name)
    assert listing(tmp_path) == ["file", "folder"]


UNPRIVILEGED = """
    import os, sys
    from ns2vec.formats.atomic import open_for_write
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
    for path in sys.argv[1:]:
        try:
            with open_for_write(path) as out:
                out.write(b"new")
        except PermissionError as error:
            print(error)
"""


def test_unwritable_folder_and_file_as_an_unprivileged_user(tmp_path):
    folder = tmp_path / "locked"
    folder.mkdir()
    (tmp_path / "protected").write_bytes(b"old")
    (tmp_path / "protected").chmod(0o444)
    for path in (tmp_path, *tmp_path.parents):
        if path.owner() == tmp_path.owner() and path.is_relative_to(tmp_path.parents[2]):
            path.chmod(0o755)
    folder.chmod(0o555)
    paths = [str(folder / "file"), str(tmp_path / "protected")]
    try:
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(UNPRIVILEGED), *paths],
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        folder.chmod(0o755)
    if done.returncode:
        pytest.skip(f"an unprivileged process cannot run here: {done.stderr[-200:]}")
    messages = done.stdout.splitlines()
    assert len(messages) == 2
    for path, message in zip(paths, messages, strict=True):
        assert "cannot be written: change its permissions, or choose another path" in message
        assert path in message
    assert (tmp_path / "protected").read_bytes() == b"old"
    assert listing(folder) == []


@pytest.mark.parametrize("name", ["new", "new.gz", "old", "link"])
def test_a_path_that_can_be_written_is_left_as_it_was(tmp_path, name):
    (tmp_path / "old").write_bytes(b"old")
    (tmp_path / "link").symlink_to("old")
    check_writable(tmp_path / name)
    assert listing(tmp_path) == ["link", "old"]
    assert (tmp_path / "old").read_bytes() == b"old"


@pytest.mark.parametrize("name", ["missing/file", "file/below", "folder", "n" * 300])
def test_a_path_that_cannot_be_written_is_refused_as_writing_would(tmp_path, name):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_bytes(b"old")
    with pytest.raises(OSError, match="cannot write: ") as before:
        check_writable(tmp_path / name)
    with pytest.raises(OSError, match="cannot write: ") as caught:
        write(tmp_path / name)
    assert str(before.value) == str(caught.value)
    assert listing(tmp_path) == ["file", "folder"]


def test_devices_pipes_and_addresses_are_not_touched(tmp_path):
    os.mkfifo(tmp_path / "pipe")  # opening it would wait for a reader
    for path in (os.devnull, "-", tmp_path / "pipe", "s3://bucket/vectors.bin"):
        check_writable(path)


@pytest.mark.parametrize("suffix", [suffix for suffix in COMPRESSIONS if suffix != ".lz4"])
@pytest.mark.parametrize("how", ["cut", "plain"])
def test_damaged_compression_is_an_error_that_names_the_file(tmp_path, suffix, how):
    write(tmp_path / f"file{suffix}", os.urandom(5000))
    content = (tmp_path / f"file{suffix}").read_bytes()
    (tmp_path / f"file{suffix}").write_bytes(content[:3000] if how == "cut" else b"plain text " * 300)
    damaged = pytest.raises(FormatError, match="damaged or not what its suffix says")
    with damaged as caught, open_for_read(tmp_path / f"file{suffix}") as stream:
        stream.read()
    assert str(caught.value).startswith(str(tmp_path / f"file{suffix}: "))
