# The nogil half of _kernels.pyx: one window ahead, its reach and its negatives.


cdef void plan_window(Kernel k, Workspace work, Window *window, long start, long end, long t,
                      uint64_t *noise) noexcept nogil:
    """Position t of the sentence at [start, end) of the chunk."""
    cdef long reach = k.window - (work.chunk_shrinks[t] if k.shrink_windows else 0), s, p
    cdef int32_t centre = work.chunk[t]
    cdef ns2_request request
    window.t = t
    window.first = max(start, t - reach)
    window.end = min(end, t + reach + 1)
    window.n_contexts = window.end - window.first - 1
    window.n_sets = 0
    # only what no window before has reached is new to the cache
    window.n_ahead = 0
    for p in range(max(work.reached, window.first), window.end):
        fetch(window, work.rows[p])
    work.reached = max(work.reached, window.end)
    if k.syn1 != NULL:
        ns2_prefetch(&k.path_points[k.path_offsets[centre]])
    if not k.sampled or window.n_contexts == 0:
        return
    start_request(k, work, &request, t, noise)
    if k.noise.wants_hidden:
        show_model(k, work, window, &request)
        if not k.pairwise:
            set_inputs(k, work, window)
    window.n_sets = n_sets_of(k, window.n_contexts)
    for s in range(window.n_sets):
        if k.pairwise:
            request.context = work.chunk[position_of(window, s)]
            request.hidden = input_row(k, work, request.context) if k.noise.wants_hidden else NULL
        elif k.noise.wants_hidden:
            request.hidden = planned_hidden(k, work, set_start(window, s), set_start(window, s + 1))
        window.set_size[s] = draw_set(k, work, window, s, &request)


cdef inline long n_sets_of(Kernel k, long n_contexts) noexcept nogil:
    """Sets of negatives that so many contexts need."""
    if k.pairwise:
        return n_contexts
    return 1 if k.cbow else (n_contexts + SET_CONTEXTS - 1) // SET_CONTEXTS


cdef inline long set_start(Window *window, long s) noexcept nogil:
    """The first context that set s serves: sets serve equally many, give or take one."""
    # one set, or one each: without the division, which takes as long as a short row's sums
    if window.n_sets == 1 or window.n_sets == window.n_contexts:
        return s if window.n_sets > 1 else s * window.n_contexts
    return s * window.n_contexts // window.n_sets


cdef inline long position_of(Window *window, long i) noexcept nogil:
    """Where context i is in the chunk."""
    return window.first + i + (window.first + i >= window.t)


cdef inline void fetch(Window *window, float *row) noexcept nogil:
    """Have a row near when the window is trained: fetched by the updates of an earlier window, a line at a time
    between their sums, or by `fetch_now`.
    """
    window.ahead[window.n_ahead] = row
    window.n_ahead += 1


cdef inline void fetch_now(Kernel k, Window *window) noexcept nogil:
    """Fetch all rows at once: those of several sets are more than the updates can carry."""
    k.ops.fetch(window.ahead, window.n_ahead, k.stride)
    window.n_ahead = 0


cdef void start_request(Kernel k, Workspace work, ns2_request *request, long t, uint64_t *noise) noexcept nogil:
    memset(request, 0, sizeof(ns2_request))
    request.centre = work.chunk[t]
    request.context = -1
    request.rng = noise
    if k.noise.batch_words:
        set_batch(k, work, request, t)


cdef void set_view(Kernel k, Workspace work) noexcept nogil:
    """What a sampler of this thread may look at; rows that it drew count 1, unless it says otherwise."""
    cdef long i
    work.view.inputs, work.view.outputs = k.syn0, k.syn1neg
    work.view.hot_inputs, work.view.hot_outputs = work.hot0.local, work.hot1neg.local
    work.view.n_hot, work.view.stride, work.view.width = work.hot0.n, k.stride, k.width
    work.view.ops, work.view.score = &k.ops, ns2_view_score
    for i in range(1 + k.negative):
        work.drawn_weights[i] = 1.0


cdef void show_model(Kernel k, Workspace work, Window *window, ns2_request *request) noexcept nogil:
    """What a sampler needs in order to choose by score, and what it must not choose."""
    cdef int64_t start
    request.view = &work.view
    request.counts = &work.counts
    request.weights = work.drawn_weights
    if k.noise.filter_offsets != NULL:
        start = k.noise.filter_offsets[request.centre]
        request.excluded = k.noise.filter_rows + start
        request.n_excluded = k.noise.filter_offsets[request.centre + 1] - start
    if k.noise.filter_window:
        request.window = work.chunk + window.first
        request.n_window = window.end - window.first


