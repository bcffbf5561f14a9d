"""Fused multiply-adds per second that this machine reaches: the reference for training."""

from __future__ import annotations

import atexit
import functools
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from benchmarks.processes import MissingProgramError

SOURCE = Path(__file__).with_name("fma_peak.c")
SECONDS = 0.5


@functools.cache
def compiled() -> Path:
    """The program, compiled once per process; MissingProgramError without a compiler."""
    compiler = os.environ.get("CC", "cc").split()
    if shutil.which(compiler[0]) is None:
        raise MissingProgramError(f"the peak needs a C compiler, and there is no {compiler[0]!r}")
    folder = tempfile.mkdtemp(prefix="ns2vec-peak-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    target = Path(folder) / "fma_peak"
    command = [*compiler, "-O2", "-pthread", "-o", str(target), str(SOURCE)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise MissingProgramError(f"{SOURCE.name} does not compile: {done.stderr.strip().splitlines()[0]}")
    return target


def fma_peak(isa: str, n_threads: int, seconds: float = SECONDS) -> float:
    """FLOP per second of `n_threads` threads together, float32, with the instructions of `isa`."""
    command = [str(compiled()), isa, str(n_threads), str(seconds)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise MissingProgramError(f"{SOURCE.name} ended with exit code {done.returncode}")
    return 1e9 * float(done.stdout.split()[0])
