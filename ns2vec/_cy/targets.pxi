# The objectives of inputs. A target is a class with its own matrix and a function that fills a block for the centre of
# a window: rows, labels, weights, offsets.


# from scores to errors: the names of NS2_LINKS in _cy/block.h, in that order, and how outputs affect each other
LINKS = {ns2_link_name(i).decode("ascii"): ("each", "shared", "contrast")[ns2_link_kind(i)] for i in range(NS2_CUSTOM)}


cdef class Target:
    """One objective with its own output vectors: the base of those below."""

    cdef int set_outputs(self, object outputs, object bias) except -1:
        self.outputs = as_vectors(outputs)
        check(self.outputs.side.lock == NULL, "lock is for inputs: outputs have none")
        self.goal.side = self.outputs.side
        if self.goal.side.offsets == NULL and self.goal.side.changes == NULL:
            self.goal.side.by_copy = False  # rows that are only read (step_frozen)
        self.goal.n_centres = self.outputs.n_ids
        if bias is not None:
            self.bias_view = bias
            check(self.bias_view.shape[0] == self.outputs.n_ids,
                  f"bias must have one entry per output, {self.outputs.n_ids}, got {self.bias_view.shape[0]}")
            self.goal.bias = &self.bias_view[0]
        return 0

    @property
    def serves_runs(self):
        """Whether words of a document may be trained on it together: `Kernel(run_words=...)`."""
        return serves_runs(&self.goal)

    cdef int set_link(self, object link) except -1:
        if not isinstance(link, str):
            self.link_owner = link
            self.goal.link = NS2_CUSTOM
            self.goal.user_link = <ns2_user_link *> user_function(link, 6)
            self.goal.user_data = PyCapsule_GetContext(tuple.__getitem__(link, 0))
            return 0
        check(link in LINKS, f"link must be one of {', '.join(map(repr, LINKS))} or a LowLevelCallable, got {link!r}")
        self.goal.link = list(LINKS).index(link)
        self.goal.kind = ns2_link_kind(self.goal.link)
        return 0


cdef inline bint serves_runs(Goal *goal) noexcept nogil:
    return (goal.is_sampled and goal.link == NS2_LOGISTIC and goal.bias == NULL and not goal.side.by_copy
            and goal.noise.kind <= DRAW_UNIFORM and goal.noise.collision != ON_COLLISION_KEEP and goal.plain_noise)


cdef class Sampled(Target):
    """The centre with negatives from a sampler.

    Parameters
    ----------
    outputs : UnitMatrix, or ndarray of shape (V, stride), float32
    noise : Noise
    negative : int
    link : str or scipy.LowLevelCallable
        From scores of the centre and its negatives to errors: a name of `LINKS`, or a function; see ``_cy/block.h``.
    bias : ndarray of shape (V,), float32, optional
        Added to the scores, and trained.
    """

    def __cinit__(self, outputs not None, Noise noise not None, long negative=5, *, link="logistic", bias=None):
        self.set_outputs(outputs, bias)
        self.set_link(link)
        check(noise.n_rows == self.outputs.n_ids, f"noise is for {noise.n_rows} rows, but there are {self.outputs.n_ids}")
        check(negative >= 0, f"negative must be at least 0, got {negative}")
        self.noise = noise
        self.goal.fill = fill_sampled
        self.goal.is_sampled = True
        self.goal.noise = noise.fields
        self.goal.negative = negative
        self.goal.n_outputs = 1 + negative
        self.goal.log_k = log(<double> max(negative, 1))
        self.goal.plain_noise = not (noise.fields.with_offsets or noise.fields.filter_window
                                     or noise.fields.filter_offsets != NULL or noise.fields.wants_hidden)


cdef class Path(Target):
    """The inner nodes on the centre's way through a Huffman tree.

    Parameters
    ----------
    outputs : UnitMatrix, or ndarray of shape (n_nodes, stride), float32
    offsets, points, codes : ndarray, int64 (V + 1,), int32 (n,), uint8 (n,)
        Paths in CSR form.
    """

    def __cinit__(self, outputs not None, const int64_t[::1] offsets not None, const int32_t[::1] points not None,
                  const uint8_t[::1] codes not None):
        cdef long v
        self.set_outputs(outputs, None)
        check(self.goal.side.offsets == NULL, "nodes of a tree are rows, not bags")
        check(points.shape[0] == codes.shape[0] and offsets.shape[0] >= 1, "Huffman arrays do not fit together")
        self.goal.n_centres = offsets.shape[0] - 1
        check_csr(offsets, points.shape[0], self.goal.n_centres, "Huffman path")
        for v in range(self.goal.n_centres):
            self.goal.n_outputs = max(self.goal.n_outputs, offsets[v + 1] - offsets[v])
        for v in range(points.shape[0]):
            if not 0 <= points[v] < self.outputs.n_rows:
                raise ValueError(f"Huffman path points to node {points[v]} of {self.outputs.n_rows}")
        self.offsets_view, self.points_view, self.codes_view = offsets, points, codes
        self.goal.fill = fill_path
        self.goal.path_offsets = &offsets[0]
        if points.shape[0]:
            self.goal.path_points, self.goal.path_codes = &points[0], &codes[0]


