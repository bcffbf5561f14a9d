"""C declarations of the training loops: the block (floor 0) and the two extension types."""

from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t, uint64_t


cdef extern from "block.h" nogil:
    const int NS2_OUTPUTS
    const int NS2_ROW_FLOATS

    ctypedef struct ns2_block:
        float **inputs
        long n_inputs
        float **outputs
        long n_outputs
        long stride
        const float *labels
        long label_ld
        const float *weights
        const float *offsets
        const float *lock
        float alpha
        float *tile
        long ld
        float *deltas
        double *loss

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

    long ns2_tile_width(long m) noexcept
    const ns2_ops *ns2_find_ops(const char *isa) noexcept
    const char *ns2_compiler() noexcept
    int ns2_list_isas(const char **names, int capacity) noexcept


cdef extern from "block_blas.h" nogil:
    ctypedef float ns2_sdot(int *n, float *x, int *incx, float *y, int *incy) noexcept nogil
    ctypedef void ns2_saxpy(int *n, float *a, float *x, int *incx, float *y, int *incy) noexcept nogil
    ns2_ops ns2_blas_ops(const ns2_ops *isa, ns2_sdot *sdot, ns2_saxpy *saxpy) noexcept


cdef extern from "rng.h" nogil:
    const int NS2_STREAM_WINDOWS
    const int NS2_STREAM_NOISE
    uint64_t ns2_stream(uint64_t seed, uint64_t epoch, uint64_t chunk, uint64_t purpose) noexcept
    uint32_t ns2_bits(uint64_t *state) noexcept
    uint32_t ns2_below(uint64_t *state, uint32_t n) noexcept
    int32_t ns2_draw_alias(uint64_t *state, const uint32_t *table, uint32_t n_rows) noexcept
    void ns2_prefetch_row(const float *row, long stride) noexcept
    void ns2_prefetch(const void *address) noexcept


# What one centre word will meet, drawn one window ahead.
ctypedef struct Window:
    long first              # sentence positions [first, end) hold the centre and its contexts
    long end
    long n_contexts
    long n_sets             # 0 (no negatives), 1 (shared), or n_contexts (one set a pair)
    long *set_size          # (max_contexts,) distinct output rows of each set, the centre included
    int32_t *ids            # (max_contexts, 1 + negative) rows of syn1neg; column 0 is the centre
    float *weights          # (max_contexts, noise_ld) multiplicity of each


ctypedef struct Tally:
    long n_words            # words read, before anything is dropped
    long n_trained          # words left after the vocabulary and subsampling
    double loss


cdef class Kernel:
    cdef float[:, ::1] syn0_view
    cdef float[:, ::1] syn1neg_view
    cdef float[:, ::1] syn1_view
    cdef const uint32_t[:, ::1] alias_view
    cdef const uint32_t[::1] keep_view
    cdef const int64_t[::1] offsets_view
    cdef const int32_t[::1] points_view
    cdef const uint8_t[::1] codes_view
    cdef const float[::1] lock_view
    cdef float *syn0
    cdef float *syn1neg
    cdef float *syn1
    cdef const uint32_t *alias
    cdef const uint32_t *keep
    cdef const int64_t *path_offsets
    cdef const int32_t *path_points
    cdef const uint8_t *path_codes
    cdef const float *lock
    cdef long n_locks
    cdef readonly long n_rows
    cdef readonly long stride
    cdef readonly long window
    cdef readonly long negative
    cdef readonly long max_path
    cdef readonly bint cbow
    cdef readonly bint pairwise
    cdef readonly bint shrink_windows
    cdef readonly bint with_loss
    cdef bint cbow_mean
    cdef bint cbow_corrected
    cdef uint64_t seed
    cdef ns2_ops ops
    cdef int set_ops(self, str backend, str isa) except -1
    cdef int set_words(self, const uint32_t[::1] keep, const float[::1] lock) except -1
    cdef int set_noise(self, float[:, ::1] syn1neg, const uint32_t[:, ::1] alias, long negative) except -1
    cdef int set_paths(self, float[:, ::1] syn1, const int64_t[::1] offsets, const int32_t[::1] points,
                       const uint8_t[::1] codes) except -1


cdef class Workspace:
    cdef long max_words
    cdef long max_contexts
    cdef long noise_ld
    cdef readonly long n_bytes
    cdef int32_t *sentence      # (max_words,) rows of syn0
    cdef int32_t *shrinks       # (max_words,) how much each window shrinks
    cdef int32_t *context_ids   # (max_contexts,)
    cdef float **inputs         # (max_contexts,)
    cdef float **outputs        # (max_outputs,)
    cdef float *locks           # (max_contexts,)
    cdef float *labels          # (widest tile,) labels of a Huffman path
    cdef float *noise_labels    # (widest tile,) 1, 0, 0, ...
    cdef float *path_weights    # (widest tile,)
    cdef float *tile            # (max_contexts, widest tile)
    cdef float *deltas          # (max_contexts, stride)
    cdef float *hidden          # (stride,)
    cdef Window windows[2]
    cdef void *blocks[20]
    cdef int n_blocks
    cdef int take_windows(self, Kernel kernel) except -1
    cdef void *take(self, size_t n_bytes) except NULL
