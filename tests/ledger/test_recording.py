"""What is told of a run, for every family of models."""

from __future__ import annotations

import json
import logging

import numpy as np
import pytest

from ns2vec import FastText, StopTraining, Word2Vec
from ns2vec.callbacks import CallbackAny2Vec
from ns2vec.classify import Classifier
from ns2vec.corpus.tagged import TaggedDocument
from ns2vec.exceptions import ConfigError
from ns2vec.graph import LINE, GraphSAGE, Node2Vec
from ns2vec.ledger import RunLedger, list_runs, open_run, schema
from ns2vec.models.doc2vec import Doc2Vec
from ns2vec.recommend import Item2Vec, LightGCN, MatrixFactorization, read_interactions
from ns2vec.sampling import SAMPLERS

SENTENCES = [["the", "cat", "sat"], ["the", "dog", "sat"], ["a", "dog", "ran"]] * 40
CLICKS = [(f"u{user}", f"{'ab'[user % 2]}{item}") for user in range(30) for item in range(6)]
EDGES = [("a", "b"), ("b", "c"), ("c", "a"), ("x", "y"), ("y", "z"), ("z", "x")]
TEXTS = ["__label__a red rose", "__label__b blue sea"] * 20


def small(kind, **options):
    return kind(SENTENCES, min_count=1, vector_size=8, epochs=2, workers=1, **options)


FAMILIES = {
    "Word2Vec": lambda told: small(Word2Vec, callbacks=told, compute_loss=True),
    "FastText": lambda told: small(FastText, callbacks=told, bucket=100),
    "Doc2Vec": lambda told: Doc2Vec(
        [TaggedDocument(words, [i]) for i, words in enumerate(SENTENCES)],
        min_count=1, vector_size=8, epochs=2, workers=1, callbacks=told,
    ),
    "MatrixFactorization": lambda told: MatrixFactorization(vector_size=8, epochs=2).fit(
        read_interactions(CLICKS), callbacks=told
    ),
    "Item2Vec": lambda told: Item2Vec(vector_size=8, epochs=2).fit(read_interactions(CLICKS), callbacks=told),
    "LightGCN": lambda told: LightGCN(vector_size=8, epochs=2).fit(read_interactions(CLICKS), callbacks=told),
    "Node2Vec": lambda told: Node2Vec(vector_size=8, epochs=2).fit(EDGES, callbacks=told),
    "GraphSAGE": lambda told: GraphSAGE(vector_size=8, epochs=2).fit(EDGES, np.eye(6), callbacks=told),
    "LINE": lambda told: LINE(vector_size=8, epochs=2).fit(EDGES, callbacks=told),
    "Classifier": lambda told: Classifier(vector_size=8, epochs=2).fit(TEXTS, callbacks=told),
}  # fmt: skip


def fits(value, rule, found) -> bool:
    """Whether a value is as the part of JSON Schema that our schema uses says."""
    names = {
        "string": str,
        "integer": int,
        "object": dict,
        "array": list,
        "number": (int, float),
        "null": type(None),
    }
    if "$ref" in rule:
        return fits(value, found["$defs"][rule["$ref"].rpartition("/")[2]], found)
    if "anyOf" in rule and not any(fits(value, one, found) for one in rule["anyOf"]):
        return False
    if "enum" in rule and value not in rule["enum"]:
        return False
    if "const" in rule and value != rule["const"]:
        return False
    types = rule.get("type", [])
    if types and not any(
        isinstance(value, names[one]) for one in ([types] if isinstance(types, str) else types)
    ):
        return False
    if isinstance(value, dict):
        known = rule.get("properties", {})
        others = rule.get("additionalProperties", {})
        return all(name in value for name in rule.get("required", ())) and all(
            fits(entry, known.get(name, others), found) for name, entry in value.items()
        )
    if isinstance(value, list):
        return all(fits(entry, rule.get("items", {}), found) for entry in value)
    return True


def lines_of(ledger):
    with open(f"{ledger.folder}/run.jsonl", encoding="utf-8") as stream:
        return [json.loads(line) for line in stream]


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_writes_a_ledger_as_the_schema_says(family, tmp_path):
    ledger, rules = RunLedger(tmp_path, interval=0.0), schema()
    FAMILIES[family]([ledger])
    events = lines_of(ledger)
    assert [event for event in events if not fits(event, rules, rules)] == []
    assert [e for e in events if not fits(e, rules["$defs"][e["kind"]], rules)] == []
    kinds = [event["kind"] for event in events]
    assert kinds[0] == "config" and kinds[-1] == "end" and kinds.count("epoch") == 2
    assert "interval" in kinds
    run = open_run(ledger.folder)
    assert run.config["model"] == family and run.status == "finished" and run.config["plan"]["epochs"] == 2
    assert all(side["n_keys"] > 0 for side in run.vocabulary) and run.vocabulary


NAMED = ["mixed:unigram=0.5,uniform=0.5", *sorted(set(SAMPLERS) - {"mixed", "pool", "warp"})]


@pytest.mark.parametrize("sampler", NAMED)
def test_watching_changes_nothing(sampler, tmp_path):
    plain = small(Word2Vec, sampler=sampler)
    watched = small(Word2Vec, sampler=sampler, callbacks=[RunLedger(tmp_path, interval=0.0)])
    assert np.array_equal(plain.wv.vectors, watched.wv.vectors)


