"""The link and the reader of EXTENDING.md: its patches are applied to a copy, built, and tested."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

from workbench import build, copy_of_checkout, outcome, pytest_in, run

TESTS = ("tests/kernels/test_modes.py", "tests/kernels/test_reference.py", "tests/kernels/test_concat.py")
SHOWN = "from ns2vec._kernels import LINKS, READERS; assert {'before', 'smooth_hinge'} <= {*READERS, *LINKS}"


def patches_of(document: Path) -> list[str]:
    """The patches in a document."""
    return re.findall(r"^```diff\n(.*?)^```$", document.read_text("utf-8"), re.DOTALL | re.MULTILINE)


def check(folder: Path) -> dict[str, Any]:
    """Return one row for each patch, one for the build, and one for the tests."""
    copy = copy_of_checkout(folder / "extending")
    rows = {}
    for number, patch in enumerate(patches_of(copy / "EXTENDING.md")):
        (folder / "patch").write_text(patch, encoding="utf-8")
        done = run(["git", "apply", "--unsafe-paths", folder / "patch"], copy)
        rows[f"patch {number + 1}"] = outcome(*done)
    rows["build"] = outcome(*build(copy, {}))
    if rows["build"]["passed"]:
        rows["names"] = outcome(*run([sys.executable, "-c", SHOWN], copy))
        rows["tests"] = pytest_in(copy, {}, "-n0", *TESTS)
    return rows
