# Arguments of the calls of a kernel are checked and put into the workspace; and results about sets are returned.


cdef long first_sampled(Kernel k):
    """The first target that draws negatives, or -1."""
    cdef long i
    for i in range(k.n_goals):
        if k.goals[i].is_sampled:
            return i
    return -1


cdef int take_block(Kernel k, Workspace work, const int32_t[::1] block) except -1:
    """Rows that a Python sampler has drawn, for the next call."""
    check(work.kernel is k, "the workspace was made for another kernel")
    work.n_block = work.block_at = 0
    if block is not None and block.shape[0]:
        check_ids(block, k.goals[max(first_sampled(k), 0)].side.n_ids, "the sampler's block", 0)
        work.block, work.n_block = &block[0], block.shape[0]
    return 0


cdef int take_sentence(Kernel k, Workspace work, const int32_t[::1] rows, const int32_t[::1] block) except -1:
    """One sentence, from which nothing is dropped, as a chunk."""
    cdef long t
    check(0 < rows.shape[0] <= work.max_words, f"expected 1 to {work.max_words} rows, got {rows.shape[0]}")
    check_ids(rows, k.n_rows, "the sentence", 0)
    take_block(k, work, block)
    for t in range(rows.shape[0]):
        work.chunk[t], work.chunk_shrinks[t] = rows[t], 0
    start_chunk(k, work, rows.shape[0], rows.shape[0])
    return 0


cdef int take_tags(Kernel k, Workspace work, const int32_t[::1] tags, const int64_t[::1] offsets,
                   const int32_t[::1] words) except -1:
    """Tags of the sentences of the next call."""
    cdef long n_sentences, s
    check(work.has_tags == (tags is not None), "tags are for kernels that have tags, and for no others")
    work.n_chunk_tags = 0 if tags is None else tags.shape[0]
    if tags is None:
        return 0
    check(offsets is not None, "tags need tag_offsets")
    text = np.asarray(words)
    n_sentences = np.count_nonzero(text == END) + (len(text) > 0 and text[len(text) - 1] != END)
    check_csr(offsets, tags.shape[0], n_sentences, "tags")
    check_ids(tags, k.tags.n_ids, "tags", 0)
    check(tags.shape[0] <= work.n_tags, f"the chunk has {tags.shape[0]} tags, the workspace holds {work.n_tags}")
    for s in range(n_sentences):
        if offsets[s + 1] - offsets[s] > work.max_list:
            raise ValueError(f"a sentence has {offsets[s + 1] - offsets[s]} tags, the workspace holds {work.max_list}")
        if k.concat and offsets[s + 1] - offsets[s] != k.n_tags:
            raise ValueError(f"a sentence has {offsets[s + 1] - offsets[s]} tags, expected {k.n_tags} to concatenate")
    work.tag_offsets = &offsets[0]
    if tags.shape[0]:
        memcpy(work.tags, &tags[0], tags.shape[0] * sizeof(int32_t))
    return 0


cdef long take_pairs(Kernel k, Workspace work, const int32_t[::1] inputs, const int32_t[::1] centres,
                     const int64_t[::1] offsets, const float[::1] weights, const int64_t[::1] order) except -1:
    """Pairs as a chunk: check them, and note where the inputs of each pair end; return how many."""
    cdef long n = centres.shape[0], n_inputs, e, n_centres = 2**31 - 1
    check(k.reader == read_pairs, "this kernel reads text: call train")
    check(work.kernel is k, "the workspace was made for another kernel")
    check((offsets is not None) == k.pooled, "offsets are for pooled pairs, and for no others")
    check(offsets is None or offsets.shape[0] == n + 1, "inputs: the offsets do not fit the targets")
    check(offsets is not None or inputs.shape[0] == n, "there must be as many inputs as targets")
    check(weights is None or weights.shape[0] == n, "there must be as many weights as targets")
    if order is not None:
        check_order(order, n)
        n = order.shape[0]
    n_inputs = n if offsets is None else count_inputs(work, offsets, order, n, inputs.shape[0])
    check(max(n, n_inputs) <= work.max_words,
          f"there are {max(n, n_inputs)} pairs or inputs, but the workspace holds {work.max_words}")
    for e in range(k.n_goals):
        n_centres = min(n_centres, k.goals[e].n_centres)
    copy_pairs(work, inputs, centres, offsets, weights, order, n)
    check_many(work.pair_ids, n_inputs, k.inputs.n_ids, "inputs", 0)
    check_many(work.chunk, n, n_centres, "targets", 0)
    start_chunk(k, work, n, n_inputs)
    return n


cdef object no_sets(long n, long negative):
    """Empty arrays for n output sets."""
    shape = n, 1 + negative
    return np.full(shape, -1, np.int32), np.zeros(shape, np.float32), np.zeros(shape, np.float32)


cdef int check_bad_row(Kernel k, Workspace work) except -1:
    # row 0 always exists, so 0 means none
    row, work.bad_row = work.bad_row, 0
    check(row == 0, f"the sampler drew row {row}, but rows go from 0 to {k.goals[max(first_sampled(k), 0)].side.n_ids - 1}")
    return 0
