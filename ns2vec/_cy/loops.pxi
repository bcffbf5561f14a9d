# The nogil half of _kernels.pyx: chunk -> sentence -> window -> block. draws.pxi plans the windows.


cdef Tally train_chunk(Kernel k, Workspace work, const int32_t *words, long n, const int32_t *remap, long n_ids,
                       float alpha, uint64_t epoch, uint64_t chunk) noexcept nogil:
    """Ids are rows, or below n_ids with `remap`; n_words is -1, and nothing is trained, if an id is neither."""
    cdef Tally tally
    start_noise(k, work, epoch, chunk)
    if not load_chunk(k, work, words, n, remap, n_ids, ns2_stream(k.seed, epoch, chunk, NS2_STREAM_WINDOWS), &tally):
        tally.n_words = -1
        return tally
    if k.run_words > 1:
        train_runs(k, work, alpha, &tally.loss if k.with_loss else NULL)
    elif k.many_pairs and take_tags_as_inputs(k, work):
        train_many_pairs(k, work, alpha, &tally.loss if k.with_loss else NULL)
    else:
        train_places(k, work, alpha, &tally.loss if k.with_loss else NULL)
    if k.hot_rows:
        merge_hot_rows(k, work)
    return tally


cdef inline float *row_in(HotRows *hot, float *matrix, long row, long stride) noexcept nogil:
    """The row as this thread has it."""
    if <unsigned long> (row - hot.first) < <unsigned long> hot.n:
        return hot.local + (row - hot.first) * stride
    return matrix + row * stride


cdef inline void find_rows(HotRows *hot, float *matrix, const int32_t *ids, long n, long stride, float **rows) noexcept nogil:
    """The rows of n ids as this thread has them."""
    cdef long j
    if hot.n == 0:  # for a single thread: a loop of its own, with a third of the instructions
        for j in range(n):
            rows[j] = matrix + ids[j] * stride
    else:
        for j in range(n):
            rows[j] = row_in(hot, matrix, ids[j], stride)


cdef inline float *input_row(Kernel k, Workspace work, long row) noexcept nogil:
    return row_in(&work.hot, k.inputs.matrix, row, k.inputs.stride)


cdef inline void merge(HotRows *hot, long stride) noexcept nogil:
    ns2_merge_rows(hot.shared, hot.local, hot.base, hot.n, stride)


cdef void merge_hot_rows(Kernel k, Workspace work) noexcept nogil:
    """Merge this thread's changes into the matrices and take over those of others; one thread at a time."""
    cdef long i
    PyThread_acquire_lock(k.lock_of_hot_rows, WAIT_LOCK)
    merge(&work.hot, k.stride)
    for i in range(k.n_goals):
        merge(&work.goals[i].hot, k.stride)
    PyThread_release_lock(k.lock_of_hot_rows)


cdef bint load_chunk(Kernel k, Workspace work, const int32_t *words, long n, const int32_t *remap, long n_ids,
                     uint64_t stream, Tally *tally) noexcept nogil:
    """The words of each sentence that vocabulary and subsampling keep, and how windows shrink; false for a bad id."""
    cdef long i, end = 0, start = 0, n_sentences = 0, n_words = 0, t, n_read = 0
    cdef int32_t row
    cdef int32_t *chunk = work.chunk
    cdef const uint32_t *keep = k.keep
    for i in range(n + 1):
        if i == n or words[i] == END_OF_SENTENCE:
            if k.shrink_windows:
                for t in range(start, end):
                    work.chunk_shrinks[t] = ns2_below(&stream, <uint32_t> k.window)
            if end > start:
                work.ends[n_sentences] = end
                if work.has_tags:
                    work.tag_starts[n_sentences] = work.tag_offsets[n_read]
                    work.tag_ends[n_sentences] = work.tag_offsets[n_read + 1]
                n_sentences += 1
            n_read += 1
            start = end
            continue
        n_words += 1
        row = words[i]
        if row >= 0:
            if row >= n_ids:
                return False
            if remap != NULL:
                row = remap[row]
                if row >= k.n_rows:
                    return False
        elif row != UNKNOWN_WORD:
            return False
        if row < 0:
            continue
        chunk[end] = row
        # whether a word is kept is random: a branch would often be mispredicted
        end += keep == NULL or keep[row] >= ns2_bits(&stream)
    tally.n_words, tally.n_trained, tally.loss = n_words, end, 0.0
    start_chunk(k, work, end, end)
    return True


