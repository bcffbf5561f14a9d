# One step for a window if that is as good as exact pairs, otherwise a step for each input: included by _kernels.pyx.
#
# A block moves n inputs and m outputs by errors that are computed once, whereas exact pairs see each other's changes.
# As the slope of the sigmoid is at most 1/4, output j moves beyond its goal if alpha w_j sum_i |x_i|^2 / 4 > 1 (from 2
# on, it oscillates ever more), and so does an input that occurs r times if alpha r sum_j w_j |y_j|^2 / 4 > 1. Contexts
# are then trained one by one, and if an output was drawn w times, a step is split into at most w rounds with a part of
# alpha each: nothing is split finer than exact pairs. What pairs themselves do to an input is not limited.
#
# Stability is not all: in wide windows, inputs learn from how far an output moves during the window, which a block
# cannot see. So a block of more than NARROW contexts may go a quarter as far, and no block has more than SET_CONTEXTS.
# On a Huffman path, inputs learn most from the movement of the nodes near the root, which all words share: if windows
# are wider than NARROW, all inputs are trained on these nodes one by one.


cdef enum:
    NARROW = 10               # contexts of a window of 5 words

cdef double SLOPE = 0.25      # slope of a sigmoid, at most
cdef double WIDE = 0.25       # how far a block of more than NARROW contexts may go, where others may go 1
cdef double GROWTH = 0.5      # alpha times the draws and copies of one pair of rows, at most in one step
cdef double PLAIN = 0.5       # the same times the number of outputs: if so small, lengths need not be computed


cdef inline void measure_rows(Kernel k, Workspace work, Window *window) noexcept nogil:
    """Sums of squared lengths up to the window's end: when a window first reaches a row, every second row is measured
    and counts twice. A hash of the place selects them, so that no text can hide its long rows.
    """
    cdef double norm
    cdef long p
    for p in range(work.measured, window.end):
        norm = 0.0
        if <uint32_t> p * <uint32_t> 2654435769 >> 31:
            norm = 2 * k.ops.norm(work.rows[p], k.stride)
        work.norm_sums[p + 1] = work.norm_sums[p] + norm
    work.measured = max(work.measured, window.end)


cdef inline double norm_of_inputs(Kernel k, Workspace work, Window *window, long first, long end) noexcept nogil:
    """Sum of the squared lengths of inputs [first, end): contexts as they were measured, tags as they are now."""
    cdef long start, stop, hole = window.hole, n = min(end, window.n_contexts), i
    cdef double total = 0.0
    if first < n:
        start, stop = position_of(window, first), position_of(window, n - 1) + 1
        total = work.norm_sums[stop] - work.norm_sums[start]
        if start < hole < stop:
            total -= work.norm_sums[hole + 1] - work.norm_sums[hole]
    for i in range(max(first, window.n_contexts), end):
        total += k.ops.norm(work.inputs_now[i], k.stride)
    return total


cdef double norm_of_outputs(Kernel k, long goal, ns2_block *b) noexcept nogil:
    """Sum of the squared lengths of the outputs, by weight; if they share a sum, 4 times the largest."""
    cdef double total = 0.0, longest = 0.0, norm
    cdef float *matrix = k.goals[goal].side.matrix
    cdef long j
    for j in range(b.n_outputs):
        norm = k.ops.norm(matrix + j * k.out_stride if b.outputs == NULL else b.outputs[j], k.out_stride)
        total += norm if b.outputs == NULL else b.weights[j] * norm
        longest = max(longest, norm)
    return longest / SLOPE if k.goals[goal].kind == NS2_SHARED else total


cdef void note_repeats(Workspace work) noexcept nogil:
    """For each place of the chunk: the last earlier place whose word has occurred again by then. Words share
    the slots of a table that fits the nearest cache: it may report a repeat that is not one, but misses none.
    """
    cdef int32_t *last = work.last_places
    cdef int32_t newest = -1, p
    cdef int32_t *place
    if work.n_places > MAX_PLACES - work.max_words:
        memset(last, 0, PLACE_SLOTS * sizeof(int32_t))
        work.n_places = 0
    # places are numbered on from chunk to chunk, so that the table needs no clearing: old ones precede this chunk
    for p in range(<int32_t> work.n_chunk):
        place = &last[work.chunk[p] & (PLACE_SLOTS - 1)]
        newest = max(newest, place[0] - 1 - work.n_places)
        work.repeats[p] = newest
        place[0] = work.n_places + p + 1
    work.n_places += <int32_t> work.n_chunk


cdef inline long copies_among(Workspace work, Window *window, long first, long end) noexcept nogil:
    """How often the most frequent input occurs among inputs [first, end): usually once."""
    # if the centre, or a word of the same slot, is among these places, this costs only a closer look
    if end <= window.n_contexts and work.repeats[position_of(window, end - 1)] < position_of(window, first):
        return 1
    return most_copies(work.inputs_now + first, end - first)


cdef long most_copies(float **rows, long n) noexcept nogil:
    """How often the most frequent row occurs among n rows."""
    cdef long most = 1, copies, i, j
    for j in range(n):
        copies = 1
        for i in range(j):
            copies += rows[i] == rows[j]
        most = max(most, copies)
    return most


