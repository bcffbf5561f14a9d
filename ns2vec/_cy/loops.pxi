# The nogil half of _kernels.pyx: chunk -> sentence -> window -> block. draws.pxi plans the windows.


cdef Tally train_chunk(Kernel k, Workspace work, const int32_t *words, long n, const int32_t *remap,
                       float alpha, uint64_t epoch, uint64_t chunk) noexcept nogil:
    cdef Tally tally
    cdef uint64_t noise = ns2_stream(k.seed, epoch, chunk, NS2_STREAM_NOISE)
    cdef long n_sentences, s, start = 0
    n_sentences = load_chunk(k, work, words, n, remap, ns2_stream(k.seed, epoch, chunk, NS2_STREAM_WINDOWS), &tally)
    for s in range(n_sentences):
        work.sentence = work.chunk + start
        work.shrinks = work.chunk_shrinks + start
        train_sentence(k, work, work.ends[s] - start, alpha, &noise, &tally)
        start = work.ends[s]
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
    ns2_merge_rows(hot.shared, hot.local, hot.base, hot.n * stride)


cdef void merge_hot_rows(Kernel k, Workspace work) noexcept nogil:
    """Add what this thread has changed to the matrices and take over what others have; one thread at a time."""
    PyThread_acquire_lock(k.lock_of_hot_rows, WAIT_LOCK)
    merge(&work.hot0, k.stride)
    merge(&work.hot1neg, k.stride)
    merge(&work.hot1, k.stride)
    PyThread_release_lock(k.lock_of_hot_rows)


cdef long load_chunk(Kernel k, Workspace work, const int32_t *words, long n, const int32_t *remap,
                     uint64_t stream, Tally *tally) noexcept nogil:
    """What vocabulary and subsampling leave of each sentence, and how its windows shrink; how many sentences."""
    cdef long i, end = 0, start = 0, n_sentences = 0, t
    cdef int32_t row
    tally.n_words, tally.n_trained, tally.loss = 0, 0, 0.0
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
        tally.n_words += 1
        row = words[i]
        if remap != NULL and row >= 0:
            row = remap[row]
        if row < 0 or (k.keep != NULL and k.keep[row] < ns2_bits(&stream)):
            continue
        work.chunk[end] = row
        end += 1
    work.n_chunk = tally.n_trained = end
    work.batch = -1
    return n_sentences


cdef void train_sentence(Kernel k, Workspace work, long length, float alpha, uint64_t *noise,
                         Tally *tally) noexcept nogil:
    cdef long t
    cdef double *loss = &tally.loss if k.with_loss else NULL
    if length < 2:
        return
    plan_window(k, work, &work.windows[0], length, 0, noise)
    for t in range(length):
        if t + 1 < length:
            plan_window(k, work, &work.windows[(t + 1) & 1], length, t + 1, noise)
        else:
            work.windows[(t + 1) & 1].n_ahead = 0
        if k.cbow:
            train_cbow(k, work, &work.windows[t & 1], t, alpha, loss)
        else:
            train_skip_gram(k, work, &work.windows[t & 1], t, alpha, loss)


# ---- objectives: which output rows, which labels ----------------------------------------------


cdef void set_noise_outputs(Kernel k, Workspace work, Window *window, long s, ns2_block *b) noexcept nogil:
    """The centre with its negatives. A draw of the centre that was kept is a second, negative pair of the same
    rows: (1 - s) - c s = (1 + c) (1 / (1 + c) - s).
    """
    cdef const int32_t *ids = window.ids + s * (1 + k.negative)
    cdef long j
    b.n_outputs = window.set_size[s]
    for j in range(b.n_outputs):
        work.outputs[j] = output_row(k, work, ids[j])
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


cdef bint set_inputs(Kernel k, Workspace work, Window *window, long t) noexcept nogil:
    """Context rows of the window into work.inputs; true when a word stands there twice."""
    cdef long p, i, n = 0
    cdef int32_t row
    cdef bint repeated = False
    for p in range(window.first, window.end):
        if p == t:
            continue
        row = work.sentence[p]
        for i in range(n):
            repeated |= work.context_ids[i] == row
        work.context_ids[n] = row
        work.inputs[n] = input_row(k, work, row)
        if k.lock != NULL:
            work.locks[n] = k.lock[row % k.n_locks]
        n += 1
    return repeated


