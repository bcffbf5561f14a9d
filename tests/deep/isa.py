"""The tests with every instruction set of this processor, built by every compiler that is installed."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

from workbench import build, copy_of_checkout, outcome, pytest_in, run

COMPILERS = ("gcc", "clang")
TESTS = ("tests", "--ignore=tests/house", "--ignore=tests/deep", "-m", "not slow")
LIST_ISAS = "from ns2vec import _kernels; print(*_kernels.list_isas())"


def check(folder: Path) -> dict[str, Any]:
    """Return one row per compiler and instruction set."""
    rows: dict[str, Any] = {}
    for compiler in COMPILERS:
        if shutil.which(compiler) is None:
            continue
        copy = copy_of_checkout(folder / compiler)
        environment = {"CC": compiler, "LDSHARED": f"{compiler} -shared"}
        rows[f"{compiler}: build"] = built = outcome(*build(copy, environment))
        if not built["passed"]:
            continue
        _, names, _ = run([sys.executable, "-c", LIST_ISAS], copy, {"PYTHONPATH": str(copy)})
        for isa in names.split():
            rows[f"{compiler}: {isa}"] = pytest_in(copy, {"NS2VEC_ISA": isa}, *TESTS)
    return rows