cdef inline void step_set(Kernel k, Workspace work, Window *window, ns2_block *b, long goal, long first, long end,
                          double heaviest) noexcept nogil:
    """Train inputs [first, end) on the outputs of b, of which one was drawn `heaviest` times."""
    cdef long copies = copies_among(work, window, first, end) if end - first > 1 else 1
    if k.goals[goal].kind == NS2_SHARED:
        heaviest = 1.0  # the errors of one input have a sum of at most 2, however often an output was drawn
    if is_whole(k, work, window, b, goal, first, end, heaviest, copies):
        step_rows(k, work, window, b, goal, first, end - first, copies > 1)
    else:
        step_singly(k, work, window, b, goal, first, end, heaviest)


cdef long most_inputs_of_step(Kernel k, const Goal *goal):
    """How many inputs may be trained on outputs of a target in one step."""
    cdef bint has_wide_windows = k.reader == read_windows and 2 * k.window > NARROW
    return 1 if goal.fill == fill_path and has_wide_windows else SET_CONTEXTS


cdef inline bint is_whole(Kernel k, Workspace work, Window *window, ns2_block *b, long goal, long first, long end,
                          double heaviest, long copies) noexcept nogil:
    """Whether one step of all inputs is as good as a step for each input."""
    if end - first == 1:
        return heaviest == 1.0 or work.is_gradient
    return stays_within(k, work, window, b, goal, first, end, heaviest, copies)


cdef inline bint stays_within(Kernel k, Workspace work, Window *window, ns2_block *b, long goal, long first, long end,
                              double heaviest, long copies) noexcept nogil:
    """Whether one step of all inputs moves neither inputs nor outputs beyond their goals."""
    cdef double alpha = b.alpha, pressure
    cdef long n = end - first
    if window.n_inputs > k.goals[goal].most_inputs:
        return False
    if not SLOPE * alpha * heaviest * norm_of_inputs(k, work, window, first, end) <= (1.0 if n <= NARROW else WIDE):
        return False
    if heaviest == 1.0 and copies == 1:
        return True
    pressure = alpha * heaviest * copies
    if pressure * b.n_outputs <= PLAIN:
        return True
    return pressure <= GROWTH and pressure / heaviest * SLOPE * norm_of_outputs(k, goal, b) <= 1.0


cdef void step_singly(Kernel k, Workspace work, Window *window, ns2_block *b, long goal, long first, long end,
                      double heaviest) noexcept nogil:
    """Train inputs [first, end) one after another."""
    cdef double *loss = b.loss
    cdef float alpha = b.alpha
    cdef long i, n_rounds, r
    for i in range(first, end):
        n_rounds = rounds_of_input(k, work, b, goal, i, heaviest) if heaviest > 1.0 else 1
        for r in range(n_rounds):
            b.alpha = alpha / n_rounds
            b.loss = loss if r == 0 else NULL
            step_rows(k, work, window, b, goal, i, 1, False)
            b.n_ahead = 0
        b.alpha, b.loss = alpha, loss


cdef inline long rounds_of_input(Kernel k, Workspace work, ns2_block *b, long goal, long i, double heaviest) noexcept nogil:
    """Rounds for input i, for outputs that were drawn several times."""
    cdef double need = max(heaviest * k.ops.norm(work.inputs_now[i], k.stride), norm_of_outputs(k, goal, b))
    return rounds(b.alpha * max(SLOPE * need, heaviest / GROWTH), heaviest)


cdef inline long rounds(double need, double most) noexcept nogil:
    """Into how many steps a step of `need` is split: each of at most 1, and at most the `most` draws of an output."""
    return <long> ceil(min(need, most)) if need > 1.0 and most > 1.0 else 1


cdef long rounds_of_pooled(Kernel k, Workspace work, Window *window, float alpha) noexcept nogil:
    """Rounds for the pooled input of a window, for outputs that were drawn several times."""
    cdef ns2_block b
    cdef long n, n_rows, copies = 0, most = 1, i
    cdef double heaviest, spread, outputs
    for i in range(k.n_goals):
        if not k.goals[i].is_sampled or window.drawn[i].heaviest[0] == 1.0 or k.goals[i].kind == NS2_SHARED:
            continue
        heaviest = window.drawn[i].heaviest[0]
        if copies == 0:
            n = set_inputs(k, work, window)
            n_rows = n_rows_of(k, work, window, n)
            copies = most_copies(work.inputs_now, n)
            # how far the hidden vector moves when each input gets its share of the change
            spread = copies
            if not k.concat:
                spread *= (1.0 if k.is_mean else n_rows) * (1.0 / n_rows if k.is_mean == k.is_corrected else 1.0)
            gather_inputs(k, work, n, n_rows)
        k.goals[i].fill(k, work, window, i, 0, &b)
        outputs = max(heaviest * k.ops.norm(work.hidden, k.out_stride), spread * norm_of_outputs(k, i, &b))
        most = max(most, rounds(max(SLOPE * alpha * outputs, alpha * spread * heaviest / GROWTH), heaviest * copies))
    return most
