# Storage of vectors. A unit is a row, trained in place, or a bag of rows: its mean (or sum) is gathered when the
# first window reaches it, moves in place as a row would, and its change is added to every row of the bag when no
# window reaches it any more. Positions of the same unit share it, so that repeated words see each other's updates;
# bags that share a row see each other's changes after the next gathering, and none is lost. If inputs are pooled,
# the bag is the sum of its rows, so that the mean of all rows of a window is computed from one vector per word.


cdef class UnitMatrix:
    """The vectors of one side of the training: rows of a matrix, or bags of rows.

    Parameters
    ----------
    matrix : ndarray of shape (n_rows, stride), float32
        Changed in place; stride is a multiple of 16 and padding is zero, except for inputs of pairs that are
        pooled: they may have any stride, and need no padding.
    offsets, rows : ndarray, int64 (n_ids + 1,) and int32 (n,), optional
        Bags in CSR form, none empty: unit i has the rows ``rows[offsets[i]:offsets[i + 1]]``. Without them unit i is
        row i.
    combine : {"mean", "sum"}
        How the vector of a bag is computed. Each of its rows gets the whole gradient of a mean (as in fastText) or of
        a sum.
    lock : ndarray of shape (n,), float32, optional
        Factor of each row's change, indexed modulo n; None is 1.
    frozen : bool
        Its vectors are not changed.

    Raises
    ------
    ValueError
        If the arrays do not fit together.
    """

    def __cinit__(
        self, float[:, ::1] matrix not None, *, const int64_t[::1] offsets=None, const int32_t[::1] rows=None,
        str combine="mean", const float[::1] lock=None, bint frozen=False,
    ):
        check(combine in ("mean", "sum"), f"combine must be 'mean' or 'sum', got {combine!r}")
        self.matrix_view = matrix
        self.n_rows = self.n_ids = matrix.shape[0]
        self.stride = matrix.shape[1]
        check(self.n_rows >= 1, f"a matrix must have at least one row, got {self.n_rows}")
        check(self.stride >= 1, "rows must be at least one float long, got none")
        self.side.matrix = &matrix[0, 0]
        self.side.changes = NULL if frozen else self.side.matrix
        self.side.is_sum = combine == "sum"
        self.side.longest, self.side.stride = 1, self.stride
        if offsets is not None:
            self.set_bags(offsets, rows)
        self.side.n_rows, self.side.n_ids = self.n_rows, self.n_ids
        self.side.by_copy = offsets is not None or frozen
        if lock is not None:
            check(lock.shape[0] >= 1, "lock must have at least one entry")
            self.lock_view = lock
            self.side.lock, self.side.n_locks = &lock[0], lock.shape[0]

    cdef int set_bags(self, const int64_t[::1] offsets, const int32_t[::1] rows) except -1:
        cdef long i
        check(rows is not None and offsets.shape[0] >= 2, "bags need offsets and rows")
        self.n_ids = offsets.shape[0] - 1
        check_csr(offsets, rows.shape[0], self.n_ids, "bag")
        check_ids(rows, self.n_rows, "bags", 0)
        for i in range(self.n_ids):
            if offsets[i + 1] == offsets[i]:
                raise ValueError(f"bag {i} is empty: every bag needs a row")
            self.side.longest = max(self.side.longest, offsets[i + 1] - offsets[i])
        self.offsets_view, self.rows_view = offsets, rows
        self.side.offsets, self.side.rows = &offsets[0], &rows[0]
        return 0


cdef UnitMatrix as_vectors(object given):
    """The vectors themselves, or those of a plain matrix."""
    return given if isinstance(given, UnitMatrix) else UnitMatrix(given)


cdef inline bint is_special(Side *side, const float *bias) noexcept nogil:
    """Whether outputs need more than a step on their rows."""
    return side.by_copy or side.changes == NULL or bias != NULL


cdef inline float lock_of_row(Side *side, long row) noexcept nogil:
    if side.changes == NULL:
        return 0.0
    return side.lock[row % side.n_locks] if side.lock != NULL else <float> 1.0


cdef long find_members(Kernel k, Workspace work, Side *side, float *matrix, int32_t unit) noexcept nogil:
    """Put the rows of a unit in a matrix of the side's shape, and their locks, into the workspace; return how many."""
    cdef long first = unit, n = 1, i, row
    if side.offsets != NULL:
        first = side.offsets[unit]
        n = side.offsets[unit + 1] - first
    for i in range(n):
        row = side.rows[first + i] if side.offsets != NULL else unit
        work.members[i] = matrix + row * side.stride
        work.member_locks[i] = lock_of_row(side, row)
    return n


