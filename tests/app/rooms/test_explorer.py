"""The explorer's part of the API."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec.app.state import AppState


def test_many_words_are_answered_at_once_and_an_unknown_one_spoils_none(client, state):
    words = ["king", "paris", "queen"]
    king, paris, queen = client.post("/api/most_similar", json={"words": words, "topn": 2}).json()
    expected = state.models["small"].vectors.most_similar("king", topn=2)
    assert [one["word"] for one in king["neighbours"]] == [word for word, _ in expected]
    assert [one["similarity"] for one in king["neighbours"]] == pytest.approx(
        [cosine for _, cosine in expected]
    )
    assert (queen["word"], queen["error"]) == ("queen", None)
    assert paris["neighbours"] == []
    assert paris["error"] == "no vector for 'paris'; did you mean: Paris"


def test_the_search_can_be_restricted_and_the_model_chosen(client):
    asked = {"words": ["king"], "topn": 50, "restrict": 3}
    (found,) = client.post("/api/most_similar", json=asked).json()
    assert {one["word"] for one in found["neighbours"]} == {"man", "woman"}
    (found,) = client.post("/api/most_similar", json={"words": ["king"], "topn": 50, "model": "other"}).json()
    assert len(found["neighbours"]) == 25


def test_numbers_that_are_not_finite_are_no_json(client, state):
    vectors = state.models["small"].vectors
    vectors.vectors[4] = np.inf
    vectors.vectors_changed()
    with np.errstate(invalid="ignore"):
        answer = client.post("/api/most_similar", json={"words": ["king"]})
    assert "NaN" not in answer.text and "Infinity" not in answer.text
    assert len(answer.json()[0]["neighbours"]) == 5


def test_analogies_are_sums_or_products(client, state):
    words = {"positive": ["king", "woman"], "negative": ["man"]}
    found, products = (
        client.post("/api/analogy", json={**words, "topn": 2, "method": method}).json()
        for method in ("add", "multiply")
    )
    assert found[0]["word"] == "queen"
    expected = state.models["small"].vectors.most_similar_cosmul(**words, topn=2)
    assert [one["word"] for one in products] == [word for word, _ in expected]


def test_the_odd_one_out_and_similarity(client):
    found = client.post("/api/odd_one_out", json={"words": ["king", "queen", "apple", "woman"]}).json()
    assert found["odd_one_out"] == "apple" == found["centrality"][-1]["word"]
    pairs = [["man", "king"], ["man", "man"]]
    assert client.post("/api/similarity", json={"pairs": pairs}).json() == pytest.approx([2**-0.5, 1.0])


@pytest.mark.parametrize(
    ("path", "asked", "field"),
    [
        ("most_similar", {"words": []}, "words"),
        ("most_similar", {"words": ["king"] * 257}, "words"),
        ("most_similar", {"words": ["king"], "topn": 0}, "topn"),
        ("most_similar", {"words": ["king"], "topn": 10**6}, "topn"),
        ("most_similar", {"words": ["king"], "restrict": 0}, "restrict"),
        ("most_similar", {"words": [5]}, "words.0"),
        ("analogy", {"positive": ["nobody"]}, "positive"),
        ("analogy", {"positive": ["king"], "negative": ["nobody"]}, "negative"),
        ("odd_one_out", {"words": ["king", "king", "queen"]}, "words"),
        ("odd_one_out", {"words": ["king", "queen", "nobody"]}, "words"),
        ("similarity", {"pairs": [["king", "nobody"]]}, "pairs"),
        ("overlap", {"other": "other", "words": ["nobody"]}, "words"),
    ],
)
def test_each_field_says_what_is_wrong_with_it(problem, path, asked, field):
    assert list(problem(f"/api/{path}", **asked)) == [field]


QUESTIONS = [("most_similar", {"words": ["king"]}), ("overlap", {"other": "small"})]


@pytest.mark.parametrize(("path", "asked"), QUESTIONS, ids=["most_similar", "overlap"])
def test_a_model_that_is_not_open_is_not_found(client, path, asked):
    answer = client.post(f"/api/{path}", json={**asked, "model": "nobody's"})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_without_a_model_it_says_how_to_open_one():
    from app_clients import client_of

    with client_of(AppState()) as client:
        answer = client.post("/api/most_similar", json={"words": ["king"]})
    assert answer.status_code == 404
    assert "--model FILE" in answer.json()["message"]


def test_words_are_searched_by_how_they_begin_then_by_what_they_hold(client):
    found = client.get("/api/words", params={"q": "MAN"}).json()
    assert [one["word"] for one in found] == ["man", "woman"]
    assert found[0] == {"word": "man", "rank": 0, "count": 60, "norm": 1.0}
    assert len(client.get("/api/words", params={"model": "other", "most": 4}).json()) == 4
    assert [one["word"] for one in client.get("/api/words?model=other&q=word1&most=2").json()] == [
        "word1",
        "word10",
    ]


def test_a_map_has_a_point_a_cluster_and_a_word_for_each_row(client, state):
    points = np.frombuffer(client.get("/api/map/points?model=other").content, dtype="<f4").reshape(-1, 2)
    clusters = np.frombuffer(client.get("/api/map/clusters?model=other").content, dtype=np.uint8)
    words = client.get("/api/map/words?model=other").json()
    assert len(points) == len(clusters) == len(words["words"]) == len(words["counts"]) == 26
    assert np.isfinite(points).all() and points.std() > 0.1
    assert words["words"] == state.models["other"].vectors.index_to_key
    assert len(client.get("/api/map/points?model=other&most=5").content) == 5 * 8


def test_a_map_that_needs_another_package_says_so(client, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "umap", None)
    answer = client.get("/api/map/points?method=umap")
    assert answer.status_code == 422
    assert "pip install 'ns2vec[map]'" in answer.json()["fields"]["method"]


def test_two_models_are_compared_by_their_neighbours(client):
    same = client.post("/api/overlap", json={"model": "small", "other": "small"}).json()
    assert (same["mean"], same["n_words"], same["n_shared"]) == (1.0, 6, 6)
    found = client.post("/api/overlap", json={"other": "other", "topn": 3, "words": ["king", "man"]}).json()
    assert found["n_words"] == 2
    assert found["rows"][0]["overlap"] <= found["rows"][1]["overlap"] < 1
    row = found["rows"][0]
    common = {one["word"] for one in row["model"]} & {one["word"] for one in row["other"]}
    assert row["overlap"] == pytest.approx(len(common) / 3)
