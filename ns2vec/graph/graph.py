"""A graph as arrays: nodes are rows, and the neighbours of each node are consecutive."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from ns2vec._options import shown
from ns2vec._typing import Float32Array, Int32Array, Int64Array
from ns2vec.exceptions import ConfigError, CorpusError, VocabularyError
from ns2vec.graph._walks import Walker, alias_cells

#: the largest number of nodes in int32
MOST_NODES = 2**31 - 1


@dataclass(frozen=True)
class Graph:
    """Nodes with keys, and edges that may have weights; `read_graph` makes a graph from many sources.

    An undirected graph has each edge in both directions, and each loop once. A node without edges is kept:
    its walks consist of itself, so its vector keeps its initial value. A walk may stay at a node with a loop.

    Attributes
    ----------
    keys : list of str or int
        Key of each node, in the order of rows.
    offsets : ndarray of shape (n_nodes + 1,), int64
        The first edge of each node.
    neighbours : ndarray of shape (n_edges,), int32
        The end of each edge, ascending for each node.
    weights : ndarray of shape (n_edges,), float32, or None
        Above 0; None if all are 1.
    directed : bool

    Examples
    --------
    >>> from ns2vec.graph import read_graph
    >>> graph = read_graph([("a", "b"), ("b", "c", 2.0)])
    >>> len(graph), graph.n_edges, graph.neighbours_of("b")
    (3, 4, ['a', 'c'])
    """

    keys: list[Any]
    offsets: Int64Array
    neighbours: Int32Array
    weights: Float32Array | None = None
    directed: bool = False
    rows: dict[Any, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "rows", {key: row for row, key in enumerate(self.keys)})
        if len(self.rows) != len(self.keys):
            raise ConfigError(f"expected distinct keys, got {len(self.rows)} for {len(self.keys)} nodes")

    @classmethod
    def of_edges(
        cls,
        keys: Sequence[Any],
        sources: npt.ArrayLike,
        targets: npt.ArrayLike,
        weights: npt.ArrayLike | None = None,
        *,
        directed: bool = False,
    ) -> Graph:
        """Make a graph from row numbers.

        Parameters
        ----------
        keys : sequence of length n_nodes
        sources, targets : array_like of shape (m,), int
            Rows of both ends of each edge; in an undirected graph in either order. An edge that occurs
            several times gets the sum of the weights.
        weights : array_like of shape (m,), optional
            An edge of weight 0 is left out.
        directed : bool

        Returns
        -------
        Graph

        Raises
        ------
        CorpusError
            If there is no edge, or a weight is below 0 or not finite.
        ConfigError
            If a row number is invalid, or there are too many nodes.

        Examples
        --------
        >>> from ns2vec.graph import Graph
        >>> Graph.of_edges(["a", "b", "c"], [0, 1], [1, 2]).neighbours_of("b")
        ['a', 'c']
        """
        if len(keys) > MOST_NODES:
            raise ConfigError(f"a graph has at most {MOST_NODES:,} nodes, got {len(keys):,}")
        ends = [np.asarray(rows, dtype=np.int64).ravel() for rows in (sources, targets)]
        for rows in ends:
            if len(rows) and not (rows.min() >= 0 and rows.max() < len(keys)):
                raise ConfigError(
                    f"expected rows from 0 to {len(keys) - 1}, got {rows.min()} to {rows.max()}"
                )
        found = None if weights is None else checked_weights(weights, len(ends[0]))
        if not len(ends[0]):
            raise CorpusError("the graph has no edges: expected pairs of nodes")
        return cls(list(keys), *compressed(len(keys), ends[0], ends[1], found, directed), directed)

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def n_edges(self) -> int:
        """Number of edges in the arrays: an undirected one counts in both directions."""
        return len(self.neighbours)

    @cached_property
    def sources(self) -> Int32Array:
        """The source of each edge, shape (n_edges,)."""
        return np.repeat(np.arange(len(self), dtype=np.int32), np.diff(self.offsets))

    @property
    def strengths(self) -> npt.NDArray[np.float64]:
        """Sum of the weights of the edges of each node, shape (n_nodes,)."""
        weights = None if self.weights is None else self.weights.astype(np.float64)
        return np.bincount(self.sources, weights, minlength=len(self)).astype(np.float64)

    def neighbours_of(self, key: Any) -> list[Any]:
        """Keys at the ends of the edges of a node.

        Parameters
        ----------
        key : str or int

        Returns
        -------
        list of keys

        Raises
        ------
        KeyError
            If there is no such node.
        """
        if key not in self.rows:
            raise KeyError(f"no node {shown(key)} in this graph")
        row = self.rows[key]
        return [self.keys[to] for to in self.neighbours[self.offsets[row] : self.offsets[row + 1]]]

    def rows_of(self, keys: Sequence[Any]) -> Int64Array:
        """Row numbers of keys, shape (n,).

        Parameters
        ----------
        keys : sequence of keys

        Returns
        -------
        ndarray of shape (n,), int64

        Raises
        ------
        KeyError
            If a key is not a node.

        Examples
        --------
        >>> from ns2vec.graph import read_graph
        >>> read_graph([("a", "b"), ("b", "c")]).rows_of(["c", "a"]).tolist()
        [2, 0]
        """
        try:
            return np.array([self.rows[key] for key in keys], dtype=np.int64)
        except KeyError as error:
            raise KeyError(f"no node {shown(error.args[0])} in this graph") from None

    def matrix(self) -> Any:
        """The weights as a scipy.sparse CSR matrix, shape (n_nodes, n_nodes), float32.

        Examples
        --------
        >>> from ns2vec.graph import read_graph
        >>> read_graph([("a", "b"), ("b", "c")]).matrix().toarray().tolist()
        [[0.0, 1.0, 0.0], [1.0, 0.0, 1.0], [0.0, 1.0, 0.0]]
        """
        import scipy.sparse

        weights = np.ones(self.n_edges, np.float32) if self.weights is None else self.weights
        return scipy.sparse.csr_matrix((weights, self.neighbours, self.offsets), shape=(len(self),) * 2)

    def has_edges(self, sources: npt.ArrayLike, targets: npt.ArrayLike) -> npt.NDArray[np.bool_]:
        """Whether there is an edge from each row to the other, shape (n,).

        Parameters
        ----------
        sources, targets : array_like of shape (n,), int
            Rows.

        Returns
        -------
        ndarray of shape (n,), bool

        Examples
        --------
        >>> from ns2vec.graph import read_graph
        >>> read_graph([("a", "b"), ("b", "c")]).has_edges([0, 0], [1, 2]).tolist()
        [True, False]
        """
        known = self.sources.astype(np.int64) * len(self) + self.neighbours
        asked = np.asarray(sources, dtype=np.int64) * len(self) + np.asarray(targets)
        places = np.minimum(np.searchsorted(known, asked), max(len(known) - 1, 0))
        return known[places] == asked if len(known) else np.zeros(len(asked), dtype=np.bool_)

    def without_edges(self, gone: npt.NDArray[np.bool_]) -> Graph:
        """The same nodes without some edges; `gone` is of shape (n_edges,).

        Parameters
        ----------
        gone : ndarray of shape (n_edges,), bool

        Returns
        -------
        Graph

        Examples
        --------
        >>> import numpy as np
        >>> from ns2vec.graph import read_graph
        >>> graph = read_graph([("a", "b"), ("b", "c")], directed=True)
        >>> graph.without_edges(np.array([True, False])).neighbours_of("a")
        []
        """
        stay = ~gone
        counts = np.bincount(self.sources[stay], minlength=len(self))
        offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        weights = None if self.weights is None else self.weights[stay]
        return replace(self, offsets=offsets, neighbours=self.neighbours[stay], weights=weights)

    def walker(self, p: float = 1.0, q: float = 1.0) -> Walker:
        """Return a walker over the graph; see `ns2vec.graph.walks`.

        Parameters
        ----------
        p, q : float
            As in `WalkPlan`.

        Returns
        -------
        Walker

        Raises
        ------
        VocabularyError
            If there are no edges.

        Examples
        --------
        >>> from ns2vec.graph import read_graph
        >>> walker = read_graph([("a", "b"), ("b", "c")]).walker(p=0.5)
        """
        if not self.n_edges:
            raise VocabularyError("the graph has no edges: there is nothing to walk on")
        cells = None if self.weights is None else alias_cells(self.offsets, self.weights)
        return Walker(self.offsets, self.neighbours, self.weights, cells, p=p, q=q)


def checked_weights(weights: npt.ArrayLike, n_edges: int) -> npt.NDArray[np.float64]:
    """Weights as float64 of shape (n_edges,).

    Raises
    ------
    CorpusError
        If a weight is below 0 or not finite.
    """
    found = np.asarray(weights, dtype=np.float64).ravel()
    if len(found) != n_edges:
        raise CorpusError(f"expected a weight for each of {n_edges} edges, got {len(found)}")
    wrong = np.flatnonzero(~(np.isfinite(found) & (found >= 0.0)))
    if len(wrong):
        raise CorpusError(
            f"weights must be finite and not below 0, got {found[wrong[0]]} for edge {wrong[0]}: "
            "leave such edges out, or shift the weights"
        )
    return found


def compressed(
    n_nodes: int,
    sources: Int64Array,
    targets: Int64Array,
    weights: npt.NDArray[np.float64] | None,
    directed: bool,
) -> tuple[Int64Array, Int32Array, Float32Array | None]:
    """Edges in CSR form: offsets, neighbours, and weights unless all are 1; they are summed in float64."""
    if not directed:
        back = sources != targets
        sources, targets = np.r_[sources, targets[back]], np.r_[targets, sources[back]]
        weights = None if weights is None else np.r_[weights, weights[back]]
    numbers, places = np.unique(sources * n_nodes + targets, return_inverse=True)
    if weights is not None:
        weights = np.bincount(places, weights).astype(np.float64)
        numbers, weights = numbers[weights > 0.0], weights[weights > 0.0]
    offsets = np.searchsorted(numbers, np.arange(n_nodes + 1, dtype=np.int64) * n_nodes).astype(np.int64)
    neighbours = (numbers % max(n_nodes, 1)).astype(np.int32)
    has_weights = weights is not None and bool((weights != 1.0).any())
    return offsets, neighbours, weights.astype(np.float32) if weights is not None and has_weights else None
