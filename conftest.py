"""Modules are loaded only once, whichever file is the first argument of pytest."""

from __future__ import annotations

import contextlib
import importlib
from pathlib import Path

PACKAGE = Path(__file__).parent / "ns2vec"


def pytest_collect_file(file_path: Path) -> None:
    """Import a module of ns2vec by its name.

    pytest itself (``--import-mode=importlib``) imports the package and then runs the file again, although
    the package has already loaded it: its classes would exist twice.
    """
    if file_path.suffix == ".py" and file_path.stem != "__main__" and PACKAGE in file_path.parents:
        name = ".".join(file_path.relative_to(PACKAGE.parent).with_suffix("").parts)
        with contextlib.suppress(ImportError):  # pytest reports what is missing
            importlib.import_module(name.removesuffix(".__init__"))
