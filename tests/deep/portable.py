"""The block alone, as a C program, by every compiler, for aarch64 too, and as strict C11."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from workbench import ROOT, outcome, run

FLAGS = ("-std=c11", "-pedantic", "-Wall", "-Wextra", "-Werror", "-O3", "-ffp-contract=fast")
SOURCES = [
    "tests/kernels/block_parity.c",
    *sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("ns2vec/_cy/block_[!bg]*.c")),
    "ns2vec/_cy/block_baseline.c",
    "ns2vec/_cy/dispatch.c",
]
# compiler, more flags, what runs the program
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
    """Return one row per target whose compiler is there: does it compile, and agree with doubles?"""
    rows: dict[str, Any] = {}
    for name, (compiler, more, emulator) in TARGETS.items():
        if shutil.which(compiler) is None:
            continue
        program = folder / name.replace(" ", "-")
        command = [compiler, *FLAGS, *more, "-Ins2vec/_cy", *SOURCES, "-lm", "-o", program]
        rows[name] = outcome(*run(command, ROOT))
        if rows[name]["passed"] and all(map(shutil.which, emulator)):
            rows[name] = outcome(*run([*emulator, program], ROOT))
    return rows