cdef void set_batch(Kernel k, Workspace work, ns2_request *request, long t) noexcept nogil:
    """The words of the batch that position t lies in, or the rows that were drawn for it."""
    cdef long size = k.noise.batch_words, batch = t // size, i
    if k.noise.pool_size == 0:
        request.batch = work.chunk + batch * size
        request.n_batch = min(size, work.n_chunk - batch * size)
        return
    if work.batch != batch:
        work.batch = batch
        for i in range(k.noise.pool_size):
            work.pool[i] = ns2_draw_alias(request.rng, k.noise.alias, <uint32_t> k.n_rows)
    request.batch = work.pool
    request.n_batch = k.noise.pool_size


cdef const float *planned_hidden(Kernel k, Workspace work, long first, long end) noexcept nogil:
    """Mean of input rows of a window, as they are one window before its turn."""
    k.ops.gather(work.inputs + first, end - first, k.stride, <float> 1.0 / (end - first), work.planned_hidden)
    return work.planned_hidden


cdef long draw_rows(Kernel k, Workspace work, ns2_request *request, long n, int32_t *rows, float *log_q) noexcept nogil:
    """At most n rows from the sampler; how many. Static samplers are drawn from in line."""
    cdef long i, kept = 0
    if k.noise.kind == DRAW_ALIAS:
        for i in range(n):
            rows[i] = next_alias_draw(k, work, request.rng)
        return n
    if k.noise.kind == DRAW_UNIFORM:
        for i in range(n):
            rows[i] = ns2_below(request.rng, <uint32_t> k.n_rows)
        return n
    if k.noise.kind == DRAW_BLOCK:
        while kept < n and work.n_block > 0:
            rows[kept] = work.block[work.block_at]
            work.block_at = work.block_at + 1 if work.block_at + 1 < work.n_block else 0
            kept += 1
        return kept
    n = k.noise.sampler.draw(k.noise.sampler, request, n, rows, log_q)
    for i in range(n):
        if 0 <= rows[i] < k.n_rows:
            rows[kept] = rows[i]
            if log_q != NULL:
                log_q[kept] = log_q[i]
            kept += 1
        else:
            work.bad_row = rows[i]
    return kept


cdef inline int32_t next_alias_draw(Kernel k, Workspace work, uint64_t *rng) noexcept nogil:
    """The stream's next draw. They are made many at once, so that their columns are waited for together."""
    if work.draws_at == work.n_draws:
        ns2_draw_aliases(rng, k.noise.alias, <uint32_t> k.n_rows, MAX_DRAWS, work.draws)
        work.draws_at, work.n_draws = 0, MAX_DRAWS
    work.draws_at += 1
    return work.draws[work.draws_at - 1]


cdef bint is_wanted(Kernel k, Workspace work, Window *window, int32_t centre, int32_t row) noexcept nogil:
    """Whether a drawn row may be a negative of the window."""
    cdef long low, high, middle, p
    if row == centre:
        return False
    if k.noise.filter_offsets != NULL:
        low, high = k.noise.filter_offsets[centre], k.noise.filter_offsets[centre + 1]
        while low < high:
            middle = (low + high) // 2
            if k.noise.filter_rows[middle] == row:
                return False
            if k.noise.filter_rows[middle] < row:
                low = middle + 1
            else:
                high = middle
    if k.noise.filter_window:
        for p in range(window.first, window.end):
            if work.chunk[p] == row:
                return False
    return True


cdef long draw_set(Kernel k, Workspace work, Window *window, long s, ns2_request *request) noexcept nogil:
    """The centre and its negatives, each row once with its multiplicity; how many rows."""
    cdef int32_t *ids = window.ids + s * (1 + k.negative)
    cdef float **outputs = window.outputs + s * (1 + k.negative)
    cdef float *log_q = work.log_q if k.noise.with_offsets and k.noise.log_q == NULL else NULL
    cdef long m, j, n = draw_rows(k, work, request, k.negative, work.drawn, log_q)
    m = n + 1 if k.plain_noise and all_differ(request.centre, work.drawn, n) else 0
    if m:
        ids[0] = request.centre
        for j in range(n):
            ids[1 + j] = work.drawn[j]
        memcpy(window.weights + s * work.noise_ld, work.one_each, work.noise_ld * sizeof(float))
        window.heaviest[s] = 1.0
    else:
        m = merge_draws(k, work, window, s, request, n, log_q)
    for j in range(m):
        outputs[j] = output_row(k, work, ids[j])
        fetch(window, outputs[j])
    if k.pairwise or window.n_sets > 1:
        fetch_now(k, window)
    return m


