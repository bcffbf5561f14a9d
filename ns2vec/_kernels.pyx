"""Training loops without the GIL: a chunk of ids in, changed weights and a tally out.

The loops walk sentences and windows and fill an input set and an output set of rows; what happens
to the rows is the block of ``_cy/block.h``. Architectures (skip-gram, CBOW) choose the input set,
objectives (negative sampling, hierarchical softmax) the output set with its labels, so neither
knows the other. ``ns2vec.reference`` holds the same algorithm in plain NumPy.

Skip-gram reads the row of the *context* word and predicts the centre, as word2vec.c does.
"""

from cpython.pycapsule cimport PyCapsule_GetContext, PyCapsule_GetName, PyCapsule_GetPointer
from cpython.pythread cimport (
    WAIT_LOCK,
    PyThread_acquire_lock,
    PyThread_allocate_lock,
    PyThread_free_lock,
    PyThread_release_lock,
)
from libc.math cimport ceil, log
from libc.string cimport memcpy, memset

import os

from ns2vec._sampler cimport NS2_SAMPLER_CAPSULE

import numpy as np

cdef enum:
    # A noise draw that hits the centre is drawn again this often, then given up: so a vocabulary of
    # one word, or one word with all the probability, still ends.
    REDRAWS = 16
    END_OF_SENTENCE = -1
    UNKNOWN_WORD = -2
    # kinds of samplers: the first three are drawn from in line
    DRAW_ALIAS = 0
    DRAW_UNIFORM = 1
    DRAW_BLOCK = 2
    DRAW_CALL = 3
    # what is done with a draw that cannot be a negative of its window
    ON_COLLISION_REDRAW = 0
    ON_COLLISION_SKIP = 1
    ON_COLLISION_KEEP = 2

MAX_REDRAWS = REDRAWS
END = END_OF_SENTENCE
UNKNOWN = UNKNOWN_WORD
ROW_FLOATS = NS2_ROW_FLOATS
PLANNED_WINDOWS = MAX_WINDOWS
CONTEXTS_PER_SET = SET_CONTEXTS


def list_isas():
    """Names of the instruction sets this processor can run, slowest first."""
    cdef const char *names[8]
    cdef int n = ns2_list_isas(names, 8)
    return [(<bytes> names[i]).decode("ascii") for i in range(n)]


def _choose_isa():
    wanted = os.environ.get("NS2VEC_ISA", "")
    present = list_isas()
    if not wanted:
        return present[len(present) - 1]
    if wanted not in present:
        raise ImportError(
            f"NS2VEC_ISA={wanted!r}: this processor and build offer {', '.join(present)}; "
            "set one of them, or unset NS2VEC_ISA to take the fastest"
        )
    return wanted


ISA = _choose_isa()
COMPILER = ns2_compiler().decode("ascii", "replace")


