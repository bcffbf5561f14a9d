"""Helpers of the deep checks: copies of the checkout, commands, dated results."""

from __future__ import annotations

import datetime
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "benchmarks" / "results"
SKIPPED = (".*", "*.so", "*.egg-info", "build", "dist", "__pycache__", "results")
SUMMARY = re.compile(r"\d+ (?:passed|failed|skipped|error|xfailed|deselected)")


def copy_of_checkout(target: Path) -> Path:
    """Copy the sources, without anything that was built from them, to the new folder `target`."""
    shutil.copytree(ROOT, target, ignore=shutil.ignore_patterns(*SKIPPED))
    for generated in target.glob("ns2vec/**/*.c"):
        if generated.with_suffix(".pyx").exists():
            generated.unlink()
    return target


def run(
    command: list[object], folder: Path, environment: Mapping[str, str] | None = None
) -> tuple[int, str, float]:
    """Run `command` in `folder`; return its exit code, all its output, and the seconds that it took."""
    started = time.monotonic()
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env={**os.environ, **(environment or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    return done.returncode, done.stdout, round(time.monotonic() - started, 1)


def outcome(code: int, output: str, seconds: float) -> dict[str, Any]:
    """One row of a result: whether it passed, pytest's last line or the last lines of a failure."""
    lines = [line for line in output.splitlines() if line.strip()]
    closing = next((line for line in reversed(lines) if SUMMARY.search(line)), lines[-1] if lines else "")
    row: dict[str, Any] = {"passed": code == 0, "seconds": seconds, "summary": closing.strip("= ")}
    if code:
        row["last_lines"] = lines[-40:]
    return row


def build(folder: Path, environment: Mapping[str, str]) -> tuple[int, str, float]:
    """Compile the extension modules of the checkout copy in place."""
    return run([sys.executable, "setup.py", "build_ext", "--inplace", "--force"], folder, environment)


def pytest_in(folder: Path, environment: Mapping[str, str], *arguments: str) -> dict[str, Any]:
    """Run pytest on the checkout copy `folder`, which takes precedence over an installed ns2vec."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    return outcome(*run(command, folder, {"PYTHONPATH": str(folder), **environment}))


def first_line(*command: str) -> str:
    """First line that a tool prints about itself, or "absent"."""
    if shutil.which(command[0]) is None:
        return "absent"
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.split("\n")[0]


def save(part: str, rows: Mapping[str, Any]) -> Path:
    """Write ``benchmarks/results/check-deep-<part>-<date>.json`` with the rows and the machine."""
    now = datetime.datetime.now(datetime.timezone.utc)
    record = {
        "part": part,
        "date": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "commit": first_line("git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"),
        "python": platform.python_version(),
        "platform": platform.platform(),
        "processor": processor(),
        "gcc": first_line("gcc", "--version"),
        "clang": first_line("clang", "--version"),
        "passed": all(row["passed"] for row in rows.values()),
        "rows": rows,
    }
    RESULTS.mkdir(parents=True, exist_ok=True)
    path = RESULTS / f"check-deep-{part}-{now:%Y-%m-%d}.json"
    path.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    return path


def processor() -> str:
    """The name of the processor, if Linux reports it."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor()
    found = re.search(r"^model name\s*: (.*)$", text, re.MULTILINE)
    return found[1] if found else platform.processor()
