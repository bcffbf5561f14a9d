"""Shards on Ray compared with local threads: bytes, speed, processor time, memory and traffic.

    python -m benchmarks cluster                                    100 MB, 2 epochs, 3 rounds of all runs
    python -m benchmarks cluster --bytes 0 --epochs 1 --runs shards ray:2 ray:2:bfloat16
    python -m benchmarks cluster --bytes 25000000 --runs shards ray:2 ray:2:kill

A run is ``threads`` (which share the weights), ``shards`` (local threads) or ``ray:N``, for which Ray is
started on this machine; ``:bfloat16`` sends rows in this format, ``:kill`` kills a worker in the middle.
Needs ``pip install 'ns2vec[ray]'``. Exit code 1: runs of shards gave different bytes.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from benchmarks.processes import child_environment
from benchmarks.shared import (
    PARAMETERS,
    changed_settings,
    common_parser,
    corpus_file,
    describe_corpus,
    describe_machine,
    results_path,
    save_json,
    say,
)
from benchmarks.table import as_markdown

RUNS = ["threads", "shards", "ray:1", "ray:2", "ray:4", "ray:2:bfloat16", "ray:2:kill"]
COLUMNS = [
    "",
    "words/s",
    "words/s of processor time",
    "start-up s",
    "MB a round",
    "of all rows of shards",
    "of all rows of workers",
    "sha256",
]
POLL_SECONDS = 0.05


# ---- one run, in a separate process ------------------------------------------------------------------


def anonymous_bytes(pid: int) -> int:
    """RssAnon of a process; 0 if it has ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("RssAnon")), 0)


