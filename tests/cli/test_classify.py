"""``ns2vec classify``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ns2vec import Word2Vec
from ns2vec.classify import Classifier, load_fasttext_classifier

LINES = (
    "__label__sea wave ship\n__label__sky cloud bird\n__label__sea salt ship\n__label__sky star cloud\n" * 15
)
LEARN = ["-dim", "8", "--epochs", "20", "-lr", "0.5", "-wordNgrams", "2", "--bucket", "500", "-q"]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("lines.txt").write_text(LINES)
    return tmp_path


def test_train_predict_and_test_do_what_the_library_does(ns2vec, folder):
    assert ns2vec("classify", "train", "lines.txt", "-o", "m.ns2v", *LEARN) == (0, "", "")
    model = Classifier(vector_size=8, epochs=20, alpha=0.5, word_ngrams=2, bucket=500).fit("lines.txt")
    assert (
        Classifier.load("m.ns2v").predict_proba([LINES]).tobytes() == model.predict_proba([LINES]).tobytes()
    )
    outcome = ns2vec("classify", "predict", "m.ns2v", "-", stdin=b"wave\n\xff star cloud")
    assert outcome.out == "__label__sea\n__label__sky\n"
    Path("asked.txt").write_text("bird\n")
    outcome = ns2vec("classify", "predict", "m.ns2v", "asked.txt", "-k", "-1", "--proba")
    (row,) = model.top_k(["bird"], k=-1)
    assert outcome.out == " ".join(f"__label__{label} {p:.6g}" for label, p in row) + "\n"
    found = json.loads(ns2vec("classify", "test", "m.ns2v", "lines.txt").out)
    assert (found["n_lines"], found["precision"], found["recall"], found["macro_f1"]) == (60, 1, 1, 1)


def test_a_file_of_fasttext_is_written_and_read(ns2vec, folder):
    learn = [
        "classify",
        "train",
        "lines.txt",
        "-o",
        "m.bin",
        *LEARN,
        "-loss",
        "hs",
        "--validation",
        "lines.txt",
    ]
    assert ns2vec(*learn).code == 0
    assert load_fasttext_classifier("m.bin").loss == "hs"
    assert ns2vec("classify", "predict", "m.bin", stdin=b"ship").out == "__label__sea\n"
    found = json.loads(ns2vec("classify", "test", "m.bin", "lines.txt", "-k", "2").out)
    assert (found["precision"], found["recall"]) == (0.5, 1.0)


def test_what_makes_no_sense_is_refused(ns2vec, folder):
    Word2Vec([["a", "b"]] * 5, min_count=1, vector_size=4).save("words.ns2v")
    Path("plain.txt").write_text("no labels\n")
    ns2vec("classify", "train", "lines.txt", "-o", "m.ns2v", *LEARN)
    for words, code, reason in (
        (["train", "lines.txt"], 2, "give --output"),
        (["train", "plain.txt", "-o", "x"], 1, "no labels in 1 lines"),
        (["predict", "m.ns2v", "a", "b"], 2, "takes 2 files, got 3"),
        (["predict", "m.ns2v", "-k", "0"], 2, "or -1 for all"),
        (["predict", "words.ns2v"], 2, "holds a Word2Vec"),
        (["test", "m.ns2v", "plain.txt"], 2, "no line has a label"),
    ):
        outcome = ns2vec("classify", *words)
        assert (outcome.code, reason in outcome.refusal()) == (code, True)
