"""The table and its Markdown."""

from __future__ import annotations

import pytest

from ns2vec.evaluation.html_report import html_report
from ns2vec.evaluation.runner import Settings, evaluate_suites
from ns2vec.evaluation.statistics import Resampling
from ns2vec.evaluation.suites import Suite
from ns2vec.evaluation.text_report import markdown, significance_mark, table

WORDS = [f"w{i}" for i in range(30)]


@pytest.fixture
def evaluation(make_toy, write_text):
    """Two models, one of which ranks as it should."""
    good, bad = make_toy(WORDS, seed=1), make_toy(WORDS, seed=2)
    unit = good.vectors / (good.vectors**2).sum(axis=1, keepdims=True) ** 0.5
    lines = [f"w{i}\tw{j}\t{unit[i] @ unit[j]}" for i in range(30) for j in range(i)]
    path = write_text("\n".join([*lines, "w1\tunseen\t1", "odd"]), "pairs.tsv")
    questions = write_text(": se|ction\nw1 w2 w3 w4\n", "questions.txt")
    suites = [
        Suite.of_files("pairs", "word_similarity", [path]),
        Suite.of_files("questions", "analogies", [questions]),
    ]
    settings = Settings(resampling=Resampling(n_draws=1200))
    return evaluate_suites({"good": good, "bad": bad}, suites, settings=settings)


def test_the_table_has_scores_intervals_marks_and_coverage(evaluation):
    lines = table(evaluation).splitlines()
    assert lines[0].split() == ["suite", "measure", "used/total", "good", "bad"]
    assert lines[1].startswith("pairs      spearman  435/436     1.000 [1.000, 1.000]")
    assert "*** [" in lines[1]
    text = "\n".join(lines)
    assert "pairs.tsv:437: expected 3 columns, found 1" in text
    assert "95% of 1200 bootstrap draws, seed 1" in text
    assert "se|ction" not in text
    assert "  se|ction" in table(evaluation, sections=True)


def test_markdown_rows_have_the_same_cells(evaluation):
    lines = markdown(evaluation, sections=True).splitlines()
    rows = [line for line in lines if line.startswith("|")]
    assert rows[1] == "| --- | --- | --- | --- | --- |"
    assert {len(row.replace("\\|", "").split("|")) for row in rows} == {7}
    assert "se\\|ction" in rows[-1]
    assert lines[len(rows)] == ""


@pytest.mark.parametrize(
    ("p_value", "mark"), [(0.0005, "***"), (0.009, "**"), (0.049, "*"), (0.05, ""), (float("nan"), "")]
)
def test_marks(p_value, mark):
    assert significance_mark(p_value) == mark


def test_the_table_says_how_many_questions_had_vectors_made(make_toy, write_text):
    toy = make_toy(WORDS, seed=1)
    path = write_text("w1\tw2\t1\nw3\tunseen\t2\nw4\tw5\t3\n", "pairs.tsv")
    toy.vectors_for = lambda words: toy.vectors[: len(words)]
    suite = Suite.of_files("pairs", "word_similarity", [path])
    evaluation = evaluate_suites({"toy": toy}, [suite], settings=Settings(resampling=Resampling(0)))
    assert "3/3, 1 made" in table(evaluation)
    assert "3/3, 1 made" in html_report(evaluation)
    assert evaluation.as_dict()["suites"][0]["results"]["toy"]["n_made"] == 1