cdef void start_chunk(Kernel k, Workspace work, long n, long n_ids) noexcept nogil:
    """Begin a chunk of n centres and n_ids inputs, with nothing planned; draws for the last chunk are dropped."""
    cdef long p, i
    work.n_chunk = n
    work.reached = work.left = work.measured = work.tags_reached = work.tags_left = work.sentence = 0
    if not k.inputs.by_copy or k.pooled_rows:
        for p in range(n_ids):
            work.rows[p] = input_row(k, work, work.ids[p])
    if work.units != NULL:
        memset(work.units, 0, n_ids * sizeof(Unit *))
    if work.has_tags:
        memset(work.tag_units, 0, work.n_tags * sizeof(Unit *))
    if k.together:
        note_repeats(work)
    touch_inputs(k, work, n_ids)
    for i in range(k.n_goals):
        work.goals[i].batch = -1
        work.goals[i].n_draws = work.goals[i].draws_at = 0


cdef void train_places(Kernel k, Workspace work, float alpha, double *loss) noexcept nogil:
    """Every window of the chunk, planned `ahead` windows before its turn, across the ends of sentences."""
    cdef long t, planned = 0, start = 0, n = work.n_chunk, end = n
    cdef bint has_sentences = k.reader != read_pairs, leaves = work.inputs.by_copy or work.has_tags
    cdef Window *window
    for t in range(n):
        while planned < n and planned <= t + k.ahead:
            if has_sentences:
                if planned == work.ends[work.sentence]:
                    start = planned
                    work.sentence += 1
                end = work.ends[work.sentence]
            work.newest = &work.windows[planned & (MAX_WINDOWS - 1)]
            plan_window(k, work, work.newest, start, end, planned)
            planned += 1
        window = &work.windows[t & (MAX_WINDOWS - 1)]
        if work.pair_weights == NULL:
            train_window(k, work, window, alpha, loss)
        else:
            train_weighted(k, work, window, alpha, loss)
        if leaves and t + 1 < n:
            window = &work.windows[(t + 1) & (MAX_WINDOWS - 1)]
            leave_inputs(k, work, window.needed_from, window.first_tag)
    if leaves and n:
        leave_inputs(k, work, work.reached, work.tags_reached)


cdef void train_weighted(Kernel k, Workspace work, Window *window, float alpha, double *loss) noexcept nogil:
    """A window whose loss has a weight."""
    cdef double own = 0.0
    cdef float weight = work.pair_weights[window.t]
    train_window(k, work, window, alpha * weight, &own if loss != NULL else NULL)
    if loss != NULL:
        loss[0] += weight * own


cdef void train_window(Kernel k, Workspace work, Window *window, float alpha, double *loss) noexcept nogil:
    """Train the inputs of a window on the outputs of every target: each input separately, or pooled into one."""
    cdef ns2_block b
    cdef Goal *goal
    cdef long n, i, s
    if window.n_inputs == 0:
        return
    if k.pooled:
        train_pooled(k, work, window, alpha, loss)
        return
    n = set_inputs(k, work, window)
    if k.together:
        measure_rows(k, work, window)
    start_block(k, work, alpha, loss, &b)
    for i in range(k.n_goals):
        goal = &k.goals[i]
        if not goal.is_sampled:
            goal.fill(k, work, window, i, 0, &b)
            step_set(k, work, window, &b, i, 0, n, 1.0)
            leave_outputs(k, work, i, &b)
            continue
        for s in range(window.n_sets):
            fill_sampled(k, work, window, i, s, &b)
            if k.pairwise and window.drawn[i].heaviest[s] == 1.0:
                step_rows(k, work, window, &b, i, s, 1, False)
            else:
                step_set(k, work, window, &b, i, set_start(window, s), set_start(window, s + 1),
                         window.drawn[i].heaviest[s])
            leave_outputs(k, work, i, &b)


cdef void train_pooled(Kernel k, Workspace work, Window *window, float alpha, double *loss) noexcept nogil:
    """A step for the mean (or sum) of all inputs, in rounds if one step would overshoot."""
    cdef long n_rounds = 1, i
    if window.heaviest > 1 and not work.is_gradient:
        n_rounds = rounds_of_pooled(k, work, window, alpha)
    for i in range(n_rounds):
        step_hidden(k, work, window, alpha / n_rounds, loss if i == 0 else NULL)


cdef void step_hidden(Kernel k, Workspace work, Window *window, float alpha, double *loss) noexcept nogil:
    cdef ns2_block b
    cdef long n, n_rows, i
    start_block(k, work, alpha, loss, &b)
    n = set_inputs(k, work, window)
    n_rows = n_rows_of(k, work, window, n)
    gather_inputs(k, work, n, n_rows)
    b.inputs = &work.hidden
    b.n_inputs = 1
    b.lock = NULL
    b.deltas = work.deltas
    for i in range(k.n_goals):
        if k.goals[i].is_sampled:
            fill_sampled(k, work, window, i, 0, &b)
        else:
            k.goals[i].fill(k, work, window, i, 0, &b)
        if b.outputs == NULL:
            if not b.add_to_deltas:
                memset(work.deltas, 0, k.out_stride * sizeof(float))
            step_all_outputs(k, work, &b, i, work.chunk[window.t])
        else:
            step_block(k, work, i, &b)
        leave_outputs(k, work, i, &b)
        b.add_to_deltas = True
    scatter_inputs(k, work, window, n, n_rows)