cdef void start_block(Kernel k, Workspace work, Window *coming, float alpha, double *loss, ns2_block *b) noexcept nogil:
    memset(b, 0, sizeof(ns2_block))
    b.ahead = coming.ahead
    b.n_ahead = coming.n_ahead
    b.outputs = work.outputs
    b.stride = k.stride
    b.alpha = alpha
    b.tile = work.tile
    b.loss = loss


cdef void step_rows(Kernel k, Workspace work, ns2_block *b, long first, long n, bint repeated) noexcept nogil:
    """A block on n of the context rows; in place when the registers allow it."""
    cdef bint in_place = not repeated and b.n_outputs <= NS2_OUTPUTS and not k.ops.always_deltas
    b.inputs = work.inputs + first
    b.n_inputs = n
    b.lock = work.locks + first if k.lock != NULL else NULL
    b.deltas = NULL if in_place else work.deltas
    if not in_place:
        memset(work.deltas, 0, n * k.stride * sizeof(float))
    k.ops.step(&k.ops, b)
    if not in_place:
        k.ops.apply(b.inputs, n, k.stride, b.lock, work.deltas)


cdef void train_skip_gram(Kernel k, Workspace work, Window *window, long t, float alpha, double *loss) noexcept nogil:
    cdef ns2_block b
    cdef long n = window.n_contexts, s
    cdef bint repeated
    if n == 0:
        return
    start_block(k, work, &work.windows[(t + 1) & 1], alpha, loss, &b)
    repeated = set_inputs(k, work, window, t)
    if k.syn1 != NULL:
        set_path_outputs(k, work, work.sentence[t], &b)
        step_rows(k, work, &b, 0, n, repeated)
    if k.pairwise:
        for s in range(window.n_sets):
            set_noise_outputs(k, work, window, s, &b)
            step_rows(k, work, &b, s, 1, False)
    elif window.n_sets:
        set_noise_outputs(k, work, window, 0, &b)
        step_rows(k, work, &b, 0, n, repeated)
    if k.full_softmax:
        b.inputs = work.inputs
        b.n_inputs = n
        memset(work.deltas, 0, n * k.stride * sizeof(float))
        step_all_outputs(k, work, &b, work.sentence[t])
        k.ops.apply(work.inputs, n, k.stride, work.locks if k.lock != NULL else NULL, work.deltas)


cdef void train_cbow(Kernel k, Workspace work, Window *window, long t, float alpha, double *loss) noexcept nogil:
    cdef ns2_block b
    cdef long n = window.n_contexts
    cdef float share
    if n == 0:
        return
    start_block(k, work, &work.windows[(t + 1) & 1], alpha, loss, &b)
    set_inputs(k, work, window, t)
    k.ops.gather(work.inputs, n, k.stride, <float> 1.0 / n if k.cbow_mean else <float> 1.0, work.hidden)
    b.inputs = &work.hidden
    b.n_inputs = 1
    b.lock = NULL
    b.deltas = work.deltas
    memset(work.deltas, 0, k.stride * sizeof(float))
    if k.syn1 != NULL:
        set_path_outputs(k, work, work.sentence[t], &b)
        k.ops.step(&k.ops, &b)
    if window.n_sets:
        set_noise_outputs(k, work, window, 0, &b)
        k.ops.step(&k.ops, &b)
    if k.full_softmax:
        step_all_outputs(k, work, &b, work.sentence[t])
    # the gradient of a mean has a factor 1/n, of a sum it has none; word2vec.c has them the other way round
    share = <float> 1.0 / n if k.cbow_mean == k.cbow_corrected else <float> 1.0
    k.ops.scatter(work.inputs, n, k.stride, share, work.locks if k.lock != NULL else NULL, work.deltas)
