"""Graphs of files, arrays, matrices, networkx and pairs."""

from __future__ import annotations

import gzip
from types import SimpleNamespace

import numpy as np
import pytest
import scipy.sparse

from ns2vec.exceptions import ConfigError, CorpusError
from ns2vec.graph import read_graph

EDGES = [("1", "2", 1.0), ("2", "3", 0.5)]


def networkx_graph():
    """What networkx has of its own that is read."""

    def edges(data, default):
        assert (data, default) == ("weight", 1)
        return iter(EDGES)

    return SimpleNamespace(is_directed=lambda: True, edges=edges, nodes=["1", "2", "3", "lone"])


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_files(tmp_path, suffix):
    path = tmp_path / f"edges.txt{suffix}"
    text = b"% made up\n# source target\n1 2\n\n2,3\t0.5\n"
    path.write_bytes(gzip.compress(text) if suffix else text)
    graph = read_graph(path)
    assert (graph.keys, graph.weights.tolist()) == (["1", "2", "3"], [1.0, 1.0, 0.5, 0.5])
    assert read_graph(str(path), key_type="int").keys == [1, 2, 3]


def test_the_same_edges_from_anything_are_the_same_graph():
    expected = read_graph(EDGES, directed=True)
    matrix = scipy.sparse.coo_matrix(([1.0, 0.5], ([0, 1], [1, 2])), shape=(3, 3))
    graphs = [
        read_graph(matrix, keys=["1", "2", "3"]),
        read_graph(scipy.sparse.csr_array(matrix), keys=["1", "2", "3"]),
        read_graph(np.array(EDGES, dtype=object), directed=True),
        read_graph(iter(EDGES), directed=True),
    ]
    for graph in graphs:
        assert (graph.keys, graph.directed) == (expected.keys, True)
        assert (graph.matrix() != expected.matrix()).nnz == 0
    assert read_graph(expected) is expected
    found = read_graph(networkx_graph())
    assert (found.keys, found.directed, found.n_edges) == (["1", "2", "3", "lone"], True, 2)


def test_networkx_itself():
    networkx = pytest.importorskip("networkx")
    made = networkx.karate_club_graph()
    graph = read_graph(made)
    assert (len(graph), graph.n_edges, graph.directed) == (34, 2 * made.number_of_edges(), False)


def test_a_symmetric_matrix_is_no_directed_graph_and_its_weights_are_not_doubled():
    matrix = scipy.sparse.csr_matrix(np.array([[3.0, 2.0], [2.0, 0.0]]))
    graph = read_graph(matrix)
    assert not graph.directed
    assert (graph.matrix() != matrix).nnz == 0


def test_arrays_of_numbers_have_keys_that_rise():
    assert read_graph(np.array([[9, 3], [3, 5]], dtype=np.uint8)).keys == [3, 5, 9]
    graph = read_graph(np.array([[9, 3, 0.5]]))
    assert (graph.keys, graph.weights.tolist()) == ([3, 9], [0.5, 0.5])


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ([], "the graph has no edges"),
        (np.empty((0, 2), dtype=int), "the graph has no edges"),
        ([("a",)], "edge 0: expected"),
        (["ab"], "edge 0: expected"),
        ([("a", 1.5)], "expected nodes that are str or int, got 1.5"),
        ([("a", None)], "expected nodes that are str or int, got None"),
        ([("a", "b", "heavy")], "expected a number as its weight, got 'heavy'"),
        (np.ones((2, 4)), "shape"),
        (np.array([[0.5, 1.0]]), "whole numbers"),
        (scipy.sparse.csr_matrix((2, 3)), "square"),
    ],
    ids=["empty", "array", "one", "text", "float", "none", "weight", "wide", "half", "square"],
)
def test_what_is_no_graph_is_refused(source, message):
    with pytest.raises(CorpusError, match=message):
        read_graph(source)


def test_a_line_that_is_no_edge_is_named(tmp_path):
    path = tmp_path / "edges.txt"
    for text, place in (
        (b"a b\na\n", ":2"),
        (b"a b c\n", ":1"),
        (b"a b 1 2\n", "expected"),
        (b"a \xff\n", ":1"),
    ):
        path.write_bytes(text)
        with pytest.raises(CorpusError, match=place):
            read_graph(path)
    with pytest.raises(FileNotFoundError, match="edge list"):
        read_graph(tmp_path / "missing")


def test_options_that_cannot_work_are_refused():
    with pytest.raises(ConfigError, match="key_type"):
        read_graph(EDGES, key_type="float")
    with pytest.raises(ConfigError, match="a key for each of 3 rows"):
        read_graph(scipy.sparse.eye(3).tocsr(), keys=["a"])
    with pytest.raises(ConfigError, match="expected a path"):
        read_graph(7)
