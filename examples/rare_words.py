"""Rare words: how good a vector is that was learned from three occurrences.

A generated language has stems with endings. Each stem has common forms and a rare form, which occurs three
times in the text. Word2Vec knows of the rare form only what three sentences say; FastText also knows its
letters, which it shares with the common forms. Both are asked for the word nearest to the rare form: does it
have the same stem?

    python examples/rare_words.py
"""

from __future__ import annotations

import sys

import numpy as np
from pictures import options, picture

from ns2vec import FastText, KeyedVectors, Word2Vec

N_STEMS, COMMON, RARE = 60, ("", "er", "ing"), "able"
TIMES = (1, 3, 10, 30)


def language(times: int, seed: int = 1) -> tuple[list[str], list[list[str]]]:
    """Stems, and sentences in which a form stands among four companions of its stem."""
    rng = np.random.default_rng(seed)
    letters = np.array(list("bdfgklmnprst")), np.array(list("aeiou"))
    stems = ["".join(rng.choice(letters[place % 2]) for place in range(5)) for _ in range(N_STEMS)]
    forms = [(stem, stem + end) for stem in stems for end in COMMON for _ in range(40)]
    forms += [(stem, stem + RARE) for stem in stems for _ in range(times)]
    sentences = []
    for stem, form in (forms[row] for row in rng.permutation(len(forms))):
        companions = [f"{number}{stems.index(stem)}" for number in rng.integers(0, 9, 4)]
        sentences.append([*companions[:2], form, *companions[2:]])
    return stems, sentences


def share_found(wv: KeyedVectors, stems: list[str]) -> float:
    """How often a common form of the stem is the nearest of all common forms."""
    common = [stem + end for stem in stems for end in COMMON]
    matrix = wv.vectors_for_all(common).get_normed_vectors()
    nearest = [common[int((matrix @ wv[stem + RARE]).argmax())] for stem in stems]
    return float(np.mean([form.startswith(stem) for form, stem in zip(nearest, stems, strict=True)]))


def main(arguments: list[str]) -> int:
    """Compare both at several frequencies; 1 when letters do not help where words are rare."""
    chosen = options(arguments, __doc__)
    train = {"vector_size": 32, "min_count": 1, "sg": 1, "sample": 0, "epochs": 3, "seed": 1, "workers": 1}
    found = np.zeros((len(TIMES), 2))
    for row, times in enumerate(TIMES):
        stems, sentences = language(times)
        models = Word2Vec(sentences, **train), FastText(sentences, bucket=20_000, min_n=3, max_n=5, **train)
        found[row] = [share_found(model.wv, stems) for model in models]
        print(f"{times} times: {found[row, 0]:.2f} by words, by letters {found[row, 1]:.2f}")
    if chosen.picture:
        with picture(chosen.picture, "Is the nearest form one of the same stem?") as axes:
            axes.plot(TIMES, found, marker="o", label=["Word2Vec", "FastText"])
            axes.set(xlabel="occurrences of the rare form", ylabel="share", xscale="log", ylim=(0, 1.05))
            axes.set_xticks(TIMES, list(map(str, TIMES)))
            axes.legend(frameon=False)
    return int(found[1, 1] <= found[1, 0])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
