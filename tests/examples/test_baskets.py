"""The example with baskets runs and recommends from the right shelf."""

from __future__ import annotations

import subprocess
import sys


def test_baskets(repository):
    done = subprocess.run(
        [sys.executable, str(repository / "examples" / "baskets.py")],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert [line.split(":")[0] for line in done.stdout.splitlines()] == ["breakfast", "tools", "garden"]
