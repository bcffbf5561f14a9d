"""``ns2vec evaluate --ranking``."""

from __future__ import annotations

import json

import numpy as np
import pytest

from ns2vec import KeyedVectors
from ns2vec.evaluation.ranking import Factors, RankingSettings, evaluate_ranking, popularity
from ns2vec.evaluation.statistics import Resampling
from ns2vec.recommend import by_time, planted_interactions

WORDS = ("evaluate", "users.txt", "items.txt", "--ranking", "--train", "train.tsv", "--test", "test.tsv")
QUICK = ("--draws", "50", "--lists", "5")
MADE = planted_interactions(80, 60, 3, per_user=10)
SPLIT = by_time(MADE.interactions)


def write_vectors(name, keys, vectors):
    wv = KeyedVectors(vectors.shape[1])
    wv.add_vectors(keys, vectors.astype(np.float32))
    wv.save_word2vec_format(name)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Vectors that know the communities, and both parts of the split."""
    monkeypatch.chdir(tmp_path)
    write_vectors("users.txt", SPLIT.train.user_keys, np.eye(3)[MADE.user_communities])
    write_vectors("items.txt", SPLIT.train.item_keys, np.eye(3)[MADE.item_communities])
    for name, part in (("train.tsv", SPLIT.train), ("test.tsv", SPLIT.test)):
        pairs = zip(part.users, part.items, strict=True)
        lines = [f"{part.user_keys[user]}\t{part.item_keys[item]}\n" for user, item in pairs]
        (tmp_path / name).write_text("".join(lines))
    return tmp_path


def test_json_holds_the_librarys_evaluation(ns2vec, folder):
    outcome = ns2vec(*WORDS, *QUICK, "--json", "--ties", "3", "--seed", "2")
    assert (outcome.code, outcome.err) == (0, "")
    found = json.loads(outcome.out)
    model = Factors(np.eye(3)[MADE.user_communities], np.eye(3)[MADE.item_communities])
    known = SPLIT.train.matrix()
    settings = RankingSettings("train.tsv, test.tsv", (5,), 3, Resampling(50, 2))
    expected = evaluate_ranking(
        {"users.txt": model, "popularity": popularity(known)}, known, SPLIT.test.matrix(), settings=settings
    )
    expected = json.loads(expected.to_json())
    for entry in (found, expected):
        entry.pop("seconds")
    assert found.pop("below_baseline") == []
    assert found == expected


def test_tables_reports_and_baselines(ns2vec, folder):
    outcome = ns2vec(*WORDS, *QUICK, "--sections", "--html", "a.html", "--write-baseline", "b.json")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.splitlines()[0].split() == [
        "metric",
        "measure",
        "used/total",
        "users.txt",
        "popularity",
    ]
    assert "3: more than" in outcome.out
    assert "--ranking" in (folder / "a.html").read_text()
    assert ns2vec(*WORDS, *QUICK, "--markdown").out.startswith("| metric | measure |")
    assert ns2vec(*WORDS, *QUICK, "--baseline", "b.json").code == 0
    accepted = json.loads((folder / "b.json").read_text())
    accepted["scores"]["recall@5"] = 0.99
    (folder / "b.json").write_text(json.dumps(accepted))
    outcome = ns2vec(*WORDS, *QUICK, "--baseline", "b.json")
    assert outcome.code == 1
    assert "users.txt: below the baseline" in outcome.err


def test_two_models_are_compared_where_both_have_vectors(ns2vec, folder):
    few = SPLIT.train.user_keys[:60]
    write_vectors("fewer.txt", few, np.random.default_rng(1).normal(size=(60, 3)))
    outcome = ns2vec(*WORDS[:3], "fewer.txt", "items.txt", *WORDS[3:], *QUICK, "--json")
    found = json.loads(outcome.out)
    assert (outcome.code, found["models"]) == (0, ["users.txt", "fewer.txt", "popularity"])
    assert found["n_users"] == 60
    n_left_out = int((SPLIT.test.users >= 60).sum())
    assert f"test.tsv: {n_left_out} of {len(SPLIT.test)} lines are left out: no vector" in outcome.err
    recall = found["metrics"][0]
    assert recall["comparisons"][0]["models"] == ["users.txt", "fewer.txt"]
    assert recall["comparisons"][0]["difference"] > 0.2


def test_what_cannot_be_ranked_is_refused(ns2vec, folder):
    (folder / "other.tsv").write_text("nobody\tnothing\n")
    write_vectors("wide.txt", SPLIT.train.item_keys, np.ones((60, 5)))
    for words, code, message in [
        (WORDS[:6], 2, "--ranking needs --train FILE and --test FILE"),
        (WORDS[:2] + WORDS[3:], 2, "--ranking takes pairs of files"),
        ((*WORDS, "--suite", "facts"), 2, "--ranking ranks items; leave out --suite"),
        ((*WORDS[:7], "other.tsv"), 1, "other.tsv: no line has both a user and an item with vectors"),
        ((*WORDS[:2], "wide.txt", *WORDS[3:]), 1, "users.txt: users have 3 dimensions, but items have 5"),
    ]:
        outcome = ns2vec(*words)
        assert outcome.code == code
        assert message in outcome.refusal()
