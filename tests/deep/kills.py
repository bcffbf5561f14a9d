"""kill -9 at random moments, 100 times while a model is saved and 100 times during training."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from ns2vec import Word2Vec
from ns2vec.formats.atomic import remove_stale
from ns2vec.training.checkpoints import ATTRIBUTE, CheckpointFolder

N_KILLS = 100  # of each kind
INTERVAL_SECONDS = 0.1
GRACE_SECONDS = 0.5  # for the current chunk and for writing, on a busy machine

SAVING = """
import sys
from ns2vec import Word2Vec
model = Word2Vec.load(sys.argv[1])
number = 0
while True:
    number += 1
    model.comment = str(number)
    model.save(sys.argv[1])
    print(number, flush=True)
"""


def check(folder: Path) -> dict[str, dict[str, Any]]:
    """Return a row for each kind of work that was killed."""
    return {"while saving": kill_saving(folder), "while training": kill_training(folder)}


def corpus_of(folder: Path, n_sentences: int) -> Path:
    """Write text of 300 words."""
    generator = random.Random(5)
    path = folder / "corpus.txt"
    lines = (" ".join(f"w{generator.randrange(300)}" for _ in range(10)) for _ in range(n_sentences))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def kill(child: subprocess.Popen[str], seconds: float) -> None:
    """Wait, then kill a process, as the system does when memory runs out."""
    time.sleep(seconds)
    child.send_signal(signal.SIGKILL)


def kill_saving(folder: Path) -> dict[str, Any]:
    """A file that is overwritten again and again is complete after each kill, and is one of two saves."""
    path = folder / "model.ns2v"
    model = Word2Vec(vector_size=300, min_count=1)
    model.build_vocab([[f"w{i}" for i in range(20_000)]])
    model.save(path)
    generator, bad, n_stale = random.Random(1), 0, 0
    for _ in range(N_KILLS):
        child = subprocess.Popen(
            [sys.executable, "-c", SAVING, str(path)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        told = [child.stdout.readline()] if child.stdout else []  # it is saving now
        kill(child, generator.random() * 0.3)
        told += (child.communicate()[0] or "").split()
        n_saved = int(Word2Vec.load(path).comment)
        bad += n_saved - int(told[-1]) not in (0, 1)
        n_stale += len(remove_stale(path))
    left = sorted(os.listdir(folder))
    return {
        "passed": bad == 0 and left == ["model.ns2v"],
        "n_kills": N_KILLS,
        "n_bad": bad,
        "n_stale_removed": n_stale,
        "summary": f"{N_KILLS} kills, {bad} bad files, {n_stale} temporary files found and deleted",
    }


def kill_training(folder: Path) -> dict[str, Any]:
    """After each kill the folder loads, little work is lost, and the result equals that of a whole run."""
    corpus, saved = corpus_of(folder, 20_000), folder / "saved"
    command = [
        sys.executable, "-m", "ns2vec.cli", "train", str(corpus), "-q", "--epochs", "300", "--min-count", "1",
        "--workers", "1", "--size", "64", "--batch-words", "1000",
    ]  # fmt: skip
    more = ["--checkpoint", str(saved), "--checkpoint-every", f"{INTERVAL_SECONDS}s", "--resume"]
    generator, bad, worst, n_kills, n_ends = random.Random(2), 0, 0.0, 0, 0
    while n_kills < N_KILLS:
        child = subprocess.Popen([*command, "--output", str(folder / "cut.bin"), *more], text=True)
        started = newest(saved)
        while child.poll() is None and newest(saved) == started:
            time.sleep(0.005)
        kill(child, generator.random() * 0.3)
        at = time.time()
        if child.wait() != -signal.SIGKILL:  # it finished: start it again
            n_ends += 1
            shutil.rmtree(saved)
            continue
        n_kills += 1
        path, state = CheckpointFolder(saved).read()
        bad += not isinstance(state.attributes[ATTRIBUTE], dict)
        worst = max(worst, at - os.path.getmtime(path))
    n_before = int(state.attributes[ATTRIBUTE]["position"]["epoch"])
    subprocess.run([*command, "--output", str(folder / "cut.bin"), *more], check=True)
    subprocess.run([*command, "--output", str(folder / "whole.bin")], check=True)
    same = (folder / "cut.bin").read_bytes() == (folder / "whole.bin").read_bytes()
    return {
        "passed": bad == 0 and same and worst <= INTERVAL_SECONDS + GRACE_SECONDS,
        "n_kills": n_kills,
        "n_bad": bad,
        "most_seconds_lost": worst,
        "same_bytes": same,
        "summary": f"{n_kills} kills over {n_before + 300 * n_ends} epochs, {bad} bad folders, "
        f"at most {worst:.2f} s lost (interval {INTERVAL_SECONDS} s), "
        f"end equal to an uninterrupted run: {same}",
    }


def newest(folder: Path) -> str | None:
    """Name of the newest checkpoint."""
    names = CheckpointFolder(folder).files()
    return names[-1] if names else None
