"""``ns2vec evaluate``."""

from __future__ import annotations

import json
import lzma
from pathlib import Path

import pytest

from ns2vec import KeyedVectors
from ns2vec.evaluation.runner import Settings, evaluate_suites
from ns2vec.evaluation.statistics import Resampling
from ns2vec.evaluation.suites import Suite

QUICK = ("--draws", "50")


def record(outcome):
    """The JSON of a run that went well."""
    assert (outcome.code, outcome.err) == (0, "")
    return json.loads(outcome.out)


def scores(found, model="vectors.bin"):
    """Suite -> score."""
    return {suite["name"]: suite["results"][model]["score"] for suite in found["suites"]}


def test_a_column_for_each_file(ns2vec, planted):
    words = ["evaluate", "vectors.bin", "vectors.txt", "--analogies", "questions.txt", "--pairs", "pairs.tsv"]
    outcome = ns2vec(*words, *QUICK)
    assert (outcome.code, outcome.err) == (0, "")
    head, *rows = outcome.out.splitlines()
    assert head.split() == ["suite", "measure", "used/total", "vectors.bin", "vectors.txt"]
    assert [row.split()[:2] for row in rows[:2]] == [["questions", "accuracy"], ["pairs", "spearman"]]
    assert "country-capital-apart" not in outcome.out
    assert "country-capital-apart" in ns2vec(*words, *QUICK, "--sections").out
    markdown = ns2vec(*words, *QUICK, "--markdown").out
    assert markdown.startswith("| suite | measure | used/total | vectors.bin | vectors.txt |\n| --- |")


def test_json_holds_the_librarys_evaluation(ns2vec, planted):
    found = record(ns2vec(
        "evaluate", "vectors.bin", "--analogies", "questions.txt", "--pairs", "pairs.tsv", "--json",
        "--restrict-vocab", "500", "--case-sensitive", "--missing", "mean", "--method", "3cosmul",
        "--draws", "30", "--seed", "4", "--own-questions",
    ))  # fmt: skip
    vectors = KeyedVectors.load_word2vec_format("vectors.bin", binary=True)
    settings = Settings(500, False, "mean", "3cosmul", "own", "skip", Resampling(30, 4))
    suites = [
        Suite.of_files("questions", "analogies", ["questions.txt"]),
        Suite.of_files("pairs", "word_similarity", ["pairs.tsv"]),
    ]
    expected = json.loads(evaluate_suites({"vectors.bin": vectors}, suites, settings=settings).to_json())
    for entry in (found, expected):
        entry.pop("seconds")
        entry.pop("made")  # to the second
    assert found.pop("below_baseline") == []
    assert found == expected


def test_no_restriction(ns2vec, planted):
    words = ["evaluate", "vectors.bin", "--analogies", "questions.txt", "--json", *QUICK, "--restrict-vocab"]
    used = [record(ns2vec(*words, n))["suites"][0]["results"]["vectors.bin"]["n_used"] for n in ("1500", "0")]
    assert used[0] < used[1]


def test_the_facts_and_own_categories(ns2vec, planted):
    Path("kinds.tsv").write_text("paris\tcity\nrome\tcity\nking\tman\nprince\tman\n", "utf-8")
    words = ("evaluate", "vectors.bin", "--facts", "--categories", "kinds.tsv", "--json", *QUICK)
    assert {"facts_analogies", "facts_outliers", "kinds"} <= set(scores(record(ns2vec(*words))))


def test_suites_of_a_data_folder(ns2vec, planted):
    folder = Path("data/eval/similarity")
    folder.mkdir(parents=True)
    (folder / "mc30.tsv").write_bytes(Path("pairs.tsv").read_bytes())
    outcome = ns2vec("evaluate", "vectors.bin", "--suite", "mc30", "msr", "--data-dir", "data", *QUICK)
    assert outcome.code == 0
    assert outcome.out.splitlines()[1].startswith("mc30")
    assert "left out: msr: the files are not in data" in outcome.out
    assert "mc30.tsv: sha256" in outcome.out
    missing = ns2vec("evaluate", "vectors.bin", "--suite", "msr", "--data-dir", "data", "-q")
    assert missing.code == 1
    told = "files of suite msr are not in data: name a folder with --data-dir or set NS2VEC_DATA, with "
    assert told in missing.refusal()


def test_changed_vectors_beside_the_raw_ones(ns2vec, planted):
    words = ("evaluate", "vectors.bin", "--pairs", "pairs.tsv", "--json", *QUICK, "--post")
    found = record(ns2vec(*words, "centre", "normalise"))
    assert [model["name"] for model in found["models"]] == [
        "vectors.bin", "vectors.bin+centre", "vectors.bin+normalise"
    ]  # fmt: skip
    assert scores(found, "vectors.bin+normalise") == pytest.approx(scores(found), abs=1e-3)
    assert scores(found, "vectors.bin+centre") != scores(found)


