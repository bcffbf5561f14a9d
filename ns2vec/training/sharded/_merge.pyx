"""The changes of shards, row by row, in C and without the GIL: arrays in, arrays changed in place.

The computation is in ``_merge.h``; `ns2vec.reference.merges` repeats it in NumPy.
"""

from libc.stdint cimport int32_t, int64_t, uint8_t

import numpy as np


cdef extern from "_merge.h" nogil:
    const int NS2_MAX_SHARDS
    const int NS2_MERGE_SUM
    const int NS2_MERGE_MEAN
    const int NS2_MERGE_OTHERS
    const int NS2_MERGE_ADASUM

    ctypedef struct ns2_changes:
        const int32_t *ids
        const float *rows
        int64_t n

    int64_t ns2_take_changes(float *local, const float *base, uint8_t *marks, int64_t n_rows, long width, int32_t *ids,
                             float *rows) noexcept
    int64_t ns2_merge_rows_of(int rule, float *base, long width, const ns2_changes *shards, int n_shards, int64_t first,
                              int64_t end, int32_t *ids, float *room) noexcept
    void ns2_take_over(float *local, const float *base, long width, const int32_t *ids, int64_t n) noexcept

MAX_SHARDS = NS2_MAX_SHARDS
RULES = {"sum": NS2_MERGE_SUM, "mean": NS2_MERGE_MEAN, "others": NS2_MERGE_OTHERS, "adasum": NS2_MERGE_ADASUM}


cdef int check_pair(const float[:, ::1] one, const float[:, ::1] other) except -1:
    if one.shape[0] != other.shape[0] or one.shape[1] != other.shape[1]:
        raise ValueError(
            f"expected two matrices of one shape, got ({one.shape[0]}, {one.shape[1]}) and "
            f"({other.shape[0]}, {other.shape[1]})"
        )
    return 0


def take_changes(float[:, ::1] local not None, const float[:, ::1] base not None, int32_t[::1] ids not None,
                 float[:, ::1] rows not None, uint8_t[::1] marks=None):
    """Extract the changes of a copy; the copy is set to the original again.

    Parameters
    ----------
    local : ndarray of shape (n_rows, width), float32
        The copy, changed in place.
    base : ndarray of shape (n_rows, width), float32
    ids : ndarray of shape (n_rows,), int32
        Output: the changed rows, ascending.
    rows : ndarray of shape (n_rows, width), float32
        Output: their changes.
    marks : ndarray of shape (n_rows,), uint8, optional
        Rows that may have changed; all 0 afterwards. None: all rows may have changed.

    Returns
    -------
    n : int
        The number of changed rows: the first `n` of `ids` and `rows`.
    """
    cdef int64_t n
    check_pair(local, base)
    check_pair(local, rows)
    if ids.shape[0] != local.shape[0] or (marks is not None and marks.shape[0] != local.shape[0]):
        raise ValueError(f"expected ids and marks of {local.shape[0]} rows")
    if local.shape[0] == 0 or local.shape[1] == 0:
        return 0
    with nogil:
        n = ns2_take_changes(&local[0, 0], &base[0, 0], NULL if marks is None else &marks[0], local.shape[0],
                             local.shape[1], &ids[0], &rows[0, 0])
    return n


def merge_rows(str rule not None, float[:, ::1] base not None, shards not None, int64_t first, int64_t end,
               int32_t[::1] changed not None):
    """Merge the changes of shards in a range of rows; other threads may merge other rows at the same time.

    Parameters
    ----------
    rule : str
        A name of `RULES`.
    base : ndarray of shape (n_rows, width), float32
        Changed in place.
    shards : sequence of (ids, rows)
        For each shard, in their order: int32 (n,), ascending, and float32 (n, width).
    first, end : int
        The range of rows.
    changed : ndarray of shape (end - first,), int32
        Output: the changed rows, ascending.

    Returns
    -------
    n : int
        Their number.
    """
    cdef ns2_changes found[256]  # NS2_MAX_SHARDS
    cdef const int32_t[::1] ids
    cdef const float[:, ::1] rows
    cdef int kind = RULES[rule], n_shards = len(shards)
    cdef int64_t n
    if not 1 <= n_shards <= NS2_MAX_SHARDS or not 0 <= first <= end <= base.shape[0]:
        raise ValueError(f"expected 1 to {NS2_MAX_SHARDS} shards and rows up to {base.shape[0]}, got {n_shards} and {end}")
    if changed.shape[0] != end - first:
        raise ValueError(f"expected room for {end - first} ids, got {changed.shape[0]}")
    for i, (ids, rows) in enumerate(shards):
        if ids.shape[0] != rows.shape[0] or rows.shape[1] != base.shape[1]:
            raise ValueError(f"shard {i}: expected rows of {base.shape[1]} numbers, one for each id")
        found[i].n = ids.shape[0]
        if ids.shape[0]:
            found[i].ids, found[i].rows = &ids[0], &rows[0, 0]
    if first == end or base.shape[1] == 0:
        return 0
    cdef float[:, ::1] room = np.empty((n_shards, base.shape[1]), np.float32)
    with nogil:
        n = ns2_merge_rows_of(kind, &base[0, 0], base.shape[1], found, n_shards, first, end, &changed[0], &room[0, 0])
    if n < 0:
        raise ValueError("ids of shards must rise")
    return n


def take_over(float[:, ::1] local not None, const float[:, ::1] base not None, const int32_t[::1] ids not None):
    """Bring some rows of a copy up to date: ``local[ids] = base[ids]``.

    Parameters
    ----------
    local : ndarray of shape (n_rows, width), float32
        Changed in place.
    base : ndarray of shape (n_rows, width), float32
    ids : ndarray of shape (n,), int32
        Ascending.
    """
    cdef int64_t i
    check_pair(local, base)
    for i in range(ids.shape[0]):
        if not 0 <= ids[i] < base.shape[0]:
            raise ValueError(f"ids must be from 0 to {base.shape[0] - 1}, found {ids[i]}")
    if ids.shape[0] and base.shape[1]:
        with nogil:
            ns2_take_over(&local[0, 0], &base[0, 0], base.shape[1], &ids[0], ids.shape[0])
