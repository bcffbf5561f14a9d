"""The block and the scan as separate C programs, by every compiler, also for aarch64 and as strict C11."""

from __future__ import annotations

import shutil
from itertools import product
from pathlib import Path
from typing import Any

from workbench import ROOT, outcome, run

FLAGS = ("-std=c11", "-pedantic", "-Wall", "-Wextra", "-Werror", "-O3", "-ffp-contract=fast")
BLOCK = [
    "-Ins2vec/_cy",
    "tests/kernels/block_parity.c",
    *sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("ns2vec/_cy/block_[!bg]*.c")),
    "ns2vec/_cy/block_baseline.c",
    "ns2vec/_cy/dispatch.c",
]
SCAN = ["-Ins2vec/similarity", "-Ins2vec/_cy", "tests/similarity/dots_parity.c"]
PROGRAMS = {"": BLOCK, ", scan": SCAN}
# compiler, additional flags, what runs the program
TARGETS = {
    "gcc": ("gcc", (), ()),
    "clang": ("clang", (), ()),
    "aarch64": ("aarch64-linux-gnu-gcc", ("-static",), ("qemu-aarch64",)),
    "aarch64 as setup.py builds": (
        "aarch64-linux-gnu-gcc",
        ("-static", "-fno-math-errno", "-fno-trapping-math"),
        ("qemu-aarch64",),
    ),
}


def check(folder: Path) -> dict[str, Any]:
    """Return one row per target with an installed compiler: does it compile, and agree with doubles?"""
    rows: dict[str, Any] = {}
    for (name, target), (part, sources) in product(TARGETS.items(), PROGRAMS.items()):
        if shutil.which(target[0]):
            rows[name + part] = check_one(folder / (name + part).replace(" ", "-"), target, sources)
    return rows


def check_one(program: Path, target: tuple[str, tuple[str, ...], tuple[str, ...]], sources: list[str]) -> Any:
    """Build one program for one target, and run it if possible."""
    compiler, more, emulator = target
    built = outcome(*run([compiler, *FLAGS, *more, *sources, "-lm", "-o", program], ROOT))
    if built["passed"] and all(map(shutil.which, emulator)):
        return outcome(*run([*emulator, program], ROOT))
    return built
