"""The interface of samplers (``_cy/sampler.h``), for the kernels that call them and the modules that implement them."""

from libc.stdint cimport int32_t, int64_t, uint16_t, uint64_t


cdef extern from "sampler.h" nogil:
    const char *NS2_SAMPLER_CAPSULE

    const int NS2_VIEW_ROWS

    ctypedef struct ns2_bags:
        const float *matrix
        const int64_t *offsets
        const int32_t *rows
        long is_sum

    ctypedef struct ns2_view:
        const float *inputs
        const float *outputs
        const float *hot_inputs
        const float *hot_outputs
        long n_hot
        long stride
        long width
        const void *ops
        void (*score)(const ns2_view *self, const float *x, const float **rows, long n, float *scores) noexcept nogil
        const float *bias
        ns2_bags input_bags
        ns2_bags output_bags
        void (*compose)(const ns2_view *self, const ns2_bags *bags, const int32_t *units, long n,
                        float *vectors) noexcept nogil
        float *composed
        const float **members
        void (*few)(const float *x, const float **rows, long n, long width, float *scores) noexcept nogil

    ctypedef struct ns2_counts:
        int64_t n_sets
        int64_t n_short
        int64_t n_scores
        int64_t n_hits
        int64_t n_refreshes
        int64_t age
        int64_t n_losses
        double loss

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
        const uint16_t *excluded_bits
        long n_excluded_words

    ctypedef struct ns2_sampler:
        int32_t n_rows
        long (*draw)(const ns2_sampler *self, const ns2_request *request, long k, int32_t *rows,
                     float *log_q) noexcept nogil
        double (*log_q)(const ns2_sampler *self, const ns2_request *request, long k, int32_t row) noexcept nogil

    ctypedef int ns2_user_draw(void *user_data, int32_t centre, int32_t context, const float *hidden, int k,
                               int32_t *rows, float *log_q, uint64_t *rng) noexcept nogil
