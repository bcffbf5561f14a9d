"""How many words answer an analogy at least as well as the right one: arrays in, numbers out.

One pass over a row of scores that are never stored: a sum and a comparison for each word. In NumPy the same
takes five passes over blocks of scores (see `ns2vec.reference.count_not_lower`).
"""

from libc.stdint cimport int64_t

ctypedef fused floating:
    float
    double


cdef inline int count_row(
    const floating* of_pair, const floating* of_c, floating shift, floating expected, bint products, int n_words
) noexcept nogil:
    cdef int j, n_found = 0
    if products:
        for j in range(n_words):
            n_found += (of_pair[j] - shift) * of_c[j] >= expected
    else:
        for j in range(n_words):
            n_found += of_pair[j] + of_c[j] >= expected
    return n_found


cdef int check_indices(str what, const int64_t[:] indices, Py_ssize_t n_rows) except -1:
    cdef Py_ssize_t k
    for k in range(indices.shape[0]):
        if not 0 <= indices[k] < n_rows:
            raise ValueError(f"expected each {what} to be 0 ... {n_rows - 1}, found {indices[k]}")
    return 0


def count_not_lower(
    const floating[:, ::1] of_pairs not None,     # (n_pairs, T): b's part minus a's, of each pair (a, b)
    const floating[:, ::1] of_c not None,         # (n_units, T): c's part
    const int64_t[::1] pairs not None,            # (n_questions,) rows of of_pairs
    const int64_t[::1] cs not None,               # (n_questions,) rows of of_c
    const floating[::1] shifts not None,          # (n_questions,) only for products
    const floating[::1] expected not None,        # (n_questions,) score of the right answer
    const int64_t[:, ::1] excluded not None,      # (n_excluded, 2) column, question: words that do not count
    bint products,                                # (of_pair - shift) * of_c instead of of_pair + of_c
    int64_t[::1] counts not None,                 # (n_questions,) INOUT: words with no lower score are added
):
    """Add to `counts` how many of the T words score as high as expected or higher, for each question.

    Raises
    ------
    ValueError
        If the lengths do not agree or an index is out of range.

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.evaluation._counts import count_not_lower
    >>> counts = np.zeros(1, dtype=np.int64)
    >>> first = np.zeros(1, dtype=np.int64)
    >>> count_not_lower(np.array([[1.0, 2, 3]]), np.zeros((1, 3)), first, first, np.zeros(1), np.array([1.5]),
    ...              np.array([[2, 0]]), False, counts)
    >>> counts.tolist()
    [1]
    """
    cdef Py_ssize_t q, k, n_questions = counts.shape[0]
    cdef int n_words = <int>of_c.shape[1]
    cdef int64_t column
    if of_pairs.shape[1] != n_words or excluded.shape[1] != 2:
        raise ValueError(
            f"expected tables of one width and two columns of excluded, got {of_pairs.shape[1]}, {n_words} and "
            f"{excluded.shape[1]}"
        )
    if not (pairs.shape[0] == cs.shape[0] == shifts.shape[0] == expected.shape[0] == n_questions):
        raise ValueError(f"expected {n_questions} pairs, cs, shifts and expected scores, one for each count")
    check_indices("pair", pairs, of_pairs.shape[0])
    check_indices("c", cs, of_c.shape[0])
    check_indices("excluded column", excluded[:, 0], n_words)
    check_indices("excluded question", excluded[:, 1], n_questions)
    if n_words == 0:
        return
    with nogil:
        for q in range(n_questions):
            counts[q] += count_row(
                &of_pairs[pairs[q], 0], &of_c[cs[q], 0], shifts[q], expected[q], products, n_words
            )
        for k in range(excluded.shape[0]):
            column, q = excluded[k, 0], excluded[k, 1]
            counts[q] -= count_row(
                &of_pairs[pairs[q], column], &of_c[cs[q], column], shifts[q], expected[q], products, 1
            )
