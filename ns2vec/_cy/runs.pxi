# Runs of words: consecutive words of a document are trained with its tags in one step, and share their negatives.
#
# Each word of a run of r words is an output once, weighted by its count in the run. Instead of the k negatives that
# each word would draw alone, the run draws n, and each counts r k / n times. A single word with its negatives is so
# little work that most of the time is overhead. A run moves outputs and tags by errors that are computed once: if that
# would overshoot (cuts.pxi), its words are trained one after another, with the same negatives.
#
# Outputs that are not changed, such as those with which a document is inferred, cannot overshoot, and the loss of each
# tag is convex. A step that goes too far for it is then shortened, which takes less time than a step for each word.


cdef int check_runs(Kernel k) except -1:
    """Refuse runs if they would not be equivalent to single words."""
    check(k.run_words >= 1 and k.run_negative >= 0, "run_words must be at least 1 and run_negative at least 0")
    if k.run_words == 1:
        return 0
    k.run_negative = k.run_negative or k.goals[0].negative
    check(k.reader == read_tags and not k.pooled and not k.tags.by_copy and not k.pairwise,
          "run_words are for tags that are rows, not bags, with reader='tags', negative_sharing='window' and not pooled")
    check(k.n_goals == 1 and serves_runs(&k.goals[0]),
          "run_words need one target that serves_runs: Sampled, rows without a bias, a logistic link, and negatives of a "
          "table, without offsets and lists, with on_collision 'redraw' or 'skip'")
    return 0


cdef void train_runs(Kernel k, Workspace work, float alpha, double *loss) noexcept nogil:
    """Train the chunk's runs; each is planned while the previous one is trained."""
    cdef Window *window = &work.windows[0]
    cdef Window *coming = &work.windows[1]
    plan_run(k, work, window, 0)
    window.n_ahead = 0
    while window.t < work.n_chunk:
        plan_run(k, work, coming, window.end)
        work.newest = coming
        if window.n_inputs:
            train_run(k, work, window, alpha, loss)
        window, coming = coming, window


cdef void plan_run(Kernel k, Workspace work, Window *window, long t) noexcept nogil:
    """The run at place t, if the chunk has one: up to run_words words of one sentence."""
    window.t, window.n_ahead, window.n_inputs, window.n_contexts = t, 0, 0, 0
    if t == work.n_chunk:
        return
    if t == work.ends[work.sentence]:
        work.sentence += 1
    window.end = t + length_of_run(k, work.ends[work.sentence] - t)
    read_tags_of_sentence(work, window)
    window.n_inputs = window.n_tags
    if window.n_inputs:
        draw_run(k, work, window)


cdef inline long length_of_run(Kernel k, long left) noexcept nogil:
    """Number of words of the next run, if so many of a document are left. If outputs are not changed, the lengths of a
    document's runs differ by at most one, since a short run draws as many negatives as a long one.
    """
    cdef long n_runs
    if left <= k.run_words or k.goals[0].side.changes != NULL:
        return min(left, k.run_words)
    n_runs = (left + k.run_words - 1) // k.run_words
    return (left + n_runs - 1) // n_runs


cdef void draw_run(Kernel k, Workspace work, Window *window) noexcept nogil:
    """The words of a run, and their shared negatives: each row once, weighted by its count."""
    cdef Drawn *drawn = &window.drawn[0]
    cdef long m = 0, t, j
    cdef float share = <float> (window.end - window.t) * k.goals[0].negative / max(k.run_negative, 1)
    cdef int32_t row
    memset(drawn.weights, 0, k.goals[0].ld * sizeof(float))
    for t in range(window.t, window.end):
        m = add_output(work, drawn, 0, m, work.chunk[t], 1.0)
    window.n_seen = m
    for j in range(k.run_negative):
        row = draw_unseen(k, work, drawn, window.n_seen)
        if row >= 0:
            m = add_output(work, drawn, window.n_seen, m, row, share)
    drawn.set_size[0] = m
    drawn.heaviest[0] = 1.0
    for j in range(m):
        drawn.heaviest[0] = max(drawn.heaviest[0], drawn.weights[j])
        work.met[word_of_met(drawn.ids[j])] = 0
    find_rows(&work.goals[0].hot, k.goals[0].side.matrix, drawn.ids, m, k.out_stride, drawn.outputs)
    memcpy(window.ahead, drawn.outputs, m * sizeof(float *))
    window.n_ahead = m
    touch_outputs(&work.goals[0], drawn.ids, m)


cdef inline long word_of_met(int32_t row) noexcept nogil:
    return row >> 6 & (MET_WORDS - 1)


cdef inline bint may_be_met(Workspace work, int32_t row) noexcept nogil:
    """Whether the run may already have a row: it has one with the same last bits."""
    return work.met[word_of_met(row)] >> (row & 63) & 1


cdef inline long add_output(Workspace work, Drawn *drawn, long first, long m, int32_t row, float weight) noexcept nogil:
    """Count a row among the outputs [first, m), or append it; return the new number of outputs."""
    cdef long j = first if may_be_met(work, row) else m
    while j < m and drawn.ids[j] != row:
        j += 1
    drawn.ids[j] = row
    drawn.weights[j] += weight
    work.met[word_of_met(row)] |= <uint64_t> 1 << (row & 63)
    return max(m, j + 1)


