# The parts of a kernel: inputs, back end, reader and targets are checked, and what follows from them is stored.


cdef int make_inputs(Kernel k, object inputs, object tags, long width) except -1:
    k.inputs_owner = as_vectors(inputs)
    k.inputs = k.inputs_owner.side
    k.stride = (k.inputs.stride + NS2_ROW_FLOATS - 1) // NS2_ROW_FLOATS * NS2_ROW_FLOATS
    k.n_rows = k.inputs_owner.n_ids
    check(0 <= width <= k.stride, f"width must be at most {k.stride}, the length of rows, got {width}")
    k.width = ((width or k.stride) + NS2_WIDTH_FLOATS - 1) // NS2_WIDTH_FLOATS * NS2_WIDTH_FLOATS
    k.out_stride, k.out_width = k.stride, k.width
    if tags is not None:
        k.tags_owner = as_vectors(tags)
        check(k.tags_owner.stride == k.stride, f"rows of tags must be {k.stride} floats long, got {k.tags_owner.stride}")
        k.tags = k.tags_owner.side
    k.plain_inputs = tags is None and not k.inputs.by_copy
    k.with_locks = not k.plain_inputs or k.inputs.lock != NULL
    return 0


cdef int check_packed(Kernel k, str reader, object pooled, long hot_rows, str backend) except -1:
    """Inputs whose rows have no padding can only be gathered into a hidden row and scattered."""
    check(k.inputs.stride == k.stride or (k.pooled_rows and pooled != "concat" and reader == "pairs" and hot_rows == 0
                                          and backend == "fused"),
          f"rows must be a multiple of {ROW_FLOATS} floats long, got {k.inputs.stride}: only inputs of pairs that "
          "are pooled need no padding, with the back end 'fused' and without hot rows")
    return 0


cdef int make_concat(Kernel k, str reader, long width, object null_row, long n_tags) except -1:
    check(reader == "windows" and not k.shrink_windows, "pooled='concat' is for windows that do not shrink")
    check(k.inputs.offsets == NULL and k.tags.offsets == NULL, "rows are concatenated, not bags")
    check((n_tags > 0) == (k.tags_owner is not None), "kernels with tags, and no others, need n_tags, the number of tags of a sentence")
    check(k.hot_rows == 0, "hot_rows are not for pooled='concat'")
    check(null_row is not None and 0 <= null_row < k.n_rows,
          f"null_row must be one of {k.n_rows} rows of the inputs, got {null_row}")
    k.concat = k.with_locks = True
    k.plain_inputs = k.pooled_rows = False
    k.null_row, k.n_tags = null_row, n_tags
    k.n_slots = n_tags + 2 * k.window
    k.slot = width or k.stride
    k.out_stride = (k.n_slots * k.slot + NS2_ROW_FLOATS - 1) // NS2_ROW_FLOATS * NS2_ROW_FLOATS
    k.out_width = (k.n_slots * k.slot + NS2_WIDTH_FLOATS - 1) // NS2_WIDTH_FLOATS * NS2_WIDTH_FLOATS
    return 0


cdef int choose_ops(Kernel k, str backend, str isa) except -1:
    cdef bytes name = (isa or ISA).encode()
    cdef const ns2_ops *fused = ns2_find_ops(name)
    check(fused != NULL, f"isa must be one of {', '.join(list_isas())}, got {isa!r}")
    check(backend in ("fused", "blas", "gemm"), f"backend must be 'fused', 'blas' or 'gemm', got {backend!r}")
    if backend == "blas":
        k.ops = ns2_blas_ops(fused, <ns2_sdot *> blas_function("sdot"), <ns2_saxpy *> blas_function("saxpy"))
    elif backend == "gemm":
        k.packs = True
        k.ops = ns2_gemm_ops(fused, <ns2_sgemm *> blas_function("sgemm"))
    else:
        k.ops = fused[0]
    k.scoring = fused if k.packs else &k.ops
    return 0


cdef int choose_reader(Kernel k, str reader) except -1:
    check(reader in READERS, f"reader must be one of {', '.join(map(repr, READERS))}, got {reader!r}")
    k.reader_name = reader
    k.reader = <reader_function> <size_t> READER_FUNCTIONS[reader]
    check(reader != "tags" or k.tags_owner is not None, "reader='tags' needs tags")
    check(reader != "pairs" or k.tags_owner is None, "reader='pairs' has no tags: its inputs are given")
    return 0


cdef int make_goals(Kernel k, object targets) except -1:
    cdef Target target
    cdef Goal *goal
    cdef bint all_sampled = True, waits = k.pairwise or not k.plain_inputs
    k.targets = tuple(targets)
    check(1 <= len(k.targets) <= MAX_TARGETS, f"a kernel has 1 to {MAX_TARGETS} targets, got {len(k.targets)}")
    for target in k.targets:
        goal = &k.goals[k.n_goals]
        k.n_goals += 1
        goal[0] = target.goal
        if goal.is_sampled:
            goal.n_outputs = k.run_words + max(goal.negative, k.run_negative)
        goal.ld = ns2_tile_width(1 if goal.is_all else goal.n_outputs)
        check(target.outputs.stride == k.out_stride,
              f"output rows must be {k.out_stride} floats long, as inputs are, got {target.outputs.stride}")
        goal.most_inputs = most_inputs_of_step(k, goal)
        check_goal(k, goal)
        if goal.is_all:
            k.sgemm = <ns2_sgemm *> blas_function("sgemm")
        all_sampled = all_sampled and goal.is_sampled
        # a sampler called through the interface may look at rows, and is promised them one window old (sampler.h)
        waits = waits or goal.noise.kind == DRAW_CALL
        if k.reader != read_pairs:
            k.n_rows = min(k.n_rows, goal.n_centres)
    k.together = not k.pooled and k.reader != read_pairs and not (k.pairwise and all_sampled)
    # the sets of more pairs than one window has would not fit in the first-level cache
    k.ahead = 1 if waits else MAX_WINDOWS - 2
    check_runs(k)
    k.many_pairs = takes_pairs_at_once(k)
    k.comparisons = compares_pairs(k)
    return 0


cdef int check_goal(Kernel k, Goal *goal) except -1:
    check(not k.packs or goal.link == NS2_LOGISTIC and not goal.is_all and goal.bias == NULL,
          "the gemm back end is for logistic links without a bias")
    check(k.hot_rows == 0 or not (goal.side.by_copy or k.inputs.by_copy or k.tags_owner is not None),
          "hot_rows are for rows that are trained in place, without bags or tags")
    check(k.inputs.stride == k.stride or goal.noise.kind != DRAW_CALL or goal.noise.other_inputs,
          f"samplers that may look at inputs need rows of a multiple of {ROW_FLOATS} floats")
    check(not (k.concat and goal.noise.wants_hidden), "samplers that look at inputs cannot look at concatenated ones")
    if goal.noise.filter_by_input:
        check(k.reader == read_pairs and not k.pooled, "filters by input need reader='pairs', not pooled")
        check(goal.noise.n_filters == k.inputs.n_ids,
              f"the filter is for {goal.noise.n_filters} inputs, but there are {k.inputs.n_ids}")
    check(k.tags_owner is None or not k.pairwise or goal.noise.kind != DRAW_CALL,
          "samplers that may look at inputs cannot look at tags: use negative_sharing='window'")
    check(k.reader != read_pairs or not goal.noise.filter_window and goal.noise.batch_words == 0,
          "pairs have no window and no batch to exclude or to draw from")
    return 0
