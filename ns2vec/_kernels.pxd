"""C declarations of the training loops: the block (floor 0), and units, targets and the kernel over it."""

from cpython.pythread cimport PyThread_type_lock
from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t

from ns2vec._sampler cimport NS2_VIEW_ROWS, ns2_bags, ns2_counts, ns2_request, ns2_sampler, ns2_view

include "_cy/headers.pxi"


cdef enum:
    MAX_TARGETS = 4
    MAX_WINDOWS = 4         # windows that are planned or in training, at most: a power of 2
    MAX_PLACES = 1073741824    # counted before the table of last places is cleared
    PLACE_SLOTS = 4096         # of that table, a power of two
    SET_CONTEXTS = 32       # inputs that share a set of negatives and move in one step, at most
    MET_WORDS = 64          # words of bits for the rows of a run, a power of two
    MAX_DRAWS = 240         # draws made at once, if they need no requests


# The source of negatives, and what is done with unwanted ones.
ctypedef struct NoiseFields:
    int kind                        # one of the DRAW_ constants
    const uint32_t *alias           # (V, 2) or NULL
    const ns2_sampler *sampler      # with DRAW_CALL
    int collision                   # one of the ON_COLLISION_ constants
    bint with_offsets               # scores are compared with log(k q)
    const float *log_q              # (V,) or NULL: the sampler returns it
    const int64_t *filter_offsets   # (n_filters + 1,) or NULL: rows that are not negatives of a centre, or of an input
    const int32_t *filter_rows      # ascending within each list
    const uint16_t *filter_bits     # the same as bits (rng.h)
    long filter_words               # words of each list, or 0: as many as it has rows
    long n_filters
    bint filter_by_input
    bint filter_window              # words of the window are not negatives
    bint is_clean                   # the sampler draws no such rows: they need not be checked
    long batch_words                # length of a batch in words; 0: none
    long pool_size                  # rows drawn for each batch; 0: the words of the batch
    bint wants_hidden
    bint other_inputs               # inputs are not outputs, whatever their number


# A thread's own copies of the rows that all threads change all the time.
ctypedef struct HotRows:
    float *shared           # (n, stride) the rows in the matrix
    float *local            # (n, stride) the thread's copies
    float *base             # (n, stride) the value of both after their last merge
    long first              # row of the matrix that is row 0 here
    long n


# Storage of vectors: unit i is a row of a matrix, or a bag of rows whose mean or sum is its vector.
ctypedef struct Side:
    float *matrix           # (n_rows, stride)
    float *changes          # destination of changes: `matrix`, a matrix of gradients, or NULL for nowhere
    long stride
    long n_rows
    long n_ids
    const int64_t *offsets  # (n_ids + 1,) of the bags; NULL: unit i is row i
    const int32_t *rows     # of the bags
    long longest            # rows of the largest bag
    bint is_sum
    const float *lock       # (n_locks,) factor of a row's change, by row modulo n_locks, or NULL for 1
    long n_locks
    bint by_copy            # units are gathered, trained, and their change is scattered


# The vector of a bag while windows train it in place.
ctypedef struct Unit:
    float *now              # (stride,)
    float *base             # (stride,) as it was gathered
    int32_t id
    long n_uses             # positions that share it; 0: free
    float lock              # factor of its change in a block, so that it moves as its rows will
    float back              # part of its change that each row gets


ctypedef struct Units:
    Unit *units
    long n


# The negatives that a target has drawn for a window.
ctypedef struct Drawn:
    long *set_size          # (max_sets,) distinct output rows of each set, including the centre
    int32_t *ids            # (max_sets, 1 + negative) outputs; column 0 is the centre
    float **outputs         # (max_sets, 1 + negative) the rows themselves
    float *weights          # (max_sets, ld) multiplicity of each
    float *heaviest         # (max_sets,) the largest of them
    float *offsets          # (max_sets, ld) log(k q) of each, or NULL


