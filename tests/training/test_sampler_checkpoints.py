"""Samplers that depend on the model continue from a checkpoint with their state."""

from __future__ import annotations

import logging
import os

import numpy as np
import pytest
from cut_runs import OPTIONS, Cut, Stop, digest, facts, write_slowly

from ns2vec import Word2Vec
from ns2vec.exceptions import FormatError
from ns2vec.sampling import (
    SAMPLERS,
    Adaptive,
    AwareSampler,
    Cached,
    Mixed,
    Pool,
    Sampler,
    Source,
    make_sampler,
)
from ns2vec.sampling._aware import DynamicDraws
from ns2vec.sampling.steering import Steering
from ns2vec.training import checkpoints
from ns2vec.training.checkpoints import CheckpointFolder

AWARE = [
    "dynamic:m=4,anneal=linear,until=0.7", "dynamic:top=2,anneal=rise", "hard:near=input,anneal=cosine",
    "hard:m=12,duplicates=1", "adaptive:interval=150,step=0.3", "adaptive:form=rank,anneal=cosine",
    "cached:size=4,extra=8,every=3,keep=1,temperature=1", "cached:clusters=8,size=3,extra=9,anneal=linear",
    "self_adversarial:anneal=linear",
    Mixed([(Adaptive(form="rank"), 0.4), (Cached(size=4), 0.4), (Adaptive(interval=90, start=0.5), 0.2)]),
    Pool({"fruit1": ["fruit2"]}, fallback=Cached(size=4, extra=8, anneal="rise")),
]  # fmt: skip


def all_facts(model):
    return *facts(model), model.bound_sampler().report()


@pytest.mark.parametrize("sharing", ["window", "pair"])
@pytest.mark.parametrize("sampler", AWARE, ids=str)
def test_samplers_that_look_at_the_model_go_on_where_they_were(
    tmp_path, sentences, monkeypatch, sampler, sharing
):
    """Interrupted within the epochs, and between two chunks; pools, hardness, ranks and counts continue."""
    options = OPTIONS | {"sg": 1, "negative_sharing": sharing, "sampler": sampler}
    expected = all_facts(Word2Vec(sentences, **options))
    for cut in (450, 610, 1199):
        folder = tmp_path / str(cut)
        Word2Vec(Cut(sentences, cut), checkpoint=folder, checkpoint_every="1h", **options)
        assert all_facts(Word2Vec.resume(folder, sentences)) == expected, cut
    for n_writes in (3, 19):
        folder = tmp_path / f"write {n_writes}"
        with monkeypatch.context() as patched:
            write_slowly(patched, n_writes)
            Word2Vec(sentences, checkpoint=folder, checkpoint_every="0s", **options)
        assert all_facts(Word2Vec.resume(folder, sentences)) == expected, n_writes


@pytest.mark.parametrize("sampler", AWARE[5:7])
@pytest.mark.parametrize("epoch", [1, 2])
def test_between_epochs_they_go_on_too(tmp_path, sentences, sampler, epoch):
    options = OPTIONS | {"sampler": sampler}
    expected = all_facts(Word2Vec(sentences, **options))
    Word2Vec(sentences, checkpoint=tmp_path, checkpoint_every=1, callbacks=[Stop(epoch)], **options)
    assert all_facts(Word2Vec.resume(tmp_path, sentences)) == expected


def test_ranks_are_kept_within_an_epoch_only(tmp_path, sentences):
    """They are made new when an epoch begins, so a finished model has no lists of V times D rows."""
    options = OPTIONS | {"sampler": "adaptive:form=rank"}
    Word2Vec(Cut(sentences, 700), checkpoint=tmp_path / "cut", **options)
    Word2Vec(sentences, checkpoint=tmp_path / "whole", **options)
    for name, is_there in (("cut", True), ("whole", False)):
        _, state = CheckpointFolder(tmp_path / name).read()
        assert ("0.lists" in state.attributes["sampler_state"]) == is_there, name
    loaded = Word2Vec.load(next((tmp_path / "cut").iterdir()))
    loaded.train(sentences, total_examples=len(sentences), epochs=1)
    assert np.isfinite(loaded.wv.vectors).all()


def test_a_guard_and_a_sampler_with_state(tmp_path, sentences):
    options = OPTIONS | {"sampler": "cached:size=4,extra=8", "guard": "rollback"}
    expected = all_facts(Word2Vec(sentences, **options))
    Word2Vec(Cut(sentences, 777), checkpoint=tmp_path, **options)
    assert all_facts(Word2Vec.resume(tmp_path, sentences)) == expected


class Counting(Steering):
    """A third party's: harder with every set, from a count of its own."""

    n_seen = 0

    def after(self, counts):
        super().after(counts)
        self.n_seen += int(counts["n_sets"])

    def before(self, progress):
        super().before(progress)
        self.draws.hardness = min(self.n_seen / 5000, 1.0)


class CountingWithHook(Counting):
    def state(self):
        return {**super().state(), "n_seen": self.n_seen, "squares": np.arange(3) ** 2}

    def restore(self, state, n_dims):
        super().restore(state, n_dims)
        self.n_seen = int(state["n_seen"])
        assert state["squares"].tolist() == [0, 1, 4]


def third_party(steering_class):
    class Theirs(AwareSampler):
        name = "theirs"

        def draws(self, base):
            return DynamicDraws(base, 8)

        def steering(self, draws, data):
            return steering_class(draws, self.annealed)

    return Theirs


