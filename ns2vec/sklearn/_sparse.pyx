# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Linear classification of sparse rows, one gradient step per example: arrays in, weights changed in place."""

from libc.math cimport exp
from libc.stdint cimport int32_t, int64_t

import numpy as np


cdef struct Model:
    const int64_t *offsets
    const int32_t *columns
    const float *values
    const float *log_kq
    float *weights
    float *bias
    int64_t n_features
    bint is_softmax


cdef inline float score_of(const Model *m, int64_t row, int64_t label) noexcept nogil:
    cdef const float *w = m.weights + label * m.n_features
    cdef float found = m.bias[label] - m.log_kq[label]
    cdef int64_t j
    for j in range(m.offsets[row], m.offsets[row + 1]):
        found += m.values[j] * w[m.columns[j]]
    return found


cdef inline void move(const Model *m, int64_t row, int64_t label, float by) noexcept nogil:
    cdef float *w = m.weights + label * m.n_features
    cdef int64_t j
    m.bias[label] += by
    for j in range(m.offsets[row], m.offsets[row + 1]):
        w[m.columns[j]] += by * m.values[j]


cdef void make_shares(float *scores, int64_t n) noexcept nogil:
    """Exponentials of scores, divided by their sum."""
    cdef float most = scores[0], total = 0
    cdef int64_t i
    for i in range(1, n):
        most = max(most, scores[i])
    for i in range(n):
        scores[i] = <float> exp(scores[i] - most)
        total += scores[i]
    for i in range(n):
        scores[i] /= total


cdef void train_row(
    const Model *m, int64_t row, int64_t right, const int32_t *labels, int64_t n, float *scores, float rate
) noexcept nogil:
    """Train on n classes: those of `labels`, where -1 is none, or the first n without it."""
    cdef int64_t i, label
    for i in range(n):
        label = i if labels == NULL else labels[i]
        scores[i] = score_of(m, row, label) if label >= 0 else <float> -1e30
        if not m.is_softmax:
            scores[i] = <float> (1.0 / (1.0 + exp(-scores[i])))
    if m.is_softmax:
        make_shares(scores, n)
    for i in range(n):
        label = i if labels == NULL else labels[i]
        if label >= 0:
            move(m, row, label, rate * (<float> (label == right) - scores[i]))


cdef int check(
    const int64_t[::1] offsets, const int32_t[::1] columns, const int64_t[::1] order, const int32_t[:, ::1] labels,
    int64_t n_features, int64_t n_classes
) except -1:
    cdef int64_t i, j, n = offsets.shape[0] - 1
    if n < 0 or offsets[0] != 0 or offsets[n] != columns.shape[0]:
        raise ValueError(f"expected offsets from 0 to {columns.shape[0]}")
    for i in range(n):
        if offsets[i] > offsets[i + 1]:
            raise ValueError(f"offsets fall after row {i}")
    for i in range(columns.shape[0]):
        if not 0 <= columns[i] < n_features:
            raise ValueError(f"column {columns[i]} is not one of {n_features}")
    for i in range(order.shape[0]):
        if not 0 <= order[i] < n:
            raise ValueError(f"there is no row {order[i]}")
        for j in range(labels.shape[1]):
            if not -1 <= labels[i, j] < n_classes or labels[i, 0] < 0:
                raise ValueError(f"class {labels[i, j]} is not one of {n_classes}")
    return 0


def train_rows(
    const int64_t[::1] offsets not None,    # (n + 1,) row i has the numbers offsets[i] to offsets[i + 1]
    const int32_t[::1] columns not None,    # their columns
    const float[::1] values not None,       # and the numbers
    const int64_t[::1] order not None,      # (m,) rows in the order in which they are trained
    const int32_t[:, ::1] labels not None,  # (m, 1 + k) the class of each, then its negatives; -1 is none
    const float[::1] log_kq not None,       # (C,) subtracted from scores
    float[:, ::1] weights not None,         # (C, F) INOUT
    float[::1] bias not None,               # (C,) INOUT
    float rate,
    bint softmax,                           # over the classes that are trained; otherwise each is decided separately
    bint full,                              # all classes are trained, whatever the negatives
):
    """Take a step for each row, in order: the score of its class rises, those of its other classes fall.

    Raises
    ------
    ValueError
        If the arrays do not match each other.
    """
    cdef Model m
    cdef int64_t n_classes = weights.shape[0], n_met = n_classes if full else labels.shape[1], i
    cdef float[::1] scores = np.empty(max(1, n_met), dtype=np.float32)
    cdef const int32_t *met = NULL
    if bias.shape[0] != n_classes or log_kq.shape[0] != n_classes or columns.shape[0] != values.shape[0]:
        raise ValueError(f"expected {n_classes} biases and offsets, and as many values as columns")
    if labels.shape[0] != order.shape[0] or labels.shape[1] < 1:
        raise ValueError(f"expected classes for each of {order.shape[0]} examples, got {labels.shape[0]}")
    check(offsets, columns, order, labels, weights.shape[1], n_classes)
    if not n_classes or not weights.shape[1]:
        return
    m = Model(&offsets[0], NULL, NULL, &log_kq[0], &weights[0, 0], &bias[0], weights.shape[1], softmax)
    if columns.shape[0]:
        m.columns, m.values = &columns[0], &values[0]
    with nogil:
        for i in range(order.shape[0]):
            if not full:
                met = &labels[i, 0]
            train_row(&m, order[i], labels[i, 0], met, n_met, &scores[0], rate)
