"""Kernel and parser tests with address and undefined-behaviour sanitizers compiled in.

The interpreter itself is not instrumented, so the sanitizers' libraries are preloaded; leaks are not
detected, because CPython keeps memory until it exits.
"""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

from workbench import build, copy_of_checkout, outcome, pytest_in

FLAGS = "-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer -g"
FOLDERS = ("kernels", "sampling", "corpus", "formats", "training", "families")
# It limits the address space to less than the sanitizers reserve.
NOT_HERE = "not types_or_text_that_do_not_fit"
LIBRARIES = ("libasan.so", "libubsan.so", "libstdc++.so")


def library(name: str) -> str:
    """The path of gcc's library `name`."""
    command = ["gcc", f"-print-file-name={name}"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return str(Path(done.stdout.strip()).resolve())


def check(folder: Path) -> dict[str, Any]:
    """Return one row for the build, one for the fastest instruction set, one for the baseline."""
    copy = copy_of_checkout(folder / "sanitizers")
    rows = {"build": outcome(*build(copy, {"CC": "gcc", "CFLAGS": FLAGS, "LDFLAGS": FLAGS}))}
    if not rows["build"]["passed"]:
        return rows
    environment = {
        "LD_PRELOAD": ":".join(map(library, LIBRARIES)),
        "ASAN_OPTIONS": "detect_leaks=0:halt_on_error=1:allocator_may_return_null=1",
        "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
        "PYTHONMALLOC": "malloc",
    }
    tests = [f"tests/{name}" for name in FOLDERS if (copy / "tests" / name).is_dir()]
    for isa in ("", "baseline"):
        setting = {"NS2VEC_ISA": isa} if isa else {}
        rows[isa or "fastest"] = pytest_in(
            copy, {**environment, **setting}, *tests, "-m", "not slow", "-k", NOT_HERE
        )
    return rows