# The plan for one centre, drawn some windows ahead.
ctypedef struct Window:
    long t                  # place of the centre in the chunk
    long first              # inputs are at [first, end), without `hole`
    long end
    long hole               # the centre's own place, or none
    long n_contexts         # number of these inputs
    long first_tag          # and tags at [first_tag, first_tag + n_tags)
    long n_tags
    long n_inputs           # number of all inputs
    long needed_from        # no later window reaches further back
    long n_sets             # sets of negatives: 1 for each SET_CONTEXTS inputs, or n_inputs (one set per pair)
    Drawn drawn[MAX_TARGETS]
    float heaviest          # the largest weight of all of them
    float **ahead           # rows that it is the first to use, if it has one set
    long n_ahead
    long n_seen             # of a run: outputs that are its words


ctypedef struct Tally:
    long n_words            # words read, before anything is dropped
    long n_trained          # words left after the vocabulary and subsampling
    double loss


cdef class Kernel
cdef class Workspace

# Writes set s of target i for a window into the block: rows, labels, weights and offsets.
ctypedef void (*fill_function)(Kernel k, Workspace work, Window *window, long i, long s, ns2_block *b) noexcept nogil
# Finds the inputs that are trained on the centre at place t of the sentence at [start, end).
ctypedef void (*reader_function)(Kernel k, Workspace work, Window *window, long start, long end, long t) noexcept nogil


# One objective with its own matrix.
ctypedef struct Goal:
    fill_function fill
    Side side
    long n_centres          # ids that centres can have
    long n_outputs          # rows of a set, at most
    long ld                 # tile width of such a set
    int link
    ns2_user_link *user_link
    void *user_data
    int kind                # how outputs affect each other with it
    float *bias             # (n_ids,) or NULL
    bint is_sampled         # negatives of a sampler
    long most_inputs        # inputs that are trained on a set in one step
    bint is_all             # every row, by BLAS
    long negative
    float log_k
    NoiseFields noise
    bint plain_noise        # only the centre is unwanted, and scores have no offsets
    const int64_t *path_offsets
    const int32_t *path_points
    const uint8_t *path_codes


# The scratch of a thread for one target.
ctypedef struct Scratch:
    Side side               # the target's, or one with another destination of changes
    bint is_special         # outputs are copies, frozen, or have a bias
    HotRows hot
    Units copies            # (n_outputs,) for outputs that are not trained in place
    const int32_t *block_ids  # (n_outputs,) of the block that is being filled
    float **outputs         # (n_outputs,)
    float *labels           # (ld,)
    long labelled           # for all classes: the centre whose labels these are; -1: none
    float *weights          # (ld,)
    float *offsets          # (ld,)
    float *one_each         # (ld,) multiplicities of a set without repeated rows
    int32_t *drawn          # (1 + negative,) rows of a set as the sampler returned them
    float *drawn_weights    # (1 + negative,) their weights
    float *log_q            # (2 + negative,) their log q and the centre's
    uint64_t rng            # state of its noise stream
    ns2_request request     # the request to its sampler
    int32_t *draws          # (MAX_DRAWS,) from the alias table, or uniform: those from draws_at to n_draws are unused
    long draws_at
    long n_draws
    long batch              # number of the batch that `pool` was drawn for; -1: none
    int32_t *pool           # (pool_size,) rows drawn for the batch
    ns2_view view           # the view of a sampler
    uint32_t *touches       # (rows of the outputs,) how often each was trained, or NULL


cdef class Noise:
    cdef NoiseFields fields
    cdef object owner
    cdef const uint32_t[:, ::1] alias_view
    cdef const float[::1] log_q_view
    cdef const int64_t[::1] filter_offsets_view
    cdef const int32_t[::1] filter_rows_view
    cdef uint16_t[::1] filter_bits_view
    cdef readonly long n_rows
    cdef int set_source(self, const uint32_t[:, ::1] alias, object sampler, bint block) except -1
    cdef int set_filter(self, const int64_t[::1] offsets, const int32_t[::1] rows) except -1
    cdef int mark_filter(self) except -1


