"""Sums over features: the score is that of all pairs, and who is new is known by features."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from ns2vec.exceptions import ConfigError
from ns2vec.recommend import (
    FactorizationMachine,
    Features,
    MatrixFactorization,
    Recommender,
    by_item,
    by_time,
    planted_interactions,
)
from ns2vec.sampling import Hard

SMALL = {"vector_size": 16, "epochs": 15}


@pytest.fixture(scope="module")
def planted():
    return planted_interactions(150, 90, 3, per_user=14, noise=0.05, seed=3)


@pytest.fixture(scope="module")
def model(planted):
    features = {"user_features": planted.user_features, "item_features": planted.item_features}
    return FactorizationMachine(**SMALL).fit(planted.interactions, **features)


def rows_of(units, matrix, row):
    bags = units.bags
    return matrix[bags.rows[bags.offsets[row] : bags.offsets[row + 1]]].astype(np.float64)


def test_the_score_is_the_sum_over_all_pairs_of_features(model):
    """O(n^2 d) against O(n d)."""
    core = model._ready()
    for user, item in itertools.product((0, 5, 140), (2, 60)):
        users = rows_of(core.inputs, core.inputs.matrix, user)
        items = rows_of(core.outputs, core.output("items"), item)
        assert len(users) > 3
        assert len(items) > 4
        expected = sum(float(p @ q) for p in users for q in items)
        assert model.scores([user])[0, item] == pytest.approx(expected, rel=1e-5, abs=1e-5)


def test_cold_items_are_found_by_their_features(planted):
    split = by_item(planted.interactions, 0.2, seed=1)
    by_features = FactorizationMachine(**SMALL).fit(split.train, item_features=planted.item_features)
    by_ids = MatrixFactorization(**SMALL).fit(split.train)
    found = [model.evaluate(split, ks=(5,)).scores()[model.KIND]["auc"] for model in (by_features, by_ids)]
    assert found[0] > 0.7
    assert found[0] > found[1] + 0.15


@pytest.mark.parametrize("loss", ["warp", "logistic", "softmax"])
def test_cold_users_are_known_by_their_features_with_every_loss(planted, loss):
    """Users without interactions get the items of their group."""
    data = planted.interactions
    kept = data.take(data.users >= 30)
    options = SMALL | ({"learning_rate": 0.02} if loss == "warp" else {})
    model = FactorizationMachine(loss, **options).fit(kept, user_features=planted.user_features)
    best, _ = model.recommend_many([f"u{row}" for row in range(30)], 5)
    is_own = planted.item_communities[best] == planted.user_communities[:30, np.newaxis]
    assert is_own.mean() > 0.5


def test_a_key_that_nobody_met_has_no_row_of_its_own(model, planted):
    grown = FactorizationMachine(**SMALL).fit(
        planted.interactions, item_features=planted.item_features.joined(Features.of({"new": ["genre=jazz"]}))
    )
    units = grown._ready().outputs
    assert units.own[grown.items.key_to_index["new"]] == -1
    assert (units.own >= 0).sum() == len(set(planted.interactions.items.tolist()))
    assert grown.recommend("u3", n=1, allowed=["new"])[0].item == "new"


def test_categories_that_nobody_had_are_learned_later(planted):
    model = FactorizationMachine(**SMALL).fit(planted.interactions, item_features=planted.item_features)
    before = model._ready().output("items").copy()
    more = Features.of({"i900": ["genre=polka", "tags=new"], "i901": ["genre=polka"]})
    model.partial_fit([("u900", "i900"), ("u1", "i900")] * 20, item_features=more)
    after = model._ready().output("items")
    assert len(after) == len(before) + 3  # i900 and two features; i901 did not occur
    assert "genre=polka" in model.item_features.names
    assert np.isfinite(model.score("u1", ["i901"])).all()


def test_features_stay_what_they_were_in_a_file(model, tmp_path):
    model.save(tmp_path / "model")
    again = FactorizationMachine.load(tmp_path / "model")
    for name in ("user_features", "item_features"):
        ours, theirs = getattr(model, name), getattr(again, name)
        assert (ours.keys, ours.names, ours.edges) == (theirs.keys, theirs.names, theirs.edges)
        assert np.array_equal(ours.rows, theirs.rows)
    assert np.array_equal(again.scores([0, 9]), model.scores([0, 9])) or np.allclose(
        again.scores([0, 9]), model.scores([0, 9]), atol=1e-6
    )


def test_what_is_no_features_is_refused(planted):
    with pytest.raises(ConfigError, match=r"expected Features, got \['jazz'\]: read_features"):
        FactorizationMachine().fit(planted.interactions, item_features=["jazz"])


@pytest.mark.parametrize("sampler", ["dynamic:m=4,base=uniform", "adaptive:form=rank,base=uniform"])
def test_samplers_that_look_at_the_model_see_sums(planted, sampler):
    """Shown rows of features for items, one made worse lists than popularity does, and the other failed."""
    split = by_time(planted.interactions)
    model = FactorizationMachine(vector_size=16, epochs=30, sampler=sampler).fit(split.train)
    scores = model.evaluate(split, ks=(10,)).scores()
    assert scores[model.KIND]["ndcg@10"] > 1.5 * scores["popularity"]["ndcg@10"]


@pytest.mark.parametrize("sampler", ["hard", "hard:near=input", "hard:near=positive,duplicates=1"])
def test_a_sampler_that_would_leave_out_all_items_is_refused(sampler):
    with pytest.raises(ConfigError, match="of the row that they share: use 'hard:near=input,duplicates=1"):
        FactorizationMachine(sampler=sampler)


def test_a_model_of_a_file_with_such_a_sampler_answers_and_is_not_trained_on(planted, tmp_path):
    """Files are older than the refusal."""
    model = FactorizationMachine(vector_size=8, epochs=1).fit(planted.interactions)
    state = model.to_state()
    state.attributes["sampler"] = Hard().state_dict()
    old = FactorizationMachine.from_state(state)
    assert old.recommend("u3", n=3) == model.recommend("u3", n=3)
    old.save(tmp_path / "old.ns2v")
    again = Recommender.load(tmp_path / "old.ns2v")
    assert again.recommend("u3", n=3) == model.recommend("u3", n=3)
    for train in (again.fit, again.partial_fit):
        with pytest.raises(ConfigError, match="because of the row that they share"):
            train(planted.interactions)
    assert again.recommend("u3", n=3) == model.recommend("u3", n=3)


def test_hard_negatives_are_found_for_sums(planted):
    """Of the hardest of all candidates nothing is left out."""
    model = FactorizationMachine(vector_size=8, epochs=2, sampler="hard:near=input,duplicates=1,base=uniform")
    report = model.fit(planted.interactions)._ready().sampler().report()
    assert report["short_sets"] < 0.05
