"""Runs of words of a document, which train its tags in one step and share negatives: ``_cy/runs.pxi``."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from ns2vec.reference import cuts
from ns2vec.reference.samplers import Request
from ns2vec.reference.sides import Live
from ns2vec.reference.steps import as_float32, move, squared, step_set
from ns2vec.reference.streams import Stream
from ns2vec.reference.targets import MAX_REDRAWS, OutputSet, OutputSpec, Sampled

if TYPE_CHECKING:
    from ns2vec.reference.training import Model


def train_runs(model: Model, words: list[int], tags: list[int], alpha: float, noise: Stream) -> float:
    """The runs of one document, in order; returns the loss, with each term before its own step."""
    target = model.targets[0]
    if not isinstance(target, Sampled) or model.tags is None:
        raise ValueError("runs are of documents with tags, and have negatives")
    lives = {tag: Live(model.tags, tag) for tag in tags}
    inputs = [lives[tag] for tag in tags]
    runs = runs_of(words if tags else [], model.run_words, target.side.frozen)
    return sum(step_run(model, target, run, inputs, alpha, noise) for run in runs)


def runs_of(words: list[int], most: int, is_even: bool) -> Iterator[list[int]]:
    """Consecutive words, at most so many; if `is_even`, the lengths differ by at most one."""
    while words:
        n = math.ceil(len(words) / math.ceil(len(words) / most)) if is_even else most
        yield words[:n]
        words = words[n:]


def step_run(
    model: Model, target: Sampled, words: list[int], inputs: list[Live], alpha: float, noise: Stream
) -> float:
    """All words of a run at once, or if that overshoots, one by one or less far; returns the loss before."""
    seen = {word: float(words.count(word)) for word in words}
    drawn = draw_negatives(target, seen, noise, model.run_negative or target.negative)
    shared = {unit: len(words) * times for unit, times in drawn.items()}
    labels = np.repeat([1.0, 0.0], [len(seen), len(shared)])
    weights = np.array([*seen.values(), *shared.values()])
    outputs = OutputSet(target.side, [*seen, *shared], labels, weights)
    if target.side.frozen:
        return step_to_frozen(inputs, outputs, alpha)
    keys, norms = [live.key for live in inputs], sum(squared(live.vector) for live in inputs)
    if cuts.run_is_whole(keys, norms, outputs.block(), outputs.heaviest(), as_float32(alpha)):
        return move(inputs, outputs, alpha)
    loss = 0.0
    for word in words:
        spec = OutputSpec([word, *drawn], [1.0, *drawn.values()], np.zeros(1 + len(drawn)))
        norms = sum(squared(live.vector) for live in inputs)
        loss += step_set(inputs, target.fill(word, spec), alpha, norms, len(inputs))
    return loss


def step_to_frozen(inputs: list[Live], outputs: OutputSet, alpha: float) -> float:
    """Move the tags only, each as far as it does not overshoot; returns the loss before."""
    loss, changes = outputs.step(np.array([live.vector for live in inputs]), alpha)
    copies = cuts.most_copies([live.key for live in inputs])
    for live, change in zip(inputs, changes, strict=True):
        live.move(cuts.part_of_step(change, outputs.block(), as_float32(alpha), copies) * change)
    return loss


def draw_negatives(target: Sampled, seen: dict[int, float], noise: Stream, n: int) -> dict[int, float]:
    """Negatives that are not words of the run, and the weight of each for one of its words."""
    drawn: dict[int, float] = {}
    request = Request(next(iter(seen)), noise)
    for _ in range(n):
        tries = range(1 + (MAX_REDRAWS if target.on_collision == "redraw" else 0))
        unit = next((unit for _ in tries if (unit := target.draw(request, 1)[0]) not in seen), None)
        if unit is not None:
            drawn[unit] = drawn.get(unit, 0.0) + target.negative / n
    return drawn
