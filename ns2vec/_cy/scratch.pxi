# Scratch memory of one thread: one arena, laid out twice, first to compute its size and then to assign its parts.


cdef class Workspace:
    """Scratch memory of one worker thread, sized for one kernel.

    Parameters
    ----------
    kernel : Kernel
    max_words : int
        Longest chunk that will be trained, in ids (or in inputs of pairs).
    max_list : int
        Tags of a sentence, or inputs of a pooled pair, at most.
    n_tags : int
        Tags of all sentences of a chunk, at most.
    """

    def __cinit__(self, Kernel kernel not None, long max_words, *, long max_list=1, long n_tags=0):
        check(max_words >= 1, f"max_words must be at least 1, got {max_words}")
        check(max_list >= 0 and n_tags >= 0, "max_list and n_tags must be at least 0")
        self.max_words = max_words
        self.kernel = kernel
        self.has_tags = kernel.tags_owner is not None
        self.max_list, self.n_tags = max_list, n_tags
        # no window reaches further than the chunk
        self.max_contexts = min(2 * kernel.window, max_words)
        if kernel.reader == read_tags:
            self.max_contexts = 0
        if kernel.reader == read_pairs:
            self.max_contexts = max_list if kernel.pooled else 1
        self.max_inputs = self.max_contexts + (max_list if self.has_tags else 0)
        if kernel.concat:
            self.max_inputs = kernel.n_slots
        self.max_sets = max(n_sets_of(kernel, self.max_inputs), PAIRS if kernel.many_pairs else 0)
        if kernel.pooled:
            self.max_inputs *= max(kernel.inputs.longest, kernel.tags.longest)
        self.lay_out()
        self.arena = <char *> ns2_aligned_alloc(max(self.used, 64))
        if self.arena == NULL:
            raise MemoryError(f"no memory for {self.used} bytes of training scratch")
        memset(self.arena, 0, max(self.used, 64))
        self.n_bytes, self.used = self.used, 0
        self.lay_out()
        self.begin()

    cdef void *take(self, size_t n_bytes):
        """The next piece of the arena; until its size is known, no piece may be accessed."""
        cdef size_t at = self.used
        self.used += (n_bytes + 63) // 64 * 64
        return <void *> (<size_t> self.arena + at)

    cdef int lay_out(self) except -1:
        cdef Kernel kernel = self.kernel
        cdef long widest = ns2_tile_width(1), most = 1, longest = max(kernel.inputs.longest, kernel.tags.longest), i
        cdef size_t row = kernel.stride * sizeof(float), out_row = kernel.out_stride * sizeof(float)
        self.lay_out_words()
        for i in range(kernel.n_goals):
            self.lay_out_goal(&self.goals[i], &kernel.goals[i])
            widest = max(widest, kernel.goals[i].ld)
            most = max(most, kernel.goals[i].n_outputs)
            longest = max(longest, kernel.goals[i].side.longest)
        self.inputs_now = <float **> self.take(self.max_inputs * sizeof(float *))
        self.locks = <float *> self.take(self.max_inputs * sizeof(float))
        self.members = <float **> self.take(longest * sizeof(float *))
        self.member_locks = <float *> self.take(longest * sizeof(float))
        self.tile = <float *> self.take((self.max_inputs + 1) * widest * sizeof(float))
        # a concatenation has as many floats as all of its rows
        self.deltas = <float *> self.take(max(self.max_inputs * row, out_row))
        self.hidden = <float *> self.take(out_row)
        self.planned_hidden = <float *> self.take(row)
        self.change = <float *> self.take(out_row)
        for i in range(kernel.n_goals):
            if kernel.goals[i].is_all:
                self.packed = <float *> self.take(max(self.max_inputs * row, out_row))
                self.scores = <float *> self.take(self.max_inputs * kernel.goals[i].side.n_rows * sizeof(float))
        if kernel.packs:
            self.block_rows = <float *> self.take((self.max_inputs + 2 * most) * out_row)
        self.lay_out_windows()
        self.lay_out_hot_rows(&self.hot, &kernel.inputs, False)
        return 0

    cdef int lay_out_words(self) except -1:
        cdef Kernel kernel = self.kernel
        cdef long n = self.max_words
        # until a window no longer reaches an input, all units that this window and the next one reach are open
        cdef long n_open = min(2 * kernel.window + 2, n + 1)
        self.chunk = <int32_t *> self.take(n * sizeof(int32_t))
        self.chunk_shrinks = <int32_t *> self.take(n * sizeof(int32_t))
        self.rows = <float **> self.take(n * sizeof(float *))
        self.ends = <long *> self.take((n + 1) * sizeof(long))
        self.last_places = <int32_t *> self.take(PLACE_SLOTS * sizeof(int32_t))
        self.repeats = <int32_t *> self.take(n * sizeof(int32_t))
        self.norm_sums = <double *> self.take((n + 1) * sizeof(double))
        if kernel.reader == read_pairs:
            self.pair_ids = <int32_t *> self.take(n * sizeof(int32_t))
            self.given_weights = <float *> self.take(n * sizeof(float))
            n_open = 3
        if (kernel.inputs.by_copy or kernel.reader == read_pairs) and opens_units(kernel):
            self.units = <Unit **> self.take(n * sizeof(Unit *))
            self.lay_out_units(&self.open_inputs, n_open, kernel.stride)
        if self.has_tags:
            self.tag_starts = <long *> self.take((n + 1) * sizeof(long))
            self.tag_ends = <long *> self.take((n + 1) * sizeof(long))
            self.tags = <int32_t *> self.take(self.n_tags * sizeof(int32_t))
            self.tag_rows = <float **> self.take(self.n_tags * sizeof(float *))
            self.tag_units = <Unit **> self.take(self.n_tags * sizeof(Unit *))
            if kernel.tags.by_copy and opens_units(kernel):
                self.lay_out_units(&self.open_tags, 2 * self.max_list + 1, kernel.stride)
        return 0

    cdef int lay_out_units(self, Units *units, long n, long stride) except -1:
        cdef float *rows
        cdef long i
        units.n = n
        units.units = <Unit *> self.take(n * sizeof(Unit))
        rows = <float *> self.take(2 * n * stride * sizeof(float))
        if self.arena != NULL:
            for i in range(n):
                units.units[i].now = rows + 2 * i * stride
                units.units[i].base = units.units[i].now + stride
        return 0

    cdef int lay_out_goal(self, Scratch *scratch, Goal *goal) except -1:
        scratch.outputs = <float **> self.take(goal.n_outputs * sizeof(float *))
        scratch.labels = <float *> self.take(goal.ld * sizeof(float))
        scratch.weights = <float *> self.take(goal.ld * sizeof(float))
        scratch.offsets = <float *> self.take(goal.ld * sizeof(float))
        scratch.drawn = <int32_t *> self.take(goal.n_outputs * sizeof(int32_t))
        if goal.side.by_copy or self.kernel.reader == read_pairs:
            self.lay_out_units(&scratch.copies, goal.n_outputs, goal.side.stride)
        if goal.noise.wants_hidden and (goal.side.offsets != NULL or self.kernel.inputs.offsets != NULL):
            scratch.view.composed = <float *> self.take((NS2_VIEW_ROWS + 1) * goal.side.stride * sizeof(float))
        if goal.is_sampled:
            scratch.one_each = <float *> self.take(goal.ld * sizeof(float))
            scratch.drawn_weights = <float *> self.take(goal.n_outputs * sizeof(float))
            scratch.log_q = <float *> self.take((1 + goal.n_outputs) * sizeof(float))
            scratch.draws = <int32_t *> self.take(MAX_DRAWS * sizeof(int32_t))
            scratch.pool = <int32_t *> self.take(goal.noise.pool_size * sizeof(int32_t))
        if not goal.is_all:
            self.lay_out_hot_rows(&scratch.hot, &goal.side, goal.path_offsets != NULL)
        return 0

    cdef int lay_out_windows(self) except -1:
        cdef Kernel kernel = self.kernel
        cdef long n_sets = self.max_sets, n_ahead = self.max_contexts + 1, w, i
        cdef Goal *goal
        cdef Drawn *drawn
        for w in range(MAX_WINDOWS):
            n_ahead = self.max_contexts + 1
            for i in range(kernel.n_goals):
                goal, drawn = &kernel.goals[i], &self.windows[w].drawn[i]
                if not goal.is_sampled:
                    continue
                n_ahead += goal.n_outputs
                drawn.set_size = <long *> self.take(n_sets * sizeof(long))
                drawn.ids = <int32_t *> self.take(n_sets * goal.n_outputs * sizeof(int32_t))
                drawn.outputs = <float **> self.take(n_sets * goal.n_outputs * sizeof(float *))
                drawn.weights = <float *> self.take(n_sets * goal.ld * sizeof(float))
                drawn.heaviest = <float *> self.take(n_sets * sizeof(float))
                drawn.offsets = <float *> self.take(n_sets * goal.ld * sizeof(float))
            self.windows[w].ahead = <float **> self.take(n_ahead * sizeof(float *))
        return 0

    cdef int lay_out_hot_rows(self, HotRows *hot, Side *side, bint from_the_end) except -1:
        cdef size_t n_bytes
        hot.n = min(self.kernel.hot_rows, side.n_rows)
        hot.first = side.n_rows - hot.n if from_the_end else 0
        n_bytes = hot.n * self.kernel.stride * sizeof(float)
        hot.shared = side.matrix + hot.first * self.kernel.stride
        hot.local = <float *> self.take(n_bytes)
        hot.base = <float *> self.take(n_bytes)
        if self.arena != NULL:
            memcpy(hot.local, hot.shared, n_bytes)
            memcpy(hot.base, hot.local, n_bytes)
        return 0

    cdef int begin(self) except -1:
        """Fill in the values that do not change."""
        cdef Kernel kernel = self.kernel
        cdef Scratch *scratch
        cdef long i, j
        self.inputs = kernel.inputs
        self.ids = self.chunk if kernel.reader != read_pairs else self.pair_ids
        for i in range(kernel.n_goals):
            scratch = &self.goals[i]
            scratch.side = kernel.goals[i].side
            scratch.is_special = is_special(&scratch.side, kernel.goals[i].bias)
            scratch.labels[0] = 1.0
            if kernel.goals[i].fill == fill_labels:
                lay_out_labels(kernel, self, i)
            if kernel.goals[i].is_sampled:
                for j in range(kernel.goals[i].n_outputs):
                    scratch.one_each[j] = 1.0
                set_view(kernel, self, i)
        return 0

    def take_counts(self):
        """The counts of samplers that look at the model since the last call, by name (``ns2_counts``)."""
        counts = self.counts
        memset(&self.counts, 0, sizeof(ns2_counts))
        return counts

    def count_touches(self, uint32_t[::1] inputs=None, *, uint32_t[::1] tags=None, outputs=()):
        """Count from now on how often chunks train each row, in arrays with one entry per row.

        Parameters
        ----------
        inputs, tags : ndarray of shape (n_rows,), uint32, optional
            An occurrence in a chunk is one touch.
        outputs : sequence of ndarray of shape (n_rows,), uint32, or None
            One for each target. A set of outputs touches each of its rows once; of a full softmax and of labels,
            which train every row, only the right outputs are counted.
        """
        cdef Kernel kernel = self.kernel
        cdef uint32_t[::1] touches
        self.touches_kept = [inputs, tags, *outputs]
        check(inputs is None or inputs.shape[0] == kernel.inputs.n_rows, f"expected counts of {kernel.inputs.n_rows} inputs")
        check(tags is None or (self.has_tags and tags.shape[0] == kernel.tags.n_rows), "counts do not fit the tags")
        check(len(outputs) <= kernel.n_goals, f"there are {kernel.n_goals} targets, got counts for {len(outputs)}")
        self.input_touches = &inputs[0] if inputs is not None and inputs.shape[0] else NULL
        self.tag_touches = &tags[0] if tags is not None and tags.shape[0] else NULL
        for i, given in enumerate(outputs):
            self.goals[i].touches = NULL
            if given is not None:
                touches = given
                check(touches.shape[0] == kernel.goals[i].side.n_rows, f"counts do not fit the outputs of target {i}")
                if touches.shape[0]:
                    self.goals[i].touches = &touches[0]

    def __dealloc__(self):
        ns2_aligned_free(self.arena)
