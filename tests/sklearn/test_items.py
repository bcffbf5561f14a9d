"""Rows of users are told what they take next."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("sklearn")

from scipy import sparse
from sklearn.model_selection import GridSearchCV, train_test_split

from ns2vec.exceptions import ConfigError, CorpusError
from ns2vec.recommend import planted_interactions
from ns2vec.sklearn import ItemRecommender


@pytest.fixture(scope="module")
def shop():
    return planted_interactions(200, 60, 3, per_user=10, noise=0.0, seed=2)


@pytest.fixture(scope="module")
def fitted(shop):
    return ItemRecommender(vector_size=16, random_state=1).fit(shop.interactions.matrix())


def test_new_rows_get_items_of_their_community(shop, fitted):
    own = np.flatnonzero(shop.item_communities == 1)
    history = np.zeros((1, 60))
    history[0, own[:3]] = 1
    found = fitted.recommend(history)[0]
    assert set(found) & set(own[:3]) == set()
    assert np.isin(found, own).mean() > 0.9


def test_what_was_shown_and_not_taken_is_not_shown_again(shop, fitted):
    row = shop.interactions.matrix()[[0]].toarray()
    best = fitted.recommend(row)[0]
    row[0, best[0]] = -1
    assert fitted.recommend(row)[0][0] == best[1]


def test_hidden_items_are_found_for_users_who_were_not_in_training(shop):
    learn, judge = train_test_split(shop.interactions.matrix(), random_state=0)
    recommender = ItemRecommender(vector_size=16, random_state=1).fit(learn)
    assert recommender.score(judge) > 2 * 10 / 60
    grid = GridSearchCV(ItemRecommender(random_state=1), {"vector_size": [4, 16]}, cv=2)
    assert grid.fit(learn).best_params_ in ({"vector_size": 4}, {"vector_size": 16})


def test_vectors_have_names(shop, fitted):
    found = fitted.transform(shop.interactions.matrix()[:3])
    assert found.shape == (3, 16)
    assert fitted.get_feature_names_out()[[0, -1]].tolist() == ["itemrecommender0", "itemrecommender15"]


def test_few_items_and_bad_input_have_a_defined_end(fitted):
    assert fitted.recommend(np.ones((1, 60))).tolist() == [[-1] * 10]
    with pytest.raises(ConfigError, match="two items or more"):
        fitted.score(sparse.eye(60, format="csr"))
    with pytest.raises(CorpusError, match="no interactions"):
        ItemRecommender().fit(np.zeros((3, 3)))
    with pytest.raises(ConfigError, match="n_items"):
        ItemRecommender(n_items=0).fit(np.eye(3))
    with pytest.raises(ValueError, match="NaN"):
        fitted.recommend(np.full((1, 60), np.nan))
    for ask in (fitted.fit, fitted.recommend):
        outside = sparse.eye(60, format="csr")
        outside.indices[0] = -1
        with pytest.raises(ValueError, match="indices must be"):
            ask(outside)