cdef class Workspace:
    """Scratch memory of one worker thread, sized for one kernel.

    Parameters
    ----------
    kernel : Kernel
    max_words : int
        Longest chunk that will be trained, in ids.
    """

    def __cinit__(self, Kernel kernel not None, long max_words):
        cdef long widest
        if max_words < 1:
            raise ValueError(f"max_words must be at least 1, got {max_words}")
        self.max_words = max_words
        self.kernel = kernel
        # no window reaches further than the chunk
        self.max_contexts = min(2 * kernel.window, max_words)
        self.max_sets = n_sets_of(kernel, self.max_contexts)
        self.noise_ld = ns2_tile_width(1 + kernel.negative)
        widest = max(self.noise_ld, ns2_tile_width(kernel.max_path))
        self.take_words(kernel)
        self.inputs = <float **> self.take(self.max_contexts * sizeof(float *))
        self.outputs = <float **> self.take(widest * sizeof(float *))
        self.locks = <float *> self.take(self.max_contexts * sizeof(float))
        self.labels = <float *> self.take(widest * sizeof(float))
        self.noise_labels = <float *> self.take(widest * sizeof(float))
        self.noise_labels[0] = 1.0
        self.path_weights = <float *> self.take(widest * sizeof(float))
        self.one_each = <float *> self.take(self.noise_ld * sizeof(float))
        for i in range(1 + kernel.negative):
            self.one_each[i] = 1.0
        self.tile = <float *> self.take((self.max_contexts + 1) * widest * sizeof(float))
        self.deltas = <float *> self.take(self.max_contexts * kernel.stride * sizeof(float))
        self.hidden = <float *> self.take(kernel.stride * sizeof(float))
        self.planned_hidden = <float *> self.take(kernel.stride * sizeof(float))
        if kernel.full_softmax:
            self.packed = <float *> self.take(self.max_contexts * kernel.stride * sizeof(float))
            self.scores = <float *> self.take(self.max_contexts * kernel.n_rows * sizeof(float))
        if kernel.packs:
            rows = self.max_contexts + 2 * max(1 + kernel.negative, kernel.max_path)
            self.block_rows = <float *> self.take(rows * kernel.stride * sizeof(float))
        self.take_windows(kernel)
        self.take_hot_rows(kernel, &self.hot0, kernel.syn0, kernel.n_rows, False)
        if kernel.sampled:
            self.take_hot_rows(kernel, &self.hot1neg, kernel.syn1neg, kernel.n_rows, False)
        if kernel.syn1 != NULL:
            self.take_hot_rows(kernel, &self.hot1, kernel.syn1, kernel.syn1_view.shape[0], True)
        set_view(kernel, self)

    cdef int take_hot_rows(self, Kernel kernel, HotRows *hot, float *matrix, long n_rows, bint from_the_end) except -1:
        cdef size_t n_bytes
        hot.n = min(kernel.hot_rows, n_rows)
        hot.first = n_rows - hot.n if from_the_end else 0
        n_bytes = hot.n * kernel.stride * sizeof(float)
        hot.shared = matrix + hot.first * kernel.stride
        hot.local = <float *> self.take(n_bytes)
        hot.base = <float *> self.take(n_bytes)
        memcpy(hot.local, hot.shared, n_bytes)
        memcpy(hot.base, hot.local, n_bytes)
        return 0

    def take_counts(self):
        """What samplers that look at the model counted since the last call, by name (``ns2_counts``)."""
        counts = self.counts
        memset(&self.counts, 0, sizeof(ns2_counts))
        return counts

    cdef int take_words(self, Kernel kernel) except -1:
        self.chunk = <int32_t *> self.take(self.max_words * sizeof(int32_t))
        self.chunk_shrinks = <int32_t *> self.take(self.max_words * sizeof(int32_t))
        self.rows = <float **> self.take(self.max_words * sizeof(float *))
        self.ends = <long *> self.take(self.max_words * sizeof(long))
        self.last_places = <int32_t *> self.take(PLACE_SLOTS * sizeof(int32_t))
        self.repeats = <int32_t *> self.take(self.max_words * sizeof(int32_t))
        self.norm_sums = <double *> self.take((self.max_words + 1) * sizeof(double))
        self.drawn = <int32_t *> self.take((1 + kernel.negative) * sizeof(int32_t))
        self.drawn_weights = <float *> self.take((1 + kernel.negative) * sizeof(float))
        self.log_q = <float *> self.take((2 + kernel.negative) * sizeof(float))
        self.pool = <int32_t *> self.take(kernel.noise.pool_size * sizeof(int32_t))
        self.bad_row = 0
        return 0

    cdef int take_windows(self, Kernel kernel) except -1:
        cdef long n_sets = self.max_sets
        cdef Window *window
        for i in range(MAX_WINDOWS):
            window = &self.windows[i]
            window.set_size = <long *> self.take(n_sets * sizeof(long))
            window.ids = <int32_t *> self.take(n_sets * (1 + kernel.negative) * sizeof(int32_t))
            window.outputs = <float **> self.take(n_sets * (1 + kernel.negative) * sizeof(float *))
            window.weights = <float *> self.take(n_sets * self.noise_ld * sizeof(float))
            window.heaviest = <float *> self.take(n_sets * sizeof(float))
            window.offsets = <float *> self.take(n_sets * self.noise_ld * sizeof(float))
            window.ahead = <float **> self.take((self.max_contexts + 2 + kernel.negative) * sizeof(float *))
        return 0

    cdef void *take(self, size_t n_bytes) except NULL:
        cdef void *block = NULL
        if self.n_blocks < MAX_BLOCKS:
            block = ns2_aligned_alloc(max(n_bytes, 64))
        if block == NULL:
            raise MemoryError(f"no memory for {n_bytes} bytes of training scratch")
        memset(block, 0, max(n_bytes, 64))
        self.blocks[self.n_blocks] = block
        self.n_blocks += 1
        self.n_bytes += n_bytes
        return block

    def __dealloc__(self):
        for i in range(self.n_blocks):
            ns2_aligned_free(self.blocks[i])