def test_a_report_of_one_file(ns2vec, planted):
    outcome = ns2vec("evaluate", "vectors.bin", "--suite", "facts_relations", *QUICK, "--html", "report.html")
    assert outcome.code == 0
    page = Path("report.html").read_text("utf-8")
    assert page.startswith("<!doctype html>")
    assert "<span>vectors.bin</span> <span>--suite</span> <span>facts_relations</span>" in page


def test_a_baseline_is_held(ns2vec, planted):
    words = ("evaluate", "vectors.bin", "--pairs", "pairs.tsv", *QUICK)
    assert ns2vec(*words, "--write-baseline", "baseline.json").code == 0
    assert ns2vec(*words, "--baseline", "baseline.json").code == 0
    baseline = json.loads(Path("baseline.json").read_text("utf-8"))
    assert baseline["command"].startswith("ns2vec evaluate vectors.bin")
    baseline["scores"]["pairs"] += 0.1
    Path("baseline.json").write_text(json.dumps(baseline), "utf-8")
    outcome = ns2vec(*words, "--baseline", "baseline.json", "--json")
    assert outcome.code == 1
    assert outcome.err.startswith("ns2vec: vectors.bin: below the baseline: pairs: ")
    assert len(json.loads(outcome.out)["below_baseline"]) == 1
    Path("baseline.json").write_text("{}", "utf-8")
    assert "expected a baseline" in ns2vec(*words, "--baseline", "baseline.json").refusal()


def test_vectors_of_the_ecosystem(ns2vec, planted):
    """The same vectors in every layout have the same scores."""
    import numpy as np

    lines = Path("vectors.txt").read_text("utf-8").splitlines(keepends=True)
    Path("glove.txt").write_text("".join(lines[1:]), "utf-8")
    Path("fasttext.vec").write_text("".join(lines), "utf-8")
    np.save("matrix.npy", KeyedVectors.load_word2vec_format("vectors.txt").vectors)
    Path("matrix.vocab").write_text("".join(line.split()[0] + "\n" for line in lines[1:]), "utf-8")
    models = ("vectors.txt", "glove.txt", "fasttext.vec", "matrix.npy")
    found = record(ns2vec("evaluate", *models, "--pairs", "pairs.tsv", "--json", *QUICK))
    assert len({scores(found, model)["pairs"] for model in models}) == 1
    Path("words.txt").write_text("one\ntwo\n", "utf-8")
    outcome = ns2vec("evaluate", "matrix.npy", "--pairs", "pairs.tsv", "--vocab", "words.txt")
    assert "words.txt: expected one word for each of" in outcome.refusal()


def test_matrices_that_are_none(ns2vec, planted):
    import numpy as np

    np.save("cube.npy", np.zeros((2, 2, 2)))
    np.save("numbers.npy", np.zeros((2, 2), dtype=int))
    np.save("objects.npy", np.array([{"a": 1}]), allow_pickle=True)
    np.save("alone.npy", np.zeros((2, 2)))
    for name, message in (
        ("cube", "expected a floating-point matrix"),
        ("numbers", "expected a floating-point matrix"),
        ("objects", "expected an array of numbers"),
        ("alone", "expected its words in alone.vocab"),
    ):
        outcome = ns2vec("evaluate", f"{name}.npy", "--pairs", "pairs.tsv")
        assert outcome.code == 1
        assert message in outcome.refusal()


def test_compressed_files_and_standard_input(ns2vec, planted):
    words = ("--pairs", "pairs.tsv", "--json", *QUICK)
    expected = scores(record(ns2vec("evaluate", "vectors.txt", *words)), "vectors.txt")
    Path("pairs.tsv.xz").write_bytes(lzma.compress(Path("pairs.tsv").read_bytes()))
    text = Path("vectors.txt").read_bytes()
    outcome = ns2vec("evaluate", "-", "--pairs", "pairs.tsv.xz", "--json", *QUICK, stdin=text)
    assert scores(record(outcome), "-") == expected


def test_malformed_lines_are_told_then_skipped_or_refused(ns2vec, planted):
    Path("odd.tsv").write_text(Path("pairs.tsv").read_text("utf-8") + "odd\n", "utf-8")
    n_lines = len(Path("odd.tsv").read_text("utf-8").splitlines())
    told = f"odd.tsv:{n_lines}: expected 3 columns, found 1"
    outcome = ns2vec("evaluate", "vectors.bin", "--pairs", "odd.tsv", *QUICK)
    assert outcome.code == 0
    assert f"warning: {told}" in outcome.err
    assert f"malformed line skipped: {told}" in outcome.out
    refused = ns2vec("evaluate", "vectors.bin", "--pairs", "odd.tsv", "--malformed", "refuse")
    assert refused.code == 1
    assert told in refused.refusal()


