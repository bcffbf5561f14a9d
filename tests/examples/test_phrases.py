"""The example with phrases runs, on Python's reference and on a text."""

from __future__ import annotations

import subprocess
import sys


def run(repository, *arguments):
    program = [sys.executable, str(repository / "examples" / "phrases.py"), *map(str, arguments)]
    done = subprocess.run(program, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_phrases_of_the_reference(repository):
    lines = run(repository).splitlines()
    assert int(lines[0].split()[0]) > 50
    assert all("_" in line.split(" is near ")[0] for line in lines[2:])


def test_phrases_of_a_text(repository, write_text):
    text = "she moved to new york last year\nthe year of new york\nmoved last new year\n" * 10
    assert run(repository, write_text(text)).startswith("2 pairs, such as she_moved, new_york")
