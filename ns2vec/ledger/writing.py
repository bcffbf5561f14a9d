"""The observer that writes a ledger, and appending to a ledger."""

from __future__ import annotations

import os
import secrets
import threading
import time
from typing import Any

from ns2vec._options import shown
from ns2vec._typing import PathLike
from ns2vec.exceptions import ConfigError, StopTraining
from ns2vec.ledger.control import forget_stop, stop_is_requested
from ns2vec.ledger.events import FILE, KINDS, VERSION, Event, checked_id, ledger_path, line_of, plain
from ns2vec.ledger.recording import Recorder

APPEND = os.O_RDWR | os.O_APPEND | getattr(os, "O_BINARY", 0)


class Appender:
    """Appends events to a file, each with one system call, from any thread.

    Parameters
    ----------
    path : str
    is_new : bool
        Create the file; it must not exist.
    """

    def __init__(self, path: str, *, is_new: bool = False) -> None:
        self.path = path
        self.lock = threading.Lock()
        self.descriptor = os.open(path, APPEND | (os.O_CREAT | os.O_EXCL if is_new else 0), 0o644)
        self.is_torn = self._ends_torn()

    def _ends_torn(self) -> bool:
        n_bytes = os.lseek(self.descriptor, 0, os.SEEK_END)
        if not n_bytes:
            return False
        os.lseek(self.descriptor, -1, os.SEEK_END)
        return os.read(self.descriptor, 1) != b"\n"

    def append(self, event: Event) -> None:
        """Write one line."""
        line = line_of(event)
        with self.lock:
            if self.is_torn:
                line = b"\n" + line
            self.is_torn = True
            if os.write(self.descriptor, line) < len(line):
                raise OSError(f"{self.path}: the disk is full")
            self.is_torn = False

    def close(self) -> None:
        """Close the file."""
        with self.lock:
            descriptor, self.descriptor = self.descriptor, -1
            if descriptor >= 0:
                os.close(descriptor)


def append_event(run: PathLike, kind: str, **fields: Any) -> None:
    """Add an event to a ledger, such as scores measured after training.

    Parameters
    ----------
    run : path
        The run's folder, or its ``run.jsonl``.
    kind : str
        One of `KINDS`.
    **fields
        JSON types, and arrays.

    Raises
    ------
    ConfigError
        If there is no such kind.
    FileNotFoundError
        If there is no ledger.

    Examples
    --------
    >>> import tempfile
    >>> from ns2vec import Word2Vec
    >>> from ns2vec.ledger import RunLedger, append_event, open_run
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     ledger = RunLedger(folder)
    ...     model = Word2Vec([["a", "b"]] * 50, min_count=1, epochs=1, callbacks=[ledger])
    ...     append_event(ledger.folder, "evaluation", source="mine", scores={"pairs": {"value": 0.5}})
    ...     open_run(ledger.folder).evaluations[0]["source"]
    'mine'
    """
    if kind not in KINDS:
        raise ConfigError(f"there is no kind of event {shown(kind)}: expected one of {', '.join(KINDS)}")
    made = Appender(ledger_path(run))
    try:
        made.append({"v": VERSION, "kind": kind, "time": time.time(), "at": None, **plain(fields)})
    finally:
        made.close()


class RunLedger(Recorder):
    """Writes ``DIRECTORY/ID/run.jsonl`` while a model is trained; each training call is a separate run.

    Pass it to any model as a callback: to `Word2Vec` and its family in the constructor or in `train`, to the
    others in `fit`. It watches and changes nothing: vectors are the same to the byte. If a stop has been
    requested (`request_stop`), it ends training after the epoch.

    Parameters
    ----------
    directory : path
        Folder for the folders of runs; made when the first run begins.
    name : str, optional
        A name for people; it need not be unique.
    run_id : str, optional
        Name of the run's folder; by default made from the time and the kind of model.
    interval : float
        Seconds between two ``interval`` events.
    n_words : int
        How many of the most common words the ``vocabulary`` event lists.

    Attributes
    ----------
    run_id : str or None
        Name of the current run, or of the last one.
    folder : str or None
        Its folder.

    Raises
    ------
    ConfigError
        If an option has a value that cannot work, or there already is a run of that name.
    OSError
        If the folder cannot be made. Once a run has begun, a full disk ends the ledger but not training.

    Examples
    --------
    >>> import tempfile
    >>> from ns2vec import Word2Vec
    >>> from ns2vec.ledger import RunLedger, open_run
    >>> sentences = [["the", "cat", "sat"], ["the", "dog", "sat"]] * 50
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     ledger = RunLedger(folder, name="first try")
    ...     model = Word2Vec(sentences, min_count=1, epochs=3, compute_loss=True, callbacks=[ledger])
    ...     run = open_run(ledger.folder)
    >>> run.status, len(run.epochs), run.config["settings"]["negative"]
    ('finished', 3, 5)
    """

    def __init__(
        self, directory: PathLike = "runs", *, name: str | None = None, run_id: str | None = None,
        interval: float = 1.0, n_words: int = 1000,
    ) -> None:  # fmt: skip
        super().__init__(interval, n_words)
        self.directory = os.fsdecode(directory)
        self.name = name
        self.wanted_id = None if run_id is None else checked_id(run_id)
        self.run_id: str | None = None
        self.folder: str | None = None
        self.file: Appender | None = None
        self.is_told = False

    def begin(self, run: Any) -> None:
        """Create the folder of a run."""
        kind = type(run).__name__ if run.model is None else type(run.model).__name__
        stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
        run_id = self.wanted_id or f"{stamp}-{kind.lower()}-{secrets.token_hex(2)}"
        folder = os.path.join(self.directory, run_id)
        os.makedirs(self.directory, exist_ok=True)
        try:
            os.mkdir(folder)
        except FileExistsError:
            raise ConfigError(
                f"{folder} already exists: each run has its own folder, so choose another run_id"
            ) from None
        self.file = Appender(os.path.join(folder, FILE), is_new=True)
        self.run_id, self.folder, self.is_told = run_id, folder, False

    def take(self, event: Event) -> None:
        """Append an event; for events after the end, such as checkpoints, the file is opened again."""
        if self.file is not None:
            self.file.append(event)
        elif self.folder is not None:
            made = Appender(ledger_path(self.folder))
            try:
                made.append(event)
            finally:
                made.close()

    def finish(self) -> None:
        """Close the file; a request to stop has been handled by now."""
        if self.file is not None:
            self.file.close()
            self.file = None
        if self.folder is not None:
            forget_stop(self.folder)

    def look(self, run: Any) -> None:
        """Stop if the run was asked to."""
        if self.folder is not None and not self.is_told and stop_is_requested(self.folder):
            self.is_told = True
            self.tell("stop_requested", epoch=run.epoch + 1)

    def on_epoch_begin(self, run: Any, tally: Any) -> None:
        """Stop here if a request came during the last epoch: all other observers have seen its end."""
        super().on_epoch_begin(run, tally)
        self.look(run)
        if self.is_told:
            raise StopTraining("the run was asked to stop")
