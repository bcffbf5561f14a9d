# The nogil half of _kernels.pyx: the next window, its inputs and its negatives.


# ---- readers: which inputs are trained on a centre --------------------------------------------


cdef inline void read_windows(Kernel k, Workspace work, Window *window, long start, long end, long t) noexcept nogil:
    """The words around the centre, and the tags of its sentence."""
    cdef long reach = k.window - (work.chunk_shrinks[t] if k.shrink_windows else 0)
    window.first = max(start, t - reach)
    window.end = min(end, t + reach + 1)
    window.hole = t
    window.n_contexts = window.end - window.first - 1
    window.needed_from = max(start, t - k.window)
    read_tags_of_sentence(work, window)


cdef void read_tags(Kernel k, Workspace work, Window *window, long start, long end, long t) noexcept nogil:
    """Only the tags of its sentence."""
    window.first = window.end = window.hole = window.needed_from = 0
    window.n_contexts = 0
    read_tags_of_sentence(work, window)


cdef void read_pairs(Kernel k, Workspace work, Window *window, long start, long end, long t) noexcept nogil:
    """The input that was given with the centre, or its list of inputs."""
    window.first = work.ends[t - 1] if t > 0 else 0
    window.end = window.hole = work.ends[t]
    window.n_contexts = window.end - window.first
    window.needed_from = window.first


cdef inline void read_tags_of_sentence(Workspace work, Window *window) noexcept nogil:
    if work.has_tags:
        window.first_tag = work.tag_starts[work.sentence]
        window.n_tags = work.tag_ends[work.sentence] - window.first_tag


# every reader: name -> address of its function
cdef dict READER_FUNCTIONS = {
    "windows": <size_t> &read_windows,
    "tags": <size_t> &read_tags,
    "pairs": <size_t> &read_pairs,
}
READERS = tuple(READER_FUNCTIONS)


# ---- windows ahead ----------------------------------------------------------------------------


cdef void start_noise(Kernel k, Workspace work, uint64_t epoch, uint64_t chunk) noexcept nogil:
    """Each target that draws has a stream of its own, so that its draws do not depend on the other targets."""
    cdef long i, n_sampled = 0
    for i in range(k.n_goals):
        if k.goals[i].is_sampled:
            work.goals[i].rng = ns2_stream(k.seed, epoch, chunk, NS2_STREAM_NOISE + STREAMS * n_sampled)
            n_sampled += 1


cdef void plan_window(Kernel k, Workspace work, Window *window, long start, long end, long t) noexcept nogil:
    """Position t of the sentence at [start, end) of the chunk."""
    cdef int32_t centre = work.chunk[t]
    cdef Goal *goal
    cdef long i
    window.t = t
    if k.reader == read_windows:  # the usual one, inline
        read_windows(k, work, window, start, end, t)
    else:
        k.reader(k, work, window, start, end, t)
    window.n_inputs = window.n_contexts + window.n_tags
    # only rows that no earlier window has reached are new to the cache
    window.n_ahead = 0
    window.heaviest = 1.0
    if k.plain_inputs and not work.is_gradient:
        reach_rows(work, window)
    else:
        reach_units(k, work, window)
    window.n_sets = n_sets_of(k, window.n_inputs) if window.n_inputs else 0
    for i in range(k.n_goals):
        goal = &k.goals[i]
        if goal.path_offsets != NULL:
            ns2_prefetch(&goal.path_points[goal.path_offsets[centre]])
        elif goal.is_sampled and window.n_inputs:
            draw_sets(k, work, window, i)


