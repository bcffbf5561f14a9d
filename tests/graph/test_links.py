"""Edges held out, and pairs without an edge."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec.exceptions import ConfigError
from ns2vec.graph import Graph, split_links


def random_graph(*, directed: bool) -> Graph:
    ends = np.random.default_rng(1).integers(0, 60, (2, 400))
    return Graph.of_edges(range(60), *ends, directed=directed)


@pytest.mark.parametrize("directed", [False, True])
def test_links_are_edges_of_the_whole_graph_alone(directed):
    graph = random_graph(directed=directed)
    split = split_links(graph, share=0.3, seed=2)
    assert len(split.links) == len(split.others) > 80
    assert graph.has_edges(*split.links.T).all()
    assert not split.train.has_edges(*split.links.T).any()
    assert not split.train.has_edges(*split.links[:, ::-1].T).any() or directed
    assert not graph.has_edges(*split.others.T).any()
    assert (split.others[:, 0] != split.others[:, 1]).all()
    assert split.train.n_edges == graph.n_edges - len(split.links) * (1 if directed else 2)
    joined = [(each.matrix() + each.matrix().T).getnnz(axis=1) > 0 for each in (graph, split.train)]
    assert np.array_equal(*joined)
    assert np.array_equal(split_links(graph, share=0.3, seed=2).links, split.links)


def test_a_graph_that_cannot_be_split_is_refused():
    with pytest.raises(ConfigError, match="no edge can be held out"):
        split_links(Graph.of_edges("ab", [0], [1]))
    with pytest.raises(ConfigError, match="nearly every pair"):
        split_links(Graph.of_edges("abc", [0, 1, 2], [1, 2, 0]), share=0.4)
