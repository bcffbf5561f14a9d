"""Items that are bought together: baskets of item numbers, whose order means nothing.

A basket is a set, so any two of its items are centre and context: the window is as wide as the widest basket
and never shrinks, and subsampling drops no item. Keys are the shop's own item numbers (int); nothing has to
be turned into text. Baskets are trained in the order in which they come and are not shuffled.

    python examples/baskets.py
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np
from pictures import options, picture

from ns2vec import Word2Vec

SHELVES = {"breakfast": range(100, 120), "tools": range(200, 220), "garden": range(300, 320)}


class Baskets:
    """Baskets of 2 to 8 items, mostly of one shelf; the same ones each time they are read."""

    def __init__(self, n_baskets: int = 4000, seed: int = 1) -> None:
        self.n_baskets = n_baskets
        self.seed = seed

    def __iter__(self) -> Iterator[list[int]]:
        rng = np.random.default_rng(self.seed)
        shelves = list(SHELVES.values())
        for _ in range(self.n_baskets):
            shelf = shelves[rng.integers(len(shelves))]
            basket = rng.choice(shelf, size=rng.integers(2, 8), replace=False)
            stray = rng.choice(shelves[rng.integers(len(shelves))])
            yield [*basket.tolist(), int(stray)]


def train(baskets: Baskets) -> Word2Vec:
    """Vectors of items: skip-gram over whole baskets."""
    widest = max(map(len, baskets))
    return Word2Vec(
        baskets, vector_size=16, sg=1, window=widest, shrink_windows=False, sample=0, min_count=1,
        ns_exponent=0.5, epochs=5, seed=2, workers=2,
    )  # fmt: skip


def recommend(model: Word2Vec, basket: list[int], n: int = 5) -> list[int]:
    """Items that go with those in a basket, which are left out."""
    return [item for item, _ in model.wv.most_similar(positive=basket, topn=n)]


def draw(path: str, model: Word2Vec) -> None:
    """Cosines of all items with each other, shelf by shelf."""
    items = [item for shelf in SHELVES.values() for item in shelf]
    unit = model.wv.vectors_for_all(items).get_normed_vectors()
    with picture(path, "How near items are to each other", size=(4.6, 4)) as axes:
        image = axes.imshow(unit @ unit.T, cmap="RdBu_r", vmin=-1, vmax=1)
        axes.figure.colorbar(image, label="cosine")
        axes.set_xticks([9.5, 29.5, 49.5], list(SHELVES))
        axes.set_yticks([9.5, 29.5, 49.5], list(SHELVES), rotation=90, va="center")


def main(arguments: list[str]) -> int:
    """Train, then recommend for a basket of each shelf; 1 when a recommendation is from another shelf."""
    chosen = options(arguments, __doc__)
    model = train(Baskets())
    n_wrong = 0
    for name, shelf in SHELVES.items():
        basket = list(shelf)[:3]
        found = recommend(model, basket)
        n_wrong += sum(item not in shelf for item in found)
        print(f"{name}: {basket} go with {found}")
    if chosen.picture:
        draw(chosen.picture, model)
    return int(n_wrong > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
