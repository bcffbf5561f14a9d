"""The likeliest leaf: that of all leaves' probabilities."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec.classify import Classifier, tree_search
from ns2vec.classify._likeliest import DecisionTree
from ns2vec.classify.units import label_tree
from ns2vec.probability import path_log_probabilities


@pytest.mark.parametrize("n_labels", [1, 2, 3, 200])
@pytest.mark.parametrize("spread", [0.0, 0.3, 3.0])
def test_the_likeliest_leaf_is_found(n_labels, spread):
    rng = np.random.default_rng(n_labels)
    tree = label_tree(rng.integers(1, 1000, n_labels))
    hidden = rng.normal(size=(60, 8)).astype(np.float32)
    nodes = (spread * rng.normal(size=(n_labels, 8))).astype(np.float32)
    found, logs = tree_search.likeliest(hidden, tree_search.search_of(tree, nodes))
    everything = path_log_probabilities(hidden, nodes, tree)
    np.testing.assert_allclose(logs, everything.max(axis=1), atol=1e-5)
    chosen = everything[np.arange(60), found]
    np.testing.assert_allclose(chosen, everything.max(axis=1), atol=1e-5)


def test_a_tree_that_does_not_end_is_refused():
    nodes, hidden = np.ones((2, 4), dtype=np.float32), np.ones((1, 4), dtype=np.float32)
    with pytest.raises(ValueError, match="branch 1 of node 1 leads to 1, expected a node before it"):
        DecisionTree(nodes, np.array([[-1, 0], [-2, 1]]))
    with pytest.raises(ValueError, match="a vector for each node"):
        DecisionTree(nodes[:1], np.array([[-1, 0], [-2, -3]]))
    with pytest.raises(ValueError, match="ascontiguousarray"):
        DecisionTree(np.ones((2, 8), dtype=np.float32)[:, ::2], np.array([[-1, 0], [-2, -3]]))
    tree = DecisionTree(nodes, np.array([[-1, 0], [-2, -3]]))
    with pytest.raises(ValueError, match="expected 1 labels and logs for vectors of 4 numbers, got 2"):
        tree.find(hidden, np.zeros(2, dtype=np.int64), np.zeros(1))


def test_a_classifier_gives_the_label_of_its_probabilities():
    rng = np.random.default_rng(2)
    labels = rng.integers(0, 40, 400).tolist()
    texts = [f"w{label} w{rng.integers(40)}" for label in labels]
    model = Classifier(loss="hs", vector_size=8, epochs=3, alpha=0.5, progress=False).fit(texts, labels)
    probable = model.predict_proba([*texts, ""])
    assert model.predict([*texts, ""]) == [model.labels[i] for i in probable.argmax(axis=1)]
    best = [row[0] for row in model.top_k(texts)]
    assert [label for label, _ in best] == model.predict(texts)
    np.testing.assert_allclose([p for _, p in best], probable[:-1].max(axis=1), rtol=1e-4)
    model.temperature = 2.0
    assert model.top_k(texts[:1])[0][0][1] == pytest.approx(model.predict_proba(texts[:1]).max(), rel=1e-5)
