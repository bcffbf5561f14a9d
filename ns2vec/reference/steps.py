"""How the inputs of a window and their outputs are updated."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from ns2vec._typing import Float64Array as Array
from ns2vec.reference import cuts
from ns2vec.reference.sides import Live
from ns2vec.reference.targets import OutputSet, Path

if TYPE_CHECKING:
    from ns2vec.reference.training import Model, Window


def squared(vector: Array) -> float:
    """The squared length."""
    return float(vector @ vector)


def step_window(model: Model, window: Window, alpha: float) -> float:
    """Train the inputs of a window on the outputs of every target; return the loss before it."""
    if not window.inputs:
        return 0.0
    if model.pooled:
        return step_pooled(model, window, alpha)
    everything, loss = range(len(window.inputs)), 0.0
    if window.norms is None:
        window.norms = [squared(live.vector) for live in window.inputs]
    for i, target in enumerate(model.targets):
        drawn = window.drawn_for(i)
        parts = [everything] if drawn == [None] else model.parts_of(window)
        if isinstance(target, Path) and cuts.has_wide_windows(model.reader, model.window):
            parts = cuts.parts_of(len(everything), len(everything))
            drawn = drawn * len(parts)
        for part, spec in zip(parts, drawn, strict=True):
            outputs = target.fill(window.centre, spec)
            inputs, norms = [window.inputs[i] for i in part], sum(window.norms[i] for i in part)
            loss += step_set(inputs, outputs, alpha, norms, len(window.inputs))
            outputs.leave()
    return loss


def step_set(inputs: list[Live], outputs: OutputSet, alpha: float, norms: float, n_of_window: int) -> float:
    """Train inputs on an output set: all at once, or one by one if that would overshoot.

    `norms` is the sum of their squared lengths, and `n_of_window` the number of inputs of their window.
    """
    heaviest, rate = outputs.heaviest(), as_float32(alpha)
    keys = [live.key for live in inputs]
    if cuts.is_whole(keys, n_of_window, norms, outputs.block(), heaviest, rate):
        return move(inputs, outputs, alpha)
    loss = 0.0
    for live in inputs:
        rounds = cuts.rounds_of_context(live.vector, outputs.block(), heaviest, rate)
        loss += in_rounds(partial(move, [live], outputs), alpha, rounds)
    return loss


def move(inputs: list[Live], outputs: OutputSet, alpha: float) -> float:
    """Train one block of inputs and an output set; return the loss before it."""
    loss, changes = outputs.step(np.array([live.vector for live in inputs]), alpha)
    for live, change in zip(inputs, changes, strict=True):
        live.move(change)
    return loss


def in_rounds(step: Callable[[float], float], alpha: float, n_rounds: int) -> float:
    """Take `n` steps, each with its part of `alpha`; return the loss before the first."""
    losses = [step(alpha / n_rounds) for _ in range(n_rounds)]
    return losses[0]


@dataclass
class Part:
    """An element of a pool: a row, or all rows of a bag that the window trains as their sum.

    Attributes
    ----------
    key : hashable
        Equal for two elements that are the same.
    n_rows : int
    vector : ndarray of shape (D,)
    move : callable
        Takes the change that each row is to receive.
    """

    key: Hashable
    n_rows: int
    vector: Array
    move: Callable[[Array], None]


def parts_of(window: Window) -> list[Part]:
    """The elements of the inputs of a window."""
    parts = []
    for live in window.inputs:
        if live.is_summed:
            parts.append(Part(live.key, len(live.side.rows(live.unit)), live.vector, live.move))
            continue
        for row, factor in zip(live.side.rows(live.unit), live.side.factors(live.unit), strict=True):
            matrix = live.side.matrix
            parts.append(Part((id(live.side), row), 1, matrix[row], partial(move_row, matrix, row, factor)))
    return parts


def move_row(matrix: Array, row: int, factor: float, change: Array) -> None:
    """Add to a row the change that a block computed, times its factor."""
    matrix[row] += factor * change


def step_pooled(model: Model, window: Window, alpha: float) -> float:
    """The mean (or sum) of the inputs predicts the centre; its change is passed back to all of their rows.

    The gradient of a mean has the factor 1/n, that of a sum does not. word2vec.c does the opposite,
    which ``cbow_corrected`` corrects (Irsoy, Benton & Stratos 2021, arXiv:2012.15332).
    If a negative was drawn several times, this may take several rounds.
    """
    parts = parts_of(window)
    keys, n, rounds = [part.key for part in parts], sum(part.n_rows for part in parts), 1
    share = (1.0 if model.cbow_mean else n) * (1.0 / n if model.cbow_mean == model.cbow_corrected else 1.0)
    share = 1.0 if model.pooled == "concat" else share
    for i, specs in window.drawn.items():
        for spec in specs:
            outputs = model.targets[i].fill(window.centre, spec)
            hidden = hidden_of(model, window)
            heaviest, rate = outputs.heaviest(), as_float32(alpha)
            found = cuts.rounds_of_hidden(hidden, keys, outputs.block(), heaviest, rate, share)
            rounds = max(rounds, found)
    return in_rounds(partial(step_hidden, model, window), alpha, rounds)


def hidden_of(model: Model, window: Window) -> Array:
    """Mean or sum of the inputs' rows, shape (D,), or all n of them concatenated, shape (n D,)."""
    parts = parts_of(window)
    vectors = np.array([part.vector for part in parts])
    if model.pooled == "concat":
        return vectors.ravel()
    return np.asarray(vectors.sum(axis=0) / (sum(part.n_rows for part in parts) if model.cbow_mean else 1))


def step_hidden(model: Model, window: Window, alpha: float) -> float:
    """Take one step of a pooled input; return the loss before it."""
    parts = parts_of(window)
    hidden = hidden_of(model, window)[None]
    change, loss = np.zeros_like(hidden), 0.0
    for i, target in enumerate(model.targets):
        for spec in window.drawn_for(i):
            outputs = target.fill(window.centre, spec)
            lost, wanted = outputs.step(hidden, alpha)
            outputs.leave()
            loss, change = loss + lost, change + wanted
    share = 1.0 / sum(part.n_rows for part in parts) if model.cbow_mean == model.cbow_corrected else 1.0
    if model.pooled == "concat":
        share, changes = 1.0, change[0].reshape(len(parts), -1)
    else:
        changes = np.broadcast_to(change[0], (len(parts), len(change[0])))
    for part, wanted in zip(parts, changes, strict=True):
        part.move(share * wanted)
    return loss


def as_float32(alpha: float) -> float:
    """The learning rate as the kernels know it, so that both decide alike exactly at a bound."""
    return float(np.float32(alpha))
