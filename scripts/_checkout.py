"""The command line for the scripts in this folder: of the checkout if compiled, else the installed one."""

import importlib.machinery
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]


def is_built():
    """Return whether every Cython source of the checkout has its compiled module next to it."""
    suffixes = importlib.machinery.EXTENSION_SUFFIXES
    return all(
        any(source.with_name(source.stem + suffix).exists() for suffix in suffixes)
        for source in (CHECKOUT / "ns2vec").rglob("*.pyx")
    )


def run(command):
    """Run a command of ``ns2vec`` with this process's arguments and return its exit code."""
    if is_built():
        sys.path.insert(0, str(CHECKOUT))
    try:
        from ns2vec.cli import main
    except ImportError as error:
        install = f"{sys.executable} -m pip install --editable {CHECKOUT}"
        sys.stderr.write(f"ns2vec: {error}; to build and install it, type: {install}\n")
        return 1
    return main([command, *sys.argv[1:]])
