"""From the events of a run's observers to events of a ledger: the base of the ledger and of trackers."""

from __future__ import annotations

import inspect
import logging
import os
import platform
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ns2vec._build_info import build_info
from ns2vec._options import number, whole
from ns2vec._platform import n_processors, process_mark, resident_bytes
from ns2vec.ledger.events import VERSION, Event, plain
from ns2vec.sampling.report import closed_report
from ns2vec.training.guard import Guard
from ns2vec.training.loop import Tally
from ns2vec.training.observers import EpochTally, Observer
from ns2vec.training.run import Epochs, LoopRun

if TYPE_CHECKING:
    from ns2vec.training.run import Run

logger = logging.getLogger(__name__)

MOST_WARNINGS = 1000  # per run; text with an error in each line would fill the disk


class Recorder(Observer):
    """Makes events from a run and passes them to `take`, which subclasses implement.

    Parameters
    ----------
    interval : float
        Seconds between two ``interval`` events.
    n_words : int
        How many of the most frequent keys the ``vocabulary`` event lists.

    Examples
    --------
    >>> from ns2vec import Word2Vec
    >>> from ns2vec.ledger import Recorder
    >>> class Kinds(Recorder):
    ...     def begin(self, run):
    ...         self.kinds = []
    ...     def take(self, event):
    ...         self.kinds.append(event["kind"])
    ...     def look(self, run):
    ...         self.tell("warning", message="an interval is over")
    ...     def finish(self):
    ...         print(*self.kinds)
    >>> recorder = Kinds(interval=60.0)
    >>> model = Word2Vec([["a", "b"]] * 50, min_count=1, epochs=2, callbacks=[recorder])
    config environment vocabulary sampler epoch epoch end
    """

    may_change_corpus = False

    def __init__(self, interval: float = 1.0, n_words: int = 1000) -> None:
        self.interval = number("interval", interval, 0.0)
        self.n_words = whole("n_words", n_words)
        self.is_recording = False
        self._started = self._next_look = self._last_look = 0.0
        self._seen = Tally()
        self._n_rollbacks = self._scored_epoch = 0
        self._is_whole = False  # whether the last epoch has been trained
        self._outer_error: BaseException | None = None
        self._listener: WarningListener | None = None

    # ---- methods of subclasses ----

    def begin(self, run: Run) -> None:
        """Called before the first event of a run.

        Parameters
        ----------
        run : Run
            The run that is about to be trained.
        """

    def take(self, event: Event) -> None:
        """Store an event.

        Parameters
        ----------
        event : dict
            As JSON types, with ``v``, ``kind``, ``time`` and ``at``.
        """
        raise NotImplementedError

    def finish(self) -> None:
        """Called after the event ``end``."""

    def look(self, run: Run) -> None:
        """Called once per interval.

        Parameters
        ----------
        run : Run
            The current run.
        """

    # ---- events ----

    def tell(self, kind: str, **figures: Any) -> None:
        """Pass on an event; one that cannot be stored does not end training.

        Parameters
        ----------
        kind : str
            One of `KINDS`.
        **figures
            The event's fields: JSON types, and arrays.
        """
        if not self.is_recording:
            return
        event = {"v": VERSION, "kind": kind, "time": time.time(), "at": time.perf_counter() - self._started}
        try:
            self.take({**event, **plain(figures)})
        except Exception as error:
            self.is_recording = False
            logger.error("%s stops recording: %s; training continues", type(self).__name__, error)

    def on_begin(self, run: Run) -> None:
        """Record what is going to be trained, and where."""
        self._started = time.perf_counter()
        self.begin(run)
        self.is_recording, self._is_whole, self._n_rollbacks = True, False, 0
        self._scored_epoch = run.at.epoch
        self._outer_error = sys.exc_info()[1]
        self._listener = WarningListener(self)
        logging.getLogger("ns2vec").addHandler(self._listener)
        plan = {name: value for name, value in asdict(run.plan).items() if name != "words_done"}
        self.tell(
            "config", model=_kind_of(run), name=getattr(self, "name", None),
            settings=_or_empty(settings_of, run), plan=plan, epochs_done=run.at.epoch,
            interval_seconds=self.interval, **process(),
        )  # fmt: skip
        self.tell("environment", **environment())
        self.tell("vocabulary", sides=_or_empty(vocabulary_of, run, self.n_words) or [])
        if sampler := _or_empty(sampler_of, run):
            self.tell("sampler", **sampler)
        # not again in each epoch: epochs shorter than an interval would never be recorded
        self._next_look = time.perf_counter() + self.interval

    def on_epoch_begin(self, run: Run, tally: Tally) -> None:
        """Record what was measured after the previous epoch; count from here."""
        self._tell_scores(run)
        self._seen = replace(tally)
        self._last_look = time.perf_counter()

    def on_chunk(self, run: Run, tally: Tally) -> None:
        """Record the progress, once per interval."""
        now = time.perf_counter()
        if now < self._next_look:
            return
        before, self._seen = self._seen, replace(tally)
        n_words, n_trained = self._seen.n_words - before.n_words, self._seen.n_trained - before.n_trained
        loss = self._seen.loss - before.loss  # negative after the guard has rolled back an interval
        self.tell(
            "interval", epoch=run.epoch + 1,
            progress=run.plan.progress(run.epoch, self._seen.n_words, self._seen.n_sentences),
            n_words=self._seen.n_words, words_per_second=n_words / max(now - self._last_look, 1e-9),
            alpha=run.last_alpha, memory_bytes=resident_bytes(),
            loss=loss / n_trained if run.has_loss and n_trained and not loss < 0 else None,
        )  # fmt: skip
        self._last_look, self._next_look = now, now + self.interval
        self._tell_guard(run)
        self.look(run)

    def on_epoch(self, run: Run, done: EpochTally) -> None:
        """Record the results of an epoch."""
        self.tell(
            "epoch", epoch=run.epoch + 1, n_trained=done.n_trained, n_words=done.n_words,
            n_sentences=done.n_sentences, alpha=done.alpha, duration=done.seconds,
            words_per_second=done.n_words / max(done.seconds, 1e-9), memory_bytes=resident_bytes(),
            loss=done.loss / done.n_trained if run.has_loss and done.n_trained else None,
        )  # fmt: skip
        self._tell_guard(run)

    def on_saved(self, run: Run, path: str) -> None:
        """Record the path of a checkpoint; the last one is written after the end."""
        self.tell("checkpoint", path=os.path.abspath(path), epoch=run.at.epoch)

    def on_last_epoch(self, run: Run) -> None:
        """The run was not interrupted."""
        self._is_whole = True

    def on_end(self, run: Run) -> None:
        """Record how it ended."""
        if self._listener is None:
            return  # it never began
        logging.getLogger("ns2vec").removeHandler(self._listener)
        self._listener = None
        self._tell_scores(run)
        status, reason = self._outcome(run)
        self.tell(
            "end", status=status, reason=reason, epochs=run.at.epoch, n_trained=run.at.n_trained,
            n_words=run.at.n_words,
        )  # fmt: skip
        self.finish()

    def _outcome(self, run: Run) -> tuple[str, str | None]:
        """How a run ended, and why."""
        error = sys.exc_info()[1]
        if error is not None and error is not self._outer_error:
            if isinstance(error, KeyboardInterrupt):
                return "interrupted", None
            return "failed", f"{type(error).__name__}: {error}"
        if run.stop_reason is not None:
            return "stopped", run.stop_reason
        return ("finished" if self._is_whole else "stopped"), None

    def _tell_scores(self, run: Run) -> None:
        """Record what other observers have measured after the last epoch."""
        found = {name: value for observer in run.observers for name, value in observer.scores().items()}
        if found and run.at.epoch > self._scored_epoch:
            self._scored_epoch = run.at.epoch
            scores = {name: {"value": value} for name, value in found.items()}
            self.tell("evaluation", source="training", epoch=run.at.epoch, scores=scores)

    def _tell_guard(self, run: Run) -> None:
        """Record a rollback of the guard."""
        for guard in run.observers:
            if isinstance(guard, Guard) and guard.n_rollbacks != self._n_rollbacks:
                self._n_rollbacks = guard.n_rollbacks
                self.tell("guard", n_rollbacks=guard.n_rollbacks, rate_factor=guard.rate_factor)


