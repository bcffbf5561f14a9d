"""The most probable leaf of a tree of decisions, without visiting branches that cannot hold it."""

from __future__ import annotations

import numpy as np

from ns2vec._typing import Float32Array, Float64Array, Int64Array
from ns2vec.classify._likeliest import DecisionTree
from ns2vec.vocab import Huffman


def children_of(tree: Huffman) -> Int64Array:
    """The children of each decision, shape (2, V - 1): a node, or -1 minus a label.

    Parameters
    ----------
    tree : Huffman
        Its paths lead from the leaf to the root, like those of `ns2vec.classify.units.label_tree`.
    """
    lengths = np.diff(tree.offsets)
    found = np.zeros((2, len(lengths) - 1), dtype=np.int64)
    below = np.concatenate([[0], tree.points[:-1]]).astype(np.int64)[: len(tree.points)]
    has_path = lengths > 0
    below[tree.offsets[:-1][has_path]] = -1 - np.flatnonzero(has_path)
    found[tree.codes, tree.points] = below
    return found


def search_of(tree: Huffman, nodes: Float32Array) -> DecisionTree | None:
    """The search for leaves of a tree with a vector for each decision; None: there are no decisions."""
    children = children_of(tree)
    return DecisionTree(nodes, children) if children.size else None


def likeliest(hidden: Float32Array, search: DecisionTree | None) -> tuple[Int64Array, Float64Array]:
    """The most probable label of each line and its log probability.

    Parameters
    ----------
    hidden : ndarray of shape (n, D), float32
    search : DecisionTree or None
        As `search_of` returns it.

    Returns
    -------
    labels : ndarray of shape (n,), int64
    log_probabilities : ndarray of shape (n,), float64
    """
    labels, logs = np.zeros(len(hidden), dtype=np.int64), np.zeros(len(hidden))
    if search is not None:
        search.find(hidden, labels, logs)
    return labels, logs
