"""Progress on stderr: tqdm if it is installed, otherwise a plain line; silent if nobody can see it."""

from __future__ import annotations

import sys
import time
from typing import Any, TextIO

REFRESH_SECONDS = 0.2


class ProgressBar:
    """One line about a long operation.

    Parameters
    ----------
    what : str
        ``"epoch 1/5"``.
    total : int or None
        Words to read, if known.
    show : bool or None
        None shows it if `stream` is a terminal or goes to a notebook.
    stream : text stream, optional
        Default stderr.

    Examples
    --------
    >>> from ns2vec.training.progress import ProgressBar
    >>> with ProgressBar("epoch 1/5", 1000, show=False) as bar:
    ...     bar.update(500, "alpha 0.02")
    """

    def __init__(
        self, what: str, total: int | None, *, show: bool | None = None, stream: TextIO | None = None
    ) -> None:
        self.stream = stream or sys.stderr
        self.what = what
        self.total = total
        self.shown = self.is_terminal() if show is None else show
        self.started = self.last = time.monotonic()
        self.bar = self.open_tqdm() if self.shown else None

    def is_terminal(self) -> bool:
        """Whether someone can see the stream."""
        is_notebook = type(self.stream).__module__.startswith("ipykernel.")
        return is_notebook or bool(getattr(self.stream, "isatty", lambda: False)())

    def open_tqdm(self) -> Any | None:
        """Return tqdm's bar, or None if tqdm is not installed (extra ``progress``)."""
        try:
            from tqdm import tqdm
        except ImportError:
            return None
        return tqdm(
            total=self.total, desc=self.what, unit="words", unit_scale=True, file=self.stream, leave=False
        )

    def update(self, done: int, note: str = "") -> None:
        """Show that `done` words of the total have been read."""
        now = time.monotonic()
        # counting reports each block, far more often than is visible
        if not self.shown or now - self.last < REFRESH_SECONDS:
            return
        self.last = now
        if self.bar is not None:
            self.bar.n = min(done, self.total) if self.total else done
            self.bar.set_postfix_str(note)
            return
        share = f"{100 * min(done / self.total, 1):3.0f} %" if self.total else f"{done} words"
        rate = done / max(now - self.started, 1e-9)
        self.stream.write(f"\r{self.what}: {share}, {rate:,.0f} words/s {note}\033[K")
        self.stream.flush()

    def __enter__(self) -> ProgressBar:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Remove the bar."""
        if self.bar is not None:
            self.bar.close()
        elif self.shown:
            self.stream.write("\r\033[K")
            self.stream.flush()
