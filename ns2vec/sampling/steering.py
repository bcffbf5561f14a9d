"""How samplers that look at the model change while it trains: with the progress of the run, or with its loss.

A sampler's `hardness` in [0, 1] lies between its base (0) and what its options ask for (1). A
`Steering` sets it before each chunk of text, and afterwards collects the counts of the draws.
"""

from __future__ import annotations

import math
import numbers
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from ns2vec._options import number
from ns2vec.exceptions import ConfigError

__all__ = ["Anneal", "CachedSteering", "Hardness", "RankSteering", "Steering"]

if TYPE_CHECKING:
    from ns2vec._typing import Float32Array
    from ns2vec.sampling._aware import AwareDraws, CachedDraws, RankDraws

#: Computes vectors (V, stride) from the current rows.
Compose: TypeAlias = "Callable[[], Float32Array]"

#: Share of the hardness at a progress in [0, 1], by name.
ANNEALING: dict[str, Callable[[float], float]] = {
    "linear": lambda progress: 1.0 - progress,
    "cosine": lambda progress: (1.0 + math.cos(math.pi * progress)) / 2.0,
    "rise": lambda progress: progress,
    "constant": lambda progress: 1.0,
}


def stored(state: Mapping[str, Any], name: str) -> Any:
    """Return an entry of a state, or report that it is missing."""
    if name not in state:
        raise ConfigError(f"{name} is missing")
    return state[name]


def stored_number(state: Mapping[str, Any], name: str, low: float = 0.0, high: float = np.inf) -> float:
    """Return a number of a state, from low to high."""
    return number(name, stored(state, name), low, high)


def stored_loss(state: Mapping[str, Any], name: str) -> float:
    """Return a loss of a state, which may be NaN if training diverged."""
    value = stored(state, name)
    if not isinstance(value, numbers.Real):
        raise ConfigError(f"{name} must be a number, got {value!r}")
    return float(value)


def stored_array(
    state: Mapping[str, Any], name: str, shape: tuple[int, ...], dtype: type[np.generic]
) -> npt.NDArray[Any]:
    """Return an array of a state, contiguous."""
    value = stored(state, name)
    found = f"{value.dtype} {value.shape}" if isinstance(value, np.ndarray) else repr(value)
    if not isinstance(value, np.ndarray) or value.shape != shape or value.dtype != dtype:
        raise ConfigError(f"{name} must have shape {shape} and type {np.dtype(dtype)}, got {found}")
    return np.ascontiguousarray(value)


class Anneal:
    """Hardness as a function of the progress of a run.

    Hard negatives speed up training early and overfit late, so it is best to reduce them with time.

    Parameters
    ----------
    name : {"linear", "cosine", "rise", "constant"}, optional
        None is ``"constant"``.
    until : float
        Share of the run, in (0, 1], over which hardness changes. Afterwards a sampler draws from its base
        (only ``"rise"`` stays at 1).

    Raises
    ------
    ConfigError
        If the name is unknown or `until` is outside (0, 1].

    Examples
    --------
    >>> from ns2vec.sampling.steering import Anneal
    >>> anneal = Anneal("linear", until=0.5)
    >>> [anneal(progress) for progress in (0.0, 0.25, 0.5, 1.0)]
    [1.0, 0.5, 0.0, 0.0]
    """

    def __init__(self, name: str | None = None, until: float = 1.0) -> None:
        if name is not None and name not in ANNEALING:
            raise ConfigError(f"anneal must be one of {', '.join(ANNEALING)}, got {name!r}")
        self.name, self.until = name or "constant", number("until", until, 0, 1)
        if self.until == 0:
            raise ConfigError("until must be above 0 and at most 1, got 0")

    def __call__(self, progress: float) -> float:
        """Return the hardness at `progress`."""
        if progress >= self.until and self.until < 1.0 and self.name != "rise":
            return 0.0
        return ANNEALING[self.name](min(progress / self.until, 1.0))


class Hardness:
    """Hardness that follows the loss: up while it falls, down when it rises or is NaN.

    The curriculum of Shi et al. 2023 (arXiv:2302.03472), with the loss as the judge of its pace.

    Parameters
    ----------
    start : float
        Hardness before the first comparison.
    step : float
        How far one comparison moves it.

    Raises
    ------
    ConfigError
        If one of them is outside [0, 1].

    Examples
    --------
    >>> from ns2vec.sampling.steering import Hardness
    >>> hardness = Hardness(start=0.5, step=0.25)
    >>> [hardness.update(loss) for loss in (2.0, 1.9, 1.8, 1.9, float("nan"))]
    [0.5, 0.75, 1.0, 0.75, 0.5]
    >>> hardness.move(-0.25)
    >>> hardness.value
    0.25
    """

    def __init__(self, start: float = 0.0, step: float = 0.1) -> None:
        self.value, self.step = number("start", start, 0, 1), number("step", step, 0, 1)
        self.last: float | None = None

    def update(self, loss: float) -> float:
        """Compare a loss with the previous one; return the new hardness.

        Parameters
        ----------
        loss : float

        Returns
        -------
        float
        """
        if not math.isfinite(loss):
            self.move(-self.step)
            return self.value
        if self.last is not None and loss != self.last:
            self.move(self.step if loss < self.last else -self.step)
        self.last = loss
        return self.value

    def move(self, change: float) -> None:
        """Change the hardness within [0, 1]; rounded, so that steps of 0.1 can return to earlier values.

        Parameters
        ----------
        change : float
        """
        self.value = round(min(max(self.value + change, 0.0), 1.0), 9)


