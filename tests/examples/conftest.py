"""What examples print is judged: long ones run in a process of their own, short ones here."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

# what the house tests count lines of code with
sys.path.append(str(Path(__file__).resolve().parents[1] / "house"))


@pytest.fixture
def figures(repository):
    """Return ``figures(name, *arguments) -> {what a line says before its first number: the number}``."""

    def run(name: str, *arguments: object) -> dict[str, float]:
        program = [sys.executable, str(repository / "examples" / name), *map(str, arguments)]
        done = subprocess.run(program, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return numbers(done.stdout)

    return run


def numbers(printed: str) -> dict[str, float]:
    """Return what each line says before its first number, and the number."""
    found = re.findall(r"^(.+?):? (\d+\.\d+)", printed, re.MULTILINE)
    return {text: float(number) for text, number in found}


@pytest.fixture
def figures_here(repository, monkeypatch, capsys):
    """As `figures`, in this process, which spares a start of Python."""
    monkeypatch.syspath_prepend(str(repository / "examples"))

    def run(name: str) -> dict[str, float]:
        program = runpy.run_path(str(repository / "examples" / name), run_name="example")
        assert program["main"]([]) == 0
        return numbers(capsys.readouterr().out)

    return run
