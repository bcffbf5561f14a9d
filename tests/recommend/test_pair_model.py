"""Matrix factorisation: losses, what is never drawn, options, checkpoints."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec.exceptions import ConfigError
from ns2vec.recommend import Interactions, MatrixFactorization, by_time, planted_interactions
from ns2vec.recommend.pair_model import LOSSES
from ns2vec.sampling import Uniform
from ns2vec.training.pairs import Pairs


@pytest.fixture(scope="module")
def planted():
    return planted_interactions(120, 60, 3, per_user=10, noise=0.0, seed=2)


@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss_finds_the_communities(planted, loss):
    split = by_time(planted.interactions)
    model = MatrixFactorization(loss, vector_size=16, epochs=40).fit(split.train)
    scores = model.evaluate(split, ks=(10,)).scores()
    assert scores["MatrixFactorization"]["ndcg@10"] > 1.5 * scores["popularity"]["ndcg@10"]


@pytest.mark.parametrize("sampler", ["uniform", "unigram", "dynamic:m=4,base=uniform", "warp"])
def test_no_known_positive_among_a_million_negatives(planted, sampler):
    """Every user and item many times, as training draws them."""
    model = MatrixFactorization(vector_size=8, epochs=1, sampler=sampler, negatives=5).fit(
        planted.interactions
    )
    core, data = model._ready(), planted.interactions
    network = core.network()
    kernel = network.kernel(core.config)
    worker = network.worker(kernel, core.config, 0)
    bought = data.matrix().toarray() > 0
    before = core.output("items").copy(), core.inputs.matrix.copy()
    n_negatives = 0
    for user in range(data.n_users):
        chosen = np.flatnonzero(bought[user]).astype(np.int32)
        core.output("items")[:], core.inputs.matrix[:] = before
        # one user's pairs move the user's own items and those that were drawn against them, and no others
        for repeat in range(3):
            items = np.repeat(chosen[:1], 600)
            pairs = Pairs(np.full(600, user, np.int32), items)
            worker.train_pairs(pairs, 1e-3, 10 * user + repeat, np.arange(600))
            n_negatives += 600 * 5
        moved = np.flatnonzero((core.output("items") != before[0]).any(axis=1))
        assert set(moved.tolist()) & set(chosen[1:].tolist()) == set()
    network.detach()
    assert n_negatives > 1_000_000


def test_regularisation_shrinks_vectors(planted):
    sizes = [
        np.abs(MatrixFactorization(vector_size=8, epochs=20, regularization=strength).fit(
            planted.interactions).users.vectors).mean()
        for strength in (0.0, 0.1, 0.5)
    ]  # fmt: skip
    assert sizes[0] > 1.1 * sizes[1] > 1.1 * 1.1 * sizes[2]


def test_two_threads_learn_as_well(planted):
    split = by_time(planted.interactions)
    model = MatrixFactorization(vector_size=16, epochs=40, workers=2).fit(split.train)
    scores = model.evaluate(split, ks=(10,)).scores()
    assert scores["MatrixFactorization"]["ndcg@10"] > 1.5 * scores["popularity"]["ndcg@10"]


def test_partial_fit_of_a_fresh_model_is_fit():
    rows = [("ann", "tea"), ("bob", "milk"), ("bob", "tea")] * 5
    ours = MatrixFactorization(vector_size=8, epochs=3).partial_fit(rows)
    assert np.array_equal(
        ours.users.vectors, MatrixFactorization(vector_size=8, epochs=3).fit(rows).users.vectors
    )


def test_options_are_checked_together(tmp_path):
    with pytest.raises(ConfigError, match=r"learning_rate \* regularization must be below 1, got 2 \* 3"):
        MatrixFactorization(learning_rate=2, regularization=3)
    with pytest.raises(ConfigError, match="checkpoint_every needs checkpoint"):
        MatrixFactorization().fit([("ann", "tea")], checkpoint_every=1)
    model = MatrixFactorization(vector_size=4, epochs=2)
    model.fit([("ann", "tea"), ("ann", "milk")], checkpoint=tmp_path)
    again = MatrixFactorization.resume(tmp_path)
    assert np.array_equal(again.users.vectors, model.users.vectors)
    with pytest.raises(ConfigError, match="already holds checkpoints"):
        model.fit([("ann", "tea")], checkpoint=tmp_path)


def test_a_sampler_with_lists_of_its_own_is_refused():
    """The known items of users are left out."""
    model = MatrixFactorization(vector_size=4, sampler=Uniform(exclude={"tea": ["milk"]}))
    with pytest.raises(ConfigError, match="excludes outputs, but here every input has its own list"):
        model.fit([("ann", "tea"), ("bob", "milk")])


def test_interactions_are_joined_with_their_weights():
    old = Interactions([0], [0], ["ann"], ["tea"])
    new = Interactions([1, 0], [0, 1], ["ann", "bob"], ["tea", "gin"], weights=[2, -1])
    both = old.joined(new)
    assert both.users.tolist() == [0, 1, 0]
    assert both.weights.tolist() == [1, 2, -1]
    assert old.joined(old).weights is None
