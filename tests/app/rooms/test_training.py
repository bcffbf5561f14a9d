"""The training room's part of the API, and the figures for Prometheus."""

from __future__ import annotations

import json
import os

import pytest
from fastapi.testclient import TestClient

from ns2vec import Word2Vec
from ns2vec.app import AppState, create_app
from ns2vec.ledger import RunLedger, open_run, read_events
from ns2vec.ledger.control import stop_is_requested

SENTENCES = [["the", "cat", "sat"], ["the", "dog", "sat"]] * 40
BEARER = {"Authorization": "Bearer secret"}


@pytest.fixture
def folder(tmp_path):
    """Two runs that are over, and one of this process, which lives, without an end."""
    for name, negative in (("first", 5), ("second", 9)):
        ledger = RunLedger(tmp_path, run_id=name, interval=0.0)
        Word2Vec(
            SENTENCES, min_count=1, vector_size=8, epochs=2, negative=negative, sample=0,
            compute_loss=True, callbacks=[ledger],
        )  # fmt: skip
    (tmp_path / "open").mkdir()
    lines = (tmp_path / "first" / "run.jsonl").read_text("utf-8").splitlines(keepends=True)
    kept = [line for line in lines if '"kind":"end"' not in line]
    (tmp_path / "open" / "run.jsonl").write_text("".join(kept), "utf-8")
    return tmp_path


def client_of(state):
    return TestClient(create_app(state), base_url="http://127.0.0.1")


@pytest.fixture
def asking(folder):
    with client_of(AppState(runs=folder, token="secret")) as client:
        yield client


def messages(text):
    """Pairs of id and event of a stream."""
    found = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if "event" in fields:
            found.append((int(fields["id"]), fields["event"], json.loads(fields["data"])))
    return found


def test_runs_are_listed_the_newest_first(asking):
    found = asking.get("/api/runs").json()["runs"]
    assert {run["id"] for run in found} == {"first", "second", "open"}
    assert [run["started"] for run in found] == sorted((run["started"] for run in found), reverse=True)
    assert {run["id"]: run["status"] for run in found} == {
        "first": "finished", "second": "finished", "open": "running",
    }  # fmt: skip


def test_a_folder_that_is_not_there_has_no_runs(tmp_path):
    with client_of(AppState(runs=tmp_path / "later")) as client:
        assert client.get("/api/runs").json()["runs"] == []
    with client_of(AppState()) as client:
        assert client.get("/api/runs").status_code == 404


def test_a_run_has_lines_for_charts(asking, folder):
    found = asking.get("/api/runs/first").json()
    assert found["summary"]["epochs"] == 2 and found["settings"]["negative"] == 5
    assert len(found["series"]["loss"]["at"]) == len(found["series"]["loss"]["values"]) > 0
    assert found["offset"] == os.path.getsize(folder / "first" / "run.jsonl")
    assert found["vocabulary"][0]["n_keys"] == 4


@pytest.mark.parametrize("name", ["nothing", "%2e%2e", "..%2f..%2fetc", "a%00b", "%2fetc%2fpasswd"])
@pytest.mark.parametrize("path", ["/api/runs/{}", "/api/runs/{}/events", "/api/compare?run={}&run=first"])
def test_no_other_file_can_be_asked_for(asking, name, path):
    answer = asking.get(path.format(name))
    assert answer.status_code in (404, 422), answer.text


def test_a_stream_has_all_events_and_ends_with_the_run(asking, folder):
    answer = asking.get("/api/runs/first/events")
    assert answer.headers["content-type"].startswith("text/event-stream")
    found = messages(answer.text)
    assert [data for _, name, data in found if name == "ledger"] == list(read_events(folder / "first"))
    assert found[-1][1] == "closed"


def test_a_stream_is_resumed_where_it_broke(asking):
    found = messages(asking.get("/api/runs/first/events").text)
    seen = found[3][0]
    by_header = asking.get("/api/runs/first/events", headers={"Last-Event-ID": str(seen)})
    by_query = asking.get("/api/runs/first/events", params={"after": seen})
    assert messages(by_header.text) == messages(by_query.text) == found[4:]


def test_runs_are_put_side_by_side(asking):
    found = asking.get("/api/compare?run=first&run=second").json()
    assert found["settings"] == {"negative": [5, 9]} and not found["has_comparable_loss"]
    assert len(found["loss"]) == 2
    assert asking.get("/api/compare?run=first").status_code == 422


def test_stopping_needs_the_token_and_a_run_that_runs(asking, folder):
    assert asking.post("/api/runs/open/stop").status_code == 401
    assert not stop_is_requested(folder / "open")
    assert asking.post("/api/runs/first/stop", headers=BEARER).status_code == 409
    assert asking.post("/api/runs/open/stop", headers=BEARER).json() == {"id": "open", "stop_requested": True}
    assert stop_is_requested(folder / "open") and open_run(folder / "open").summary()["stop_requested"]


def test_nothing_is_stopped_on_a_read_only_server(folder):
    with client_of(AppState(runs=folder, token="secret", read_only=True)) as client:
        assert client.post("/api/runs/open/stop", headers=BEARER).status_code == 403
    assert not stop_is_requested(folder / "open")


def test_prometheus_reads_what_runs(asking):
    answer = asking.get("/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    lines = answer.text.splitlines()
    assert 'ns2vec_runs{status="finished"} 2' in lines and 'ns2vec_runs{status="running"} 1' in lines
    assert any(line.startswith('ns2vec_run_loss{run="open",model="Word2Vec"} ') for line in lines)
    names = {line.split()[2] for line in lines if line.startswith("# TYPE")}
    assert {line.split("{")[0].split()[0] for line in lines if not line.startswith("#")} == names
