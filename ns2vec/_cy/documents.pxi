# Inference: documents one after another, each for all of its epochs, so that none depends on the others.


def keys_of_documents(const int32_t[::1] words not None, const int64_t[::1] starts not None, uint64_t seed):
    """Return a number for each document that depends on its words and the seed alone.

    Parameters
    ----------
    words : ndarray of shape (n,), int32
    starts : ndarray of shape (n_documents + 1,), int64
        Where each of them begins in `words`, and where the last one ends.
    seed : int

    Returns
    -------
    ndarray of shape (n_documents,), uint64
    """
    cdef long d, p, n = starts.shape[0] - 1
    check(n >= 0, "starts must have one entry more than there are documents")
    for d in range(n):
        if not 0 <= starts[d] <= starts[d + 1] <= words.shape[0]:
            raise ValueError(f"document {d} cannot have words {starts[d]} to {starts[d + 1]} of {words.shape[0]}")
    keys = np.empty(n, np.uint64)
    cdef uint64_t[::1] view = keys
    cdef uint64_t key, first = seed
    with nogil:
        first = ns2_next(&first)
        for d in range(n):
            key = first
            for p in range(starts[d], starts[d + 1]):
                key ^= <uint64_t> words[p]
                key = ns2_next(&key)
            view[d] = key
    return keys


def write_start_rows(float[:, :] rows not None, const uint64_t[::1] keys not None):
    """Fill rows with small random numbers, uniform in [-1, 1) / D; each row depends on its key alone.

    Column j has number j + 1 of a splitmix64 stream (Steele et al. 2014) that starts at the key.

    Parameters
    ----------
    rows : ndarray of shape (n, D), float32
        Written to.
    keys : ndarray of shape (n,), uint64
    """
    cdef long i, j, n = rows.shape[0], width = rows.shape[1]
    cdef uint64_t state
    check(keys.shape[0] == n, f"expected a key for each of {n} rows, got {keys.shape[0]}")
    with nogil:
        for i in range(n):
            state = keys[i]
            for j in range(width):
                # 24 bits: every step but the division is exact
                rows[i, j] = (<float> (ns2_next(&state) >> 40) * <float> 2.0**-23 - <float> 1.0) / <float> width


def train_documents(Kernel k not None, const int32_t[::1] words not None, const int64_t[::1] starts not None,
                    const double[::1] alphas not None, const uint64_t[::1] keys not None, *,
                    Workspace work not None, long first, long end):
    """Train tag d on document d alone, for all d from `first` to `end`.

    The result of a tag depends on its document and its key, if nothing but the tags changes: give frozen inputs and
    targets.

    Parameters
    ----------
    k : Kernel
        With tags, one for each document; its sampler must not be a Python function.
    words : ndarray of shape (n,), int32
        Rows of the words of all documents.
    starts : ndarray of shape (n_documents + 1,), int64
        Where each document begins in `words`.
    alphas : ndarray of shape (n_epochs,), float64
        Learning rate of each epoch.
    keys : ndarray of shape (n_documents,), uint64
        Replaces the number of a chunk in the key of the random streams.
    work : Workspace
    first, end : int
    """
    cdef long d, e, n, n_documents = keys.shape[0]
    cdef int64_t offsets[2]
    check(work.kernel is k and work.has_tags, "train_documents needs a kernel with tags, and a workspace for it")
    check(work.n_tags >= 1 and work.max_list >= 1, "the workspace holds no tag")
    check(k.tags.n_ids == n_documents, f"{k.tags.n_ids} tags, but {n_documents} documents")
    check(0 <= first <= end <= n_documents, f"no documents {first} to {end} of {n_documents}")
    check_csr(starts, words.shape[0], n_documents, "words")
    for d in range(first, end):
        n = starts[d + 1] - starts[d]
        if n > work.max_words:
            raise ValueError(f"document {d} has {n} words, but the workspace holds {work.max_words}")
    if starts[first] < starts[end]:
        check_ids(words[starts[first]:starts[end]], k.n_rows, "words", 0)
    work.n_block = work.block_at = 0
    offsets[0], offsets[1] = 0, 1
    work.tag_offsets = offsets
    with nogil:
        if k.run_words > 1 and k.goals[0].side.changes == NULL:
            train_runs_of_documents(k, work, &words[0], &starts[0], alphas, &keys[0], first, end)
        else:
            for d in range(first, end):
                n = starts[d + 1] - starts[d]
                if n:
                    work.tags[0] = <int32_t> d
                    for e in range(alphas.shape[0]):
                        train_chunk(k, work, &words[starts[d]], n, NULL, k.n_rows, <float> alphas[e], e, keys[d])
    work.tag_offsets = NULL
    check_bad_row(k, work)


ctypedef struct Place:
    long d, e                       # document and epoch whose runs are planned
    long t                          # where the next run begins, among the remaining words of the document


cdef void train_runs_of_documents(Kernel k, Workspace work, const int32_t *words, const int64_t *starts,
                                  const double[::1] alphas, const uint64_t *keys, long first, long end) noexcept nogil:
    """Train the runs of all documents with fixed outputs. Each is planned, and its rows are fetched, during the previous
    run, even one of another epoch or document: most documents have only one or two.
    """
    cdef Window *window = &work.windows[0]
    cdef Window *coming = &work.windows[1]
    cdef Place place, now
    cdef bint more
    place.d, place.e, place.t = first, -1, 0
    work.n_chunk = 0
    more = plan_run_at(k, work, words, starts, alphas.shape[0], keys, end, &place, window)
    window.n_ahead = 0
    while more:
        now = place
        more = plan_run_at(k, work, words, starts, alphas.shape[0], keys, end, &place, coming)
        work.newest = coming
        work.tags[0] = <int32_t> now.d
        train_run(k, work, window, <float> alphas[now.e], NULL)
        window, coming = coming, window


cdef bint plan_run_at(Kernel k, Workspace work, const int32_t *words, const int64_t *starts, long n_epochs,
                      const uint64_t *keys, long end, Place *place, Window *window) noexcept nogil:
    """Plan the run at a place, or the first one after it, and move the place past it; false if there is none."""
    cdef Tally tally
    while place.t == work.n_chunk:
        place.e += 1
        while place.d < end and (place.e == n_epochs or starts[place.d] == starts[place.d + 1]):
            place.d, place.e = place.d + 1, 0
        if place.d == end:
            window.n_ahead = 0
            return False
        start_noise(k, work, place.e, keys[place.d])
        load_chunk(k, work, words + starts[place.d], starts[place.d + 1] - starts[place.d], NULL, k.n_rows,
                   ns2_stream(k.seed, place.e, keys[place.d], NS2_STREAM_WINDOWS), &tally)
        place.t = 0
    plan_run(k, work, window, place.t)
    place.t = window.end
    return True
