"""Link prediction: held-out edges of a graph, and as many pairs of nodes without an edge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ns2vec._options import number, whole
from ns2vec._typing import Float64Array, Int64Array
from ns2vec.exceptions import ConfigError
from ns2vec.graph.graph import Graph

TRIES = 100  # rounds of drawing pairs without an edge


@dataclass(frozen=True)
class LinkSplit:
    """A graph to train on, and pairs to test on.

    Attributes
    ----------
    train : Graph
        The graph without the held-out edges; it has all nodes, and none of them has lost its last edge.
    links, others : ndarray of shape (n, 2), int64
        Rows of both ends of held-out edges, and of as many pairs that have no edge in the whole graph.
    """

    train: Graph
    links: Int64Array
    others: Int64Array

    def scores(self, wv: Any, outputs: Any = None) -> tuple[Float64Array, Float64Array]:
        """Return the scores that vectors give `links` and `others`, each of shape (n,).

        Parameters
        ----------
        wv : KeyedVectors
            Vectors of a model that was fitted to `train`.
        outputs : ndarray of shape (n_nodes, D), optional
            Its output vectors, such as ``model.syn1neg``. With them, the score is what the model was trained
            to predict: the product of the vector of one node and the output vector of the other, in both
            directions. Without them it is the cosine, which ignores how many links a node has.

        Returns
        -------
        links, others : ndarray of shape (n,), float64

        Raises
        ------
        KeyError
            If `wv` lacks a node.

        Examples
        --------
        >>> from ns2vec.evaluation.links import judge_links
        >>> from ns2vec.graph import DeepWalk, read_graph, split_links
        >>> cliques = [(a + n, b + n) for n in (0, 10) for a in range(10) for b in range(a)]
        >>> split = split_links(read_graph(cliques), share=0.2)
        >>> model = DeepWalk(vector_size=16, window=3, epochs=5).fit(split.train)
        >>> judge_links(*split.scores(model.wv)).auc > 0.9
        True
        """
        rows = np.array([wv.key_to_index[key] for key in self.train.keys])
        ours = wv.get_normed_vectors()[rows] if outputs is None else wv.vectors[rows]
        theirs = ours if outputs is None else np.asarray(outputs)[rows]
        first, second = (
            ((ours[a] * theirs[b]).sum(axis=1) + (ours[b] * theirs[a]).sum(axis=1)) / 2
            for a, b in (self.links.T, self.others.T)
        )
        return first.astype(np.float64), second.astype(np.float64)


def split_links(graph: Graph, *, share: float = 0.2, seed: int = 1) -> LinkSplit:
    """Hold edges out of a graph.

    Edges are taken out in random order, except where a node at either end would lose its last edge; loops
    stay. Pairs without an edge are drawn uniformly.

    Parameters
    ----------
    graph : Graph
    share : float
        Share of the edges to hold out, above 0 and below 1.
    seed : int

    Returns
    -------
    LinkSplit

    Raises
    ------
    ConfigError
        If no edge can be taken out, or the graph has hardly any pairs without an edge.

    Examples
    --------
    >>> from ns2vec.graph import read_graph, split_links
    >>> ring = read_graph([(node, (node + 1) % 100) for node in range(100)])
    >>> split = split_links(ring, share=0.1)
    >>> len(split.links), len(split.others), split.train.n_edges
    (10, 10, 180)
    """
    share, rng = number("share", share, 0.0, 1.0), np.random.default_rng(whole("seed", seed))
    sources, targets = graph.sources.astype(np.int64), graph.neighbours.astype(np.int64)
    once = np.flatnonzero(sources != targets if graph.directed else sources < targets)
    n_wanted = round(share * len(once))
    degrees = np.bincount(sources, minlength=len(graph)) + np.bincount(targets, minlength=len(graph))
    least = 1 if graph.directed else 2
    taken: list[int] = []
    for edge in rng.permutation(once):
        if len(taken) == n_wanted:
            break
        ends = [sources[edge], targets[edge]]
        if (degrees[ends] > least).all():
            degrees[ends] -= least
            taken.append(edge)
    if not taken:
        raise ConfigError(f"no edge can be held out: {len(once)} edges, share={share}; each node keeps one")
    links = np.stack([sources[taken], targets[taken]], axis=1)
    gone = np.zeros(graph.n_edges, dtype=np.bool_)
    gone[taken] = True
    if not graph.directed:
        numbers = sources * len(graph) + targets
        gone[np.searchsorted(numbers, links[:, 1] * len(graph) + links[:, 0])] = True
    return LinkSplit(graph.without_edges(gone), links, pairs_without_edge(graph, len(taken), rng))


def pairs_without_edge(graph: Graph, n_pairs: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Pairs of two nodes without an edge, shape (n_pairs, 2), drawn uniformly; a pair may be repeated.

    Raises
    ------
    ConfigError
        If there are too few to be found by random draws.
    """
    found: list[Int64Array] = []
    for _ in range(TRIES):
        drawn = rng.integers(0, len(graph), size=(n_pairs, 2))
        is_good = (drawn[:, 0] != drawn[:, 1]) & ~graph.has_edges(drawn[:, 0], drawn[:, 1])
        found.append(drawn[is_good])
        if sum(map(len, found)) >= n_pairs:
            return np.concatenate(found)[:n_pairs]
    raise ConfigError("nearly every pair of nodes has an edge: there are no others to compare links with")
