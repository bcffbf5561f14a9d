"""Code that the benchmarks share: settings, the corpus, the machine, results."""

from __future__ import annotations

import argparse
import datetime
import hashlib
import json
import lzma
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from benchmarks.processes import ROOT

RESULTS = ROOT / "benchmarks" / "results"
sys.path.insert(0, str(ROOT / "eval"))

import protocol  # noqa: E402 - found through the line above

TEXT8_BYTES = 100_000_000

TRAINING_CODE = (
    "_kernels.p*",
    "_sampler.pxd",
    "_cy/*",
    "corpus/*.py*",
    "sampling/*.[hp]*",
    "training/*.py",
    "training/sharded/*.[hp]*",
    "vocab/*.py*",
    "word2vec.py",
)

# Every comparison trains both programs with these settings.
PARAMETERS = {
    "vector_size": 100,
    "window": 5,
    "negative": 5,
    "sample": 1e-3,
    "min_count": 5,
    "epochs": 5,
    "alpha": 0.025,
    "sg": 1,
    "hs": 0,
    "workers": 2,
    "seed": 1,
}

# name: (settings of both programs, settings of ns2vec only)
VARIANTS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "sg-window": ({}, {"negative_sharing": "window"}),
    "sg-pair": ({}, {"negative_sharing": "pair"}),
    "cbow": ({"sg": 0}, {}),
    "hs": ({"hs": 1, "negative": 0}, {}),
}


def job_for(program: str, variant: str, corpus: Path, **changed: Any) -> dict[str, Any]:
    """The job that trains `variant` with `program`; `changed` replaces settings of both programs."""
    shared, own = VARIANTS[variant]
    parameters = {**PARAMETERS, **shared, **changed}
    if program == "ns2vec":
        parameters.update(own)
    return {
        "program": program,
        "corpus": str(corpus),
        "input": "corpus_file",
        "parameters": parameters,
        "data": None,
    }


def corpus_file(named: str | None, n_bytes: int, data: str | None = None) -> Path:
    """`named`, or the first `n_bytes` of the English corpus (0: all), unpacked to the temporary folder."""
    if named:
        return Path(named)
    packed = protocol.data_folder(data) / "corpus" / "en.txt.xz"
    target = Path(tempfile.gettempdir()) / f"ns2vec-en-{n_bytes or 'all'}.txt"
    if target.exists() and (not n_bytes or target.stat().st_size == n_bytes):
        return target
    partial = target.with_suffix(f".{os.getpid()}.part")
    left = n_bytes or 1 << 62
    with lzma.open(packed, "rb") as source, open(partial, "wb") as sink:
        while left and (block := source.read(min(left, 1 << 20))):
            sink.write(block)
            left -= len(block)
    partial.replace(target)
    return target


def prefix_of(path: Path, n_bytes: int) -> Path:
    """The first `n_bytes` of a text, in the temporary folder; the text itself if it is not longer."""
    if not n_bytes or path.stat().st_size <= n_bytes:
        return path
    digest = describe_corpus(path)["sha256_of_first_mib"]
    target = Path(tempfile.gettempdir()) / f"ns2vec-prefix-{digest}-{n_bytes}.txt"
    if not (target.exists() and target.stat().st_size == n_bytes):
        partial = target.with_suffix(f".{os.getpid()}.part")
        with open(path, "rb") as source, open(partial, "wb") as sink:
            sink.write(source.read(n_bytes))
        partial.replace(target)
    return target


def describe_corpus(path: Path) -> dict[str, Any]:
    """Size of the corpus and a hash of its first megabyte: enough to distinguish two."""
    with open(path, "rb") as source:
        start = source.read(1 << 20)
    return {"bytes": path.stat().st_size, "sha256_of_first_mib": hashlib.sha256(start).hexdigest()[:16]}


def code_fingerprint() -> str:
    """Hash of the sources that determine the result of a training run."""
    digest = hashlib.sha256()
    for pattern in TRAINING_CODE:
        for path in sorted((ROOT / "ns2vec").glob(pattern)):
            if path.is_file():
                digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def describe_machine() -> dict[str, Any]:
    """Processor, cores, Python and the commit."""
    try:
        info = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        info = ""
    found = re.search(r"^model name\s*: (.*)$", info, re.MULTILINE)
    git = ["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(git, capture_output=True, text=True, check=False).stdout.strip()
    return {
        "processor": found[1] if found else platform.processor(),
        "n_cores": os.cpu_count(),
        "load": os.getloadavg()[0],
        "platform": platform.platform(),
        "python": platform.python_version(),
        "commit": commit or "unknown",
    }


def results_path(name: str, named: str | None, *, is_dated: bool = True) -> Path:
    """`named`, else ``benchmarks/results/NAME-DATE.json``, or ``NAME.json`` for a file that is added to."""
    if named:
        return Path(named)
    if not is_dated:
        return RESULTS / f"{name}.json"
    today = datetime.datetime.now(datetime.timezone.utc)
    return RESULTS / f"{name}-{today:%Y-%m-%d}.json"


def save_json(path: Path, record: dict[str, Any]) -> None:
    """Write `record` with the time, replacing the file in one step."""
    now = datetime.datetime.now(datetime.timezone.utc)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(path.suffix + ".part")
    text = json.dumps({"written": now.strftime("%Y-%m-%dT%H:%M:%SZ"), **record}, indent=1)
    partial.write_text(text + "\n", encoding="utf-8")
    partial.replace(path)


def common_parser(description: str | None, n_bytes: int = TEXT8_BYTES) -> argparse.ArgumentParser:
    """Options that every benchmark has."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--corpus", help="text file, one sentence per line; default: the English corpus")
    parser.add_argument(
        "--bytes", type=int, default=n_bytes, help="of the English corpus, 0 for all (default: %(default)s)"
    )
    parser.add_argument(
        "--data", help="folder with corpus/ and eval/; default: NS2VEC_DATA, else ../shared/data"
    )
    parser.add_argument("--results", help="JSON to write; default: benchmarks/results/NAME-DATE.json")
    parser.add_argument("--epochs", type=int, help="instead of the benchmark's own number")
    parser.add_argument("--vector-size", type=int, help="instead of 100")
    return parser


def changed_settings(arguments: argparse.Namespace, names: Iterable[str]) -> dict[str, Any]:
    """Those of the options `names` that were given."""
    given = {name: getattr(arguments, name) for name in names}
    return {name: value for name, value in given.items() if value is not None}


def say(text: str) -> None:
    """Write one line of progress to stderr."""
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)