def processor_seconds(pid: int) -> float:
    """User and system time of a process so far; 0 if it has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Watch:
    """Peaks of anonymous memory of this process and the workers; kills a worker if requested."""

    def __init__(self, cluster: Any, is_killing: bool) -> None:
        self.cluster, self.is_killing = cluster, is_killing
        self.peaks: dict[str, int] = {}
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self.look, daemon=True)
        self.thread.start()

    def pids(self) -> dict[str, int]:
        """The processes, by name."""
        seats = self.cluster.fleet.seats if self.cluster is not None and self.cluster.fleet else []
        return {"driver": os.getpid()} | {seat.name: int(seat.name.split()[1]) for seat in seats}

    def look(self) -> None:
        """Poll until asked to stop."""
        while not self.stop.wait(POLL_SECONDS):
            pids = self.pids()
            for name, pid in pids.items():
                self.peaks[name] = max(self.peaks.get(name, 0), anonymous_bytes(pid))
            if self.is_killing and self.cluster.traffic["rounds"] >= 5:
                self.is_killing = False
                os.kill(max(pids.values()), signal.SIGKILL)


def one(job: dict[str, Any]) -> dict[str, Any]:
    """Train once; return figures."""
    from ns2vec import Word2Vec

    kind, *rest = job["run"].split(":")
    settings = dict(job["settings"], shards=None if kind == "threads" else job["settings"]["shards"])
    model = Word2Vec(**settings)
    began, cluster = time.perf_counter(), None
    if kind == "ray":
        from ns2vec.cluster import Ray

        wire = "bfloat16" if "bfloat16" in rest else "float32"
        memory = job["object_store"]
        cluster = Ray(int(rest[0]), wire=wire, num_cpus=max(2, int(rest[0])), object_store_memory=memory)
        cluster.__enter__()
    try:
        found = trained(model, job["corpus"], cluster, "kill" in rest, began)
    finally:
        if cluster is not None:
            cluster.__exit__(None, None, None)
    return found


def trained(model: Any, corpus: str, cluster: Any, is_killing: bool, began: float) -> dict[str, Any]:
    """Count and train; return the figures of training only."""
    watch = Watch(cluster, is_killing)
    started_up = time.perf_counter()
    model.build_vocab(corpus)
    counted = time.perf_counter()
    before = {name: processor_seconds(pid) for name, pid in watch.pids().items()}
    _, n_words = model.train(corpus, total_words=model.corpus_total_words, epochs=model.epochs)
    seconds = time.perf_counter() - counted
    used = {name: processor_seconds(pid) - before.get(name, 0.0) for name, pid in watch.pids().items()}
    watch.stop.set()
    watch.thread.join()
    rows = sum(4 * len(model.wv) * model.vector_size for _ in ("inputs", "outputs"))
    digest = hashlib.sha256(model.wv.vectors.tobytes() + model.syn1neg.tobytes()).hexdigest()
    return {
        "n_words": n_words,
        "train_seconds": seconds,
        "count_seconds": counted - started_up,
        "start_seconds": started_up - began,
        "processor_seconds": used,
        "rss_anon": watch.peaks,
        "n_types": len(model.wv),
        "bytes_of_all_rows": rows,
        "traffic": None if cluster is None else cluster.traffic,
        "sha256": digest,
        "load": os.getloadavg()[0],
    }


# ---- all runs ----------------------------------------------------------------------------------------


def outcome(job: dict[str, Any]) -> dict[str, Any]:
    """Return the result of a run in a separate process."""
    command = [sys.executable, "-m", "benchmarks.cluster", json.dumps(job)]
    # Ray would give its workers a lower priority than all other processes of this machine
    environment = child_environment(job) | {"RAY_worker_niceness": "0"}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def row(name: str, outcomes: list[dict[str, Any]], n_shards: int) -> list[str]:
    """One row of the table: medians over the rounds."""
    speed = statistics.median(one["n_words"] / one["train_seconds"] for one in outcomes)
    per_cpu = statistics.median(one["n_words"] / sum(one["processor_seconds"].values()) for one in outcomes)
    start = statistics.median(one["start_seconds"] for one in outcomes)
    first, sent, shares = outcomes[0], "", ["", ""]
    if first["traffic"] and int(name.split(":")[1]) > 1:
        traffic, n_workers = first["traffic"], int(name.split(":")[1])
        n_bytes = (traffic["changes"] + traffic["merged"]) / traffic["rounds"]
        # all rows: each shard, or each worker, sends all rows to their owners, and these send theirs to all
        senders = (n_shards, n_workers)
        everything = [first["bytes_of_all_rows"] * (n / n_workers + 1) * (n_workers - 1) for n in senders]
        sent, shares = f"{n_bytes / 1e6:.1f}", [f"{n_bytes / all_bytes:.1%}" for all_bytes in everything]
    started = f"{start:.1f}" if name.startswith("ray") else ""
    return [name, f"{speed:,.0f}", f"{per_cpu:,.0f}", started, sent, *shares, first["sha256"][:12]]


def main(argv: list[str] | None = None) -> int:
    """Return 0, or 1 if shards gave different bytes."""
    parser = common_parser(__doc__)
    parser.add_argument("--runs", nargs="+", default=RUNS)
    parser.add_argument("--shards", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--object-store", type=int, default=1_000_000_000, help="bytes")
    arguments = parser.parse_args(argv)
    corpus = corpus_file(arguments.corpus, arguments.bytes, arguments.data)
    settings = PARAMETERS | {"epochs": 2, "sg": 1, "workers": 2, "seed": 1, "shards": arguments.shards}
    settings |= {"progress": False} | changed_settings(arguments, ("epochs", "vector_size"))
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in arguments.runs}
    for number in range(arguments.rounds):
        for name in arguments.runs:
            job = {"run": name, "corpus": str(corpus), "settings": settings}
            found[name].append(outcome(job | {"object_store": arguments.object_store}))
            last = found[name][-1]
            say(f"round {number + 1}, {name}: {last['train_seconds']:.1f} s, {last['sha256'][:12]}")
    path = results_path("cluster", arguments.results, is_dated=False)
    record = {"machine": describe_machine(), "corpus": describe_corpus(corpus), "settings": settings}
    save_json(path, record | {"runs": found})
    lines = [row(name, runs, arguments.shards) for name, runs in found.items()]
    print(as_markdown([COLUMNS, ["---"] * len(COLUMNS), *lines]))
    exact = [name for name in found if name != "threads" and "bfloat16" not in name]
    return int(len({one["sha256"] for name in exact for one in found[name]}) > 1)


if __name__ == "__main__":
    print(json.dumps(one(json.loads(sys.argv[1]))))
