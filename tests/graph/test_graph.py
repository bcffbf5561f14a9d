"""A graph as arrays."""

from __future__ import annotations

import numpy as np
import pytest

from ns2vec.exceptions import ConfigError, CorpusError
from ns2vec.graph import Graph, read_graph


def test_an_undirected_edge_is_there_in_both_directions_and_a_loop_once():
    graph = read_graph([("a", "b"), ("b", "b"), ("c", "a")])
    assert [graph.neighbours_of(key) for key in "abc"] == [["b", "c"], ["a", "b"], ["a"]]
    assert graph.matrix().toarray().tolist() == [[0, 1, 1], [1, 1, 0], [1, 0, 0]]


def test_edges_that_come_twice_are_one():
    assert read_graph([("a", "b"), ("b", "a"), ("a", "b")]).n_edges == 2
    assert read_graph([("a", "b", 2.0), ("a", "b", 0.5)], directed=True).weights.tolist() == [2.5]


def test_an_edge_of_weight_0_is_none_and_its_nodes_stay():
    graph = read_graph([("a", "b", 0.0), ("b", "c", 2.0)])
    assert len(graph) == 3
    assert graph.neighbours_of("a") == []


@pytest.mark.parametrize("weight", [-1.0, float("nan"), float("inf")])
def test_weights_that_make_no_sense_are_refused(weight):
    with pytest.raises(CorpusError, match="weights must be finite and not below 0"):
        read_graph([("a", "b", 1.0), ("b", "c", weight)])


def test_strengths_and_edges():
    graph = read_graph([("a", "b", 2.0), ("b", "c", 3.0)], keys=["lone"])
    assert graph.strengths.tolist() == [0, 2, 5, 3]
    assert graph.has_edges([1, 1, 0], [2, 3, 0]).tolist() == [True, False, False]
    assert graph.without_edges(graph.sources == 1).n_edges == 3


def test_unknown_nodes_and_rows_are_named():
    graph = read_graph([("a", "b")])
    for call in (graph.neighbours_of, lambda key: graph.rows_of([key])):
        with pytest.raises(KeyError, match="no node 'z'"):
            call("z")
    with pytest.raises(ConfigError, match="expected rows from 0 to 1"):
        Graph.of_edges(["a", "b"], [0], [2])
    with pytest.raises(ConfigError, match="distinct keys"):
        Graph.of_edges(["a", "a"], np.array([0]), np.array([1]))