cdef inline bint all_differ(int32_t centre, const int32_t *drawn, long n) noexcept nogil:
    """Whether n rows differ from each other and from the centre, as most do."""
    cdef long i, j
    cdef bint same = False
    if n > 16:
        return False
    for i in range(n):
        same |= drawn[i] == centre
        for j in range(i):
            same |= drawn[i] == drawn[j]
    return not same


cdef long merge_draws(Kernel k, Workspace work, Window *window, long s, ns2_request *request, long n,
                      float *log_q) noexcept nogil:
    """n draws into a set without repeated rows; how many rows. Those that are not wanted go."""
    cdef int32_t *ids = window.ids + s * (1 + k.negative)
    cdef float *weights = window.weights + s * work.noise_ld
    cdef float *offsets = window.offsets + s * work.noise_ld
    cdef long m = 1, d, j
    cdef int32_t centre = request.centre, row
    ids[0] = centre
    memset(weights, 0, work.noise_ld * sizeof(float))
    weights[0] = 1.0
    if k.noise.with_offsets:
        memset(offsets, 0, work.noise_ld * sizeof(float))
        offsets[0] = offset_of(k, centre, log_q + k.negative)
    for d in range(n):
        if not is_wanted(k, work, window, centre, work.drawn[d]) and not replaced(k, work, window, request, d, log_q):
            if k.noise.collision == ON_COLLISION_KEEP and work.drawn[d] == centre:
                weights[0] += 1.0
            continue
        row = work.drawn[d]
        j = 1
        while j < m and ids[j] != row:
            j += 1
        if j == m:
            ids[m] = row
            m += 1
            if k.noise.with_offsets:
                offsets[j] = offset_of(k, row, log_q + d)
        weights[j] += work.drawn_weights[d]
    window.heaviest[s] = 1.0
    for j in range(m):
        window.heaviest[s] = max(window.heaviest[s], weights[j])
    return m


cdef bint replaced(Kernel k, Workspace work, Window *window, ns2_request *request, long d, float *log_q) noexcept nogil:
    """Draw again for place d, REDRAWS times at most; whether a row that is wanted came."""
    cdef float again[2]
    cdef int32_t row
    cdef long tries
    if k.noise.collision != ON_COLLISION_REDRAW:
        return False
    for tries in range(REDRAWS):
        if draw_rows(k, work, request, 1, &row, again if log_q != NULL else NULL) == 0:
            return False
        if is_wanted(k, work, window, request.centre, row):
            work.drawn[d] = row
            if log_q != NULL:
                log_q[d] = again[0]
            return True
    return False


cdef float offset_of(Kernel k, int32_t row, const float *log_q) noexcept nogil:
    """log(k q): from the table of a static sampler, else what the sampler said of its draw."""
    cdef float found = k.noise.log_q[row] if k.noise.log_q != NULL else log_q[0]
    # a row that is never drawn has log q = -inf, and inf - inf is not a number
    return k.log_k + max(found, <float> -80.0)


cdef void draw_one(Kernel k, Workspace work, long t, int32_t context, uint64_t *noise) noexcept nogil:
    """The set of position t of the chunk, as if its window were empty, into the first set of windows[0]."""
    cdef Window *window = &work.windows[0]
    cdef ns2_request request
    window.t, window.first, window.end, window.n_ahead, window.n_sets = t, t, t + 1, 0, 1
    start_request(k, work, &request, t, noise)
    request.context = context
    if k.noise.wants_hidden:
        show_model(k, work, window, &request)
        request.hidden = input_row(k, work, max(context, 0))
    window.set_size[0] = draw_set(k, work, window, 0, &request)


cdef void copy_set(Kernel k, Workspace work, long s, int32_t *rows, float *weights, float *offsets) noexcept nogil:
    """What is in set s of windows[0]."""
    cdef Window *window = &work.windows[0]
    cdef long ids = s * (1 + k.negative), first = s * work.noise_ld, j
    for j in range(window.set_size[s]):
        rows[j], weights[j] = window.ids[ids + j], window.weights[first + j]
        offsets[j] = window.offsets[first + j] if k.noise.with_offsets else <float> 0.0