class Steering:
    """Sets a sampler's hardness during training and counts what its draws did.

    In an epoch, `attach` is called first, then `before` and `after` around each chunk, by the thread that
    trains it, then `detach`. What a steering gathers lasts as long as the vocabulary and goes into files and
    copies of the model through `state` and `restore`; a subclass with its own state extends both.

    Parameters
    ----------
    draws : AwareDraws
    anneal : Anneal
    adaptive : Hardness, optional
        Follows the loss that the sampler reports.
    interval : int
        Number of losses per comparison.
    """

    def __init__(
        self, draws: AwareDraws, anneal: Anneal, adaptive: Hardness | None = None, interval: int = 50_000
    ) -> None:
        self.draws, self.anneal, self.adaptive, self.interval = draws, anneal, adaptive, interval
        self.lock = threading.Lock()
        self.totals: dict[str, float] = {}
        self.loss, self.n_losses, self.progress = 0.0, 0, 0.0
        self.set_hardness()

    @property
    def gathers(self) -> bool:
        """Whether draws depend on what all threads have drawn before, and not on progress alone."""
        return self.adaptive is not None

    def set_hardness(self) -> None:
        """Set the hardness from progress and loss."""
        self.draws.hardness = self.anneal(self.progress) * (self.adaptive.value if self.adaptive else 1.0)

    def attach(self, outputs: Float32Array, n_dims: int, compose: Compose | None = None) -> None:
        """Use the output matrix (V, stride), of which the first n_dims columns count.

        If outputs are sums or means of rows, `outputs` has the rows, and ``compose()`` returns the matrix.
        """

    def detach(self) -> None:
        """Release the matrix: the epoch is over."""

    def before(self, progress: float) -> None:
        """Prepare for a chunk at a progress in [0, 1] of the run."""
        with self.lock:
            self.progress = progress
            self.set_hardness()

    def after(self, counts: Mapping[str, float]) -> None:
        """Add the counts of one thread's draws (``ns2_counts``)."""
        with self.lock:
            for name, count in counts.items():
                self.totals[name] = self.totals.get(name, 0.0) + count
            self.loss += counts.get("loss", 0.0)
            self.n_losses += int(counts.get("n_losses", 0))
            if self.adaptive is not None and self.n_losses >= self.interval:
                self.adaptive.update(self.loss / self.n_losses)
                self.loss, self.n_losses = 0.0, 0
                self.set_hardness()

    def state(self) -> dict[str, Any]:
        """Return everything needed to continue from here in another process: numbers and arrays, by name.

        Called between two chunks. Values are int, float or ndarray of bool, int or float, owned by the
        caller.
        """
        with self.lock:
            found = {"progress": self.progress, "loss": self.loss, "n_losses": self.n_losses}
            found |= {f"total.{name}": count for name, count in self.totals.items()}
            if self.adaptive is not None:
                found["adaptive"] = self.adaptive.value
                if self.adaptive.last is not None:
                    found["last_loss"] = self.adaptive.last
        return found

    def restore(self, state: Mapping[str, Any], n_dims: int) -> None:
        """Continue from the result of `state`, for the same options and vocabulary.

        Parameters
        ----------
        state : mapping
            It may come from a file, so it may contain anything.
        n_dims : int
            D of the model.

        Raises
        ------
        ConfigError
            If an entry is missing or has an impossible value.
        """
        totals = {name: name.removeprefix("total.") for name in state if name.startswith("total.")}
        with self.lock:
            self.progress = stored_number(state, "progress", 0.0, 1.0)
            self.loss, self.n_losses = stored_loss(state, "loss"), int(stored_number(state, "n_losses"))
            self.totals = {
                short: (stored_loss if short == "loss" else stored_number)(state, name)
                for name, short in totals.items()
            }
            if self.adaptive is not None:
                self.adaptive.value = stored_number(state, "adaptive", 0.0, 1.0)
                self.adaptive.last = stored_loss(state, "last_loss") if "last_loss" in state else None
            self.set_hardness()

    def report(self) -> dict[str, float]:
        """Return what was counted in training so far, and the current hardness.

        Returns
        -------
        dict
            ``sets`` drawn; ``scores_per_set``; ``short_sets``: share with fewer negatives than asked for;
            ``hardness``; and for pools ``hit_rate``: share of the sets that a pool served without a refresh,
            ``staleness``: mean number of sets that a pool had served before one was drawn from it,
            ``refresh_cost``: scores of one refresh.
        """
        counts = self.totals
        n_sets = max(counts.get("n_sets", 0.0), 1.0)
        found = {
            "sets": counts.get("n_sets", 0.0),
            "scores_per_set": counts.get("n_scores", 0.0) / n_sets,
            "short_sets": counts.get("n_short", 0.0) / n_sets,
            "hardness": float(self.draws.hardness),
        }
        n_hits, n_refreshes = counts.get("n_hits", 0.0), counts.get("n_refreshes", 0.0)
        if n_hits + n_refreshes:
            found["hit_rate"] = n_hits / (n_hits + n_refreshes)
            found["staleness"] = counts["age"] / (n_hits + n_refreshes)
            found["refresh_cost"] = counts["n_scores"] / max(n_refreshes, 1.0)
        return found