@pytest.mark.parametrize(
    ("options", "text", "message"),
    [
        (["--pairs"], "zyx\txyz\t1\nzyx\tzzz\t2\n", "mine: no score: 0 of 2 questions could be asked"),
        (["--pairs"], "paris\trome\t1\n", "mine: no score: 1 of 1 questions could be asked"),
        (["--analogies"], "a1 b2 c3 d4\n", "mine: no score: 0 of 1 questions could be asked"),
        (["--facts", "--pairs"], "zyx xyz 1\n", "mine: no score: 0 of 1 questions could be asked"),
    ],
)
def test_a_file_without_a_score_is_a_failure(ns2vec, planted, options, text, message):
    Path("mine.txt").write_text(text, "utf-8")
    outcome = ns2vec("evaluate", "vectors.bin", *options, "mine.txt", *QUICK)
    assert outcome.code == 1
    assert outcome.err.startswith(f"ns2vec: {message}")
    assert "mine" in outcome.out


def test_a_suite_of_unknown_words_among_others_is_no_failure(ns2vec, planted):
    folder = Path("data/similarity")
    folder.mkdir(parents=True)
    (folder / "mc30.tsv").write_text("zyx\txyz\t1\n", "utf-8")
    words = ["evaluate", "vectors.bin", "--suite", "mc30", "--data-dir", "data", *QUICK]
    assert ns2vec(*words, "--facts").code == 0
    alone = ns2vec(*words)
    assert (alone.code, "mc30: no score" in alone.err) == (1, True)


def test_questions_as_they_come_from_a_spreadsheet(ns2vec, planted):
    pairs = [line.split("\t") for line in Path("pairs.tsv").read_text("utf-8").splitlines() if line[0] != "#"]
    rows = [["id", "word1", "word2", "pos", "mean"], *(["7", a, b, "N", c] for a, b, c in pairs)]
    Path("sheet.csv").write_text("\n".join(";".join(row) for row in rows), "utf-8")
    expected = record(ns2vec("evaluate", "vectors.bin", "--pairs", "pairs.tsv", "--json", *QUICK))
    found = record(ns2vec("evaluate", "vectors.bin", "--pairs", "sheet.csv", "--json", *QUICK))
    assert scores(found)["sheet"] == scores(expected)["pairs"]
    assert found["suites"][0]["notes"] == [
        "sheet.csv: columns 2 and 3 are read as words, 5 as judgement, with semicolons between them",
        "sheet.csv:1: taken for the names of the columns",
    ]


def test_suites_without_data_are_told_in_one_line_of_options(ns2vec, planted, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("NS2VEC_DATA", raising=False)
    told = ns2vec("evaluate", "vectors.bin", "--suite", "men", "rg65", "mc30", "msr", "ap").refusal()
    assert "name a folder with --data-dir or set NS2VEC_DATA" in told
    assert "add --download" in told
    assert len(told) < 400


def test_names_of_files_that_end_alike(ns2vec, planted):
    Path("other").mkdir()
    Path("other/vectors.bin").write_bytes(Path("vectors.bin").read_bytes())
    found = record(
        ns2vec("evaluate", "vectors.bin", "other/vectors.bin", "--pairs", "pairs.tsv", "--json", *QUICK)
    )
    assert [model["name"] for model in found["models"]] == ["vectors.bin", "other/vectors.bin"]


def test_the_list_of_suites(ns2vec):
    outcome = ns2vec("evaluate", "--list-suites")
    assert outcome.code == 0
    assert "standard         ws353 ws353_sim" in outcome.out
    assert "licence: " in outcome.out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["vectors.bin"], "nothing to evaluate"),
        (["vectors.bin", "--suite", "ws354"], "unknown suite 'ws354'"),
        (["vectors.bin", "--facts", "--method", "guess"], "invalid choice: 'guess'"),
    ],
)
def test_command_lines_that_make_no_sense(ns2vec, planted, words, message):
    outcome = ns2vec("evaluate", *words)
    assert outcome.code == 2
    assert message in outcome.refusal()


def test_health_and_stability_need_no_questions(ns2vec, planted):
    words = ["evaluate", "vectors.bin", "vectors.txt", "--health", "--stability"]
    found = record(ns2vec(*words, "--json"))
    assert found["suites"] == []
    assert found["health"]["vectors.bin"]["n_words"] == found["models"][0]["n_words"]
    assert found["stability"]["vectors.txt"]["overlap"] > 0.99
    lines = [line.split() for line in ns2vec(*words).out.splitlines()]
    assert ["n_zero", "0", "0"] in lines
    assert ["health:"] in lines
    outcome = ns2vec("evaluate", "vectors.bin", "--stability")
    assert outcome.code == 2
    assert "--stability compares the neighbours of vectors: give two files or more" in outcome.err
