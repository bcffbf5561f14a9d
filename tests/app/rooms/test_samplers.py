"""The samplers' part of the API."""

from __future__ import annotations

import pytest


def test_the_preloaded_counts_give_the_worked_distribution(client):
    found = client.post("/api/noise", json={}).json()
    shown = {row["word"]: round(row["probability"], 6) for row in found["rows"]}
    assert shown == {"the": 0.862872, "cat": 0.091238, "moon": 0.045890}
    assert found["chi_square"] is None
    assert found["coverage"] == 1.0
    assert found["effective_support"] == pytest.approx(1.6276, abs=1e-3)


def test_draws_repeat_for_a_seed_and_are_tested(client):
    first, again, other = (
        client.post("/api/noise", json={"n_draws": 5000, "seed": seed}).json() for seed in (3, 3, 4)
    )
    assert first == again
    assert first["rows"] != other["rows"]
    assert sum(row["drawn"] for row in first["rows"]) == 5000
    assert first["chi_square"]["degrees"] == 2


def test_the_counts_of_a_model_can_be_taken(client, state):
    found = client.post("/api/noise", json={"model": "small", "most": 2}).json()
    assert (found["n_words"], [row["word"] for row in found["rows"]]) == (6, ["man", "woman"])
    del state.models["small"].vectors.expandos["count"]
    answer = client.post("/api/noise", json={"model": "small"})
    assert "has no counts" in answer.json()["fields"]["model"]


def test_true_words_are_counted_as_false_negatives(client):
    asked = {"positives": "the: cat, moon\ncat: the"}
    assert client.post("/api/noise", json=asked).json()["false_negative_rate"] > 0.1


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"counts": "the"}, "counts"),
        ({"exponent": "steep"}, "exponent"),
        ({"sampler": "hard"}, "sampler"),
        ({"n_draws": -1}, "n_draws"),
        ({"seed": -1}, "seed"),
        ({"positives": "cat dog"}, "positives"),
        ({"positives": "bird: dog"}, "positives"),
        ({"model": "unknown"}, "model"),
        ({"most": 0}, "most"),
    ],
)
def test_each_field_says_what_is_wrong_with_it(problem, asked, field):
    assert list(problem("/api/noise", **asked)) == [field]


def test_the_samplers_that_need_no_model_are_listed(client):
    assert client.get("/api/samplers").json()[:2] == ["unigram", "random"]


TEXT = "red green blue\none two three\n" * 30


def test_what_pushed_a_word_and_what_pulled_it(client):
    found = client.post("/api/pushes", json={"word": "red", "text": TEXT, "n_steps": 40, "most": 3}).json()
    assert {met["word"] for met in found["positives"]} == {"green", "blue"}
    assert len(found["negatives"]) == 3
    assert found["n_steps"] == 40


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"word": "white"}, "word"),
        ({"word": ""}, "word"),
        ({"text": "alone"}, "text"),
        ({"negative": 0}, "negative"),
        ({"n_steps": 10**6}, "n_steps"),
        ({"sampler": "pool"}, "sampler"),
    ],
)
def test_each_field_of_pushes_says_what_is_wrong_with_it(problem, asked, field):
    assert list(problem("/api/pushes", **{"word": "red", "text": TEXT, **asked})) == [field]
