"""Explicit pairs: their order, and training on two vocabularies."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec import KeyedVectors
from ns2vec.inputs import Bags
from ns2vec.objectives import NegativeSampling, Objective
from ns2vec.training import EmbeddingCore, Plan, Spec, TargetSpec, TrainingConfig
from ns2vec.training.pairs import PairFeed, Pairs
from ns2vec.training.units import BagUnits, Units
from ns2vec.vocab import build_vocabulary

N_USERS, N_ITEMS = 40, 20
CONFIG = TrainingConfig(vector_size=8, sample=0, workers=1, seed=3, compute_loss=True, batch_words=300)


class Bpr(Objective):
    """Seen items above others (Rendle et al. 2009)."""

    name, link = "bpr", "bpr"


class Classes(Objective):
    """One of few labels."""

    name, outputs, link = "classes", "labels", "softmax"


def spec_of(objective, **options):
    def spec(config, n_outputs):
        target = TargetSpec("items", objective, bias=objective.outputs != "all", start="random")
        return Spec((target,), reader="pairs", **options)

    return spec


def units_of(n_keys, counts=None):
    vocabulary, _ = build_vocabulary(
        [*range(n_keys)], np.ones(n_keys, np.int64) if counts is None else counts,
        min_count=0, sorted_vocab=False,
    )  # fmt: skip
    units = Units(KeyedVectors(8))
    units.take(vocabulary)
    return units


@pytest.fixture(scope="module")
def bought():
    """Pairs of a user and an item; each user has one of four tastes, of five items each."""
    rng = np.random.default_rng(1)
    users = np.repeat(np.arange(N_USERS, dtype=np.int32), 50)
    return Pairs(users, (users % 4 * 5 + rng.integers(0, 5, len(users))).astype(np.int32))


def core_of(pairs, objective=Bpr, **options):
    items = units_of(N_ITEMS, np.bincount(pairs.outputs))
    core = EmbeddingCore(CONFIG, units_of(N_USERS), outputs=items, spec=spec_of(objective, **options))
    core.begin(seed=1)
    return core


def fit(core, pairs, epochs=15):
    return core.fit(PairFeed(pairs), Plan(epochs, 0.1, 0.01, len(pairs), None))


def best_items(core, rows=slice(None)):
    return (core.wv.vectors[rows] @ core.output("items").T + core.output("items_bias")).argmax(axis=1)


@pytest.mark.parametrize("objective", [Bpr, NegativeSampling, Classes], ids=lambda kind: kind.name)
def test_users_find_the_items_of_their_taste(bought, objective):
    core = core_of(bought, objective)
    assert fit(core, bought) == (15 * len(bought), 15 * len(bought))
    assert (best_items(core) // 5 == np.arange(N_USERS) % 4).all()
    assert core.output("items_bias").any()


def test_the_order_changes_with_the_epoch_and_follows_from_the_seed(bought):
    one, same = core_of(bought), core_of(bought)
    orders = []

    class Noting(PairFeed):
        def jobs(self, run):
            for chunk in super().jobs(run):
                orders.append(chunk.order)
                yield chunk

    one.fit(Noting(bought), Plan(2, 0.1, 0.01, len(bought), None))
    fit(same, bought, epochs=2)
    half = len(orders) // 2
    first, second = np.concatenate(orders[:half]), np.concatenate(orders[half:])
    assert not np.array_equal(first, second)
    assert np.array_equal(np.sort(first), np.sort(second))
    assert np.array_equal(one.wv.vectors, same.wv.vectors)


def test_pooled_pairs_have_lists_of_inputs(bought):
    """Users who are known by two of their friends: inputs are the friends, of the same taste."""
    friends = np.stack([bought.inputs, (bought.inputs + 4) % N_USERS], axis=1).ravel()
    pairs = Pairs(friends, bought.outputs, offsets=np.arange(0, len(friends) + 1, 2))
    core = core_of(pairs, pooled=True)
    fit(core, pairs)
    assert (best_items(core) // 5 == np.arange(N_USERS) % 4).all()


def test_a_weight_of_zero_is_a_pair_that_is_not_there(bought):
    keep = bought.outputs % 5 != 0
    weighted = Pairs(bought.inputs, bought.outputs, keep.astype(np.float32))
    core = core_of(bought, Classes)
    fit(core, weighted)
    assert (best_items(core) % 5 != 0).all()


def test_taking_some_takes_their_lists_and_weights():
    pairs = Pairs(
        np.arange(6, dtype=np.int32), np.array([7, 8, 9], np.int32),
        np.array([1, 2, 3], np.float32), np.array([0, 1, 4, 6]),
    )  # fmt: skip
    found = pairs.take(np.array([1, 0, 1]))
    assert found.inputs.tolist() == [1, 2, 3, 0, 1, 2, 3]
    assert found.outputs.tolist() == [8, 7, 8]
    assert found.weights.tolist() == [2, 1, 2]
    assert found.offsets.tolist() == [0, 3, 4, 7]


def test_lists_are_taken_to_be_trained_and_others_named_by_their_places():
    places, ids = np.array([2, 0]), np.arange(3, dtype=np.int32)
    plain = Pairs(ids, ids + 5)
    assert plain.in_order(places) == (plain, places)
    lists, order = Pairs(ids, ids + 5, offsets=np.arange(4)).in_order(places)
    assert order is None
    assert (lists.inputs.tolist(), lists.outputs.tolist()) == ([2, 0], [7, 5])


def test_outputs_may_be_bags_of_features(bought):
    """Items that are known by their taste alone: items of one taste have one vector."""
    core = core_of(bought, NegativeSampling)
    rows = (np.arange(N_ITEMS) // 5).astype(np.int32)
    core.second = BagUnits(core.second.wv, Bags(np.arange(N_ITEMS + 1), rows), 4)
    core.begin(seed=1)
    fit(core, bought)
    tastes = core.wv.vectors @ core.output("items").T
    assert core.output("items").shape == (4, 8)
    assert (tastes.argmax(axis=1) == np.arange(N_USERS) % 4).all()
