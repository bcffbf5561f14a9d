"""LightGCN's computations on arrays: propagation over the graph, its gradient, negatives, recall of lists."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse
from scipy.special import expit

from ns2vec._typing import Float32Array, Int64Array
from ns2vec.recommend import serving
from ns2vec.recommend._spread import spread_mean

TRIES = 16  # draws of a negative before a pair is left without one
MOST_CELLS = 1 << 26  # cells of a table of users and items; with more, pairs are looked up in sorted order
LIST = 20  # length of the lists for early stopping


def graph_of(lists: serving.Lists, n_items: int) -> Any:
    """Return D^-1/2 A D^-1/2 of the graph of users and items, shape (n_users + n_items,) * 2, float32.

    Parameters
    ----------
    lists : tuple of ndarray
        Offsets (n_users + 1,) and rows of the items of each user.
    n_items : int
    """
    offsets, rows = lists
    n_users = len(offsets) - 1
    met = sparse.csr_matrix((np.ones(len(rows), np.float32), rows, offsets), shape=(n_users, n_items))
    both = sparse.bmat([[None, met], [met.T, None]]).tocsr()
    scale = np.maximum(np.diff(both.indptr), 1).astype(np.float64) ** -0.5
    both.data = (scale[np.repeat(np.arange(len(scale)), np.diff(both.indptr))] * scale[both.indices]).astype(
        np.float32
    )
    return both


class Spreading:
    """The mean of a vector and the propagated vectors of neighbours up to `layers` steps away (eq. 4 and 8).

    The map is linear and symmetric, so gradients go back through the same map.

    Parameters
    ----------
    graph : csr_matrix of shape (n, n), float32
        The result of `graph_of`.
    layers : int
    """

    def __init__(self, graph: Any, layers: int) -> None:
        self.graph = graph.indptr.astype(np.int64), graph.indices.astype(np.int32), graph.data
        self.layers = layers
        # allocated once: allocating this much memory for each product takes about as long as the product
        self._scratch: Float32Array = np.empty((2, 0, 0), dtype=np.float32)

    def __call__(self, vectors: Float32Array, out: Float32Array | None = None) -> Float32Array:
        """Return propagated vectors.

        Parameters
        ----------
        vectors : ndarray of shape (n, D), float32
        out : ndarray of shape (n, D), float32, optional
            Output.
        """
        if self._scratch.shape[1:] != vectors.shape:
            self._scratch = np.empty((2, *vectors.shape), dtype=np.float32)
        found = np.empty_like(vectors) if out is None else out
        spread_mean(*self.graph, vectors, found, self._scratch, self.layers)
        return found


def bpr_gradient(
    final: Float32Array, users: Int64Array, chosen: Int64Array, others: Int64Array
) -> tuple[float, Float32Array]:
    """Return the mean BPR loss of a batch and its gradient with respect to the propagated vectors.

    Parameters
    ----------
    final : ndarray of shape (n, D), float32
        Vectors of users, then of items.
    users, chosen, others : ndarray of shape (b,), int64
        Rows of `final`: a user, an item that was chosen, and one that was not.
    """
    lead = np.einsum("bd,bd->b", final[users], final[chosen] - final[others])
    push = (-expit(-lead) / len(users)).astype(np.float32)
    rows = np.concatenate([users, users, chosen, others])
    columns = np.concatenate([chosen, others, users, users])
    shape = len(final), len(final)
    pushes = sparse.csr_matrix((np.concatenate([push, -push, push, -push]), (rows, columns)), shape=shape)
    return float(np.logaddexp(0.0, -lead).mean()), pushes @ final


class Negatives:
    """Draws items that a user has not chosen: uniformly, or the best of some by score (DNS: Zhang et al.
    2013).

    Parameters
    ----------
    lists : tuple of ndarray
        Offsets and rows of the items of each user.
    n_items, candidates : int
    """

    def __init__(self, lists: serving.Lists, n_items: int, candidates: int) -> None:
        offsets, rows = lists
        owners = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
        self.known, self.n_items, self.candidates = owners * n_items + rows, n_items, candidates
        self.table: Any = None
        if (len(offsets) - 1) * n_items <= MOST_CELLS:
            self.table = np.zeros((len(offsets) - 1) * n_items, dtype=bool)
            self.table[self.known] = True

    def is_known(self, users: Any, items: Any) -> Any:
        """Whether users have chosen items."""
        asked = users * self.n_items + items
        if self.table is not None:
            return self.table[asked]
        place = np.minimum(np.searchsorted(self.known, asked), len(self.known) - 1)
        return self.known[place] == asked

    def draw(self, users: Int64Array, scores: Any, rng: np.random.Generator) -> tuple[Any, Any]:
        """Return items, and which of the users have one.

        Parameters
        ----------
        users : ndarray of shape (b,)
        scores : callable
            ``scores(users, items)`` of shape (b, candidates).
        rng : numpy.random.Generator
        """
        owners = np.repeat(users, self.candidates)
        items = rng.integers(0, self.n_items, len(owners))
        bad = np.flatnonzero(self.is_known(owners, items))
        for _ in range(TRIES):
            if not len(bad):
                break
            items[bad] = rng.integers(0, self.n_items, len(bad))
            bad = bad[self.is_known(owners[bad], items[bad])]
        usable = np.ones(len(items), dtype=bool)
        usable[bad] = False
        drawn, allowed = items.reshape(-1, self.candidates), usable.reshape(-1, self.candidates)
        best = np.zeros(len(users), dtype=np.int64)
        if self.candidates > 1:
            best = np.where(allowed, scores(users, drawn), -np.inf).argmax(axis=1)
        everyone = np.arange(len(users))
        return drawn[everyone, best], allowed[everyone, best]


def recall_of_lists(
    vectors: tuple[Float32Array, Float32Array], known: serving.Lists, wanted: serving.Lists
) -> float:
    """Return the recall in the first 20 items, mean over the users with items to find."""
    rows, _ = serving.top_items(*vectors, n=LIST, seen=known)
    offsets, items = wanted
    found = [
        np.isin(items[first:end], best).mean()
        for first, end, best in zip(offsets[:-1], offsets[1:], rows, strict=True)
        if end > first
    ]
    return float(np.mean(found))
