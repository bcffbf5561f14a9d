"""The example runs, and finds what was planted."""

from __future__ import annotations

import subprocess
import sys


def test_social_links(repository):
    done = subprocess.run(
        [sys.executable, str(repository / "examples" / "social_links.py")],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