def test_a_list_is_still_encoded_once(tmp_path):
    model = Word2Vec(min_count=1, vector_size=8)
    model.build_vocab(SENTENCES)
    seen = []

    class Counting(list):
        def __iter__(self):
            seen.append(1)
            return super().__iter__()

    for callbacks in ([], [RunLedger(tmp_path)]):
        seen.append(0)
        model.train(Counting(SENTENCES), total_examples=len(SENTENCES), epochs=3, callbacks=callbacks)
    passes = "".join(map(str, seen)).split("0")[1:]
    assert passes[0] == passes[1]


class Ending(CallbackAny2Vec):
    def __init__(self, error, after=1):
        self.error, self.n_left = error, after

    def on_epoch_end(self, model):
        self.n_left -= 1
        if not self.n_left:
            raise self.error


@pytest.mark.parametrize(
    ("error", "status", "reason"),
    [
        (StopTraining("enough"), "stopped", "enough"),
        (OSError("no more text"), "failed", "OSError: no more text"),
        (KeyboardInterrupt(), "interrupted", None),
    ],
    ids=["stopped", "failed", "interrupted"],
)
def test_the_end_tells_what_ended_the_run(error, status, reason, tmp_path):
    ledger = RunLedger(tmp_path)
    try:
        small(Word2Vec, callbacks=[ledger, Ending(error)])
    except OSError:
        assert status == "failed"
    run = open_run(ledger.folder)
    assert (run.status, run.end["reason"], len(run.epochs)) == (status, reason, 1)


def test_an_error_that_is_being_handled_is_not_that_of_the_run(tmp_path):
    ledger = RunLedger(tmp_path)
    try:
        raise KeyError("before")
    except KeyError:
        small(Word2Vec, callbacks=[ledger])
    assert open_run(ledger.folder).status == "finished"


def test_what_is_held_out_is_told_after_each_epoch(tmp_path):
    ledger = RunLedger(tmp_path)
    Classifier(vector_size=8, epochs=3, alpha=0.5).fit(TEXTS, validation=TEXTS, callbacks=[ledger])
    found = open_run(ledger.folder).evaluations
    assert [event["epoch"] for event in found] == [1, 2, 3]
    assert found[-1]["scores"]["validation accuracy"]["value"] == 1.0


def test_warnings_are_told_and_still_written(tmp_path, caplog, capsys):
    ledger = RunLedger(tmp_path)
    model = Word2Vec(min_count=1, vector_size=8)
    model.build_vocab(SENTENCES)
    model.train(SENTENCES, total_words=1, epochs=1, callbacks=[ledger])
    (event,) = open_run(ledger.folder).warnings
    assert "did not equal expected count" in event["message"] and event["level"] == "WARNING"
    assert "did not equal expected count" in caplog.text
    assert logging.getLogger("ns2vec").handlers == []


def test_checkpoints_are_told_the_last_one_after_the_end(tmp_path):
    ledger = RunLedger(tmp_path / "runs")
    small(Word2Vec, callbacks=[ledger], checkpoint=tmp_path / "kept", checkpoint_every=1)
    run = open_run(ledger.folder)
    assert [event["epoch"] for event in run.checkpoints] == [1, 2]
    assert run.checkpoints[-1]["path"].endswith("checkpoint-00000002.ns2v")
    assert run.status == "finished"


def test_a_resumed_run_tells_what_was_done_before(tmp_path):
    kept, ledger = tmp_path / "kept", RunLedger(tmp_path / "runs")
    with pytest.raises(OSError, match="cut"):
        small(Word2Vec, checkpoint=kept, checkpoint_every=1, callbacks=[Ending(OSError("cut"), after=2)])
    Word2Vec.resume(kept, SENTENCES, callbacks=[ledger])
    run = open_run(ledger.folder)
    assert run.config["epochs_done"] == 1
    assert [event["epoch"] for event in run.epochs] == [2] and run.status == "finished"


def test_the_guard_is_told(tmp_path):
    ledger = RunLedger(tmp_path, interval=0.0)
    small(Word2Vec, alpha=2000.0, guard="rollback", callbacks=[ledger])
    run = open_run(ledger.folder)
    assert run.guards and run.guards[-1]["rate_factor"] < 1.0
    assert all(event["level"] == "WARNING" for event in run.warnings)


def test_a_full_disk_does_not_end_training(tmp_path, caplog):
    class Full(RunLedger):
        def take(self, event):
            if event["kind"] == "epoch":
                raise OSError("no space left")
            super().take(event)

    ledger = Full(tmp_path)
    model = small(Word2Vec, callbacks=[ledger])
    assert len(model.epoch_losses) == 2
    assert "Full stops recording: no space left; training continues" in caplog.text


def test_others_take_observers_only(tmp_path):
    with pytest.raises(ConfigError, match="must be observers"):
        Classifier().fit(TEXTS, callbacks=[CallbackAny2Vec()])


def test_each_training_is_a_run_of_its_own(tmp_path):
    ledger = RunLedger(tmp_path)
    small(Word2Vec, callbacks=[ledger])
    small(Word2Vec, callbacks=[ledger])
    assert len(list_runs(tmp_path)) == 2
    with pytest.raises(ConfigError, match="already exists"):
        small(Word2Vec, callbacks=[RunLedger(tmp_path, run_id=ledger.run_id)])


def test_epochs_shorter_than_an_interval_are_heard_of(tmp_path):
    ledger = RunLedger(tmp_path, interval=0.05)
    Word2Vec([["a", "b", "c"]] * 50, min_count=1, vector_size=4, epochs=300, workers=1, callbacks=[ledger])
    run = open_run(ledger.folder)
    assert max(event["duration"] for event in run.epochs) < run.end["at"] / 3
    assert len(run.columns["at"]) >= 1
