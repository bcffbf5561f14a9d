"""Spam, questions, or anything with labels: labels for the lines of a file, and how sure they are.

Without a file, messages are generated: spam and ham share most words, and some words are more frequent in
spam. With a file, each line is a label and a text (separated by a tab), or fastText's ``__label__spam win a
prize``. Four fifths of the lines are trained on, a tenth is used to find the temperature, and a tenth is the
test set.

Labels are few, so the negatives of a message are all other labels (softmax), and no sampler is needed.

    python examples/spam.py
    python examples/spam.py messages.tsv --picture spam.png
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import numpy as np
from pictures import options, picture

from ns2vec.classify import Classifier
from ns2vec.evaluation.classification import calibration_error, evaluate_labels

USUAL = ["see", "you", "at", "home", "when", "the", "is", "over", "so", "i", "will", "then", "and", "we"]
SPAM = ["free", "prize", "win", "claim", "txt", "urgent", "cash", "reply", "now"]
HINTS = {"spam": SPAM, "ham": ["love", "sorry", "ok", "later", "mum"]}


def made_up(n: int = 3000) -> tuple[list[str], list[str]]:
    """Messages of which one in eight is spam."""
    rng = np.random.default_rng(1)
    labels = np.where(rng.random(n) < 0.125, "spam", "ham").tolist()
    texts = [
        " ".join([*rng.choice(USUAL, 9), *rng.choice(HINTS[label], 2), *rng.choice(HINTS[other], 2)])
        for label, other in zip(labels, rng.choice(["ham", "ham", "spam"], n), strict=True)
    ]
    return texts, labels


def read(path: str) -> tuple[list[str], list[str]]:
    """Texts and labels of a file, with words and marks apart; lines without a label are left out."""
    texts, labels = [], []
    for line in Path(path).read_text("utf-8").splitlines():
        label, mark, text = line.partition(" " if line.startswith("__label__") else "\t")
        if mark:
            labels.append(label.removeprefix("__label__"))
            texts.append(" ".join(re.findall(r"\w+|[^\w\s]", text.lower())))
    return texts, labels


def draw(path: str, model: Classifier, texts: list[str], right: list[str]) -> None:
    """How probable the rarest label is, of texts that have it and of others."""
    label = model.labels[-1]
    found = model.predict_proba(texts)[:, -1]
    is_label = np.array([other == label for other in right])
    with picture(path, f"How probable {label} is, after calibration") as axes:
        parts = [found[is_label], found[~is_label]]
        axes.hist(parts, bins=20, range=(0, 1), label=[label, "others"], color=["C3", "C0"])
        axes.set(yscale="log", xlabel=f"P({label})", ylabel="messages")
        axes.legend(frameon=False)


def main(arguments: list[str]) -> int:
    """Learn and judge; 1 if it is no better than the most frequent label."""
    chosen = options(arguments, __doc__, "lines with labels")
    texts, labels = read(chosen.data[0]) if chosen.data else made_up()
    order = np.random.default_rng(0).permutation(len(texts)).tolist()
    n = len(order)
    learn, tune, judge = order[: n * 8 // 10], order[n * 8 // 10 : n * 9 // 10], order[n * 9 // 10 :]
    right, judged_texts = [labels[i] for i in judge], [texts[i] for i in judge]
    model = Classifier(word_ngrams=2, bucket=200_000, epochs=10, alpha=0.5, progress=False)
    model.fit([texts[i] for i in learn], [labels[i] for i in learn])
    temperature = model.calibrate([texts[i] for i in tune], [labels[i] for i in tune])
    found = [row[0] for row in model.top_k(judged_texts)]
    judged = evaluate_labels(right, [label for label, _ in found])
    print(f"{len(learn)} texts, {len(model.labels)} labels, {len(model.wv)} words")
    low, high = judged.intervals["accuracy"]
    print(f"accuracy {judged.accuracy:.3f} ({low:.3f} to {high:.3f})")
    for label, score in judged.per_label.items():
        print(f"F1 of {label}: {score.f1:.3f} ({score.support} texts)")
    error = calibration_error(judged.is_right, [p for _, p in found])
    print(f"calibration error {error:.3f} at temperature {temperature:.2f}")
    if chosen.picture:
        draw(chosen.picture, model, judged_texts, right)
    return int(judged.accuracy <= max(score.support for score in judged.per_label.values()) / len(right))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
