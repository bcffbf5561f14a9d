"""Words that nobody has seen: misspellings find the word that was meant.

FastText's vectors are made of character n-grams, so a misspelt word is close to the word that was meant. Long
words from Python's own reference are misspelt at every position, and the words nearest to them are looked up.

    python examples/misspellings.py
"""

from __future__ import annotations

import pydoc_data.topics
import re
import sys
from collections.abc import Iterator

from ns2vec import FastText


def sentences() -> list[list[str]]:
    """The sentences of Python's own reference, which comes with it."""
    text = "\n".join(pydoc_data.topics.topics.values())
    return [re.findall(r"[a-z]{2,}", piece.lower()) for piece in re.split(r"[.:;]\s", text)]


def misspelt(word: str) -> Iterator[str]:
    """The word with two letters exchanged, in every place where they differ."""
    for place in range(1, len(word) - 2):
        first, second = word[place : place + 2]
        if first != second:
            yield word[:place] + second + first + word[place + 2 :]


def main() -> int:
    """Train, and count how often a misspelling finds its word; 1 when that is less than half of the time."""
    # one worker: so little text is learnt unevenly by more threads than there are processors
    options = {"vector_size": 50, "min_n": 2, "max_n": 5, "bucket": 50_000, "epochs": 3}
    model = FastText(sentences(), **options, seed=1, workers=1)
    words = [word for word in model.wv.index_to_key if len(word) >= 8][:100]
    found = n_asked = 0
    for word in words:
        for form in misspelt(word):
            if form not in model.wv.key_to_index:
                n_asked += 1
                found += word in [near for near, _ in model.wv.most_similar(form, topn=5)]
    print(f"{found} of {n_asked} misspellings have the word that was meant among their five nearest")
    return int(found < n_asked / 2)


if __name__ == "__main__":
    sys.exit(main())
