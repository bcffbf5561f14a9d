# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Means of bags of rows, and rows as a seed initializes them: arrays in, numbers out."""

from libc.stdint cimport int32_t, int64_t, uint32_t, uint64_t

cdef extern from *:
    """
    typedef unsigned __int128 ns2vec_uint128;
    """
    ctypedef unsigned long long uint128 "ns2vec_uint128"
    void prefetch "__builtin_prefetch"(const void* address) noexcept nogil

cdef enum:
    ROWS_AHEAD = 6           # of a matrix, prefetched before they are added
    LINE_FLOATS = 16         # loaded from memory at once


# ---- means of rows ---------------------------------------------------------------------------------------------------

cdef inline const float* row_at(const Matrices* matrices, int64_t row) noexcept nogil:
    cdef int k = 0
    while row >= matrices.n_rows[k]:
        row -= matrices.n_rows[k]
        k += 1
    return matrices.starts[k] + row * matrices.strides[k]


cdef inline void ask_for(const float* row, Py_ssize_t width) noexcept nogil:
    cdef Py_ssize_t i = 0
    while i < width:
        prefetch(row + i)
        i += LINE_FLOATS


cdef int64_t describe(tuple matrices, Matrices* found, Py_ssize_t width) except -1:
    """Store where the matrices are; return how many rows they have together."""
    cdef const float[:, :] matrix
    cdef int64_t n_rows = 0
    if not 1 <= len(matrices) <= MAX_MATRICES:
        raise ValueError(f"expected 1 to {MAX_MATRICES} matrices, got {len(matrices)}")
    found.n = 0
    for matrix in matrices:
        if matrix.shape[1] != width:
            raise ValueError(f"expected vectors of {width} numbers, got a matrix with {matrix.shape[1]}")
        if matrix.shape[0] and (width > 1 and matrix.strides[1] != sizeof(float) or matrix.strides[0] % sizeof(float)):
            raise ValueError("expected rows whose numbers are side by side: pass np.ascontiguousarray(matrix)")
        found.starts[found.n] = &matrix[0, 0] if matrix.shape[0] and width else NULL
        found.strides[found.n] = matrix.strides[0] // <Py_ssize_t>sizeof(float)
        found.n_rows[found.n] = matrix.shape[0]
        n_rows += matrix.shape[0]
        found.n += 1
    return n_rows


cdef void add_means(
    const Matrices* matrices, const int64_t* offsets, const int32_t* rows, int64_t n_bags, float* out,
    Py_ssize_t stride, Py_ssize_t width
) noexcept nogil:
    cdef int64_t i, j, end = offsets[n_bags]
    cdef Py_ssize_t d
    cdef const float* row
    cdef float share
    for i in range(n_bags):
        for d in range(width):
            out[d] = 0
        for j in range(offsets[i], offsets[i + 1]):
            if j + ROWS_AHEAD < end:
                ask_for(row_at(matrices, rows[j + ROWS_AHEAD]), width)
            row = row_at(matrices, rows[j])
            for d in range(width):
                out[d] += row[d]
        if offsets[i + 1] > offsets[i]:
            share = <float>(1.0 / <double>(offsets[i + 1] - offsets[i]))
            for d in range(width):
                out[d] *= share
        out += stride


def write_means(
    const int64_t[::1] offsets not None,    # (n + 1,)
    const int32_t[::1] rows not None,       # bag i has the rows rows[offsets[i]:offsets[i + 1]]
    tuple matrices not None,                # of float32, (n_rows, D) each; rows are numbered on from one to the next
    float[:, :] out not None,               # (n, D) OUT
):
    """Write the mean of each bag's rows to `out`, zeros for an empty bag.

    Sums are in the order of the bag, in float32, as in fastText: equal rows give equal bytes.
    """
    cdef Matrices found
    cdef int64_t n_bags = offsets.shape[0] - 1, i, n_rows
    cdef Py_ssize_t width = out.shape[1]
    n_rows = describe(matrices, &found, width)
    if n_bags != out.shape[0] or width > 1 and out.shape[0] and out.strides[1] != sizeof(float):
        raise ValueError(f"expected {n_bags} rows side by side for as many bags, got shape ({out.shape[0]}, {width})")
    if n_bags < 0 or offsets[0] < 0 or offsets[n_bags] > rows.shape[0]:
        raise ValueError(f"offsets must lie in 0..{rows.shape[0]}")
    for i in range(n_bags):
        if offsets[i + 1] < offsets[i]:
            raise ValueError(f"offsets must not fall, got {offsets[i]} and then {offsets[i + 1]}")
    for i in range(offsets[0], offsets[n_bags]):
        if not 0 <= rows[i] < n_rows:
            raise ValueError(f"bags hold row {rows[i]}, but there are {n_rows} rows")
    if n_bags == 0 or width == 0:
        return
    with nogil:
        add_means(
            &found, &offsets[0], &rows[0] if rows.shape[0] else NULL, n_bags, &out[0, 0],
            out.strides[0] // <Py_ssize_t>sizeof(float), width,
        )


