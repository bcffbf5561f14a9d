"""The contents of a ledger: events, one JSON object per line.

Grammar of a file ``runs/ID/run.jsonl``::

    ledger = *(event LF)              ; UTF-8, appended to and never rewritten
    event  = JSON object with v, kind, time, at

``v`` is the version of the schema (`schema`), ``kind`` one of `KINDS` or a name from a later version,
``time`` seconds since 1970 by the clock of the machine, ``at`` seconds since the start of the run. A number
that is not finite is written as ``"nan"``, ``"inf"`` or ``"-inf"``. A writer that is killed may leave a last
line without LF: it does not count. Whoever appends after it writes an LF first, so that the broken line is
separate.
"""

from __future__ import annotations

import json
import math
import os
import re
from importlib import resources
from typing import Any, TypeAlias

import numpy as np

from ns2vec._options import shown
from ns2vec._typing import PathLike
from ns2vec.exceptions import ConfigError

#: One line of a ledger.
Event: TypeAlias = dict[str, Any]

#: Version of the schema that this version of ns2vec writes.
VERSION = 1
FILE = "run.jsonl"
STOP = "stop"  # a file of this name next to the ledger asks the run to stop after its epoch
#: Kinds of events that this version writes, as in the schema.
KINDS = (
    "config", "environment", "vocabulary", "sampler", "interval", "epoch", "guard", "evaluation",
    "checkpoint", "warning", "stop_requested", "end",
)  # fmt: skip
RUN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
NOT_FINITE = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


def plain(value: Any) -> Any:
    """Return a value as JSON types: arrays as lists, numbers that are not finite as text, everything else as
    text.

    Examples
    --------
    >>> from ns2vec.ledger.events import plain
    >>> plain({"loss": float("nan"), "shape": (2, 3)})
    {'loss': 'nan', 'shape': [2, 3]}
    """
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, dict):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [plain(entry) for entry in value]
    return os.fspath(value) if isinstance(value, os.PathLike) else shown(value)


def number(value: Any) -> float:
    """Return a figure of an event as a float; NaN if there is none.

    Examples
    --------
    >>> from ns2vec.ledger.events import number
    >>> number("inf"), number(None), number(0.5)
    (inf, nan, 0.5)
    """
    if isinstance(value, int | float):
        return float(value)
    return NOT_FINITE.get(value, math.nan) if isinstance(value, str) else math.nan


def line_of(event: Event) -> bytes:
    """Return an event, in the form that `plain` returns, as one line."""
    text = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace") + b"\n"


def schema() -> dict[str, Any]:
    """Return the JSON Schema of an event.

    Returns
    -------
    dict

    Examples
    --------
    >>> from ns2vec.ledger import schema
    >>> schema()["properties"]["v"]
    {'const': 1}
    """
    text = resources.files("ns2vec.ledger").joinpath("schema.json").read_text("utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def checked_id(run_id: str) -> str:
    """Return the name of a run's folder.

    Raises
    ------
    ConfigError
        If it could be a path, or is not a valid file name.
    """
    if not RUN_ID.fullmatch(run_id):
        raise ConfigError(
            f"a run is named by up to 100 letters, digits, dots, dashes and underscores, got {shown(run_id)}"
        )
    return run_id


def ledger_path(run: PathLike) -> str:
    """Return the path of a run's ledger: the file itself, or that in the folder of the run."""
    path = os.fspath(run)
    return os.path.join(path, FILE) if os.path.isdir(path) else path