# ---- blocks -----------------------------------------------------------------------------------


cdef inline void step_block(Kernel k, Workspace work, long i, ns2_block *b) noexcept nogil:
    """A block of target i."""
    if work.goals[i].is_special:
        step_special(k, work, i, b)
    else:
        k.ops.step(&k.ops, b)


cdef void step_special(Kernel k, Workspace work, long i, ns2_block *b) noexcept nogil:
    """Frozen outputs are not changed; a bias moves by the errors of its output."""
    cdef float *bias = k.goals[i].bias
    cdef const int32_t *ids
    cdef long j, row
    if work.goals[i].side.changes == NULL:
        step_frozen(k, b)
        return
    if bias == NULL:
        k.ops.step(&k.ops, b)
        return
    ns2_step_composed(&k.ops, b)
    ids = work.goals[i].block_ids
    for j in range(b.n_outputs):
        for row in range(b.n_inputs):
            bias[ids[j]] += b.tile[row * b.ld + j]


cdef void step_frozen(Kernel k, ns2_block *b) noexcept nogil:
    """A block with fixed outputs: its inputs, or their deltas, move along them."""
    if b.n_outputs:
        k.ops.dots(b)
        k.ops.link(b)
    k.ops.toward(b)


cdef void step_all_outputs(Kernel k, Workspace work, ns2_block *b, long i, int32_t centre) noexcept nogil:
    """Every output row at once; the changes of the inputs are added to work.deltas."""
    cdef ns2_full_softmax step
    step.sgemm = k.sgemm
    step.outputs = k.goals[i].side.matrix
    step.frozen = k.goals[i].side.changes == NULL
    step.n_outputs = k.goals[i].side.n_rows
    step.stride = k.out_stride
    step.inputs = b.inputs
    step.n_inputs = b.n_inputs
    step.target = centre
    step.alpha = b.alpha
    step.packed = work.packed
    step.tile = work.scores
    step.deltas = work.deltas
    step.loss = b.loss
    ns2_full_softmax_step(&step)


cdef long set_inputs(Kernel k, Workspace work, Window *window) noexcept nogil:
    """Put the vectors of the window's inputs into work.inputs_now, and their locks; return how many. For pooled bags of
    pairs, these are all their rows.
    """
    cdef float **rows = work.rows
    cdef float **inputs = work.inputs_now
    cdef long p, n = 0, first = window.first, hole = window.hole
    if k.pooled and not (k.plain_inputs or k.pooled_rows or k.summed):
        return set_pooled_inputs(k, work, window)
    for p in range(first, hole):
        inputs[p - first] = rows[p]
    for p in range(hole + 1, window.end):
        inputs[p - first - 1] = rows[p]
    if k.with_locks:
        for p in range(first, window.end):
            if p != hole:
                work.locks[n] = (work.units[p].lock if work.inputs.by_copy and opens_units(k)
                                 else lock_of_row(&k.inputs, work.ids[p]))
                n += 1
    n = window.n_contexts
    if k.plain_inputs:
        return n
    for p in range(window.first_tag, window.first_tag + window.n_tags):
        inputs[n] = work.tag_rows[p]
        work.locks[n] = (work.tag_units[p].lock if k.tags.by_copy and opens_units(k)
                         else lock_of_row(&k.tags, work.tags[p]))
        n += 1
    return n


cdef long set_pooled_inputs(Kernel k, Workspace work, Window *window) noexcept nogil:
    cdef long p, n = 0
    if k.concat:
        return set_slots(k, work, window)
    for p in range(window.first, window.end):
        if p != window.hole:
            n = add_members(k, work, &work.inputs, work.ids[p], n)
    for p in range(window.first_tag, window.first_tag + window.n_tags):
        n = add_members(k, work, &k.tags, work.tags[p], n)
    return n


cdef long n_rows_of(Kernel k, Workspace work, Window *window, long n) noexcept nogil:
    """The number of rows in the n inputs of a window."""
    cdef long p, total = 0
    if not k.summed:
        return n
    for p in range(window.first, window.end):
        if p != window.hole:
            total += n_members(&work.inputs, work.ids[p])
    for p in range(window.first_tag, window.first_tag + window.n_tags):
        total += n_members(&k.tags, work.tags[p])
    return total