# ---- rows from their seed --------------------------------------------------------------------------------------------

cdef struct Jumps:
    uint128[63] factors     # a state times this, plus the next entry, is the state 2**i numbers later
    uint128[63] summands


cdef inline uint128 joined(uint64_t high, uint64_t low) noexcept nogil:
    return (<uint128>high << 64) | low


cdef void set_jumps(Jumps* jumps, uint128 increment) noexcept nogil:
    """Brown 1994, "Random number generation with arbitrary strides"."""
    cdef uint128 factor = joined(0x2360ED051FC65DA4ULL, 0x4385DF649FCCF645ULL), summand = increment
    cdef int i
    for i in range(63):
        jumps.factors[i], jumps.summands[i] = factor, summand
        summand = (factor + 1) * summand
        factor = factor * factor


cdef inline uint128 jumped(const Jumps* jumps, uint128 state, uint64_t n) noexcept nogil:
    cdef int i = 0
    while n:
        if n & 1:
            state = state * jumps.factors[i] + jumps.summands[i]
        n >>= 1
        i += 1
    return state


cdef inline uint64_t number_of(uint128 state) noexcept nogil:
    """The output of PCG64 (XSL-RR) for a state."""
    cdef uint64_t mixed = <uint64_t>(state >> 64) ^ <uint64_t>state
    cdef int turn = <int>(state >> 122)
    return (mixed >> turn) | (mixed << ((64 - turn) & 63))


cdef void fill_row(const Jumps* jumps, uint128 state, uint64_t begin, float* out, Py_ssize_t width) noexcept nogil:
    """Write the numbers of the stream from `begin` on: two for each output of the generator, the lower half first."""
    cdef uint64_t drawn = 0
    cdef Py_ssize_t i
    state = jumped(jumps, state, begin >> 1)
    for i in range(width):
        if i == 0 or not (begin + i) & 1:
            state = state * jumps.factors[0] + jumps.summands[0]
            drawn = number_of(state)
        out[i] = <float>(<uint32_t>(drawn >> 32 if (begin + i) & 1 else drawn) >> 8) * <float>(1.0 / 16777216.0)
        out[i] = (out[i] * <float>2.0 - <float>1.0) / <float>width


def write_seeded(
    uint64_t state_high, uint64_t state_low, uint64_t increment_high, uint64_t increment_low,
    const int64_t[::1] rows not None,       # (n,)
    float[:, ::1] out not None,             # (n, D) OUT
):
    """Write rows of a matrix as NumPy's PCG64, in this state, fills it uniformly in [-1, 1) / D from row 0 on."""
    cdef Py_ssize_t n = rows.shape[0], width = out.shape[1], i
    cdef uint128 state = joined(state_high, state_low)
    cdef Jumps jumps
    if out.shape[0] != n:
        raise ValueError(f"expected {n} rows to fill, got {out.shape[0]}")
    for i in range(n):
        if not 0 <= rows[i] < (<int64_t>1 << 62) // max(1, width):
            raise ValueError(f"there is no row {rows[i]}")
    with nogil:
        set_jumps(&jumps, joined(increment_high, increment_low))
        for i in range(n if width else 0):
            fill_row(&jumps, state, <uint64_t>rows[i] * <uint64_t>width, &out[i, 0], width)
