"""The run ledger: 50 times kill -9 while it is written, its cost, and the time to open a long one."""

from __future__ import annotations

import json
import random
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from ns2vec import Word2Vec
from ns2vec.ledger import RunLedger, list_runs, open_run

N_KILLS = 50
N_EPOCHS, N_PAIRS = 20, 7  # some seconds per training run; runs with and without a ledger alternate
MOST_SHARE = 0.01
N_EVENTS = 1_000_000
MOST_SECONDS = 2.0

TRAINING = """
import sys
from ns2vec import Word2Vec
from ns2vec.ledger import RunLedger
sentences = [[f"w{i % 97}", f"w{i % 89}", f"w{i % 83}"] for i in range(2000)]
model = Word2Vec(min_count=1, vector_size=8, workers=2)
model.build_vocab(sentences)
ledger = RunLedger(sys.argv[1], interval=0.0, run_id=sys.argv[2])
model.train(sentences, total_examples=2000, epochs=10**6, callbacks=[ledger])
"""


def check(folder: Path) -> dict[str, dict[str, Any]]:
    """Return a row for each promise."""
    return {"kill -9": kill(folder / "runs"), "overhead": overhead(folder), "long": long_ledger(folder)}


def kill(runs: Path) -> dict[str, Any]:
    """After each kill the ledger can be read, except a torn last line, and shows that the run was lost."""
    generator, bad, n_torn, n_events = random.Random(1), 0, 0, 0
    for number in range(N_KILLS):
        name = f"run-{number}"
        child = subprocess.Popen([sys.executable, "-c", TRAINING, str(runs), name])
        path = runs / name / "run.jsonl"
        while child.poll() is None and (not path.exists() or path.stat().st_size < 1):
            time.sleep(0.005)
        time.sleep(generator.random() * 0.5)
        child.send_signal(signal.SIGKILL)
        child.wait()
        found = open_run(path)
        n_torn += path.read_bytes()[-1:] != b"\n"
        n_events += found.n_events
        epochs = [event["epoch"] for event in found.epochs]
        is_whole = epochs == list(range(1, len(epochs) + 1))
        if not (found.status == "lost" and found.n_unreadable == 0 and found.config and is_whole):
            bad += 1
            sys.stdout.write(f"{name}: {found.status}, {found.n_unreadable} unreadable, {epochs[-3:]}\n")
    bad += len(list_runs(runs)) != N_KILLS
    return {
        "passed": bad == 0,
        "n_kills": N_KILLS,
        "n_bad": bad,
        "n_torn": n_torn,
        "n_events": n_events,
        "summary": f"{N_KILLS} kills, {n_events} events, {n_torn} torn last lines, {bad} bad ledgers",
    }


class Timed(RunLedger):
    """Adds up the processor time of its own methods."""

    own_seconds = 0.0

    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        if not name.startswith("on_"):
            return found

        def timed(*values: Any) -> None:
            started = time.thread_time()
            try:
                found(*values)
            finally:
                Timed.own_seconds += time.thread_time() - started

        return timed


def overhead(folder: Path) -> dict[str, Any]:
    """Processor time of a training run of some seconds, with and without a ledger of one event per second."""
    generator = np.random.default_rng(1)
    ranks = np.minimum(generator.zipf(1.2, size=(40_000, 20)), 20_000)
    sentences = [[f"w{word}" for word in row] for row in ranks.tolist()]
    ratios, own, total, seconds = [], 0.0, 0.0, []
    for number in range(N_PAIRS):
        Timed.own_seconds, found = 0.0, {}
        order = (False, True) if number % 2 else (True, False)
        for has_ledger in order:
            model = Word2Vec(min_count=1, workers=1, sg=1, negative=10)
            model.build_vocab(sentences)
            callbacks = [Timed(folder / "cost")] if has_ledger else []
            started, begun = time.process_time(), time.perf_counter()
            model.train(sentences, total_examples=len(sentences), epochs=N_EPOCHS, callbacks=callbacks)
            found[has_ledger] = time.process_time() - started
            seconds.append(time.perf_counter() - begun)
        ratios.append(found[True] / found[False])
        own, total = own + Timed.own_seconds, total + found[True]
    share, ratio = own / total, float(np.median(ratios))
    return {
        "passed": share <= MOST_SHARE,
        "own_share": share,
        "median_ratio": ratio,
        "quartiles": np.percentile(ratios, [25, 75]).tolist(),
        "n_pairs": N_PAIRS,
        "mean_seconds": float(np.mean(seconds)),
        "summary": f"its own processor time is {share:.3%} of that of training; with over without "
        f"{ratio:.4f} (median of {N_PAIRS} pairs)",
    }


def long_ledger(folder: Path) -> dict[str, Any]:
    """Open a ledger of a million events."""
    path = folder / "long" / "run.jsonl"
    path.parent.mkdir()
    with path.open("w", encoding="utf-8") as out:
        for i in range(N_EVENTS):
            event = {
                "v": 1, "kind": "epoch" if i % 1000 == 999 else "interval", "time": 1.8e9 + i,
                "at": i + 0.1234567, "epoch": i // 1000 + 1, "progress": i / N_EVENTS, "n_words": 1_000_003,
                "words_per_second": 1_728_329.118656798, "alpha": 0.01946556, "memory_bytes": 53_624_832,
                "loss": 0.418976377067794,
            }  # fmt: skip
            out.write(json.dumps(event, separators=(",", ":")) + "\n")
    seconds, processor_seconds = [], []
    for _ in range(5):
        started, begun = time.perf_counter(), time.process_time()
        run = open_run(path)
        seconds.append(time.perf_counter() - started)
        processor_seconds.append(time.process_time() - begun)
    best, worst = min(seconds), max(seconds)
    return {
        "passed": best <= MOST_SECONDS and run.n_events == N_EVENTS and len(run.epochs) == 1000,
        "n_events": run.n_events,
        "n_bytes": path.stat().st_size,
        "seconds": seconds,
        "processor_seconds": processor_seconds,
        "resident_megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "summary": f"{run.n_events} events opened in {best:.2f} to {worst:.2f} s, "
        f"{min(processor_seconds):.2f} s of processor time",
    }