cdef class UnitMatrix:
    cdef float[:, ::1] matrix_view
    cdef const int64_t[::1] offsets_view
    cdef const int32_t[::1] rows_view
    cdef const float[::1] lock_view
    cdef Side side
    cdef readonly long n_rows
    cdef readonly long n_ids
    cdef readonly long stride
    cdef int set_bags(self, const int64_t[::1] offsets, const int32_t[::1] rows) except -1


cdef class Target:
    cdef Goal goal
    cdef UnitMatrix outputs
    cdef object link_owner
    cdef float[::1] bias_view
    cdef int set_outputs(self, object outputs, object bias) except -1
    cdef int set_link(self, object link) except -1


cdef class Sampled(Target):
    cdef Noise noise


cdef class Path(Target):
    cdef const int64_t[::1] offsets_view
    cdef const int32_t[::1] points_view
    cdef const uint8_t[::1] codes_view


cdef class All(Target):
    pass


cdef class Labels(Target):
    cdef const int64_t[::1] offsets_view
    cdef const int32_t[::1] labels_view


cdef class Kernel:
    cdef UnitMatrix inputs_owner
    cdef UnitMatrix tags_owner
    cdef readonly tuple targets
    cdef const uint32_t[::1] keep_view
    cdef Side inputs
    cdef Side tags
    cdef Goal goals[MAX_TARGETS]
    cdef long n_goals
    cdef reader_function reader
    cdef readonly str reader_name
    cdef const uint32_t *keep
    cdef ns2_sgemm *sgemm
    cdef readonly long hot_rows
    cdef long ahead             # windows that are planned before the current one is trained
    cdef bint together          # several inputs of a window may move in one step
    cdef bint plain_inputs      # rows of one matrix, trained in place
    cdef bint pooled_rows       # pooled units are rows, not bags
    cdef bint summed            # bags that are pooled are trained as sums of their rows while windows use them
    cdef bint with_locks
    cdef bint packs             # the back end copies rows together
    cdef bint many_pairs        # pairs need no windows (pairs.pxi)
    cdef bint comparisons       # nor sets: each is compared with one negative (compared.pxi)
    cdef readonly long run_words  # words of a document that are trained together (runs.pxi)
    cdef readonly long run_negative  # negatives that they draw
    cdef PyThread_type_lock lock_of_hot_rows
    cdef readonly long n_rows   # ids that a text may have
    cdef readonly long stride
    cdef long width             # floats of a row that are used: the rest is padding
    cdef readonly long out_stride  # the same for outputs, whose rows are longer if inputs are concatenated
    cdef long out_width
    cdef readonly long window
    cdef readonly bint pooled
    cdef readonly bint concat   # pooled by concatenation
    cdef readonly long n_slots  # rows that are concatenated: n_tags and 2 * window
    cdef long slot              # floats of each
    cdef long n_tags
    cdef int32_t null_row       # for places beyond the sentence
    cdef readonly bint pairwise
    cdef readonly bint shrink_windows
    cdef readonly bint with_loss
    cdef bint is_mean
    cdef bint is_corrected
    cdef uint64_t seed
    cdef ns2_ops ops
    cdef const ns2_ops *scoring  # for scoring single rows: they are not packed for a matrix product


