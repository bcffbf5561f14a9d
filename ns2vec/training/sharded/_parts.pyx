"""What members of a cluster send each other in a round, and the merge by the owners of rows: arrays in and out.

The computation is in ``_parts.h``. ``way`` is the same for all members: (sets, touches, member_of, n_members, turn).

sets : ndarray of shape (n_rows, n_words), uint64
    Bit s of a row's words: shard s has changed the row.
touches : ndarray of shape (n_rows,), float32
    How often all shards have trained each row.
member_of : ndarray of shape (n_shards,), uint8
    The member that trains each shard, in ascending order.
n_members : int
turn : int
    If several members might own a row, they take turns, beginning with this one.
"""

from libc.stdint cimport int32_t, int64_t, uint8_t, uint64_t

import numpy as np

include "_rules.pxi"


cdef extern from "_parts.h" nogil:
    const int NS2_MAX_SHARDS
    const int NS2_MOST_NODES

    ctypedef struct ns2_changes:
        const int32_t *ids
        const float *rows
        int64_t n

    ctypedef struct ns2_way:
        int rule, gathers, is_half, n_members, me, turn, n_words
        const uint64_t *sets
        const uint8_t *member_of
        const float *touches
        ns2_curve curve
        int64_t n_rows
        long width, stride

    void ns2_count_parts(const ns2_way *way, int64_t *sent) noexcept
    int ns2_fill_parts(const ns2_way *way, ns2_changes *own, void **parts, float *room) noexcept
    int64_t ns2_merge_parts(const ns2_way *way, ns2_changes *own, const void **parts, const float *base, int32_t *ids,
                            void *rows, float *room) noexcept
    void ns2_take_merged(float *base, float *copy, long stride, const int32_t *ids, const void *rows, int64_t n,
                         int is_half, long width) noexcept
    void ns2_add_to_sets(uint64_t *sets, int n_words, float *touches, int shard, const uint8_t *codes,
                         int64_t n_rows) noexcept

WIRES = {"float32": np.dtype(np.float32), "bfloat16": np.dtype(np.uint16)}


cdef class _Way:
    """A `ns2_way` with the arrays that it points to."""

    cdef ns2_way c
    cdef object kept

    def __cinit__(self, str rule not None, str wire not None, way not None, int me=0):
        cdef const uint64_t[:, ::1] sets
        cdef const float[::1] touches
        cdef const uint8_t[::1] member_of
        sets, touches, member_of, n_members, turn = way
        self.kept = sets, touches, member_of
        self.c.n_rows, self.c.n_words = sets.shape[0], <int>sets.shape[1]
        self.c.n_members, self.c.turn, self.c.me = n_members, turn, me
        self.c.rule, self.c.is_half = RULES[rule], WIRES[wire].itemsize == 2
        # rounded sums of a member's changes would differ from rounded changes
        self.c.gathers = self.c.rule != NS2_MERGE_OTHERS and not self.c.is_half
        self.check(sets, member_of)
        if touches.shape[0] != self.c.n_rows:
            raise ValueError(f"expected touches of {self.c.n_rows} rows, got {touches.shape[0]}")
        if self.c.n_rows:
            self.c.sets, self.c.touches = &sets[0, 0], &touches[0]
        self.c.member_of = &member_of[0]

    cdef int check(self, const uint64_t[:, ::1] sets, const uint8_t[::1] member_of) except -1:
        cdef int64_t s, row, n_shards = member_of.shape[0], n_words = sets.shape[1]
        cdef uint64_t unknown = 0
        if not 1 <= n_shards <= NS2_MAX_SHARDS or n_words != (n_shards + 63) // 64:
            raise ValueError(f"expected 1 to {NS2_MAX_SHARDS} shards, 64 in a word, got {n_shards} in {n_words}")
        if not 0 <= self.c.me < self.c.n_members <= NS2_MAX_SHARDS or self.c.turn < 0:
            raise ValueError(f"expected a member of {self.c.n_members}, got {self.c.me}")
        for s in range(n_shards):
            if member_of[s] >= self.c.n_members or (s and member_of[s] < member_of[s - 1]):
                raise ValueError(f"expected shards of {self.c.n_members} members in their order, got {member_of[s]}")
        if n_shards % 64:
            for row in range(sets.shape[0]):
                unknown |= sets[row, n_words - 1] >> (n_shards % 64)
        if unknown:
            raise ValueError(f"sets have shards that are not among the {n_shards}")
        return 0

    cdef object bytes_of(self, rows, int64_t n, str name):
        """The bytes of rows on the wire."""
        expected = np.dtype(np.uint16 if self.c.is_half else np.float32)
        if rows.shape != (n, self.c.width) or rows.dtype != expected or not rows.flags.c_contiguous:
            raise ValueError(
                f"{name}: expected {expected} of shape ({n}, {self.c.width}), got {rows.dtype} of {rows.shape}"
            )
        return rows.reshape(-1).view(np.uint8)

    cdef int take_own(self, shards, ns2_changes *own) except -1:
        cdef const int32_t[::1] ids
        cdef const float[:, ::1] rows
        for shard, ids, rows in shards:
            if not 0 <= shard < NS2_MAX_SHARDS or ids.shape[0] != rows.shape[0] or rows.shape[1] != self.c.stride:
                raise ValueError(f"shard {shard}: expected rows of {self.c.stride} numbers, one for each id")
            own[<int>shard].n = ids.shape[0]
            if ids.shape[0]:
                own[<int>shard].ids, own[<int>shard].rows = &ids[0], &rows[0, 0]
        return 0