cdef void fetch_unit(Kernel k, Workspace work, Side *side, int32_t unit) noexcept nogil:
    k.ops.fetch(work.members, find_members(k, work, side, side.matrix, unit), side.stride)


cdef void gather_unit(Kernel k, Workspace work, Side *side, Unit *unit, int32_t id, bint is_sum) noexcept nogil:
    """The vector of a unit, and the factor of its change, so that it moves as its rows will."""
    cdef long n = find_members(k, work, side, side.matrix, id), i
    cdef float lock = 0.0
    for i in range(n):
        lock += work.member_locks[i]
    k.ops.gather(work.members, n, side.stride, <float> 1.0 if is_sum else <float> 1.0 / n, unit.now)
    memcpy(unit.base, unit.now, side.stride * sizeof(float))
    unit.id = id
    # a sum moves by the change of all of its rows, a mean by their mean change
    unit.lock = lock if is_sum else lock / n
    unit.back = 1 / unit.lock if unit.lock > 0 else <float> 0.0


cdef void scatter_unit(Kernel k, Workspace work, Side *side, Unit *unit) noexcept nogil:
    """Add the change of a unit to its rows."""
    cdef long n, i
    if side.changes == NULL or unit.back == 0:
        return
    n = find_members(k, work, side, side.changes, unit.id)
    for i in range(side.stride):
        work.change[i] = unit.now[i] - unit.base[i]
    k.ops.scatter(work.members, n, side.stride, unit.back, work.member_locks, work.change)


cdef Unit *open_unit(Kernel k, Workspace work, Side *side, Units *units, int32_t id) noexcept nogil:
    """The unit of an id: one that is already open, or a new one."""
    cdef Unit *free = NULL
    cdef Unit *unit
    cdef long i
    for i in range(units.n):
        unit = &units.units[i]
        if unit.n_uses == 0:
            free = unit
        elif unit.id == id and not work.is_gradient:
            unit.n_uses += 1
            return unit
    gather_unit(k, work, side, free, id, k.summed or side.is_sum)
    free.n_uses = 1
    return free


cdef inline bint opens_units(Kernel k) noexcept nogil:
    """Whether bags, and frozen rows, are trained as separate vectors while windows use them."""
    return k.summed or not k.pooled


cdef void close_unit(Kernel k, Workspace work, Side *side, Unit *unit) noexcept nogil:
    unit.n_uses -= 1
    if unit.n_uses == 0:
        scatter_unit(k, work, side, unit)


cdef inline void reach_rows(Workspace work, Window *window) noexcept nogil:
    """Prefetch the rows that a window is the first to reach."""
    cdef long p
    for p in range(max(work.reached, window.first), window.end):
        fetch(window, work.rows[p])
    work.reached = max(work.reached, window.end)


cdef void reach_units(Kernel k, Workspace work, Window *window) noexcept nogil:
    """Open the units that a window is the first to reach, or prefetch their rows."""
    cdef long p
    for p in range(max(work.reached, window.first), window.end):
        if work.inputs.by_copy and opens_units(k):
            if p + 2 < work.n_chunk:
                fetch_unit(k, work, &work.inputs, work.ids[p + 2])
            work.units[p] = open_unit(k, work, &work.inputs, &work.open_inputs, work.ids[p])
            work.rows[p] = work.units[p].now
        elif work.inputs.offsets != NULL:
            fetch_unit(k, work, &work.inputs, work.ids[p])
        else:
            fetch(window, work.rows[p])
    work.reached = max(work.reached, window.end)
    for p in range(max(work.tags_reached, window.first_tag), window.first_tag + window.n_tags):
        if k.tags.by_copy and opens_units(k):
            work.tag_units[p] = open_unit(k, work, &k.tags, &work.open_tags, work.tags[p])
            work.tag_rows[p] = work.tag_units[p].now
        else:
            work.tag_rows[p] = k.tags.matrix + work.tags[p] * k.stride
    work.tags_reached = max(work.tags_reached, window.first_tag + window.n_tags)
    if k.concat:
        window.n_inputs = k.n_slots


cdef void leave_inputs(Kernel k, Workspace work, long needed_from, long first_tag) noexcept nogil:
    """Close the units that no later window reaches."""
    cdef long p
    for p in range(work.left, needed_from if work.units != NULL else 0):
        if work.units[p] != NULL:
            close_unit(k, work, &work.inputs, work.units[p])
    work.left = max(work.left, needed_from)
    for p in range(work.tags_left, first_tag):
        if work.tag_units[p] != NULL:
            close_unit(k, work, &k.tags, work.tag_units[p])
    work.tags_left = max(work.tags_left, first_tag)
