"""The example with near duplicates runs and finds them."""

from __future__ import annotations

import subprocess
import sys


def test_near_duplicates(repository):
    done = subprocess.run(
        [sys.executable, str(repository / "examples" / "near_duplicates.py")],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(done.stdout.splitlines()) == 2