cdef class Noise:
    """Where negatives come from, and what is done with draws that cannot be negatives.

    Parameters
    ----------
    n_rows : int
        V.
    alias : ndarray of shape (V, 2), uint32, optional
        Alias table of a static sampler.
    sampler : object with attributes `capsule` and `tells`, optional
        A sampler behind the interface of ``_cy/sampler.h``; kept alive. Without both, negatives are
        uniform.
    block : bool
        Rows come with each chunk (``Kernel.train(block=...)``), drawn by Python.
    on_collision : {"redraw", "skip", "keep"}
        A draw of the centre is drawn again (a bounded number of times), left out, or kept.
    log_q : ndarray of shape (V,), float32, optional
        Log probability of each row in a draw, for the offsets; None: the sampler tells with each draw.
    with_offsets : bool
        Scores are reduced by log(k q).
    filter_offsets, filter_rows : ndarray, int64 (V + 1,) and int32 (n,), optional
        In CSR form, rising within each row: rows that are no negatives of a centre.
    filter_window : bool
        Words of the window are no negatives.
    batch_words : int
        Length of a batch, for samplers that draw from it.
    pool_size : int
        Rows drawn (from `alias`) to stand for each batch; 0: its own words do.
    wants_hidden : bool
        The sampler gets the input vector.

    Raises
    ------
    ValueError
        If an array has the wrong shape or an index points outside its array.
    """

    def __cinit__(
        self, long n_rows, *, const uint32_t[:, ::1] alias=None, object sampler=None, bint block=False,
        str on_collision="redraw", const float[::1] log_q=None, bint with_offsets=False,
        const int64_t[::1] filter_offsets=None, const int32_t[::1] filter_rows=None,
        bint filter_window=False, long batch_words=0, long pool_size=0, bint wants_hidden=False,
    ):
        policies = {"redraw": ON_COLLISION_REDRAW, "skip": ON_COLLISION_SKIP, "keep": ON_COLLISION_KEEP}
        check(1 <= n_rows < 2**31, f"n_rows must be at least 1 and below 2**31, got {n_rows}")
        check(on_collision in policies, f"on_collision must be one of {', '.join(policies)}, got {on_collision!r}")
        check(batch_words >= 0 and pool_size >= 0, "batch_words and pool_size must be at least 0")
        check(pool_size == 0 or alias is not None, "a pool is drawn from an alias table: give alias")
        check(not with_offsets or log_q is not None or (sampler is not None and sampler.tells),
              "offsets need log_q, or a sampler that tells the probability of its draws")
        check(log_q is None or log_q.shape[0] == n_rows, f"log_q must have {n_rows} entries")
        self.n_rows = n_rows
        self.fields.collision = policies[on_collision]
        self.fields.with_offsets = with_offsets
        self.fields.filter_window = filter_window
        self.fields.batch_words = batch_words
        self.fields.pool_size = pool_size
        self.fields.wants_hidden = wants_hidden
        self.log_q_view = log_q
        self.fields.log_q = &log_q[0] if log_q is not None else NULL
        self.set_source(alias, sampler, block)
        self.set_filter(filter_offsets, filter_rows)

    cdef int set_source(self, const uint32_t[:, ::1] alias, object sampler, bint block) except -1:
        cdef long v
        self.fields.kind = DRAW_UNIFORM
        if alias is not None:
            check(alias.shape[0] == self.n_rows and alias.shape[1] == 2,
                  f"alias must have shape ({self.n_rows}, 2), got ({alias.shape[0]}, {alias.shape[1]})")
            for v in range(self.n_rows):
                if alias[v, 1] >= <uint32_t> self.n_rows:
                    raise ValueError(f"alias table points to row {alias[v, 1]} of {self.n_rows}")
            self.alias_view = alias
            self.fields.alias = &alias[0, 0]
            self.fields.kind = DRAW_ALIAS
        if sampler is not None:
            self.owner = sampler
            self.fields.sampler = <const ns2_sampler *> PyCapsule_GetPointer(sampler.capsule, NS2_SAMPLER_CAPSULE)
            check(self.fields.sampler.n_rows == self.n_rows,
                  f"the sampler is for {self.fields.sampler.n_rows} rows, but there are {self.n_rows}")
            self.fields.kind = DRAW_CALL
        if block:
            self.fields.kind = DRAW_BLOCK
        return 0

    cdef int set_filter(self, const int64_t[::1] offsets, const int32_t[::1] rows) except -1:
        if offsets is None:
            return 0
        check(rows is not None, "filter_offsets need filter_rows")
        check_csr(offsets, rows.shape[0], self.n_rows, "filter")
        check_ids(rows, self.n_rows, "filter_rows", 0)
        self.filter_offsets_view, self.filter_rows_view = offsets, rows
        self.fields.filter_offsets = &offsets[0]
        self.fields.filter_rows = &rows[0] if rows.shape[0] else NULL
        return 0


