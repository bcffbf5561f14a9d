# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The best of scores that come in tiles: arrays in, the best of each row kept in a heap.

A score and its row are kept as one integer, a key: better scores have lower keys, and of equal scores the one of the
lower row has the lower key. The root of a heap is its worst key. Most runs of scores contain none that is better; a
loop that compilers vectorise checks this.
"""

from libc.float cimport FLT_MAX
from libc.stdint cimport int32_t, uint32_t, uint64_t
from libc.string cimport memcpy

import numpy as np

cdef enum:
    RUN = 64                                # scores that are compared at a time
    SIGN = 0x80000000U

WORST = np.uint64(0xFF800000FFFFFFFF)       # -inf of row -1, the key of a free place


cdef inline uint64_t key_of(float score, int32_t row) noexcept nogil:
    cdef uint32_t bits
    score += 0.0                            # -0.0 becomes 0.0, which it equals
    memcpy(&bits, &score, sizeof(bits))
    if not bits & SIGN:
        bits ^= SIGN - 1                    # the bits of negative numbers already rise as the scores fall
    return <uint64_t> bits << 32 | <uint32_t> row


cdef inline float score_of(uint64_t key) noexcept nogil:
    cdef uint32_t bits = <uint32_t> (key >> 32)
    cdef float score
    if not bits & SIGN:
        bits ^= SIGN - 1
    memcpy(&score, &bits, sizeof(score))
    return score


cdef inline void replace_root(uint64_t* heap, Py_ssize_t n, uint64_t key) noexcept nogil:
    """Let a key sink from the root until no child is higher."""
    cdef Py_ssize_t place = 0, child = 1
    while child < n:
        if child + 1 < n:
            child += heap[child + 1] > heap[child]
        if heap[child] <= key:
            break
        heap[place] = heap[child]
        place, child = child, 2 * child + 1
    heap[place] = key


cdef inline bint reaches(const float* scores, const float* added, float bound) noexcept nogil:
    """Whether any score of a run reaches the bound."""
    cdef int j, n_found = 0
    for j in range(RUN):
        n_found |= scores[j] + added[j] >= bound
    return n_found


cdef void keep_row(
    const float* scores, const float* added, Py_ssize_t n_items, int32_t first, uint64_t* heap, Py_ssize_t n
) noexcept nogil:
    cdef Py_ssize_t start, stop = 0, j
    cdef uint64_t key
    cdef float score, bound = max(score_of(heap[0]), -FLT_MAX)
    while stop < n_items:
        start, stop = stop, min(stop + RUN, n_items)
        if stop == start + RUN and not reaches(scores + start, added + start, bound):
            continue
        for j in range(start, stop):
            score = scores[j] + added[j]
            if score >= bound:
                key = key_of(score, first + <int32_t> j)
                if key < heap[0]:
                    replace_root(heap, n, key)
                    bound = max(score_of(heap[0]), -FLT_MAX)


def keep_best(
    const float[:, ::1] scores not None,    # (n_users, n_items) of a tile
    const float[::1] added not None,        # (n_items,) what is added to the scores of each item
    int32_t first,                          # row of the tile's first item; tiles come in any order
    uint64_t[:, ::1] heaps not None,        # (n_users, n) INOUT, at first `WORST`
):
    """Keep the scores that are among the n best so far, neither NaN nor -inf.

    Raises
    ------
    ValueError
        If the lengths do not agree.

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.recommend._best import WORST, keep_best, write_best
    >>> heaps = np.full((1, 2), WORST)
    >>> keep_best(np.array([[1, 3, 2]], dtype="f"), np.zeros(3, "f"), 0, heaps)
    >>> heaps.sort(axis=1)
    >>> rows, scores = np.empty((1, 2), np.int32), np.empty((1, 2), "f")
    >>> write_best(heaps, rows, scores)
    >>> rows.tolist(), scores.tolist()
    ([[1, 2]], [[3.0, 2.0]])
    """
    cdef Py_ssize_t user, n_users = scores.shape[0], n_items = scores.shape[1], n = heaps.shape[1]
    if heaps.shape[0] != n_users or added.shape[0] != n_items:
        raise ValueError(f"scores of {n_users} users and {n_items} items for {heaps.shape[0]} and {added.shape[0]}")
    if n_items == 0 or n == 0:
        return
    with nogil:
        for user in range(n_users):
            keep_row(&scores[user, 0], &added[0], n_items, first, &heaps[user, 0], n)


def write_best(
    const uint64_t[:, ::1] keys not None,   # (n_users, n) heaps that were sorted
    int32_t[:, :] rows not None,            # (n_users, n) OUT: -1 where there are no more
    float[:, :] scores not None,            # (n_users, n) OUT: -inf where there are no more
):
    """Write the rows and scores of kept keys.

    Raises
    ------
    ValueError
        If the shapes do not agree.
    """
    cdef Py_ssize_t user, i, n_users = keys.shape[0], n = keys.shape[1]
    if (rows.shape[0], rows.shape[1]) != (n_users, n) or (scores.shape[0], scores.shape[1]) != (n_users, n):
        raise ValueError(f"expected memory for {n} best of {n_users} users")
    with nogil:
        for user in range(n_users):
            for i in range(n):
                rows[user, i] = <int32_t> <uint32_t> (keys[user, i] & 0xFFFFFFFFU)
                scores[user, i] = score_of(keys[user, i])
