# Marks for the rows that a chunk may change, if they are requested: shards send no others (Workspace.note_rows).


cdef void note_inputs(Kernel k, Workspace work, long n_ids) noexcept nogil:
    """Mark the rows of a chunk's inputs and tags, if requested."""
    if work.input_marks != NULL:
        note_units(&k.inputs, work.ids, n_ids, work.input_marks)
        if k.concat:
            work.input_marks[k.null_row] = 1
    if work.tag_marks != NULL:
        note_units(&k.tags, work.tags, work.n_chunk_tags, work.tag_marks)


cdef void note_units(Side *side, const int32_t *ids, long n, uint8_t *marks) noexcept nogil:
    cdef long i
    cdef int64_t p
    for i in range(n):
        if side.offsets == NULL:
            marks[ids[i]] = 1
        else:
            for p in range(side.offsets[ids[i]], side.offsets[ids[i] + 1]):
                marks[side.rows[p]] = 1


cdef inline void note_outputs(Scratch *scratch, const int32_t *ids, long n) noexcept nogil:
    """Mark the outputs that are trained, if requested."""
    cdef long i
    if scratch.marks != NULL:
        for i in range(n):
            scratch.marks[ids[i]] = 1