class WarningListener(logging.Handler):
    """Passes on warnings of the training thread and its workers as events."""

    def __init__(self, recorder: Recorder) -> None:
        super().__init__(logging.WARNING)
        self.recorder = recorder
        self.thread = threading.get_ident()
        self.n_told = 0
        self.busy = False

    def emit(self, record: logging.LogRecord) -> None:
        """Record one."""
        self._stand_in(record)
        is_ours = record.thread == self.thread or (record.threadName or "").startswith("ns2vec-worker")
        if not is_ours or self.busy or self.n_told == MOST_WARNINGS:
            return
        self.n_told += 1
        self.busy = True  # an event that cannot be stored is logged
        try:
            self.recorder.tell(
                "warning", level=record.levelname, source=record.name, message=record.getMessage()
            )
        finally:
            self.busy = False

    def _stand_in(self, record: logging.LogRecord) -> None:
        """Write a warning to stderr, as Python does without handlers; this one does not count as one."""
        here = logging.getLogger("ns2vec")
        handlers = [*here.handlers, *logging.getLogger().handlers]
        others = [handler for handler in handlers if not isinstance(handler, WarningListener)]
        listeners = [handler for handler in handlers if isinstance(handler, WarningListener)]
        if not others and listeners[:1] == [self] and logging.lastResort is not None:
            logging.lastResort.handle(record)


