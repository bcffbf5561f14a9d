"""Checkpoints: the position of a training run, and the folder that keeps the latest ones.

A checkpoint is a model in ns2vec's own format (`ns2vec.formats.native`), which `Word2Vec.load` and
``ns2vec info`` read like any other, with one more attribute: the plan of the `train` call, the position in it
and a description of the text. Files are named ``checkpoint-00000001.ns2v`` and so on and replace nothing; the
last two are kept.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from typing import Any
from zlib import crc32

import numpy as np

from ns2vec._options import shown, whole
from ns2vec._typing import PathLike
from ns2vec.exceptions import ConfigError, CorpusError, FormatError
from ns2vec.formats import native
from ns2vec.formats.atomic import check_writable, remove_stale
from ns2vec.formats.state import ModelState
from ns2vec.training.loop import Tally
from ns2vec.training.observers import Observer

logger = logging.getLogger(__name__)

ATTRIBUTE = "checkpoint_state"  # of the model in the file
KEEP = 2
NAME = re.compile(r"checkpoint-(\d{8,12})\.ns2v")
DEFAULT_INTERVAL = "10min"
UNITS = {"s": 1.0, "min": 60.0, "h": 3600.0}


# ---- when --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Interval:
    """Between two checkpoints: seconds, or whole epochs."""

    seconds: float | None = None
    epochs: int | None = None


def parse_interval(value: Any) -> Interval:
    """Read ``checkpoint_every``: a number of epochs, or a time such as "10min".

    Raises
    ------
    ConfigError
        If it is neither.

    Examples
    --------
    >>> from ns2vec.training.checkpoints import parse_interval
    >>> parse_interval("10min"), parse_interval(2)
    (Interval(seconds=600.0, epochs=None), Interval(seconds=None, epochs=2))
    """
    text = DEFAULT_INTERVAL if value is None else value
    found = re.fullmatch(r"(\d+(?:\.\d+)?) ?(s|min|h)", text) if isinstance(text, str) else None
    if found:
        return Interval(seconds=float(found[1]) * UNITS[found[2]])
    n_epochs = int(text) if isinstance(text, str) and text.isdecimal() else text
    with contextlib.suppress(ConfigError):
        if not isinstance(n_epochs, bool | np.bool_):
            return Interval(epochs=whole("checkpoint_every", n_epochs, 1))
    raise ConfigError(
        "checkpoint_every must be a number of epochs of at least 1, or a time such as '30s', '10min' or "
        f"'2h', got {shown(value)}"
    )


# ---- where -------------------------------------------------------------------------------------------


@dataclass
class Position:
    """The position in a `train` call: whole epochs, and chunks of the next one.

    Attributes
    ----------
    epoch : int
        Whole epochs.
    chunks : Tally
        The progress of the next one; ``n_jobs`` chunks.
    text_mark : int
        CRC-32 of the rows in these chunks.
    first_mark : int or None
        The same for the first chunk of an epoch; None before the first.
    n_trained, n_words : int
        In the whole epochs.
    seconds, last_alpha : float
    is_finished : bool
    guard : dict
        State of the guard, if there is one: rate_factor, n_rollbacks, good_loss.
    """

    epoch: int = 0
    chunks: Tally = field(default_factory=Tally)
    text_mark: int = 0
    first_mark: int | None = None
    n_trained: int = 0
    n_words: int = 0
    seconds: float = 0.0
    last_alpha: float = 0.0
    is_finished: bool = False
    guard: dict[str, Any] = field(default_factory=dict)

    def to_plain(self) -> dict[str, Any]:
        """Return it as JSON types."""
        return asdict(self)

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> Position:
        """Make it from the result of `to_plain`."""
        return cls(**{**plain, "chunks": Tally(**plain["chunks"])})

    def next_epoch(self, n_trained: int, n_words: int) -> None:
        """Count one more whole epoch."""
        self.epoch += 1
        self.n_trained += n_trained
        self.n_words += n_words
        self.chunks, self.text_mark = Tally(), 0


def mark_of(job: Any, before: int = 0) -> int:
    """CRC-32 of the rows of a chunk, continuing from `before`.

    A job whose examples change with each epoch is marked by their source and its place; a batch of a
    custom class by its place.
    """
    if hasattr(job, "rows"):
        return crc32(np.ascontiguousarray(job.rows()).view(np.uint8).data, before)
    if hasattr(job, "mark"):
        return crc32(f"{job.mark} {job.index} {job.n_sentences};".encode(), before)
    return crc32(f"{job.n_sentences} {job.words_before} {job.sentences_before};".encode(), before)


class Saver(Observer):
    """Pauses a run when a checkpoint is due, and begins where one was written.

    Parameters
    ----------
    interval : Interval
    write : callable
        ``write(position, network)`` writes the file and returns its path, or None if it could
        not be written; called while no worker runs. The network is that of the current epoch, or None.
    position : Position
        The start; updated during the run.
    strict : bool
        Refuse text that differs from that of the checkpoint.
    """

    may_change_corpus = False

    def __init__(
        self,
        interval: Interval,
        write: Callable[[Position, Any], str | None],
        position: Position,
        *,
        strict: bool = True,
    ) -> None:
        self.interval = interval
        self.write = write
        self.position = position
        self.strict = strict
        # chunks handed out in this epoch, and their mark: one value, which an interrupt cannot split
        self.handed = (0, 0)
        self.expected_first = position.first_mark
        self.last = time.monotonic()
        self.saved_epochs = -1  # whole epochs at the last checkpoint between two epochs

    def on_epoch_begin(self, run: Any, tally: Tally) -> None:
        """Begin an epoch, of which nothing has been handed out."""
        self.handed = (0, 0)

    def watched(self, jobs: Iterator[Any]) -> Iterator[Any]:
        """Pass on the jobs that were not trained before the checkpoint, and compute the mark of the text.

        Raises
        ------
        CorpusError
            If the text ends too early, or (when strict) is different.
        """
        at = self.position
        n_done, expected = at.chunks.n_jobs, at.text_mark
        for job in jobs:
            n_before, mark_before = self.handed
            mark = mark_of(job, mark_before)
            if n_before == 0:
                self.check_first(mark)
            n_handed = n_before + 1
            self.handed = (n_handed, mark)
            if n_handed > n_done:
                yield job
            elif n_handed == n_done and mark != expected:
                self.complain(f"the first {n_done} chunks of this epoch are not those of the checkpoint")
        if self.handed[0] < n_done:
            raise CorpusError(
                f"the corpus ends after {self.handed[0]} chunks, but {n_done} were trained before the "
                "checkpoint: give the text that the run started with"
            )
        if self.expected_first is not None:
            raise CorpusError("the corpus has no sentence: give the text that the run started with")

    def check_first(self, mark: int) -> None:
        """Compare the first chunk of the first epoch with that of the checkpoint."""
        expected, self.expected_first = self.expected_first, None
        if expected is not None and mark != expected:
            self.complain("its first sentences are others")
        self.position.first_mark = mark

    def complain(self, what: str) -> None:
        """Refuse text that has changed, or warn."""
        message = f"this is not the corpus of the checkpoint: {what}"
        if self.strict:
            raise CorpusError(
                f"{message}; give the same text, or pass strict=False (--accept-corpus) if it may differ"
            )
        logger.warning("%s", message)

    def is_due(self) -> bool:
        """Whether a checkpoint is due, by the clock."""
        return self.interval.seconds is not None and time.monotonic() - self.last >= self.interval.seconds

    def pieces(self, run: Any, jobs: Iterator[Any]) -> Iterator[Iterator[Any]]:
        """Split the jobs where a checkpoint is due; each piece has to be used up before the next."""
        for first in jobs:
            yield self.until_due(first, jobs)

    def until_due(self, first: Any, jobs: Iterator[Any]) -> Iterator[Any]:
        """Yield a job and those after it until a checkpoint is due."""
        yield first
        while not self.is_due():
            try:
                yield next(jobs)
            except StopIteration:
                return

    def is_idle(self, tally: Tally) -> bool:
        """Whether all that was handed out has been trained, so that the weights belong to a position."""
        return tally.is_settled and tally.n_jobs == max(self.handed[0], self.position.chunks.n_jobs)

    def on_checkpoint(self, run: Any, tally: Tally) -> None:
        """Write a checkpoint within an epoch if one is due."""
        if self.is_due():
            self.save(run, tally)

    def on_interrupt(self, run: Any, tally: Tally | None) -> None:
        """Write one more, unless the weights are between two positions."""
        if tally is None and self.saved_epochs != self.position.epoch:
            self.save(run)
        elif tally is not None and self.is_idle(tally):
            run.settle(tally)
            if self.is_idle(tally):
                self.save(run, tally)

    def on_epoch(self, run: Any, done: Any) -> None:
        """Write a checkpoint between two epochs if one is due; the last epoch has its own."""
        every = self.interval.epochs
        if not run.is_last_epoch and (self.is_due() or (every and self.position.epoch % every == 0)):
            self.save(run)

    def finish(self, run: Any) -> None:
        """Write the last checkpoint, that of the finished run."""
        self.position.is_finished = True
        self.save(run)

    def save(self, run: Any, tally: Tally | None = None) -> None:
        """Write a checkpoint; `tally` is the progress of the current epoch.

        A signal during writing does not lose it: it is written once more before the signal takes effect.
        """
        at = self.position
        for observer in run.observers:
            at.guard.update(observer.state())
        if tally is not None:
            at.chunks = replace(tally)
            # without a tally, both keep their values: a chunk may be handed out and not trained
            n_handed, mark = self.handed
            if n_handed >= tally.n_jobs:
                at.text_mark = mark
        try:
            path = self.write(at, run.network)
        except KeyboardInterrupt:
            self.write(at, run.network)
            raise
        finally:
            self.last = time.monotonic()
            self.saved_epochs = at.epoch if tally is None else -1
        if path is not None:
            run.tell("on_saved", path)


# ---- files -------------------------------------------------------------------------------------------


def number_of(name: str) -> int:
    """Return the number in a checkpoint's file name."""
    return int(name.removeprefix("checkpoint-").removesuffix(".ns2v"))


