"""Recommenders keep to what every family keeps to."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pytest
from family_tests import FamilyTests

from ns2vec.exceptions import ConfigError
from ns2vec.recommend import FactorizationMachine, Features, Item2Vec, LightGCN, MatrixFactorization
from ns2vec.training.observers import Observer


def choices(n_users=80, n_items=20, n_each=8, seed=0):
    """Rows of users of two tastes, ``a`` and ``b``, who choose among the items of theirs."""
    rng = np.random.default_rng(seed)
    return [
        (f"{taste}{user}", f"{taste}{item}")
        for user in range(n_users // 2)
        for taste in "ab"
        for item in rng.choice(n_items // 2, n_each, replace=False)
    ]


class Interrupt(Observer):
    """Ctrl-C after a number of jobs of the engine, or batches of LightGCN."""

    def __init__(self, n_left, event):
        self.n_left, self.event = n_left, event

    def count(self, event):
        self.n_left -= event == self.event
        if self.n_left < 0:
            raise KeyboardInterrupt

    def watched(self, jobs):
        for job in jobs:
            self.count("job")
            yield job

    def on_chunk(self, run, tally):
        self.count("batch")


class RecommenderTests(FamilyTests):
    """Users and items of two tastes."""

    nothing = "expected rows such as"

    def examples(self):
        return choices()

    def more_examples(self):
        return [("a0", "a_new"), ("a_new", "a1"), ("a_new", "a2"), ("b1", "b_new"), ("b_new", "b_new")] * 3

    fit_options: ClassVar[dict] = {}

    def fit(self, examples, *, checkpoint=None, **options):
        common = {"seed": 3, "compute_loss": True}
        keep = {} if checkpoint is None else {"checkpoint": checkpoint, "checkpoint_every": "1h"}
        return self.family(**(common | self.options | options)).fit(examples, **keep, **self.fit_options)

    def train(self, model, examples):
        model.partial_fit(examples)

    def grow(self, model, examples):
        """Growth comes with training."""
        list(examples)

    def arrays(self, model):
        bias = {} if model.item_bias is None else {"bias": model.item_bias}
        return {"vectors": model.users.vectors, "items": model.items.vectors, **bias}

    def has_learned(self, model):
        users = {user for user, _ in self.examples()}
        best = {user: model.recommend(user, n=2)[0].item for user in users}
        return np.mean([user[0] == item[0] for user, item in best.items()]) > 0.95

    def test_growth_keeps_old_rows_and_makes_new_ones(self):
        """Old keys keep their places; new ones are recommended at once."""
        model = self.fit(self.examples())
        users, items = list(model.users.index_to_key), list(model.items.index_to_key)
        self.train(model, self.more_examples())
        assert model.users.index_to_key == [*users, "a_new", "b_new"]
        assert model.items.index_to_key == [*items, "a_new", "b_new"]
        assert all(len(rows) == n for rows, n in ((model.users.vectors, 82), (model.items.vectors, 22)))
        assert {found.item for found in model.recommend("a_new", n=30)}.isdisjoint({"a1", "a2"})
        assert "a_new" in {found.item for found in model.recommend("a2", n=30)}

    event, n_events = "job", 1
    """What is counted until a run is cut, and how many an epoch has."""

    @pytest.mark.parametrize("part", [0.1, 0.5, 0.95])
    def test_a_run_that_was_cut_ends_with_the_bytes_of_a_whole_one(self, part, tmp_path, monkeypatch):
        whole = self.fit(self.examples())
        n_before = int(self.options["epochs"] * self.n_events * part)
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr("ns2vec.recommend.recommender.EpochLog", lambda: Interrupt(n_before, self.event))
            self.fit(self.examples(), checkpoint=tmp_path)
        resumed = self.family.resume(tmp_path)
        assert self.same(resumed, whole)
        assert self.losses(resumed) == self.losses(whole)
        again = self.family.resume(tmp_path)  # of a run that is finished
        assert self.same(again, whole)


class PairModelTests(RecommenderTests):
    """Those that the engine of words trains."""

    options = {"vector_size": 16, "epochs": 12}
    bad_options = [
        {"vector_size": 0},
        {"learning_rate": float("nan")},
        {"epochs": 0},
        {"negatives": 0},
        {"sampler": "dice"},
        {"loss": "glove"},
        {"regularization": -1},
        {"workers": 0},
    ]


class MatrixTests(PairModelTests):
    family = MatrixFactorization


class TestBpr(MatrixTests):
    pass


class TestWarp(MatrixTests):
    options = MatrixTests.options | {"loss": "warp", "learning_rate": 0.1, "epochs": 20}


class TestSoftmax(MatrixTests):
    options = MatrixTests.options | {"loss": "softmax", "learning_rate": 0.3}


class TestLogistic(MatrixTests):
    options = MatrixTests.options | {"loss": "logistic", "sampler": "adaptive:m=4", "learning_rate": 0.3}

    def test_with_shards_any_number_of_workers_gives_the_same_bytes(self):
        """Its sampler follows the loss of all threads."""
        with pytest.raises(ConfigError, match="draws according to what all threads have drawn before"):
            self.fit(self.examples(), shards=4)


class TestMachine(PairModelTests):
    """Every other item has a feature that says its taste."""

    family = FactorizationMachine
    options = PairModelTests.options | {"learning_rate": 0.1}
    fit_options = {
        "item_features": Features.of({f"{one}{n}": [one] for one in "ab" for n in range(0, 10, 2)})
    }

    def arrays(self, model):
        core = model._ready()
        return super().arrays(model) | {"user_rows": core.inputs.matrix, "item_rows": core.output("items")}


class TestLightGCN(RecommenderTests):
    """It has no threads of its own."""

    family = LightGCN
    options = {"vector_size": 16, "epochs": 12, "batch_size": 128}
    event, n_events = "batch", 5
    bad_options = [
        {"vector_size": 0},
        {"learning_rate": float("nan")},
        {"epochs": 0},
        {"layers": -1},
        {"candidates": 0},
        {"validation": 1},
    ]

    def fit(self, examples, *, workers=1, **options):
        return super().fit(examples, **options)

    def test_with_shards_any_number_of_workers_gives_the_same_bytes(self):
        """There is one thread, and nothing to be sharded."""
        with pytest.raises(TypeError, match="shards"):
            self.family(shards=4)


class TestItem2Vec(RecommenderTests):
    family = Item2Vec
    options = {"vector_size": 16, "epochs": 12}
    bad_options = [
        {"vector_size": 0},
        {"learning_rate": float("nan")},
        {"epochs": 0},
        {"window": 0},
        {"negatives": 0},
        {"sampler": "dice"},
    ]
