# Pairs of rows that are trained in place, many at once: first the negatives of all of them, then their steps, which are
# one loop in C (pairs.inc). A sampler that looks at the model is promised it one pair old (sampler.h): then draws and
# steps of pairs alternate. All other pairs are trained as windows, one per pair, and the results are the same.


cdef enum:
    PAIRS = 64                # pairs whose negatives are drawn at once
    LOOK_AHEAD = 6            # pairs ahead for which memory is prefetched


def shuffled(long n, long first, long end, *, uint64_t seed, uint64_t epoch=0):
    """Places [first, end) of a shuffled order of n things, the same one for equal seed and epoch.

    Parameters
    ----------
    n, first, end : int
    seed, epoch : int

    Returns
    -------
    things : ndarray of shape (end - first,), int64
        All places together hold each of 0 to n - 1 once; each range can be computed alone.
    """
    check(0 <= first <= end <= n < 2**62, f"expected 0 <= first <= end <= n, got {first}, {end}, {n}")
    things = np.empty(end - first, np.int64)
    cdef int64_t[::1] view = things
    if end > first:
        with nogil:
            ns2_shuffled(ns2_stream(seed, epoch, 0, NS2_STREAM_ORDER), n, first, end, &view[0])
    return things


cdef int check_order(const int64_t[::1] order, long n) except -1:
    cdef int64_t high = 0, low = 0
    cdef long e
    with nogil:
        for e in range(order.shape[0]):
            high = max(high, order[e])
            low = min(low, order[e])
    check(0 <= low and (high < n or order.shape[0] == 0), f"order holds {high if high >= n else low}, but there are {n} pairs")
    return 0


cdef long count_inputs(Workspace work, const int64_t[::1] offsets, const int64_t[::1] order, long n,
                       long n_given) except -1:
    """The inputs of n pairs that have lists of them."""
    cdef long total = 0, e
    cdef int64_t p
    for e in range(n):
        p = e if order is None else order[e]
        if not 0 < offsets[p + 1] - offsets[p] <= work.max_list:
            raise ValueError(f"pair {p} has {offsets[p + 1] - offsets[p]} inputs, expected 1 to {work.max_list}")
        if offsets[p] < 0 or offsets[p + 1] > n_given:
            raise ValueError(f"pair {p} has inputs up to {offsets[p + 1]}, but there are {n_given}")
        total += offsets[p + 1] - offsets[p]
    return total


cdef int copy_pairs(Workspace work, const int32_t[::1] inputs, const int32_t[::1] centres, const int64_t[::1] offsets,
                    const float[::1] weights, const int64_t[::1] order, long n) except -1:
    """Copy pairs into the chunk, in the order in which they are trained."""
    cdef long e, end = 0
    cdef int64_t p, q
    cdef bint is_ordered = order is not None, are_lists = offsets is not None, are_weighted = weights is not None
    with nogil:
        for e in range(n):
            p = order[e] if is_ordered else e
            work.chunk[e] = centres[p]
            if are_lists:
                for q in range(offsets[p], offsets[p + 1]):
                    work.pair_ids[end] = inputs[q]
                    end += 1
            else:
                work.pair_ids[end] = inputs[p]
                end += 1
            work.ends[e] = end
            if are_weighted:
                work.given_weights[e] = weights[p]
    work.pair_weights = work.given_weights if are_weighted else NULL
    return 0


cdef bint takes_pairs_at_once(Kernel k):
    """Whether a pair is no more than a step of rows in place."""
    cdef Goal *goal = &k.goals[0]
    cdef bint is_plain = (k.plain_inputs and not k.with_locks if k.reader == read_pairs
                          else not k.tags.by_copy and k.tags.lock == NULL)
    if k.reader == read_windows or (k.reader == read_tags and goal.noise.filter_window):
        return False
    return (is_plain and not k.pooled and k.n_goals == 1 and k.run_words == 1
            and goal.is_sampled and goal.n_outputs <= NS2_OUTPUTS and not goal.side.by_copy
            and not goal.noise.with_offsets and k.ops.pairs != NULL)


