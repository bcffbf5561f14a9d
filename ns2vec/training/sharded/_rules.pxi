# What modules that merge share: the rules by name, and a curve as arrays that become a `ns2_curve`.


cdef extern from "_merge.h" nogil:
    const int NS2_MERGE_SUM
    const int NS2_MERGE_MEAN
    const int NS2_MERGE_OTHERS
    const int NS2_MERGE_ADASUM
    const int NS2_MERGE_SEQUENTIAL

cdef extern from "_curvature.h" nogil:
    const int NS2_DIRECTIONS

    ctypedef struct ns2_curve:
        int n
        float of_rest, highest
        float along[8]  # NS2_DIRECTIONS
        const float *directions
        long stride


RULES = {
    "sum": NS2_MERGE_SUM,
    "mean": NS2_MERGE_MEAN,
    "others": NS2_MERGE_OTHERS,
    "adasum": NS2_MERGE_ADASUM,
    "sequential": NS2_MERGE_SEQUENTIAL,
}


cdef int take_curve(object curve, const float[::1] touches, int64_t n_rows, long width, ns2_curve *met) except -1:
    """Fill in a `ns2_curve` from (along, directions) of `find_curve`; the arrays must outlive it."""
    cdef const float[::1] along
    cdef const float[:, ::1] directions
    cdef int i
    if curve is None or touches is None:
        raise ValueError("the rule 'sequential' needs a curve and touches")
    along, directions = curve
    met.n, met.stride = <int>directions.shape[0], directions.shape[1]
    if (not 1 <= met.n <= NS2_DIRECTIONS or along.shape[0] != met.n + 1 or met.stride < width
            or touches.shape[0] != n_rows):
        raise ValueError(f"expected touches of {n_rows} rows and up to {NS2_DIRECTIONS} directions of {width} numbers")
    met.directions, met.of_rest, met.highest = &directions[0, 0], along[met.n], along[met.n]
    for i in range(met.n):
        met.along[i] = along[i]
        met.highest = max(met.highest, along[i])
    return 0
