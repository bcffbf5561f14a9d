"""The report over several suites."""

from __future__ import annotations

import json

import numpy as np
import pytest

from ns2vec.evaluation import evaluate_all, evaluate_word_analogies, evaluate_word_pairs
from ns2vec.exceptions import FormatError

WORDS = ["man", "woman", "king", "queen", "apple"]
VECTORS = np.array([[1, 0, 0], [1, 1, 0], [1, 0, 1], [1, 1, 1], [-1, 0, 0]], dtype=np.float32)


@pytest.fixture
def toy(make_toy):
    return make_toy(WORDS, VECTORS)


@pytest.fixture
def questions(write_text):
    return write_text(
        ": gender\nman woman king queen\nman woman king apple\n: none\nx y z w\n", "q/royal.txt"
    )


@pytest.fixture
def judgements(write_text):
    return write_text("man\twoman\t9\nking\tapple\t1\nman\tqueen\t5\nman\tgnu\t5\n", "p/people.tsv")


def test_report_repeats_the_single_evaluations(toy, questions, judgements):
    report = evaluate_all(toy, analogies=questions, pairs=[judgements])
    score, _ = evaluate_word_analogies(toy, questions)
    pearson, spearman, oov = evaluate_word_pairs(toy, judgements)
    (royal,), (people,) = report.analogies, report.pairs
    assert (royal.suite, royal.accuracy, royal.n_correct, royal.n_asked) == ("royal", score, 1, 2)
    assert [(part.name, part.n_asked) for part in royal.sections] == [("gender", 2), ("none", 0)]
    assert (people.spearman, people.pearson, people.oov_percent) == (spearman[0], pearson[0], oov)
    assert report.scores() == {"royal": score, "people": spearman[0]}
    assert (report.n_words, report.vector_size) == (5, 3)


def test_table_and_json(toy, questions, judgements):
    report = evaluate_all(toy, analogies=[questions], pairs=judgements)
    table = report.table().split("\n")
    assert table[1].split() == ["royal", "50.0", "%", "2"]
    assert table[3].split() == ["none", "-", "0"]
    assert table[4].split()[0] == "people"
    assert len({len(line) for line in table[:4]}) == 1
    assert len(report.table(sections=False).split("\n")) == 3
    assert json.loads(report.to_json()) == json.loads(json.dumps(report.as_dict()))


def test_undefined_correlation_is_null(make_toy, write_text):
    path = write_text("a\tb\t1\nb\ta\t2\n", "same.tsv")
    with pytest.warns(Warning, match="constant"):
        report = evaluate_all(make_toy(["a", "b"], np.eye(2, dtype=np.float32)), pairs=path)
    assert json.loads(report.to_json())["pairs"][0]["spearman"] is None


def test_suites_of_one_name_are_told_apart(toy, write_text):
    text = ": gender\nman woman king queen\n"
    paths = [write_text(text, "a/same.txt"), write_text(text, "b/same.txt")]
    assert list(evaluate_all(toy, analogies=paths).scores()) == ["same", str(paths[1])]


def test_nothing_to_run_and_bad_files(toy, write_text):
    assert evaluate_all(toy).scores() == {}
    with pytest.raises(FormatError, match=r"bad\.txt"):
        evaluate_all(toy, analogies=write_text("man woman king queen\n", "bad.txt"))
    with pytest.raises(FileNotFoundError):
        evaluate_all(toy, pairs=["no-such-file.tsv"])


def test_restrict_vocab_reaches_the_analogies_only(toy, questions, judgements):
    report = evaluate_all(toy, analogies=questions, pairs=judgements, restrict_vocab=3)
    assert report.analogies[0].n_asked == 0
    assert report.pairs[0].oov_percent == 25.0