cdef class All(Target):
    """Every row is an output: the full softmax, by BLAS.

    Parameters
    ----------
    outputs : UnitMatrix, or ndarray of shape (V, stride), float32
    """

    def __cinit__(self, outputs not None):
        self.set_outputs(outputs, None)
        check(self.goal.side.offsets == NULL, "the full softmax has rows as outputs, not bags")
        check(self.outputs.n_rows < 2**31, "full_softmax is for fewer than 2**31 rows")
        self.goal.fill = fill_all
        self.goal.is_all = True
        self.set_link("softmax")


cdef class Labels(Target):
    """Each of a few classes is an output; the centre is the right one, or the labels of the centre's set are.

    Parameters
    ----------
    outputs : UnitMatrix, or ndarray of shape (n_labels, stride), float32
    link : {"softmax", "logistic"}
        One class out of all, or each class separately (one against all).
    bias : ndarray of shape (n_labels,), float32, optional
    offsets, labels : ndarray, int64 (n_sets + 1,) and int32 (n,), optional
        Sets of labels in CSR form, which centres then are; all labels of a set are right, and share
        a probability of 1 if one class out of all is right.
    """

    def __cinit__(self, outputs not None, *, link="softmax", bias=None, const int64_t[::1] offsets=None,
                  const int32_t[::1] labels=None):
        self.set_outputs(outputs, bias)
        check(link in ("softmax", "logistic"), f"link of labels must be 'softmax' or 'logistic', got {link!r}")
        self.set_link(link)
        self.goal.fill = fill_labels
        self.goal.n_outputs = self.outputs.n_ids
        if offsets is None:
            return
        check(labels is not None and offsets.shape[0] > 0, "sets of labels need offsets and labels")
        self.goal.n_centres = offsets.shape[0] - 1
        check_csr(offsets, labels.shape[0], self.goal.n_centres, "label set")
        check_ids(labels, self.outputs.n_ids, "labels", 0)
        self.offsets_view, self.labels_view = offsets, labels
        self.goal.path_offsets = &offsets[0]
        if labels.shape[0]:
            self.goal.path_points = &labels[0]


cdef inline float *output_row(Kernel k, Workspace work, long i, long row) noexcept nogil:
    """A row of target i as this thread has it."""
    return row_in(&work.goals[i].hot, k.goals[i].side.matrix, row, k.out_stride)


cdef inline float *output_of(Kernel k, Workspace work, long i, long j, int32_t id) noexcept nogil:
    """Output j of a block: its row, or a copy of its unit that `leave_outputs` writes back."""
    if work.goals[i].is_special and work.goals[i].side.by_copy:
        return copy_of(k, work, i, j, id)
    return output_row(k, work, i, id)


cdef float *copy_of(Kernel k, Workspace work, long i, long j, int32_t id) noexcept nogil:
    """A copy of an output unit for place j of a block."""
    cdef Scratch *scratch = &work.goals[i]
    gather_unit(k, work, &scratch.side, &scratch.copies.units[j], id, scratch.side.is_sum)
    # a block has no factors for outputs
    scratch.copies.units[j].back = 1.0
    return scratch.copies.units[j].now


cdef inline void leave_outputs(Kernel k, Workspace work, long i, ns2_block *b) noexcept nogil:
    """Add the changes of a block's copies to their rows."""
    cdef long j
    if work.goals[i].is_special and work.goals[i].side.by_copy:
        for j in range(b.n_outputs):
            scatter_unit(k, work, &work.goals[i].side, &work.goals[i].copies.units[j])


cdef inline void add_bias(Kernel k, Workspace work, long i, ns2_block *b, const int32_t *ids) noexcept nogil:
    """The bias of outputs becomes an offset of their scores."""
    cdef Scratch *scratch = &work.goals[i]
    cdef long j
    if k.goals[i].bias == NULL:
        return
    for j in range(b.n_outputs):
        scratch.offsets[j] = (b.offsets[j] if b.offsets != NULL else <float> 0.0) - k.goals[i].bias[ids[j]]
    b.offsets, scratch.block_ids = scratch.offsets, ids


cdef inline void fill_sampled(Kernel k, Workspace work, Window *window, long i, long s, ns2_block *b) noexcept nogil:
    """The centre with its negatives. A draw of the centre that was kept is a second, negative pair of the same
    rows: (1 - s) - c s = (1 + c) (1 / (1 + c) - s).
    """
    cdef Goal *goal = &k.goals[i]
    cdef Scratch *scratch = &work.goals[i]
    cdef Drawn *drawn = &window.drawn[i]
    cdef int32_t *ids = drawn.ids + s * goal.n_outputs
    cdef long j
    b.n_outputs = drawn.set_size[s]
    b.outputs = drawn.outputs + s * goal.n_outputs
    b.weights = drawn.weights + s * goal.ld
    scratch.labels[0] = <float> 1.0 if goal.kind == NS2_SHARED else 1 / b.weights[0]
    b.labels = scratch.labels
    b.offsets = drawn.offsets + s * goal.ld if goal.noise.with_offsets else NULL
    b.link = goal.link
    if goal.link == NS2_CUSTOM:
        b.user_link, b.user_data = goal.user_link, goal.user_data
    b.ld = ns2_tile_width(b.n_outputs)
    if not scratch.is_special:
        return
    if scratch.side.by_copy:
        for j in range(b.n_outputs):
            drawn.outputs[s * goal.n_outputs + j] = output_of(k, work, i, j, ids[j])
    add_bias(k, work, i, b, ids)