cdef class Kernel:
    """One model's arrays and options, ready to train chunks; shared by all workers.

    Parameters
    ----------
    syn0 : ndarray of shape (V, stride), float32
        Input rows, changed in place; stride is a multiple of 16 and padding is zero.
    syn1neg : ndarray of shape (V, stride), float32, optional
        Output rows of words, changed in place.
    noise : Noise, optional
        Where negatives come from; needed with `syn1neg` unless `full_softmax`.
    full_softmax : bool
        Every row of `syn1neg` is an output of every window.
    link : {"logistic", "softmax"} or scipy.LowLevelCallable
        From scores of the centre and its negatives to errors; see ``_cy/block.h``.
    syn1 : ndarray of shape (V, stride), float32, optional
        Output rows of hierarchical softmax (inner nodes), changed in place.
    path_offsets, path_points, path_codes : ndarray, int64 (V + 1,), int32 (n,), uint8 (n,), optional
        Huffman paths in CSR form; needed with `syn1`.
    keep : ndarray of shape (V,), uint32, optional
        A word is kept when its threshold is at least a 32-bit draw; None keeps all.
    lock : ndarray of shape (n,), float32, optional
        Factor of each input row's change, indexed modulo n; None is 1.
    architecture : {"skip_gram", "cbow"}
    window, negative : int
    negative_sharing : {"window", "pair"}
        One noise set for up to 32 contexts of a centre word, or one for each (context, centre) pair.
    shrink_windows, cbow_mean, cbow_corrected, compute_loss : bool
    backend : {"fused", "blas", "gemm"}
        "gemm" is for logistic links.
    seed : int
    hot_rows : int
        So many rows at the front of `syn0` and `syn1neg` and at the end of `syn1` (where the tree has its root)
        are trained in copies of each thread's own, and merged after each chunk. 0 for one thread.
    width : int
        So many floats of each row are not padding; 0: all.
    isa : str, optional
        Instruction set of the "fused" back end, one of `list_isas`; `ISA` unless given.

    Raises
    ------
    ValueError
        If an array has the wrong shape or an index points outside its array.
    """

    def __cinit__(
        self, float[:, ::1] syn0 not None, *, float[:, ::1] syn1neg=None, Noise noise=None,
        bint full_softmax=False, object link="logistic", float[:, ::1] syn1=None,
        const int64_t[::1] path_offsets=None, const int32_t[::1] path_points=None, const uint8_t[::1] path_codes=None,
        const uint32_t[::1] keep=None, const float[::1] lock=None,
        str architecture="skip_gram", long window=5, long negative=5, str negative_sharing="window",
        bint shrink_windows=True, bint cbow_mean=True, bint cbow_corrected=False, bint compute_loss=False,
        str backend="fused", uint64_t seed=1, long hot_rows=0, long width=0, str isa=None,
    ):
        self.set_rows(syn0, width)
        check(architecture in ("skip_gram", "cbow"), f"architecture must be 'skip_gram' or 'cbow', got {architecture!r}")
        check(negative_sharing in ("window", "pair"),
              f"negative_sharing must be 'window' or 'pair', got {negative_sharing!r}")
        check(1 <= window < 2**31, f"window must be at least 1 and below 2**31, got {window}")
        self.window = window
        self.cbow = architecture == "cbow"
        self.shrink_windows = shrink_windows
        self.cbow_mean = cbow_mean
        self.cbow_corrected = cbow_corrected
        self.with_loss = compute_loss
        self.seed = seed
        check(hot_rows >= 0, f"hot_rows must be at least 0, got {hot_rows}")
        self.hot_rows = hot_rows
        self.lock_of_hot_rows = PyThread_allocate_lock()
        if self.lock_of_hot_rows == NULL:
            raise MemoryError("no lock for the hot rows")
        self.pairwise = negative_sharing == "pair" and not self.cbow
        self.full_softmax = full_softmax
        self.set_ops(backend, isa)
        self.set_words(keep, lock)
        self.set_outputs(syn1neg, noise, negative)
        self.set_link(link)
        check(not self.packs or not self.full_softmax and self.link == NS2_LOGISTIC, "the gemm back end is for logistic links")
        self.set_paths(syn1, path_offsets, path_points, path_codes)
        self.together = not self.cbow and (not self.pairwise or syn1 is not None or self.full_softmax)
        # a sampler behind the interface may look at rows, and is promised them one window old (sampler.h); the sets
        # of more pairs than one window has would not stay in the first-level cache
        self.ahead = 1 if self.pairwise or self.noise.kind == DRAW_CALL else MAX_WINDOWS - 2
        check(self.syn1neg != NULL or self.syn1 != NULL, "give syn1neg with noise or full_softmax, or syn1 with Huffman paths, or both")

    def __dealloc__(self):
        if self.lock_of_hot_rows != NULL:
            PyThread_free_lock(self.lock_of_hot_rows)

    cdef int set_rows(self, float[:, ::1] syn0, long width) except -1:
        self.n_rows = syn0.shape[0]
        self.stride = syn0.shape[1]
        check(self.n_rows >= 1, f"syn0 must have at least one row, got {self.n_rows}")
        check(self.stride >= 1 and self.stride % NS2_ROW_FLOATS == 0,
              f"rows must be a multiple of {ROW_FLOATS} floats long, got {self.stride}")
        check(0 <= width <= self.stride, f"width must be at most {self.stride}, the length of rows, got {width}")
        self.width = ((width or self.stride) + NS2_WIDTH_FLOATS - 1) // NS2_WIDTH_FLOATS * NS2_WIDTH_FLOATS
        self.syn0_view = syn0
        self.syn0 = &syn0[0, 0]
        return 0

    cdef int set_ops(self, str backend, str isa) except -1:
        cdef bytes name = (isa or ISA).encode()
        cdef const ns2_ops *fused = ns2_find_ops(name)
        check(fused != NULL, f"isa must be one of {', '.join(list_isas())}, got {isa!r}")
        check(backend in ("fused", "blas", "gemm"), f"backend must be 'fused', 'blas' or 'gemm', got {backend!r}")
        if backend == "blas":
            self.ops = ns2_blas_ops(fused, <ns2_sdot *> blas_function("sdot"), <ns2_saxpy *> blas_function("saxpy"))
        elif backend == "gemm":
            self.packs = True
            self.ops = ns2_gemm_ops(fused, <ns2_sgemm *> blas_function("sgemm"))
        else:
            self.ops = fused[0]
        return 0

    cdef int set_words(self, const uint32_t[::1] keep, const float[::1] lock) except -1:
        self.keep_view = keep
        self.lock_view = lock
        if keep is not None:
            check(keep.shape[0] == self.n_rows, f"keep must have {self.n_rows} entries, got {keep.shape[0]}")
            self.keep = &keep[0]
        if lock is not None:
            check(lock.shape[0] >= 1, "lock must have at least one entry")
            self.lock = &lock[0]
            self.n_locks = lock.shape[0]
        return 0

    cdef int set_outputs(self, float[:, ::1] syn1neg, Noise noise, long negative) except -1:
        if syn1neg is None:
            check(not self.full_softmax, "full_softmax needs syn1neg")
            return 0
        check(syn1neg.shape[0] == self.n_rows and syn1neg.shape[1] == self.stride,
              f"syn1neg must have the shape of syn0, ({self.n_rows}, {self.stride}), "
              f"got ({syn1neg.shape[0]}, {syn1neg.shape[1]})")
        self.syn1neg_view = syn1neg
        self.syn1neg = &syn1neg[0, 0]
        if self.full_softmax:
            check(self.n_rows < 2**31, "full_softmax is for fewer than 2**31 rows")
            self.sgemm = <ns2_sgemm *> blas_function("sgemm")
            return 0
        check(noise is not None, "syn1neg needs noise or full_softmax")
        check(noise.n_rows == self.n_rows, f"noise is for {noise.n_rows} rows, but there are {self.n_rows}")
        check(negative >= 0, f"negative must be at least 0, got {negative}")
        self.sampled = True
        self.noise_owner = noise
        self.noise = noise.fields
        self.plain_noise = not (self.noise.with_offsets or self.noise.filter_window
                                or self.noise.filter_offsets != NULL or self.noise.wants_hidden)
        self.negative = negative
        self.log_k = log(<double> max(negative, 1))
        return 0

    cdef int set_link(self, object link) except -1:
        if not isinstance(link, str):
            self.link_owner = link
            self.link = NS2_CUSTOM
            self.user_link = <ns2_user_link *> user_function(link, 6)
            self.user_data = PyCapsule_GetContext(tuple.__getitem__(link, 0))
            return 0
        check(link in ("logistic", "softmax"), f"link must be 'logistic', 'softmax' or a LowLevelCallable, got {link!r}")
        self.link = NS2_SOFTMAX if link == "softmax" else NS2_LOGISTIC
        return 0

    cdef int set_paths(
        self, float[:, ::1] syn1, const int64_t[::1] offsets, const int32_t[::1] points, const uint8_t[::1] codes
    ) except -1:
        cdef long v
        if syn1 is None:
            return 0
        check(offsets is not None and points is not None and codes is not None, "syn1 needs the three Huffman arrays")
        check(syn1.shape[1] == self.stride, f"syn1 rows must be {self.stride} floats long, got {syn1.shape[1]}")
        check(points.shape[0] == codes.shape[0], "Huffman arrays do not fit together")
        check_csr(offsets, points.shape[0], self.n_rows, "Huffman path")
        for v in range(self.n_rows):
            self.max_path = max(self.max_path, offsets[v + 1] - offsets[v])
        for v in range(points.shape[0]):
            if not 0 <= points[v] < syn1.shape[0]:
                raise ValueError(f"Huffman path points to node {points[v]} of {syn1.shape[0]}")
        self.syn1_view = syn1
        self.offsets_view, self.points_view, self.codes_view = offsets, points, codes
        self.syn1 = &syn1[0, 0]
        self.path_offsets = &offsets[0]
        if points.shape[0]:
            self.path_points, self.path_codes = &points[0], &codes[0]
        return 0

    @property
    def backend_name(self):
        """Name of the block table in use."""
        return (<bytes> self.ops.name).decode("ascii")

    def n_sets(self, long n_contexts):
        """Sets of negatives that a window of so many contexts meets."""
        return n_sets_of(self, n_contexts) if self.sampled else 0

    def train(self, const int32_t[::1] words not None, double alpha, *, Workspace work not None,
              const int32_t[::1] remap=None, const int32_t[::1] block=None, uint64_t epoch=0, uint64_t chunk=0):
        """Train one chunk of sentences.

        Parameters
        ----------
        words : ndarray of shape (n,), int32
            Ids; -1 ends a sentence, -2 is a word outside the vocabulary.
        alpha : float
            Learning rate.
        work : Workspace
            Scratch of the calling thread.
        remap : ndarray of shape (m,), int32, optional
            Row of each id in `words`, or -2; None when `words` holds rows.
        block : ndarray of shape (b,), int32, optional
            Rows that a Python sampler drew for the chunk, used in order, and from the start again when
            collisions have used them up.
        epoch, chunk : int
            With the seed, the key of the chunk's random streams.

        Returns
        -------
        n_trained, n_words : int
            Words left after subsampling, and words read.
        loss : float
            Sum of -log likelihood in float64; 0.0 unless asked for.
        """
        cdef Tally tally
        cdef long n = words.shape[0], n_ids = self.n_rows
        cdef const int32_t *rows = NULL
        if n == 0:
            return 0, 0, 0.0
        check(n <= work.max_words, f"chunk has {n} ids, but the workspace holds {work.max_words}")
        if remap is not None:
            check(remap.shape[0] > 0, "remap is empty")
            rows, n_ids = &remap[0], remap.shape[0]
        self.take_block(work, block)
        with nogil:
            tally = train_chunk(self, work, &words[0], n, rows, n_ids, <float> alpha, epoch, chunk)
        if tally.n_words < 0:
            if remap is not None:
                check_ids(remap, self.n_rows, "remap", UNKNOWN)
            check_ids(words, n_ids, "words", UNKNOWN)
        check_bad_row(work, self.n_rows)
        return tally.n_trained, tally.n_words, tally.loss

    def draw(self, const int32_t[::1] centres not None, *, Workspace work not None, const int32_t[::1] contexts=None,
             const int32_t[::1] block=None, uint64_t epoch=0, uint64_t chunk=0):
        """Draw the output sets that the words of one sentence would meet, and train nothing.

        Parameters
        ----------
        centres : ndarray of shape (n,), int32
            Rows of the sentence.
        work : Workspace
        contexts : ndarray of shape (n,), int32, optional
            The input row of each, for samplers that look at it under pair sharing.
        block, epoch, chunk
            As in `train`.

        Returns
        -------
        rows : ndarray of shape (n, 1 + negative), int32
            The centre, then its distinct negatives, then -1.
        weights, offsets : ndarray of shape (n, 1 + negative), float32
            Multiplicities (0 where there is no row), and what is subtracted from the scores.
        """
        cdef long n = centres.shape[0], t
        cdef uint64_t noise = ns2_stream(self.seed, epoch, chunk, NS2_STREAM_NOISE)
        check(self.sampled, "this kernel draws no negatives")
        check(contexts is None or contexts.shape[0] == n, "contexts must be as long as centres")
        check(contexts is not None or not self.noise.wants_hidden, "this sampler looks at the model: give contexts")
        if contexts is not None:
            check_ids(contexts, self.n_rows, "contexts", 0)
        self.take_sentence(work, centres, block)
        rows, weights, offsets = no_sets(n, self.negative)
        cdef int32_t[:, ::1] rows_view = rows
        cdef float[:, ::1] weights_view = weights, offsets_view = offsets
        for t in range(n):
            draw_one(self, work, t, contexts[t] if contexts is not None else -1, &noise)
            copy_set(self, work, 0, &rows_view[t, 0], &weights_view[t, 0], &offsets_view[t, 0])
        check_bad_row(work, self.n_rows)
        return rows, weights, offsets

    def train_window(self, const int32_t[::1] sentence not None, long t, double alpha, *, Workspace work not None,
                     const int32_t[::1] block=None, uint64_t epoch=0, uint64_t chunk=0):
        """Train the full window of one position of a sentence, and tell which negatives it met.

        Parameters
        ----------
        sentence : ndarray of shape (n,), int32
            Rows; nothing is dropped.
        t : int
            Position of the centre.
        alpha, work, block, epoch, chunk
            As in `train`.

        Returns
        -------
        rows, weights, offsets : ndarray of shape (n_sets, 1 + negative)
            As in `draw`: one set for the window, one for each context under pair sharing, or none.
        loss : float
            Minus the log likelihood before the step, in float64.
        """
        cdef uint64_t noise = ns2_stream(self.seed, epoch, chunk, NS2_STREAM_NOISE)
        cdef Window *window = &work.windows[0]
        cdef double loss = 0.0
        cdef long s
        check(0 <= t < sentence.shape[0], f"t must be a position of the sentence, got {t}")
        self.take_sentence(work, sentence, block)
        with nogil:
            work.newest = window
            plan_window(self, work, window, 0, sentence.shape[0], t, &noise)
            if window.n_contexts == 0:
                pass
            elif self.cbow:
                train_cbow(self, work, window, <float> alpha, &loss)
            else:
                train_skip_gram(self, work, window, <float> alpha, &loss)
        check_bad_row(work, self.n_rows)
        rows, weights, offsets = no_sets(window.n_sets, self.negative)
        cdef int32_t[:, ::1] rows_view = rows
        cdef float[:, ::1] weights_view = weights, offsets_view = offsets
        for s in range(window.n_sets):
            copy_set(self, work, s, &rows_view[s, 0], &weights_view[s, 0], &offsets_view[s, 0])
        return rows, weights, offsets, loss

    cdef int take_block(self, Workspace work, const int32_t[::1] block) except -1:
        """Rows that a Python sampler has drawn, for the next call."""
        check(work.kernel is self, "the workspace was made for another kernel")
        work.n_block = work.block_at = 0
        if block is not None and block.shape[0]:
            check_ids(block, self.n_rows, "the sampler's block", 0)
            work.block, work.n_block = &block[0], block.shape[0]
        return 0

    cdef int take_sentence(self, Workspace work, const int32_t[::1] rows, const int32_t[::1] block) except -1:
        """One sentence, of which nothing is dropped, as a chunk of its own."""
        cdef long t
        check(0 < rows.shape[0] <= work.max_words, f"expected 1 to {work.max_words} rows, got {rows.shape[0]}")
        check_ids(rows, self.n_rows, "the sentence", 0)
        self.take_block(work, block)
        for t in range(rows.shape[0]):
            work.chunk[t], work.chunk_shrinks[t] = rows[t], 0
            work.rows[t] = input_row(self, work, rows[t])
        start_chunk(work, rows.shape[0])
        return 0


