"""Changes in meaning: which words mean something else in the second half of a century?

Two texts in a generated language are trained separately. One space is rotated onto the other by the words
that both have (orthogonal Procrustes; Hamilton et al. 2016, arXiv:1605.09096); a word has drifted as far as
its two vectors are then apart. Ten words were moved to another topic in the second text.

    python examples/drift.py
"""

from __future__ import annotations

import sys

import numpy as np
from pictures import options, picture
from scipy.linalg import orthogonal_procrustes

from ns2vec import KeyedVectors, Word2Vec

N_WORDS, N_TOPICS, N_SENTENCES = 400, 20, 8000
MOVED = range(0, 100, 10)  # from topic to topic + 10


def text(has_moved: bool, seed: int) -> list[list[str]]:
    """Sentences of seven words of one topic and one of any; each word belongs to topic number % 20."""
    rng = np.random.default_rng(seed)
    topics = np.arange(N_WORDS) % N_TOPICS
    if has_moved:
        topics[list(MOVED)] = (topics[list(MOVED)] + N_TOPICS // 2) % N_TOPICS
    members = [np.flatnonzero(topics == topic) for topic in range(N_TOPICS)]
    found = []
    for topic in rng.integers(0, N_TOPICS, N_SENTENCES):
        words = [*rng.choice(members[topic], 7), rng.integers(0, N_WORDS)]
        found.append([f"w{word}" for word in rng.permutation(words)])
    return found


def drift(before: KeyedVectors, after: KeyedVectors) -> dict[str, float]:
    """One minus the cosine of the two vectors of each word, after the spaces were turned onto each other."""
    words = [word for word in before.index_to_key if word in after]
    first, second = (wv.vectors_for_all(words).get_normed_vectors() for wv in (before, after))
    turned = first @ orthogonal_procrustes(first, second)[0]
    return dict(zip(words, (1.0 - (turned * second).sum(axis=1)).tolist(), strict=True))


def main(arguments: list[str]) -> int:
    """Rank words by drift; 1 when fewer than nine of the ten are first."""
    chosen = options(arguments, __doc__)
    train = {"vector_size": 32, "window": 7, "min_count": 1, "sg": 1, "sample": 0, "epochs": 3, "workers": 1}
    before, after = (Word2Vec(text(moved, 1 + moved), seed=1, **train).wv for moved in (False, True))
    moved = {f"w{number}" for number in MOVED}
    found = drift(before, after)
    ranked = sorted(found, key=found.__getitem__, reverse=True)
    n_found = len(moved & {*ranked[: len(moved)]})
    print(f"share of the words that moved among the first ten: {n_found / len(moved):.2f}")
    print(f"the most: {', '.join(ranked[:3])}")
    if chosen.picture:
        with picture(chosen.picture, "How far words have drifted") as axes:
            values = [[found[word] for word in found if (word in moved) == side] for side in (False, True)]
            axes.hist(values, bins=30, stacked=True, label=["stayed", "moved to another topic"])
            axes.set(xlabel="1 - cosine", ylabel="words", yscale="log")
            axes.legend(frameon=False)
    return int(n_found < 9)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
