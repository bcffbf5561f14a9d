"""What is asked often is answered like everything else, only sooner."""

from __future__ import annotations

import asyncio
import json

import pytest
from app_clients import client_of

from ns2vec.app import AppState, create_app
from ns2vec.app.server import OFTEN

GOOD = [
    {"words": ["king", "nobody", "queen"], "topn": 2},
    {"words": ["Paris"], "restrict": 4, "model": "other"},
]
BAD = [
    *(b"", b"{", b"\xff", b"[]", b"[" * 5000),
    *(b'{"words": []}', b'{"words": ["a"], "topn": 0}', b'{"words": ["a"], "topn": true}'),
    *(b'{"words": ["a"], "more": 1}', b'{"words": ["king"], "model": "nobody"}', b'{"words": [NaN]}'),
]


def both_ways(client, body, **headers):
    """The answers of the short way and of the application."""
    return [
        client.post("/api/most_similar", content=body, headers={"Content-Type": kind, **headers})
        for kind in ("application/json", "application/json; charset=utf-8")
    ]


@pytest.fixture
def taken(monkeypatch):
    """How often each way was taken to the end."""
    taken = {"short": 0}
    for path, (question, answer) in OFTEN.items():

        async def counted(state, asked, answer=answer):
            told = await answer(state, asked)
            taken["short"] += 1
            return told

        monkeypatch.setitem(OFTEN, path, (question, counted))
    return taken


@pytest.mark.parametrize("asked", GOOD)
def test_both_ways_give_the_same_answer(client, taken, asked):
    short, long = both_ways(client, json.dumps(asked))
    assert taken["short"] == 1
    assert short.status_code == 200
    assert short.content == long.content
    assert dict(short.headers) == dict(long.headers)


@pytest.mark.parametrize("headers", [{}, {"X-Ns2vec-Page": "1"}], ids=["programs", "pages"])
@pytest.mark.parametrize("body", BAD, ids=range(len(BAD)))
def test_what_is_refused_is_refused_with_the_same_words(client, taken, body, headers):
    short, long = both_ways(client, body, **headers)
    assert short.json()["code"] in ("bad_request", "invalid", "not_found")
    assert (short.status_code, short.content) == (long.status_code, long.content)
    assert taken["short"] == 0


def test_a_body_may_come_in_pieces_and_not_be_too_large(client, state, taken):
    def ask(pieces):
        headers = {"Content-Type": "application/json"}
        return client.post("/api/most_similar", content=iter(pieces), headers=headers)

    assert ask([b'{"words"', b': ["king"]}']).json()[0]["word"] == "king"
    assert taken["short"] == 1
    state.limits.json_bytes = 100
    answer = ask([b'{"words": ["', b"x" * 100, b'"]}'])
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_a_fault_of_the_search_shows_nothing_of_it(state, monkeypatch):
    monkeypatch.setattr("ns2vec.app.searching.Search._search", lambda self, batch: 1 / 0)
    with client_of(state) as client:
        for answer in both_ways(client, b'{"words": ["king"]}'):
            assert (answer.status_code, answer.json()["code"]) == (500, "failed")
            assert "ZeroDivision" not in answer.text


def test_who_goes_away_while_the_body_comes_gets_no_answer():
    async def ask():
        sent = []
        came = iter(
            [{"type": "http.request", "body": b'{"wor', "more_body": True}, {"type": "http.disconnect"}]
        )
        scope = {
            "type": "http", "method": "POST", "path": "/api/most_similar", "query_string": b"",
            "root_path": "", "headers": [(b"host", b"localhost"), (b"content-type", b"application/json")],
        }  # fmt: skip

        async def receive():
            return next(came)

        async def send(message):
            sent.append(message)

        await create_app(AppState())(scope, receive, send)
        return sent

    statuses = [message.get("status") for message in asyncio.run(ask()) if "status" in message]
    assert statuses == [400]  # which nobody reads
