"""Classifiers of all programs with one interface, the data sets, and a job in a separate process."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from ns2vec.classify import Classifier

N_FOLDS = 5
FASTTEXT_TRIALS = 20
TRAIN_FASTTEXT = (
    "import fasttext, json, sys\nfasttext.train_supervised(**json.loads(sys.argv[1])).save_model(sys.argv[2])"
)
ALL_WORDS = 50_000  # words of the generated set that occur in lines of any label
OWN_WORDS = 20  # words of each label only
BLOCK_LINES = 50_000

Texts = tuple[list[str], list[str]]


# ---- sets ----


def read_sms(folder: Path) -> Texts:
    """Messages, with words and punctuation separated."""
    rows = [line.split("\t", 1) for line in (folder / "sms_spam.tsv").read_text("utf-8").split("\n")]
    kept = [row for row in rows if len(row) == 2 and row[0] in ("ham", "spam")]
    return [" ".join(re.findall(r"\w+|[^\w\s]", row[1].lower())) for row in kept], [row[0] for row in kept]


def read_polarity(folder: Path) -> Texts:
    """Sentences of reviews."""
    texts, labels = [], []
    for label in ("pos", "neg"):
        lines = (folder / f"rt-polarity.{label}").read_text("latin-1").lower().splitlines()
        texts += (kept := [line for line in lines if line.strip()])
        labels += [label] * len(kept)
    return texts, labels


def read_trec(folder: Path, part: str) -> Texts:
    """Questions with their coarse labels."""
    lines = (folder / f"TREC.{part}").read_text("latin-1").splitlines()
    rows = [line.split(" ", 1) for line in lines if line.strip()]
    return [text.lower() for _, text in rows], [label.split(":")[0] for label, _ in rows]


def folds(texts: Texts) -> list[tuple[Texts, Texts]]:
    """Five pairs of training and test texts, shuffled: fastText learns little from lines sorted by label."""
    order = np.random.default_rng(0).permutation(len(texts[0]))
    is_held = [np.arange(len(order)) % N_FOLDS == fold for fold in range(N_FOLDS)]
    return [(some(texts, order[~held]), some(texts, order[held])) for held in is_held]


def some(texts: Texts, rows: Any) -> Texts:
    """Some of the texts with their labels."""
    return [texts[0][row] for row in rows], [texts[1][row] for row in rows]


def reordered(texts: Texts, seed: int) -> Texts:
    """All of the texts, in an order of their own for each seed."""
    return some(texts, np.random.default_rng(seed).permutation(len(texts[0])))


def splits(folder: Path) -> dict[str, list[tuple[Texts, Texts]]]:
    """Training and test texts, by the name of the set."""
    own = folder / "classification"
    return {
        "trec": [(read_trec(own, "train"), read_trec(own, "test"))],
        "sms": folds(read_sms(own)),
        "polarity": folds(read_polarity(own)),
    }


def in_lines(texts: Texts) -> str:
    """Write texts in fastText's layout."""
    return "".join(f"__label__{label} {text}\n" for text, label in zip(*texts, strict=True))


def write_generated(path: Path, n_lines: int, n_words: int, n_labels: int) -> None:
    """Lines with words of their label among words common to all; both have Zipf frequencies, as in text."""
    rng = np.random.default_rng(1)
    weights = 1.0 / np.arange(1, ALL_WORDS + 1)
    ends = np.cumsum(weights / weights.sum())
    with path.open("w", encoding="ascii") as out:
        for first in range(0, n_lines, BLOCK_LINES):
            n = min(BLOCK_LINES, n_lines - first)
            labels = np.minimum(rng.geometric(2.0 / n_labels, n) - 1, n_labels - 1)
            words = np.searchsorted(ends, rng.random((n, n_words)))
            own = ALL_WORDS + labels[:, None] * OWN_WORDS + rng.integers(0, OWN_WORDS, (n, n_words))
            words = np.where(rng.random((n, n_words)) < 0.3, own, words)
            for label, row in zip(labels.tolist(), words.tolist(), strict=True):
                out.write(f"__label__{label} " + " ".join(f"w{word:x}" for word in row) + "\n")


