# Checks at the entries of _kernels.pyx, so that nothing below has to check again.


cdef int check(bint condition, str message) except -1:
    if not condition:
        raise ValueError(message)
    return 0


cdef int check_csr(const int64_t[::1] offsets, long n_entries, long n_rows, str name) except -1:
    """Check the offsets of a list for every row, one list after another."""
    cdef long v
    check(offsets.shape[0] == n_rows + 1 and offsets[0] == 0 and offsets[n_rows] == n_entries,
          f"{name}: the offsets do not fit the entries or the vocabulary")
    for v in range(n_rows):
        if offsets[v + 1] < offsets[v]:
            raise ValueError(f"{name} of row {v} has a negative length")
    return 0


cdef int check_ids(const int32_t[::1] ids, long n_rows, str name, int lowest) except -1:
    return check_many(&ids[0], ids.shape[0], n_rows, name, lowest) if ids.shape[0] else 0


cdef int check_many(const int32_t *ids, long n, long n_rows, str name, int lowest) except -1:
    """One pass for the largest and the smallest id, so that no loop below has to check."""
    cdef int32_t high = lowest, low = n_rows
    cdef long i
    with nogil:
        for i in range(n):
            high = max(high, ids[i])
            low = min(low, ids[i])
    check(high < n_rows, f"{name} holds id {high}, but there are {n_rows} rows")
    check(low >= lowest, f"{name} holds id {low}, expected {lowest} or more")
    return 0
