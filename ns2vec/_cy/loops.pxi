# The nogil half of _kernels.pyx: chunk -> sentence -> window -> block. draws.pxi plans the windows.


cdef Tally train_chunk(Kernel k, Workspace work, const int32_t *words, long n, const int32_t *remap, long n_ids,
                       float alpha, uint64_t epoch, uint64_t chunk) noexcept nogil:
    """Ids are rows, or below n_ids with `remap`; n_words is -1, and nothing trained, when one is not."""
    cdef Tally tally
    cdef uint64_t noise = ns2_stream(k.seed, epoch, chunk, NS2_STREAM_NOISE)
    if not load_chunk(k, work, words, n, remap, n_ids, ns2_stream(k.seed, epoch, chunk, NS2_STREAM_WINDOWS), &tally):
        tally.n_words = -1
        return tally
    train_windows(k, work, alpha, &noise, &tally)
    if k.hot_rows:
        merge_hot_rows(k, work)
    return tally


cdef inline float *row_in(HotRows *hot, float *matrix, long row, long stride) noexcept nogil:
    """The row where this thread keeps it."""
    if <unsigned long> (row - hot.first) < <unsigned long> hot.n:
        return hot.local + (row - hot.first) * stride
    return matrix + row * stride


cdef inline float *input_row(Kernel k, Workspace work, long row) noexcept nogil:
    return row_in(&work.hot0, k.syn0, row, k.stride)


cdef inline float *output_row(Kernel k, Workspace work, long row) noexcept nogil:
    return row_in(&work.hot1neg, k.syn1neg, row, k.stride)


cdef inline void merge(HotRows *hot, long stride) noexcept nogil:
    ns2_merge_rows(hot.shared, hot.local, hot.base, hot.n, stride)


cdef void merge_hot_rows(Kernel k, Workspace work) noexcept nogil:
    """Bring what this thread has changed into the matrices and take over what others have; one thread at a time."""
    PyThread_acquire_lock(k.lock_of_hot_rows, WAIT_LOCK)
    merge(&work.hot0, k.stride)
    merge(&work.hot1neg, k.stride)
    merge(&work.hot1, k.stride)
    PyThread_release_lock(k.lock_of_hot_rows)


cdef bint load_chunk(Kernel k, Workspace work, const int32_t *words, long n, const int32_t *remap, long n_ids,
                     uint64_t stream, Tally *tally) noexcept nogil:
    """What vocabulary and subsampling leave of each sentence, and how its windows shrink; false for a bad id."""
    cdef long i, end = 0, start = 0, n_sentences = 0, n_words = 0, t
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
                n_sentences += 1
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
        # whether a word is kept is a coin's toss: a branch would be mispredicted often
        end += keep == NULL or keep[row] >= ns2_bits(&stream)
    for t in range(end):
        work.rows[t] = input_row(k, work, chunk[t])
    tally.n_words, tally.n_trained, tally.loss = n_words, end, 0.0
    start_chunk(work, end)
    return True


cdef void start_chunk(Workspace work, long n) noexcept nogil:
    """n rows are in the chunk, nothing of it is planned yet; what was drawn for the last one is dropped."""
    work.n_chunk = n
    work.batch = -1
    work.reached = 0
    work.measured = 0
    if work.kernel.together:
        note_repeats(work)
    work.n_draws = work.draws_at = 0


cdef void train_windows(Kernel k, Workspace work, float alpha, uint64_t *noise, Tally *tally) noexcept nogil:
    """Every window of the chunk, planned `ahead` windows before its turn, across the ends of sentences."""
    cdef long t, planned = 0, start = 0, s = 0, n = work.n_chunk
    cdef double *loss = &tally.loss if k.with_loss else NULL
    cdef Window *window
    for t in range(n):
        while planned < n and planned <= t + k.ahead:
            if planned == work.ends[s]:
                start = work.ends[s]
                s += 1
            work.newest = &work.windows[planned % MAX_WINDOWS]
            plan_window(k, work, work.newest, start, work.ends[s], planned, noise)
            planned += 1
        window = &work.windows[t % MAX_WINDOWS]
        if window.n_contexts == 0:
            continue
        if k.cbow:
            train_cbow(k, work, window, alpha, loss)
        else:
            train_skip_gram(k, work, window, alpha, loss)