# ---- programs ----

Labelled = Callable[[list[str]], list[str]]


def fit_ns2vec(lines: Path, options: dict[str, Any]) -> Labelled:
    """Train ns2vec on a file."""
    return Classifier(**options, progress=False).fit(lines).predict


def fit_fasttext(lines: Path, options: dict[str, Any]) -> Labelled:
    """Train fastText on a file; options have ns2vec's names.

    It trains in a separate process: in memory that has been used before, PyPI's fastText 0.9.3 mostly
    ends with NaN, whatever its input.
    """
    import fasttext

    names = {
        "alpha": "lr", "epochs": "epoch", "word_ngrams": "wordNgrams", "vector_size": "dim",
        "min_n": "minn", "max_n": "maxn",
    }  # fmt: skip
    given = {names.get(name, name): value for name, value in options.items()}
    path = lines.with_suffix(".bin")
    options = given | {"input": str(lines), "thread": 1, "verbose": 0}
    command = [sys.executable, "-c", TRAIN_FASTTEXT, json.dumps(options), str(path)]
    for _ in range(FASTTEXT_TRIALS):
        if subprocess.run(command, capture_output=True).returncode == 0:
            return labels_of(fasttext.load_model(str(path)))
    raise RuntimeError(f"fastText has ended in an error {FASTTEXT_TRIALS} times")


def labels_of(model: Any) -> Labelled:
    """fastText's own call from Python for many lines, without the array that NumPy 2 rejects."""

    def predict(texts: list[str]) -> list[str]:
        found, _ = model.f.multilinePredict([f"{text}\n" for text in texts], 1, 0.0, "strict")
        return [row[0].removeprefix("__label__") for row in found]

    return predict


def fit_tfidf(texts: Texts, options: dict[str, Any]) -> Labelled:
    """TF-IDF and logistic regression."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    model = make_pipeline(
        TfidfVectorizer(
            ngram_range=(1, options["word_ngrams"]), token_pattern=r"\S+", sublinear_tf=True
        ),
        LogisticRegression(C=options["C"], max_iter=1000),
    )  # fmt: skip
    predict: Labelled = model.fit(*texts).predict
    return lambda asked: list(predict(asked))


def fit(program: str, texts: Texts, options: dict[str, Any]) -> Labelled:
    """Train a program on texts."""
    if program == "tfidf":
        return fit_tfidf(texts, options)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "lines.txt"
        path.write_text(in_lines(texts), "utf-8")
        return FITTED[program](path, options)


FITTED = {"ns2vec": fit_ns2vec, "fasttext": fit_fasttext}


# ---- a job in a separate process ----


def train_and_predict(job: dict[str, Any], say: Any) -> dict[str, Any]:
    """Processor seconds of training, and of labelling lines all at once and one at a time."""
    path = Path(job["lines"])
    say(phase="train")
    started = time.process_time()
    predict = FITTED[job["program"]](path, job["parameters"])
    seconds = time.process_time() - started
    say(phase="predict")
    asked = [line.partition(" ")[2] for line in first_lines(path, job["n_asked"])]
    truth = [line.partition(" ")[0].removeprefix("__label__") for line in first_lines(path, job["n_asked"])]
    started = time.process_time()
    found = predict(asked)
    at_once = time.process_time() - started
    few = asked[: job["n_single"]]
    started = time.process_time()
    for text in few:
        predict([text])
    one_by_one = time.process_time() - started
    return {
        "seconds": seconds,
        "lines_per_second_at_once": len(asked) / at_once,
        "lines_per_second_one_by_one": len(few) / one_by_one,
        "accuracy_in_training": float(np.mean([a == b for a, b in zip(found, truth, strict=True)])),
        "threads": os.environ.get("OMP_NUM_THREADS", "all"),
    }


def first_lines(path: Path, n: int) -> Iterator[str]:
    """The first lines of a file."""
    with path.open(encoding="utf-8") as lines:
        for _, line in zip(range(n), lines, strict=False):
            yield line.rstrip("\n")
