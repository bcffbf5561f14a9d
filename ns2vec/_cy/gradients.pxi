# Gradients without a step: the loops of training, with all changes collected in matrices of zeros.


cdef object gradients_of_chunk(Kernel k, Workspace work, long n, long n_inputs):
    """Gradients of the summed loss of the pairs in the workspace: of inputs, of each target's outputs; and the loss."""
    cdef double loss = 0.0
    cdef long i
    cdef float[:, ::1] view
    for i in range(k.n_goals):
        check(not k.goals[i].is_all and k.goals[i].bias == NULL and k.hot_rows == 0,
              "gradients are for targets other than All, without a bias, and for kernels without hot rows")
    found = [np.zeros((k.inputs.n_rows, k.inputs.stride), np.float32)]
    found += [np.zeros(((<Target> target).outputs.n_rows, k.stride), np.float32) for target in k.targets]
    work.is_gradient = True
    view = found[0]
    work.inputs.changes, work.inputs.by_copy = &view[0, 0], True
    for i in range(k.n_goals):
        view = found[1 + i]
        work.goals[i].side.changes = &view[0, 0]
        work.goals[i].side.by_copy = work.goals[i].is_special = True
    start_chunk(k, work, n, n_inputs)
    with nogil:
        train_places(k, work, 1.0, &loss)
    work.is_gradient = False
    work.inputs = k.inputs
    for i in range(k.n_goals):
        work.goals[i].side = k.goals[i].side
        work.goals[i].is_special = is_special(&k.goals[i].side, NULL)
        if k.goals[i].fill == fill_labels:
            lay_out_labels(k, work, i)  # outputs were copies
    check_bad_row(k, work)
    for array in found:
        np.negative(array, out=array)
    return found[0], found[1:], loss
