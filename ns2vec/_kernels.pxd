"""C declarations of the training loops: the block (floor 0) and the two extension types."""

from cpython.pythread cimport PyThread_type_lock
from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t, uint64_t

from ns2vec._sampler cimport ns2_counts, ns2_request, ns2_sampler, ns2_view


cdef extern from "block.h" nogil:
    const int NS2_OUTPUTS
    const int NS2_ROW_FLOATS
    const int NS2_WIDTH_FLOATS
    const int NS2_LOGISTIC
    const int NS2_SOFTMAX
    const int NS2_CUSTOM

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

    long ns2_tile_width(long m) noexcept
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


cdef extern from "rng.h" nogil:
    const int NS2_STREAM_WINDOWS
    const int NS2_STREAM_NOISE
    uint64_t ns2_stream(uint64_t seed, uint64_t epoch, uint64_t chunk, uint64_t purpose) noexcept
    uint32_t ns2_bits(uint64_t *state) noexcept
    uint32_t ns2_below(uint64_t *state, uint32_t n) noexcept
    void ns2_draw_aliases(uint64_t *state, const uint32_t *table, uint32_t n_rows, long n, int32_t *rows) noexcept
    int32_t ns2_draw_alias(uint64_t *state, const uint32_t *table, uint32_t n_rows) noexcept
    void ns2_prefetch(const void *address) noexcept


# Where negatives come from and what is done with those that are not wanted.
ctypedef struct NoiseFields:
    int kind                        # one of the DRAW_ constants
    const uint32_t *alias           # (V, 2) or NULL
    const ns2_sampler *sampler      # with DRAW_CALL
    int collision                   # one of the ON_COLLISION_ constants
    bint with_offsets               # scores are compared with log(k q)
    const float *log_q              # (V,) or NULL: the sampler tells
    const int64_t *filter_offsets   # (V + 1,) or NULL: rows that are no negatives of a centre
    const int32_t *filter_rows      # rising within each list
    bint filter_window              # words of the window are no negatives
    long batch_words                # length of a batch in words, 0: none
    long pool_size                  # rows drawn for each batch, 0: its own words
    bint wants_hidden


# A thread's own copies of the rows that every thread changes all the time.
ctypedef struct HotRows:
    float *shared           # (n, stride) these rows in the matrix
    float *local            # (n, stride) the thread's
    float *base             # (n, stride) what both were when they last met
    long first              # row of the matrix that is row 0 here
    long n


cdef enum:
    MAX_WINDOWS = 4         # windows that are planned or in training, at most
    MAX_PLACES = 1073741824    # counted before the table of last places is cleared
    PLACE_SLOTS = 4096         # of that table, a power of two
    MAX_BLOCKS = 64         # pieces of scratch memory, at most
    SET_CONTEXTS = 32       # contexts that share a set of negatives and move in one step, at most
    MAX_DRAWS = 240         # draws from an alias table made at once


# What one centre word will meet, drawn some windows ahead.
ctypedef struct Window:
    long t                  # position of the centre in the chunk
    long first              # positions [first, end) hold the centre and its contexts
    long end
    long n_contexts
    long n_sets             # 0 (no negatives), 1 for each SET_CONTEXTS contexts, or n_contexts (one set a pair)
    long *set_size          # (max_sets,) distinct output rows of each set, the centre included
    int32_t *ids            # (max_sets, 1 + negative) rows of syn1neg; column 0 is the centre
    float **outputs         # (max_sets, 1 + negative) the rows themselves
    float *weights          # (max_sets, noise_ld) multiplicity of each
    float *heaviest         # (max_sets,) the largest of them
    float *offsets          # (max_sets, noise_ld) log(k q) of each, or NULL
    float **ahead           # (max_contexts + 2 + negative,) rows it is the first to touch, where it has one set
    long n_ahead


ctypedef struct Tally:
    long n_words            # words read, before anything is dropped
    long n_trained          # words left after the vocabulary and subsampling
    double loss


cdef class Workspace


cdef class Noise:
    cdef NoiseFields fields
    cdef object owner
    cdef const uint32_t[:, ::1] alias_view
    cdef const float[::1] log_q_view
    cdef const int64_t[::1] filter_offsets_view
    cdef const int32_t[::1] filter_rows_view
    cdef readonly long n_rows
    cdef int set_source(self, const uint32_t[:, ::1] alias, object sampler, bint block) except -1
    cdef int set_filter(self, const int64_t[::1] offsets, const int32_t[::1] rows) except -1


