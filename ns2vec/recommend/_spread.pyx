"""The propagation of LightGCN's vectors over a graph: products of a sparse matrix, without the GIL (``_spread.h``)."""

from libc.stdint cimport int32_t, int64_t


cdef extern from "_spread.h" nogil:
    void ns2_hand_on(const int64_t *offsets, const int32_t *ends, const float *weights, int64_t n_rows, int64_t width,
                     const float *from_, float *to) noexcept


def spread_mean(const int64_t[::1] offsets not None, const int32_t[::1] ends not None, const float[::1] weights not None,
                const float[:, ::1] vectors not None, float[:, ::1] mean not None, float[:, :, ::1] scratch not None,
                long layers):
    """The mean of vectors and of those propagated from neighbours up to `layers` steps away.

    Parameters
    ----------
    offsets, ends, weights : ndarray, int64 (n + 1,), int32 (e,) and float32 (e,)
        The square matrix of the graph in CSR form.
    vectors : ndarray of shape (n, D), float32
    mean : ndarray of shape (n, D), float32
        Output; not the memory of `vectors`.
    scratch : ndarray of shape (2, n, D), float32
    layers : int

    Raises
    ------
    ValueError
        If arrays do not fit together, or an edge ends outside of the graph.
    """
    cdef int64_t n = vectors.shape[0], width = vectors.shape[1], i, e, layer
    cdef const float *before
    cdef float *now
    cdef float *total
    cdef float share
    cdef bint fits = True
    if offsets.shape[0] != n + 1 or ends.shape[0] != weights.shape[0] or layers < 0:
        raise ValueError(f"a graph of {offsets.shape[0] - 1} nodes for {n} vectors, and {layers} layers")
    if (mean.shape[0], mean.shape[1]) != (n, width) or (scratch.shape[0], scratch.shape[1], scratch.shape[2]) != (2, n, width):
        raise ValueError(f"expected memory for {n} vectors of {width} numbers")
    if n == 0 or width == 0:
        return
    fits = offsets[0] == 0 and offsets[n] == ends.shape[0]
    for i in range(n):
        fits = fits and offsets[i] <= offsets[i + 1]
    for e in range(ends.shape[0]):
        fits = fits and 0 <= ends[e] < n
    if not fits:
        raise ValueError(f"the graph has edges beyond its {n} nodes, or offsets that do not rise")
    before, total = &vectors[0, 0], &mean[0, 0]
    with nogil:
        for i in range(n * width):
            total[i] = before[i]
        for layer in range(layers if ends.shape[0] else 0):
            now = &scratch[layer & 1, 0, 0]
            ns2_hand_on(&offsets[0], &ends[0], &weights[0], n, width, before, now)
            for i in range(n * width):
                total[i] += now[i]
            before = now
        share = layers + 1
        for i in range(n * width):
            total[i] /= share
