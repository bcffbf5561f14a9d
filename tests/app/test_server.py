"""The frame: pages, health, the description of the API, and who is let in."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from app_clients import TOKEN, client_of

from ns2vec.app import AppState, create_app
from ns2vec.app.rooms import ROOMS
from ns2vec.app.state import Limits


def test_health_tells_what_is_there(client):
    found = client.get("/healthz").json()
    assert found["status"] == "ok"
    assert (found["models"], found["read_only"]) == (2, False)


@pytest.mark.parametrize("room", ROOMS)
def test_each_room_has_a_page(client, room):
    page = client.get(f"/{room}")
    assert page.status_code == 200
    assert f'data-room="{room}"' in page.text
    assert f'<a href="/{room}" aria-current="page">' in page.text
    assert client.get(f"/static/rooms/{room}.js").status_code == 200


def test_the_pages_load_nothing_from_elsewhere_and_hold_no_script(client):
    page = client.get("/", follow_redirects=True)
    assert page.url.path == "/calculator"
    assert "http" not in page.text.replace("http-equiv", "")
    assert "<script type=" in page.text
    assert page.text.count("<script") == page.text.count('src="/static/')
    assert "style=" not in page.text and "<style" not in page.text and "onclick" not in page.text


def test_every_answer_has_the_headers_of_safety(client):
    for path in ("/calculator", "/healthz", "/static/main.js", "/api/nothing"):
        headers = client.get(path).headers
        assert headers["content-security-policy"].startswith("default-src 'self'; ")
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"


def test_the_checked_in_description_of_the_api_is_current(repository: Path):
    kept = json.loads((repository / "docs" / "openapi.json").read_text("utf-8"))
    assert create_app().openapi() == kept, "run: ns2vec app --openapi > docs/openapi.json"


def test_the_api_describes_itself(client):
    assert client.get("/api/openapi.json").json()["info"]["title"] == "ns2vec"
    assert client.get("/docs").status_code == 404  # FastAPI's page loads scripts from elsewhere


# ---- who is let in -----------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "localhost.", "[::2]:80"])
def test_other_hosts_are_refused(client, host):
    answer = client.get("/healthz", headers={"Host": host})
    assert (answer.status_code, answer.json()["code"]) == (421, "wrong_host")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:99", "LOCALHOST", "[::1]:8765"])
def test_this_machine_is_let_in(client, host):
    assert client.get("/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("given", [None, "Bearer wrong", "Basic dG9rZW4=", f"Bearer {TOKEN}x", "Bearer é"])
@pytest.mark.parametrize("verb", ["POST", "DELETE"])
def test_what_changes_something_needs_the_token(state, given, verb):
    headers = {} if given is None else {"Authorization": given.encode("utf-8")}
    with client_of(state) as client:
        answer = client.request(verb, "/api/models/small.txt", headers=headers, content=b"1 1\na 1\n")
    assert (answer.status_code, answer.json()["code"]) == (401, "no_token")
    assert [held.name for held in state.models] == ["small", "other"]


def test_every_route_that_is_no_question_asks_for_the_token():
    """A new route that changes something must require the token, or be listed here as a query."""
    questions = {"/api/analogy", "/api/estimate", "/api/most_similar", "/api/noise", "/api/odd_one_out"}
    questions |= {"/api/overlap", "/api/pairs", "/api/pushes", "/api/similarity"}
    open_routes = [
        path
        for path, verbs in create_app().openapi()["paths"].items()
        for verb, route in verbs.items()
        if verb != "get" and "security" not in route
    ]
    assert sorted(open_routes) == sorted(questions)


@pytest.mark.parametrize("verb", ["POST", "DELETE"])
def test_nothing_can_be_changed_in_read_only_mode(state, verb):
    state.read_only = True
    with client_of(state, Authorization=f"Bearer {TOKEN}") as client:
        answer = client.request(verb, "/api/models/small.txt", content=b"1 1\na 1\n")
        assert answer.status_code == 403
        assert client.post("/api/estimate", json={"n_words": 100, "n_types": 10}).status_code == 403
        assert client.post("/api/most_similar", json={"words": ["king"]}).status_code == 200
    assert [held.name for held in state.models] == ["small", "other"]


def test_each_server_draws_a_token_of_its_own():
    tokens = {AppState().token for _ in range(3)}
    assert len(tokens) == 3
    assert all(len(token) >= 32 for token in tokens)
    assert next(iter(tokens)) not in repr(AppState())


# ---- bodies and paths --------------------------------------------------------------------------------


def test_a_body_that_is_too_large_is_refused_before_it_is_read(client, state):
    state.limits.json_bytes = 1000
    announced = client.post("/api/pairs", content=b"[" * 1001)
    in_pieces = client.post("/api/pairs", content=iter([b"[" * 600] * 2))  # no Content-Length
    for answer in (announced, in_pieces):
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


@pytest.mark.parametrize("length", ["-1", "many"])
def test_a_length_that_is_none_is_refused(client, length):
    assert client.post("/api/pairs", content=b"{}", headers={"Content-Length": length}).status_code == 413


@pytest.mark.parametrize("body", [b"{", b"\xff", b"[1, 2", b'{"positives": 1e}'])
def test_what_is_no_json_is_told_so(client, body):
    answer = client.post("/api/pairs", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422)
    assert answer.json()["message"]


@pytest.mark.parametrize("body", [[], "text", None, 3, {}, {"positives": 1, "another": 2}])
def test_a_body_of_another_shape_is_told_by_field(client, body):
    answer = client.post("/api/pairs", json=body)
    assert answer.status_code == 422
    assert answer.json()["fields"]


PATHS = [
    "/static/../server.py",
    "/static/..%2fserver.py",
    "/static/%2e%2e/%2e%2e/pyproject.toml",
    "/static/....//server.py",
    "/static//etc/passwd",
    "/static/rooms/../../state.py",
    "/static/main.js%00.py",
    "/..%2f..%2fetc/passwd",
]


@pytest.mark.parametrize("path", PATHS)
def test_no_path_leads_out_of_the_static_files(client, path):
    answer = client.get(path)
    assert answer.status_code in (400, 404), answer.text
    assert "import" not in answer.text and "root:" not in answer.text


def test_our_pages_get_refused_questions_as_200_with_the_status_beside(client):
    """Browsers log other statuses as errors; a word that is not known is none."""
    answer = client.post("/api/pairs", json={"positives": -1}, headers={"X-Ns2vec-Page": "1"})
    assert (answer.status_code, answer.headers["x-ns2vec-status"]) == (200, "422")
    assert list(answer.json()["fields"]) == ["positives"]


def test_a_method_that_is_none_is_told_with_those_there_are(client):
    answer = client.put("/api/models/x.txt")
    assert (answer.status_code, answer.headers["allow"]) == (405, "DELETE, POST")


def test_a_fault_of_the_server_shows_nothing_of_it(client, monkeypatch):
    monkeypatch.setattr("ns2vec.app.rooms.calculator.count_pairs", lambda *given, **more: 1 / 0)
    answer = client.post("/api/pairs", json={"positives": 1})
    assert (answer.status_code, answer.json()["code"]) == (500, "failed")
    assert "ZeroDivision" not in answer.text
    assert "content-security-policy" in answer.headers


def test_what_takes_too_long_is_given_up(state):
    state.limits = Limits(seconds=0.0)
    with client_of(state) as client:
        answer = client.post("/api/noise", json={})
    assert (answer.status_code, answer.json()["code"]) == (504, "too_slow")


def test_when_too_many_wait_the_next_is_told_to_come_back(state):
    state.limits = Limits(max_waiting=0)
    with client_of(state) as client:
        assert client.post("/api/noise", json={}).status_code == 503


# ---- without the extra -------------------------------------------------------------------------------


def test_without_the_extra_one_line_says_what_to_install(repository: Path):
    code = (
        "import sys; sys.modules['fastapi'] = None\n"
        "import ns2vec\n"
        "loaded = {name for name, module in sys.modules.items() if module}\n"
        "assert not {'fastapi', 'uvicorn', 'pydantic', 'ns2vec.app'} & loaded\n"
        "from ns2vec.cli import main; sys.exit(main(['app', '--demo']))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=repository)
    assert done.returncode == 1
    assert done.stderr.strip() == ("ns2vec: the web app needs FastAPI and uvicorn: pip install 'ns2vec[web]'")
