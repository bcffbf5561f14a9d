"""A save that fails leaves the old model intact, says which path and why, and leaves no other files."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time

import pytest

from ns2vec import Word2Vec
from ns2vec.formats.atomic import open_for_write, remove_stale

SAVE = """
    import os, resource, shutil, signal, sys, time
    from ns2vec import Word2Vec
    from ns2vec.formats.atomic import open_for_write
    path, fault = sys.argv[1:]
    model = Word2Vec([["a", "b"]] * 10, vector_size=20_000, min_count=1, epochs=1, workers=1)
    if fault == "full":
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
    if fault == "read-only" and os.geteuid() == 0:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
    try:
        if fault in ("vanished", "signal"):
            with open_for_write(path) as out:
                out.write(b"half")
                if fault == "vanished":
                    shutil.rmtree(os.path.dirname(path))
                else:
                    print("writing", flush=True)
                    time.sleep(60)
        model.save(path)
    except OSError as error:
        print(error)
"""


def start(path, fault):
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(SAVE), str(path), fault],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


@pytest.fixture
def path(tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    for parent in (folder, *folder.parents):
        if parent.owner() == folder.owner() and parent.is_relative_to(folder.parents[3]):
            parent.chmod(0o755)
    Word2Vec([["old", "word"]] * 10, vector_size=4, min_count=1, epochs=1, workers=1).save(
        folder / "model.ns2v"
    )
    return folder / "model.ns2v"


def assert_old_is_whole(path):
    assert "old" in Word2Vec.load(path).wv
    assert os.listdir(path.parent) == [path.name]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full on this system")
def test_a_full_device(path):
    model = Word2Vec.load(path)
    link = path.parent / "full"
    link.symlink_to("/dev/full")
    with pytest.raises(OSError, match="no space left on the device: free some") as caught:
        model.save(link)
    assert str(link) in str(caught.value)
    link.unlink()
    assert_old_is_whole(path)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("full", "larger than the file system allows"),
        ("read-only", "cannot be written: change its permissions"),
    ],
)
def test_a_full_disk_and_a_folder_without_permission(path, fault, reason):
    if fault == "read-only":
        path.parent.chmod(0o555)
    told, errors = start(path, fault).communicate(timeout=60)
    path.parent.chmod(0o755)
    if "Traceback" in errors and fault == "read-only":
        pytest.skip(f"an unprivileged process cannot run here: {errors[-200:]}")
    assert reason in told
    assert str(path) in told
    assert_old_is_whole(path)


def test_a_folder_that_vanishes(path):
    told, errors = start(path, "vanished").communicate(timeout=60)
    assert errors == ""
    assert "the folder does not exist: create it" in told
    assert str(path) in told
    assert ".tmp" not in told
    assert not path.parent.exists()


def test_ctrl_c_in_the_middle(path):
    child = start(path, "signal")
    assert child.stdout.readline() == "writing\n"
    child.send_signal(signal.SIGINT)
    assert "KeyboardInterrupt" in child.communicate(timeout=60)[1]
    assert_old_is_whole(path)


def test_what_a_killed_write_leaves_is_found_and_a_living_one_is_left_alone(path, caplog):
    child = start(path, "signal")
    assert child.stdout.readline() == "writing\n"
    assert remove_stale(path) == []
    child.kill()
    child.communicate(timeout=60)
    assert len(os.listdir(path.parent)) == 2
    with open_for_write(path.parent / "other") as out:
        out.write(b"its own temporary files are not those of model.ns2v")
    (path.parent / "other").unlink()
    assert len(os.listdir(path.parent)) == 2
    Word2Vec.load(path).save(path)
    assert "deleted; an interrupted write left it behind" in caplog.text
    assert_old_is_whole(path)


def test_two_writers_at_once(path):
    with open_for_write(path) as one, open_for_write(path) as two:
        one.write(b"one")
        two.write(b"two")
        time.sleep(0)
    assert path.read_bytes() == b"one"
    assert os.listdir(path.parent) == [path.name]


def test_a_vanished_folder_in_process(tmp_path):
    (tmp_path / "folder").mkdir()
    with (
        pytest.raises(FileNotFoundError, match="create it"),
        open_for_write(tmp_path / "folder" / "file") as out,
    ):
        out.write(b"x")
        shutil.rmtree(tmp_path / "folder")
