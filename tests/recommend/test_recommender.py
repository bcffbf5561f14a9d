"""What every recommender can be asked: filters, reasons, newcomers, files, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec.exceptions import ConfigError, CorpusError, FormatError
from ns2vec.recommend import (
    FactorizationMachine,
    Interactions,
    Item2Vec,
    LightGCN,
    MatrixFactorization,
    Recommender,
    by_item,
    by_time,
    by_user,
    planted_interactions,
    read_interactions,
)

KINDS = [MatrixFactorization, FactorizationMachine, LightGCN, Item2Vec]


@pytest.fixture(scope="module")
def planted():
    return planted_interactions(120, 60, 3, per_user=10, noise=0.0, seed=2)


@pytest.fixture(scope="module")
def models(planted):
    """A model of each kind, trained on planted tastes."""
    options = {"vector_size": 16, "epochs": 20}
    return {kind: kind(**options).fit(planted.interactions) for kind in KINDS}


@pytest.fixture(params=KINDS, ids=lambda kind: kind.KIND)
def model(models, request):
    return models[request.param]


def items_of(found):
    return [one.item for one in found]


def test_what_was_met_is_left_out_unless_it_is_asked_for(model, planted):
    data = planted.interactions
    met = {data.item_keys[row] for row in data.items[data.users == 3]}
    everything = items_of(model.recommend("u3", n=100))
    assert set(everything).isdisjoint(met)
    assert len(everything) == 60 - len(met)
    assert len(model.recommend("u3", n=100, include_seen=True)) == 60


def test_filters(model):
    allowed, banned = ["i1", "i2", "i3", "i4", "i5", "i6"], ["i2"]
    found = items_of(model.recommend("u3", n=100, include_seen=True, allowed=allowed, banned=banned))
    assert sorted(found) == ["i1", "i3", "i4", "i5", "i6"]
    rows, _ = model.recommend_many(["u3"], 10, include_seen=True, allowed=allowed, banned=banned)
    assert [model.items.index_to_key[row] for row in rows[0, :5]] == found
    assert (rows[0, 5:] == -1).all()


def test_many_users_get_what_each_gets(model):
    users = ["u7", "u3", "u50"]
    rows, scores = model.recommend_many(users, 5)
    everyone, _ = model.recommend_many(n=5)
    for place, user in enumerate(users):
        alone = model.recommend(user, 5)
        assert [model.items.index_to_key[row] for row in rows[place]] == items_of(alone)
        np.testing.assert_allclose(scores[place], [one.score for one in alone], rtol=1e-4, atol=1e-6)
        assert everyone[model.user_row(user)].tolist() == rows[place].tolist()


def test_scores_are_products_of_factors(model):
    vectors, items, bias = model.factors()
    expected = vectors[[3]] @ items.T + (0 if bias is None else bias)
    np.testing.assert_allclose(model.scores([3]), expected, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(
        model.score("u3", ["i9", "i0"]), model.scores([3])[0, [9, 0]], rtol=1e-4, atol=1e-6
    )


def test_a_newcomer_is_known_by_a_history(model, planted):
    """A user with three items of one community gets others of it, and these three as the reason."""
    own = [f"i{row}" for row in np.flatnonzero(planted.item_communities == 1)]
    found = model.recommend(history=[*own[:3], "a new item"], n=5, reasons=2)
    assert np.mean([one.item in own for one in found]) > 0.7
    assert set(items_of(found)).isdisjoint(own[:3])
    assert {key for one in found for key, _ in one.because} <= set(own[:3])


def test_reasons_are_of_the_users_history_and_taste(model, planted):
    data = planted.interactions
    met = {data.item_keys[row] for row in data.items[data.users == 5]}
    found = model.recommend("u5", 5, reasons=3)
    reasons = [key for one in found for key, _ in one.because]
    assert reasons
    assert set(reasons) <= met
    assert all(part > 0 for one in found for _, part in one.because)


def test_neighbours_are_of_the_same_community(model, planted):
    items = dict(zip(planted.interactions.item_keys, planted.item_communities, strict=True))
    popular = planted.interactions.item_keys[int(np.bincount(planted.interactions.items).argmax())]
    found = model.similar_items(popular, 5)
    assert np.mean([items[key] == items[popular] for key, _ in found]) > 0.7
    users = dict(zip(planted.interactions.user_keys, planted.user_communities, strict=True))
    nearest = model.similar_users("u8", 8)
    assert np.mean([users[key] == users["u8"] for key, _ in nearest]) > 0.7
    assert nearest == sorted(nearest, key=lambda pair: -pair[1])


def test_diversity_spreads_a_list(model):
    def spread(found):
        rows = np.stack([model.items[key] for key in items_of(found)])
        rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-30)
        return (rows @ rows.T).mean()

    plain, diverse = (model.recommend("u3", 6, diversity=strength) for strength in (0.0, 0.8))
    assert spread(diverse) < spread(plain)
    assert diverse[0] == plain[0]


def test_models_are_better_than_popularity(model, planted):
    split = by_time(planted.interactions)
    trained = type(model)(vector_size=16, epochs=20).fit(split.train)
    scores = trained.evaluate(split, ks=(10,)).scores()
    assert scores[type(model).KIND]["ndcg@10"] > 1.5 * scores["popularity"]["ndcg@10"]


def test_users_who_come_later_are_evaluated_by_their_history(planted):
    split = by_user(planted.interactions, 0.3)
    model = MatrixFactorization(vector_size=16, epochs=20).fit(split.train)
    scores = model.evaluate(split, ks=(10,)).scores()
    assert scores["MatrixFactorization"]["ndcg@10"] > 1.5 * scores["popularity"]["ndcg@10"]


def test_a_split_of_others_is_refused(models, planted):
    others = by_item(read_interactions([(f"x{row}", f"y{row % 7}") for row in range(50)]))
    with pytest.raises(ConfigError, match="train it on the split's train"):
        models[LightGCN].evaluate(others)


# ---- keys and files ----------------------------------------------------------------------------------


def test_keys_that_are_numbers_stay_numbers(tmp_path):
    """The number of a user is not the number of an item, and neither is a row."""
    rows = [
        (user, item) for user in range(100, 120) for item in range(0, 1000, 100) if (user + item // 100) % 2
    ]
    model = MatrixFactorization(vector_size=8, epochs=5).fit(rows)
    model.save(tmp_path / "numbers")
    again = MatrixFactorization.load(tmp_path / "numbers")
    assert items_of(again.recommend(101)) == items_of(model.recommend(101))
    assert all(isinstance(one.item, int) and one.item % 100 == 0 for one in again.recommend(101))
    with pytest.raises(KeyError, match="unknown user 1: it is not one of the 20 users"):
        again.recommend(1)
    with pytest.raises(KeyError, match="unknown user '101': its key is a number here, 101"):
        again.recommend("101")


def test_a_file_is_read_by_any_class_above(model, tmp_path):
    model.save(tmp_path / "model")
    again = Recommender.load(tmp_path / "model")
    assert type(again) is type(model)
    assert again.recommend("u3", reasons=1) == model.recommend("u3", reasons=1)
    assert repr(again) == repr(model)
    other = MatrixFactorization if type(model) is not MatrixFactorization else LightGCN
    with pytest.raises(FormatError, match=f"expected a {other.__name__}, found a"):
        other.load(tmp_path / "model")


def test_damaged_parts_are_noticed(models, tmp_path):
    model = MatrixFactorization.load(saved(models[MatrixFactorization], tmp_path / "model"))
    model.item_bias = model.item_bias[:-1]
    state = model.to_state()
    state.arrays["item_bias"] = state.arrays["item_bias"][:-1]
    with pytest.raises(FormatError, match="60 items have"):
        MatrixFactorization.from_state(state)


def saved(model, path):
    model.save(path)
    return path


# ---- what cannot be ----------------------------------------------------------------------------------


def test_a_model_that_has_learned_nothing_says_so():
    for kind in KINDS:
        with pytest.raises(RuntimeError, match=r"call fit\(\) first"):
            kind().recommend("u1")


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({}, ConfigError, "one of a user and history"),
        ({"user": "u1", "history": ["i1"]}, ConfigError, "one of a user and history"),
        ({"user": "u1", "n": 0}, ConfigError, "n must be a whole number of at least 1"),
        ({"user": "u1", "diversity": 2}, ConfigError, "diversity must be"),
        ({"user": "u1", "allowed": "i1"}, ConfigError, "expected a list of items, got the text 'i1'"),
        ({"history": "i1"}, ConfigError, "history must be a list"),
        ({"user": "nobody"}, KeyError, "unknown user 'nobody'"),
        ({"user": "u1", "banned": ["nothing"]}, KeyError, "unknown item 'nothing'"),
        ({"history": ["nothing", "none"]}, KeyError, "unknown item 'nothing'"),
    ],
)
def test_questions_that_cannot_be_answered(models, options, error, message):
    with pytest.raises(error, match=message):
        models[MatrixFactorization].recommend(**options)


def test_users_and_items_without_interactions_have_a_result():
    """A row without interactions is no error: the list is that of popularity."""
    data = Interactions([0, 0, 1], [0, 1, 0], ["ann", "bob", "cleo"], ["tea", "milk", "honey"])
    for kind in KINDS:
        model = kind(vector_size=8, epochs=3).fit(data)
        assert len(model.recommend("cleo")) == 3
        assert np.isfinite(model.scores([0, 1, 2])).all()
        assert model.recommend("cleo", reasons=2)[0].because == ()
        assert len(model.recommend(history=[], n=2)) == 2


def test_explicit_negatives_are_not_learned_and_not_recommended():
    data = Interactions(
        [0, 0, 1, 1], [0, 1, 0, 2], ["ann", "bob"], ["tea", "milk", "gin"], weights=[1, 1, 1, -1]
    )
    model = MatrixFactorization(vector_size=8, epochs=3).fit(data)
    assert items_of(model.recommend("bob")) == ["milk"]
    with pytest.raises(CorpusError, match="no interactions with a weight above 0"):
        model.fit(Interactions([0], [0], ["ann"], ["tea"], weights=[-1]))
