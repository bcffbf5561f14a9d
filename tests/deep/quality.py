"""Quality on 100 MB of text compared with gensim: python -m benchmarks quality, if the data is present."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from workbench import ROOT, outcome, run


def check(folder: Path) -> dict[str, Any]:
    """Return one row; the figures are in the JSON that the benchmark writes."""
    data = Path(os.environ.get("NS2VEC_DATA") or ROOT.parent / "shared" / "data")
    if not data.is_dir():
        return {"quality": {"passed": True, "seconds": 0, "summary": "skipped: no data, set NS2VEC_DATA"}}
    command: list[object] = [sys.executable, "-m", "benchmarks", "quality"]
    return {"quality": outcome(*run(command, ROOT, {"NS2VEC_DATA": str(data)}))}
