"""Run the tests that are too long for continuous integration; each writes a dated JSON to
benchmarks/results/.

``python tests/deep/run.py``                 every part
``python tests/deep/run.py isa sanitizers``  some of PARTS
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import extending
import isa
import kills
import ledger
import portable
import quality
import sanitizers
import trained_bytes
import wheels
from workbench import save

PARTS = {
    "isa": isa.check,
    "extending": extending.check,
    "bytes": trained_bytes.check,
    "portable": portable.check,
    "sanitizers": sanitizers.check,
    "wheels": wheels.check,
    "kills": kills.check,
    "ledger": ledger.check,
    "quality": quality.check,
}


def main(names: list[str]) -> int:
    """Return 0 if every row of every part passed, 2 for an unknown part."""
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        sys.stderr.write(f"unknown part {unknown[0]!r}: expected some of {', '.join(PARTS)}\n")
        return 2
    failed = 0
    for name in names or PARTS:
        with tempfile.TemporaryDirectory(prefix=f"ns2vec-{name}-") as folder:
            rows = PARTS[name](Path(folder))
        for label, row in rows.items():
            verdict = "ok" if row["passed"] else "FAILED"
            sys.stdout.write(f"{name:11}{verdict:7}{label}: {row['summary']}\n")
            failed += not row["passed"]
        sys.stdout.write(f"{name:11}{save(name, rows)}\n")
        sys.stdout.flush()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
