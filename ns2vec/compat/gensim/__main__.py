"""``python -m ns2vec.compat.gensim script.py arguments``: run a script with ns2vec as its gensim."""

from __future__ import annotations

import os
import runpy
import sys
from collections.abc import Sequence

from ns2vec.compat.gensim import install

USAGE = """usage: python -m ns2vec.compat.gensim SCRIPT [ARGUMENT ...]
       python -m ns2vec.compat.gensim -m MODULE [ARGUMENT ...]

Runs a program in which "import gensim" means ns2vec, in its child processes too.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the script or module named on the command line.

    Returns
    -------
    int
        0, or 2 when nothing to run was named; the script's own exit code ends the process.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments[:1] in (["-h"], ["--help"]):
        sys.stdout.write(USAGE)
        return 0
    is_module = arguments[:1] == ["-m"]
    if len(arguments) < 1 + is_module:
        sys.stderr.write(USAGE)
        return 2
    install(children=True)
    sys.argv = arguments[is_module:]
    if is_module:
        sys.path.insert(0, os.getcwd())
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    else:
        sys.path.insert(0, os.path.dirname(os.path.abspath(sys.argv[0])))
        runpy.run_path(sys.argv[0], run_name="__main__")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