cdef class Kernel:
    cdef float[:, ::1] syn0_view
    cdef float[:, ::1] syn1neg_view
    cdef float[:, ::1] syn1_view
    cdef const uint32_t[::1] keep_view
    cdef const int64_t[::1] offsets_view
    cdef const int32_t[::1] points_view
    cdef const uint8_t[::1] codes_view
    cdef const float[::1] lock_view
    cdef float *syn0
    cdef float *syn1neg
    cdef float *syn1
    cdef const uint32_t *keep
    cdef NoiseFields noise
    cdef Noise noise_owner
    cdef int link
    cdef ns2_user_link *user_link
    cdef void *user_data
    cdef object link_owner
    cdef ns2_sgemm *sgemm
    cdef float log_k
    cdef readonly long hot_rows
    cdef long ahead             # windows that are planned before the one in training
    cdef bint together          # several contexts of a window may move in one step
    cdef bint packs             # the back end copies rows together
    cdef bint plain_noise       # nothing but the centre is unwanted, and scores have no offsets
    cdef PyThread_type_lock lock_of_hot_rows
    cdef const int64_t *path_offsets
    cdef const int32_t *path_points
    cdef const uint8_t *path_codes
    cdef const float *lock
    cdef long n_locks
    cdef readonly long n_rows
    cdef readonly long stride
    cdef long width             # floats of a row that are computed with: the rest is padding
    cdef readonly long window
    cdef readonly long negative
    cdef readonly long max_path
    cdef readonly bint cbow
    cdef readonly bint pairwise
    cdef readonly bint sampled
    cdef readonly bint full_softmax
    cdef readonly bint shrink_windows
    cdef readonly bint with_loss
    cdef bint cbow_mean
    cdef bint cbow_corrected
    cdef uint64_t seed
    cdef ns2_ops ops
    cdef int set_rows(self, float[:, ::1] syn0, long width) except -1
    cdef int set_ops(self, str backend, str isa) except -1
    cdef int set_words(self, const uint32_t[::1] keep, const float[::1] lock) except -1
    cdef int set_outputs(self, float[:, ::1] syn1neg, Noise noise, long negative) except -1
    cdef int set_link(self, object link) except -1
    cdef int take_block(self, Workspace work, const int32_t[::1] block) except -1
    cdef int take_sentence(self, Workspace work, const int32_t[::1] rows, const int32_t[::1] block) except -1
    cdef int set_paths(self, float[:, ::1] syn1, const int64_t[::1] offsets, const int32_t[::1] points,
                       const uint8_t[::1] codes) except -1


cdef class Workspace:
    cdef Kernel kernel          # what it was made for
    cdef long max_words
    cdef long max_contexts
    cdef long max_sets          # sets of negatives of one window, at most
    cdef long noise_ld
    cdef readonly long n_bytes
    cdef int32_t *chunk         # (max_words,) rows of syn0: what is left of the chunk's sentences
    cdef int32_t *chunk_shrinks  # (max_words,) how much each window shrinks
    cdef long *ends             # (max_words,) where each sentence ends in `chunk`
    cdef float **rows           # (max_words,) where this thread keeps them
    cdef long n_chunk           # rows in `chunk`
    cdef long reached           # rows of `chunk` before this one are contexts of windows that are planned
    cdef int32_t *last_places   # 1 + the place of the last word of each slot, counted on from chunk to chunk; 0: none
    cdef int32_t n_places       # places before this chunk
    cdef int32_t *repeats       # (max_words,) the last place before each whose word has come again since, or less than 0
    cdef long measured          # norm_sums is known so far
    cdef double *norm_sums      # (max_words + 1,) squared lengths of the rows before each position, summed
    cdef Window *newest         # the last window that was planned
    cdef int32_t draws[MAX_DRAWS]  # of the alias table, those from draws_at to n_draws not yet used
    cdef long draws_at
    cdef long n_draws
    cdef long batch             # number of the batch that `pool` was drawn for, -1: none
    cdef int32_t *pool          # (pool_size,) rows drawn for the batch
    cdef int32_t *drawn         # (1 + negative,) rows of a set as the sampler gave them
    cdef float *drawn_weights   # (1 + negative,) how much each of them counts
    cdef ns2_view view          # what a sampler may look at
    cdef ns2_counts counts      # what samplers that look at the model did
    cdef float *log_q           # (2 + negative,) their log q and the centre's
    cdef const int32_t *block   # (n_block,) rows that a Python sampler drew for the chunk
    cdef long n_block
    cdef long block_at
    cdef int32_t bad_row        # a row outside the matrix that a sampler gave, else 0
    cdef float **inputs         # (max_contexts,)
    cdef float **outputs        # (max_path,) of a Huffman path
    cdef float *locks           # (max_contexts,)
    cdef float *labels          # (widest tile,) labels of a Huffman path
    cdef float *noise_labels    # (widest tile,) 1, 0, 0, ...
    cdef float *path_weights    # (widest tile,)
    cdef float *one_each        # (noise_ld,) multiplicities of a set without repeated rows
    cdef float *tile            # (max_contexts, widest tile)
    cdef float *deltas          # (max_contexts, stride)
    cdef float *hidden          # (stride,)
    cdef float *planned_hidden  # (stride,) what a sampler may look at
    cdef float *packed          # (max_contexts, stride) full softmax
    cdef float *scores          # (max_contexts, V) full softmax
    cdef float *block_rows      # (max_contexts + 2 outputs, stride) gemm back end
    cdef HotRows hot0           # of syn0
    cdef HotRows hot1neg        # of syn1neg
    cdef HotRows hot1           # of syn1
    cdef Window windows[MAX_WINDOWS]  # position t is planned in windows[t % MAX_WINDOWS]
    cdef void *blocks[MAX_BLOCKS]
    cdef int n_blocks
    cdef int take_hot_rows(self, Kernel kernel, HotRows *hot, float *matrix, long n_rows, bint from_the_end) except -1
    cdef int take_words(self, Kernel kernel) except -1
    cdef int take_windows(self, Kernel kernel) except -1
    cdef void *take(self, size_t n_bytes) except NULL
