"""The API does what its description says: schemathesis makes questions from it, good ones and bad ones."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent))

from app_clients import TOKEN, small_vectors
from hypothesis import HealthCheck, settings

from ns2vec.app import AppState, ModelStore, create_app

schemathesis = pytest.importorskip("schemathesis", reason="pip install 'ns2vec[test-app]'")

MODELS = ModelStore({"small": small_vectors(), "other": small_vectors(20, seed=1)})
APP = create_app(
    AppState(models=MODELS, token=TOKEN, runs=Path("no-such-runs"), hosts=frozenset({"testserver"}))
)
SCHEMA = schemathesis.openapi.from_asgi("/api/openapi.json", APP)
# the first is endless, the others measure or train for a second or more each time
SCHEMA = SCHEMA.exclude(path_regex="events|estimate|pushes")


@SCHEMA.parametrize()
@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_each_route_answers_as_described(case):
    # a question may be well formed and have no answer: a word or a model that is not known
    case.call_and_validate(
        headers={"Authorization": f"Bearer {TOKEN}"},
        excluded_checks=[schemathesis.checks.CHECKS.get_one("positive_data_acceptance")],
    )
