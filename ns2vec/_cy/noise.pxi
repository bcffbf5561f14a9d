# The source of the negatives of a sampled target, and lists of rows that are not negatives.


cdef enum:
    WORDS_AN_ENTRY = 4        # of lists as bits, at most, if that leaves room for every row (rng.h)


cdef class Noise:
    """The source of negatives, and what is done with draws that cannot be negatives.

    Parameters
    ----------
    n_rows : int
        V.
    alias : ndarray of shape (V, 2), uint32, optional
        Alias table of a static sampler.
    sampler : object with attributes `capsule` and `tells`, optional
        A sampler behind the interface of ``_cy/sampler.h``; kept alive. Without both, negatives are
        uniform.
    block : bool
        Rows come with each chunk (``Kernel.train(block=...)``), drawn by Python.
    on_collision : {"redraw", "skip", "keep"}
        A draw of the centre is drawn again (a bounded number of times), left out, or kept.
    log_q : ndarray of shape (V,), float32, optional
        Log probability of each row in a draw, for the offsets; None: the sampler returns it with each draw.
    with_offsets : bool
        Scores are reduced by log(k q).
    filter_offsets, filter_rows : ndarray, int64 (V + 1,) and int32 (n,), optional
        In CSR form, ascending within each row: rows that are not negatives of a centre.
    filter_by_input : bool
        The lists are of inputs instead, one for each: for example the items that a user has.
    filter_window : bool
        Words of the window are not negatives.
    batch_words : int
        Length of a batch, for samplers that draw from it.
    pool_size : int
        Number of rows drawn (from `alias`) to represent each batch; 0: the words of the batch.
    wants_hidden : bool
        The sampler is given the input vector.
    other_inputs : bool
        Inputs are not outputs (users, when items are drawn): a sampler sees no input vectors of outputs.

    Raises
    ------
    ValueError
        If an array has the wrong shape or an index points outside its array.
    """

    def __cinit__(
        self, long n_rows, *, const uint32_t[:, ::1] alias=None, object sampler=None, bint block=False,
        str on_collision="redraw", const float[::1] log_q=None, bint with_offsets=False,
        const int64_t[::1] filter_offsets=None, const int32_t[::1] filter_rows=None,
        bint filter_by_input=False, bint filter_window=False, long batch_words=0, long pool_size=0,
        bint wants_hidden=False, bint other_inputs=False,
    ):
        policies = {"redraw": ON_COLLISION_REDRAW, "skip": ON_COLLISION_SKIP, "keep": ON_COLLISION_KEEP}
        check(1 <= n_rows < 2**31, f"n_rows must be at least 1 and below 2**31, got {n_rows}")
        check(on_collision in policies, f"on_collision must be one of {', '.join(policies)}, got {on_collision!r}")
        check(batch_words >= 0 and pool_size >= 0, "batch_words and pool_size must be at least 0")
        check(pool_size == 0 or alias is not None, "a pool is drawn from an alias table: give alias")
        check(not with_offsets or log_q is not None or (sampler is not None and sampler.tells),
              "offsets need log_q, or a sampler that gives the probability of its draws")
        check(log_q is None or log_q.shape[0] == n_rows, f"log_q must have {n_rows} entries")
        self.n_rows = n_rows
        self.fields.collision = policies[on_collision]
        self.fields.with_offsets = with_offsets
        self.fields.filter_window = filter_window
        self.fields.filter_by_input = filter_by_input
        self.fields.batch_words = batch_words
        self.fields.pool_size = pool_size
        self.fields.wants_hidden = wants_hidden
        self.fields.other_inputs = other_inputs
        self.log_q_view = log_q
        self.fields.log_q = &log_q[0] if log_q is not None else NULL
        self.set_source(alias, sampler, block)
        self.set_filter(filter_offsets, filter_rows)

    cdef int set_source(self, const uint32_t[:, ::1] alias, object sampler, bint block) except -1:
        cdef long v
        self.fields.kind = DRAW_UNIFORM
        if alias is not None:
            check(alias.shape[0] == self.n_rows and alias.shape[1] == 2,
                  f"alias must have shape ({self.n_rows}, 2), got ({alias.shape[0]}, {alias.shape[1]})")
            for v in range(self.n_rows):
                if alias[v, 1] >= <uint32_t> self.n_rows:
                    raise ValueError(f"alias table points to row {alias[v, 1]} of {self.n_rows}")
            self.alias_view = alias
            self.fields.alias = &alias[0, 0]
            self.fields.kind = DRAW_ALIAS
        if sampler is not None:
            self.owner = sampler
            self.fields.sampler = <const ns2_sampler *> PyCapsule_GetPointer(sampler.capsule, NS2_SAMPLER_CAPSULE)
            check(self.fields.sampler.n_rows == self.n_rows,
                  f"the sampler is for {self.fields.sampler.n_rows} rows, but there are {self.n_rows}")
            self.fields.kind = DRAW_CALL
            self.fields.is_clean = self.fields.wants_hidden and getattr(sampler, "is_clean", False)
        if block:
            self.fields.kind = DRAW_BLOCK
        return 0

    cdef int set_filter(self, const int64_t[::1] offsets, const int32_t[::1] rows) except -1:
        if offsets is None:
            return 0
        check(rows is not None, "filter_offsets need filter_rows")
        # only the kernel knows how many inputs there are
        self.fields.n_filters = offsets.shape[0] - 1 if self.fields.filter_by_input else self.n_rows
        check_csr(offsets, rows.shape[0], self.fields.n_filters, "filter")
        check_ids(rows, self.n_rows, "filter_rows", 0)
        self.filter_offsets_view, self.filter_rows_view = offsets, rows
        self.fields.filter_offsets = &offsets[0]
        if rows.shape[0]:
            self.fields.filter_words = words_of_each_list(rows.shape[0], self.fields.n_filters, self.n_rows)
            self.filter_bits_view = np.zeros(
                self.fields.filter_words * self.fields.n_filters or rows.shape[0], np.uint16
            )
            self.fields.filter_rows, self.fields.filter_bits = &rows[0], &self.filter_bits_view[0]
            self.mark_filter()
        return 0

    cdef int mark_filter(self) except -1:
        """The lists stored again as bits."""
        cdef const int64_t *offsets = self.fields.filter_offsets
        cdef long v
        cdef int64_t p
        for v in range(self.fields.n_filters):
            for p in range(offsets[v], offsets[v + 1]):
                ns2_mark(<uint16_t *> bits_of_list(&self.fields, v), words_of_list(&self.fields, v), self.n_rows,
                         self.fields.filter_rows[p])
        return 0


cdef long words_of_each_list(long n_entries, long n_lists, long n_rows):
    """Words for one bit for each of all rows, if a list then takes not far more than 2 bytes per entry; else 0."""
    cdef long n_words = (n_rows + NS2_LIST_BITS - 1) // NS2_LIST_BITS
    return n_words if n_words <= WORDS_AN_ENTRY * n_entries // n_lists else 0


cdef inline long words_of_list(NoiseFields *noise, long of) noexcept nogil:
    return noise.filter_words or noise.filter_offsets[of + 1] - noise.filter_offsets[of]


cdef inline const uint16_t *bits_of_list(NoiseFields *noise, long of) noexcept nogil:
    return noise.filter_bits + (of * noise.filter_words if noise.filter_words else noise.filter_offsets[of])
