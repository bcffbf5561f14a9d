"""One epoch on several threads: each takes the next chunk, trains it, and adds to the tally.

There is no queue and no producer. A worker holds the lock only while it asks for the next chunk,
so text is read (or the user's iterable advanced) by whichever thread needs work, an exception is handled
where it is raised, and no thread can wait for ever.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Tally:
    """The progress so far.

    Attributes
    ----------
    n_trained, n_words : int
        Words left after subsampling; words read.
    n_sentences : int
    loss : float
        Sum in float64 over all threads.
    n_jobs : int
        Number of finished jobs.
    is_settled : bool
        False while workers may still add to it although `run_workers` has ended: after two interrupts. Not a
        field, because it is not part of a position.
    """

    is_settled = True

    n_trained: int = 0
    n_words: int = 0
    n_sentences: int = 0
    loss: float = 0.0
    n_jobs: int = 0

    def add(self, n_trained: int, n_words: int, n_sentences: int, loss: float) -> None:
        """Count one finished chunk."""
        self.n_trained += n_trained
        self.n_words += n_words
        self.n_sentences += n_sentences
        self.loss += loss
        self.n_jobs += 1


@dataclass
class Crew:
    """The shared state of the workers of one epoch; every field but `ends` is guarded by `lock`."""

    jobs: Iterator[Any]
    tally: Tally
    lock: threading.Lock = field(default_factory=threading.Lock)
    stop: bool = False
    error: BaseException | None = None
    # Thread.join cannot be used to find out whether a worker is done: up to Python 3.12, an exception raised
    # by a signal handler while it waits makes it treat the thread as finished.
    ends: dict[threading.Thread, threading.Event] = field(default_factory=dict)

    def hire(self, name: str, do_job: Callable[[Any], tuple[int, int, float]]) -> None:
        """Make the thread of one worker; it is not started yet."""
        end = threading.Event()
        self.ends[threading.Thread(target=self.work, args=(do_job, end), name=name, daemon=True)] = end

    def next_job(self) -> Any | None:
        """The next job, or None if there is none or a worker has failed."""
        with self.lock:
            if self.stop:
                return None
            job = next(self.jobs, None)
            if job is None:
                self.stop = True  # never reset to False: the calling thread may have set it in the meantime
            return job

    def work(self, do_job: Callable[[Any], tuple[int, int, float]], end: threading.Event) -> None:
        """Train jobs until none are left; keep the first exception and stop all workers."""
        try:
            while (job := self.next_job()) is not None:
                n_trained, n_words, loss = do_job(job)
                with self.lock:
                    self.tally.add(n_trained, n_words, job.n_sentences, loss)
        except BaseException as error:
            with self.lock:
                self.stop = True
                self.error = self.error or error
        finally:
            end.set()

    def dismiss(self) -> None:
        """Let the workers finish their current jobs; a thread that starts later finds nothing to do."""
        self.stop = True
        for thread, end in self.ends.items():
            if thread.ident is not None:
                end.wait()
                thread.join()


def run_workers(
    jobs: Iterator[Any],
    make_worker: Callable[[], Callable[[Any], tuple[int, int, float]]],
    n_workers: int,
    tally: Tally,
    on_tick: Callable[[], None],
    tick_seconds: float = 0.1,
) -> None:
    """Train every job of an epoch.

    Parameters
    ----------
    jobs : iterator of pieces of an epoch, each with `n_sentences`
        Asked for the next job by one worker at a time.
    make_worker : callable
        Called once for each thread, returns the function that trains a job and returns
        (words trained, words read, loss).
    n_workers : int
    tally : Tally
        Added to as jobs finish.
    on_tick : callable
        Called in the calling thread every `tick_seconds`: progress.
    tick_seconds : float

    Raises
    ------
    BaseException
        The first exception of a worker or of `jobs`, with its own traceback; KeyboardInterrupt
        after the workers have finished their current jobs, or at once if there is a second one in the
        meantime, which leaves the tally unsettled; RuntimeError if the system cannot start so many
        threads.
    """
    crew = Crew(jobs, tally)
    for i in range(n_workers):
        crew.hire(f"ns2vec-worker-{i}", make_worker())
    try:
        for thread in crew.ends:
            thread.start()
        for end in crew.ends.values():
            while not end.wait(tick_seconds):
                on_tick()
        on_tick()
    except BaseException:
        tally.is_settled = False
        crew.dismiss()
        tally.is_settled = True
        raise
    crew.dismiss()
    if crew.error is not None:
        raise crew.error
