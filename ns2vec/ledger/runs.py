"""Access to ledgers: a run, the runs of a folder, a run that is still running."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator

from ns2vec._typing import PathLike
from ns2vec.exceptions import ConfigError, FormatError
from ns2vec.ledger.events import FILE, VERSION, Event, checked_id, ledger_path, number
from ns2vec.ledger.reading import events_of, head_and_tail, read_lines, read_since
from ns2vec.ledger.run_record import RunRecord

TAIL = 8  # lines at the end of a block that are always read, in their order
INTERVAL_BYTES = 200  # of an interval event, about


def open_run(run: PathLike, *, most: int | None = 20_000) -> RunRecord:
    """Read a ledger, finished or not.

    Parameters
    ----------
    run : path
        The run's folder, or its ``run.jsonl``.
    most : int, optional
        About this many ``interval`` events are read, every n-th of a longer run; None: all, which takes more
        time and memory. Events of other kinds are all read.

    Returns
    -------
    RunRecord

    Raises
    ------
    FileNotFoundError
        If there is no ledger.
    FormatError
        If the file contains no event.

    Examples
    --------
    >>> import tempfile
    >>> from ns2vec import Word2Vec
    >>> from ns2vec.ledger import RunLedger, open_run
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     ledger = RunLedger(folder, name="first try")
    ...     model = Word2Vec([["a", "b"]] * 50, min_count=1, epochs=2, callbacks=[ledger])
    ...     run = open_run(ledger.folder)
    >>> run.status, run.config["name"], [event["n_words"] for event in run.epochs]
    ('finished', 'first try', [100, 100])
    """
    made = _empty(run)
    made.step = 1 if most is None else max(1, os.path.getsize(made.path) // (INTERVAL_BYTES * max(most, 1)))
    for lines, offset in read_lines(made.path):
        wanted, n_skipped = (lines, 0) if made.step == 1 else sifted(lines, made.step)
        events, n_unreadable = events_of(wanted)
        made.offset = offset
        made.n_unreadable += n_unreadable
        made.n_events += n_skipped
        made.take(events)
    if made.n_unreadable and not made.n_events:
        raise FormatError(f"{made.path}: expected a JSON object with a kind in each line, found none")
    return made


def sifted(lines: list[bytes], step: int) -> tuple[list[bytes], int]:
    """Leave out intervals except about every n-th and the last one; return also how many were left out."""
    start = b'{"v":%d,"kind":"interval"' % VERSION  # as the writer writes it
    head, tail = lines[:-TAIL], lines[-TAIL:]
    others = [line for line in head if not line.startswith(start)]
    intervals = [line for line in head[::step] if line.startswith(start)]
    kept = [*others, *intervals, *tail]
    return kept, len(lines) - len(kept)


def _empty(run: PathLike) -> RunRecord:
    path = os.path.abspath(ledger_path(run))
    return RunRecord(os.path.basename(os.path.dirname(path)), path)


def glance(run: PathLike) -> RunRecord:
    """Read the beginning and the end of a ledger: enough for a list, whatever its length."""
    made = _empty(run)
    for events in head_and_tail(made.path):
        made.take(events)
    return made


def run_folder(directory: PathLike, run_id: str) -> str:
    """Return the folder of a run.

    Parameters
    ----------
    directory : path
        Folder with the folders of runs.
    run_id : str
        Name of the run's folder.

    Returns
    -------
    str

    Raises
    ------
    ConfigError
        If the name could be a path.
    FileNotFoundError
        If there is no such run.

    Examples
    --------
    >>> import tempfile
    >>> from ns2vec import Word2Vec
    >>> from ns2vec.ledger import RunLedger, run_folder
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     ledger = RunLedger(folder, run_id="first")
    ...     model = Word2Vec([["a", "b"]] * 50, min_count=1, epochs=1, callbacks=[ledger])
    ...     run_folder(folder, "first") == ledger.folder
    True
    """
    folder = os.path.join(os.fsdecode(directory), checked_id(run_id))
    os.stat(os.path.join(folder, FILE))
    return folder


def list_runs(directory: PathLike) -> list[RunRecord]:
    """Return the runs of a folder, the newest first: of long ledgers, only the beginning and the end are
    read.

    Parameters
    ----------
    directory : path
        Folder with the folders of runs; other contents are ignored.

    Returns
    -------
    list of RunRecord

    Raises
    ------
    FileNotFoundError
        If there is no such folder.

    Examples
    --------
    >>> import tempfile
    >>> from ns2vec import Word2Vec
    >>> from ns2vec.ledger import RunLedger, list_runs
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     ledger = RunLedger(folder, run_id="first")
    ...     model = Word2Vec([["a", "b"]] * 50, min_count=1, epochs=1, callbacks=[ledger])
    ...     [(run.id, run.status) for run in list_runs(folder)]
    [('first', 'finished')]
    """
    found = []
    for entry in os.scandir(directory):
        with contextlib.suppress(OSError, ConfigError):
            found.append(glance(run_folder(directory, entry.name)))
    return sorted(found, key=lambda run: (number(run.config.get("time", 0.0)), run.id), reverse=True)


def follow(
    run: PathLike, offset: int = 0, *, pause: float = 0.5, seconds: float | None = None
) -> Iterator[tuple[int, Event]]:
    """Yield a run's events as they are written, until it is over.

    Parameters
    ----------
    run : path
        The run's folder, or its ``run.jsonl``.
    offset : int
        After the last event that was seen; 0 for all.
    pause : float
        Seconds between two reads.
    seconds : float, optional
        How long to wait for the end; None: for ever.

    Yields
    ------
    offset : int
        After the event.
    event : dict

    Raises
    ------
    FileNotFoundError
        If there is no ledger.

    Examples
    --------
    >>> import tempfile
    >>> from ns2vec import Word2Vec
    >>> from ns2vec.ledger import RunLedger, follow
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     ledger = RunLedger(folder)
    ...     model = Word2Vec([["a", "b"]] * 50, min_count=1, epochs=1, callbacks=[ledger])
    ...     kinds = [event["kind"] for offset, event in follow(ledger.folder)]
    >>> kinds[0], kinds[-1]
    ('config', 'end')
    """
    until = None if seconds is None else time.monotonic() + seconds
    while True:
        is_over = glance(run).status != "running"  # checked first, so that events after it are still read
        events, offset = read_since(run, offset)
        yield from events
        if not events and (is_over or (until is not None and time.monotonic() >= until)):
            return
        if not events:
            time.sleep(pause)