cdef object no_sets(long n, long negative):
    """Arrays for n output sets, with nothing in them."""
    shape = n, 1 + negative
    return np.full(shape, -1, np.int32), np.zeros(shape, np.float32), np.zeros(shape, np.float32)


cdef int check_bad_row(Workspace work, long n_rows) except -1:
    # row 0 always exists, so 0 stands for none
    row, work.bad_row = work.bad_row, 0
    check(row == 0, f"the sampler drew row {row}, but rows go from 0 to {n_rows - 1}")
    return 0


cdef void *user_function(object callable, int n_arguments) except NULL:
    """The function of a scipy.LowLevelCallable with so many arguments."""
    capsule = tuple.__getitem__(callable, 0)
    cdef const char *name = PyCapsule_GetName(capsule)
    signature = b"" if name == NULL else <bytes> name
    check(signature.count(b",") + 1 == n_arguments,
          f"expected a function of {n_arguments} arguments, got {signature.decode('ascii', 'replace')!r}")
    return PyCapsule_GetPointer(capsule, name)


cdef void *blas_function(str name) except NULL:
    """A function of scipy.linalg.cython_blas, looked up when the BLAS back end is first asked for.

    A cimport would do the same while ns2vec is imported, and importing scipy.linalg takes longer
    than everything else together.
    """
    import scipy.linalg.cython_blas as cython_blas
    capsule = cython_blas.__pyx_capi__[name]
    return PyCapsule_GetPointer(capsule, PyCapsule_GetName(capsule))


include "_cy/checks.pxi"
include "_cy/draws.pxi"
include "_cy/cuts.pxi"
include "_cy/loops.pxi"
