"""Training loops without the GIL: a chunk of ids goes in, weights are changed, and a tally is returned.

Three terms: a *unit* holds the vector of an input (``_cy/sides.pxi``), a *reader* determines which units are
trained on which centre (``_cy/draws.pxi``), and a *target* which outputs the centre has, with which labels
(``_cy/targets.pxi``). ``train_window`` (``_cy/loops.pxi``) is the same for all of them; the rows are changed
by the block of ``_cy/block.h``. A kernel is made from its options in ``_cy/making.pxi``, and the arguments of its
calls are checked in ``_cy/given.pxi``. ``ns2vec.reference`` holds the same algorithm in plain NumPy.

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

from ns2vec._sampler cimport NS2_SAMPLER_CAPSULE

import numpy as np

cdef enum:
    # A noise draw that hits the centre is repeated at most this often, so that a vocabulary of
    # one word, or one word with all the probability, still ends.
    REDRAWS = 16
    END_OF_SENTENCE = -1
    UNKNOWN_WORD = -2
    STREAMS = 8               # from the noise stream of one target to that of the next
    # kinds of samplers: draws of the first three are inlined
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


cdef class Kernel:
    """One model's arrays and options, ready to train chunks; shared by all workers.

    Parameters
    ----------
    inputs : UnitMatrix, or ndarray of shape (V, stride), float32
        The input vectors.
    targets : sequence of Target, 1 to 4
        The objectives of the inputs, in this order: `Sampled`, `Path`, `All`, `Labels`.
    tags : UnitMatrix, optional
        Further inputs, of whole sentences (documents).
    reader : {"windows", "tags", "pairs"}
        Which inputs are trained on which centre: the words around it and the tags of its sentence, if any; only these
        tags; or the arguments of `train_pairs`.
    pooled : bool or "concat"
        The mean (or sum) of all inputs predicts the centre (CBOW), instead of each of them (skip-gram); or all inputs
        are concatenated: the tags, the `window` words before the centre and those after it. Rows of outputs then
        have ``(n_tags + 2 * window) * width`` floats, and padding.
    keep : ndarray of shape (V,), uint32, optional
        A word is kept when its threshold is at least a 32-bit draw; None keeps all.
    window : int
    negative_sharing : {"window", "pair"}
        One noise set for up to 32 inputs of a centre, or one for each (input, centre) pair.
    shrink_windows, cbow_mean, cbow_corrected, compute_loss : bool
    backend : {"fused", "blas", "gemm"}
        "gemm" is for logistic links without a bias.
    seed : int
    hot_rows : int
        This many rows at the front of each matrix (of a Huffman tree at its end, where the root is) are trained in
        copies of each thread, and merged after each chunk. 0 for one thread.
    width : int
        This many floats of each row are not padding; 0: all.
    isa : str, optional
        Instruction set of the "fused" back end, one of `list_isas`; `ISA` by default.
    null_row : int, optional
        The input that is concatenated for places beyond the sentence.
    n_tags : int
        Number of tags of every sentence, if they are concatenated.
    run_words : int
        With ``reader="tags"``: this many consecutive words of a document share negatives and are trained with its tags
        in one step, if that does not overshoot.
    run_negative : int
        Negatives that such a run draws; together they count as many as its words would draw alone. 0: as many as
        one word.

    Raises
    ------
    ValueError
        If arrays do not fit together, or an option is invalid.
    """

    def __cinit__(
        self, inputs not None, targets not None, *, tags=None, str reader="windows", pooled=False,
        const uint32_t[::1] keep=None, long window=5, str negative_sharing="window",
        bint shrink_windows=True, bint cbow_mean=True, bint cbow_corrected=False, bint compute_loss=False,
        str backend="fused", uint64_t seed=1, long hot_rows=0, long width=0, str isa=None, null_row=None, long n_tags=0,
        long run_words=1, long run_negative=0,
    ):
        make_inputs(self, inputs, tags, width)
        check(negative_sharing in ("window", "pair"),
              f"negative_sharing must be 'window' or 'pair', got {negative_sharing!r}")
        check(1 <= window < 2**31, f"window must be at least 1 and below 2**31, got {window}")
        self.window = window
        check(not isinstance(pooled, str) or pooled == "concat", f"pooled must be True, False or 'concat', got {pooled!r}")
        self.pooled = bool(pooled)
        self.pooled_rows = self.pooled and self.inputs.offsets == NULL and self.tags.offsets == NULL
        check_packed(self, reader, pooled, hot_rows, backend)
        self.shrink_windows = shrink_windows
        self.is_mean = cbow_mean
        self.is_corrected = cbow_corrected
        self.with_loss = compute_loss
        self.seed = seed
        check(hot_rows >= 0, f"hot_rows must be at least 0, got {hot_rows}")
        self.hot_rows = hot_rows
        self.lock_of_hot_rows = PyThread_allocate_lock()
        if self.lock_of_hot_rows == NULL:
            raise MemoryError("no lock for the hot rows")
        choose_ops(self, backend, isa)
        choose_reader(self, reader)
        if pooled == "concat":
            make_concat(self, reader, width, null_row, n_tags)
        self.summed = self.pooled and not self.concat and not self.pooled_rows and self.reader != read_pairs
        self.pairwise = negative_sharing == "pair" and not pooled
        self.run_words, self.run_negative = run_words, run_negative
        make_goals(self, targets)
        if keep is not None:
            check(keep.shape[0] == self.n_rows, f"keep must have {self.n_rows} entries, got {keep.shape[0]}")
            self.keep_view, self.keep = keep, &keep[0]

    def __dealloc__(self):
        if self.lock_of_hot_rows != NULL:
            PyThread_free_lock(self.lock_of_hot_rows)

    @property
    def sampled(self):
        """Whether a target draws negatives."""
        return first_sampled(self) >= 0

    @property
    def negative(self):
        """Draws of a set of negatives, of the first target that draws any."""
        return self.goals[first_sampled(self)].negative if self.sampled else 0

    @property
    def full_softmax(self):
        """Whether a target has every row as an output."""
        return any(isinstance(target, All) for target in self.targets)

    @property
    def max_path(self):
        """Nodes of the longest Huffman path, 0 without one."""
        return max([(<Target> target).goal.n_outputs for target in self.targets if isinstance(target, Path)] + [0])

    @property
    def backend_name(self):
        """Name of the block table in use."""
        return (<bytes> self.ops.name).decode("ascii")

    def n_sets(self, long n_contexts):
        """Number of sets of negatives for a window of this many contexts."""
        return n_sets_of(self, n_contexts) if self.sampled else 0

    def train(self, const int32_t[::1] words not None, double alpha, *, Workspace work not None,
              const int32_t[::1] remap=None, const int32_t[::1] tags=None, const int64_t[::1] tag_offsets=None,
              const int32_t[::1] block=None, uint64_t epoch=0, uint64_t chunk=0):
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
        tags, tag_offsets : ndarray, int32 (n_tags,) and int64 (n_sentences + 1,), optional
            Tags of each sentence in CSR form, if the kernel has tags.
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
            Sum of -log likelihood in float64; 0.0 unless requested.
        """
        cdef Tally tally
        cdef long n = words.shape[0], n_ids = self.n_rows
        cdef const int32_t *rows = NULL
        check(self.reader != read_pairs, "this kernel trains pairs: call train_pairs")
        if n == 0:
            return 0, 0, 0.0
        check(n <= work.max_words, f"chunk has {n} ids, but the workspace holds {work.max_words}")
        if remap is not None:
            check(remap.shape[0] > 0, "remap is empty")
            rows, n_ids = &remap[0], remap.shape[0]
        take_block(self, work, block)
        take_tags(self, work, tags, tag_offsets, words)
        with nogil:
            tally = train_chunk(self, work, &words[0], n, rows, n_ids, <float> alpha, epoch, chunk)
        if tally.n_words < 0:
            if remap is not None:
                check_ids(remap, self.n_rows, "remap", UNKNOWN)
            check_ids(words, n_ids, "words", UNKNOWN)
        check_bad_row(self, work)
        return tally.n_trained, tally.n_words, tally.loss

    def draw(self, const int32_t[::1] centres not None, *, Workspace work not None, const int32_t[::1] contexts=None,
             const int32_t[::1] block=None, uint64_t epoch=0, uint64_t chunk=0):
        """Draw the output sets for the words of one sentence, without training.

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
            Multiplicities (0 for places without a row), and what is subtracted from the scores.
        """
        cdef long n = centres.shape[0], t, i = first_sampled(self)
        check(i >= 0, "this kernel draws no negatives")
        check(self.reader != read_pairs and not self.inputs.by_copy, "draw is for kernels of text and plain rows")
        check(contexts is None or contexts.shape[0] == n, "contexts must be as long as centres")
        check(contexts is not None or not self.goals[i].noise.wants_hidden,
              "this sampler looks at the model: give contexts")
        if contexts is not None:
            check_ids(contexts, self.inputs.n_rows, "contexts", 0)
        take_sentence(self, work, centres, block)
        start_noise(self, work, epoch, chunk)
        rows, weights, offsets = no_sets(n, self.negative)
        cdef int32_t[:, ::1] rows_view = rows
        cdef float[:, ::1] weights_view = weights, offsets_view = offsets
        for t in range(n):
            draw_one(self, work, i, t, contexts[t] if contexts is not None else -1)
            copy_set(self, work, i, 0, &rows_view[t, 0], &weights_view[t, 0], &offsets_view[t, 0])
        check_bad_row(self, work)
        return rows, weights, offsets

    def train_window(self, const int32_t[::1] sentence not None, long t, double alpha, *, Workspace work not None,
                     const int32_t[::1] block=None, uint64_t epoch=0, uint64_t chunk=0):
        """Train the full window of one position of a sentence, and return its negatives.

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
            Negative log likelihood before the step, in float64.
        """
        cdef Window *window = &work.windows[0]
        cdef double loss = 0.0
        cdef long s, i = first_sampled(self)
        check(self.reader == read_windows and not work.has_tags, "this kernel's windows are not of words alone")
        check(0 <= t < sentence.shape[0], f"t must be a position of the sentence, got {t}")
        take_sentence(self, work, sentence, block)
        start_noise(self, work, epoch, chunk)
        with nogil:
            work.newest = window
            plan_window(self, work, window, 0, sentence.shape[0], t)
            train_window(self, work, window, <float> alpha, &loss)
            leave_inputs(self, work, sentence.shape[0], 0)
        check_bad_row(self, work)
        rows, weights, offsets = no_sets(window.n_sets if i >= 0 else 0, self.negative)
        cdef int32_t[:, ::1] rows_view = rows
        cdef float[:, ::1] weights_view = weights, offsets_view = offsets
        for s in range(rows.shape[0]):
            copy_set(self, work, i, s, &rows_view[s, 0], &weights_view[s, 0], &offsets_view[s, 0])
        return rows, weights, offsets, loss

    def train_pairs(self, const int32_t[::1] inputs not None, const int32_t[::1] targets not None, double alpha, *,
                    Workspace work not None, const int64_t[::1] offsets=None, const float[::1] weights=None,
                    const int64_t[::1] order=None, const int32_t[::1] block=None, uint64_t epoch=0, uint64_t chunk=0):
        """Train explicit pairs of an input and a target, one after another.

        Parameters
        ----------
        inputs : ndarray of shape (n,), int32
            Input units; for a pooled kernel, all inputs concatenated, in the lists of `offsets`.
        targets : ndarray of shape (n,), int32
            The centre of each pair: an output of every target of the kernel.
        alpha : float
            Learning rate.
        work : Workspace
        offsets : ndarray of shape (n + 1,), int64
            Where the inputs of each pair begin, for pooled kernels.
        weights : ndarray of shape (n,), float32, optional
            Factor of each pair's loss.
        order : ndarray of shape (m,), int64, optional
            Which of the pairs are trained, one after another (see `shuffled`); None: all, in the given order.
        block, epoch, chunk
            As in `train`.

        Returns
        -------
        loss : float
            Sum of the weighted losses before each step; 0.0 unless requested.
        """
        cdef double loss = 0.0
        take_pairs(self, work, inputs, targets, offsets, weights, order)
        take_block(self, work, block)
        start_noise(self, work, epoch, chunk)
        with nogil:
            if self.comparisons:
                train_comparisons(self, work, <float> alpha, &loss if self.with_loss else NULL)
            elif self.many_pairs:
                train_many_pairs(self, work, <float> alpha, &loss if self.with_loss else NULL)
            else:
                train_places(self, work, <float> alpha, &loss if self.with_loss else NULL)
            if self.hot_rows:
                merge_hot_rows(self, work)
        check_bad_row(self, work)
        return loss

    def gradients(self, const int32_t[::1] inputs not None, const int32_t[::1] targets not None, *,
                  Workspace work not None, const int64_t[::1] offsets=None, const float[::1] weights=None,
                  const int32_t[::1] block=None, uint64_t epoch=0, uint64_t chunk=0):
        """Gradients of the summed loss of pairs, without a step.

        Parameters
        ----------
        inputs, targets, work, offsets, weights, block, epoch, chunk
            As in `train_pairs`, with the same negatives.

        Returns
        -------
        d_inputs : ndarray of shape (n_rows, stride), float32
        d_outputs : list of ndarray of shape (n_rows, stride), float32
            One for each target. Biases get none: kernels with biases are refused.
        loss : float
        """
        take_pairs(self, work, inputs, targets, offsets, weights, None)
        take_block(self, work, block)
        start_noise(self, work, epoch, chunk)
        return gradients_of_chunk(self, work, targets.shape[0], inputs.shape[0])


include "_cy/isas.pxi"
include "_cy/checks.pxi"
include "_cy/capsules.pxi"
include "_cy/making.pxi"
include "_cy/given.pxi"
include "_cy/sides.pxi"
include "_cy/noise.pxi"
include "_cy/targets.pxi"
include "_cy/scratch.pxi"
include "_cy/touches.pxi"
include "_cy/views.pxi"
include "_cy/draws.pxi"
include "_cy/cuts.pxi"
include "_cy/loops.pxi"
include "_cy/pairs.pxi"
include "_cy/compared.pxi"
include "_cy/runs.pxi"
include "_cy/documents.pxi"
include "_cy/gradients.pxi"
