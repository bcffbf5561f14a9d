"""Walks in C: those of the oracle, the same for any number of workers, distributed as the paper says."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from ns2vec.exceptions import ConfigError, VocabularyError
from ns2vec.graph import DeepWalk, Graph, WalkPlan, read_graph
from ns2vec.graph._walks import Walker, alias_cells
from ns2vec.graph.walks import WalkFeed
from ns2vec.reference import Walks

ORDERS = [(1.0, 1.0), (0.25, 0.25), (4.0, 0.5), (0.01, 100.0)]


def random_graph(n_nodes: int = 40, n_edges: int = 150, *, weighted: bool, directed: bool = False) -> Graph:
    """Random edges, with loops, and nodes without outgoing edges."""
    rng = np.random.default_rng(4)
    ends = rng.integers(0, n_nodes, (2, n_edges)) % (n_nodes - 1)
    weights = rng.random(n_edges) + 0.1 if weighted else None
    return Graph.of_edges(range(n_nodes), *ends, weights, directed=directed)


def oracle(graph: Graph, p: float, q: float) -> Walks:
    parts = [graph.neighbours, graph.weights, None]
    if graph.weights is not None:
        parts[2] = alias_cells(graph.offsets, graph.weights)
    split = [None if part is None else np.split(part, graph.offsets[1:-1]) for part in parts]
    lists = [None if part is None else [each.tolist() for each in part] for part in split[:2]]
    return Walks(*lists, split[2], p, q)


def listed(ids: np.ndarray) -> list[list[int]]:
    return [walk[walk >= 0].tolist() for walk in np.split(ids, np.flatnonzero(ids < 0) + 1)[:-1]]


@pytest.mark.parametrize("directed", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(("p", "q"), ORDERS)
def test_walks_are_those_of_the_oracle(p, q, weighted, directed):
    graph = random_graph(weighted=weighted, directed=directed)
    found = WalkPlan(12, 3, p, q).walks(graph, seed=5, epoch=2)
    assert listed(found) == oracle(graph, p, q).epoch(12, 3, seed=5, epoch=2)


def test_walks_are_the_same_in_any_pieces():
    walker = random_graph(weighted=True).walker(0.5, 2.0)
    options = {"length": 9, "per_node": 4, "seed": 3}
    whole = walker.walks(0, 160, **options)
    pieces = [walker.walks(first, n, **options) for first, n in ((0, 1), (1, 37), (38, 0), (38, 122))]
    assert np.array_equal(np.concatenate(pieces), whole)


def test_each_node_begins_as_many_walks_in_an_order_of_each_epoch():
    graph = random_graph(weighted=False)
    starts = [[walk[0] for walk in listed(WalkPlan(2, 3).walks(graph, epoch=epoch))] for epoch in (0, 1)]
    assert starts[0] != starts[1]
    for each in starts:
        assert (np.bincount(each, minlength=len(graph)) == 3).all()


@pytest.mark.statistical
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(("p", "q"), ORDERS)
def test_steps_have_the_probabilities_of_the_paper(p, q, weighted):
    """Chi squared of some 10^4 steps from one edge; with 3 degrees of freedom above 31 once in 10^6."""
    edges = [
        ("t", "v", 2.0),
        ("t", "a", 1.0),
        ("v", "a", 0.5),
        ("v", "b", 3.0),
        ("v", "c", 1.0),
        ("t", "b", 1.0),
    ]
    graph = read_graph(edges if weighted else [edge[:2] for edge in edges])
    ids = WalkPlan(40, 3000, p, q).walks(graph, seed=9)
    before, at = graph.rows_of(["t", "v"])
    places = np.flatnonzero((ids[:-2] == before) & (ids[1:-1] == at) & (ids[2:] >= 0))
    expected = oracle(graph, p, q).probabilities(before, at)
    lists = graph.neighbours[graph.offsets[at] : graph.offsets[at + 1]]
    counts = np.bincount(ids[places + 2], minlength=len(graph))[lists]
    assert counts.sum() > 8000
    expected = expected * counts.sum()
    assert ((counts - expected) ** 2 / expected).sum() < 31


def test_a_walk_ends_where_no_edge_goes_on():
    graph = read_graph([("a", "b"), ("b", "c")], directed=True, keys=["lone"])
    walks = listed(WalkPlan(5, 1).walks(graph))
    assert sorted(map(len, walks)) == [1, 1, 2, 3]
    assert [0] in walks


def test_visits_are_expected_as_walks_make_them():
    graph = random_graph(weighted=True, directed=True)
    plan = WalkPlan(8, 5000)
    ids = plan.walks(graph)
    expected = plan.expected_visits(graph)
    found = np.bincount(ids[ids >= 0], minlength=len(graph))
    assert found == pytest.approx(expected, rel=0.05)
    assert np.array_equal(plan.visits(graph), found)
    assert expected.sum() == pytest.approx((ids >= 0).sum(), rel=0.005)


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_any_number_of_workers_trains_the_same_walks(workers):
    graph = random_graph(weighted=False)
    model = DeepWalk(vector_size=8, workers=workers, batch_words=100, walk_length=10, walks_per_node=2)
    model.fit(graph)
    feed = WalkFeed(graph, WalkPlan(10, 2))
    seen = []
    worker = SimpleNamespace(begin=lambda _: None, train=lambda ids, *_: seen.append(ids))
    run = SimpleNamespace(
        config=model._config(),
        core=SimpleNamespace(epochs_trained=0),
        progress=lambda _: 0.0,
        rate=lambda _: 0.1,
    )
    for job in feed.jobs(run):
        feed.job_of(run, worker)(job)
    assert len(seen) == 8
    assert np.array_equal(np.concatenate(seen), WalkPlan(10, 2).walks(graph, seed=1, epoch=0))


@pytest.mark.parametrize(
    "options", [{"p": 0}, {"q": -1.0}, {"p": float("nan")}, {"length": 0}, {"per_node": 0}]
)
def test_plans_that_cannot_work_are_refused(options):
    (name,) = options
    with pytest.raises(ConfigError, match=name):
        WalkPlan(**options)


def test_there_are_no_walks_without_edges():
    edges = read_graph([("a", "b")])
    with pytest.raises(VocabularyError, match="no edges"):
        edges.without_edges(np.ones(2, dtype=bool)).walker()


@pytest.mark.parametrize(
    ("offsets", "neighbours", "message"),
    [
        ([0, 1], [1], "must rise and be 0 to 0"),
        ([0, 2, 2], [1, 1], "must rise"),
        ([0, 2, 1], [0], "offsets fall after node 0"),
        ([0, 1], [0, 0], "expected offsets from 0 to 2"),
        ([], [], "at least one node"),
    ],
)
def test_arrays_that_are_no_graph_are_refused(offsets, neighbours, message):
    with pytest.raises(ValueError, match=message):
        Walker(np.array(offsets, np.int64), np.array(neighbours, np.int32))
