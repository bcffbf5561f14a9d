"""Asking a run of another process to stop: a file next to its ledger, which the run checks for."""

from __future__ import annotations

import contextlib
import os

from ns2vec._typing import PathLike
from ns2vec.ledger.events import STOP, ledger_path


def _stop_path(run: PathLike) -> str:
    return os.path.join(os.path.dirname(ledger_path(run)), STOP)


def request_stop(run: PathLike) -> None:
    """Ask a run to stop after its current epoch; it keeps what it has learned, and writes its last
    checkpoint.

    Parameters
    ----------
    run : path
        The run's folder, or its ``run.jsonl``.

    Raises
    ------
    FileNotFoundError
        If there is no ledger.

    Examples
    --------
    >>> import tempfile
    >>> from ns2vec import Word2Vec
    >>> from ns2vec.ledger import RunLedger, open_run, request_stop
    >>> from ns2vec.training import Observer
    >>> class Hasty(Observer):
    ...     def on_epoch(self, run, done):
    ...         request_stop(ledger.folder)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     ledger = RunLedger(folder)
    ...     model = Word2Vec([["a", "b"]] * 50, min_count=1, epochs=9, callbacks=[ledger, Hasty()])
    ...     run = open_run(ledger.folder)
    >>> run.status, len(run.epochs)
    ('stopped', 1)
    """
    os.stat(ledger_path(run))
    with open(_stop_path(run), "ab"):
        pass


def stop_is_requested(run: PathLike) -> bool:
    """Whether a run has been asked to stop.

    Parameters
    ----------
    run : path
        The run's folder, or its ``run.jsonl``.

    Returns
    -------
    bool
        The request is withdrawn when the run ends.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from ns2vec.ledger import request_stop, stop_is_requested
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     Path(folder, "run.jsonl").touch()
    ...     before = stop_is_requested(folder)
    ...     request_stop(folder)
    ...     before, stop_is_requested(folder)
    (False, True)
    """
    return os.path.exists(_stop_path(run))


def forget_stop(run: PathLike) -> None:
    """Withdraw the request."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(_stop_path(run))
