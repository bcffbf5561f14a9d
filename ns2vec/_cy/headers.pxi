# The C headers of this folder, declared for Cython: included by _kernels.pxd.


cdef extern from "block.h" nogil:
    const int NS2_OUTPUTS
    const int NS2_ROW_FLOATS
    const int NS2_WIDTH_FLOATS
    const int NS2_LOGISTIC
    const int NS2_SOFTMAX
    const int NS2_CUSTOM
    const int NS2_SHARED
    const int NS2_CONTRAST

    ctypedef double ns2_user_link(void *user_data, int m, float *scores, const float *labels, const float *weights,
                                  const float *offsets) noexcept nogil

    ctypedef struct ns2_block:
        float **inputs
        long n_inputs
        float **outputs
        long n_outputs
        long stride
        long width
        const float *labels
        long label_ld
        const float *weights
        const float *offsets
        const float *lock
        float **ahead
        long n_ahead
        float alpha
        int link
        ns2_user_link *user_link
        void *user_data
        float *tile
        long ld
        float *deltas
        int add_to_deltas
        float *packed
        double *loss

    ctypedef struct ns2_pairs:
        float **inputs
        float **outputs
        const long *n_outputs
        const int32_t *ids
        const float *weights
        const float *factors
        float *bias
        int frozen
        long n
        long m

    ctypedef struct ns2_compared:
        float *input
        float *seen
        float *other
        float *seen_bias
        float *other_bias
        float weight

    ctypedef struct ns2_ops:
        const char *name
        int always_deltas
        void (*dots)(const ns2_block *b) noexcept nogil
        void (*link)(const ns2_block *b) noexcept nogil
        void (*update)(const ns2_block *b) noexcept nogil
        void (*step)(const ns2_ops *ops, const ns2_block *b) noexcept nogil
        void (*gather)(float **rows, long n, long stride, float scale, float *hidden) noexcept nogil
        void (*scatter)(float **rows, long n, long stride, float scale, const float *lock, const float *delta) noexcept nogil
        void (*apply)(float **rows, long n, long stride, const float *lock, const float *deltas) noexcept nogil
        void (*fetch)(float **rows, long n, long stride) noexcept nogil
        float (*norm)(const float *row, long stride) noexcept nogil
        void (*pairs)(const ns2_pairs *p, ns2_block *b) noexcept nogil
        void (*toward)(const ns2_block *b) noexcept nogil
        float (*spread)(const ns2_block *b) noexcept nogil
        void (*few)(const float *x, const float **rows, long n, long width, float *scores) noexcept nogil
        int (*compare)(const ns2_compared *c, const ns2_block *b) noexcept nogil

    const char *ns2_link_name(int link) noexcept
    int ns2_link_kind(int link) noexcept
    long ns2_tile_width(long m) noexcept
    void ns2_step_composed(const ns2_ops *ops, const ns2_block *b) noexcept
    const ns2_ops *ns2_find_ops(const char *isa) noexcept
    const char *ns2_compiler() noexcept
    int ns2_list_isas(const char **names, int capacity) noexcept


cdef extern from "block_blas.h" nogil:
    ctypedef float ns2_sdot(int *n, float *x, int *incx, float *y, int *incy) noexcept nogil
    ctypedef void ns2_saxpy(int *n, float *a, float *x, int *incx, float *y, int *incy) noexcept nogil
    ns2_ops ns2_blas_ops(const ns2_ops *isa, ns2_sdot *sdot, ns2_saxpy *saxpy) noexcept


cdef extern from "softmax.h" nogil:
    ctypedef void ns2_sgemm(char *trans_a, char *trans_b, int *m, int *n, int *k, float *alpha, float *a, int *lda,
                            float *b, int *ldb, float *beta, float *c, int *ldc) noexcept nogil

    ctypedef struct ns2_full_softmax:
        ns2_sgemm *sgemm
        float *outputs
        int frozen
        long n_outputs
        long stride
        float **inputs
        long n_inputs
        long target
        float alpha
        float *packed
        float *tile
        float *deltas
        double *loss

    void ns2_full_softmax_step(const ns2_full_softmax *s) noexcept


cdef extern from "block_gemm.h" nogil:
    ns2_ops ns2_gemm_ops(const ns2_ops *isa, ns2_sgemm *sgemm) noexcept


cdef extern from "aligned.h" nogil:
    void *ns2_aligned_alloc(size_t n_bytes) noexcept
    void ns2_aligned_free(void *block) noexcept


cdef extern from "hot.h" nogil:
    void ns2_merge_rows(float *shared, float *local, float *base, long n, long stride) noexcept


cdef extern from "view.h" nogil:
    void ns2_view_score(const ns2_view *self, const float *x, const float **rows, long n, float *scores) noexcept
    void ns2_view_compose(const ns2_view *self, const ns2_bags *bags, const int32_t *units, long n,
                          float *vectors) noexcept


cdef extern from "rng.h" nogil:
    const int NS2_STREAM_WINDOWS
    const int NS2_STREAM_NOISE
    const int NS2_STREAM_ORDER
    uint64_t ns2_stream(uint64_t seed, uint64_t epoch, uint64_t chunk, uint64_t purpose) noexcept
    uint64_t ns2_next(uint64_t *state) noexcept
    uint32_t ns2_bits(uint64_t *state) noexcept
    uint32_t ns2_below(uint64_t *state, uint32_t n) noexcept
    void ns2_draw_aliases(uint64_t *state, const uint32_t *table, uint32_t n_rows, long n, int32_t *rows) noexcept
    void ns2_draw_below(uint64_t *state, uint32_t n_rows, long n, int32_t *rows) noexcept
    int32_t ns2_draw_alias(uint64_t *state, const uint32_t *table, uint32_t n_rows) noexcept
    void ns2_shuffled(uint64_t key, int64_t n, int64_t first, int64_t end, int64_t *things) noexcept
    void ns2_prefetch(const void *address) noexcept
    const int NS2_LIST_BITS
    bint ns2_is_listed(const uint16_t *bits, long n_words, const int32_t *rows, long n, long n_rows, int32_t row) noexcept
    void ns2_mark(uint16_t *bits, long n_words, long n_rows, int32_t row) noexcept
    void ns2_prefetch_bits(const uint16_t *bits, long n_words, long n_rows, int32_t row) noexcept
