"""``ns2vec recommend``: from a table of clicks to recommendations."""

from __future__ import annotations

import json
import re

import pytest

from ns2vec.recommend import FactorizationMachine, LightGCN, MatrixFactorization, Recommender

TRAIN = ["recommend", "train", "clicks.csv", "--vector-size", "8", "--epochs", "5"]


@pytest.fixture
def shop(clicks, monkeypatch):
    """The current folder has ``clicks.csv`` and ``later.csv``."""
    monkeypatch.chdir(clicks)
    return clicks


def test_two_commands_give_recommendations_with_reasons_and_a_measure(ns2vec, shop):
    """Line 7 of what the package promises."""
    measured = ns2vec(*TRAIN[:3], "--hold-out", "0.2", "--output", "shop.ns2v")
    assert measured.code == 0
    (line,) = [line for line in measured.out.splitlines() if line.startswith("ndcg@10")]
    ours, popularity = (float(word) for word in re.findall(r"(0\.\d+)\*{0,3} \[", line))
    assert ours > 1.5 * popularity
    outcome = ns2vec("recommend", "top", "shop.ns2v", "u3", "--reasons", "2")
    assert outcome.code == 0
    rows = [line.split("\t") for line in outcome.out.splitlines()]
    assert len(rows) == 10
    assert all(row[0].startswith("i") and float(row[1]) for row in rows)
    assert any(row[-1].startswith("because of i") for row in rows)


def test_answers_as_json(ns2vec, shop):
    assert ns2vec(*TRAIN, "-o", "m.ns2v").code == 0
    model = MatrixFactorization.load("m.ns2v")
    found = json.loads(ns2vec("recommend", "top", "m.ns2v", "u3", "--json", "--topn", 4).out)
    assert [one["item"] for one in found] == [one.item for one in model.recommend("u3", 4)]
    asked = ["--history", "i1", "i2", "--banned", "i5", "--diversity", "0.5", "--include-seen", "--json"]
    found = json.loads(ns2vec("recommend", "top", "m.ns2v", *asked).out)
    expected = model.recommend(history=["i1", "i2"], banned=["i5"], diversity=0.5, include_seen=True)
    assert [one["item"] for one in found] == [one.item for one in expected]
    nearest = json.loads(ns2vec("recommend", "similar", "m.ns2v", "i1", "--json").out)
    assert [key for key, _ in nearest] == [key for key, _ in model.similar_items("i1")]
    nearest = ns2vec("recommend", "similar", "m.ns2v", "u1", "--users", "--topn", 1).out
    assert nearest.split("\t")[0] == model.similar_users("u1", 1)[0][0]
    found = json.loads(ns2vec("recommend", "evaluate", "m.ns2v", "later.csv", "--json").out)
    assert found["models"] == ["MatrixFactorization", "popularity"]


def test_every_model_can_be_trained(ns2vec, shop):
    (shop / "genres.csv").write_text("item,genre\ni1,jazz\ni2,rock\n", encoding="utf-8")
    more = ["--model", "machine", "--loss", "warp", "--item-features", "genres.csv"]
    assert ns2vec(*TRAIN, *more, "-o", "fm.ns2v").code == 0
    assert "genre=jazz" in FactorizationMachine.load("fm.ns2v").item_features.names
    assert ns2vec(*TRAIN, "--model", "lightgcn", "--layers", "2", "-o", "g.ns2v").code == 0
    assert LightGCN.load("g.ns2v").layers == 2
    assert ns2vec(*TRAIN, "--model", "item2vec", "--ns-exponent", "0.5", "-o", "i.ns2v").code == 0
    assert Recommender.load("i.ns2v").ns_exponent == 0.5


def test_keys_that_are_numbers_are_understood(ns2vec, shop):
    MatrixFactorization(vector_size=4, epochs=1).fit([(1, 10), (1, 20), (2, 10)]).save("n.ns2v")
    assert ns2vec("recommend", "top", "n.ns2v", "2").out.startswith("20\t")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["train", "clicks.csv"], "name a file for the recommender with --output"),
        (["train", "clicks.csv", "u1", "-o", "x"], "train takes one file"),
        (["train", "clicks.csv", "-o", "x", "--layers", "2"], "--layers is not an option of --model matrix"),
        (
            ["train", "clicks.csv", "-o", "x", "--item-features", "f"],
            "--item-features is for --model machine",
        ),
        (["train", "clicks.csv", "-o", "x", "--loss", "glove"], "unknown loss 'glove'"),
        (["train", "missing.csv", "-o", "x"], "missing.csv: no such file"),
        (["train", "prose.txt", "-o", "x"], "prose.txt: this looks like running text, not like a table"),
        (["top", "m.ns2v"], "top takes one user, or --history"),
        (["top", "m.ns2v", "u1", "--history", "i1"], "top takes one user, or --history"),
        (["top", "m.ns2v", "nobody"], "unknown user 'nobody'"),
        (["top", "clicks.csv", "u1"], "clicks.csv"),
        (["similar", "m.ns2v"], "similar takes one key, got 0"),
        (["evaluate", "m.ns2v"], "evaluate takes a recommender and one file"),
        (["evaluate", "m.ns2v", "others.csv"], "no line has both a known user and a known item"),
    ],
)
def test_what_cannot_be_is_one_line(ns2vec, shop, words, message):
    (shop / "others.csv").write_text("user,item\nx,y\n", encoding="utf-8")
    (shop / "prose.txt").write_text("the quick brown fox\njumps over the lazy old dog\n", encoding="utf-8")
    MatrixFactorization(vector_size=4, epochs=1).fit([("u1", "i1"), ("u1", "i2")]).save("m.ns2v")
    outcome = ns2vec("recommend", *words)
    assert outcome.code in (1, 2)
    assert message in outcome.refusal()