# ---- objectives: which output rows, which labels ----------------------------------------------


cdef void set_noise_outputs(Kernel k, Workspace work, Window *window, long s, ns2_block *b) noexcept nogil:
    """The centre with its negatives. A draw of the centre that was kept is a second, negative pair of the same
    rows: (1 - s) - c s = (1 + c) (1 / (1 + c) - s).
    """
    b.n_outputs = window.set_size[s]
    b.outputs = window.outputs + s * (1 + k.negative)
    b.weights = window.weights + s * work.noise_ld
    work.noise_labels[0] = <float> 1.0 if k.link == NS2_SOFTMAX else 1 / b.weights[0]
    b.labels = work.noise_labels
    b.offsets = window.offsets + s * work.noise_ld if k.noise.with_offsets else NULL
    b.link = k.link
    b.user_link = k.user_link
    b.user_data = k.user_data
    b.ld = ns2_tile_width(b.n_outputs)


cdef void set_path_outputs(Kernel k, Workspace work, int32_t centre, ns2_block *b) noexcept nogil:
    """Huffman path of the centre: a code of 0 is the positive label (word2vec.c)."""
    cdef long start = k.path_offsets[centre], j
    b.n_outputs = k.path_offsets[centre + 1] - start
    b.outputs = work.outputs
    b.ld = ns2_tile_width(b.n_outputs)
    memset(work.path_weights, 0, b.ld * sizeof(float))
    for j in range(b.n_outputs):
        work.outputs[j] = row_in(&work.hot1, k.syn1, k.path_points[start + j], k.stride)
        work.labels[j] = 1.0 - k.path_codes[start + j]
        work.path_weights[j] = 1.0
    b.labels = work.labels
    b.weights = work.path_weights
    b.offsets = NULL
    b.link = NS2_LOGISTIC


cdef void step_all_outputs(Kernel k, Workspace work, ns2_block *b, int32_t centre) noexcept nogil:
    """Every output row at once; the changes of the inputs are added to work.deltas."""
    cdef ns2_full_softmax step
    step.sgemm = k.sgemm
    step.outputs = k.syn1neg
    step.n_outputs = k.n_rows
    step.stride = k.stride
    step.inputs = b.inputs
    step.n_inputs = b.n_inputs
    step.target = centre
    step.alpha = b.alpha
    step.packed = work.packed
    step.tile = work.scores
    step.deltas = work.deltas
    step.loss = b.loss
    ns2_full_softmax_step(&step)


# ---- architectures: which input rows, where their change goes ---------------------------------


cdef void set_inputs(Kernel k, Workspace work, Window *window) noexcept nogil:
    """Context rows of the window into work.inputs, and their locks."""
    cdef float **rows = work.rows
    cdef float **inputs = work.inputs
    cdef long p, n = 0, first = window.first, t = window.t
    for p in range(first, t):
        inputs[p - first] = rows[p]
    for p in range(t + 1, window.end):
        inputs[p - first - 1] = rows[p]
    if k.lock != NULL:
        for p in range(first, window.end):
            if p != t:
                work.locks[n] = k.lock[work.chunk[p] % k.n_locks]
                n += 1


cdef void start_block(Kernel k, Workspace work, float alpha, double *loss, ns2_block *b) noexcept nogil:
    """A block without inputs; while it is trained, rows of the newest plan are fetched."""
    # field by field: to clear the whole block first takes measurably longer
    b.label_ld, b.add_to_deltas = 0, False
    b.offsets, b.lock, b.deltas = NULL, NULL, NULL
    b.link, b.user_link, b.user_data = NS2_LOGISTIC, NULL, NULL
    b.ahead = work.newest.ahead
    b.n_ahead = work.newest.n_ahead
    work.newest.n_ahead = 0
    b.stride = k.stride
    b.width = k.width
    b.alpha = alpha
    b.tile = work.tile
    b.packed = work.block_rows
    b.loss = loss


