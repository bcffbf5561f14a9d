"""The changes of shards, row by row, in C and without the GIL: arrays in, arrays changed in place.

The computation is in ``_merge.h`` and ``_curvature.h``; `ns2vec.reference.merges` repeats it in NumPy.

``curve`` is as `find_curve` returns it.
"""

from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t

import numpy as np


include "_rules.pxi"


cdef extern from "_merge.h" nogil:
    const int NS2_MAX_SHARDS

    ctypedef struct ns2_changes:
        const int32_t *ids
        const float *rows
        int64_t n

    int64_t ns2_take_changes(float *local, const float *base, uint32_t *touches, int compares_all, int64_t n_rows,
                             long width, int32_t *ids, float *rows, uint8_t *codes) noexcept
    int64_t ns2_merge_rows_of(int rule, float *base, long width, const ns2_changes *shards, int n_shards,
                              const ns2_curve *curve, const float *touches, int64_t first, int64_t end, int32_t *ids,
                              float *room) noexcept
    float ns2_touches(uint8_t code) noexcept
    void ns2_add_moments(float *moments, const float *rows, long stride, const float *touches, int64_t n_rows,
                         float factor) noexcept
    void ns2_find_directions(const float *moments, long stride, long width, float *directions, ns2_curve *curve,
                             float *room) noexcept
    void ns2_take_over(float *local, const float *base, long width, const int32_t *ids, int64_t n) noexcept

MAX_SHARDS = NS2_MAX_SHARDS


cdef int check_pair(const float[:, ::1] one, const float[:, ::1] other) except -1:
    if one.shape[0] != other.shape[0] or one.shape[1] != other.shape[1]:
        raise ValueError(
            f"expected two matrices of one shape, got ({one.shape[0]}, {one.shape[1]}) and "
            f"({other.shape[0]}, {other.shape[1]})"
        )
    return 0


def take_changes(float[:, ::1] local not None, const float[:, ::1] base not None, int32_t[::1] ids not None,
                 float[:, ::1] rows not None, uint8_t[::1] codes not None, uint32_t[::1] touches=None,
                 bint compares_all=False):
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
    codes : ndarray of shape (n_rows,), uint8
        Output: how often they were trained, as `add_touches` reads it.
    touches : ndarray of shape (n_rows,), uint32, optional
        How often each row was trained; all 0 afterwards.
    compares_all : bool
        Rows without touches may have changed, too.

    Returns
    -------
    n : int
        The number of changed rows: the first `n` of `ids`, `rows` and `codes`.
    """
    cdef int64_t n
    check_pair(local, base)
    check_pair(local, rows)
    if not (ids.shape[0] == codes.shape[0] == local.shape[0]) or (
            touches is not None and touches.shape[0] != local.shape[0]):
        raise ValueError(f"expected ids, codes and touches of {local.shape[0]} rows")
    if local.shape[0] == 0 or local.shape[1] == 0:
        return 0
    with nogil:
        n = ns2_take_changes(&local[0, 0], &base[0, 0], NULL if touches is None else &touches[0], compares_all,
                             local.shape[0], local.shape[1], &ids[0], &rows[0, 0], &codes[0])
    return n


def add_touches(float[::1] touches not None, const int32_t[::1] ids not None, const uint8_t[::1] codes not None):
    """Add how often a shard has trained some rows.

    Parameters
    ----------
    touches : ndarray of shape (n_rows,), float32
        Changed in place.
    ids : ndarray of shape (n,), int32
    codes : ndarray of shape (n,), uint8
        Counts up to 16 as ``1 + count``, larger ones to the next lower eighth of a power of two; 0: no change.
    """
    cdef int64_t i
    if ids.shape[0] != codes.shape[0]:
        raise ValueError(f"expected {ids.shape[0]} codes, got {codes.shape[0]}")
    for i in range(ids.shape[0]):
        if not 0 <= ids[i] < touches.shape[0]:
            raise ValueError(f"ids must be from 0 to {touches.shape[0] - 1}, found {ids[i]}")
        touches[ids[i]] += ns2_touches(codes[i])


def find_curve(met not None, long width):
    """The curvature that a matrix meets in the rows of others, for one touch of a row of its own.

    Parameters
    ----------
    met : sequence of (rows, touches, factor)
        float32 (n_rows, stride) and (n_rows,): a touch has the curvature ``factor * x x'`` of a row x, drawn as often
        as it was touched.
    width : int
        Numbers of a row that are in use.

    Returns
    -------
    along : ndarray of shape (n_directions + 1,), float32
    directions : ndarray of shape (n_directions, stride), float32
    """
    cdef const float[:, ::1] rows
    cdef const float[::1] touches
    cdef float factor
    cdef ns2_curve curve
    cdef long stride = met[0][0].shape[1]
    cdef int i
    if not 0 < width <= stride:
        raise ValueError(f"expected a width from 1 to {stride}, got {width}")
    cdef float[:, ::1] moments = np.zeros((stride, stride), np.float32), directions = np.empty(
        (min(width, NS2_DIRECTIONS), stride), np.float32)
    cdef float[::1] room = np.empty(stride, np.float32), along = np.empty(len(directions) + 1, np.float32)
    for rows, touches, factor in met:
        if rows.shape[0] != touches.shape[0] or rows.shape[1] != stride:
            raise ValueError(f"expected rows of {stride} numbers, and touches of each")
        if rows.shape[0]:
            with nogil:
                ns2_add_moments(&moments[0, 0], &rows[0, 0], stride, &touches[0], rows.shape[0], factor)
    with nogil:
        ns2_find_directions(&moments[0, 0], stride, width, &directions[0, 0], &curve, &room[0])
    for i in range(curve.n):
        along[i] = curve.along[i]
    along[curve.n] = curve.of_rest
    return np.asarray(along), np.asarray(directions)


def merge_rows(str rule not None, float[:, ::1] base not None, shards not None, int64_t first, int64_t end,
               int32_t[::1] changed not None, curve=None, const float[::1] touches=None):
    """Merge the changes of shards in a range of rows; other threads may merge other rows at the same time.

    Parameters
    ----------
    rule : str
        A name of `RULES`; "sequential" needs `curve` and `touches`.
    base : ndarray of shape (n_rows, width), float32
        Changed in place.
    shards : sequence of (ids, rows)
        For each shard, in their order: int32 (n,), ascending, and float32 (n, width).
    first, end : int
        The range of rows.
    changed : ndarray of shape (end - first,), int32
        Output: the changed rows, ascending.
    curve : tuple, optional
    touches : ndarray of shape (n_rows,), float32, optional
        How often all shards have trained each row.

    Returns
    -------
    n : int
        Their number.
    """
    cdef ns2_changes found[256]  # NS2_MAX_SHARDS
    cdef ns2_curve met
    cdef const int32_t[::1] ids
    cdef const float[:, ::1] rows
    cdef const float *counts = NULL
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
    if kind == NS2_MERGE_SEQUENTIAL:
        take_curve(curve, touches, base.shape[0], base.shape[1], &met)
        if base.shape[0]:
            counts = &touches[0]
    if first == end or base.shape[1] == 0:
        return 0
    cdef float[:, ::1] room = np.empty((n_shards, base.shape[1]), np.float32)
    with nogil:
        n = ns2_merge_rows_of(kind, &base[0, 0], base.shape[1], found, n_shards, &met, counts, first, end, &changed[0],
                              &room[0, 0])
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