cdef bint take_tags_as_inputs(Kernel k, Workspace work) noexcept nogil:
    """Make pairs of the words of a chunk and the tags of their sentences; false unless each has one tag."""
    cdef long t = 0, s = 0
    cdef float *row
    while t < work.n_chunk:
        if work.tag_ends[s] - work.tag_starts[s] != 1:
            return False
        row = k.tags.matrix + work.tags[work.tag_starts[s]] * k.stride
        while t < work.ends[s]:
            work.rows[t] = row
            t += 1
        s += 1
    return True


cdef void train_many_pairs(Kernel k, Workspace work, float alpha, double *loss) noexcept nogil:
    """Train the chunk's pairs: a window is as many pairs as it has sets; the next window's sets are drawn afterwards
    or, if a window is one pair and its sampler looks at the model, before.
    """
    cdef long ahead = k.goals[0].noise.wants_hidden, size = 1 if ahead else PAIRS
    cdef long n = (work.n_chunk + size - 1) // size, t
    cdef Window *window
    work.newest = &work.windows[0]
    work.newest.n_ahead = 0
    for t in range(n + ahead):
        if t < n:
            window = &work.windows[t % (1 + ahead)]
            window.t = size * t
            window.n_sets = min(size, work.n_chunk - window.t)
            draw_for_pairs(k, work, window)
        if t >= ahead:
            step_drawn(k, work, &work.windows[(t - ahead) % (1 + ahead)], alpha, loss)


cdef void step_drawn(Kernel k, Workspace work, Window *window, float alpha, double *loss) noexcept nogil:
    """The pairs of a window."""
    cdef long s = 0, end
    while s < window.n_sets:
        end = s
        while end < window.n_sets and window.drawn[0].heaviest[end] == 1.0:
            end += 1
        if s < end:
            step_pairs(k, work, window, s, end, alpha, loss)
        else:
            end += 1
            step_heavy_pair(k, work, window, s, alpha, loss)
        s = end


cdef void draw_for_pairs(Kernel k, Workspace work, Window *window) noexcept nogil:
    """The negatives of the pairs of a window, and the addresses of their rows."""
    cdef Goal *goal = &k.goals[0]
    cdef bint is_told = goal.noise.kind == DRAW_CALL
    cdef ns2_request *request = &work.goals[0].request
    cdef Drawn *drawn = &window.drawn[0]
    cdef bint is_usual = goal.negative == 1 and goal.noise.kind <= DRAW_UNIFORM and not goal.noise.wants_hidden
    cdef long s, j, first
    request.context = -1
    for s in range(window.n_sets):
        window.first = window.t + s
        request.centre = work.chunk[window.first]
        if is_told:
            tell_pair(k, work, window, request)
        first = s * goal.n_outputs
        if not (is_usual and take_draw(k, work, window, drawn, s)):
            drawn.set_size[s] = choose_set(k, work, window, 0, s, request)
        for j in range(first, first + drawn.set_size[s]):
            drawn.outputs[j] = output_row(k, work, 0, drawn.ids[j])


cdef inline void tell_pair(Kernel k, Workspace work, Window *window, ns2_request *request) noexcept nogil:
    """The information for a sampler about the pair at window.first, besides its centre."""
    window.n_contexts = k.reader == read_pairs
    window.hole = window.first + 1
    start_request(k, work, 0, window.first)
    request.context = input_id(k, work, window, 0, 0)
    if k.goals[0].noise.wants_hidden:
        show_model(k, work, 0, window, request)
        request.hidden = work.rows[window.first]


