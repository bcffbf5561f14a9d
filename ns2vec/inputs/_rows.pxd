"""Means of rows, for modules that make their own bags."""

from libc.stdint cimport int32_t, int64_t

cdef enum:
    MAX_MATRICES = 4


cdef struct Matrices:
    (const float*)[MAX_MATRICES] starts
    Py_ssize_t[MAX_MATRICES] strides
    int64_t[MAX_MATRICES] n_rows
    int n


cdef int64_t describe(tuple matrices, Matrices* found, Py_ssize_t width) except -1
cdef void add_means(
    const Matrices* matrices, const int64_t* offsets, const int32_t* rows, int64_t n_bags, float* out,
    Py_ssize_t stride, Py_ssize_t width
) noexcept nogil
