"""Examples run in a process of their own; what they print is what is judged."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest


@pytest.fixture
def figures(repository):
    """Return ``figures(name, *arguments) -> {what a line says before its first number: the number}``."""

    def run(name: str, *arguments: object) -> dict[str, float]:
        program = [sys.executable, str(repository / "examples" / name), *map(str, arguments)]
        done = subprocess.run(program, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return {
            text: float(number)
            for text, number in re.findall(r"^(.+?):? (\d+\.\d+)", done.stdout, re.MULTILINE)
        }

    return run