def test_a_third_party_with_the_hook(tmp_path, sentences, monkeypatch):
    monkeypatch.setitem(SAMPLERS._entries, "theirs", third_party(CountingWithHook))
    options = OPTIONS | {"sampler": "theirs"}
    expected = all_facts(Word2Vec(sentences, **options))
    Word2Vec(Cut(sentences, 700), checkpoint=tmp_path, **options)
    assert all_facts(Word2Vec.resume(tmp_path, sentences)) == expected


def test_a_third_party_without_the_hook_goes_on_without_its_state(tmp_path, sentences, monkeypatch):
    monkeypatch.setitem(SAMPLERS._entries, "theirs", third_party(Counting))
    options = OPTIONS | {"sampler": "theirs"}
    whole = Word2Vec(sentences, **options)
    Word2Vec(Cut(sentences, 700), checkpoint=tmp_path, **options)
    again = Word2Vec.resume(tmp_path, sentences)
    assert again.epochs_trained == 3
    assert digest(again) != digest(whole)
    # the counts of the base class exist
    assert again.bound_sampler().report()["sets"] == whole.bound_sampler().report()["sets"]


def test_a_third_party_without_steering_needs_no_state(tmp_path, sentences, monkeypatch):
    class Plain(Sampler):
        name = "theirs"

        def source(self, data):
            return Source(make_sampler("uniform").source(data).draws)

    monkeypatch.setitem(SAMPLERS._entries, "theirs", Plain)
    options = OPTIONS | {"sampler": "theirs"}
    whole = Word2Vec(sentences, **options)
    Word2Vec(Cut(sentences, 700), checkpoint=tmp_path, **options)
    _, state = CheckpointFolder(tmp_path).read()
    assert "sampler_state" not in state.attributes
    assert facts(Word2Vec.resume(tmp_path, sentences)) == facts(whole)


def test_the_state_of_a_sampler_that_is_given_again(tmp_path, sentences, caplog):
    """An unregistered class is not saved, but its state is, and finds it."""
    caplog.set_level(logging.CRITICAL)
    sampler = third_party(CountingWithHook)()
    options = OPTIONS | {"sampler": sampler}
    expected = all_facts(Word2Vec(sentences, **options))
    Word2Vec(Cut(sentences, 700), checkpoint=tmp_path, **options)
    assert all_facts(Word2Vec.resume(tmp_path, sentences, sampler=sampler)) == expected
    newest = max(tmp_path.iterdir())
    assert Word2Vec.load(newest).sampler == "unigram"
    with pytest.raises(FormatError, match=f"{newest.name}: the state of the sampler does not fit Dynamic"):
        Word2Vec.from_checkpoint(tmp_path, sampler="dynamic")


BROKEN = [
    (lambda state: state.update({"0.rows": state["0.rows"] + 20}), r"rows from 0 to 19"),
    (lambda state: state.update({"0.rows": state["0.rows"] - 1}), r"rows from 0 to 19"),
    (lambda state: state.update({"0.rows": state["0.rows"][:, :2]}), r"rows must have shape \(20, 4\)"),
    (lambda state: state.update({"0.rows": state["0.rows"].astype(float)}), r"rows must .*, got float64"),
    (lambda state: state.update({"0.uses": 3}), r"uses must have shape \(20,\) .*uint16, got 3"),
    (lambda state: state.pop("0.uses"), r"uses is missing"),
    (lambda state: state.update({"1.uses": 3}), r"1\.uses is unknown"),
    (lambda state: state.update({"0.speed": 3}), r"0\.speed is unknown"),
    (lambda state: state.update({"0.progress": 1.5}), r"progress must be a number from 0 to 1, got 1\.5"),
    (lambda state: state.update({"0.progress": "half"}), r"progress must be a number .*, got 'half'"),
    (lambda state: state.update({"0.total.n_sets": float("nan")}), r"total\.n_sets must be a finite number"),
    (lambda state: state.update({"sets": 3}), r"sets is unknown"),
]


@pytest.mark.parametrize(("change", "message"), BROKEN)
def test_a_state_that_does_not_fit_is_refused(tmp_path, sentences, change, message):
    options = OPTIONS | {"sampler": "cached:size=4,extra=8"}
    Word2Vec(Cut(sentences, 700), checkpoint=tmp_path, **options)
    path, state = CheckpointFolder(tmp_path).read()
    change(state.attributes["sampler_state"])
    checkpoints.native.write_state(path, state)
    whole = rf"{os.path.basename(path)}: the state of the sampler does not fit Cached\(.*: .*{message}"
    with pytest.raises(FormatError, match=whole):
        Word2Vec.resume(tmp_path, sentences)
    with pytest.raises(FormatError, match=whole):
        Word2Vec.load(path)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("0.lists", np.zeros((11, 20), np.int32), r"lists must have shape \(12, 20\)"),
        ("0.lists", np.full((12, 20), 20, np.int32), "lists must hold rows below 20"),
        ("0.deviation", np.zeros(11, np.float32), r"deviation must have shape \(12,\)"),
        ("0.n_sets", -1, "n_sets must be a finite number of at least 0"),
    ],
)
def test_ranks_that_do_not_fit_are_refused(tmp_path, sentences, name, value, message):
    """A list for a dimension more would let the sampler read beyond the input vector."""
    Word2Vec(Cut(sentences, 700), checkpoint=tmp_path, **OPTIONS, sampler="adaptive:form=rank")
    path, state = CheckpointFolder(tmp_path).read()
    state.attributes["sampler_state"][name] = value
    checkpoints.native.write_state(path, state)
    with pytest.raises(FormatError, match=message):
        Word2Vec.resume(tmp_path, sentences)