cdef inline void draw_sets(Kernel k, Workspace work, Window *window, long i) noexcept nogil:
    """The negatives of a window for target i."""
    cdef ns2_request *request = start_request(k, work, i, window.t)
    cdef Drawn *drawn = &window.drawn[i]
    cdef bint wants_hidden = k.goals[i].noise.wants_hidden
    cdef bint is_told = k.goals[i].noise.kind == DRAW_CALL and (k.pairwise or k.reader == read_pairs)
    cdef long s, first, end, n = 0
    if wants_hidden:
        show_model(k, work, i, window, request)
        n = set_inputs(k, work, window)
    for s in range(window.n_sets):
        if is_told:
            request.context = input_id(k, work, window, i, s)
            if wants_hidden:
                request.hidden = work.inputs_now[s]
        elif wants_hidden and not k.pooled:
            first, end = set_start(window, s), set_start(window, s + 1)
            request.hidden = planned_hidden(k, work, first, end, end - first)
        if wants_hidden and k.pooled:
            request.hidden = planned_hidden(k, work, 0, n, n_rows_of(k, work, window, n))
        drawn.set_size[s] = draw_set(k, work, window, i, s, request)
        if k.pooled:
            window.heaviest = max(window.heaviest, drawn.heaviest[s])


cdef inline int32_t input_id(Kernel k, Workspace work, Window *window, long i, long s) noexcept nogil:
    """Unit of input s as the sampler of target i may see it; -1 for tags, for a list that is pooled, and for inputs
    that are not among its rows, because the sampler uses the unit for look-ups.
    """
    if s >= window.n_contexts or (k.pooled and window.n_contexts > 1) or k.inputs.n_ids > k.goals[i].side.n_ids:
        return -1
    return work.ids[position_of(window, s)]


cdef inline long n_sets_of(Kernel k, long n_inputs) noexcept nogil:
    """Number of sets of negatives for this many inputs."""
    if k.pairwise:
        return n_inputs
    return 1 if k.pooled else (n_inputs + SET_CONTEXTS - 1) // SET_CONTEXTS


cdef inline long set_start(Window *window, long s) noexcept nogil:
    """The first input of set s: sets have equally many inputs, give or take one."""
    # one set, or one per input: without the division, which takes as long as the sums of a short row
    if window.n_sets == 1 or window.n_sets == window.n_inputs:
        return s if window.n_sets > 1 else s * window.n_inputs
    return s * window.n_inputs // window.n_sets


cdef inline long position_of(Window *window, long i) noexcept nogil:
    """Place of context i in the chunk."""
    return window.first + i + (window.first + i >= window.hole)


cdef inline void fetch(Window *window, float *row) noexcept nogil:
    """Have a row in the cache when the window is trained: the updates of an earlier window fetch it, one line at a time
    between their sums.
    """
    window.ahead[window.n_ahead] = row
    window.n_ahead += 1


cdef inline ns2_request *start_request(Kernel k, Workspace work, long i, long t) noexcept nogil:
    """The request to the sampler of target i for place t; other fields keep their values, or are set afterwards."""
    cdef ns2_request *request = &work.goals[i].request
    request.centre = work.chunk[t]
    request.context = -1
    if k.goals[i].noise.batch_words:
        set_batch(k, work, i, request, t)
    return request


cdef inline long filter_of(Goal *goal, Workspace work, Window *window, int32_t centre) noexcept nogil:
    """The list of rows that are not negatives."""
    return work.ids[window.first] if goal.noise.filter_by_input else centre


cdef void set_batch(Kernel k, Workspace work, long i, ns2_request *request, long t) noexcept nogil:
    """The words of the batch of position t, or the rows that were drawn for it."""
    cdef Goal *goal = &k.goals[i]
    cdef Scratch *scratch = &work.goals[i]
    cdef long size = goal.noise.batch_words, batch = t // size, j
    if goal.noise.pool_size == 0:
        request.batch = work.chunk + batch * size
        request.n_batch = min(size, work.n_chunk - batch * size)
        return
    if scratch.batch != batch:
        scratch.batch = batch
        for j in range(goal.noise.pool_size):
            scratch.pool[j] = ns2_draw_alias(request.rng, goal.noise.alias, <uint32_t> goal.side.n_ids)
    request.batch = scratch.pool
    request.n_batch = goal.noise.pool_size