cdef void step_rows(Kernel k, Workspace work, Window *window, ns2_block *b, long first, long n,
                    bint repeats) noexcept nogil:
    """A block on n of the context rows; in place when the registers allow it and no row is there twice."""
    cdef bint in_place = not (repeats or b.n_outputs > NS2_OUTPUTS or k.ops.always_deltas or b.outputs == NULL)
    b.inputs = work.inputs + first
    b.n_inputs = n
    b.lock = work.locks + first if k.lock != NULL else NULL
    b.deltas = NULL if in_place else work.deltas
    if b.outputs == NULL:
        memset(work.deltas, 0, n * k.stride * sizeof(float))
        step_all_outputs(k, work, b, work.chunk[window.t])
    else:
        k.ops.step(&k.ops, b)
    if not in_place:
        k.ops.apply(b.inputs, n, k.stride, b.lock, work.deltas)


cdef void train_skip_gram(Kernel k, Workspace work, Window *window, float alpha, double *loss) noexcept nogil:
    cdef ns2_block b
    cdef long n = window.n_contexts, s
    set_inputs(k, work, window)
    if k.together:
        measure_rows(k, work, window)
    start_block(k, work, alpha, loss, &b)
    if k.syn1 != NULL:
        set_path_outputs(k, work, work.chunk[window.t], &b)
        step_set(k, work, window, &b, 0, n, 1.0)
    for s in range(window.n_sets):
        set_noise_outputs(k, work, window, s, &b)
        if k.pairwise and window.heaviest[s] == 1.0:
            step_rows(k, work, window, &b, s, 1, False)
        else:
            step_set(k, work, window, &b, set_start(window, s), set_start(window, s + 1), window.heaviest[s])
    if k.full_softmax:
        b.outputs, b.n_outputs, b.link = NULL, k.n_rows, NS2_SOFTMAX
        step_set(k, work, window, &b, 0, n, 1.0)


cdef void train_cbow(Kernel k, Workspace work, Window *window, float alpha, double *loss) noexcept nogil:
    cdef long n_rounds, i
    if window.n_sets == 0 or window.heaviest[0] == 1.0:
        step_hidden(k, work, window, alpha, loss)
        return
    n_rounds = rounds_of_cbow(k, work, window, alpha)
    for i in range(n_rounds):
        step_hidden(k, work, window, alpha / n_rounds, loss if i == 0 else NULL)


cdef void step_hidden(Kernel k, Workspace work, Window *window, float alpha, double *loss) noexcept nogil:
    cdef ns2_block b
    cdef long n = window.n_contexts
    cdef int32_t centre = work.chunk[window.t]
    cdef float share
    start_block(k, work, alpha, loss, &b)
    set_inputs(k, work, window)
    k.ops.gather(work.inputs, n, k.stride, <float> 1.0 / n if k.cbow_mean else <float> 1.0, work.hidden)
    b.inputs = &work.hidden
    b.n_inputs = 1
    b.lock = NULL
    b.deltas = work.deltas
    if k.syn1 != NULL:
        set_path_outputs(k, work, centre, &b)
        k.ops.step(&k.ops, &b)
        b.add_to_deltas = True
    if window.n_sets:
        set_noise_outputs(k, work, window, 0, &b)
        k.ops.step(&k.ops, &b)
        b.add_to_deltas = True
    if k.full_softmax:
        if not b.add_to_deltas:
            memset(work.deltas, 0, k.stride * sizeof(float))
        step_all_outputs(k, work, &b, centre)
    # the gradient of a mean has a factor 1/n, of a sum it has none; word2vec.c has them the other way round
    share = <float> 1.0 / n if k.cbow_mean == k.cbow_corrected else <float> 1.0
    k.ops.scatter(work.inputs, n, k.stride, share, work.locks if k.lock != NULL else NULL, work.deltas)
