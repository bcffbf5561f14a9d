"""Other trackers as observers: TensorBoard, MLflow, and packages with the interface of Weights & Biases.

Each gets the same events as the ledger, while a model is trained or, with `replay`, from a ledger. None
of them is required: their packages are imported when a tracker is made.
"""

from __future__ import annotations

import importlib
import math
import os
from typing import Any, ClassVar

from ns2vec._typing import PathLike
from ns2vec.ledger.events import Event, number
from ns2vec.ledger.reading import read_events
from ns2vec.ledger.recording import Recorder

#: Figures of these events are logged, each under this prefix and its own name.
GROUPS = {
    "interval": ("train", ("loss", "words_per_second", "alpha", "progress", "memory_bytes")),
    "epoch": ("epoch", ("loss", "words_per_second", "alpha", "duration", "memory_bytes", "n_trained")),
    "sampler": ("sampler", ("effective_support", "coverage", "kl_to_target")),
    "guard": ("guard", ("n_rollbacks", "rate_factor")),
}
LONGEST = 500  # characters per option; MLflow does not accept long ones


def needed(module: str, extra: str) -> Any:
    """Return a package that only a tracker needs.

    Raises
    ------
    ImportError
        If it is not installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError:
        raise ImportError(f"this tracker needs {module}: pip install 'ns2vec[{extra}]'") from None


class Tracker(Recorder):
    """Base of the trackers: from events to figures with a step, which is the number of words read so far.

    Parameters
    ----------
    name : str, optional
        Of the run; by default chosen by the tracker.
    interval : float
        Seconds between two logged points.

    Examples
    --------
    >>> from ns2vec import Word2Vec
    >>> from ns2vec.ledger import Tracker
    >>> class Lines(Tracker):
    ...     def open(self, settings):
    ...         self.lines = [f"negative: {settings['negative']}"]
    ...     def log(self, figures, time):
    ...         if "epoch/n_trained" in figures:
    ...             self.lines.append(f"an epoch ends at word {self.step}")
    ...     def note(self, kind, text):
    ...         self.lines.append(f"{kind}: {text}")
    ...     def close(self, status):
    ...         self.lines.append(status)
    >>> tracker = Lines()
    >>> model = Word2Vec([["a", "b"]] * 50, min_count=1, epochs=2, callbacks=[tracker])
    >>> tracker.lines
    ['negative: 5', 'an epoch ends at word 100', 'an epoch ends at word 200', 'finished']
    """

    def __init__(self, name: str | None = None, interval: float = 1.0) -> None:
        super().__init__(interval, 0)
        self.name = name
        self.is_open = False
        self.n_before = self.step = 0
        self.status = "finished"

    # ---- methods of subclasses ----

    def open(self, settings: dict[str, Any]) -> None:
        """Begin a run with the options of the model.

        Parameters
        ----------
        settings : dict of str to object
            Name of each option and its value, as JSON types; ``model`` is the kind of model.
        """
        raise NotImplementedError

    def log(self, figures: dict[str, float], time: float) -> None:
        """Log figures at the current `step`.

        Parameters
        ----------
        figures : dict of str to float
            With names such as ``"train/loss"``; all are finite.
        time : float
            Seconds since 1970.
        """
        raise NotImplementedError

    def note(self, kind: str, text: str) -> None:
        """Log a warning, or the path of a checkpoint.

        Parameters
        ----------
        kind : {"warning", "checkpoint"}
        text : str
            The message, or the path.
        """

    def close(self, status: str) -> None:
        """End the run.

        Parameters
        ----------
        status : str
            How it ended, as in the ledger; ``"lost"`` if that has no end.
        """
        raise NotImplementedError

    # ---- events ----

    def take(self, event: Event) -> None:
        """Convert an event for the tracker; events before the first or after the end are ignored."""
        kind = event["kind"]
        if kind == "config":
            self.n_before = self.step = 0
            self.status = "lost"
            self.open({"model": event.get("model"), **event.get("settings", {})})
            self.is_open = True
        if not self.is_open:
            return
        if kind in ("interval", "epoch"):
            self.step = self.n_before + int(event.get("n_words", 0))
        if kind in GROUPS:
            group, names = GROUPS[kind]
            figures = {f"{group}/{name}": number(event.get(name)) for name in names}
            self.log({name: value for name, value in figures.items() if math.isfinite(value)}, event["time"])
        if kind == "epoch":
            self.n_before = self.step
        elif kind == "evaluation":
            scores = event.get("scores", {})
            values = {f"evaluation/{name}": number(score.get("value")) for name, score in scores.items()}
            self.log({name: value for name, value in values.items() if math.isfinite(value)}, event["time"])
        elif kind in ("warning", "checkpoint"):
            self.note(kind, str(event.get("message", event.get("path"))))
        elif kind == "end":
            self.status = str(event.get("status"))

    def finish(self) -> None:
        """End the run."""
        if self.is_open:
            self.is_open = False
            self.close(self.status)


def replay(run: PathLike, tracker: Tracker) -> None:
    """Send a recorded run to a tracker.

    Parameters
    ----------
    run : path
        The run's folder, or its ``run.jsonl``.
    tracker : Tracker

    Raises
    ------
    FileNotFoundError
        If there is no ledger.

    Examples
    --------
    >>> import tempfile
    >>> from ns2vec import Word2Vec
    >>> from ns2vec.ledger import RunLedger, Tracker, replay
    >>> class Steps(Tracker):
    ...     def open(self, settings):
    ...         self.steps = []
    ...     def log(self, figures, time):
    ...         self.steps.append(self.step)
    ...     def close(self, status):
    ...         print(status, self.steps)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     ledger = RunLedger(folder, interval=60.0)
    ...     model = Word2Vec([["a", "b"]] * 50, min_count=1, epochs=2, callbacks=[ledger])
    ...     replay(ledger.folder, Steps())
    finished [0, 100, 200]
    """
    try:
        for event in read_events(run):
            tracker.take(event)
    finally:
        tracker.finish()


class TensorBoardTracker(Tracker):
    """Writes event files for TensorBoard, by the package tensorboardX.

    Parameters
    ----------
    directory : path
        Folder for ``tensorboard --logdir``; each run gets a folder in it if `name` is given.
    name, interval
        As in `Tracker`.

    Raises
    ------
    ImportError
        If tensorboardX is not installed: ``pip install 'ns2vec[tensorboard]'``.

    Examples
    --------
    ::

        from ns2vec import Word2Vec
        from ns2vec.ledger import TensorBoardTracker

        model = Word2Vec("corpus.txt", callbacks=[TensorBoardTracker("logs", name="first try")])
    """

    def __init__(self, directory: PathLike, name: str | None = None, interval: float = 1.0) -> None:
        super().__init__(name, interval)
        self.directory = os.fspath(directory)
        self.module = needed("tensorboardX", "tensorboard")
        self.writer: Any = None

    def open(self, settings: dict[str, Any]) -> None:
        """Begin a file."""
        folder = self.directory if self.name is None else os.path.join(self.directory, self.name)
        self.writer = self.module.SummaryWriter(folder)
        rows = "\n".join(f"| {name} | {short(value)} |" for name, value in settings.items())
        self.writer.add_text("settings", f"| option | value |\n| --- | --- |\n{rows}", 0)

    def log(self, figures: dict[str, float], time: float) -> None:
        """Add scalars."""
        for name, value in figures.items():
            self.writer.add_scalar(name, value, self.step, walltime=time)

    def note(self, kind: str, text: str) -> None:
        """Add a text."""
        self.writer.add_text(kind, text, self.step)

    def close(self, status: str) -> None:
        """End the file."""
        self.writer.add_text("status", status, self.step)
        self.writer.close()


class MLflowTracker(Tracker):
    """Logs a run to MLflow.

    Parameters
    ----------
    experiment : str
        Created if it does not exist.
    uri : str, optional
        Of the tracking server or store; by default MLflow's own setting.
    name, interval
        As in `Tracker`.

    Attributes
    ----------
    run_id : str or None
        The id in MLflow.

    Raises
    ------
    ImportError
        If MLflow is not installed: ``pip install 'ns2vec[mlflow]'``.

    Examples
    --------
    ::

        from ns2vec import Word2Vec
        from ns2vec.ledger import MLflowTracker

        model = Word2Vec("corpus.txt", callbacks=[MLflowTracker("corpus", uri="sqlite:///runs.db")])
    """

    STATUS: ClassVar = {"finished": "FINISHED", "stopped": "FINISHED", "failed": "FAILED"}

    def __init__(
        self, experiment: str = "ns2vec", uri: str | None = None, name: str | None = None,
        interval: float = 1.0,
    ) -> None:  # fmt: skip
        super().__init__(name, interval)
        self.module = needed("mlflow", "mlflow")
        self.experiment, self.uri = experiment, uri
        self.client: Any = None
        self.run_id: str | None = None

    def open(self, settings: dict[str, Any]) -> None:
        """Create a run."""
        self.client = self.module.MlflowClient(tracking_uri=self.uri)
        found = self.client.get_experiment_by_name(self.experiment)
        number_of = self.client.create_experiment(self.experiment) if found is None else found.experiment_id
        self.run_id = self.client.create_run(number_of, run_name=self.name).info.run_id
        params = [self.module.entities.Param(key, short(value)) for key, value in settings.items()]
        self.client.log_batch(self.run_id, params=params[:100])

    def log(self, figures: dict[str, float], time: float) -> None:
        """Log metrics in one call."""
        at = int(time * 1000)
        metrics = [self.module.entities.Metric(name, value, at, self.step) for name, value in figures.items()]
        self.client.log_batch(self.run_id, metrics=metrics)

    def note(self, kind: str, text: str) -> None:
        """Set a tag; the last one of each kind is kept."""
        self.client.set_tag(self.run_id, f"ns2vec.{kind}", short(text))

    def close(self, status: str) -> None:
        """End the run."""
        self.client.set_terminated(self.run_id, self.STATUS.get(status, "KILLED"))


class WandbTracker(Tracker):
    """Logs a run to Weights & Biases, or to a package with the same interface, such as trackio.

    Parameters
    ----------
    project : str
    name, interval
        As in `Tracker`.
    module : str
        ``"wandb"`` or ``"trackio"``, which keeps everything on this machine.
    **options
        Options of its ``init``, such as ``mode="offline"``.

    Raises
    ------
    ImportError
        If the package is not installed: ``pip install 'ns2vec[wandb]'``.

    Examples
    --------
    ::

        from ns2vec import Word2Vec
        from ns2vec.ledger import WandbTracker

        model = Word2Vec("corpus.txt", callbacks=[WandbTracker("corpus", mode="offline")])
    """

    def __init__(
        self, project: str = "ns2vec", name: str | None = None, interval: float = 1.0,
        *, module: str = "wandb", **options: Any,
    ) -> None:  # fmt: skip
        super().__init__(name, interval)
        self.module = needed(module, module)
        self.project, self.options = project, options
        self.run: Any = None

    def open(self, settings: dict[str, Any]) -> None:
        """Begin a run."""
        self.run = self.module.init(project=self.project, name=self.name, config=settings, **self.options)

    def log(self, figures: dict[str, float], time: float) -> None:
        """Log figures of a step."""
        self.run.log(figures, step=self.step)

    def close(self, status: str) -> None:
        """End the run; a failed run is marked as such if the package can do so."""
        if self.module.__name__ == "wandb":
            self.run.finish(exit_code=0 if status in ("finished", "stopped") else 1)
        else:
            self.run.finish()


def short(value: Any) -> str:
    """Return an option as text that every tracker accepts."""
    text = str(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."
