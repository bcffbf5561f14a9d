"""Reading ledgers: while they are written, after a crash, and those of later versions.

Lines that are not events are counted and left out; unknown kinds and fields are passed on. The amount
that is read at once is limited, for files of any size.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator

from ns2vec._typing import PathLike
from ns2vec.ledger.events import Event, ledger_path

BLOCK = 1 << 20
LONGEST = 1 << 26  # a longer line is not an event


def read_lines(path: str, offset: int = 0) -> Iterator[tuple[list[bytes], int]]:
    """Yield blocks of complete lines without their ends, each with the offset after it.

    A line is complete when its LF is there. An offset within a line is moved to the next line.
    """
    with open(path, "rb") as stream:
        rest = b""
        if offset > 0:
            stream.seek(offset - 1)
            rest = b"" if stream.read(1) == b"\n" else stream.readline()
            offset += len(rest)
            if rest and not rest.endswith(b"\n"):
                return
            rest = b""
        while block := stream.read(BLOCK):
            whole, lf, tail = (rest + block if rest else block).rpartition(b"\n")
            rest = tail
            if lf:
                offset += len(whole) + 1
                yield whole.split(b"\n"), offset
            elif len(rest) > LONGEST:
                return


def events_of(lines: list[bytes]) -> tuple[list[Event], int]:
    """Return the events of lines, and how many lines are not events."""
    # one array is parsed in half the time of as many lines; if that fails, parse line by line
    try:
        found = json.loads(b"[" + b",".join(lines) + b"]")
        if len(found) == len(lines) and all(type(event) is dict and "kind" in event for event in found):
            return found, 0
    except (ValueError, RecursionError):
        pass
    # a writer that found half a line of another one and wrote an LF after it leaves an empty line
    parsed = [_event_of(line) for line in lines if line]
    events = [event for event in parsed if event is not None]
    return events, len(parsed) - len(events)


def _event_of(line: bytes) -> Event | None:
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) and isinstance(event.get("kind"), str) else None


def read_events(run: PathLike, offset: int = 0) -> Iterator[Event]:
    """Yield the events of a ledger from a byte offset on.

    Parameters
    ----------
    run : path
        The run's folder, or its ``run.jsonl``.
    offset : int
        The offset from `read_since`, or 0 for all.

    Yields
    ------
    dict
        An event, possibly of a kind that this version does not know.

    Raises
    ------
    FileNotFoundError
        If there is no ledger.

    Examples
    --------
    >>> import tempfile
    >>> from ns2vec import Word2Vec
    >>> from ns2vec.ledger import RunLedger, read_events
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     ledger = RunLedger(folder)
    ...     model = Word2Vec([["a", "b"]] * 50, min_count=1, epochs=1, callbacks=[ledger])
    ...     kinds = [event["kind"] for event in read_events(ledger.folder)]
    >>> kinds[0], kinds[-1]
    ('config', 'end')
    """
    for lines, _ in read_lines(ledger_path(run), offset):
        yield from events_of(lines)[0]


def read_since(run: PathLike, offset: int = 0, limit: int = 10_000) -> tuple[list[tuple[int, Event]], int]:
    """Return what was written after an offset, without waiting.

    Parameters
    ----------
    run : path
        The run's folder, or its ``run.jsonl``.
    offset : int
        The end of the last call. An offset beyond the end of the file restarts at 0: the file is a new one.
    limit : int
        Maximum number of events; the next call continues after them.

    Returns
    -------
    events : list of (int, dict)
        Each with the offset after it, from which a reader can continue.
    offset : int
        Where to continue.

    Raises
    ------
    FileNotFoundError
        If there is no ledger.

    Examples
    --------
    >>> import tempfile
    >>> from ns2vec import Word2Vec
    >>> from ns2vec.ledger import RunLedger, read_since
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     ledger = RunLedger(folder)
    ...     model = Word2Vec([["a", "b"]] * 50, min_count=1, epochs=1, callbacks=[ledger])
    ...     first, offset = read_since(ledger.folder, limit=2)
    ...     then, offset = read_since(ledger.folder, offset)
    >>> [event["kind"] for _, event in first], then[-1][1]["kind"], then[-1][0] == offset
    (['config', 'environment'], 'end', True)
    """
    path = ledger_path(run)
    at = offset if 0 <= offset <= os.path.getsize(path) else 0
    found: list[tuple[int, Event]] = []
    for lines, end in read_lines(path, at):
        at = end - sum(map(len, lines)) - len(lines)
        for line in lines:
            at += len(line) + 1
            event = _event_of(line)
            if event is not None:
                found.append((at, event))
            if len(found) >= limit:
                return found, at
    return found, at


def head_and_tail(path: str, n_bytes: int = 1 << 18) -> tuple[list[Event], list[Event]]:
    """Return the first and the last events of a ledger; in a long file, those between are left out."""
    size = os.path.getsize(path)
    if size <= 2 * n_bytes:
        return [event for lines, _ in read_lines(path) for event in events_of(lines)[0]], []
    with open(path, "rb") as stream:
        head = stream.read(n_bytes).split(b"\n")[:-1]
        stream.seek(size - n_bytes)
        tail = stream.read(n_bytes).split(b"\n")[1:-1]
    return events_of(head)[0], events_of(tail)[0]
