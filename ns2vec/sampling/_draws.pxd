"""C declarations of the samplers: the interface (floor 0) and the type they derive from."""

from libc.stdint cimport int32_t, int64_t, uint64_t


cdef extern from "sampler.h" nogil:
    const char *NS2_SAMPLER_CAPSULE

    ctypedef struct ns2_view:
        long stride

    ctypedef struct ns2_counts:
        int64_t n_sets

    ctypedef struct ns2_request:
        int32_t centre
        int32_t context
        const int32_t *batch
        long n_batch
        const float *hidden
        uint64_t *rng
        const ns2_view *view
        const int32_t *excluded
        long n_excluded
        const int32_t *window
        long n_window
        float *weights
        ns2_counts *counts

    ctypedef struct ns2_sampler:
        int32_t n_rows
        long (*draw)(const ns2_sampler *self, const ns2_request *request, long k, int32_t *rows,
                     float *log_q) noexcept nogil
        double (*log_q)(const ns2_sampler *self, const ns2_request *request, long k, int32_t row) noexcept nogil

    ctypedef int ns2_user_draw(void *user_data, int32_t centre, int32_t context, const float *hidden, int k,
                               int32_t *rows, float *log_q, uint64_t *rng) noexcept nogil


cdef class Draws:
    cdef const ns2_sampler *sampler
    cdef readonly bint tells
    cdef readonly object capsule
    cdef readonly long n_rows
    cdef int publish(self, ns2_sampler *sampler, long n_rows) except -1
    cdef int check_key(self, int32_t centre, int32_t context) except -1
