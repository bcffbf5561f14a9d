"""One wheel per Python on this machine, each used in an empty environment outside the checkout."""

from __future__ import annotations

import glob
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from workbench import ROOT, copy_of_checkout, outcome, run

VERSIONS = ("3.10", "3.11", "3.12", "3.13", "3.14")


def interpreters() -> dict[str, str]:
    """Version -> interpreter: from the PATH, or from pyenv's folder."""
    found: dict[str, str] = {}
    pyenv = os.environ.get("PYENV_ROOT", os.path.expanduser("~/.pyenv"))
    for version in VERSIONS:
        candidates = glob.glob(f"{pyenv}/versions/{version}.*/bin/python{version}")
        named = shutil.which(f"python{version}")
        for candidate in [*candidates, *([named] if named else [])]:
            works = subprocess.run([candidate, "-c", "import venv"], capture_output=True, check=False)
            if works.returncode == 0:
                found[version] = candidate
                break
    return found


def check_one(python: str, home: Path) -> dict[str, Any]:
    """Build an sdist and, with `python`, its wheel; install that into an empty environment, and use it."""
    sources, outside = copy_of_checkout(home / "sources"), home / "outside"
    outside.mkdir()
    interpreter = home / "empty" / "bin" / "python"
    pip = [interpreter, "-m", "pip"]
    total = 0.0
    for step in ("sdist", "venv", "wheel", "install", "smoke"):
        command: list[object] = {
            "sdist": [sys.executable, "-m", "build", "--sdist", "--outdir", outside, sources],
            "venv": [python, "-m", "venv", home / "empty"],
            "wheel": [*pip, "wheel", "--no-deps", "--wheel-dir", outside, *outside.glob("ns2vec-*.tar.gz")],
            "install": [*pip, "install", *outside.glob("ns2vec-*.whl")],
            "smoke": [interpreter, "-I", ROOT / "tests" / "house" / "smoke.py"],
        }[step]
        code, output, seconds = run(command, outside)
        total += seconds
        if code:
            break
    return {"step": step, **outcome(code, output.replace(str(home), "."), round(total, 1))}


def check(folder: Path) -> dict[str, Any]:
    """Return one row per Python: wheel built, installed, smoke test passed."""
    return {
        version: check_one(python, folder / f"python{version}") for version, python in interpreters().items()
    }
