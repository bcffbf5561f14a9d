"""Training loops without the GIL: a chunk of ids in, changed weights and a tally out.

Three nouns: a *unit* is where an input's vector lives (``_cy/sides.pxi``), a *reader* says which units meet
which centre (``_cy/draws.pxi``), a *target* which outputs the centre stands for, with which labels
(``_cy/targets.pxi``). ``train_window`` (``_cy/loops.pxi``) is the same for all of them; what happens to the rows
is the block of ``_cy/block.h``. ``ns2vec.reference`` holds the same algorithm in plain NumPy.

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
    STREAMS = 8               # from the noise of one target to that of the next
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


cdef class Kernel:
    """One model's arrays and options, ready to train chunks; shared by all workers.

    Parameters
    ----------
    inputs : UnitMatrix, or ndarray of shape (V, stride), float32
        What the inputs are.
    targets : sequence of Target, 1 to 4
        What they are trained for, in this order: `Sampled`, `Path`, `All`, `Labels`.
    tags : UnitMatrix, optional
        Further inputs, of whole sentences (documents).
    reader : {"windows", "tags", "pairs"}
        Which inputs meet which centre: the words around it, and the tags of its sentence where there are any; these
        tags alone; or what `train_pairs` is given.
    pooled : bool or "concat"
        The mean (or sum) of all inputs predicts the centre (CBOW), instead of each of them (skip-gram); or all of them
        one after the other: the tags, the `window` words before the centre and those after it. Rows of outputs then
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
        So many rows at the front of each matrix (of a Huffman tree at its end, where the root is) are trained in copies
        of each thread's own, and merged after each chunk. 0 for one thread.
    width : int
        So many floats of each row are not padding; 0: all.
    isa : str, optional
        Instruction set of the "fused" back end, one of `list_isas`; `ISA` unless given.
    null_row : int, optional
        The input that is concatenated for places beyond the sentence.
    n_tags : int
        Tags of every sentence, where they are concatenated.
    run_words : int
        With ``reader="tags"``: so many words of a document that follow each other share negatives and meet its tags
        in one step, where that does not overshoot.
    run_negative : int
        Negatives that such a run draws; together they count as those that its words would draw alone. 0: as many as
        one word.

    Raises
    ------
    ValueError
        If arrays do not fit together, or an option cannot be.
    """

    def __cinit__(
        self, inputs not None, targets not None, *, tags=None, str reader="windows", pooled=False,
        const uint32_t[::1] keep=None, long window=5, str negative_sharing="window",
        bint shrink_windows=True, bint cbow_mean=True, bint cbow_corrected=False, bint compute_loss=False,
        str backend="fused", uint64_t seed=1, long hot_rows=0, long width=0, str isa=None, null_row=None, long n_tags=0,
        long run_words=1, long run_negative=0,
    ):
        self.set_inputs(inputs, tags, width)
        check(negative_sharing in ("window", "pair"),
              f"negative_sharing must be 'window' or 'pair', got {negative_sharing!r}")
        check(1 <= window < 2**31, f"window must be at least 1 and below 2**31, got {window}")
        self.window = window
        check(not isinstance(pooled, str) or pooled == "concat", f"pooled must be True, False or 'concat', got {pooled!r}")
        self.pooled = bool(pooled)
        self.pooled_rows = self.pooled and self.inputs.offsets == NULL and self.tags.offsets == NULL
        self.check_packed(reader, pooled, hot_rows, backend)
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
        self.set_ops(backend, isa)
        self.set_reader(reader)
        if pooled == "concat":
            self.set_concat(reader, width, null_row, n_tags)
        self.summed = self.pooled and not self.concat and not self.pooled_rows and self.reader != read_pairs
        self.pairwise = negative_sharing == "pair" and not pooled
        self.run_words, self.run_negative = run_words, run_negative
        self.set_targets(targets)
        if keep is not None:
            check(keep.shape[0] == self.n_rows, f"keep must have {self.n_rows} entries, got {keep.shape[0]}")
            self.keep_view, self.keep = keep, &keep[0]

    def __dealloc__(self):
        if self.lock_of_hot_rows != NULL:
            PyThread_free_lock(self.lock_of_hot_rows)

    cdef int set_inputs(self, object inputs, object tags, long width) except -1:
        self.inputs_owner = as_vectors(inputs)
        self.inputs = self.inputs_owner.side
        self.stride = (self.inputs.stride + NS2_ROW_FLOATS - 1) // NS2_ROW_FLOATS * NS2_ROW_FLOATS
        self.n_rows = self.inputs_owner.n_ids
        check(0 <= width <= self.stride, f"width must be at most {self.stride}, the length of rows, got {width}")
        self.width = ((width or self.stride) + NS2_WIDTH_FLOATS - 1) // NS2_WIDTH_FLOATS * NS2_WIDTH_FLOATS
        self.out_stride, self.out_width = self.stride, self.width
        if tags is not None:
            self.tags_owner = as_vectors(tags)
            check(self.tags_owner.stride == self.stride,
                  f"rows of tags must be {self.stride} floats long, got {self.tags_owner.stride}")
            self.tags = self.tags_owner.side
        self.plain_inputs = tags is None and not self.inputs.by_copy
        self.with_locks = not self.plain_inputs or self.inputs.lock != NULL
        return 0

    cdef int check_packed(self, str reader, object pooled, long hot_rows, str backend) except -1:
        """Rows of inputs without padding are gathered into a hidden row and scattered, and nothing else."""
        check(self.inputs.stride == self.stride or (self.pooled_rows and pooled != "concat" and reader == "pairs"
                                                    and hot_rows == 0 and backend == "fused"),
              f"rows must be a multiple of {ROW_FLOATS} floats long, got {self.inputs.stride}: only inputs of pairs that "
              "are pooled need no padding, with the back end 'fused' and without hot rows")
        return 0

    cdef int set_concat(self, str reader, long width, object null_row, long n_tags) except -1:
        check(reader == "windows" and not self.shrink_windows, "pooled='concat' is for windows that do not shrink")
        check(self.inputs.offsets == NULL and self.tags.offsets == NULL, "rows are concatenated, not bags")
        check((n_tags > 0) == (self.tags_owner is not None), "n_tags goes with tags, and is how many a sentence has")
        check(self.hot_rows == 0, "hot_rows are not for pooled='concat'")
        check(null_row is not None and 0 <= null_row < self.n_rows,
              f"null_row must be one of {self.n_rows} rows of the inputs, got {null_row}")
        self.concat = self.with_locks = True
        self.plain_inputs = self.pooled_rows = False
        self.null_row, self.n_tags = null_row, n_tags
        self.n_slots = n_tags + 2 * self.window
        self.slot = width or self.stride
        self.out_stride = (self.n_slots * self.slot + NS2_ROW_FLOATS - 1) // NS2_ROW_FLOATS * NS2_ROW_FLOATS
        self.out_width = (self.n_slots * self.slot + NS2_WIDTH_FLOATS - 1) // NS2_WIDTH_FLOATS * NS2_WIDTH_FLOATS
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
        self.scoring = fused if self.packs else &self.ops
        return 0

    cdef int set_reader(self, str reader) except -1:
        check(reader in READERS, f"reader must be one of {', '.join(map(repr, READERS))}, got {reader!r}")
        self.reader_name = reader
        self.reader = <reader_function> <size_t> READER_FUNCTIONS[reader]
        check(reader != "tags" or self.tags_owner is not None, "reader='tags' needs tags")
        check(reader != "pairs" or self.tags_owner is None, "reader='pairs' has no tags: its inputs are given")
        return 0

    cdef int set_targets(self, object targets) except -1:
        cdef Target target
        cdef Goal *goal
        cdef bint all_sampled = True, waits = self.pairwise or not self.plain_inputs
        self.targets = tuple(targets)
        check(1 <= len(self.targets) <= MAX_TARGETS,
              f"a kernel has 1 to {MAX_TARGETS} targets, got {len(self.targets)}")
        for target in self.targets:
            goal = &self.goals[self.n_goals]
            self.n_goals += 1
            goal[0] = target.goal
            if goal.is_sampled:
                goal.n_outputs = self.run_words + max(goal.negative, self.run_negative)
            goal.ld = ns2_tile_width(1 if goal.is_all else goal.n_outputs)
            check(target.outputs.stride == self.out_stride,
                  f"output rows must be {self.out_stride} floats long, as inputs are, got {target.outputs.stride}")
            goal.most_inputs = most_inputs_of_step(self, goal)
            self.check_goal(goal)
            if goal.is_all:
                self.sgemm = <ns2_sgemm *> blas_function("sgemm")
            all_sampled = all_sampled and goal.is_sampled
            # a sampler behind the interface may look at rows, and is promised them one window old (sampler.h)
            waits = waits or goal.noise.kind == DRAW_CALL
            if self.reader != read_pairs:
                self.n_rows = min(self.n_rows, goal.n_centres)
        self.together = not self.pooled and self.reader != read_pairs and not (self.pairwise and all_sampled)
        # the sets of more pairs than one window has would not stay in the first-level cache
        self.ahead = 1 if waits else MAX_WINDOWS - 2
        check_runs(self)
        self.many_pairs = takes_pairs_at_once(self)
        self.comparisons = compares_pairs(self)
        return 0

    cdef int check_goal(self, Goal *goal) except -1:
        check(not self.packs or goal.link == NS2_LOGISTIC and not goal.is_all and goal.bias == NULL,
              "the gemm back end is for logistic links without a bias")
        check(self.hot_rows == 0 or not (goal.side.by_copy or self.inputs.by_copy or self.tags_owner is not None),
              "hot_rows are for rows that are trained in place, without bags or tags")
        check(self.inputs.stride == self.stride or goal.noise.kind != DRAW_CALL or goal.noise.other_inputs,
              f"samplers that may look at inputs need rows of a multiple of {ROW_FLOATS} floats")
        check(not (self.concat and goal.noise.wants_hidden), "samplers that look at inputs know none that are concatenated")
        if goal.noise.filter_by_input:
            check(self.reader == read_pairs and not self.pooled, "filters by input need reader='pairs', not pooled")
            check(goal.noise.n_filters == self.inputs.n_ids,
                  f"the filter is for {goal.noise.n_filters} inputs, but there are {self.inputs.n_ids}")
        check(self.tags_owner is None or not self.pairwise or goal.noise.kind != DRAW_CALL,
              "samplers that may look at inputs know no tags: take negative_sharing='window'")
        check(self.reader != read_pairs or not goal.noise.filter_window and goal.noise.batch_words == 0,
              "pairs have no window and no batch to exclude or to draw from")
        return 0

    cdef long first_sampled(self):
        """The first target that draws negatives, or -1."""
        cdef long i
        for i in range(self.n_goals):
            if self.goals[i].is_sampled:
                return i
        return -1

    @property
    def sampled(self):
        """Whether a target draws negatives."""
        return self.first_sampled() >= 0

    @property
    def negative(self):
        """Draws of a set of negatives, of the first target that draws any."""
        return self.goals[self.first_sampled()].negative if self.sampled else 0

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
        """Sets of negatives that a window of so many contexts meets."""
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
            Tags of each sentence in CSR form, where the kernel has tags.
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
        check(self.reader != read_pairs, "this kernel trains pairs: call train_pairs")
        if n == 0:
            return 0, 0, 0.0
        check(n <= work.max_words, f"chunk has {n} ids, but the workspace holds {work.max_words}")
        if remap is not None:
            check(remap.shape[0] > 0, "remap is empty")
            rows, n_ids = &remap[0], remap.shape[0]
        self.take_block(work, block)
        self.take_tags(work, tags, tag_offsets, words)
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
        cdef long n = centres.shape[0], t, i = self.first_sampled()
        check(i >= 0, "this kernel draws no negatives")
        check(self.reader != read_pairs and not self.inputs.by_copy, "draw is for kernels of text and plain rows")
        check(contexts is None or contexts.shape[0] == n, "contexts must be as long as centres")
        check(contexts is not None or not self.goals[i].noise.wants_hidden,
              "this sampler looks at the model: give contexts")
        if contexts is not None:
            check_ids(contexts, self.inputs.n_rows, "contexts", 0)
        self.take_sentence(work, centres, block)
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
        cdef Window *window = &work.windows[0]
        cdef double loss = 0.0
        cdef long s, i = self.first_sampled()
        check(self.reader == read_windows and not work.has_tags, "this kernel's windows are not of words alone")
        check(0 <= t < sentence.shape[0], f"t must be a position of the sentence, got {t}")
        self.take_sentence(work, sentence, block)
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

    cdef int take_block(self, Workspace work, const int32_t[::1] block) except -1:
        """Rows that a Python sampler has drawn, for the next call."""
        check(work.kernel is self, "the workspace was made for another kernel")
        work.n_block = work.block_at = 0
        if block is not None and block.shape[0]:
            check_ids(block, self.goals[max(self.first_sampled(), 0)].side.n_ids, "the sampler's block", 0)
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
        start_chunk(self, work, rows.shape[0], rows.shape[0])
        return 0

    cdef int take_tags(self, Workspace work, const int32_t[::1] tags, const int64_t[::1] offsets,
                       const int32_t[::1] words) except -1:
        """Tags of the sentences of the next call."""
        cdef long n_sentences, s
        check(work.has_tags == (tags is not None), "tags go with a kernel that has tags, and with no other")
        work.n_chunk_tags = 0 if tags is None else tags.shape[0]
        if tags is None:
            return 0
        check(offsets is not None, "tags need tag_offsets")
        text = np.asarray(words)
        n_sentences = np.count_nonzero(text == END) + (len(text) > 0 and text[len(text) - 1] != END)
        check_csr(offsets, tags.shape[0], n_sentences, "tags")
        check_ids(tags, self.tags.n_ids, "tags", 0)
        check(tags.shape[0] <= work.n_tags, f"the chunk has {tags.shape[0]} tags, the workspace holds {work.n_tags}")
        for s in range(n_sentences):
            if offsets[s + 1] - offsets[s] > work.max_list:
                raise ValueError(f"a sentence has {offsets[s + 1] - offsets[s]} tags, the workspace holds {work.max_list}")
            if self.concat and offsets[s + 1] - offsets[s] != self.n_tags:
                raise ValueError(f"a sentence has {offsets[s + 1] - offsets[s]} tags, expected {self.n_tags} to concatenate")
        work.tag_offsets = &offsets[0]
        if tags.shape[0]:
            memcpy(work.tags, &tags[0], tags.shape[0] * sizeof(int32_t))
        return 0

    cdef long take_pairs(self, Workspace work, const int32_t[::1] inputs, const int32_t[::1] centres,
                         const int64_t[::1] offsets, const float[::1] weights, const int64_t[::1] order) except -1:
        """Pairs as a chunk: check them, and note where the inputs of each end; how many."""
        cdef long n = centres.shape[0], n_inputs, e, n_centres = 2**31 - 1
        check(self.reader == read_pairs, "this kernel reads text: call train")
        check(work.kernel is self, "the workspace was made for another kernel")
        check((offsets is not None) == self.pooled, "offsets go with pooled pairs, and with no others")
        check(offsets is None or offsets.shape[0] == n + 1, "inputs: the offsets do not fit the targets")
        check(offsets is not None or inputs.shape[0] == n, "inputs must be as many as targets")
        check(weights is None or weights.shape[0] == n, "weights must be as many as targets")
        if order is not None:
            check_order(order, n)
            n = order.shape[0]
        n_inputs = n if offsets is None else count_inputs(work, offsets, order, n, inputs.shape[0])
        check(max(n, n_inputs) <= work.max_words,
              f"there are {max(n, n_inputs)} pairs or inputs, but the workspace holds {work.max_words}")
        for e in range(self.n_goals):
            n_centres = min(n_centres, self.goals[e].n_centres)
        copy_pairs(work, inputs, centres, offsets, weights, order, n)
        check_many(work.pair_ids, n_inputs, self.inputs.n_ids, "inputs", 0)
        check_many(work.chunk, n, n_centres, "targets", 0)
        start_chunk(self, work, n, n_inputs)
        return n

    def train_pairs(self, const int32_t[::1] inputs not None, const int32_t[::1] targets not None, double alpha, *,
                    Workspace work not None, const int64_t[::1] offsets=None, const float[::1] weights=None,
                    const int64_t[::1] order=None, const int32_t[::1] block=None, uint64_t epoch=0, uint64_t chunk=0):
        """Train explicit pairs of an input and a target, one after the other.

        Parameters
        ----------
        inputs : ndarray of shape (n,), int32
            Input units; with a pooled kernel all of them one after the other, in the lists of `offsets`.
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
            Which of the pairs are trained, one after the other (see `shuffled`); None: all, as they are.
        block, epoch, chunk
            As in `train`.

        Returns
        -------
        loss : float
            Sum of the weighted losses before each step; 0.0 unless asked for.
        """
        cdef double loss = 0.0
        self.take_pairs(work, inputs, targets, offsets, weights, order)
        self.take_block(work, block)
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
            One for each target. Biases get none: kernels that have them are refused.
        loss : float
        """
        cdef double loss = 0.0
        cdef long i
        cdef float[:, ::1] view
        self.take_pairs(work, inputs, targets, offsets, weights, None)
        self.take_block(work, block)
        for i in range(self.n_goals):
            check(not self.goals[i].is_all and self.goals[i].bias == NULL and self.hot_rows == 0,
                  "gradients are for targets other than All, without a bias, and for kernels without hot rows")
        found = [np.zeros((self.inputs.n_rows, self.inputs.stride), np.float32)]
        found += [np.zeros(((<Target> target).outputs.n_rows, self.stride), np.float32) for target in self.targets]
        start_noise(self, work, epoch, chunk)
        work.is_gradient = True
        view = found[0]
        work.inputs.changes, work.inputs.by_copy = &view[0, 0], True
        for i in range(self.n_goals):
            view = found[1 + i]
            work.goals[i].side.changes = &view[0, 0]
            work.goals[i].side.by_copy = work.goals[i].is_special = True
        start_chunk(self, work, targets.shape[0], inputs.shape[0])
        with nogil:
            train_places(self, work, 1.0, &loss)
        work.is_gradient = False
        work.inputs = self.inputs
        for i in range(self.n_goals):
            work.goals[i].side = self.goals[i].side
            work.goals[i].is_special = is_special(&self.goals[i].side, NULL)
        check_bad_row(self, work)
        for array in found:
            np.negative(array, out=array)
        return found[0], found[1:], loss


cdef object no_sets(long n, long negative):
    """Arrays for n output sets, with nothing in them."""
    shape = n, 1 + negative
    return np.full(shape, -1, np.int32), np.zeros(shape, np.float32), np.zeros(shape, np.float32)


cdef int check_bad_row(Kernel k, Workspace work) except -1:
    # row 0 always exists, so 0 stands for none
    row, work.bad_row = work.bad_row, 0
    check(row == 0, f"the sampler drew row {row}, but rows go from 0 to {k.goals[max(k.first_sampled(), 0)].side.n_ids - 1}")
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
include "_cy/sides.pxi"
include "_cy/targets.pxi"
include "_cy/scratch.pxi"
include "_cy/marks.pxi"
include "_cy/views.pxi"
include "_cy/draws.pxi"
include "_cy/cuts.pxi"
include "_cy/loops.pxi"
include "_cy/pairs.pxi"
include "_cy/compared.pxi"
include "_cy/runs.pxi"
include "_cy/documents.pxi"
