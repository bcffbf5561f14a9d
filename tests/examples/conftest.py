"""What examples print is judged: those that learn something run here, which spares a start of Python each."""

from __future__ import annotations

import re
import runpy
import sys
import warnings
from pathlib import Path

import pytest

# what the house tests count lines of code with
sys.path.append(str(Path(__file__).resolve().parents[1] / "house"))


@pytest.fixture
def figures(repository, monkeypatch, capsys):
    """Return ``figures(name, *arguments) -> {what a line says before its first number: the number}``."""
    monkeypatch.syspath_prepend(str(repository / "examples"))

    def run(name: str, *arguments: object) -> dict[str, float]:
        with warnings.catch_warnings():
            warnings.simplefilter("default")  # as where a program is started
            program = runpy.run_path(str(repository / "examples" / name), run_name="example")
            assert program["main"]([str(argument) for argument in arguments]) == 0
        return numbers(capsys.readouterr().out)

    return run


def numbers(printed: str) -> dict[str, float]:
    """Return what each line says before its first number, and the number."""
    found = re.findall(r"^(.+?):? (\d+\.\d+)", printed, re.MULTILINE)
    return {text: float(number) for text, number in found}
