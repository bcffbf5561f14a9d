"""One process for each run: its environment, its outcome, its memory as seen from outside."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from glob import glob
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
POLL_SECONDS = 0.05
BLAS_THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


class ChildError(RuntimeError):
    """A child process ended with an error."""


class MissingProgramError(RuntimeError):
    """A program is not installed or does not run on this machine."""


def child_environment(job: dict[str, Any] | None = None) -> dict[str, str]:
    """The environment of a run: OpenBLAS detects the processor, and has one thread by default.

    `job` may contain ``blas_threads`` (None: BLAS's own choice) and ``environment``, which is applied last.
    """
    job = job or {}
    environment = dict(os.environ)
    for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", *BLAS_THREADS):
        environment.pop(name, None)
    threads = job.get("blas_threads", 1)
    if threads is not None:
        environment.update(dict.fromkeys(BLAS_THREADS, str(threads)))
    # word2vec.c is a program next to python in its environment
    environment["PATH"] = os.pathsep.join([os.path.dirname(sys.executable), environment.get("PATH", "")])
    environment["PYTHONPATH"] = os.pathsep.join([str(ROOT), *filter(None, [environment.get("PYTHONPATH")])])
    return {**environment, **job.get("environment", {})}


class MemoryPoll:
    """Largest RssAnon of a process and its children, by phase."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.phase = "start"
        self.peaks = {"start": 0}
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self.poll, daemon=True)
        self.thread.start()

    def poll(self) -> None:
        """Poll until asked to stop."""
        while not self.stop.wait(POLL_SECONDS):
            phase = self.phase
            self.peaks[phase] = max(self.peaks.get(phase, 0), tree_bytes(self.pid))

    def end(self) -> dict[str, int]:
        """Stop polling; return bytes by phase."""
        self.stop.set()
        self.thread.join()
        return self.peaks


def run_child(job: dict[str, Any]) -> dict[str, Any]:
    """Run one job; the outcome has ``wall_seconds`` of the process and ``peak_bytes`` by phase.

    Raises MissingProgramError if the program is not installed, ChildError if it failed.
    """
    command = [sys.executable, "-m", "benchmarks.child", json.dumps(job)]
    outcome: dict[str, Any] = {}
    started = time.perf_counter()
    with (
        tempfile.TemporaryFile("w+") as errors,
        subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=errors, text=True, env=child_environment(job)
        ) as child,
    ):
        memory = MemoryPoll(child.pid)
        try:
            for line in child.stdout or ():
                record = record_of(line)
                memory.phase = record.get("phase", memory.phase)
                outcome.update(record.get("outcome", {}))
            code = child.wait()
        finally:
            outcome["peak_bytes"] = memory.end()
        outcome["wall_seconds"] = time.perf_counter() - started
        if "missing" in outcome:
            raise MissingProgramError(outcome["missing"])
        if code or "seconds" not in outcome:
            errors.seek(0)
            last = errors.read().strip().split("\n")[-1]
            raise ChildError(f"{job['program']} ended with exit code {code}: {last}")
    return outcome


def record_of(line: str) -> dict[str, Any]:
    """A JSON object of the child; {} for a line that a program prints itself."""
    try:
        record = json.loads(line)
    except ValueError:
        return {}
    return record if isinstance(record, dict) else {}


def tree_bytes(pid: int) -> int:
    """RssAnon of a process and of the processes it started."""
    total = anonymous_bytes(pid)
    # unlike Path.glob, this returns nothing, and does not raise, if the process ends in the meantime
    for listing in glob(f"/proc/{pid}/task/*/children"):
        try:
            children = Path(listing).read_text(encoding="ascii").split()
        except OSError:
            continue
        total += sum(tree_bytes(int(child)) for child in children)
    return total


def anonymous_bytes(pid: int) -> int:
    """RssAnon of a process, 0 once it has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0
    found = re.search(r"^RssAnon:\s+(\d+) kB", status, re.MULTILINE)
    return 1024 * int(found[1]) if found else 0