cdef void fill_path(Kernel k, Workspace work, Window *window, long i, long s, ns2_block *b) noexcept nogil:
    """Huffman path of the centre: a code of 0 has the positive label (as in word2vec.c)."""
    cdef Goal *goal = &k.goals[i]
    cdef Scratch *scratch = &work.goals[i]
    cdef int32_t centre = work.chunk[window.t]
    cdef long start = goal.path_offsets[centre], n = goal.path_offsets[centre + 1] - start, j
    # local copies, because the stores below might alias what the pointers refer to
    cdef const int32_t *points = goal.path_points + start
    cdef const uint8_t *codes = goal.path_codes + start
    cdef float **outputs = scratch.outputs
    cdef float *labels = scratch.labels
    cdef float *weights = scratch.weights
    b.ld = ns2_tile_width(n)
    memset(weights, 0, b.ld * sizeof(float))
    for j in range(n):
        weights[j] = 1.0
    for j in range(n):
        labels[j] = 1.0 - codes[j]
    touch_outputs(scratch, points, n)
    find_rows(&scratch.hot, goal.side.matrix, points, n, k.out_stride, outputs)
    if scratch.is_special:
        for j in range(n):
            outputs[j] = output_of(k, work, i, j, points[j])
    b.n_outputs, b.outputs, b.labels, b.weights, b.offsets, b.link = n, outputs, labels, weights, NULL, NS2_LOGISTIC


cdef void fill_all(Kernel k, Workspace work, Window *window, long i, long s, ns2_block *b) noexcept nogil:
    """All rows, which the full softmax reads itself."""
    touch_outputs(&work.goals[i], work.chunk + window.t, 1)
    b.outputs, b.n_outputs, b.link, b.offsets = NULL, k.goals[i].side.n_rows, NS2_SOFTMAX, NULL


cdef void lay_out_labels(Kernel k, Workspace work, long i) noexcept nogil:
    """The fields that are the same for every centre of target i: all classes, each once, and no label yet."""
    cdef Scratch *scratch = &work.goals[i]
    cdef long j
    scratch.labelled = -1
    for j in range(k.goals[i].n_outputs):
        scratch.labels[j], scratch.weights[j], scratch.drawn[j] = 0.0, 1.0, j
        if not scratch.side.by_copy:
            scratch.outputs[j] = output_row(k, work, i, j)


cdef void label(Goal *goal, float *labels, long centre, float whole) noexcept nogil:
    """Label the class of a centre, or those of its set; they share the label if one class out of all is right."""
    cdef int64_t p, start, end
    if goal.path_offsets == NULL:
        labels[centre] = whole
        return
    start, end = goal.path_offsets[centre], goal.path_offsets[centre + 1]
    for p in range(start, end):
        labels[goal.path_points[p]] = whole if goal.kind != NS2_SHARED else whole / (end - start)


cdef inline void touch_labels(Goal *goal, Scratch *scratch, int32_t centre) noexcept nogil:
    """Count the right classes, if requested."""
    if goal.path_offsets == NULL:
        touch_outputs(scratch, &centre, 1)
    else:
        touch_outputs(scratch, goal.path_points + goal.path_offsets[centre],
                      goal.path_offsets[centre + 1] - goal.path_offsets[centre])


cdef void fill_labels(Kernel k, Workspace work, Window *window, long i, long s, ns2_block *b) noexcept nogil:
    """Every class; the label of the centre, or those of its set, is 1, or they share it."""
    cdef Goal *goal = &k.goals[i]
    cdef Scratch *scratch = &work.goals[i]
    cdef int32_t centre = work.chunk[window.t], j
    if scratch.side.by_copy:
        for j in range(goal.n_outputs):
            scratch.outputs[j] = copy_of(k, work, i, j, j)
    if scratch.labelled != centre:
        if scratch.labelled >= 0:
            label(goal, scratch.labels, scratch.labelled, 0.0)
        label(goal, scratch.labels, centre, 1.0)
        scratch.labelled = centre
    touch_labels(goal, scratch, centre)
    b.n_outputs, b.ld = goal.n_outputs, goal.ld
    b.outputs, b.labels, b.weights, b.offsets, b.link = scratch.outputs, scratch.labels, scratch.weights, NULL, goal.link
    add_bias(k, work, i, b, scratch.drawn)