def add_to_sets(uint64_t[:, ::1] sets not None, float[::1] touches not None, int shard,
                const uint8_t[::1] codes not None):
    """Record that a shard has changed some rows.

    Parameters
    ----------
    sets : ndarray of shape (n_rows, n_words), uint64
        Changed in place.
    touches : ndarray of shape (n_rows,), float32
        Changed in place.
    shard : int
    codes : ndarray of shape (n_rows,), uint8
        How often it has trained each row, as `ns2vec.training.sharded._merge.add_touches` reads it; 0: no change.
    """
    if not sets.shape[0] == touches.shape[0] == codes.shape[0] or not 0 <= shard < 64 * sets.shape[1]:
        raise ValueError(f"expected touches and codes of {sets.shape[0]} rows and a shard below {64 * sets.shape[1]}")
    if sets.shape[0]:
        with nogil:
            ns2_add_to_sets(&sets[0, 0], <int>sets.shape[1], &touches[0], shard, &codes[0], sets.shape[0])


def count_parts(str rule not None, str wire not None, way not None):
    """How many rows members send each other.

    Returns
    -------
    sent : ndarray of shape (n_members, n_members), int64
        From each member to each; on the diagonal: the rows that a member owns.
    """
    cdef _Way found = _Way(rule, wire, way)
    cdef int64_t[:, ::1] sent = np.zeros((found.c.n_members, found.c.n_members), np.int64)
    with nogil:
        ns2_count_parts(&found.c, &sent[0, 0])
    return np.asarray(sent)


def fill_parts(str rule not None, str wire not None, way not None, int me, shards not None, parts not None,
               sent not None):
    """Write what a member sends to each owner.

    Parameters
    ----------
    rule, wire : str
    way : tuple
    me : int
        The number of this member.
    shards : sequence of (shard, ids, rows)
        Local changes: int32 (n,), ascending, and float32 (n, stride).
    parts : sequence of ndarray of shape (n, width)
        Output, one for each member, float32 or uint16.
    sent : ndarray of shape (n_members, n_members), int64
        Of `count_parts`.
    """
    cdef _Way found = _Way(rule, wire, way, me)
    cdef ns2_changes own[256]  # NS2_MAX_SHARDS
    cdef void *to[256]
    cdef uint8_t[::1] one
    cdef int failed
    for i in range(NS2_MAX_SHARDS):
        own[i].n, to[i] = 0, NULL
    found.c.width = parts[0].shape[1]
    found.c.stride = shards[0][2].shape[1] if shards else found.c.width
    found.take_own(shards, own)
    check_width(found.c.width, found.c.stride)
    views = [found.bytes_of(rows, 0 if i == me else sent[me, i], f"part {i}") for i, rows in enumerate(parts)]
    for i in range(found.c.n_members):
        one = views[i]
        if one.shape[0]:
            to[<int>i] = &one[0]
    cdef float[:, ::1] room = np.empty((NS2_MOST_NODES, max(1, found.c.width)), np.float32)
    with nogil:
        failed = ns2_fill_parts(&found.c, own, to, &room[0, 0])
    if failed:
        raise ValueError("sets and changes are not of the same rows")


