# What a sampler may look at when it draws: the model, the input, and rows that are not negatives (sampler.h).


cdef void set_view(Kernel k, Workspace work, long i) noexcept nogil:
    """The view of a sampler of this thread; rows that it draws have weight 1, unless it sets another one."""
    cdef Scratch *scratch = &work.goals[i]
    cdef ns2_view *view = &scratch.view
    cdef bint has_inputs = shows_inputs(k, i)
    cdef long j
    view.inputs, view.outputs = k.inputs.matrix if has_inputs else k.goals[i].side.matrix, k.goals[i].side.matrix
    view.hot_inputs, view.hot_outputs = work.hot.local if has_inputs else scratch.hot.local, scratch.hot.local
    # rows that are drawn are outputs; there are copies of at least as many of the inputs that are shown
    view.n_hot, view.stride, view.width = scratch.hot.n, k.stride, k.width
    view.ops, view.score, view.bias, view.few = k.scoring, ns2_view_score, k.goals[i].bias, k.scoring.few
    show_bags(&view.input_bags, &k.inputs if has_inputs else &k.goals[i].side)
    show_bags(&view.output_bags, &k.goals[i].side)
    view.compose, view.members = ns2_view_compose, <const float **> work.members
    scratch.request.rng = &scratch.rng
    if k.goals[i].noise.wants_hidden:
        scratch.request.view, scratch.request.counts = view, &work.counts
        scratch.request.weights = scratch.drawn_weights
    for j in range(1 + k.goals[i].negative):
        scratch.drawn_weights[j] = 1.0


cdef inline bint shows_inputs(Kernel k, long i) noexcept nogil:
    """Whether outputs of target i are inputs, too: then their similarity is computed from their input vectors."""
    return not k.goals[i].noise.other_inputs and k.inputs.n_ids >= k.goals[i].side.n_ids


cdef void show_bags(ns2_bags *bags, Side *side) noexcept nogil:
    bags.matrix, bags.offsets, bags.rows, bags.is_sum = side.matrix, side.offsets, side.rows, side.is_sum


cdef inline void show_model(Kernel k, Workspace work, long i, Window *window, ns2_request *request) noexcept nogil:
    """The rows that a sampler that looks at the model must not choose."""
    cdef Goal *goal = &k.goals[i]
    cdef int64_t start
    cdef long of
    if goal.noise.filter_offsets != NULL:
        of = filter_of(goal, work, window, request.centre)
        start = goal.noise.filter_offsets[of]
        request.excluded = goal.noise.filter_rows + start
        request.excluded_bits = bits_of_list(&goal.noise, of)
        request.n_excluded_words = words_of_list(&goal.noise, of)
        request.n_excluded = goal.noise.filter_offsets[of + 1] - start
    if goal.noise.filter_window:
        request.window = work.chunk + window.first
        request.n_window = window.end - window.first


cdef const float *planned_hidden(Kernel k, Workspace work, long first, long end, long n_rows) noexcept nogil:
    """Mean of the n_rows of inputs of a window, as they are one window before it is trained."""
    k.ops.gather(work.inputs_now + first, end - first, k.inputs.stride, <float> 1.0 / n_rows, work.planned_hidden)
    return work.planned_hidden
