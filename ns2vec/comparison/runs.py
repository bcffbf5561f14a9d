"""One training run of a candidate: timed, measured at intervals, stopped at its deadline."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ns2vec._typing import Int32Array
from ns2vec.comparison.candidates import Candidate
from ns2vec.comparison.text import SlicedText, Text, cut_sentences
from ns2vec.exceptions import StopTraining
from ns2vec.models.word2vec import Word2Vec
from ns2vec.training import Observer

PIECES_PER_EPOCH = 4  # after each of which the loss is measured
LARGE_SLICE = 4_000_000  # words; shorter slices would change how the workers share frequent rows
WARM_UP_WORDS, FIRST_TRIAL_WORDS = 5, 20  # if every word is scored, a word may take a second
SLICE_SECONDS = 2.0  # slices of a slow run take about this long, so that its deadline can stop it


def do_nothing(*_: Any) -> None:
    """The default callback."""


@dataclass
class Clock:
    """Callback that measures the time of training alone, and calls `look` between slices.

    Attributes
    ----------
    look : callable
        Called as ``look(model, n_slices_done)``, outside the measured time.
    tick : callable
        Called without arguments after each slice, for progress.
    deadline : float
        In seconds of ``time.perf_counter()``: no slice except the first begins after it.
    seconds, cpu_seconds : float
        Training so far; processor time of all threads.
    n_slices : int
        Slices trained.
    """

    look: Callable[[Word2Vec, int], None] = do_nothing
    tick: Callable[[], None] = do_nothing
    deadline: float = float("inf")
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    n_slices: int = 0
    _started: tuple[float, float] = field(default=(0.0, 0.0), repr=False)

    def on_train_begin(self, model: Any) -> None:
        """Evaluate the initial model."""
        self.look(model, 0)

    def on_epoch_begin(self, model: Any) -> None:
        """Start the clock."""
        self._started = (time.perf_counter(), time.process_time())

    def on_epoch_end(self, model: Any) -> None:
        """Stop the clock, then evaluate."""
        self.seconds += time.perf_counter() - self._started[0]
        self.cpu_seconds += time.process_time() - self._started[1]
        self.n_slices += 1
        self.tick()
        self.look(model, self.n_slices)
        if time.perf_counter() > self.deadline:
            raise StopTraining("the time limit of this run was reached")


@dataclass(frozen=True)
class Trained:
    """A finished run.

    Attributes
    ----------
    model : Word2Vec
    n_words, n_trained : int
        Words read over all epochs; words left after vocabulary and subsampling.
    seconds, cpu_seconds : float
    share : float
        Part of the run that was trained: 1 unless its deadline stopped it.
    """

    model: Word2Vec
    n_words: int
    n_trained: int
    seconds: float
    cpu_seconds: float
    share: float


@dataclass(frozen=True)
class Sample:
    """Speed of a candidate on a sample of the text.

    Attributes
    ----------
    n_words : int
    seconds, cpu_seconds : float
        Of training alone; processor time is that of all threads together.
    """

    n_words: int
    seconds: float
    cpu_seconds: float


def make_model(candidate: Candidate, text: Text, options: Mapping[str, Any], seed: int) -> Word2Vec:
    """Initial model of a candidate with the vocabulary of the text.

    Raises
    ------
    ConfigError
        If the options do not suit the candidate.
    """
    chosen = {"objective": candidate.objective}
    if candidate.sampler is not None:
        chosen["sampler"] = candidate.sampler
    model = Word2Vec(**{**options, **chosen, "seed": seed, "progress": False})
    model.build_vocab_from_freq(text.counted)
    return model


def train(
    model: Word2Vec,
    rows: Int32Array,
    *,
    epochs: int,
    clock: Clock,
    pieces: int = PIECES_PER_EPOCH,
    seconds_expected: float = 0.0,
    observers: Sequence[Observer] = (),
) -> Trained:
    """Train on rows; the clock's `look` is called before training, and then `pieces` times per epoch.

    Parameters
    ----------
    model : Word2Vec
    rows : ndarray of int32
    epochs : int
    clock : Clock
    pieces : int
        0: only before and after the training.
    seconds_expected : float
        A slow run is split into more slices, and sentences that are longer than a slice, so that its deadline
        can stop it.
    observers : sequence of Observer
        Observers besides the clock.

    Returns
    -------
    Trained
    """
    look, n_whole, has_curve = clock.look, len(rows), pieces > 0
    pieces = max(1, pieces)
    if n_whole >= LARGE_SLICE:
        pieces = max(1, min(pieces, n_whole // LARGE_SLICE))
    finer = max(1, round(seconds_expected / epochs / pieces / SLICE_SECONDS))
    if finer > 1:
        rows = cut_sentences(rows, -(-len(rows) // (pieces * finer)))
    text = SlicedText(rows, pieces * finer)
    every = finer if text.n_slices == pieces * finer else max(1, text.n_slices // pieces)

    def at_pieces(trained: Word2Vec, n_slices: int) -> None:
        if n_slices % every == 0:
            look(trained, n_slices)

    clock.look = at_pieces
    n_slices = epochs * text.n_slices
    every = every if has_curve else n_slices
    n_trained, n_words = model.train(
        text,  # type: ignore[arg-type]
        total_examples=text.sentences_per_slice, total_words=text.words_per_slice, epochs=n_slices,
        start_alpha=model.alpha, end_alpha=model.min_alpha,
        callbacks=[clock, *observers],
    )  # fmt: skip
    return Trained(model, n_words, n_trained, clock.seconds, clock.cpu_seconds, clock.n_slices / n_slices)


def measure_speed(model: Word2Vec, text: Text, seconds: float) -> Sample:
    """Measure the speed of training on a growing part of the text until it takes long enough.

    Parameters
    ----------
    model : Word2Vec
        A new model, which is trained.
    text : Text
    seconds : float
        Minimum duration of the last measurement, unless the text is too short.
    """
    n_words = FIRST_TRIAL_WORDS
    # imports and caches that are filled only once do not count for the candidate
    train(model, text.prefix(WARM_UP_WORDS), epochs=1, clock=Clock(), pieces=1)
    while True:
        model.min_alpha_yet_reached = model.alpha  # each measurement begins with the same learning rate
        rows = text.prefix(n_words)
        done = train(model, rows, epochs=1, clock=Clock(), pieces=1)
        if done.seconds >= seconds or len(rows) == len(text.train):
            return Sample(done.n_words, max(done.seconds, 1e-9), done.cpu_seconds)
        growth = np.clip(seconds / max(done.seconds, 1e-3), 2.0, 10.0)
        n_words = int(n_words * growth * 1.1)
