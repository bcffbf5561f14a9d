"""``ns2vec demo``."""

from __future__ import annotations

import re
import shlex

import pytest

from ns2vec.cli import demo
from ns2vec.evaluation import facts_corpus


@pytest.mark.slow
def test_the_whole_demo(ns2vec, tmp_path, monkeypatch, listing):
    monkeypatch.chdir(tmp_path)
    outcome = ns2vec("demo", "--keep", "kept", "--workers", "2")
    assert (outcome.code, outcome.err) == (0, "")
    assert re.search(r": [\d,]+ words/s, 2,500 word vectors\n", outcome.out)
    for label in ("analogies", "  together", "  apart"):
        assert float(re.search(rf"{label} +(\d+\.\d) %", outcome.out)[1]) >= 90
    assert float(re.search(r"similarity +rho (0\.\d+)", outcome.out)[1]) > 0.5
    for answer in ("reykjavik", "ruble", "worse"):
        assert f"{answer} 0." in outcome.out.split("Analogies")[1]
    assert re.search(r"Odd one out .* bigger\n", outcome.out)
    ours, popular = map(float, re.search(r"NDCG@10 (0\.\d+), by popularity (0\.\d+)", outcome.out).groups())
    assert ours > 1.5 * popular
    assert float(re.search(r"micro-F1 ([01]\.\d+)", outcome.out)[1]) > 0.8
    assert listing("kept") == ["corpus.txt", "questions.txt", "similarity.tsv", "vectors.bin"]
    assert listing(".") == ["kept"]
    hint = re.search(r"^Next +(ns2vec .*)$", outcome.out, re.MULTILINE)[1]
    answer = ns2vec(*shlex.split(hint)[1:], stdin=b"paris\n")
    assert (answer.code, len(answer.out.splitlines())) == (0, 10)


def test_training_that_learns_nothing_fails(ns2vec, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(demo, "facts_corpus", lambda: facts_corpus(n_types=2000, n_words=40_000))
    outcome = ns2vec("demo")
    assert outcome.code == 1
    assert outcome.err.startswith("ns2vec: accuracy ")
    assert outcome.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_text_of_ones_own(ns2vec, planted, monkeypatch):
    monkeypatch.delenv("NS2VEC_DATA", raising=False)
    outcome = ns2vec("demo", "--corpus", "corpus.txt")
    assert (outcome.code, outcome.err) == (0, "")
    assert "no questions" in outcome.out
    assert "Neighbours  paris" in outcome.out
    outcome = ns2vec("demo", "--corpus", "corpus.txt", "--analogies", "questions.txt", "--pairs", "pairs.tsv")
    assert re.search(r"Evaluation  questions +\d+\.\d % ", outcome.out)
    assert re.search(r"pairs +rho 0\.\d+", outcome.out)


def test_words_that_no_question_knows(ns2vec, planted, write_text):
    path = write_text("der Hund bellt\ndie Katze miaut\n" * 50, "german.txt")
    outcome = ns2vec("demo", "--corpus", path, "--analogies", "questions.txt", "--pairs", "pairs.tsv")
    assert (outcome.code, outcome.err) == (0, "")
    assert "no question consists of known words" in outcome.out
    assert "Hund" in outcome.out.split("Neighbours")[1]
    assert "Analogies" not in outcome.out


def test_questions_in_the_data_folder(ns2vec, planted, monkeypatch):
    for kind, name in (("analogy", "questions.txt"), ("similarity", "pairs.tsv")):
        folder = planted / "data" / "eval" / kind
        folder.mkdir(parents=True)
        (planted / name).rename(folder / name)
    monkeypatch.setenv("NS2VEC_DATA", str(planted / "data"))
    outcome = ns2vec("demo", "--corpus", "corpus.txt")
    assert re.search(r"questions +\d", outcome.out)
    assert re.search(r"pairs +rho", outcome.out)
