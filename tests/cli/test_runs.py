"""``ns2vec runs``, and ``--runs`` of what trains."""

from __future__ import annotations

import json

import pytest

from ns2vec.ledger import list_runs, open_run


@pytest.fixture
def corpus(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "corpus.txt").write_text("the cat sat\nthe dog sat\n" * 50, encoding="utf-8")
    (tmp_path / "pairs.tsv").write_text("cat\tdog\t9\nthe\tsat\t1\ncat\tsat\t5\n", encoding="utf-8")
    return tmp_path / "corpus.txt"


def train(ns2vec, *options):
    words = ("--min-count", 1, "--vector-size", 8, "--epochs", 2, "--runs", "runs", "-q")
    return ns2vec("train", "corpus.txt", "-o", "v.bin", *words, *options)


def test_a_training_is_listed_and_shown(ns2vec, corpus):
    assert train(ns2vec, "--run-id", "first", "--compute-loss", "--evaluate-pairs", "pairs.tsv").code == 0
    listed = ns2vec("runs", "list")
    head, line = listed.out.splitlines()
    assert head.split()[:5] == ["run", "model", "status", "begun", "epochs"]
    assert line.split()[:3] == ["first", "Word2Vec", "finished"] and "2/2" in line
    shown = ns2vec("runs", "show", "first")
    assert shown.code == 0 and "pairs" in shown.out and "negative=5" in shown.out
    found = json.loads(ns2vec("runs", "show", "--json").out)
    assert found["summary"]["status"] == "finished" and len(found["epochs"]) == 2
    (score,) = found["summary"]["scores"].values()
    assert -1.0 <= score["value"] <= 1.0


def test_runs_are_compared(ns2vec, corpus):
    train(ns2vec, "--run-id", "a")
    train(ns2vec, "--run-id", "b", "--negative", 9)
    found = json.loads(ns2vec("runs", "compare", "--json").out)
    assert found["runs"] == ["b", "a"] and found["settings"] == {"negative": [9, 5]}
    table = ns2vec("runs", "compare", "a", "runs/b")
    assert table.code == 0 and table.out.split()[:2] == ["a", "b"]


def test_scores_go_to_the_run(ns2vec, corpus):
    train(ns2vec, "--run-id", "a")
    assert ns2vec("evaluate", "v.bin", "--pairs", "pairs.tsv", "--run", "runs/a").code == 0
    (scores,) = [event["scores"] for event in open_run("runs/a").evaluations]
    assert scores.keys() == {"pairs"} and scores["pairs"]["low"] is not None


def test_others_are_recorded_too(ns2vec, corpus, planted_folder):
    shop = planted_folder / "clicks.csv"
    outcomes = [
        ns2vec("graph", "embed", planted_folder / "edges.txt", "-o", "n.bin", "--runs", "runs"),
        ns2vec("recommend", "train", shop, "-o", "s.ns2v", "--epochs", 1, "--runs", "runs"),
        ns2vec("classify", "train", planted_folder / "lines.txt", "-o", "c.ns2v", "--runs", "runs"),
    ]
    assert [outcome.code for outcome in outcomes] == [0, 0, 0], outcomes
    assert {run.config["model"] for run in list_runs("runs")} == {
        "DeepWalk",
        "MatrixFactorization",
        "Classifier",
    }


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("show", "nothing"), 1, "No such file"),
        (("list", "--runs", "nowhere"), 1, "nowhere: No such file"),
        (("list", "a"), 2, "list takes no names"),
        (("show", "../up"), 1, "No such file"),
        (("stop",), 2, "name the run to stop"),
        (("compare", "--runs", "."), 1, "holds 0 runs, compare needs 2"),
        (("show", "..bad"), 2, "a run is named by"),
    ],
    ids=["no run", "no folder", "list a name", "a path", "stop what", "none", "no name"],
)
def test_what_makes_no_sense_is_refused(ns2vec, corpus, words, code, message):
    outcome = ns2vec("runs", *words)
    assert outcome.code == code and message in outcome.refusal()


def test_a_run_that_is_over_is_not_stopped(ns2vec, corpus):
    train(ns2vec, "--run-id", "a")
    outcome = ns2vec("runs", "stop", "a")
    assert outcome.code == 1 and "the run has ended (finished)" in outcome.refusal()


def test_a_run_id_needs_a_folder(ns2vec, corpus):
    outcome = ns2vec("train", "corpus.txt", "-o", "v.bin", "--run-id", "a")
    assert outcome.code == 2 and "--runs FOLDER" in outcome.refusal()
