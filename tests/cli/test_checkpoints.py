"""``ns2vec train --checkpoint``: SIGTERM and kill -9, then --resume ends with the bytes of a whole run."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ns2vec.cli import main

OPTIONS = ["--epochs", "40", "--min-count", "1", "--workers", "1", "--size", "48", "--batch-words", "500"]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder with the text, and ``whole.bin``, which a run makes of it that nothing stops."""
    folder, generator = tmp_path_factory.mktemp("whole"), random.Random(5)
    lines = [" ".join(f"w{generator.randrange(300)}" for _ in range(10)) for _ in range(4000)]
    (folder / "corpus.txt").write_text("\n".join(lines) + "\n")
    subprocess.run(command(folder / "corpus.txt", "whole.bin"), check=True)
    return folder


@pytest.fixture
def corpus(made, tmp_path):
    """The text in a folder of its own, ``whole.bin`` beside it."""
    for name in ("corpus.txt", "whole.bin"):
        shutil.copy(made / name, tmp_path)
    return tmp_path / "corpus.txt"


def command(corpus, name, *more):
    return [
        sys.executable, "-m", "ns2vec.cli", "train", str(corpus), *OPTIONS,
        "--output", str(Path(corpus).parent / name), *more,
    ]  # fmt: skip


def killed(arguments, folder, kill, seconds, wait=60):
    """Start a command, wait for its first checkpoint and some time, and send a signal; its exit code."""
    child = subprocess.Popen(arguments, stderr=subprocess.PIPE, text=True)
    until = time.monotonic() + wait
    while child.poll() is None and not list(folder.glob("*.ns2v")) and time.monotonic() < until:
        time.sleep(0.01)
    time.sleep(seconds)
    child.send_signal(kill)
    _, told = child.communicate(timeout=60)
    return child.returncode, told


def test_sigterm_writes_one_and_says_how_to_go_on(corpus):
    folder = corpus.parent / "saved"
    more = ["--checkpoint", str(folder), "--checkpoint-every", "0.05s"]
    for _ in range(5):
        code, told = killed(command(corpus, "cut.bin", *more), folder, signal.SIGTERM, 0.1)
        if code != 0:
            break
        shutil.rmtree(folder)  # on a busy machine the signal may come when the training is over
        (corpus.parent / "cut.bin").unlink()
    assert code == 143
    assert "the same command with --resume continues" in told
    assert not (corpus.parent / "cut.bin").exists()
    subprocess.run(command(corpus, "cut.bin", *more, "--resume"), check=True)
    assert (corpus.parent / "cut.bin").read_bytes() == (corpus.parent / "whole.bin").read_bytes()


def test_six_kills_at_any_moment(corpus):
    folder = corpus.parent / "saved"
    more = ["--checkpoint", str(folder), "--checkpoint-every", "0.02s", "--resume"]
    for seconds in (0.0, 0.03, 0.05, 0.01, 0.07, 0.02):
        killed(command(corpus, "cut.bin", *more), folder, signal.SIGKILL, 0.2 + seconds)
    subprocess.run(command(corpus, "cut.bin", *more), check=True)
    assert (corpus.parent / "cut.bin").read_bytes() == (corpus.parent / "whole.bin").read_bytes()
    assert len(os.listdir(folder)) == 2


def test_wrong_use(corpus, capsys):
    folder = str(corpus.parent / "saved")
    line = ["train", str(corpus), "-q", "--epochs", "1", "--output", str(corpus.parent / "v.bin")]
    assert main([*line, "--resume"]) == 2
    assert "name the folder of the checkpoints: --checkpoint FOLDER" in capsys.readouterr().err
    assert main([*line, "--checkpoint", folder, "--resume"]) == 0  # nothing to go on from: it begins
    assert main([*line, "--checkpoint", folder]) == 2
    assert "--resume" in capsys.readouterr().err
    assert main([*line, "--checkpoint", folder, "--resume", "--window", "3"]) == 2
    assert "window was 5" in capsys.readouterr().err
    os.utime(corpus, (1, 1))
    assert main([*line, "--checkpoint", folder, "--resume"]) == 0  # a finished run reads no text


def test_standard_input_is_given_again(corpus):
    folder = corpus.parent / "saved"
    more = ["--checkpoint", str(folder), "--checkpoint-every", "1"]
    with open(corpus, "rb") as text:
        child = subprocess.Popen(command("-", corpus.parent / "cut.bin", *more), stdin=text)
        while child.poll() is None and not list(folder.glob("*.ns2v")):
            time.sleep(0.01)
        child.kill()
        child.wait(timeout=60)
    again = command("-", corpus.parent / "cut.bin", *more, "--resume")
    nothing = subprocess.run(again, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert nothing.returncode == 1
    assert "the corpus has no sentence: give the text that the run started with" in nothing.stderr
    assert not (corpus.parent / "cut.bin").exists()
    with open(corpus, "rb") as text:
        subprocess.run(again, stdin=text, check=True)
    assert (corpus.parent / "cut.bin").read_bytes() == (corpus.parent / "whole.bin").read_bytes()


def test_stopped_before_the_first_checkpoint(corpus):
    arguments = command("-", corpus.parent / "cut.bin", "--checkpoint", str(corpus.parent / "saved"))
    child = subprocess.Popen(arguments, stdin=subprocess.PIPE, stderr=subprocess.PIPE)
    while not (corpus.parent / "saved").exists() and child.poll() is None:
        time.sleep(0.01)
    time.sleep(0.3)  # it waits for text
    child.terminate()
    _, told = child.communicate(timeout=60)
    assert child.returncode == 143
    assert b"there is no checkpoint in" in told
