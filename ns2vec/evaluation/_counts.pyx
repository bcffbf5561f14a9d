"""How many words answer an analogy better than the right one, and which word answers best: arrays in, numbers out.

One pass over a row of scores that are never stored: a sum and a comparison for each word. In NumPy the same
takes five passes over blocks of scores (see `ns2vec.reference.count_higher`).
"""

from libc.stdint cimport int64_t

ctypedef fused floating:
    float
    double


cdef inline int count_sums(const floating* of_pair, const floating* of_c, floating expected, int n_words) noexcept nogil:
    cdef int j, n_higher = 0
    for j in range(n_words):
        n_higher += of_pair[j] + of_c[j] > expected
    return n_higher


cdef inline int count_products(
    const floating* of_pair, const floating* of_c, floating shift, floating expected, int n_words
) noexcept nogil:
    cdef int j, n_higher = 0
    for j in range(n_words):
        n_higher += (of_pair[j] - shift) * of_c[j] > expected
    return n_higher


cdef int check_shapes(Py_ssize_t width, Py_ssize_t n_words, str what, Py_ssize_t n_columns) except -1:
    if width != n_words or n_columns != 2:
        raise ValueError(
            f"expected tables of one width and two columns of {what}, got {width}, {n_words} and {n_columns}"
        )
    return 0


cdef inline int check_range(str what, int64_t index, Py_ssize_t n_rows) except -1:
    if not 0 <= index < n_rows:
        raise ValueError(f"expected each {what} to be 0 ... {n_rows - 1}, found {index}")
    return 0


cdef int check_questions(const int64_t[::1] pairs, const int64_t[::1] cs, Py_ssize_t n_pairs, Py_ssize_t n_units) except -1:
    cdef Py_ssize_t q
    for q in range(pairs.shape[0]):
        check_range("pair", pairs[q], n_pairs)
        check_range("c", cs[q], n_units)
    return 0


def count_higher(
    const floating[:, ::1] of_pairs not None,     # (n_pairs, T): b's part less a's, of each pair (a, b)
    const floating[:, ::1] of_c not None,         # (n_units, T): c's part
    const int64_t[::1] pairs not None,            # (n_questions,) rows of of_pairs
    const int64_t[::1] cs not None,               # (n_questions,) rows of of_c
    const floating[::1] shifts not None,          # (n_questions,) only for products
    const floating[::1] expected not None,        # (n_questions,) score of the right answer
    const int64_t[:, ::1] excluded not None,      # (n_excluded, 2) column, question: words that do not count
    bint products,                                # (of_pair - shift) * of_c instead of of_pair + of_c
    int64_t[::1] counts not None,                 # (n_questions,) INOUT: words with a higher score are added
):
    """Add to `counts` how many of the T words score higher than expected, for each question.

    Raises
    ------
    ValueError
        If the lengths do not agree or an index is out of range.

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.evaluation._counts import count_higher
    >>> counts = np.zeros(1, dtype=np.int64)
    >>> first = np.zeros(1, dtype=np.int64)
    >>> count_higher(np.array([[1.0, 2, 3]]), np.zeros((1, 3)), first, first, np.zeros(1), np.array([1.5]),
    ...              np.array([[2, 0]]), False, counts)
    >>> counts.tolist()
    [1]
    """
    cdef Py_ssize_t q, k, n_questions = counts.shape[0]
    cdef int n_words = <int>of_c.shape[1]
    cdef int64_t column
    cdef floating score
    check_shapes(of_pairs.shape[1], n_words, "excluded", excluded.shape[1])
    if not (pairs.shape[0] == cs.shape[0] == shifts.shape[0] == expected.shape[0] == n_questions):
        raise ValueError(f"expected {n_questions} pairs, cs, shifts and expected scores, one for each count")
    check_questions(pairs, cs, of_pairs.shape[0], of_c.shape[0])
    for k in range(excluded.shape[0]):
        check_range("excluded column", excluded[k, 0], n_words)
        check_range("excluded question", excluded[k, 1], n_questions)
    if n_words == 0:
        return
    with nogil:
        for q in range(n_questions):
            if products:
                counts[q] += count_products(&of_pairs[pairs[q], 0], &of_c[cs[q], 0], shifts[q], expected[q], n_words)
            else:
                counts[q] += count_sums(&of_pairs[pairs[q], 0], &of_c[cs[q], 0], expected[q], n_words)
        for k in range(excluded.shape[0]):
            column, q = excluded[k, 0], excluded[k, 1]
            if products:
                score = (of_pairs[pairs[q], column] - shifts[q]) * of_c[cs[q], column]
            else:
                score = of_pairs[pairs[q], column] + of_c[cs[q], column]
            counts[q] -= score > expected[q]


