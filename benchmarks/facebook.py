"""`load_facebook_model` compared with gensim's: processor seconds and peak memory of the process.

    python -m benchmarks facebook                       300,000 words and 2,000,000 buckets of 100 numbers
    python -m benchmarks facebook --words 30000 --bucket 200000 --rounds 1

Rounds alternate; the file is read once beforehand, so that it is in the page cache. Exit code 1: a ratio of
medians misses its limit.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.processes import run_child
from ns2vec.formats import fasttext_bin
from ns2vec.formats.fasttext_model import FastTextArgs, FastTextDictionary, FastTextModel

SPEED, MEMORY = 8.0, 0.6  # gensim's seconds over ours, at least; our memory over gensim's, at most
PROGRAMS = ("ns2vec", "gensim")


def write_model(path: Path, n_words: int, bucket: int, dim: int) -> None:
    """Write a model of random numbers; its words consist of one to eight letters and a number."""
    rng = np.random.default_rng(1)
    letters = rng.integers(97, 123, (n_words, 8), dtype=np.uint8).tobytes().decode()
    lengths = rng.integers(1, 9, n_words).tolist()
    words = [f"{letters[8 * row : 8 * row + n]}-{row:x}" for row, n in enumerate(lengths)]
    rows = rng.random((n_words + bucket, dim), dtype=np.float32)
    dictionary = FastTextDictionary.of(words, np.arange(n_words, 0, -1))
    model = FastTextModel(FastTextArgs(dim=dim, bucket=bucket), dictionary, rows, rows[:n_words])
    fasttext_bin.write(path, model)


def main(argv: list[str] | None = None) -> int:
    """Return 0 if both ratios are within their limits, else 1."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in (("words", 300_000), ("bucket", 2_000_000), ("dim", 100), ("rounds", 3)):
        parser.add_argument(f"--{name}", type=int, default=default)
    chosen = parser.parse_args(argv)
    found: dict[str, list[tuple[float, float]]] = {program: [] for program in PROGRAMS}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.bin"
        write_model(path, chosen.words, chosen.bucket, chosen.dim)
        for _ in range(chosen.rounds):
            for program in PROGRAMS:
                outcome = run_child({"task": "load-facebook", "program": program, "path": str(path)})
                found[program].append((outcome["processor_seconds"], outcome["peak_rss"] / 1e6))
                print(
                    f"{program:<7} {found[program][-1][0]:8.3f} s {found[program][-1][1]:9.1f} MB", flush=True
                )
    seconds, memory = (
        [statistics.median(run[kind] for run in found[program]) for program in PROGRAMS] for kind in (0, 1)
    )
    speed, share = seconds[1] / seconds[0], memory[0] / memory[1]
    print(f"{speed:.1f} x gensim (must be {SPEED}), {share:.2f} of its peak memory (at most {MEMORY})")
    return int(speed < SPEED or share > MEMORY)


if __name__ == "__main__":
    sys.exit(main())
