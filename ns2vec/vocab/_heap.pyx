# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The merging of nodes into a Huffman tree: counts in, parents and branches out.

The order of nodes of equal weight does not change the cost of the tree, but output vectors are meaningful
for one tree only. So the heap moves its entries like Python's `heapq`, and nodes are added and removed as in gensim:
the trees are equal, and models can be exchanged both ways.
"""

from libc.stdint cimport int64_t, uint8_t

import numpy as np


cdef void toward_root(int64_t[::1] heap, int64_t[::1] weights, Py_ssize_t start, Py_ssize_t place) noexcept nogil:
    """Move the entry at `place` up until its parent is not heavier."""
    cdef int64_t node = heap[place]
    cdef Py_ssize_t parent
    while place > start:
        parent = (place - 1) >> 1
        if weights[node] >= weights[heap[parent]]:
            break
        heap[place] = heap[parent]
        place = parent
    heap[place] = node


cdef void toward_leaf(int64_t[::1] heap, int64_t[::1] weights, Py_ssize_t place, Py_ssize_t n) noexcept nogil:
    """Move lighter children up along the path to a leaf, put the entry there and move it up."""
    cdef int64_t node = heap[place]
    cdef Py_ssize_t start = place, child
    while place < n >> 1:
        child = 2 * place + 1
        if child + 1 < n and weights[heap[child]] >= weights[heap[child + 1]]:
            child += 1
        heap[place] = heap[child]
        place = child
    heap[place] = node
    toward_root(heap, weights, start, place)


cdef int64_t pop(int64_t[::1] heap, int64_t[::1] weights, Py_ssize_t n) noexcept nogil:
    """Remove the lightest of `n` entries; n - 1 are left."""
    cdef int64_t lightest = heap[0]
    heap[0] = heap[n - 1]
    toward_leaf(heap, weights, 0, n - 1)
    return lightest


def merge_nodes(const int64_t[::1] counts not None):
    """Merge the two lightest nodes until one is left.

    Parameters
    ----------
    counts : array of shape (V,), int64, V >= 1

    Returns
    -------
    parents : ndarray of shape (2 V - 1,), int64
        Words first, then inner nodes as they are made; the root has parent 0.
    branches : ndarray of shape (2 V - 1,), uint8
        0 for the lighter child, 1 for the other.
    """
    cdef Py_ssize_t n_words = counts.shape[0], n = n_words, i
    if n_words < 1:
        raise ValueError("expected at least one count, got none")
    parents = np.zeros(2 * n_words - 1, dtype=np.int64)
    branches = np.zeros(2 * n_words - 1, dtype=np.uint8)
    cdef int64_t[::1] parent = parents, heap = np.arange(n_words, dtype=np.int64)
    cdef uint8_t[::1] branch = branches
    cdef int64_t[::1] weights = np.empty(2 * n_words - 1, dtype=np.int64)
    cdef int64_t node, first, second
    weights[:n_words] = counts
    with nogil:
        for i in range((n >> 1) - 1, -1, -1):
            toward_leaf(heap, weights, i, n)
        for node in range(n_words, 2 * n_words - 1):
            first = pop(heap, weights, n)
            second = pop(heap, weights, n - 1)
            n -= 1
            parent[first] = parent[second] = node
            branch[second] = 1
            weights[node] = weights[first] + weights[second]
            heap[n - 1] = node
            toward_root(heap, weights, 0, n - 1)
    return parents, branches
