"""DeepWalk and node2vec: nodes that occur on the same walks get similar vectors."""

from __future__ import annotations

from typing import Any

import numpy as np

from ns2vec._typing import Int32Array, Int64Array
from ns2vec.formats.saving import MODELS
from ns2vec.graph.graph import Graph
from ns2vec.graph.model import NodeModel
from ns2vec.graph.walks import WalkFeed, WalkPlan


class DeepWalk(NodeModel):
    """Train vectors of nodes by skip-gram on random walks (Perozzi et al. 2014, arXiv:1403.6652).

    Walks begin at each node in turn, choose edges by their weights, and are made during training: nothing is
    written, and each epoch has new walks. They are the same for any number of workers.

    Parameters
    ----------
    walk_length : int
        Number of nodes in a walk.
    walks_per_node : int
        Walks from each node in an epoch.
    window : int
        The most nodes on each side, on a walk, that a node is trained with.
    shrink_windows : bool
        Each window has 1 to `window` nodes on each side; False: all windows have `window`.
    **options
        Options of `NodeModel`, whose attributes these models have. ``objective="hierarchical_softmax"`` is
        the paper's.

    Examples
    --------
    >>> from ns2vec.graph import DeepWalk
    >>> ring = [(node, (node + 1) % 8) for node in range(8)]
    >>> model = DeepWalk(vector_size=16, walks_per_node=50, window=2, epochs=2).fit(ring)
    >>> {node for node, _ in model.wv.most_similar(3, topn=2)} == {2, 4}
    True
    """

    KIND = "DeepWalk"

    def __init__(
        self, *, walk_length: int = 40, walks_per_node: int = 10, window: int = 10,
        shrink_windows: bool = True, **options: Any,
    ) -> None:  # fmt: skip
        super().__init__(**options)
        self.window, self.shrink_windows = window, shrink_windows
        self.walk_length, self.walks_per_node = walk_length, walks_per_node
        self._config()
        self._walk_plan()

    def _walk_plan(self) -> WalkPlan:
        """The options of walks."""
        return WalkPlan(self.walk_length, self.walks_per_node)

    def _counts(self, graph: Graph) -> Int64Array:
        """Expected visits; for a Huffman tree actual ones, which make better vectors."""
        plan, core = self._walk_plan(), self._ready()
        targets = self._make_spec(core.config, len(graph)).targets
        if any(target.outputs == "path" for target in targets):
            return plan.visits(graph, seed=core.config.seed % 2**64, epoch=core.epochs_trained)
        return np.ceil(plan.expected_visits(graph)).astype(np.int64)

    def _feed(self, graph: Graph, rows: Int32Array | None) -> WalkFeed:
        return WalkFeed(graph, self._walk_plan(), rows)

    def _examples(self, graph: Graph) -> int:
        return len(graph) * self._walk_plan().per_node


class Node2Vec(DeepWalk):
    """Train vectors of nodes on walks that tend to stay close or to go far (Grover & Leskovec 2016).

    Parameters
    ----------
    p : float
        A walk returns to the node that it came from with weight 1 / p.
    q : float
        It goes to a node that is not a neighbour of that node with weight 1 / q: with a small q it goes
        outwards, like a depth-first search.
    **options
        As in `DeepWalk`.

    Examples
    --------
    >>> from ns2vec.graph import Node2Vec
    >>> ring = [(node, (node + 1) % 8) for node in range(8)]
    >>> Node2Vec(p=0.25, q=0.25, vector_size=16).fit(ring).wv.vectors.shape
    (8, 16)
    """

    KIND = "Node2Vec"

    def __init__(self, *, p: float = 1.0, q: float = 1.0, **options: Any) -> None:
        self.p, self.q = p, q
        super().__init__(**options)

    def _walk_plan(self) -> WalkPlan:
        return WalkPlan(self.walk_length, self.walks_per_node, self.p, self.q)


for _kind in (DeepWalk, Node2Vec):
    MODELS.register(_kind.KIND, _kind)
