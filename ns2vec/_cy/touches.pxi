# How often chunks train each row, counted if requested (Workspace.count_touches): shards send no other rows, and the
# counts say how much of a row's way to its optimum a shard has gone.


cdef void touch_inputs(Kernel k, Workspace work, long n_ids) noexcept nogil:
    """Count the rows of a chunk's inputs and tags, if requested."""
    if work.input_touches != NULL:
        touch_units(&k.inputs, work.ids, n_ids, work.input_touches)
        if k.concat:
            work.input_touches[k.null_row] += 1
    if work.tag_touches != NULL:
        touch_units(&k.tags, work.tags, work.n_chunk_tags, work.tag_touches)


cdef void touch_units(Side *side, const int32_t *ids, long n, uint32_t *touches) noexcept nogil:
    cdef long i
    cdef int64_t p
    for i in range(n):
        if side.offsets == NULL:
            touches[ids[i]] += 1
        else:
            for p in range(side.offsets[ids[i]], side.offsets[ids[i] + 1]):
                touches[side.rows[p]] += 1


cdef inline void touch_outputs(Scratch *scratch, const int32_t *ids, long n) noexcept nogil:
    """Count the outputs that are trained, if requested; where all are, only the right ones."""
    cdef long i
    if scratch.touches == NULL:
        return
    if scratch.side.offsets != NULL:
        touch_units(&scratch.side, ids, n, scratch.touches)
        return
    for i in range(n):
        scratch.touches[ids[i]] += 1