class CheckpointFolder:
    """The folder for the checkpoints of one run.

    Parameters
    ----------
    path : path
        Created when the first checkpoint is written, or by `prepare`.
    """

    def __init__(self, path: PathLike) -> None:
        self.path = os.fspath(path)

    def files(self) -> list[str]:
        """Return the names of its checkpoints, oldest first."""
        try:
            found = os.listdir(self.path)
        except FileNotFoundError:
            return []
        return sorted((name for name in found if NAME.fullmatch(name)), key=number_of)

    def prepare(self) -> None:
        """Create the folder, and find out now whether it is writable.

        Raises
        ------
        OSError
            If it is not.
        ConfigError
            If it holds checkpoints of another run.
        """
        if self.files():
            raise ConfigError(
                f"{self.path} already holds checkpoints: continue with the model's resume (on the command "
                "line: --resume), or name another folder to start again"
            )
        os.makedirs(self.path, exist_ok=True)
        check_writable(self.next_path())

    def write(self, state: ModelState) -> str:
        """Write one more checkpoint and delete old ones; return its path.

        Raises
        ------
        OSError
            If it cannot be written; existing ones are kept.
        """
        names, path = self.files(), self.next_path()
        native.write_state(path, state)
        for name in names[: 1 - KEEP]:
            os.unlink(os.path.join(self.path, name))
        return path

    def next_path(self) -> str:
        """Return the path of the next checkpoint."""
        names = self.files()
        number = number_of(names[-1]) + 1 if names else 1
        return os.path.join(self.path, f"checkpoint-{number:08d}.ns2v")

    def read(self) -> tuple[str, ModelState]:
        """Return the path and content of the newest checkpoint that can be read.

        Raises
        ------
        FileNotFoundError
            If there is none.
        FormatError
            If none can be read.
        """
        remove_stale(self.next_path())
        damage = ""
        for name in reversed(self.files()):
            path = os.path.join(self.path, name)
            try:
                state = native.read_state(path)
                if not isinstance(state.attributes.get(ATTRIBUTE), dict):
                    raise FormatError(f"{path}: a model, but not a checkpoint")
                return path, state
            except FormatError as error:
                logger.warning("%s; trying the checkpoint before it", error)
                damage = str(error)
        if damage:
            raise FormatError(f"no checkpoint in {self.path} can be read: {damage}")
        raise FileNotFoundError(
            errno.ENOENT, "no checkpoint in this folder: check the path, or start without resuming", self.path
        )
