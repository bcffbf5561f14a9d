"""The names of ``gensim.scripts.package_info``: versions, for a report."""

from __future__ import annotations

import json
import platform
import sys
from typing import Any

import numpy as np
import scipy

from ns2vec._build_info import build_info


def package_info() -> dict[str, Any]:
    """Return the versions of system, Python, NumPy, SciPy and ns2vec."""
    return {
        "Platform": platform.platform(), "Python": sys.version, "NumPy": np.__version__,
        "SciPy": scipy.__version__, "ns2vec": build_info(),
    }  # fmt: skip


def main() -> int:
    """Write `package_info` as JSON."""
    sys.stdout.write(json.dumps(package_info(), indent=2, default=str) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
