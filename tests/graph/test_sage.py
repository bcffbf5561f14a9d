"""GraphSAGE: gradients by finite differences, nodes that were not there, files."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse

from ns2vec.exceptions import ConfigError, VocabularyError
from ns2vec.graph import GraphSAGE, read_graph
from ns2vec.graph.sage import pairs_of_walks
from ns2vec.graph.sage_layers import all_vectors, backward, forward, fresh_layers, pair_loss, sampled_levels

SMALL = {"vector_size": 8, "epochs": 3, "walks_per_node": 5, "batch_pairs": 64, "samples": (4, 3)}


def cliques(names="xy", n=12):
    """Two cliques and their features: noise, and who they are in two columns."""
    edges = [(f"{name}{a}", f"{name}{b}") for name in names for a in range(n) for b in range(a)]
    graph = read_graph(edges)
    features = np.random.default_rng(7).normal(size=(len(graph), 6)).astype(np.float32)
    features[:, :2] += [[4.0 * (key[0] == name) for name in "xy"] for key in graph.keys]
    return graph, features


def separated(wv) -> bool:
    found = wv.vectors @ wv.vectors.T
    same = np.array([[a[0] == b[0] for a in wv.index_to_key] for b in wv.index_to_key])
    return found[same].mean() > found[~same].mean() + 0.5


@pytest.mark.parametrize("samples", [(3,), (3, 2), (2, 2, 2)])
def test_gradients_are_those_of_finite_differences(samples):
    graph, features = cliques(n=4)
    graph, features = read_graph(graph.matrix(), keys=graph.keys), features.astype(np.float64)
    rng = np.random.default_rng(3)
    layers = [layer.astype(np.float64) for layer in fresh_layers([6, *[5] * len(samples)], rng)]
    levels = sampled_levels(graph, rng.integers(0, len(graph), 9), samples, rng)

    def loss():
        return pair_loss(forward(features, levels, layers)[0], 3, 3)

    vectors, trace = forward(features, levels, layers)
    found = backward(loss()[1], vectors, trace, layers)
    for layer, grad in zip(layers, found, strict=True):
        for place in [(0, 0), (3, 1), (layer.shape[0] - 1, 4), (layer.shape[0] // 2, 2)]:
            kept, step, sides = layer[place], 1e-6, []
            for sign in (1, -1):
                layer[place] = kept + sign * step
                sides.append(loss()[0])
            layer[place] = kept
            assert grad[place] == pytest.approx((sides[0] - sides[1]) / (2 * step), rel=1e-4, abs=1e-8)


def test_sampled_neighbours_are_neighbours():
    graph = read_graph([("a", "b"), ("b", "c")], keys=["lone"])
    levels = sampled_levels(graph, np.arange(4), (5, 2), np.random.default_rng(1))
    assert [level.shape for level in levels] == [(4,), (4, 5), (20, 2)]
    assert (levels[1][0] == -1).all()
    assert (levels[2][:5] == -1).all()
    assert set(levels[1][2].tolist()) == {1, 3}


def test_all_neighbours_make_the_vector_that_many_samples_make():
    graph, features = cliques()
    rng = np.random.default_rng(1)
    layers = fresh_layers([6, 5, 4], rng)
    levels = sampled_levels(graph, np.arange(len(graph)), (200, 200), rng)
    assert forward(features, levels, layers)[0] == pytest.approx(
        all_vectors(graph, features, layers), abs=0.1
    )


@pytest.mark.parametrize("kind", [np.asarray, scipy.sparse.csr_matrix])
def test_it_learns_and_the_loss_falls(kind):
    graph, features = cliques()
    model = GraphSAGE(**SMALL).fit(graph, kind(features))
    assert model.epoch_losses[-1] < 0.95 * model.epoch_losses[0]
    assert separated(model.wv)
    again = GraphSAGE(**SMALL).fit(graph, kind(features))
    assert again.wv.vectors.tobytes() == model.wv.vectors.tobytes()


def test_nodes_that_training_has_not_seen_have_vectors():
    graph, features = cliques()
    model = GraphSAGE(**SMALL).fit(graph, features)
    fresh = read_graph([("x_new", "x_newer"), ("y_new", "y_new")])
    unseen = np.zeros((3, 6), dtype=np.float32)
    unseen[:2, 0] = unseen[2, 1] = 4.0
    found = model.transform(fresh, unseen)
    assert found.index_to_key == ["x_new", "x_newer", "y_new"]
    nearest = [model.wv.similar_by_vector(found[key], topn=1)[0][0] for key in found.index_to_key]
    assert [key[0] for key in nearest] == ["x", "x", "y"]


def test_a_saved_model_makes_the_same_vectors(tmp_path):
    graph, features = cliques()
    model = GraphSAGE(**SMALL).fit(graph, features)
    model.save(tmp_path / "model")
    found = GraphSAGE.load(tmp_path / "model")
    assert found.transform(graph, features).vectors.tobytes() == model.wv.vectors.tobytes()
    assert found.epoch_losses == model.epoch_losses


def test_what_cannot_work_is_refused():
    graph, features = cliques()
    with pytest.raises(VocabularyError, match="call fit"):
        GraphSAGE().transform(graph, features)
    with pytest.raises(ConfigError, match=r"features must have shape \(24, F\)"):
        GraphSAGE().fit(graph, features[1:])
    features[0, 0] = np.nan
    with pytest.raises(ConfigError, match="finite"):
        GraphSAGE().fit(graph, features)
    model = GraphSAGE(**SMALL).fit(graph, np.nan_to_num(features))
    with pytest.raises(ConfigError, match=r"features must have shape \(24, 6\)"):
        model.transform(graph, features[:, :5])
    for options in ({"samples": ()}, {"samples": (0,)}, {"walk_length": 1}, {"negative": 0}):
        (name,) = options
        with pytest.raises(ConfigError, match=name):
            GraphSAGE(**options)


def test_pairs_are_of_the_first_node_with_others():
    walks = np.array([4, 5, 4, 6, -1, 7, -1, 8, 9, -1], dtype=np.int32)
    assert pairs_of_walks(walks).tolist() == [[4, 5], [4, 6], [8, 9]]