cdef class Workspace:
    cdef Kernel kernel          # the kernel that it was made for
    cdef long max_words
    cdef long max_contexts
    cdef long max_list          # tags of a sentence, or inputs of a pooled pair, at most
    cdef long max_inputs        # rows that a window gathers, at most
    cdef long max_sets          # sets of negatives of one window, at most
    cdef readonly long n_bytes
    cdef int32_t *chunk         # (max_words,) centres: the remaining words of the chunk's sentences
    cdef int32_t *ids           # (max_words,) inputs: the same, or those of pairs
    cdef int32_t *pair_ids      # (max_words,)
    cdef int32_t *chunk_shrinks  # (max_words,) by how much each window shrinks
    cdef long *ends             # (max_words + 1,) ends of each sentence, or of the inputs of each pair, in `ids`
    cdef float **rows           # (max_words,) the vectors of `ids` as this thread has them
    cdef Unit **units           # (max_words,) the units that they are in, or NULL
    cdef long n_chunk           # centres in `chunk`
    cdef long reached           # ids before this one are inputs of windows that are planned
    cdef long left              # ids before this one are inputs of no later window
    cdef Side inputs            # the kernel's, or one with another destination of changes
    cdef Units open_inputs
    cdef bint has_tags
    cdef int32_t *tags          # (n_tags,) of all sentences, one after another
    cdef long n_tags            # tags that there is room for
    cdef long n_chunk_tags      # tags in the chunk
    cdef const int64_t *tag_offsets  # (sentences of the text + 1,) or NULL
    cdef long *tag_starts       # (max_words + 1,) by sentence of the chunk
    cdef long *tag_ends
    cdef long sentence          # the planned sentence
    cdef long tags_reached
    cdef float **tag_rows       # (n_tags,)
    cdef Unit **tag_units       # (n_tags,)
    cdef long tags_left
    cdef Units open_tags
    cdef float *pair_weights    # (n_chunk,) or NULL
    cdef float *given_weights   # (max_words,) room for them
    cdef bint is_gradient       # nothing moves, and errors are summed
    cdef int32_t *last_places   # 1 + the place of the last word of each slot, numbered on from chunk to chunk; 0: none
    cdef int32_t n_places       # places before this chunk
    cdef uint64_t met[MET_WORDS]  # a bit for each row of the run that is being built, by its last bits; otherwise 0
    cdef int32_t *repeats       # (max_words,) the last place before each whose word has occurred again, or less than 0
    cdef long measured          # norm_sums is known up to here
    cdef double *norm_sums      # (max_words + 1,) sums of the squared lengths of the rows before each position
    cdef Window *newest         # the most recently planned window
    cdef list touches_kept      # owners of touches
    cdef uint32_t *input_touches  # (rows of the inputs,) how often chunks trained each row, or NULL
    cdef uint32_t *tag_touches  # the same for tags
    cdef ns2_counts counts      # counts of samplers that look at the model
    cdef const int32_t *block   # (n_block,) rows that a Python sampler drew for the chunk
    cdef long n_block
    cdef long block_at
    cdef int32_t bad_row        # a row outside the matrix that a sampler returned, or 0
    cdef float **inputs_now     # (max_inputs,) of the window being trained
    cdef float *locks           # (max_inputs,)
    cdef float **members        # (longest bag,)
    cdef float *member_locks
    cdef float *tile            # (max_inputs, widest tile)
    cdef float *deltas          # (max_inputs, stride)
    cdef float *hidden          # (out_stride,)
    cdef float *planned_hidden  # (stride,) that a sampler may look at
    cdef float *change          # (out_stride,) of a unit
    cdef float *packed          # (max_inputs, stride) full softmax
    cdef float *scores          # (max_inputs, V) full softmax
    cdef float *block_rows      # (max_inputs + 2 outputs, stride) gemm back end
    cdef HotRows hot            # of the inputs
    cdef Scratch goals[MAX_TARGETS]
    cdef Window windows[MAX_WINDOWS]  # position t is planned in windows[t modulo MAX_WINDOWS]
    cdef char *arena            # one block of memory for all of this
    cdef size_t used
    cdef int lay_out(self) except -1
    cdef int lay_out_words(self) except -1
    cdef int lay_out_windows(self) except -1
    cdef int lay_out_goal(self, Scratch *scratch, Goal *goal) except -1
    cdef int lay_out_units(self, Units *units, long n, long stride) except -1
    cdef int lay_out_hot_rows(self, HotRows *hot, Side *side, bint from_the_end) except -1
    cdef int begin(self) except -1
    cdef void *take(self, size_t n_bytes)
