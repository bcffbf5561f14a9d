"""``python -m ns2vec.cli``."""

from __future__ import annotations

import sys

from ns2vec.cli import main

if __name__ == "__main__":
    sys.exit(main())
