"""The likeliest leaf of a tree of decisions, without a look at branches that cannot hold it."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ns2vec._typing import Float32Array, Float64Array, Int64Array
from ns2vec.vocab import Huffman

ROOM = 1 << 22  # numbers of vectors that are compared at a time


def children_of(tree: Huffman) -> Int64Array:
    """What each decision leads to, shape (2, V - 1): a node, or -1 less a label.

    Parameters
    ----------
    tree : Huffman
        Whose paths lead from the leaf to the root, as those of `ns2vec.classify.units.label_tree` do.
    """
    lengths = np.diff(tree.offsets)
    found = np.zeros((2, len(lengths) - 1), dtype=np.int64)
    below = np.concatenate([[0], tree.points[:-1]]).astype(np.int64)[: len(tree.points)]
    has_path = lengths > 0
    below[tree.offsets[:-1][has_path]] = -1 - np.flatnonzero(has_path)
    found[tree.codes, tree.points] = below
    return found


def likeliest(
    hidden: Float32Array, nodes: Float32Array, children: Int64Array
) -> tuple[Int64Array, Float64Array]:
    """The likeliest label of each line and its log probability.

    Parameters
    ----------
    hidden : ndarray of shape (n, D), float32
    nodes : ndarray of shape (at least V - 1, D), float32
        Vectors of the decisions.
    children : ndarray of shape (2, V - 1), int64
        As `children_of` returns them.

    Returns
    -------
    labels : ndarray of shape (n,), int64
    log_probabilities : ndarray of shape (n,), float64
    """
    labels, best = np.zeros(len(hidden), dtype=np.int64), np.zeros(len(hidden))
    if not children.size:
        return labels, best
    step = max(1, ROOM // hidden.shape[1] // 16)
    for first in range(0, len(hidden), step):
        part = slice(first, first + step)
        search = LeafSearch(hidden[part], nodes, children)
        search.descend()
        search.look_further()
        labels[part], best[part] = search.labels, search.best
    return labels, best


class LeafSearch:
    """The best leaf so far of some lines, and what may hold a better one.

    Parameters
    ----------
    hidden : ndarray of shape (n, D)
    nodes : ndarray of shape (n_nodes, D)
    children : ndarray of shape (2, n_nodes)
    """

    def __init__(self, hidden: Float32Array, nodes: Float32Array, children: Int64Array) -> None:
        self.hidden, self.nodes, self.children = hidden, nodes, children
        self.root = children.shape[1] - 1
        self.labels = np.zeros(len(hidden), dtype=np.int64)
        self.best = np.full(len(hidden), -np.inf)

    def decisions(self, lines: Int64Array, at: Int64Array) -> npt.NDArray[Any]:
        """Log probabilities of both branches of a node each, shape (2, n)."""
        scores = np.einsum("nd,nd->n", self.hidden[lines], self.nodes[at]).astype(np.float64)
        first = -np.logaddexp(0.0, -scores)
        return np.stack([first, first - scores])

    def descend(self) -> None:
        """Go down the likelier branch of each node, which leads to a good leaf."""
        lines = np.arange(len(self.hidden))
        at, logs = np.full(len(lines), self.root), np.zeros(len(lines))
        while len(lines):
            both = self.decisions(lines, at)
            code = both.argmax(axis=0)
            logs = logs + both[code, np.arange(len(lines))]
            at = self.children[code, at]
            is_leaf = at < 0
            self.labels[lines[is_leaf]], self.best[lines[is_leaf]] = -1 - at[is_leaf], logs[is_leaf]
            lines, at, logs = lines[~is_leaf], at[~is_leaf], logs[~is_leaf]

    def look_further(self) -> None:
        """Look at all branches that are likelier than the best leaf of their line, level by level."""
        lines = np.arange(len(self.hidden))
        at, logs = np.full(len(lines), self.root), np.zeros(len(lines))
        while len(lines):
            logs = (logs + self.decisions(lines, at)).reshape(-1)
            at, lines = self.children[:, at].reshape(-1), np.concatenate([lines, lines])
            is_better = logs > self.best[lines]
            lines, at, logs = lines[is_better], at[is_better], logs[is_better]
            is_leaf = at < 0
            self.take(lines[is_leaf], -1 - at[is_leaf], logs[is_leaf])
            goes_on = ~is_leaf & (logs > self.best[lines])
            lines, at, logs = lines[goes_on], at[goes_on], logs[goes_on]

    def take(self, lines: Int64Array, labels: Int64Array, logs: Float64Array) -> None:
        """Keep the best of some leaves of each line."""
        order = np.argsort(logs, kind="stable")  # the last of a line is the one that stays
        self.labels[lines[order]], self.best[lines[order]] = labels[order], logs[order]
