"""What is known about a file of vectors besides the vectors: its origin, its date, its training."""

from __future__ import annotations

import argparse
import contextlib
import os
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ns2vec.cli.common import names_of_files
from ns2vec.exceptions import FormatError
from ns2vec.formats import native, with_format

#: Settings that are shown if a file contains them, in this order.
TOLD = (
    "objective", "hs", "negative", "ns_exponent", "sampler", "window", "epochs_trained", "alpha", "min_alpha",
    "sample", "min_count", "min_n", "max_n", "bucket", "seed", "workers",
)  # fmt: skip
UNKNOWN = "not in the file"


def about_files(arguments: argparse.Namespace) -> dict[str, dict[str, str]]:
    """Return what the file of each model of `evaluate` says about it: model -> name -> text."""
    found = {}
    for path, name in names_of_files(arguments.vectors).items():
        found[name] = about_file(path, arguments.format)
        for change in dict.fromkeys(arguments.post):
            found[f"{name}+{change}"] = found[name]
    return found


def about_file(path: str, name: str | None = None) -> dict[str, str]:
    """Return format, date and, if the file contains a model, how it was trained.

    Parameters
    ----------
    path : str
        Anything but a regular file is not read, since a pipe can be read only once.
    name : str, optional
        Of the format; guessed if omitted.
    """
    told = {"format": name or "", "file of": "", "trained": UNKNOWN, "settings": UNKNOWN}
    if not os.path.isfile(path):
        return told
    written = datetime.fromtimestamp(os.stat(path).st_mtime).astimezone()
    told["file of"] = written.strftime("%Y-%m-%d %H:%M")
    with contextlib.suppress(FormatError, OSError):  # evaluation works without the settings
        told["format"] = name or with_format(path, None)[1]
        if told["format"] == native.NAME:
            told |= told_settings(native.settings(path))
    return told


def told_settings(settings: Mapping[str, Any]) -> dict[str, str]:
    """Return the date and the settings of a training run as text.

    Examples
    --------
    >>> from ns2vec.cli.about import told_settings
    >>> told_settings({"sg": 1, "negative": 5, "hs": 0, "trained": "2026-11-29T12:14:37.41"})
    {'trained': '2026-11-29 12:14', 'settings': 'skip-gram, negative 5'}
    """
    parts = ["skip-gram" if settings["sg"] else "CBOW"] if "sg" in settings else []
    for name in TOLD:
        value = settings.get(name)
        if value is None or (name == "hs" and not value):
            continue
        shown = f"{value:.6g}" if isinstance(value, float) else str(value)
        parts.append(f"{name.replace('_', ' ')} {shown}" if name != "hs" else "hierarchical softmax")
    found = {}
    if settings.get("trained"):
        found["trained"] = str(settings["trained"])[:16].replace("T", " ")
    if parts:
        found["settings"] = ", ".join(parts)
    return found
