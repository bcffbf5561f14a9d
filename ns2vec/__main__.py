"""``python -m ns2vec``: the command line, where the command ``ns2vec`` is not on the PATH."""

from __future__ import annotations

import sys

from ns2vec.cli import main

if __name__ == "__main__":
    sys.exit(main())