# ---- information before training ---------------------------------------------------------------------


def _or_empty(describe: Callable[..., Any], *arguments: Any) -> Any:
    """The result of a function that describes a run; training goes on if it fails for a model."""
    try:
        return describe(*arguments)
    except Exception as error:
        logger.error("%s: %s; it is not recorded", describe.__name__, error)
        return {}


def _kind_of(run: Run) -> str:
    model = run.model
    return "EmbeddingCore" if model is None else str(getattr(model, "KIND", type(model).__name__))


def settings_of(run: Run) -> dict[str, Any]:
    """Return the options as JSON types: those of the core, then the model's own."""
    config = getattr(run, "config", None)
    found = {one.name: getattr(config, one.name) for one in fields(config)} if is_dataclass(config) else {}
    model = run.model
    constructors = [vars(kind)["__init__"] for kind in type(model).__mro__ if "__init__" in vars(kind)]
    names = {name for made in constructors for name in inspect.signature(made).parameters}
    found |= {name: vars(model)[name] for name in names if name in getattr(model, "__dict__", ())}
    return {name: plain(value) for name, value in sorted(found.items())}


def environment() -> dict[str, Any]:
    """Return the environment of the run: versions and machine."""
    found = build_info()
    return {
        "ns2vec": found["version"], "isa": found["isa"], "compiler": found["compiler"],
        "python": platform.python_version(), "numpy": np.__version__, "platform": platform.platform(),
        "processors": n_processors(), "host": platform.node(),
    }  # fmt: skip


def process() -> dict[str, Any]:
    """Return a mark that shows whether a run is still running; it is part of the first event."""
    number_of = os.getpid()
    return {"host": platform.node(), "process": number_of, "process_mark": process_mark(number_of)}


def sampler_of(run: Run) -> dict[str, Any]:
    """Return the sampler's name, and its breadth if that has a closed form; empty without a sampler."""
    core = getattr(run, "core", None)
    if core is None or not any(target.outputs == "sampled" for target in core.spec.targets):
        return {}
    return {"name": str(core.config.sampler), **closed_report(core.sampler())}


def vocabulary_of(run: Epochs, n_words: int) -> list[dict[str, Any]]:
    """Return the kinds of keys that are trained, with their number and the most frequent ones."""
    core = getattr(run, "core", None)
    if isinstance(run, LoopRun):
        return [_side(name, keys, counts, n_words) for name, (keys, counts) in run.sides.items()]
    if core is not None:
        units = {"inputs": core.inputs, "outputs": core.second, "tags": core.tags}
        stores = {name: one.wv for name, one in units.items() if one is not None}
    else:
        model = run.model
        stores = {name: getattr(model, name) for name in ("users", "items") if hasattr(model, name)}
    return [
        _side(name, store.index_to_key, store.expandos.get("count"), n_words)
        for name, store in stores.items()
    ]


def _side(name: str, keys: Any, counts: Any, n_words: int) -> dict[str, Any]:
    found: dict[str, Any] = {"name": name, "n_keys": len(keys), "total": None, "commonest": []}
    if counts is None or not len(counts):
        return found
    counts = np.asarray(counts)
    n_listed = min(n_words, len(counts))
    rows = np.argpartition(-counts, n_listed - 1)[:n_listed] if n_listed else np.zeros(0, dtype=np.int64)
    rows = rows[np.lexsort((rows, -counts[rows]))]
    listed = [[str(keys[row]), int(counts[row])] for row in rows.tolist()]
    return {**found, "total": int(counts.sum()), "commonest": listed}
