"""The settings of a classifier that `autotune` tries: the values of options, and neighbours of a value."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

MOST_SCORED = 1000  # with more labels, losses that score all of them for each line are not tried
MOST_DRAWS = 100  # if options are given, there may be few other settings
KEEPS = 0.6  # probability that an option of a good setting is kept


class Choice(Protocol):
    """The values of one option."""

    def draw(self, rng: np.random.Generator) -> Any:
        """Any value."""

    def near(self, value: Any, rng: np.random.Generator) -> Any:
        """A value near another one."""


@dataclass(frozen=True)
class Scale:
    """Numbers from `low` to `high`, each order of magnitude with equal probability."""

    low: float
    high: float
    is_whole: bool = False

    def draw(self, rng: np.random.Generator) -> Any:
        """Any number of the scale."""
        return self.rounded(math.exp(rng.uniform(math.log(self.low), math.log(self.high))))

    def near(self, value: Any, rng: np.random.Generator) -> Any:
        """A number from half to twice as large."""
        return self.rounded(min(max(value * 2.0 ** rng.uniform(-1.0, 1.0), self.low), self.high))

    def rounded(self, value: float) -> Any:
        """Two digits are enough."""
        return round(value) if self.is_whole else float(f"{value:.2g}")


@dataclass(frozen=True)
class OneOf:
    """Some values."""

    values: Sequence[Any]
    weights: Sequence[float]

    def draw(self, rng: np.random.Generator) -> Any:
        """One of them."""
        return self.values[int(rng.choice(len(self.values), p=np.divide(self.weights, sum(self.weights))))]

    def near(self, value: Any, rng: np.random.Generator) -> Any:
        """The same value, or a neighbour."""
        place = [*self.values].index(value) if value in self.values else 0
        return self.values[int(np.clip(place + rng.integers(-1, 2), 0, len(self.values) - 1))]


#: Options that belong together -> their values.
SPACE: dict[tuple[str, ...], Choice] = {
    ("alpha",): Scale(0.03, 1.5),
    ("epochs",): Scale(4, 50, is_whole=True),
    ("word_ngrams",): OneOf((1, 2, 3), (2, 5, 1)),
    ("min_n", "max_n"): OneOf(((0, 0), (2, 4), (3, 5), (3, 6)), (4, 2, 2, 2)),
    ("vector_size",): OneOf((10, 20, 50, 100), (1, 2, 2, 2)),
    # only used buckets have rows: few buckets save memory if there is a lot of text, and cost accuracy
    ("bucket",): OneOf((200_000, 2_000_000), (1, 3)),
    ("min_count",): OneOf((1, 2), (3, 1)),
}
WORDS = {"alpha": 0.2, "epochs": 20, "word_ngrams": 2, "min_n": 0, "max_n": 0}
SPELLING = {"alpha": 0.2, "epochs": 12, "word_ngrams": 1, "min_n": 3, "max_n": 6}
BOTH = {"alpha": 0.15, "epochs": 25, "word_ngrams": 2, "min_n": 3, "max_n": 5}
SIZES = {"vector_size": 50, "bucket": 2_000_000, "min_count": 1}
#: Settings that are good for many texts; losses alternate.
FIRST = (WORDS, WORDS, BOTH, SPELLING)


class Proposals:
    """Settings to try, one after another.

    Parameters
    ----------
    given : dict
        Options with fixed values.
    n_labels : int
    has_sets : bool
        Whether lines have several labels.
    rng : Generator
    """

    def __init__(
        self, given: dict[str, Any], n_labels: int, has_sets: bool, rng: np.random.Generator
    ) -> None:
        self.given, self.rng = given, rng
        if n_labels > MOST_SCORED:
            losses = OneOf(("hs", "ns"), (1, 1))
        else:
            losses = OneOf(("ova",) if has_sets else ("softmax", "ova"), (1,) if has_sets else (2, 1))
        self.space: dict[tuple[str, ...], Choice] = {("loss",): losses, **SPACE}
        turns = zip(FIRST, itertools.cycle(losses.values))
        self.first = [{"loss": loss, **each, **SIZES} | given for each, loss in turns]
        self.first = [each for i, each in enumerate(self.first) if each not in self.first[:i]]
        self.drawn = [*self.first]

    def next(self, best: dict[str, Any] | None) -> dict[str, Any]:
        """A setting that was not tried yet: any, or one near the best so far."""
        for _ in range(MOST_DRAWS):
            if (found := self.draw(best)) not in self.drawn:
                break
        self.drawn.append(found)
        return found

    def draw(self, best: dict[str, Any] | None) -> dict[str, Any]:
        """Any setting, or one near another."""
        found: dict[str, Any] = {}
        for names, choice in self.space.items():
            if best is None:
                value = choice.draw(self.rng)
            else:
                value = tuple(best[name] for name in names) if len(names) > 1 else best[names[0]]
                value = value if self.rng.random() < KEEPS else choice.near(value, self.rng)
            found |= zip(names, value if len(names) > 1 else (value,), strict=True)
        return found | self.given