cdef enum:
    LANES = 16


cdef inline floating highest_sum(const floating* of_pair, const floating* of_c, int n_words) noexcept nogil:
    cdef int j = 0, k
    cdef floating score, highest = of_pair[0] + of_c[0]
    cdef floating[LANES] lanes  # compilers turn equal steps on neighbours into vector instructions
    for k in range(LANES):
        lanes[k] = highest
    while j + LANES <= n_words:
        for k in range(LANES):
            score = of_pair[j + k] + of_c[j + k]
            lanes[k] = score if score > lanes[k] else lanes[k]
        j += LANES
    for k in range(LANES):
        highest = lanes[k] if lanes[k] > highest else highest
    while j < n_words:
        score = of_pair[j] + of_c[j]
        highest = score if score > highest else highest
        j += 1
    return highest


cdef inline void take_best(
    const floating* of_pair, const floating* of_c, int n_words, const int64_t* excluded, int64_t first_word,
    floating* scores, int64_t* best_word
) noexcept nogil:
    cdef int j
    cdef int64_t word
    cdef floating score
    for j in range(n_words):
        score = of_pair[j] + of_c[j]
        word = first_word + j
        if score <= scores[1] or word == excluded[0] or word == excluded[1] or word == excluded[2]:
            continue
        if score > scores[0]:
            scores[1] = scores[0]
            scores[0] = score
            best_word[0] = word
        else:
            scores[1] = score


def best_sums(
    const floating[:, ::1] of_pairs not None,     # (n_pairs, T): b's part less a's, of each pair (a, b)
    const floating[:, ::1] of_c not None,         # (n_units, T): c's part
    const int64_t[::1] pairs not None,            # (n_questions,) rows of of_pairs
    const int64_t[::1] cs not None,               # (n_questions,) rows of of_c
    const int64_t[:, ::1] excluded not None,      # (n_questions, 3) words that are no answer
    int64_t first_word,                           # the number of the word that column 0 stands for
    floating[:, ::1] scores not None,             # (n_questions, 2) INOUT: highest and second highest score so far
    int64_t[::1] words not None,                  # (n_questions,) INOUT: the word of the highest score
):
    """Keep the two highest scores ``of_pair + of_c`` of each question, and the first word that has the highest.

    Raises
    ------
    ValueError
        If the shapes do not agree or an index is out of range.

    Examples
    --------
    >>> import numpy as np
    >>> from ns2vec.evaluation._counts import best_sums
    >>> words, scores = np.array([-1]), np.full((1, 2), -np.inf)
    >>> first = np.zeros(1, dtype=np.int64)
    >>> best_sums(np.array([[1.0, 2, 3]]), np.zeros((1, 3)), first, first, np.array([[9, 10, 12]]), 10, scores, words)
    >>> words.tolist(), scores.tolist()
    ([11], [[2.0, -inf]])
    """
    cdef Py_ssize_t q, n_questions = words.shape[0]
    cdef int n_words = <int>of_c.shape[1]
    cdef const floating* of_pair
    check_shapes(of_pairs.shape[1], n_words, "scores", scores.shape[1])
    if not (pairs.shape[0] == cs.shape[0] == excluded.shape[0] == scores.shape[0] == n_questions):
        raise ValueError(f"expected {n_questions} pairs, cs, excluded and scores, one for each word")
    if excluded.shape[1] != 3:
        raise ValueError(f"expected three columns of excluded, got {excluded.shape[1]}")
    check_questions(pairs, cs, of_pairs.shape[0], of_c.shape[0])
    if n_words == 0:
        return
    with nogil:
        for q in range(n_questions):
            of_pair = &of_pairs[pairs[q], 0]
            if highest_sum(of_pair, &of_c[cs[q], 0], n_words) < scores[q, 1]:
                continue
            take_best(of_pair, &of_c[cs[q], 0], n_words, &excluded[q, 0], first_word, &scores[q, 0], &words[q])
