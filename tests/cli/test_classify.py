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


def test_options_are_tuned_and_what_was_tried_is_printed(ns2vec, folder):
    small = ["-dim", "6", "-bucket", "500", "-epoch", "5", "-q"]
    outcome = ns2vec(
        "classify", "autotune", "lines.txt", "-o", "m.ns2v", "--budget", "4", "-loss", "ova", *small
    )
    assert outcome.code == 0 and "4 trainings" in outcome.out and "accuracy  folds" in outcome.out
    model = Classifier.load("m.ns2v")
    assert (model.loss, model.wv.vector_size) == ("ova", 6)
    Path("held.txt").write_text("__label__sea a wave\n__label__sky a cloud\n")
    tune = [
        "-autotune-validation",
        "held.txt",
        "-autotune-duration",
        "0",
        "-autotune-metric",
        "f1:__label__sea",
    ]
    outcome = ns2vec("classify", "train", "lines.txt", "-o", "m.bin", *tune, *small)
    assert outcome.code == 0 and "f1:sea" in outcome.out and "1 training," in outcome.out
    assert load_fasttext_classifier("m.bin").predict(["wave"]) == ["sea"]


def test_a_model_is_made_small_and_both_are_judged(ns2vec, folder):
    assert ns2vec("classify", "train", "lines.txt", "-o", "m.ns2v", *LEARN).code == 0
    options = ["-cutoff", "10", "-dsub", "2", "-qnorm", "-qout"]
    outcome = ns2vec("classify", "quantize", "m.ns2v", "lines.txt", "-o", "small.ftz", *options, "-q")
    found = json.loads(outcome.out)
    assert found["bytes_before"] == Path("m.ns2v").stat().st_size
    assert found["bytes"] == Path("small.ftz").stat().st_size
    assert found["before"]["accuracy"] == 1 and found["after"]["n_lines"] == 60
    small = load_fasttext_classifier("small.ftz")
    assert small.quantized.keys() == {"inputs", "outputs"} and len(small._core.inputs.rows) == 10
    assert ns2vec("classify", "train", "lines.txt", "-o", "at-once.ftz", *LEARN).code == 0
    assert load_fasttext_classifier("at-once.ftz").predict(["salt ship"]) == ["sea"]


def test_what_makes_no_sense_is_refused(ns2vec, folder):
    Word2Vec([["a", "b"]] * 5, min_count=1, vector_size=4).save("words.ns2v")
    Path("plain.txt").write_text("no labels\n")
    ns2vec("classify", "train", "lines.txt", "-o", "m.ns2v", *LEARN)
    for words, code, reason in (
        (["train", "lines.txt"], 2, "give --output"),
        (["train", "plain.txt", "-o", "x"], 1, "no labels in 1 lines"),
        (["train", "lines.txt", "b", "-o", "x"], 2, "takes one file, got 2"),
        (["train", "lines.txt", "-o", "x", "--budget", "3"], 2, "without -autotune-validation"),
        (["predict", "m.ns2v", "a", "b"], 2, "takes 2 files, got 3"),
        (["predict", "m.ns2v", "-k", "0"], 2, "or -1 for all"),
        (["predict", "words.ns2v"], 2, "holds a Word2Vec"),
        (["test", "m.ns2v", "plain.txt"], 2, "no line has a label"),
        (["quantize", "m.ns2v", "-o", "small.bin"], 2, "end --output with .ftz, got small.bin"),
        (["train", "lines.txt", "-o", "m.bin", "--width", "2"], 2, "end --output with .ftz"),
        (["autotune", "lines.txt", "-o", "x", "-autotune-metric", "f2"], 2, "metric must be one of"),
    ):
        outcome = ns2vec("classify", *words)
        assert (outcome.code, reason in outcome.refusal()) == (code, True)
