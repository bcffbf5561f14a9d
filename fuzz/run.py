"""Fuzz the parsers of external files, guided by coverage, with sanitizers in the compiled ones.

``python fuzz/run.py --minutes 60`` divides the minutes among the targets, prints a line for each and writes
JSON. It needs atheris (``pip install atheris``) and, without ``--plain``, clang: the compiled parsers are
built in a copy of the checkout with address and undefined-behaviour sanitizers and with coverage.
Findings are in the work folder; the input of a bug that was fixed goes into ``fuzz/cases/TARGET/``, from
where the tests replay it.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
CASES = ROOT / "fuzz" / "cases"
SANITIZE = (
    "-fsanitize=address,undefined,fuzzer-no-link -fno-sanitize=function,vptr -fno-omit-frame-pointer -g -O1"
)
INSTRUMENTED = ("ns2vec.formats", "ns2vec._files", "ns2vec._magic", "ns2vec.models")
HANG_SECONDS, MEGABYTES, LONGEST_INPUT = 20, 3000, 8192
EXECUTIONS = re.compile(r"stat::number_of_executed_units:\s*(\d+)")
COVERAGE = re.compile(r"cov: (\d+)")


def parse(argv: list[str] | None) -> argparse.Namespace:
    """Return the command line options."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--minutes", type=float, default=10.0, help="of all targets together")
    parser.add_argument("--targets", nargs="*", metavar="NAME", help="all unless given")
    parser.add_argument("--plain", action="store_true", help="the installed build, without sanitizers")
    parser.add_argument("--work", type=Path, help="folder for the build, the corpora and what is found")
    parser.add_argument("--json", type=Path, help="file of the result; in the work folder unless given")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--one", metavar="NAME", help=argparse.SUPPRESS)
    parser.add_argument("rest", nargs="*", help=argparse.SUPPRESS)
    return parser.parse_args(argv)


def fuzz_one(name: str, rest: list[str]) -> None:
    """Fuzz one target in this process, which libFuzzer ends."""
    import atheris

    with atheris.instrument_imports(include=list(INSTRUMENTED)):
        from targets import TARGETS
    import logging

    logging.disable(logging.CRITICAL)
    atheris.Setup([sys.argv[0], *rest], TARGETS[name])
    atheris.Fuzz()


def build(work: Path) -> dict[str, str]:
    """Build a copy of the checkout with sanitizers; return the environment that its processes need."""
    sys.path.insert(0, str(ROOT / "tests" / "deep"))
    import workbench

    copy = work / "checkout"
    if not copy.exists():
        workbench.copy_of_checkout(copy)
        flags = {"CC": "clang", "LDSHARED": "clang -shared", "CFLAGS": SANITIZE, "LDFLAGS": SANITIZE}
        code, output, _ = workbench.build(copy, flags)
        if code:
            raise SystemExit(f"the build with sanitizers failed:\n{output[-4000:]}")
    runtime = Path(sysconfig.get_paths()["platlib"]) / "asan_with_fuzzer.so"
    return {
        "PYTHONPATH": str(copy),
        "LD_PRELOAD": str(runtime),
        "ASAN_OPTIONS": "detect_leaks=0:allocator_may_return_null=1:handle_segv=1",
        "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
    }


def fuzz(name: str, seconds: float, work: Path, environment: dict[str, str], seed: int) -> dict[str, Any]:
    """Fuzz one target in a separate process; restart after each finding until the time is up."""
    corpus, found = work / "corpus" / name, work / "found" / name
    for folder in (corpus, found):
        folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, str(Path(__file__).resolve()), "--one", name, "--"]
    command += [
        f"-timeout={HANG_SECONDS}", f"-rss_limit_mb={MEGABYTES}", f"-max_len={LONGEST_INPUT}",
        f"-artifact_prefix={found}/", "-print_final_stats=1", str(corpus),
    ]  # fmt: skip
    row: dict[str, Any] = {"target": name, "executions": 0, "coverage": 0}
    started = time.monotonic()
    while (left := seconds - (time.monotonic() - started)) > 1:
        limits = [f"-max_total_time={int(left)}", f"-seed={seed}"]
        seed += 1
        done = subprocess.run(
            [*command, *limits],
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            errors="replace",
        )
        row["executions"] += sum(map(int, EXECUTIONS.findall(done.stderr)))
        row["coverage"] = max([row["coverage"], *map(int, COVERAGE.findall(done.stderr))])
        if done.returncode:
            (found / "last.log").write_text(done.stderr, "utf-8")
            if not EXECUTIONS.search(done.stderr):
                row["failed"] = done.stderr[-2000:]
                break
    files = [path.name for path in found.iterdir() if path.name != "last.log"]
    row["minutes"] = round((time.monotonic() - started) / 60, 2)
    row["hangs"] = sum(file.startswith("timeout-") for file in files)
    row["crashes"] = sum(file.startswith(("crash-", "oom-", "leak-")) for file in files)
    return row


def write_seeds(names: list[str], work: Path) -> None:
    """Put valid files, and the cases of earlier findings, into the corpora."""
    from targets import forget, seeds

    for name in names:
        folder = work / "corpus" / name
        folder.mkdir(parents=True, exist_ok=True)
        cases = [path.read_bytes() for path in sorted((CASES / name).glob("*"))]
        for number, content in enumerate([*seeds(name), *cases]):
            (folder / f"seed{number}").write_bytes(content)
    forget()


def main(argv: list[str] | None = None) -> int:
    """Fuzz all targets; return 1 if something was found."""
    arguments = parse(argv)
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    if arguments.one:
        fuzz_one(arguments.one, arguments.rest)
        return 0
    work = arguments.work or Path(tempfile.mkdtemp(prefix="ns2vec-fuzz-"))
    work.mkdir(parents=True, exist_ok=True)
    from targets import TARGETS

    names = arguments.targets or list(TARGETS)
    write_seeds(names, work)
    environment = {} if arguments.plain else build(work)
    rows = []
    for name in names:
        rows.append(fuzz(name, 60 * arguments.minutes / len(names), work, environment, arguments.seed))
        row = rows[-1]
        print(
            f"{name:<16}{row['executions']:>12} executions {row['minutes']:>7} min  coverage "
            f"{row['coverage']:>5}  {row['crashes']} crashes  {row['hangs']} hangs"
            f"{'  FAILED' if 'failed' in row else ''}",
            flush=True,
        )
    record = {"sanitizers": not arguments.plain, "seed": arguments.seed, "targets": rows}
    (arguments.json or work / "fuzz.json").write_text(json.dumps(record, indent=2) + "\n", "utf-8")
    return int(any(row["crashes"] or row["hangs"] or "failed" in row for row in rows))


if __name__ == "__main__":
    raise SystemExit(main())
