"""Why ns2vec cannot be imported from its own source folder, and what to type.

Python searches the current folder before the installed packages, so in a checkout it finds
sources, whose compiled modules are elsewhere after ``pip install .`` and nowhere before it.
"""

from __future__ import annotations

import importlib.machinery
from pathlib import Path


def unbuilt_sources(package: Path) -> str:
    """Return the advice for importing the sources in a folder, or ``""`` if all modules are built.

    Parameters
    ----------
    package : Path
        Folder of ``ns2vec/__init__.py``. An installed package has no Cython sources.
    """
    suffixes = importlib.machinery.EXTENSION_SUFFIXES
    missing = [
        source.relative_to(package).with_suffix("").as_posix().replace("/", ".")
        for source in sorted(package.rglob("*.pyx"))
        if not any(source.with_name(source.stem + suffix).exists() for suffix in suffixes)
    ]
    if not missing:
        return ""
    others = f" and {len(missing) - 1} more are" if len(missing) > 1 else " is"
    return (
        f"ns2vec was imported from its sources in {package}, where {missing[0]}{others} not compiled: "
        "start Python in another folder to use an installed ns2vec, or compile it here: "
        f"pip install --editable {package.parent}"
    )
