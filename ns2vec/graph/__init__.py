"""Graphs: vectors of nodes from walks, edges and features, on the same engine as words.

- `ns2vec.graph.reading`   graphs from files, arrays, sparse matrices, networkx, pairs
- `ns2vec.graph.walks`     walks in C, made by the threads that train them
- `ns2vec.graph.walking`   `DeepWalk` and `Node2Vec`
- `ns2vec.graph.line`      `LINE`, of the first and second order
- `ns2vec.graph.sage`      `GraphSAGE`, whose vectors come from features
- `ns2vec.graph.links`     held-out edges, and pairs without an edge
"""

from __future__ import annotations

from ns2vec.graph.graph import Graph
from ns2vec.graph.line import LINE, side_by_side
from ns2vec.graph.links import LinkSplit, split_links
from ns2vec.graph.reading import read_graph
from ns2vec.graph.sage import GraphSAGE
from ns2vec.graph.walking import DeepWalk, Node2Vec
from ns2vec.graph.walks import WalkPlan

__all__ = [
    "DeepWalk",
    "Graph",
    "GraphSAGE",
    "LINE",
    "LinkSplit",
    "Node2Vec",
    "WalkPlan",
    "read_graph",
    "side_by_side",
    "split_links",
]