cdef long draw_rows(Kernel k, Workspace work, long i, ns2_request *request, long n, int32_t *rows,
                    float *log_q) noexcept nogil:
    """Draw at most n rows with the sampler of target i; return how many. Static samplers are inlined."""
    cdef NoiseFields *noise = &k.goals[i].noise
    cdef Scratch *scratch = &work.goals[i]
    cdef long j, kept = 0, n_rows = k.goals[i].side.n_ids
    if noise.kind <= DRAW_UNIFORM:
        for j in range(n):
            if scratch.draws_at == scratch.n_draws:
                draw_many(k, work, i)
            rows[j] = scratch.draws[scratch.draws_at]
            scratch.draws_at += 1
        return n
    if noise.kind == DRAW_BLOCK:
        while kept < n and work.n_block > 0:
            rows[kept] = work.block[work.block_at]
            work.block_at = work.block_at + 1 if work.block_at + 1 < work.n_block else 0
            kept += 1
        return kept
    n = noise.sampler.draw(noise.sampler, request, n, rows, log_q)
    for j in range(n):
        if 0 <= rows[j] < n_rows:
            rows[kept] = rows[j]
            if log_q != NULL:
                log_q[kept] = log_q[j]
            kept += 1
        else:
            work.bad_row = rows[j]
    return kept


