"""Documents that say nearly the same thing: found among trained documents, and for new ones.

Versions of a news item differ in some of their words. PV-DBOW gives each document a vector; those of two
versions of one item point in the same direction. A new document gets a vector from its words
(`infer_vectors`), and its nearest neighbours among the known documents are its duplicates.

    python examples/near_duplicates.py
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np
from pictures import options, picture

from ns2vec import Doc2Vec, TaggedDocument

N_ITEMS, N_FORMS, N_WORDS = 300, 2, 40


class News:
    """Two forms of each item, tagged with their numbers; the same ones each time they are read."""

    def __init__(self, seed: int = 1) -> None:
        rng = np.random.default_rng(seed)
        self.items = [self.words(rng, N_WORDS) for _ in range(N_ITEMS)]

    @staticmethod
    def words(rng: np.random.Generator, n: int) -> list[str]:
        """Some words of a language of 2,000, of which few are frequent."""
        rows = rng.integers(0, 2000, size=n) * rng.random(n)
        return [f"word{row:.0f}" for row in rows]

    def form(self, item: int, number: int) -> list[str]:
        """An item in which three of ten words are others."""
        rng = np.random.default_rng([item, number])
        other = self.words(rng, N_WORDS)
        keeps = rng.random(N_WORDS) < 0.7
        return [own if keep else new for own, new, keep in zip(self.items[item], other, keeps, strict=True)]

    def __iter__(self) -> Iterator[TaggedDocument]:
        for item in range(N_ITEMS):
            for number in range(N_FORMS):
                yield TaggedDocument(self.form(item, number), [item * N_FORMS + number])


def train(news: News) -> Doc2Vec:
    """Vectors of documents: PV-DBOW, which looks at the words of a document and not at their order."""
    return Doc2Vec(news, dm=0, vector_size=64, min_count=1, negative=10, epochs=40, seed=2, workers=2)


def duplicates(model: Doc2Vec) -> float:
    """Share of the known documents whose nearest neighbour is the other form of their item."""
    unit = model.dv.get_normed_vectors()
    cosines = unit @ unit.T
    np.fill_diagonal(cosines, -1.0)
    numbers = np.arange(len(unit))
    return float((cosines.argmax(axis=1) // N_FORMS == numbers // N_FORMS).mean())


def recognized(model: Doc2Vec, news: News) -> float:
    """Share of the items whose third form, which the model has not seen, has a known form as its nearest."""
    vectors = model.infer_vectors(news.form(item, N_FORMS) for item in range(N_ITEMS))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    nearest = (vectors @ model.dv.get_normed_vectors().T).argmax(axis=1)
    return float((nearest // N_FORMS == np.arange(N_ITEMS)).mean())


def draw(path: str, model: Doc2Vec) -> None:
    """Cosines of pairs of documents: of two forms of an item, and of any two items."""
    unit = model.dv.get_normed_vectors()
    forms = (unit[::2] * unit[1::2]).sum(axis=1)
    others = (unit[::2] * np.roll(unit[1::2], 1, axis=0)).sum(axis=1)
    with picture(path, "How near documents are to each other") as axes:
        axes.hist(
            [others, forms], bins=40, label=["two items", "two forms of one item"], histtype="stepfilled"
        )
        axes.set(xlabel="cosine", ylabel="pairs")
        axes.legend(frameon=False)


def main(arguments: list[str]) -> int:
    """Train, and find duplicates; 1 when more than one in twenty is missed."""
    chosen = options(arguments, __doc__)
    news = News()
    model = train(news)
    known, new = duplicates(model), recognized(model, news)
    print(f"{known:.1%} of the documents have their other form as nearest neighbour")
    print(f"{new:.1%} of the new documents are recognized")
    if chosen.picture:
        draw(chosen.picture, model)
    return int(min(known, new) < 0.95)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
