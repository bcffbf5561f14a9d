"""The Huffman tree of hierarchical softmax: a short path of yes/no decisions to every word."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ns2vec._typing import Int32Array, Int64Array
from ns2vec.vocab._heap import merge_nodes


@dataclass(frozen=True)
class Huffman:
    """Paths from the root to every word, one after another.

    Attributes
    ----------
    offsets : ndarray of shape (V + 1,), int64
        The path of word v is at ``offsets[v]:offsets[v + 1]``.
    points : ndarray of shape (n,), int32
        Inner nodes on the paths, numbered 0..V-2; a path begins at the root.
    codes : ndarray of shape (n,), uint8
        The branch taken at each node, 0 or 1.
    """

    offsets: Int64Array
    points: Int32Array
    codes: npt.NDArray[np.uint8]

    def point(self, word: int) -> Int32Array:
        """Inner nodes on the path to `word`."""
        return self.points[self.offsets[word] : self.offsets[word + 1]]

    def code(self, word: int) -> npt.NDArray[np.uint8]:
        """Branches on the path to `word`."""
        return self.codes[self.offsets[word] : self.offsets[word + 1]]


def build_huffman(counts: npt.ArrayLike) -> Huffman:
    """Build the tree whose expected path is shortest (Huffman 1952).

    Parameters
    ----------
    counts : array_like of shape (V,)

    Returns
    -------
    Huffman
        For V = 1, the path is empty.

    References
    ----------
    Mikolov et al. 2013, arXiv:1310.4546, section 2.1, for its use.

    Examples
    --------
    >>> from ns2vec.vocab import build_huffman
    >>> tree = build_huffman([8, 2, 1])
    >>> [tree.code(word).tolist() for word in range(3)]
    [[1], [0, 1], [0, 0]]
    """
    weights = np.ascontiguousarray(counts, dtype=np.int64)
    parents, branches = merge_nodes(weights)
    n_words = len(weights)
    depths = node_depths(parents, n_words)
    offsets = np.zeros(n_words + 1, dtype=np.int64)
    np.cumsum(depths[:n_words], out=offsets[1:])
    points = np.empty(offsets[-1], dtype=np.int32)
    codes = np.empty(offsets[-1], dtype=np.uint8)
    # all words go up one step at a time, and fill their paths from the end
    nodes, places = np.arange(n_words), offsets[1:] - 1
    going = depths[:n_words] > 0
    nodes, places, starts = nodes[going], places[going], offsets[:-1][going]
    while len(nodes):
        codes[places] = branches[nodes]
        nodes = parents[nodes]
        points[places] = nodes - n_words
        places = places - 1
        going = places >= starts
        nodes, places, starts = nodes[going], places[going], starts[going]
    return Huffman(offsets, points, codes)


def node_depths(parents: Int64Array, n_words: int) -> Int64Array:
    """Steps from each node to the root, the last node."""
    depths = [0] * len(parents)
    above = parents.tolist()
    for node in range(len(parents) - 2, -1, -1):
        depths[node] = depths[above[node]] + 1
    return np.array(depths, dtype=np.int64)
