"""Checks of the output of examples: those that learn run here, without starting another Python."""

from __future__ import annotations

import re
import runpy
import sys
import warnings
from pathlib import Path

import pytest

# modules with which the house tests count lines of code
sys.path.append(str(Path(__file__).resolve().parents[1] / "house"))


@pytest.fixture
def figures(repository, monkeypatch, capsys):
    """Return ``figures(name, *arguments) -> {text of a line before its first number: the number}``."""
    monkeypatch.syspath_prepend(str(repository / "examples"))

    def run(name: str, *arguments: object) -> dict[str, float]:
        with warnings.catch_warnings():
            warnings.simplefilter("default")  # as in a new interpreter
            program = runpy.run_path(str(repository / "examples" / name), run_name="example")
            assert program["main"]([str(argument) for argument in arguments]) == 0
        return numbers(capsys.readouterr().out)

    return run


def numbers(printed: str) -> dict[str, float]:
    """Return the text of each line before its first number, and the number."""
    found = re.findall(r"^(.+?):? (\d+\.\d+)", printed, re.MULTILINE)
    return {text: float(number) for text, number in found}
