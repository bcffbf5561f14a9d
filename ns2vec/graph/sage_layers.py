"""GraphSAGE's mean aggregator: layers over sampled neighbours, and their gradients."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from ns2vec._typing import Array, Int64Array
from ns2vec.graph.graph import Graph

TINY = 1e-12


def fresh_layers(sizes: Sequence[int], rng: np.random.Generator) -> list[Array]:
    """Weights of layers, shape (2 n_in, n_out) each, uniform as in Glorot & Bengio 2010."""
    found = []
    for n_in, n_out in pairwise(sizes):
        limit = np.sqrt(6.0 / (2 * n_in + n_out))
        found.append(rng.uniform(-limit, limit, (2 * n_in, n_out)).astype(np.float32))
    return found


def sampled_levels(
    graph: Graph, nodes: Int64Array, n_sampled: Sequence[int], rng: np.random.Generator
) -> list[Int64Array]:
    """Nodes, then sampled neighbours of these, and so on; with replacement, -1 if there are none.

    Parameters
    ----------
    graph : Graph
    nodes : ndarray of shape (n,), int64
    n_sampled : sequence of int
        Neighbours of each node of a level.
    rng : Generator

    Returns
    -------
    list of ndarray of shape (n,), (n, n_sampled[0]), (n n_sampled[0], n_sampled[1]), ...
    """
    levels = [nodes]
    for n in n_sampled:
        parents = levels[-1].ravel()
        at = np.maximum(parents, 0)
        degrees = np.where(parents < 0, 0, graph.offsets[at + 1] - graph.offsets[at])
        columns = (rng.random((len(at), n), dtype=np.float32) * degrees[:, None]).astype(np.int64)
        places = graph.offsets[at][:, None] + np.minimum(columns, np.maximum(degrees - 1, 0)[:, None])
        has_any = degrees[:, None] > 0
        levels.append(np.where(has_any, graph.neighbours[np.where(has_any, places, 0)], -1).astype(np.int64))
    return levels


def means_of(features: Any, groups: Int64Array) -> Array:
    """Mean of the features of each row of `groups`, shape (n, F); zeros if all are -1."""
    import scipy.sparse

    n, m = groups.shape
    weights = (groups >= 0).ravel().astype(features.dtype) / m
    pick = scipy.sparse.csr_matrix(
        (weights, np.maximum(groups, 0).ravel(), np.arange(n + 1) * m), shape=(n, features.shape[0])
    )
    return dense(pick @ features)


def dense(features: Any) -> Array:
    """Features as an ndarray."""
    found: Array = features.toarray() if hasattr(features, "toarray") else np.asarray(features)
    return found


def forward(features: Any, levels: Sequence[Int64Array], layers: Sequence[Array]) -> tuple[Array, list[Any]]:
    """Vectors of the nodes of the first level, and what `backward` needs (Hamilton et al. 2017, algorithm 1).

    Each layer computes relu(W [x, mean of the neighbours' x]); the last one has no relu, and vectors of
    length 1.

    Parameters
    ----------
    features : ndarray or CSR matrix of shape (n_nodes, F)
    levels : list of ndarray
        See `sampled_levels`; one more than layers.
    layers : list of ndarray

    Returns
    -------
    vectors : ndarray of shape (n, D)
    trace : list
    """
    inner = levels[:-1]
    now = [dense(features[np.maximum(nodes.ravel(), 0)]) * (nodes.ravel() >= 0)[:, None] for nodes in inner]
    trace: list[Any] = []
    for number, layer in enumerate(layers):
        n_levels, is_last = len(layers) - number, number == len(layers) - 1
        joined, made = [], []
        for k in range(n_levels):
            if k == n_levels - 1 and number == 0:
                mean = means_of(features, levels[k + 1])
            else:
                mean = now[k + 1].reshape(len(now[k]), -1, now[k].shape[1]).mean(axis=1)
            joined.append(np.hstack([now[k], mean]))
            out = joined[-1] @ layer
            made.append(out if is_last else np.maximum(out, 0.0))
        trace.append((joined, made))
        now = made
    lengths = np.linalg.norm(now[0], axis=1, keepdims=True) + TINY
    return now[0] / lengths, [*trace, lengths]


def backward(grads: Array, vectors: Array, trace: list[Any], layers: Sequence[Array]) -> list[Array]:
    """Gradients of the layers, from those of the vectors that `forward` returned."""
    lengths, found = trace[-1], [np.zeros_like(layer) for layer in layers]
    back = [(grads - vectors * (grads * vectors).sum(axis=1, keepdims=True)) / lengths]
    for number in range(len(layers) - 1, -1, -1):
        joined, made = trace[number]
        n_in = layers[number].shape[0] // 2
        before = [np.zeros((len(rows), n_in), dtype=rows.dtype) for rows in joined]
        before.append(np.zeros((0, n_in), dtype=vectors.dtype))
        for k, rows in enumerate(joined):
            grad = back[k] if number == len(layers) - 1 else back[k] * (made[k] > 0.0)
            found[number] += rows.T @ grad
            if number == 0:
                continue
            of_rows = grad @ layers[number].T
            before[k] += of_rows[:, :n_in]
            _, below = trace[number - 1]
            n_each = len(below[k + 1]) // max(len(rows), 1)
            spread = np.repeat(of_rows[:, n_in:] / n_each, n_each, axis=0)
            before[k + 1] = before[k + 1] + spread if len(before[k + 1]) else spread
        back = before
    return found


def pair_loss(vectors: Array, n_pairs: int, n_negatives: int) -> tuple[float, Array]:
    """Mean loss of pairs with negatives that all of them share, and its gradients (equation 1).

    Parameters
    ----------
    vectors : ndarray of shape (2 n_pairs + n_negatives, D)
        First nodes, second nodes, negatives.
    n_pairs, n_negatives : int

    Returns
    -------
    loss : float
    grads : ndarray of the shape of `vectors`
    """
    first, second, noise = np.split(vectors, [n_pairs, 2 * n_pairs])
    seen, drawn = (first * second).sum(axis=1, keepdims=True), first @ noise.T
    loss = float(np.logaddexp(0.0, -seen).sum() + np.logaddexp(0.0, drawn).sum()) / n_pairs
    of_seen = -1.0 / (1.0 + np.exp(seen)) / n_pairs
    of_drawn = 1.0 / (1.0 + np.exp(-drawn)) / n_pairs
    grads = np.vstack([of_seen * second + of_drawn @ noise, of_seen * first, of_drawn.T @ first])
    return loss, grads.astype(vectors.dtype)


def all_vectors(graph: Graph, features: Any, layers: Sequence[Array]) -> Array:
    """Vectors of all nodes, from all of their neighbours instead of a sample, shape (n_nodes, D)."""
    import scipy.sparse

    counts = np.diff(graph.offsets)
    share = np.divide(1.0, counts, out=np.zeros(len(graph)), where=counts > 0).astype(np.float32)
    values = np.repeat(share, counts)
    mean = scipy.sparse.csr_matrix((values, graph.neighbours, graph.offsets), shape=(len(graph),) * 2)
    now = features
    for number, layer in enumerate(layers):
        n_in = layer.shape[0] // 2
        out = now @ layer[:n_in] + mean @ (now @ layer[n_in:])
        now = out if number == len(layers) - 1 else np.maximum(out, 0.0)
    found: Array = now / (np.linalg.norm(now, axis=1, keepdims=True) + TINY)
    return found
