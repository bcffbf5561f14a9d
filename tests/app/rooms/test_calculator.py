"""The calculator's part of the API."""

from __future__ import annotations

import json
import shlex

import pytest

from ns2vec.calculator import count_pairs, estimate, zipf_counts
from ns2vec.cli import main

SMALL = {"source": "counts", "counts": "the 10000\ncat 500\nmoon 200", "calibrate": False}


def test_the_worked_figures(client):
    found = client.post("/api/pairs", json={"positives": 1_000_000, "k": 5, "batch_size": 1024}).json()
    assert (found["negatives"], found["pairs"], found["batches"]) == (5_000_000, 6_000_000, 5_860)


@pytest.mark.parametrize("batch_size", [None, 7])
@pytest.mark.parametrize("drop_last", [False, True])
def test_pairs_are_those_of_the_library_and_the_command_counts_the_same(
    client, capsys, batch_size, drop_last
):
    asked = {"positives": 1001, "k": 3, "batch_size": batch_size, "drop_last": drop_last}
    found = client.post("/api/pairs", json=asked).json()
    expected = count_pairs(1001, 3, batch_size, drop_last=drop_last)
    assert found["batches"] == expected.batches
    assert main(shlex.split(found["command"])[1:]) == 0
    assert f"{expected.pairs:,}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"positives": -1}, "positives"),
        ({"positives": "many"}, "positives"),
        ({"positives": 1.5}, "positives"),
        ({"positives": None}, "positives"),
        ({}, "positives"),
        ({"positives": 1, "k": -1}, "k"),
        ({"positives": 1, "k": None}, "k"),
        ({"positives": 1, "batch_size": 0}, "batch_size"),
        ({"positives": 1, "batch_size": "x"}, "batch_size"),
        ({"positives": 1, "drop_last": "perhaps"}, "drop_last"),
    ],
)
def test_each_field_says_what_is_wrong_with_it(problem, asked, field):
    found = problem("/api/pairs", **asked)
    assert list(found) == [field]
    assert found[field].startswith(field)


def test_an_estimate_is_that_of_the_library(client):
    options = {"vector_size": 20, "window": 3, "negative": 2, "epochs": 4, "workers": 1}
    found = client.post("/api/estimate", json={**SMALL, **options, "sentence_words": 12}).json()
    counts = {"the": 10000, "cat": 500, "moon": 200}
    expected = estimate(
        counts=counts, sentence_words=12, sg=True, min_count=1, calibrate=False, **options
    ).to_dict()
    assert found["estimate"] == expected
    assert expected["seconds"] is found["cost"] is found["returns"] is None


def test_a_size_stands_for_counts_by_zipf_and_the_command_says_the_same(client, capsys):
    asked = {"n_words": 10_000, "n_types": 100, "calibrate": False}
    found = client.post("/api/estimate", json=asked).json()
    assert found["estimate"]["n_words"] == int(zipf_counts(10_000, 100).sum())
    assert found["estimate"]["vocabulary"] == 100
    assert main([*shlex.split(found["command"])[1:], "--no-calibration", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == found["estimate"]


def test_a_text_is_measured(client):
    asked = {"source": "text", "text": "a b c d\nb c d e\n" * 30, "calibrate": False}
    found = client.post("/api/estimate", json=asked).json()
    assert (found["estimate"]["n_words"], found["estimate"]["n_types"]) == (240, 5)
    assert found["command"].startswith("ns2vec calculate corpus.txt --sg ")


def test_money_needs_the_time_of_this_machine(client):
    money = {"price_an_hour": 3600, "outlay": 30_000, "monthly": 4500, "months": 12}
    found = client.post("/api/estimate", json={**SMALL, **money, "calibrate": True, "workers": 1}).json()
    assert found["cost"] == pytest.approx(sum(found["estimate"]["seconds"].values()))
    assert found["estimate"]["words_per_second"] > 0
    assert found["returns"]["roi"] == pytest.approx(0.8)


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"n_words": "x"}, "n_words"),
        ({"n_words": 5}, "n_words"),
        ({"n_types": 0}, "n_types"),
        ({"n_types": None}, "n_types"),
        ({"vector_size": 0}, "vector_size"),
        ({"vector_size": 10**6}, "vector_size"),
        ({"negative": 10**9}, "negative"),
        ({"window": 10**9}, "window"),
        ({"workers": 10**5}, "workers"),
        ({"window": 0}, "window"),
        ({"negative": -1}, "negative"),
        ({"epochs": 0}, "epochs"),
        ({"workers": 0}, "workers"),
        ({"min_count": 10**9}, "min_count"),
        ({"sentence_words": 0}, "sentence_words"),
        ({"price_an_hour": -1, "calibrate": True}, "price_an_hour"),
        ({"outlay": 0, "monthly": 1, "months": 1}, "outlay"),
        ({"outlay": 1, "monthly": "x", "months": 1}, "monthly"),
        ({"outlay": 1, "monthly": 1}, "months"),
        ({"source": "counts", "counts": "the"}, "counts"),
        ({"source": "text", "text": "\n"}, "text"),
        ({"source": "guess"}, "source"),
    ],
)
def test_each_field_of_an_estimate_says_what_is_wrong_with_it(problem, asked, field):
    usual = {"n_words": 1000, "n_types": 10, "calibrate": False}
    assert list(problem("/api/estimate", **{**usual, **asked})) == [field]