cdef inline long n_members(Side *side, int32_t unit) noexcept nogil:
    return side.offsets[unit + 1] - side.offsets[unit] if side.offsets != NULL else 1


cdef long set_slots(Kernel k, Workspace work, Window *window) noexcept nogil:
    """A row for every place of the concatenation: tags, then words from the first to the last; the null row for places
    beyond the sentence.
    """
    cdef long p, n = 0
    for p in range(window.first_tag, window.first_tag + window.n_tags):
        n = add_members(k, work, &k.tags, work.tags[p], n)
    for p in range(window.t - k.window, window.t + k.window + 1):
        if p != window.t:
            n = add_members(k, work, &work.inputs, work.ids[p] if window.first <= p < window.end else k.null_row, n)
    return n


cdef inline long add_members(Kernel k, Workspace work, Side *side, int32_t unit, long n) noexcept nogil:
    cdef long m = find_members(k, work, side, side.matrix, unit), i
    for i in range(m):
        work.inputs_now[n + i] = work.members[i]
        work.locks[n + i] = work.member_locks[i]
    return n + m


cdef inline void gather_inputs(Kernel k, Workspace work, long n, long n_rows) noexcept nogil:
    """The mean (or sum) of the n_rows of n inputs, or all inputs concatenated."""
    cdef long i
    if k.concat:
        for i in range(n):
            memcpy(work.hidden + i * k.slot, work.inputs_now[i], k.slot * sizeof(float))
        return
    k.ops.gather(work.inputs_now, n, k.inputs.stride, <float> 1.0 / n_rows if k.is_mean else <float> 1.0, work.hidden)


cdef void scatter_inputs(Kernel k, Workspace work, Window *window, long n, long n_rows) noexcept nogil:
    """Add what the pooled input has learned to each of its rows."""
    # the gradient of a mean has a factor 1/n, that of a sum has none; word2vec.c has them the other way round
    cdef float share = <float> 1.0 / n_rows if k.is_mean == k.is_corrected else <float> 1.0
    # frozen words, which other threads read, are not written to; tags follow after them
    cdef long i, first = window.n_contexts if k.pooled_rows and work.inputs.changes == NULL else 0
    if k.concat:
        scatter_slots(k, work, n)
        return
    if work.is_gradient:
        for i in range(n):
            work.inputs_now[i] = work.inputs.changes + (work.inputs_now[i] - work.inputs.matrix)
    k.ops.scatter(work.inputs_now + first, n - first, k.inputs.stride, share, work.locks + first if k.with_locks else NULL,
                  work.deltas)


cdef void scatter_slots(Kernel k, Workspace work, long n) noexcept nogil:
    """Add what each place of the concatenation has learned to its row."""
    cdef long i
    memset(work.change, 0, k.stride * sizeof(float))
    for i in range(n):
        memcpy(work.change, work.deltas + i * k.slot, k.slot * sizeof(float))
        k.ops.scatter(work.inputs_now + i, 1, k.stride, 1.0, work.locks + i, work.change)


cdef void start_block(Kernel k, Workspace work, float alpha, double *loss, ns2_block *b) noexcept nogil:
    """A block without inputs; while it is trained, rows of the most recently planned window are prefetched."""
    # field by field: to clear the whole block first takes measurably longer
    b.label_ld, b.add_to_deltas = 0, False
    b.offsets, b.lock, b.deltas = NULL, NULL, NULL
    b.link, b.user_link, b.user_data = NS2_LOGISTIC, NULL, NULL
    b.ahead = work.newest.ahead
    b.n_ahead = work.newest.n_ahead
    work.newest.n_ahead = 0
    b.stride = k.out_stride
    b.width = k.out_width
    b.alpha = alpha
    b.tile = work.tile
    b.packed = work.block_rows
    b.loss = loss


cdef void step_rows(Kernel k, Workspace work, Window *window, ns2_block *b, long i, long first, long n,
                    bint repeats) noexcept nogil:
    """A block of target i on n of the inputs; in place if there are enough registers and no row is repeated."""
    cdef bint in_place = not (repeats or b.n_outputs > NS2_OUTPUTS or k.ops.always_deltas or b.outputs == NULL)
    b.inputs = work.inputs_now + first
    b.n_inputs = n
    b.lock = work.locks + first if k.with_locks else NULL
    b.deltas = NULL if in_place else work.deltas
    if b.outputs == NULL:
        memset(work.deltas, 0, n * k.stride * sizeof(float))
        step_all_outputs(k, work, b, i, work.chunk[window.t])
    else:
        step_block(k, work, i, b)
    if not in_place:
        k.ops.apply(b.inputs, n, k.stride, b.lock, work.deltas)
