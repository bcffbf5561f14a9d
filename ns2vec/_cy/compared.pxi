# Pairs whose sampler looks at the model, each with one negative that is compared with the output that was seen (bpr,
# hinge): the usual case of WARP and dynamic sampling. The results are the same bytes as from train_many_pairs, without
# the sets, windows and blocks that more negatives need.


cdef enum:
    WORDS_OF_A_LINE = 32      # of memory
    MOST_FETCHED = 128        # words of a list as bits; a longer list is asked for few of them


cdef struct Comparison:
    ns2_compared rows
    int32_t ids[2]            # of the output that was seen, and of the other one
    bint has_other


cdef bint compares_pairs(Kernel k):
    """Whether pairs are compared with one negative each."""
    cdef Goal *goal = &k.goals[0]
    return (k.many_pairs and k.reader == read_pairs and goal.kind == NS2_CONTRAST and goal.link != NS2_CUSTOM
            and goal.negative == 1 and goal.noise.kind == DRAW_CALL and goal.noise.wants_hidden
            and goal.side.changes != NULL and k.ops.compare != NULL)


cdef void train_comparisons(Kernel k, Workspace work, float alpha, double *loss) noexcept nogil:
    """Train the chunk's pairs; the negative of the next pair is drawn before a pair is trained (sampler.h)."""
    cdef Comparison comparisons[2]
    cdef ns2_block b
    cdef long n = work.n_chunk, t
    work.newest = &work.windows[0]
    work.newest.n_ahead = 0
    start_block(k, work, alpha, loss, &b)
    b.link = k.goals[0].link
    for t in range(n + 1):
        if t < n:
            if t + LOOK_AHEAD < n:
                fetch_pair(k, work, t + LOOK_AHEAD)
            draw_comparison(k, work, t, &comparisons[t & 1])
        if t > 0 and comparisons[(t - 1) & 1].has_other:
            step_comparison(k, work, t - 1, &comparisons[(t - 1) & 1], &b, alpha, loss)


cdef inline void fetch_pair(Kernel k, Workspace work, long t) noexcept nogil:
    """Prefetch the rows of a pair, and the bits of the outputs that it must not be compared with."""
    cdef NoiseFields *noise = &k.goals[0].noise
    cdef float *rows[2]
    cdef long word = 0
    rows[0], rows[1] = work.rows[t], output_row(k, work, 0, work.chunk[t])
    k.ops.fetch(rows, 2, k.stride)
    if noise.filter_words and noise.filter_by_input:
        while word < min(noise.filter_words, <long> MOST_FETCHED):
            ns2_prefetch(noise.filter_bits + work.ids[t] * noise.filter_words + word)
            word += WORDS_OF_A_LINE


cdef inline void draw_comparison(Kernel k, Workspace work, long t, Comparison *c) noexcept nogil:
    """The negative of pair t."""
    cdef Goal *goal = &k.goals[0]
    cdef Scratch *scratch = &work.goals[0]
    cdef Window *window = &work.windows[0]
    cdef ns2_request *request = &scratch.request
    cdef int32_t seen = work.chunk[t], other
    window.t = window.first = t
    request.centre = seen
    tell_pair(k, work, window, request)
    c.has_other = (draw_rows(k, work, 0, request, 1, scratch.drawn, NULL) == 1
                   and (is_wanted(k, work, window, 0, request, scratch.drawn[0])
                        or replaced(k, work, window, 0, request, 0, NULL)))
    other = scratch.drawn[0]
    c.ids[0], c.ids[1] = seen, other
    touch_outputs(scratch, c.ids, 1 + c.has_other)
    if not c.has_other:
        return
    c.rows.input = work.rows[t]
    c.rows.seen, c.rows.other = output_row(k, work, 0, seen), output_row(k, work, 0, other)
    c.rows.seen_bias = goal.bias + seen if goal.bias != NULL else NULL
    c.rows.other_bias = goal.bias + other if goal.bias != NULL else NULL
    c.rows.weight = scratch.drawn_weights[0]


cdef inline void step_comparison(Kernel k, Workspace work, long t, Comparison *c, ns2_block *b, float alpha,
                                 double *loss) noexcept nogil:
    """A step of pair t, or several rounds if one step would overshoot."""
    cdef double own = 0.0
    cdef float factor = work.pair_weights[t] if work.pair_weights != NULL else <float> 1.0
    b.alpha = alpha * factor
    b.loss = &own if loss != NULL else NULL
    if not k.ops.compare(&c.rows, b):
        step_closely(k, work, t, c, alpha, loss)
    elif loss != NULL:
        loss[0] += factor * own


cdef void step_closely(Kernel k, Workspace work, long t, Comparison *c, float alpha, double *loss) noexcept nogil:
    """A pair whose step may overshoot, as a window."""
    cdef Window *window = &work.windows[1]
    cdef Drawn *drawn = &window.drawn[0]
    window.t, window.first, window.n_sets = t, t, 1
    window.n_ahead = window.n_tags = 0
    window.n_contexts = window.n_inputs = 1
    drawn.set_size[0] = 2
    drawn.ids[0], drawn.ids[1] = c.ids[0], c.ids[1]
    drawn.outputs[0], drawn.outputs[1] = c.rows.seen, c.rows.other
    memcpy(drawn.weights, work.goals[0].one_each, k.goals[0].ld * sizeof(float))
    drawn.weights[1] = c.rows.weight
    drawn.heaviest[0] = max(<float> 1.0, c.rows.weight)
    step_heavy_pair(k, work, window, 0, alpha, loss)
