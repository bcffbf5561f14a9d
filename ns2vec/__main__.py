"""``python -m ns2vec``: the command line, for use if the command ``ns2vec`` is not on the PATH."""

from __future__ import annotations

import runpy

if __name__ == "__main__":
    runpy.run_module("ns2vec.cli", run_name="__main__", alter_sys=True)
