"""Choices of the samplers that depend on the model (in C: ``sampling/_aware.h``), in float64."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ns2vec._typing import Float64Array as Array

if TYPE_CHECKING:
    from ns2vec.reference.samplers import Draw, Request


MAX_CANDIDATES, CANDIDATE_TRIES = 1024, 16
WARP_AT_ONCE = 6  # candidates that are drawn before the first one is examined


def is_candidate(request: Request, row: int) -> bool:
    """Whether a row may be a negative."""
    return row != request.centre and row not in request.excluded


def candidates(base: Draw, request: Request, n: int) -> list[int]:
    """Draw n rows of the base; those that cannot be negatives are redrawn, at most 16 times."""
    found = []
    for drawn in base(request, n):
        row = drawn
        for _ in range(CANDIDATE_TRIES):
            if is_candidate(request, row):
                break
            row = next(iter(base(request, 1)), row)
        if is_candidate(request, row):
            found.append(row)
    return found


def scores_of(request: Request, rows: list[int]) -> Array:
    """Dot products of the input with output rows, plus their biases."""
    scores = request.outputs[rows] @ request.hidden
    return np.asarray(scores if request.bias is None else scores + request.bias[rows])


def cosine(x: Array, y: Array) -> float:
    """Cosine; 0 for a zero vector."""
    norms = float(np.linalg.norm(x) * np.linalg.norm(y))
    return float(x @ y) / norms if norms else 0.0


def by_value(values: Array) -> list[int]:
    """Positions by descending value; ties in their original order."""
    return [int(i) for i in np.argsort(-values, kind="stable")]


def unit(request: Request) -> float:
    """Uniform in (0, 1)."""
    return (request.stream.bits() + 0.5) / 2.0**32


def draw_dynamic(base: Draw, m: int, top: int = 1, temperature: float = 0.0) -> Draw:
    """The best of m, one of the `top` best, or a draw by softmax (Zhang 2013; Shi 2023, arXiv:2302.03472)."""

    def choose(request: Request, scores: Array) -> int:
        if temperature:
            weights = np.exp((scores - scores.max()) / temperature)
            at = unit(request) * weights.sum()
            return min(int((np.cumsum(weights) <= at).sum()), len(scores) - 1)
        rank = request.stream.below(min(top, len(scores))) if top > 1 else 0
        return by_value(scores)[rank]

    def draw(request: Request, k: int) -> list[int]:
        drawn: list[int] = []
        while len(drawn) < k:
            n = min(k - len(drawn), MAX_CANDIDATES // m)
            found = candidates(base, request, n * m)
            groups = [found[i : i + m] for i in range(0, len(found), m)]
            drawn += [rows[choose(request, scores_of(request, rows))] for rows in groups]
            if len(groups) < n:
                break
        return drawn

    return draw


def draw_hard(
    base: Draw,
    m: int,
    *,
    near: str = "input",
    margin: float = 0.0,
    first: int = 0,
    last: int = 0,
    duplicates: float = 1.0,
) -> Draw:
    """K of the ranks within the margin and bounds (margins: NV-Retriever, arXiv:2407.15831)."""

    def draw(request: Request, k: int) -> list[int]:
        rows = list(dict.fromkeys(candidates(base, request, max(m, k))))
        cosines = np.array([cosine(request.inputs[row], request.inputs[request.centre]) for row in rows])
        if near == "positive":
            values, bound = cosines, min(1.0 - margin, duplicates)
        else:
            values, seen = scores_of(request, rows), float(scores_of(request, [request.centre])[0])
            bound = seen - margin * abs(seen)
        ranked = [i for i in by_value(values) if values[i] <= bound and cosines[i] <= duplicates]
        eligible = [rows[i] for i in ranked[first : last or first + k]]
        chosen: list[int] = []
        for i, row in enumerate(eligible):
            left, wanted = len(eligible) - i, k - len(chosen)
            if wanted and (wanted >= left or request.stream.below(left) < wanted):
                chosen.append(row)
        return chosen

    return draw


def draw_cached(
    base: Draw,
    size: int,
    extra: int,
    *,
    every: int = 8,
    n_bits: int = 0,
    keep: bool = True,
    temperature: float = 0.0,
) -> Draw:
    """Uniform from the key's pool, renewed after `every` uses (Zhang et al. 2019, arXiv:1812.06410)."""
    pools: dict[int, list[int]] = {}
    uses: dict[int, int] = {}

    def refreshed(request: Request, old: list[int]) -> list[int]:
        kept = [row for row in old if is_candidate(request, row)] if keep else []
        n_new = size + extra - len(kept) if keep else extra
        rows = list(dict.fromkeys(kept + candidates(base, request, n_new)))
        if not rows:
            return []
        values = scores_of(request, rows)
        if temperature:
            values = values / temperature - np.log(-np.log([unit(request) for _ in rows]))
        best = [rows[i] for i in by_value(values)]
        return [best[i % len(best)] for i in range(size)]

    def draw(request: Request, k: int) -> list[int]:
        signs = [int(value > 0.0) for value in request.hidden[:n_bits]]
        key = int("".join(map(str, signs)), 2) if n_bits else request.centre
        if key not in pools or uses[key] >= every:
            pool = refreshed(request, pools.get(key, []))
            if not pool:
                return []
            pools[key], uses[key] = pool, 0
        uses[key] += 1
        return first_candidates(request, k, lambda: pools[key][request.stream.below(size)])

    return draw


