# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Cosines of many rows with one vector in one pass over memory: arrays in, numbers out.

Memory bandwidth limits the speed: BLAS does not read the matrix at full bandwidth, and leaves the division
to a second pass. The oracle is `ns2vec.reference.cosines`.
"""

from libc.stddef cimport ptrdiff_t

cdef enum:
    STEP_BYTES = 1 << 19                    # of rows, read from front to back even if the steps are not

cdef extern from "dots.h" nogil:
    void ns2_cosines(
        const float* rows, ptrdiff_t n, ptrdiff_t stride, const float* query, ptrdiff_t width,
        const float* norms, float* out, int is_wide
    )


def write_cosines(
    const float[:, :] vectors not None,     # (V, D) each row contiguous, rows at any distance
    const float[::1] query not None,        # (D,) of length 1
    const float[::1] norms not None,        # (V,) lengths of the rows; 1 instead of 0
    float[::1] out not None,                # (V,) OUT
    bint is_wide,                           # use AVX2 if available
    bint is_backward=False,                 # process the steps from the last to the first
):
    """Write each row's product with `query`, divided by the row's length, to `out`; the same in either direction."""
    cdef Py_ssize_t n = vectors.shape[0], width = vectors.shape[1], stride = vectors.strides[0]
    cdef Py_ssize_t step = max(4, STEP_BYTES // max(1, width * <Py_ssize_t>sizeof(float))), first
    cdef bint has_items = n > 0 and width > 0
    if query.shape[0] != width or norms.shape[0] != n or out.shape[0] != n:
        raise ValueError(
            f"expected a query of {width} and {n} norms and results for vectors of shape ({n}, {width}), "
            f"got {query.shape[0]}, {norms.shape[0]} and {out.shape[0]}"
        )
    if has_items and (width > 1 and vectors.strides[1] != sizeof(float) or stride % sizeof(float)):
        raise ValueError(
            f"expected rows whose numbers are side by side, got strides ({stride}, {vectors.strides[1]}); "
            "pass np.ascontiguousarray(vectors)"
        )
    if n == 0:
        return
    if not has_items:
        stride = 0  # there are no rows to step over
    with nogil:
        first = (n - 1) // step * step if is_backward else 0
        while 0 <= first < n:
            ns2_cosines(
                &vectors[first, 0] if has_items else NULL, min(step, n - first), stride // <Py_ssize_t>sizeof(float),
                &query[0] if has_items else NULL, width, &norms[first], &out[first], is_wide,
            )
            first += -step if is_backward else step
