"""The example with misspellings runs and finds the words that were meant."""

from __future__ import annotations

import subprocess
import sys


def test_misspellings(repository):
    done = subprocess.run(
        [sys.executable, str(repository / "examples" / "misspellings.py")],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "misspellings have the word that was meant" in done.stdout
