"""Asking a run of another process to end: a file beside its ledger, which the run looks for."""

from __future__ import annotations

import contextlib
import os

from ns2vec._typing import PathLike
from ns2vec.ledger.events import STOP, ledger_path


def _stop_path(run: PathLike) -> str:
    return os.path.join(os.path.dirname(ledger_path(run)), STOP)


def request_stop(run: PathLike) -> None:
    """Ask a run to end after the epoch it is in; it keeps what it has learned, and takes its last checkpoint.

    Parameters
    ----------
    run : path
        The run's folder, or its ``run.jsonl``.

    Raises
    ------
    FileNotFoundError
        If there is no ledger.
    """
    os.stat(ledger_path(run))
    with open(_stop_path(run), "ab"):
        pass


def stop_is_requested(run: PathLike) -> bool:
    """Whether somebody has asked a run to end."""
    return os.path.exists(_stop_path(run))


def forget_stop(run: PathLike) -> None:
    """Take the request back."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(_stop_path(run))
