"""Graphs from anything with edges: files, arrays, sparse matrices, networkx, pairs.

An edge list in a file is text in UTF-8, one edge per line::

    line   = [source blanks target [blanks weight]] [comment]
    blanks = any of space, tab, comma
    comment = "#" or "%", at the beginning of a line, and what follows
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from ns2vec._files import open_bytes
from ns2vec._options import shown
from ns2vec._typing import PathLike
from ns2vec.exceptions import ConfigError, CorpusError
from ns2vec.graph.graph import Graph

COMMENTS = ("#", "%")
KEY_TYPES: dict[str, Callable[[str], Any]] = {"str": str, "int": int}


def read_graph(
    source: Any, *, directed: bool | None = None, keys: Sequence[Any] | None = None, key_type: str = "str"
) -> Graph:
    """Make a graph from a file, an array, a sparse matrix, a networkx graph, or pairs.

    Parameters
    ----------
    source : path, ndarray, scipy.sparse matrix, networkx graph, Graph, or iterable
        A path or address of an edge list, decompressed by its suffix: each line has a source, a target and
        possibly a weight, separated by spaces or commas; lines that begin with # or % are comments. An array
        has shape (m, 2), or (m, 3) with weights in the third column. In a sparse matrix, each entry is the
        weight of an edge from its row to its column. An iterable yields (source, target) or (source, target,
        weight).
    directed : bool, optional
        By default, a networkx graph knows whether it is directed, a matrix is directed if it is not
        symmetric, and any other source is undirected.
    keys : sequence of str or int, optional
        Keys of nodes, in the order of rows: all nodes for a matrix; otherwise the nodes that come first, with
        or without edges. The others follow in order of appearance, or in ascending order for an array of
        numbers.
    key_type : {"str", "int"}
        The type of keys in a file.

    Returns
    -------
    Graph
        Repeated edges become one, with the sum of their weights if there are weights; an edge of weight 0 is
        left out.

    Raises
    ------
    CorpusError
        If there are no edges, or something is not an edge, or a weight is below 0 or not finite.
    ConfigError
        If an option has a value that cannot work, or the source is of an unknown kind.
    OSError
        If a file cannot be read.

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.graph import read_graph
    >>> read_graph(np.array([[7, 8], [8, 9]])).keys
    [7, 8, 9]
    """
    if key_type not in KEY_TYPES:
        raise ConfigError(f"key_type must be one of {', '.join(KEY_TYPES)}, got {shown(key_type)}")
    if isinstance(source, Graph):
        return source
    if isinstance(source, str | os.PathLike):
        return of_pairs(edges_of_file(source, KEY_TYPES[key_type]), directed, keys)
    if isinstance(source, np.ndarray):
        return of_array(source, directed, keys)
    if hasattr(source, "tocoo"):
        return of_matrix(source, directed, keys)
    if hasattr(source, "is_directed") and hasattr(source, "edges"):
        directed = bool(source.is_directed()) if directed is None else directed
        return of_pairs(source.edges(data="weight", default=1), directed, [*(keys or ()), *source.nodes])
    if not isinstance(source, Iterable):
        raise ConfigError(
            f"expected a path, an array, a sparse matrix or pairs of nodes, got {shown(source)}"
        )
    return of_pairs(source, directed, keys)


def edges_of_file(path: PathLike, key_of: Callable[[str], Any]) -> Iterable[tuple[Any, ...]]:
    """Edges of an edge list, one by one."""
    with open_bytes(path, noun="edge list", damaged=CorpusError) as (stream, _):
        for number, line in enumerate(stream, start=1):
            try:
                fields = line.decode("utf-8").replace(",", " ").split()
                if not fields or fields[0].startswith(COMMENTS):
                    continue
                yield (key_of(fields[0]), key_of(fields[1]), *map(float, fields[2:]))
            except (ValueError, IndexError) as error:
                raise CorpusError(
                    f"{os.fspath(path)}:{number}: expected two nodes and optionally a weight, got "
                    f"{shown(line.decode('utf-8', 'replace').strip())} ({error})"
                ) from None


def of_pairs(edges: Iterable[Any], directed: bool | None, keys: Sequence[Any] | None) -> Graph:
    """A graph from (source, target) and (source, target, weight)."""
    rows: dict[Any, int] = {}
    for key in keys or ():
        rows.setdefault(key, len(rows))
    ends: tuple[list[int], list[int]] = [], []
    weights: list[float] = []
    for number, edge in enumerate(edges):
        if isinstance(edge, str) or not hasattr(edge, "__len__") or len(edge) not in (2, 3):
            raise CorpusError(
                f"edge {number}: expected (source, target) or (source, target, weight), got {shown(edge)}"
            )
        for key, side in zip(edge, ends, strict=False):
            side.append(rows.setdefault(checked_key(key, number), len(rows)))
        weights.append(weight_of(edge[2], number) if len(edge) == 3 else 1.0)
    has_weights = any(weight != 1.0 for weight in weights)
    return Graph.of_edges([*rows], *ends, weights if has_weights else None, directed=bool(directed))


def checked_key(key: Any, number: int) -> Any:
    """The key of a node: text, or a whole number, as Python types.

    Raises
    ------
    CorpusError
        If it is neither.
    """
    if isinstance(key, str):
        return str(key)
    if isinstance(key, int | np.integer) and not isinstance(key, bool):
        return int(key)
    raise CorpusError(f"edge {number}: expected nodes that are str or int, got {shown(key)}")


def weight_of(weight: Any, number: int) -> float:
    """An edge's weight as a number; its range is checked with all others.

    Raises
    ------
    CorpusError
        If it is not a number.
    """
    try:
        return float(weight)
    except (TypeError, ValueError):
        raise CorpusError(f"edge {number}: expected a number as its weight, got {shown(weight)}") from None


def of_array(edges: Any, directed: bool | None, keys: Sequence[Any] | None) -> Graph:
    """A graph from an array with columns of sources, targets and optionally weights."""
    if edges.ndim != 2 or edges.shape[1] not in (2, 3):
        raise CorpusError(f"expected an array of edges of shape (m, 2) or (m, 3), got {edges.shape}")
    ends, weights = edges[:, :2], edges[:, 2] if edges.shape[1] == 3 else None
    if ends.dtype.kind not in "iuf" or keys is not None:
        return of_pairs(edges.tolist(), directed, keys)
    if ends.dtype.kind == "f":
        if not (np.isfinite(ends) & (ends % 1 == 0)).all():
            raise CorpusError("expected whole numbers as nodes in the first two columns")
        ends = ends.astype(np.int64)
    found, rows = np.unique(ends, return_inverse=True)
    rows = rows.reshape(ends.shape)
    return Graph.of_edges(found.tolist(), rows[:, 0], rows[:, 1], weights, directed=bool(directed))


def of_matrix(matrix: Any, directed: bool | None, keys: Sequence[Any] | None) -> Graph:
    """A graph from a sparse matrix."""
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise CorpusError(f"expected a square matrix of edges, got shape {matrix.shape}")
    n_nodes = matrix.shape[0]
    if keys is not None and len(keys) != n_nodes:
        raise ConfigError(f"expected a key for each of {n_nodes} rows, got {len(keys)}")
    found = matrix.tocsr().tocoo()
    if directed is None:
        directed = bool(abs(matrix - matrix.T).nnz)
    rows, columns, weights = found.row, found.col, found.data
    if not directed and not abs(matrix - matrix.T).nnz:  # each edge occurs twice
        once = rows <= columns
        rows, columns, weights = rows[once], columns[once], weights[once]
    named = list(range(n_nodes)) if keys is None else list(keys)
    return Graph.of_edges(named, rows, columns, weights, directed=directed)
