"""Random walks over a graph in CSR form, in C and without the GIL: arrays in, chunks of ids out.

The walks are in ``_walks.h``; `ns2vec.reference.walks` repeats them in Python.
"""

from libc.stdint cimport int32_t, int64_t, uint32_t, uint64_t

import numpy as np


cdef extern from "_walks.h" nogil:
    ctypedef struct ns2_graph:
        const int64_t *offsets
        const int32_t *neighbours
        const float *weights
        const uint32_t *cells
        int is_biased
        double bias[3]
        uint64_t accept[3]

    int64_t ns2_walk(const ns2_graph *, int64_t n_nodes, int64_t per_node, int64_t first, int64_t n_walks, int64_t length,
                     uint64_t seed, uint64_t epoch, int64_t *starts, int64_t *lengths, int32_t *out) noexcept


cdef int check_graph(const int64_t[::1] offsets, const int32_t[::1] neighbours) except -1:
    cdef int64_t n = offsets.shape[0] - 1, v, e
    if n < 1 or offsets[0] != 0 or offsets[n] != neighbours.shape[0]:
        raise ValueError(f"expected offsets from 0 to {neighbours.shape[0]} for at least one node")
    for v in range(n):
        if not offsets[v] <= offsets[v + 1] <= offsets[n]:
            raise ValueError(f"offsets fall after node {v}")
        for e in range(offsets[v], offsets[v + 1]):
            if not 0 <= neighbours[e] < n or (e > offsets[v] and neighbours[e] <= neighbours[e - 1]):
                raise ValueError(f"neighbours of node {v} must rise and be 0 to {n - 1}, found {neighbours[e]}")
    return 0


cdef class Walker:
    """Walks over one graph; may be called by any number of threads at once.

    Parameters
    ----------
    offsets : ndarray of shape (n + 1,), int64
        The first neighbour of each node.
    neighbours : ndarray of shape (E,), int32
        Ascending for each node.
    weights : ndarray of shape (E,), float32, optional
    cells : ndarray of shape (E, 2), uint32
        Alias tables of the weights, see `alias_cells`; with `weights` only.
    p, q : float
        Of second-order walks: the larger p, the less they return; the larger q, the less they move away.

    Raises
    ------
    ValueError
        If the arrays do not match each other.
    """

    cdef ns2_graph graph
    cdef object kept
    cdef readonly int64_t n_nodes

    def __cinit__(
        self,
        const int64_t[::1] offsets not None,
        const int32_t[::1] neighbours not None,
        const float[::1] weights=None,
        const uint32_t[:, ::1] cells=None,
        *,
        double p=1.0,
        double q=1.0,
    ):
        cdef int i
        check_graph(offsets, neighbours)
        if not (p > 0.0 and q > 0.0):
            raise ValueError(f"p and q must be above 0, got {p} and {q}")
        if (weights is None) != (cells is None):
            raise ValueError("weights and cells must be given together")
        self.kept = (offsets, neighbours, weights, cells)
        self.n_nodes = offsets.shape[0] - 1
        self.graph.offsets = &offsets[0]
        if neighbours.shape[0]:
            self.graph.neighbours = &neighbours[0]
        if weights is not None and neighbours.shape[0]:
            if not weights.shape[0] == cells.shape[0] == neighbours.shape[0] or cells.shape[1] != 2:
                raise ValueError(f"expected weights and cells of {neighbours.shape[0]} edges")
            self.graph.weights, self.graph.cells = &weights[0], &cells[0, 0]
        self.graph.is_biased = p != 1.0 or q != 1.0
        self.graph.bias[0], self.graph.bias[1], self.graph.bias[2] = 1.0 / p, 1.0, 1.0 / q
        for i in range(3):
            self.graph.accept[i] = <uint64_t> (self.graph.bias[i] / max(1.0 / p, 1.0, 1.0 / q) * 4294967296.0)

    def walks(self, int64_t first, int64_t n_walks, *, int64_t length, int64_t per_node, uint64_t seed, uint64_t epoch=0):
        """Some walks of an epoch; they are the same on every thread, for any number at a time.

        Parameters
        ----------
        first, n_walks : int
            The range of the ``n * per_node`` walks of the epoch.
        length : int
            Maximum number of nodes in a walk: it ends earlier at a node without edges.
        per_node : int
            Walks from each node in an epoch.
        seed, epoch : int

        Returns
        -------
        ids : ndarray of shape (m,), int32
            Nodes of each walk and -1 after them.
        """
        if not 0 <= first <= first + n_walks <= self.n_nodes * per_node or length < 1:
            raise ValueError(f"walks {first} to {first + n_walks} of length {length} are not among {self.n_nodes} x {per_node}")
        if n_walks == 0:
            return np.empty(0, np.int32)
        found = np.empty(n_walks * (length + 1), np.int32)
        cdef int32_t[::1] out = found
        cdef int64_t[:, ::1] room = np.empty((2, n_walks), np.int64)
        cdef int64_t end
        with nogil:
            end = ns2_walk(&self.graph, self.n_nodes, per_node, first, n_walks, length, seed, epoch,
                           &room[0, 0], &room[1, 0], &out[0])
        return found[:end]


def alias_cells(const int64_t[::1] offsets not None, const float[::1] weights not None):
    """Alias tables of the edges of each node (Vose 1991), one after another.

    Parameters
    ----------
    offsets : ndarray of shape (n + 1,), int64
    weights : ndarray of shape (E,), float32
        Not negative, and above 0 for at least one edge of each node that has any.

    Returns
    -------
    cells : ndarray of shape (E, 2), uint32
        {threshold, place of the alias among the node's edges} of each edge.
    """
    cdef int64_t n_edges = weights.shape[0], v
    if offsets.shape[0] < 1 or offsets[offsets.shape[0] - 1] != n_edges:
        raise ValueError(f"expected offsets up to {n_edges}")
    found = np.empty((n_edges, 2), np.uint32)
    cdef uint32_t[:, ::1] cells = found
    cdef double[::1] heights = np.empty(n_edges)
    cdef int64_t[::1] order = np.empty(n_edges, np.int64)
    with nogil:
        for v in range(offsets.shape[0] - 1):
            fill_cells(weights, cells, heights, order, offsets[v], offsets[v + 1])
    return found


cdef void fill_cells(const float[::1] weights, uint32_t[:, ::1] cells, double[::1] heights, int64_t[::1] order,
                     int64_t first, int64_t end) noexcept nogil:
    """The table of one node: low columns wait at the front of `order`, high columns at its end."""
    cdef int64_t n_low = first, n_high = end, e, column, donor
    cdef double total = 0.0, full = 4294967295.0
    for e in range(first, end):
        total += weights[e]
    for e in range(first, end):
        heights[e] = weights[e] / total * (end - first)
        cells[e, 0], cells[e, 1] = <uint32_t> full, <uint32_t> (e - first)
        if heights[e] < 1.0:
            order[n_low] = e
            n_low += 1
        else:
            n_high -= 1
            order[n_high] = e
    while n_low > first and n_high < end:
        n_low -= 1
        column, donor = order[n_low], order[n_high]
        cells[column, 0] = <uint32_t> min(heights[column] * 4294967296.0 + 0.5, full)
        cells[column, 1] = <uint32_t> (donor - first)
        heights[donor] -= 1.0 - heights[column]
        if heights[donor] < 1.0:
            n_high += 1
            order[n_low] = donor
            n_low += 1
