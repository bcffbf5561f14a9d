"""Runs side by side."""

from __future__ import annotations

import json

import pytest

from ns2vec import Word2Vec
from ns2vec.exceptions import ConfigError
from ns2vec.ledger import RunLedger, append_event, compare_runs, open_run

SENTENCES = [["the", "cat", "sat"], ["the", "dog", "sat"]] * 40


def trained(folder, **options):
    ledger = RunLedger(folder, name=options.pop("name", None))
    Word2Vec(SENTENCES, min_count=1, vector_size=8, compute_loss=True, callbacks=[ledger], **options)
    return ledger.folder


def test_what_differs_is_listed_and_what_came_of_it(tmp_path):
    first, second = trained(tmp_path, seed=1, name="one"), trained(tmp_path, seed=2, epochs=3)
    append_event(first, "evaluation", source="t", scores={"pairs": {"value": 0.5, "low": 0.25, "high": 0.75}})
    found = compare_runs([open_run(first), open_run(second)])
    assert found.runs[0] == "one"
    assert found.settings == {"epochs": [5, 3], "seed": [1, 2]}
    assert found.figures["status"] == ["finished", "finished"] and found.figures["epochs"] == [5, 3]
    assert found.scores["pairs"][1] is None and found.has_comparable_loss
    assert "0.5 [0.25, 0.75]" in found.table()
    assert json.loads(json.dumps(found.as_dict(), allow_nan=False))["settings"]["seed"] == [1, 2]


def test_losses_of_other_models_are_not_compared(tmp_path):
    runs = [open_run(trained(tmp_path, negative=k, epochs=1)) for k in (2, 5)]
    found = compare_runs(runs)
    assert not found.has_comparable_loss
    assert "loss (not comparable)" in found.table()


def test_one_run_is_no_comparison(tmp_path):
    with pytest.raises(ConfigError, match="two runs or more, got 1"):
        compare_runs([open_run(trained(tmp_path))])