def first_candidates(request: Request, k: int, propose: Callable[[], int]) -> list[int]:
    """For each of k positions, the first of at most 17 proposals that may be a negative."""
    drawn: list[int] = []
    for _ in range(k):
        for _ in range(CANDIDATE_TRIES + 1):
            row = propose()
            if is_candidate(request, row):
                drawn.append(row)
                break
    return drawn


def rank_lists(outputs: Array) -> tuple[npt.NDArray[np.int64], Array]:
    """Rows by descending value of each factor (D, V), and the standard deviation of each factor (D,)."""
    return np.argsort(-outputs, axis=0, kind="stable").T, outputs.std(axis=0)


def draw_ranked(base: Draw, lists: npt.NDArray[np.int64], deviation: Array, scale: float) -> Draw:
    """A factor by size times deviation, then a rank by exp(-r / scale) (Rendle & Freudenthaler 2014)."""
    n_rows = lists.shape[1]

    def propose(request: Request, weights: Array) -> int:
        at = unit(request) * weights.sum()
        factor = min(int((np.cumsum(weights) <= at).sum()), len(weights) - 1)
        rank = int(-scale * math.log1p(unit(request) * math.expm1(-n_rows / scale)))
        rank = min(rank, n_rows - 1)
        return int(lists[factor, rank if request.hidden[factor] > 0.0 else n_rows - 1 - rank])

    def draw(request: Request, k: int) -> list[int]:
        weights = np.abs(request.hidden[: len(lists)]) * deviation
        if not weights.sum() > 0.0:
            return candidates(base, request, k)
        return first_candidates(request, k, lambda: propose(request, weights))

    return draw


def draw_warp(base: Draw, tries: int) -> Draw:
    """The first candidate within a margin of 1 of the centre, weighted by its log rank (Weston 2011)."""

    def draw(request: Request, k: int) -> list[int]:
        drawn, weights = [], []
        bound = scores_of(request, [request.centre])[0] - 1.0
        n_negatives = len(request.outputs) - len({request.centre, *request.excluded})
        for _ in range(k):
            place, n_looked = 0, 0
            while n_looked < tries:
                at_once = WARP_AT_ONCE if n_looked else WARP_AT_ONCE - 1  # the centre is among the first
                rows = candidates(base, request, min(tries - n_looked, at_once))
                n_looked += at_once
                above = next((i for i, row in enumerate(rows) if scores_of(request, [row])[0] > bound), None)
                if above is not None:
                    drawn.append(rows[above])
                    weights.append(math.log(max(n_negatives // (place + above + 1), 1)))
                    break
                place += len(rows)
        request.weights = weights
        return drawn

    return draw


def draw_weighted(base: Draw, alpha: float) -> Draw:
    """Rows of the base, with n times the softmax of alpha times their scores (Sun et al. 2019, eq. 5)."""

    def draw(request: Request, k: int) -> list[int]:
        rows = candidates(base, request, k)
        if rows:
            scores = alpha * scores_of(request, rows)
            shares = np.exp(scores - scores.max())
            request.weights = (len(rows) * shares / shares.sum()).tolist()
        return rows

    return draw
