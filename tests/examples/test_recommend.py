"""The example with recommendations runs and is better than popularity."""

from __future__ import annotations

import subprocess
import sys


def test_recommend(repository):
    done = subprocess.run(
        [sys.executable, str(repository / "examples" / "recommend.py")],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "because of i" in done.stdout