class CachedSteering(Steering):
    """Keeps the pools of a cache in the state.

    Parameters
    ----------
    draws : CachedDraws
    anneal : Anneal
    """

    gathers = True

    def __init__(self, draws: CachedDraws, anneal: Anneal) -> None:
        super().__init__(draws, anneal)
        self.pools = draws

    def state(self) -> dict[str, Any]:
        """Return the pools, too: ``rows`` (n_keys, size) and ``uses`` (n_keys,)."""
        return {**super().state(), "rows": self.pools.rows.copy(), "uses": self.pools.uses.copy()}

    def restore(self, state: Mapping[str, Any], n_dims: int) -> None:
        """Fill the pools."""
        shape = self.pools.rows.shape
        rows = stored_array(state, "rows", shape, np.int32)
        self.pools.set_pools(rows, stored_array(state, "uses", shape[:1], np.uint16))
        super().restore(state, n_dims)


class RankSteering(Steering):
    """Sorts the rows by each factor of the output matrix from time to time, on the thread that is due.

    Parameters
    ----------
    draws : RankDraws
    anneal : Anneal
    every : int
        Sets between two sorts.
    """

    gathers = True

    def __init__(self, draws: RankDraws, anneal: Anneal, every: int) -> None:
        super().__init__(draws, anneal)
        self.rank_draws, self.every = draws, every
        self.sorting = threading.Lock()
        self.outputs: Any = None
        self.compose: Compose | None = None
        self.n_sets, self.n_sorts = 0, 0
        self.is_restored = False  # within an epoch, which continues with the lists that it had

    def attach(self, outputs: Float32Array, n_dims: int, compose: Compose | None = None) -> None:
        """Sort once now; later sorts use the current values of `outputs`."""
        self.outputs, self.compose = outputs[:, :n_dims], compose
        if not self.is_restored:
            self.sort()
        self.is_restored = False

    def detach(self) -> None:
        """Release the matrix; the next epoch begins with a sort."""
        self.outputs = self.compose = None

    def after(self, counts: Mapping[str, float]) -> None:
        """Count, and sort when it is due; the other threads continue with their lists."""
        super().after(counts)
        with self.lock:
            self.n_sets += int(counts.get("n_sets", 0))
            is_time = self.outputs is not None and self.n_sets >= self.every
        if is_time and self.sorting.acquire(blocking=False):
            try:
                self.n_sets = 0
                self.sort()
            finally:
                self.sorting.release()

    def sort(self) -> None:
        """Rows by descending value of each factor, and the standard deviation of each factor."""
        outputs = self.outputs if self.compose is None else self.compose()[:, : self.outputs.shape[1]]
        columns = np.ascontiguousarray(outputs.T)
        if not np.isfinite(columns).all():
            return  # the model has diverged: keep the lists
        lists = np.array([np.argsort(-column, kind="stable") for column in columns], dtype=np.int32)
        self.rank_draws.set_lists(lists, columns.std(axis=1, dtype=np.float64).astype(np.float32))
        self.n_sorts += 1

    def state(self) -> dict[str, Any]:
        """Return ``n_sets`` and ``n_sorts``, and within an epoch ``lists`` (D, V) and ``deviation`` (D,)."""
        found = {**super().state(), "n_sets": self.n_sets, "n_sorts": self.n_sorts}
        if self.rank_draws.lists is not None and (self.outputs is not None or self.is_restored):
            lists, deviation = self.rank_draws.lists
            found |= {"lists": lists.copy(), "deviation": deviation.copy()}
        return found

    def restore(self, state: Mapping[str, Any], n_dims: int) -> None:
        """Restore the lists of a run that was interrupted within an epoch."""
        n_sets, n_sorts = (int(stored_number(state, name)) for name in ("n_sets", "n_sorts"))
        if "lists" in state:
            lists = stored_array(state, "lists", (n_dims, self.rank_draws.n_rows), np.int32)
            self.rank_draws.set_lists(lists, stored_array(state, "deviation", (n_dims,), np.float32))
        super().restore(state, n_dims)
        self.n_sets, self.n_sorts, self.is_restored = n_sets, n_sorts, "lists" in state

    def report(self) -> dict[str, float]:
        """Return the number of sorts, too."""
        return {**super().report(), "sorts": float(self.n_sorts)}