cdef inline bint take_draw(Kernel k, Workspace work, Window *window, Drawn *drawn, long s) noexcept nogil:
    """Choose the one negative of pair s from the available draws, if that is enough: a short form of `choose_set`."""
    cdef Goal *goal = &k.goals[0]
    cdef Scratch *scratch = &work.goals[0]
    cdef int32_t centre = work.chunk[window.first], row
    cdef long of = filter_of(goal, work, window, centre), at = scratch.draws_at, tries
    cdef bint is_good = False
    if goal.noise.filter_offsets != NULL and s + LOOK_AHEAD < window.n_sets and at + LOOK_AHEAD < scratch.n_draws:
        # probably the draw of that pair, unless an earlier one is drawn again
        look_ahead(goal, work, window.first + LOOK_AHEAD, scratch.draws[at + LOOK_AHEAD])
    for tries in range(1 + REDRAWS if goal.noise.collision == ON_COLLISION_REDRAW else 1):
        if at == scratch.n_draws:
            return False
        row = scratch.draws[at]
        at += 1
        is_good = row != centre and not is_listed(goal, of, row)
        if is_good:
            break
    if not is_good and goal.noise.collision == ON_COLLISION_KEEP:
        return False
    scratch.draws_at = at
    drawn.ids[2 * s], drawn.ids[2 * s + 1] = centre, row
    memcpy(drawn.weights + 8 * s, scratch.one_each, 8 * sizeof(float))
    drawn.weights[8 * s + 1] = is_good
    drawn.set_size[s], drawn.heaviest[s] = 1 + is_good, 1.0
    touch_outputs(scratch, drawn.ids + 2 * s, 2)
    return True


cdef inline void look_ahead(Goal *goal, Workspace work, long t, int32_t row) noexcept nogil:
    """Prefetch the bits that a pair will need."""
    cdef long of = work.ids[t] if goal.noise.filter_by_input else work.chunk[t]
    ns2_prefetch_bits(bits_of_list(&goal.noise, of), words_of_list(&goal.noise, of), goal.side.n_ids, row)


cdef void step_pairs(Kernel k, Workspace work, Window *window, long first, long end, float alpha,
                     double *loss) noexcept nogil:
    """Train pairs [first, end) of a window, one step each."""
    cdef Goal *goal = &k.goals[0]
    cdef Drawn *drawn = &window.drawn[0]
    cdef ns2_pairs pairs
    cdef ns2_block b
    start_block(k, work, alpha, loss, &b)
    b.link, b.user_link, b.user_data, b.labels = goal.link, goal.user_link, goal.user_data, work.goals[0].labels
    # other than 1 only for a single pair, whose centre was drawn and kept (fill_sampled)
    work.goals[0].labels[0] = <float> 1.0 if goal.kind == NS2_SHARED else 1 / drawn.weights[first * goal.ld]
    pairs.inputs = work.rows + window.t + first
    pairs.outputs = drawn.outputs + first * goal.n_outputs
    pairs.n_outputs = drawn.set_size + first
    pairs.ids = drawn.ids + first * goal.n_outputs
    pairs.weights = drawn.weights + first * goal.ld
    pairs.factors = work.pair_weights + window.t + first if work.pair_weights != NULL else NULL
    pairs.bias, pairs.frozen = goal.bias, goal.side.changes == NULL
    pairs.n, pairs.m = end - first, goal.n_outputs
    k.ops.pairs(&pairs, &b)


cdef inline bint takes_one_round(Kernel k, Workspace work, Window *window, long s, float alpha) noexcept nogil:
    """Whether one step is enough for a pair, although one of its outputs was drawn several times."""
    cdef Goal *goal = &k.goals[0]
    cdef Drawn *drawn = &window.drawn[0]
    cdef ns2_block b
    b.alpha = alpha
    b.outputs, b.n_outputs = drawn.outputs + s * goal.n_outputs, drawn.set_size[s]
    b.weights = drawn.weights + s * goal.ld
    return rounds_of_input(k, work, &b, 0, 0, drawn.heaviest[s]) == 1


cdef void step_heavy_pair(Kernel k, Workspace work, Window *window, long s, float alpha, double *loss) noexcept nogil:
    """A pair with an output that was drawn several times: in rounds if one step would overshoot."""
    cdef ns2_block b
    cdef double own = 0.0
    cdef float factor = work.pair_weights[window.t + s] if work.pair_weights != NULL else <float> 1.0
    work.inputs_now[0], work.locks[0] = work.rows[window.t + s], 1.0
    if k.goals[0].kind == NS2_SHARED or takes_one_round(k, work, window, s, alpha * factor):
        step_pairs(k, work, window, s, s + 1, alpha, loss)
        return
    start_block(k, work, alpha * factor, &own if loss != NULL else NULL, &b)
    fill_sampled(k, work, window, 0, s, &b)
    step_set(k, work, window, &b, 0, 0, 1, window.drawn[0].heaviest[s])
    if loss != NULL:
        loss[0] += factor * own
