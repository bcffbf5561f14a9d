"""The API does what its description says: schemathesis makes questions from it, good ones and bad ones."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent))

from app_clients import TOKEN, small_vectors
from hypothesis import HealthCheck, settings

from ns2vec import Word2Vec
from ns2vec.app import AppState, ModelStore, create_app
from ns2vec.app.rooms import samplers
from ns2vec.ledger import RunLedger

schemathesis = pytest.importorskip("schemathesis", reason="pip install 'ns2vec[test-app]'")

STATE = AppState(
    models=ModelStore({"small": small_vectors(), "other": small_vectors(20, seed=1)}),
    token=TOKEN,
    hosts=frozenset({"testserver"}),
)
SLOW = "estimate|pushes"
SCHEMA = schemathesis.openapi.from_asgi("/api/openapi.json", create_app(STATE))


@pytest.fixture(scope="module", autouse=True)
def small_and_quick(tmp_path_factory):
    """A run that is over, whose stream ends; what measures and trains does it for a moment."""
    folder = tmp_path_factory.mktemp("runs")
    options = {"min_count": 1, "vector_size": 8, "epochs": 2, "workers": 1, "progress": False}
    Word2Vec([["a", "b"]] * 50, callbacks=[RunLedger(folder, run_id="done")], **options)
    sentences = [["paris", "is", "in", "france"], ["rome", "is", "in", "italy"]] * 20
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(STATE, "runs", folder)
        patched.setattr("ns2vec.app.rooms.calculator.CALIBRATION", 0.01)
        patched.setattr("ns2vec.app.rooms.calculator.MOST_TYPES", 10_000)
        patched.setattr(samplers, "facts_sentences", lambda: sentences)
        samplers.trained.cache_clear()
        yield
        samplers.trained.cache_clear()


def check(case):
    """Ask, and compare the answer with the description."""
    # a question may be well formed and have no answer: a word or a model that is not known
    return case.call_and_validate(
        headers={"Authorization": f"Bearer {TOKEN}"},
        excluded_checks=[schemathesis.checks.CHECKS.get_one("positive_data_acceptance")],
    )


@SCHEMA.exclude(path_regex=SLOW).parametrize()
@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_each_route_answers_as_described(case):
    check(case)


@SCHEMA.include(path_regex=SLOW).parametrize()
@settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_routes_that_measure_and_train_do_so_too(case):
    check(case)


@SCHEMA.include(method="GET", path_regex="runs/").parametrize()
@settings(max_examples=10, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_routes_of_a_run_answer_as_described_where_there_is_one(case):
    case.path_parameters["run"] = "done"
    assert check(case).status_code != 404