def merge_parts(str rule not None, str wire not None, way not None, int me, shards not None, parts not None,
                const float[:, ::1] base not None, int32_t[::1] ids not None, rows not None, sent not None, curve=None):
    """Merge the rows that a member owns; `base` is not changed.

    Parameters
    ----------
    rule, wire : str
    way : tuple
    me : int
    shards : sequence of (shard, ids, rows)
        As for `fill_parts`.
    parts : sequence of ndarray of shape (n, width)
        Received from each member.
    base : ndarray of shape (n_rows, stride), float32
    ids : ndarray of shape (n,), int32
        Output: the rows, ascending.
    rows : ndarray of shape (n, width), float32 or uint16
        Output: their new values; in bfloat16, their changes.
    sent : ndarray of shape (n_members, n_members), int64
    curve : tuple, optional
        For the rule "sequential": the curvature that the matrix meets, as from
        `ns2vec.training.sharded._merge.find_curve`.
    """
    cdef _Way found = _Way(rule, wire, way, me)
    cdef ns2_changes own[256]
    cdef const void *came[256]
    cdef const uint8_t[::1] one
    cdef uint8_t[::1] out
    cdef int64_t n
    for i in range(NS2_MAX_SHARDS):
        own[i].n, came[i] = 0, NULL
    found.c.width, found.c.stride = rows.shape[1], base.shape[1]
    check_width(found.c.width, found.c.stride)
    found.take_own(shards, own)
    if found.c.rule == NS2_MERGE_SEQUENTIAL:
        take_curve(curve, way[1], found.c.n_rows, found.c.width, &found.c.curve)
    if base.shape[0] != found.c.n_rows or ids.shape[0] != sent[me, me]:
        raise ValueError(f"expected {found.c.n_rows} rows, and room for {sent[me, me]}")
    views = [found.bytes_of(part, 0 if i == me else sent[i, me], f"part {i}") for i, part in enumerate(parts)]
    for i in range(found.c.n_members):
        one = views[i]
        if one.shape[0]:
            came[<int>i] = &one[0]
    out = found.bytes_of(rows, ids.shape[0], "rows")
    if ids.shape[0] == 0 or out.shape[0] == 0:
        return
    cdef float[:, ::1] room = np.empty((2 * NS2_MAX_SHARDS + 1, found.c.width), np.float32)
    with nogil:
        n = ns2_merge_parts(&found.c, own, came, &base[0, 0], &ids[0], &out[0], &room[0, 0])
    if n != ids.shape[0]:
        raise ValueError("sets and changes are not of the same rows")


def take_merged(float[:, ::1] base not None, const int32_t[::1] ids not None, rows not None, float[:, ::1] copy=None):
    """Write merged rows into weights: their values or, in bfloat16, their changes.

    Parameters
    ----------
    base : ndarray of shape (n_rows, stride), float32
        Changed in place.
    ids : ndarray of shape (n,), int32
    rows : ndarray of shape (n, width), float32 or uint16
    copy : ndarray of shape (n_rows, stride), float32, optional
        Its rows become those of `base`.
    """
    cdef const uint8_t[::1] given
    cdef bint is_half = rows.dtype == np.uint16
    cdef long width = rows.shape[1]
    cdef int64_t i
    cdef float *own = NULL
    if rows.dtype not in (np.float32, np.uint16) or len(rows) != ids.shape[0] or not rows.flags.c_contiguous:
        raise ValueError(f"expected {ids.shape[0]} rows of float32 or uint16, got {rows.dtype} of {rows.shape}")
    check_width(width, base.shape[1])
    if copy is not None and (copy.shape[0] != base.shape[0] or copy.shape[1] != base.shape[1]):
        raise ValueError("expected a copy of the shape of the weights")
    for i in range(ids.shape[0]):
        if not 0 <= ids[i] < base.shape[0]:
            raise ValueError(f"ids must be from 0 to {base.shape[0] - 1}, found {ids[i]}")
    if ids.shape[0] == 0 or width == 0:
        return
    given = rows.reshape(-1).view(np.uint8)
    if copy is not None:
        own = &copy[0, 0]
    with nogil:
        ns2_take_merged(&base[0, 0], own, base.shape[1], &ids[0], &given[0], ids.shape[0], is_half, width)


cdef int check_width(long width, long stride) except -1:
    if width > stride:
        raise ValueError(f"expected rows of at most {stride} numbers, got {width}")
    return 0