cdef void draw_many(Kernel k, Workspace work, long i) noexcept nogil:
    """The next draws of the stream, many at once, so that their memory accesses overlap."""
    cdef Scratch *scratch = &work.goals[i]
    cdef uint32_t n_rows = <uint32_t> k.goals[i].side.n_ids
    # a short document needs only a few
    cdef long n = min(<long> MAX_DRAWS, (work.n_chunk // k.run_words + 1) * max(k.goals[i].negative, k.run_negative))
    if k.goals[i].noise.kind == DRAW_ALIAS:
        ns2_draw_aliases(&scratch.rng, k.goals[i].noise.alias, n_rows, n, scratch.draws)
    else:
        ns2_draw_below(&scratch.rng, n_rows, n, scratch.draws)
    scratch.draws_at, scratch.n_draws = 0, n


cdef inline bint is_listed(Goal *goal, long of, int32_t row) noexcept nogil:
    """Whether a row is on a list of rows that are not negatives."""
    cdef NoiseFields *noise = &goal.noise
    cdef int64_t start
    cdef long n_listed
    if noise.filter_offsets == NULL:
        return False
    start = noise.filter_offsets[of]
    n_listed = noise.filter_offsets[of + 1] - start
    return ns2_is_listed(bits_of_list(noise, of), words_of_list(noise, of), noise.filter_rows + start, n_listed,
                         goal.side.n_ids, row)


cdef bint is_wanted(Kernel k, Workspace work, Window *window, long i, ns2_request *request, int32_t row) noexcept nogil:
    """Whether a drawn row may be a negative of the window."""
    cdef Goal *goal = &k.goals[i]
    cdef long p
    if goal.noise.is_clean:
        return True
    if row == request.centre or is_listed(goal, filter_of(goal, work, window, request.centre), row):
        return False
    if goal.noise.filter_window:
        for p in range(window.first, window.end):
            if work.chunk[p] == row:
                return False
    return True


cdef inline long choose_set(Kernel k, Workspace work, Window *window, long i, long s, ns2_request *request) noexcept nogil:
    """The centre and its negatives, each row once with its multiplicity; returns how many rows."""
    cdef Goal *goal = &k.goals[i]
    cdef Scratch *scratch = &work.goals[i]
    cdef Drawn *drawn = &window.drawn[i]
    cdef int32_t *ids = drawn.ids + s * goal.n_outputs
    cdef const int32_t *rows = scratch.drawn
    cdef int32_t centre = request.centre
    cdef float *log_q = scratch.log_q if goal.noise.with_offsets and goal.noise.log_q == NULL else NULL
    cdef long m = 0, j, n = goal.negative
    if goal.noise.kind <= DRAW_UNIFORM and scratch.draws_at + n <= scratch.n_draws:  # almost always
        rows = scratch.draws + scratch.draws_at
        scratch.draws_at += n
    else:
        n = draw_rows(k, work, i, request, n, scratch.drawn, log_q)
    if goal.plain_noise and all_differ(centre, rows, n):
        m = n + 1
        ids[0] = centre
        for j in range(n):
            ids[1 + j] = rows[j]
        memcpy(drawn.weights + s * goal.ld, scratch.one_each, goal.ld * sizeof(float))
        drawn.heaviest[s] = 1.0
    elif n == 1 == goal.negative and not goal.noise.with_offsets and is_wanted(k, work, window, i, request, rows[0]):
        m = 2
        ids[0], ids[1] = centre, rows[0]
        memcpy(drawn.weights + s * goal.ld, scratch.one_each, goal.ld * sizeof(float))
        drawn.weights[s * goal.ld + 1] = scratch.drawn_weights[0]
        drawn.heaviest[s] = max(<float> 1.0, scratch.drawn_weights[0])
    else:
        if rows != scratch.drawn:
            memcpy(scratch.drawn, rows, n * sizeof(int32_t))
        m = merge_draws(k, work, window, i, s, request, n, log_q)
    if goal.kind == NS2_CONTRAST:
        drawn.heaviest[s] = push_on_centre(drawn.weights + s * goal.ld, m)
    touch_outputs(scratch, ids, m)
    return m


cdef long draw_set(Kernel k, Workspace work, Window *window, long i, long s, ns2_request *request) noexcept nogil:
    """A set whose rows are prefetched; returns how many rows."""
    cdef Scratch *scratch = &work.goals[i]
    cdef Drawn *drawn = &window.drawn[i]
    cdef long first = s * k.goals[i].n_outputs
    cdef int32_t *ids = drawn.ids + first
    cdef float **outputs = drawn.outputs + first
    cdef long j, m = choose_set(k, work, window, i, s, request)
    if scratch.side.by_copy:
        for j in range(m):
            fetch_unit(k, work, &scratch.side, ids[j])
        return m
    find_rows(&scratch.hot, k.goals[i].side.matrix, ids, m, k.out_stride, outputs)
    if k.pairwise or window.n_sets > 1:  # more than the updates can fetch
        if window.n_ahead:
            k.ops.fetch(window.ahead, window.n_ahead, k.stride)
            window.n_ahead = 0
        k.ops.fetch(outputs, m, k.out_stride)
    else:
        memcpy(window.ahead + window.n_ahead, outputs, m * sizeof(float *))
        window.n_ahead += m
    return m


cdef float push_on_centre(const float *weights, long m) noexcept nogil:
    """How many comparisons with negatives the centre has."""
    cdef float total = 0.0
    cdef long j
    for j in range(1, m):
        total += weights[j]
    return max(total, <float> 1.0)


cdef inline bint all_differ(int32_t centre, const int32_t *drawn, long n) noexcept nogil:
    """Whether n rows differ from each other and from the centre, as they usually do."""
    cdef uint64_t seen = <uint64_t> 1 << (centre & 63), bit, again = 0
    cdef long i, j
    cdef bint same = False
    if n > 16:
        return False
    # usually no two of them have the same last six bits; only otherwise each is compared with each
    for i in range(n):
        bit = <uint64_t> 1 << (drawn[i] & 63)
        again |= seen & bit
        seen |= bit
    if not again:
        return True
    for i in range(n):
        same |= drawn[i] == centre
        for j in range(i):
            same |= drawn[i] == drawn[j]
    return not same


cdef long merge_draws(Kernel k, Workspace work, Window *window, long i, long s, ns2_request *request, long n,
                      float *log_q) noexcept nogil:
    """Turn n draws into a set without repeated rows; return how many rows. Unwanted ones are dropped."""
    cdef Goal *goal = &k.goals[i]
    cdef Drawn *into = &window.drawn[i]
    cdef int32_t *drawn = work.goals[i].drawn
    cdef int32_t *ids = into.ids + s * goal.n_outputs
    cdef float *weights = into.weights + s * goal.ld
    cdef float *offsets = into.offsets + s * goal.ld
    cdef long m = 1, d, j
    cdef int32_t centre = request.centre
    ids[0] = centre
    memset(weights, 0, goal.ld * sizeof(float))
    weights[0] = 1.0
    if goal.noise.with_offsets:
        memset(offsets, 0, goal.ld * sizeof(float))
        offsets[0] = offset_of(goal, centre, log_q + goal.negative)
    for d in range(n):
        if not is_wanted(k, work, window, i, request, drawn[d]) and not replaced(k, work, window, i, request, d, log_q):
            if goal.noise.collision == ON_COLLISION_KEEP and drawn[d] == centre:
                weights[0] += 1.0
            continue
        j = 1
        while j < m and ids[j] != drawn[d]:
            j += 1
        if j == m:
            ids[m] = drawn[d]
            m += 1
            if goal.noise.with_offsets:
                offsets[j] = offset_of(goal, drawn[d], log_q + d)
        weights[j] += work.goals[i].drawn_weights[d]
    into.heaviest[s] = 1.0
    for j in range(m):
        into.heaviest[s] = max(into.heaviest[s], weights[j])
    return m


cdef bint replaced(Kernel k, Workspace work, Window *window, long i, ns2_request *request, long d,
                   float *log_q) noexcept nogil:
    """Draw again for place d, at most REDRAWS times; return whether a wanted row was found."""
    cdef float again[2]
    cdef int32_t row
    cdef long tries
    if k.goals[i].noise.collision != ON_COLLISION_REDRAW:
        return False
    for tries in range(REDRAWS):
        if draw_rows(k, work, i, request, 1, &row, again if log_q != NULL else NULL) == 0:
            return False
        if is_wanted(k, work, window, i, request, row):
            work.goals[i].drawn[d] = row
            if log_q != NULL:
                log_q[d] = again[0]
            return True
    return False


cdef float offset_of(Goal *goal, int32_t row, const float *log_q) noexcept nogil:
    """log(k q): from the table of a static sampler, otherwise what the sampler returned with its draw."""
    cdef float found = goal.noise.log_q[row] if goal.noise.log_q != NULL else log_q[0]
    # a row that is never drawn has log q = -inf, and inf - inf is not a number
    return goal.log_k + max(found, <float> -80.0)


cdef void draw_one(Kernel k, Workspace work, long i, long t, int32_t context) noexcept nogil:
    """The set of position t of the chunk, as if its window were empty, into the first set of windows[0]."""
    cdef Window *window = &work.windows[0]
    cdef ns2_request *request = start_request(k, work, i, t)
    window.t = window.first = window.hole = t
    window.end, window.n_ahead, window.n_sets, window.n_contexts = t + 1, 0, 1, 0
    request.context = context
    if k.goals[i].noise.wants_hidden:
        show_model(k, work, i, window, request)
        request.hidden = input_row(k, work, max(context, 0))
    window.drawn[i].set_size[0] = draw_set(k, work, window, i, 0, request)


cdef void copy_set(Kernel k, Workspace work, long i, long s, int32_t *rows, float *weights, float *offsets) noexcept nogil:
    """The content of set s of windows[0]."""
    cdef Goal *goal = &k.goals[i]
    cdef Drawn *drawn = &work.windows[0].drawn[i]
    cdef long ids = s * goal.n_outputs, first = s * goal.ld, j
    for j in range(drawn.set_size[s]):
        rows[j], weights[j] = drawn.ids[ids + j], drawn.weights[first + j]
        offsets[j] = drawn.offsets[first + j] if goal.noise.with_offsets else <float> 0.0
