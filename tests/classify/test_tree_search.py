"""The likeliest leaf: that of all leaves' probabilities."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec.classify import Classifier, tree_search
from ns2vec.classify.units import label_tree
from ns2vec.probability import path_log_probabilities


@pytest.mark.parametrize("n_labels", [1, 2, 3, 200])
@pytest.mark.parametrize("spread", [0.0, 0.3, 3.0])
def test_the_likeliest_leaf_is_found(n_labels, spread, monkeypatch):
    monkeypatch.setattr(tree_search, "ROOM", 1000)  # in several parts
    rng = np.random.default_rng(n_labels)
    tree = label_tree(rng.integers(1, 1000, n_labels))
    hidden = rng.normal(size=(60, 8)).astype(np.float32)
    nodes = (spread * rng.normal(size=(n_labels, 8))).astype(np.float32)
    found, logs = tree_search.likeliest(hidden, nodes, tree_search.children_of(tree))
    everything = path_log_probabilities(hidden, nodes, tree)
    np.testing.assert_allclose(logs, everything.max(axis=1), atol=1e-5)
    chosen = everything[np.arange(60), found]
    np.testing.assert_allclose(chosen, everything.max(axis=1), atol=1e-5)


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
