"""Models that are brought along by the browser."""

from __future__ import annotations

import pickle

import pytest

TEXT = b"2 3\ncat 1 0 0\ndog 0.5 0.5 0\n"


def names(client):
    return [one["name"] for one in client.get("/api/models").json()]


def test_models_are_described(client):
    (small, _) = client.get("/api/models").json()
    assert small == {"name": "small", "n_words": 6, "n_dims": 3, "source": "", "has_counts": True}


def test_vectors_that_are_sent_can_be_asked_and_closed(client):
    made = client.post("/api/models/pets.txt", content=TEXT)
    assert (made.status_code, made.json()["n_words"]) == (201, 2)
    asked = {"words": ["cat"], "model": "pets.txt"}
    assert client.post("/api/most_similar", json=asked).json()[0]["neighbours"][0]["word"] == "dog"
    assert client.delete("/api/models/pets.txt").status_code == 204
    assert names(client) == ["small", "other"]
    assert client.delete("/api/models/pets.txt").status_code == 404


@pytest.mark.parametrize("name", ["a.ns2v", "a.bin"])
def test_our_own_files_can_be_sent(client, state, tmp_path, name):
    path, vectors = tmp_path / name, state.models["small"].vectors
    if name.endswith(".bin"):
        vectors.save_word2vec_format(path, binary=True)
    else:
        vectors.save(path)
    assert client.post(f"/api/models/{name}", content=path.read_bytes()).status_code == 201
    assert state.models[name].vectors.index_to_key == vectors.index_to_key


class Bomb:
    """Says so when it is unpickled."""

    def __reduce__(self):
        return (pytest.fail, ("an upload was unpickled",))


@pytest.mark.parametrize("suffix", ["bin", "txt", "w2v", "vec", "glove", "ns2v"])
@pytest.mark.parametrize("content", [pickle.dumps(Bomb()), b"", b"\x00" * 100, b"cat\n"])
def test_what_is_no_file_of_vectors_is_refused_and_never_unpickled(client, suffix, content):
    answer = client.post(f"/api/models/x.{suffix}", content=content)
    assert answer.status_code == 422, answer.text
    assert "/tmp" not in answer.text
    assert names(client) == ["small", "other"]


@pytest.mark.parametrize("name", ["x.pkl", "x", "x.gensim", "x.npy"])
def test_other_suffixes_are_refused(client, name):
    answer = client.post(f"/api/models/{name}", content=TEXT)
    assert answer.status_code == 422
    assert "must end in one of" in answer.json()["fields"]["name"]


@pytest.mark.parametrize("name", ["..%2f..%2fx.txt", ".x.txt", "a%20b.txt", "x" * 120 + ".txt", "%00.txt"])
def test_names_are_no_paths(client, name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert client.post(f"/api/models/{name}", content=TEXT).status_code in (404, 422)
    assert names(client) == ["small", "other"]
    assert list(tmp_path.iterdir()) == []


def test_what_is_too_large_is_refused(client, state):
    state.limits.upload_bytes = 10
    assert client.post("/api/models/x.txt", content=TEXT).status_code == 413
    assert client.post("/api/models/x.txt", content=iter([TEXT])).status_code == 413
    assert names(client) == ["small", "other"]


def test_only_so_many_models_are_held(client, state):
    state.models.most = 2
    answer = client.post("/api/models/x.txt", content=TEXT)
    assert answer.status_code == 422
    assert "close one first" in answer.json()["message"]
