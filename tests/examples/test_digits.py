"""The example with digits runs, and three negatives are as good as all classes."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest


def test_digits(repository):
    pytest.importorskip("sklearn")
    program = [sys.executable, str(repository / "examples" / "digits.py")]
    done = subprocess.run(program, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    scores = {
        name: float(value) for name, value in re.findall(r"^(\w+): macro F1 ([\d.]+)$", done.stdout, re.M)
    }
    assert min(scores.values()) > 0.94
