"""Search that knows synonyms: whoever looks for a sofa finds the couch.

Descriptions in an imaginary shop name the same thing by one of three words. A literal word search finds a
third of what is meant. Words that occur in the same contexts have similar vectors, so the nearest names of
things are added to the query, and hits are ranked by how close the word that found them is to the query.

    python examples/synonyms.py
"""

from __future__ import annotations

import sys

import numpy as np
from pictures import options, picture

from ns2vec import Word2Vec

N_THINGS, N_NAMES, N_TEXTS = 40, 3, 6000


def texts(seed: int = 1) -> tuple[list[list[str]], np.ndarray]:
    """Descriptions, and the thing that each is about: one name, four words about it, three about nothing."""
    rng = np.random.default_rng(seed)
    things = rng.integers(0, N_THINGS, N_TEXTS)
    found = []
    for thing in things:
        about = rng.choice(8, 4, replace=False) + 8 * thing
        words = [f"thing{thing}_{rng.integers(N_NAMES)}", *(f"about{number}" for number in about)]
        words += [f"filler{number}" for number in rng.integers(0, 50, 3)]
        found.append(rng.permutation(words).tolist())
    return found, things


def search(shop: list[list[str]], weights: dict[str, float], n: int) -> list[int]:
    """The n texts with the largest weight of a word of the query."""
    scores = np.array([max((weights.get(word, 0.0) for word in text), default=0.0) for text in shop])
    return [row for row in np.argsort(-scores, kind="stable")[:n].tolist() if scores[row] > 0]


def main(arguments: list[str]) -> int:
    """Ask for each thing by its first name; 1 when synonyms do not double what is found."""
    chosen = options(arguments, __doc__)
    shop, things = texts()
    model = Word2Vec(shop, vector_size=32, window=8, min_count=1, sg=1, epochs=5, seed=1, workers=1)
    shares = np.zeros((N_THINGS, 2))
    for thing in range(N_THINGS):
        word, n_right = f"thing{thing}_0", int((things == thing).sum())
        near = [pair for pair in model.wv.most_similar(word, topn=20) if pair[0].startswith("thing")]
        for column, query in enumerate(({word: 1.0}, {word: 1.0, **dict(near[: N_NAMES - 1])})):
            shares[thing, column] = (things[search(shop, query, n_right)] == thing).sum() / n_right
    plain, wide = shares.mean(axis=0)
    print(f"found of what was meant: {plain:.3f} by the word alone")
    print(f"with synonyms: {wide:.3f}")
    if chosen.picture:
        with picture(chosen.picture, "Share of what was meant that a search finds") as axes:
            axes.plot(np.sort(shares, axis=0)[::-1], label=["the word alone", "with two synonyms"])
            axes.set(xlabel="things, best first", ylabel="recall", ylim=(0, 1.05))
            axes.legend(frameon=False, loc="center right")
    return int(wide < 2 * plain)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
