"""Sentiment: whether a review is positive or negative, and which words show it.

Without files, reviews are generated in which "not" reverses the meaning of a word, so that pairs of words are
needed. With two files, they are the good and the bad reviews, one per line, such as rt-polarity.pos and
rt-polarity.neg.

Words, pairs of words and pieces of words (4 and 5 letters: "wonderfully" is recognised by "wonderful") are
rows of a small matrix. The only negative of a label is the other one: softmax, no sampler.

    python examples/sentiment.py
    python examples/sentiment.py good.txt bad.txt --picture sentiment.png
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import numpy as np
from pictures import options, picture

from ns2vec.classify import Classifier
from ns2vec.evaluation.classification import evaluate_labels

PRAISE = ["good", "great", "funny", "moving", "clever", "fresh"]
BLAME = ["bad", "dull", "weak", "boring", "empty", "stale"]
USUAL = ["the", "film", "is", "a", "story", "with", "some", "scenes", "and", "an", "actor", "it"]


def made_up(n: int = 3000) -> tuple[list[str], list[str]]:
    """Reviews, of which a third says the opposite with a "not"."""
    rng = np.random.default_rng(1)
    texts, labels = [], rng.choice(["good", "bad"], n).tolist()
    for label in labels:
        is_turned = rng.random() < 1 / 3
        word = rng.choice(PRAISE if (label == "good") != is_turned else BLAME)
        phrase = f"not {word}" if is_turned else word
        texts.append(" ".join([*rng.choice(USUAL, 3), phrase, *rng.choice(USUAL, 2)]))
    return texts, labels


def read(good: str, bad: str) -> tuple[list[str], list[str]]:
    """Reviews with words and marks apart."""
    texts: list[str] = []
    labels: list[str] = []
    for label, path in (("good", good), ("bad", bad)):
        lines = [line for line in Path(path).read_text("latin-1").split("\n") if line]
        texts += [" ".join(re.findall(r"\w+|[^\w\s]", line.lower())) for line in lines]
        labels += [label] * len(lines)
    return texts, labels


def learned(texts: list[str], labels: list[str]) -> Classifier:
    shape = {"word_ngrams": 2, "min_n": 4, "max_n": 5, "bucket": 1_000_000, "vector_size": 10}
    return Classifier(**shape, epochs=15, alpha=0.2, progress=False).fit(texts, labels)


def main(arguments: list[str]) -> int:
    """Judge each fifth by what the others teach; 1 if that is no better than the more frequent label."""
    chosen = options(arguments, __doc__, "good reviews, then bad ones")
    texts, labels = read(*chosen.data) if chosen.data else made_up()
    fold = np.random.default_rng(0).permutation(len(texts)) % 5
    predicted = np.array(labels)
    for held_out in range(5):
        learn, judge = (np.flatnonzero(each).tolist() for each in (fold != held_out, fold == held_out))
        model = learned([texts[i] for i in learn], [labels[i] for i in learn])
        predicted[judge] = model.predict([texts[i] for i in judge])
    found = evaluate_labels(labels, predicted.tolist())
    low, high = found.intervals["accuracy"]
    print(f"{len(texts)} reviews, {len(model.wv)} words")
    print(f"accuracy {found.accuracy:.3f} ({low:.3f} to {high:.3f})")
    words = [word for word in model.wv.index_to_key[:3000] if word.isalpha()]
    scores = model.scores(words)[:, model.labels.index("good")]
    strongest = np.argsort(scores)[[*range(8), *range(-8, 0)]]
    print(f"bad: {', '.join(words[i] for i in strongest[:8])}")
    print(f"good: {', '.join(words[i] for i in strongest[8:])}")
    if chosen.picture:
        with picture(chosen.picture, "Words that weigh most, each alone", size=(6.4, 4)) as axes:
            axes.barh([words[i] for i in strongest], scores[strongest], color=["C3"] * 8 + ["C0"] * 8)
            axes.set(xlabel="score of praise (below 0: of blame)")
    return int(found.accuracy <= max(score.support for score in found.per_label.values()) / len(labels))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