cdef inline int32_t draw_unseen(Kernel k, Workspace work, Drawn *drawn, long n_seen) noexcept nogil:
    """A row that is not a word of the run; -1 if none was drawn."""
    cdef Scratch *scratch = &work.goals[0]
    cdef long tries, j
    cdef int32_t row
    for tries in range(1 + REDRAWS if k.goals[0].noise.collision == ON_COLLISION_REDRAW else 1):
        if scratch.draws_at == scratch.n_draws:
            draw_many(k, work, 0)
        row = scratch.draws[scratch.draws_at]
        scratch.draws_at += 1
        if not may_be_met(work, row):
            return row
        j = 0
        while j < n_seen and drawn.ids[j] != row:
            j += 1
        if j == n_seen:
            return row
    return -1


cdef void train_run(Kernel k, Workspace work, Window *window, float alpha, double *loss) noexcept nogil:
    """Train the tags on all outputs of their run, or on one word after another."""
    cdef Scratch *scratch = &work.goals[0]
    cdef Drawn *drawn = &window.drawn[0]
    cdef ns2_block b
    cdef double heaviest
    cdef int32_t tag
    cdef long p, j, copies
    for p in range(window.n_tags):
        tag = work.tags[window.first_tag + p]
        work.inputs_now[p] = k.tags.matrix + tag * k.stride
        work.locks[p] = lock_of_row(&k.tags, tag)
    copies = most_copies(work.inputs_now, window.n_tags) if window.n_tags > 1 else 1
    start_block(k, work, alpha, loss, &b)
    b.n_outputs, b.outputs, b.weights = drawn.set_size[0], drawn.outputs, drawn.weights
    b.ld = ns2_tile_width(b.n_outputs)
    b.labels = scratch.labels
    for j in range(b.ld):
        scratch.labels[j] = j < window.n_seen
    heaviest = drawn.heaviest[0]
    if k.goals[0].side.changes == NULL:
        step_to_frozen(k, work, window, &b, copies)
    elif (heaviest == 1.0 and window.n_tags == 1
            or stays_within(k, work, window, &b, 0, 0, window.n_tags, heaviest, copies)):
        step_rows(k, work, window, &b, 0, 0, window.n_tags, copies > 1)
    else:
        step_words(k, work, window, &b)


cdef void step_to_frozen(Kernel k, Workspace work, Window *window, ns2_block *b, long copies) noexcept nogil:
    """Train the tags of a run on outputs that are not changed: only the tags can overshoot."""
    cdef float *lock = work.locks if k.with_locks else NULL
    cdef float *delta
    cdef long p
    b.inputs, b.n_inputs, b.lock = work.inputs_now, window.n_tags, lock
    k.ops.dots(b)
    k.ops.link(b)
    if SLOPE * b.alpha * copies * k.ops.spread(b) <= 1.0:  # whatever the direction
        k.ops.toward(b)
        return
    b.deltas = work.deltas
    k.ops.toward(b)
    for p in range(window.n_tags):
        delta = work.deltas + p * k.stride
        k.ops.scatter(work.inputs_now + p, 1, k.stride, part_of_step(k, b, delta, copies),
                      lock + p if lock != NULL else NULL, delta)


cdef float part_of_step(Kernel k, ns2_block *b, float *delta, long copies) noexcept nogil:
    """The part t of a tag's change d that does not overshoot. With fixed outputs, the slope of the loss along d is
    -|d|^2 / alpha at t = 0 and rises by at most t sum_j w_j (y_j.d)^2 / 4: up to where they are equal, the loss falls.
    """
    cdef double bend = 0.0, length = k.ops.norm(delta, k.stride)
    cdef long j
    b.inputs, b.n_inputs = &delta, 1
    k.ops.dots(b)
    for j in range(b.n_outputs):
        bend += b.weights[j] * b.tile[j] * b.tile[j]
    bend *= SLOPE * b.alpha * copies
    return <float> (length / bend) if bend > length else <float> 1.0


cdef void step_words(Kernel k, Workspace work, Window *window, ns2_block *b) noexcept nogil:
    """Train the words of a run one after another, each with the negatives of all."""
    cdef Scratch *scratch = &work.goals[0]
    cdef Drawn *drawn = &window.drawn[0]
    cdef long n_words = window.end - window.t, n = drawn.set_size[0] - window.n_seen, t, j
    cdef double heaviest = 1.0
    b.n_outputs, b.outputs, b.weights = 1 + n, scratch.outputs, scratch.weights
    b.ld = ns2_tile_width(b.n_outputs)
    memset(scratch.weights, 0, b.ld * sizeof(float))
    memset(scratch.labels, 0, b.ld * sizeof(float))
    scratch.labels[0] = scratch.weights[0] = 1.0
    for j in range(n):
        scratch.outputs[1 + j] = drawn.outputs[window.n_seen + j]
        scratch.weights[1 + j] = drawn.weights[window.n_seen + j] / n_words
        heaviest = max(heaviest, scratch.weights[1 + j])
    for t in range(window.t, window.end):
        scratch.outputs[0] = output_row(k, work, 0, work.chunk[t])
        step_set(k, work, window, b, 0, 0, window.n_tags, heaviest)
        b.n_ahead = 0
