"""Small models, and clients of an app with these models."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

sys.path.insert(0, str(Path(__file__).parent))

from app_clients import TOKEN, client_of, small_vectors

from ns2vec.app import AppState, ModelStore


@pytest.fixture
def state() -> AppState:
    """Two models, and a known token."""
    models = ModelStore({"small": small_vectors(), "other": small_vectors(20, seed=1)})
    return AppState(models=models, token=TOKEN)


@pytest.fixture
def client(state: AppState) -> Iterator[TestClient]:
    """A client with the token."""
    with client_of(state, Authorization=f"Bearer {TOKEN}") as made:
        yield made


@pytest.fixture
def problem(client: TestClient):
    """Return ``problem(path, **body)``: the fields of a rejected request, and what is wrong with each."""

    def ask(path: str, **body: Any) -> dict[str, str]:
        answer = client.post(path, json=body)
        assert answer.status_code == 422, answer.text
        found = answer.json()
        assert found["code"] == "invalid"
        assert found["message"]
        return found["fields"]

    return ask
