"""A run as recorded in its ledger: its events, and what follows from them."""

from __future__ import annotations

import contextlib
import os
import platform
import time
from array import array
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ns2vec._options import shown
from ns2vec._platform import knows_processes, process_mark
from ns2vec._typing import Float64Array
from ns2vec.exceptions import ConfigError
from ns2vec.ledger.control import stop_is_requested
from ns2vec.ledger.events import Event, number

SERIES = ("at", "epoch", "progress", "n_words", "words_per_second", "alpha", "loss", "memory_bytes")
LISTS = {
    "epoch": "epochs", "evaluation": "evaluations", "warning": "warnings", "checkpoint": "checkpoints",
    "guard": "guards",
}  # fmt: skip
PROGRESS = ("interval", "epoch")
SINGLE = ("config", "environment", "sampler", "end")
MOST = 10_000  # events of each kind that are kept: the last ones
PATIENCE = 60.0  # seconds, and ten intervals, after which a run of another machine counts as lost


def last_ones() -> deque[Event]:
    """Return an empty list that keeps the last events."""
    return deque(maxlen=MOST)


@dataclass
class RunRecord:
    """A run, as recorded in its ledger.

    Attributes
    ----------
    id, path : str
        Name of its folder, and its ledger.
    config, environment, sampler, end : dict
        The last event of each kind; empty if there is none.
    vocabulary : list of dict
        Kinds of keys, with ``name``, ``n_keys``, ``total`` and ``commonest``.
    epochs, evaluations, warnings, checkpoints, guards : sequence of dict
        The last ten thousand of each.
    last : dict
        The last ``interval`` or ``epoch`` event.
    n_events, n_unreadable : int
        Number of events, and of lines that are not events.
    offset : int
        Offset at which `read_since` continues.
    step : int
        One in this many interval events was read.
    other_kinds : Counter
        Number of events of each kind that this version does not know.
    columns : dict of str to array
        Figures of the ``interval`` events; `series` returns them.

    Examples
    --------
    >>> import tempfile
    >>> from ns2vec import Word2Vec
    >>> from ns2vec.ledger import RunLedger, open_run
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     ledger = RunLedger(folder, interval=60.0)
    ...     model = Word2Vec([["a", "b"]] * 50, min_count=1, epochs=3, callbacks=[ledger])
    ...     run = open_run(ledger.folder)
    >>> run.summary()["model"], run.summary()["epochs"], run.series("n_words")[1].tolist()
    ('Word2Vec', 3, [100.0, 100.0, 100.0])
    >>> run.take([{"kind": "evaluation", "scores": {"pairs": {"value": 0.5}}}])
    >>> run.scores()
    {'pairs': {'value': 0.5}}
    """

    id: str
    path: str
    config: Event = field(default_factory=dict)
    environment: Event = field(default_factory=dict)
    sampler: Event = field(default_factory=dict)
    end: Event = field(default_factory=dict)
    vocabulary: list[dict[str, Any]] = field(default_factory=list)
    epochs: deque[Event] = field(default_factory=last_ones)
    evaluations: deque[Event] = field(default_factory=last_ones)
    warnings: deque[Event] = field(default_factory=last_ones)
    checkpoints: deque[Event] = field(default_factory=last_ones)
    guards: deque[Event] = field(default_factory=last_ones)
    last: Event = field(default_factory=dict)
    n_events: int = 0
    n_unreadable: int = 0
    offset: int = 0
    step: int = 1
    other_kinds: Counter[str] = field(default_factory=Counter)
    columns: dict[str, array[float]] = field(
        default_factory=lambda: {name: array("d") for name in SERIES}, repr=False
    )

    # ---- adding events ----

    def take(self, events: list[Event]) -> None:
        """Add further events.

        Parameters
        ----------
        events : list of dict
            In the order of the ledger, after those that were added before.
        """
        intervals = [event for event in events if event["kind"] == "interval"]
        if intervals:
            for name, column in self.columns.items():
                column.extend(_figures([event.get(name) for event in intervals]))
        self.last = next((event for event in reversed(events) if event["kind"] in PROGRESS), self.last)
        self.n_events += len(events)
        if len(intervals) < len(events):
            for event in events:
                if event["kind"] != "interval":
                    self._take_one(event)

    def _take_one(self, event: Event) -> None:
        kind = event["kind"]
        if kind in SINGLE:
            setattr(self, kind, event)
        elif kind in LISTS:
            getattr(self, LISTS[kind]).append(event)
        elif kind == "vocabulary":
            sides = event.get("sides")
            self.vocabulary = [side for side in sides if isinstance(side, dict)] if sides else []
        elif kind != "stop_requested":
            self.other_kinds[kind] += 1

    # ---- results ----

    @property
    def status(self) -> str:
        """``finished``, ``stopped``, ``interrupted``, ``failed``; ``running``, or ``lost`` without an end."""
        if self.end:
            return str(self.end.get("status", "finished"))
        process, mark = self.config.get("process"), self.config.get("process_mark")
        if (
            mark
            and isinstance(process, int)
            and self.config.get("host") == platform.node()
            and knows_processes()
        ):
            return "running" if process_mark(process) == mark else "lost"
        pause = number(self.config.get("interval_seconds"))
        patience = PATIENCE + (10 * pause if pause > 0 else 0.0)
        with contextlib.suppress(OSError):
            if time.time() - os.path.getmtime(self.path) < patience:
                return "running"
        return "lost"

    @property
    def stop_is_requested(self) -> bool:
        """Whether it has been asked to stop after its epoch."""
        return stop_is_requested(self.path)

    def series(self, name: str, most: int | None = None) -> tuple[Float64Array, Float64Array]:
        """Return a figure over the seconds since the start of the run.

        Parameters
        ----------
        name : str
            ``"loss"``, ``"words_per_second"``, ``"alpha"``, ``"memory_bytes"``, ``"progress"``...
        most : int, optional
            Maximum number of points: means of neighbours, NaN left out. None: all.

        Returns
        -------
        at, values : ndarray of shape (n,), float64
            For the intervals, or for the epochs if the run was over before the first interval.

        Raises
        ------
        ConfigError
            If there is no such figure.
        """
        if name not in SERIES:
            raise ConfigError(f"there is no series {shown(name)}: expected one of {', '.join(SERIES)}")
        if self.columns["at"]:
            at, values = np.array(self.columns["at"]), np.array(self.columns[name])
        else:
            at = np.array([number(event.get("at")) for event in self.epochs])
            values = np.array([number(event.get(name)) for event in self.epochs])
        return (at, values) if most is None else thinned(at, values, most)

    def summary(self) -> dict[str, Any]:
        """Return the summary for a list of runs, as JSON types: unknown figures are None."""
        last, plan = self.last, self.config.get("plan")
        epochs = plan.get("epochs") if isinstance(plan, dict) else None
        losses = [number(event.get("loss")) for event in self.epochs]
        rates = [number(event.get("words_per_second")) for event in self.epochs]
        rate = float(np.mean(rates)) if rates else number(last.get("words_per_second"))
        seconds = self.end.get("at", last.get("at"))
        return {
            "id": self.id, "name": self.config.get("name"), "model": self.config.get("model"),
            "status": self.status, "reason": self.end.get("reason"), "started": self.config.get("time"),
            "seconds": seconds, "epochs": self.epochs_trained, "planned_epochs": epochs,
            "progress": self._progress(epochs),
            "loss": _known(losses[-1] if losses else number(last.get("loss"))),
            "words_per_second": _known(rate),
            "memory_bytes": last.get("memory_bytes"),
            "n_keys": sum(side.get("n_keys", 0) for side in self.vocabulary) or None,
            "scores": self.scores(), "n_warnings": len(self.warnings),
            "stop_requested": self.stop_is_requested,
        }  # fmt: skip

    def _progress(self, planned: Any) -> float | None:
        """Share of the run that is done."""
        if self.status == "finished":
            return 1.0
        if self.last.get("kind") == "epoch" and isinstance(planned, int) and planned > 0:
            return min(self.epochs_trained / planned, 1.0)
        return _known(number(self.last.get("progress")))

    @property
    def epochs_trained(self) -> int:
        """Whole epochs, including those before a checkpoint."""
        found = self.epochs[-1].get("epoch") if self.epochs else self.config.get("epochs_done")
        return int(found or 0)

    def scores(self) -> dict[str, dict[str, Any]]:
        """Return the last score of each name, with its interval if there is one."""
        found: dict[str, dict[str, Any]] = {}
        for event in self.evaluations:
            scores = event.get("scores")
            for name, score in scores.items() if isinstance(scores, dict) else ():
                found[name] = score if isinstance(score, dict) else {"value": score}
        return found


def _figures(values: list[Any]) -> array[float]:
    try:
        return array("d", values)
    except TypeError:  # some are missing, or not finite
        return array("d", map(number, values))


def _known(value: float) -> float | None:
    return value if np.isfinite(value) else None


def thinned(at: Float64Array, values: Float64Array, most: int) -> tuple[Float64Array, Float64Array]:
    """Return at most this many points: means over equal numbers of neighbours, without NaN.

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.ledger.run_record import thinned
    >>> [part.tolist() for part in thinned(np.arange(4.0), np.array([1.0, 3.0, np.nan, 5.0]), 2)]
    [[0.5, 2.5], [2.0, 5.0]]
    """
    step = -(-len(at) // max(most, 1))
    if step <= 1:
        return at, values
    firsts = np.arange(0, len(at), step)
    is_number = np.isfinite(values)
    n_numbers = np.add.reduceat(is_number.astype(np.float64), firsts)
    sums = np.add.reduceat(np.where(is_number, values, 0.0), firsts)
    n_points = np.diff([*firsts, len(at)])
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.add.reduceat(at, firsts) / n_points, sums / n_numbers
